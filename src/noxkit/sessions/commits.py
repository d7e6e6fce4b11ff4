# SPDX-License-Identifier: Apache-2.0
"""The session `commits`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["commits"]


def commits() -> None:
    """Register `commits`: the messages of new commits, or the one of `--message-file` for git's hook `commit-msg`."""
    register(
        "commits",
        lambda plans, _session: plans.plan_commits,
        description="The messages of new commits, and the description of a pull request; writes nothing.",
    )
