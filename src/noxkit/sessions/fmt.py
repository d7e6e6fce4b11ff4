# SPDX-License-Identifier: Apache-2.0
"""The session `fmt`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["fmt"]


def fmt() -> None:
    """Register `fmt`, which formats the tree in place."""
    register(
        "fmt",
        lambda plans, _session: plans.plan_fmt,
        description="Format the code and sort the imports; writes to the tree.",
    )
