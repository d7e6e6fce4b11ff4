# SPDX-License-Identifier: Apache-2.0
"""The session `check`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["check"]


def check() -> None:
    """Register `check`, the default session: lint, tests on the default Python, coverage; one run, one report."""
    register(
        "check",
        lambda plans, _session: plans.plan_check,
        description="The default: lint, the tests on the default Python, and their coverage, as one run.",
        default=True,
    )
