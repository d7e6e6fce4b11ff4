# SPDX-License-Identifier: Apache-2.0
"""The session `clean`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["clean"]


def clean() -> None:
    """Register `clean`, which lists what builds, tests and tools have left in the tree; `--yes` removes it."""
    register(
        "clean",
        lambda plans, _session: plans.plan_clean,
        description="List what builds, tests and tools have left in the tree, with sizes; -- --yes removes it.",
    )
