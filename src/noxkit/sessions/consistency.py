# SPDX-License-Identifier: Apache-2.0
"""The session `consistency`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["consistency"]


def consistency() -> None:
    """Register `consistency`: metadata, workspace, layout, source and documents against each other; the lock as well."""
    register(
        "consistency",
        lambda plans, _session: plans.plan_consistency,
        description="noxkit's own rules on metadata, workspace, layout, source and documents; the lock; writes nothing.",
    )
