# SPDX-License-Identifier: Apache-2.0
"""The session `coverage`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["coverage"]


def coverage() -> None:
    """Register `coverage`: combined data against the thresholds of `[tool.noxkit.coverage]`."""
    register(
        "coverage",
        lambda plans, _session: plans.plan_coverage_alone,
        description="Combine the coverage data and compare it with floors, new lines and the ratchet.",
    )
