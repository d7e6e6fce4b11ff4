# SPDX-License-Identifier: Apache-2.0
"""The session `wheel_contents`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["wheel_contents"]


def wheel_contents() -> None:
    """Register `wheel_contents`: every wheel and sdist in `dist/`, or those that are named, without running them."""
    register(
        "wheel_contents",
        lambda plans, _session: plans.plan_wheel_contents,
        description="Every wheel and sdist of dist/, or `-- PATH…`: whether the index takes it; runs none of it.",
    )
