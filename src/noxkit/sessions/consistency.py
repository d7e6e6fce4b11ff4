# SPDX-License-Identifier: Apache-2.0
"""The session `consistency`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["consistency"]


def consistency() -> None:
    """Register `consistency`: metadata, workspace, layout, source, documents and the lock."""
    register(
        "consistency",
        lambda plans, _session: plans.plan_consistency,
        description="noxkit's own rules on metadata, workspace, layout, source, documents; the lock; writes nothing.",
    )
