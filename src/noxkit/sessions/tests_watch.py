# SPDX-License-Identifier: Apache-2.0
"""The session `tests_watch`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["tests_watch"]


def tests_watch() -> None:
    """Register `tests_watch`: the tests on the default Python, and again whenever a file of the tree changes."""
    register(
        "tests_watch",
        lambda plans, _session: plans.plan_tests_watch,
        description="pytest on the default Python, and again after each change, until Ctrl-C; needs a terminal.",
        bridge="noxkit.sessions._watch",
    )
