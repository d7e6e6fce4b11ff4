# SPDX-License-Identifier: Apache-2.0
"""The session `verify`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["verify"]


def verify() -> None:
    """Register `verify`, which installs what is published from the index and imports it."""
    register(
        "verify",
        lambda _plans, _session: importlib.import_module("noxkit.release._files").plan_verify,
        description="Install what is published from the index into fresh environments, and import all of it.",
    )
