# SPDX-License-Identifier: Apache-2.0
"""The session `release`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["release"]


def release() -> None:
    """Register `release`: from the plan to the forge's release, and again from where it was interrupted."""
    register(
        "release",
        lambda _plans, _session: importlib.import_module("noxkit.release._release").plan_release,
        description="Plan, bump, changelog, commit, check, tag, push, publish, verify; again: what is left of it.",
    )
