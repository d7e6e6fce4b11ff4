# SPDX-License-Identifier: Apache-2.0
"""The session `security`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["security"]


def security() -> None:
    """Register `security`: secrets, the source's own dangers, workflows, and advisories."""
    register(
        "security",
        lambda plans, _session: plans.plan_security,
        description="Secrets, dangerous code and workflows, advisories on locked versions (network); writes nothing.",
    )
