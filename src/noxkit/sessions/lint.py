# SPDX-License-Identifier: Apache-2.0
"""The session `lint`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["lint"]


def lint() -> None:
    """Register `lint`: everything static, in parallel, with the type checkers on the lowest supported Python."""
    register(
        "lint",
        lambda plans, _session: plans.plan_lint,
        description="Everything static at once: linters, formatters, type checkers, lock; writes nothing.",
    )
