# SPDX-License-Identifier: Apache-2.0
"""The session `licenses`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["licenses"]


def licenses() -> None:
    """Register `licenses`: the headers of files, and the licences of locked dependencies."""
    register(
        "licenses",
        lambda plans, _session: plans.plan_licenses_alone,
        description="Licence headers, and whether the licence of each locked dependency is allowed; writes nothing.",
    )
