# SPDX-License-Identifier: Apache-2.0
"""Whether there is anything of the repository's own to look at: the noxfile alone is not what a run is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Outcome, Status
from noxkit.tools._base import Tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import Task

__all__ = ["no_subject"]

_NOXFILE = "noxfile.py"
_NOT_ABOUT_FILES = frozenset(
    {
        "build",
        "clean",
        "commits",
        "bump",
        "changelog",
        "deps_update",
        "generated",
        "licenses",
        "publish",
        "release",
        "release_check",
        "sbom",
        "tag",
        "urls",
        "verify",
        "wheel",
        "wheel_contents",
    }
)


def no_subject(context: Context, tasks: Sequence[Task]) -> Outcome | None:
    """The outcome of a run that looked at no Python file but the noxfile, in the wrong folder or too early.

    None where there is one, where nothing was due at all, and where something else was asked for by
    name: a command of the repository's own, or `--only` a tool that is not about Python files.
    """
    repository = context.repository
    own = any(path != _NOXFILE for path in repository.python_files()) or repository.files_matching(["**/*.ipynb"])
    due = [task for task in tasks if task.not_due is None]
    if own or not due or context.family in _NOT_ABOUT_FILES or any(_was_asked_for(context, task) for task in due):
        return None
    return Outcome(
        name="sources",
        status=Status.INCONCLUSIVE,
        reason=f"0 Python files beside the noxfile, of {len(repository.files)} files",
        hint="run it where the code is, or name what there is to do: `--only typos`, [[tool.noxkit.commands]]",
    )


def _was_asked_for(context: Context, task: Task) -> bool:
    if task.name in {command.name for command in context.config.options.commands}:
        return True
    counts_python = task.tool is None or type(task.tool).planned is Tool.planned
    return task.name in context.config.run.only and not counts_python
