# SPDX-License-Identifier: Apache-2.0
"""The session `tag`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["tag"]


def tag() -> None:
    """Register `tag`, which tags the commit that a release check has passed."""
    register(
        "tag",
        lambda _plans, _session: importlib.import_module("noxkit.release._forge").plan_tag,
        description="Tag each version that release_check has passed on this commit; -- --push sends the tags.",
    )
