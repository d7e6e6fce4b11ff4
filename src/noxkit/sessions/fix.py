# SPDX-License-Identifier: Apache-2.0
"""The session `fix`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["fix"]


def fix() -> None:
    """Register `fix`, which applies every safe fix of every rule and of ruff; the unsafe ones with `--unsafe`."""
    register(
        "fix",
        lambda plans, _session: plans.plan_fix,
        description="Apply every safe fix of rules and linters; -- --diff shows them, --check only answers.",
    )
