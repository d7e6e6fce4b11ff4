# SPDX-License-Identifier: Apache-2.0
"""The session `build`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["build"]


def build() -> None:
    """Register `build`: an sdist and a wheel from it for every package that is published."""
    register(
        "build",
        lambda plans, _session: plans.plan_build,
        description="Wheels and sdists of what is published, built from the sdist and compared; into dist/.",
    )
