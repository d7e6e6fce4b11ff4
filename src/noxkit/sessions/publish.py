# SPDX-License-Identifier: Apache-2.0
"""The session `publish`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["publish"]


def publish() -> None:
    """Register `publish`, which uploads what a release check has passed, and resumes where it was interrupted."""
    register(
        "publish",
        lambda _plans, _session: importlib.import_module("noxkit.release._publish").plan_publish,
        description="Upload the files that release_check has passed on this tree, in order; again: what is missing.",
    )
