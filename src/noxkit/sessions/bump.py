# SPDX-License-Identifier: Apache-2.0
"""The session `bump`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["bump"]


def bump() -> None:
    """Register `bump`, which writes the next versions, all of them or none."""
    register(
        "bump",
        lambda _plans, _session: importlib.import_module("noxkit.release._bump").plan_bump,
        description="Write the next versions, as `noxkit plan` shows them, and lock; -- --minor, --pre rc.",
    )
