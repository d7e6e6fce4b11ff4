# SPDX-License-Identifier: Apache-2.0
"""The session `generated`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["generated"]


def generated() -> None:
    """Register `generated`, which runs each configured generator in a copy and compares what it writes."""
    register(
        "generated",
        lambda plans, _session: plans.plan_generated_alone,
        description="Run each configured generator in a copy and compare what it writes; writes nothing.",
    )
