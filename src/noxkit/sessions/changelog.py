# SPDX-License-Identifier: Apache-2.0
"""The session `changelog`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["changelog"]


def changelog() -> None:
    """Register `changelog`, which makes what is not released the entry of the next version."""
    register(
        "changelog",
        lambda _plans, _session: importlib.import_module("noxkit.release._bump").plan_changelog,
        description="Make what stands under Unreleased, else what the commits say, the entry of the next version.",
    )
