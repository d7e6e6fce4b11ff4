# SPDX-License-Identifier: Apache-2.0
"""The session `release_check`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["release_check"]


def release_check() -> None:
    """Register `release_check`: all that a release needs, with one verdict for each package."""
    register(
        "release_check",
        lambda plans, _session: plans.plan_release_check,
        description="All that a release needs: builds, verifies, installs, imports, lints, tests; writes dist/ alone.",
    )
