# SPDX-License-Identifier: Apache-2.0
"""The session `deps_update`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["deps_update"]


def deps_update() -> None:
    """Register `deps_update`, which upgrades uv.lock, all of it or some, and prints what has changed."""
    register(
        "deps_update",
        lambda plans, _session: plans.plan_deps_update,
        description="Upgrade uv.lock and print the changed versions; -- --upgrade-package NAME for some of it.",
    )
