# SPDX-License-Identifier: Apache-2.0
"""Runs of nox on the generated tree, and the tools' own commands as noxkit's event log has them."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from typing import TYPE_CHECKING, TypedDict, cast

from noxkit.commands.init import NOXFILE
from noxkit.tools import load_tools
from sessions._bench_measure import Command, base_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["NOXFILE", "Tree", "cached_tasks", "forget_tool_caches", "lint_command", "tool_commands"]


class _Event(TypedDict, total=False):
    event: str
    task: str
    tasks: list[str]
    command: list[str]
    folder: str
    environment: dict[str, str | None]


class _Task(TypedDict):
    cached: bool


class _Report(TypedDict):
    tasks: list[_Task]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The generated tree, and a folder beside it for what a run leaves."""

    folder: Path
    scratch: Path
    lines: int
    files: int


def nox(tree: Tree, *arguments: str, name: str, changes: Mapping[str, str | None] | None = None) -> Command:
    """`nox` of this interpreter, in the tree."""
    return Command(
        name=name,
        arguments=(sys.executable, "-m", "nox", *arguments),
        folder=tree.folder,
        environment=base_environment(changes),
    )


def lint_command(tree: Tree, *arguments: str, changes: Mapping[str, str | None] | None = None) -> Command:
    """`nox -s lint -- …` in the tree."""
    return nox(tree, "-s", "lint", "--", *arguments, name="nox -s lint", changes=changes)


def tool_commands(tree: Tree, events: Path) -> list[Command]:
    """The commands of the tasks of a run, with the folder and the environment that they had."""
    read = [cast("_Event", json.loads(line)) for line in events.read_text(encoding="utf-8").splitlines()]
    due = {task for event in read if event.get("event") == "run-started" for task in event.get("tasks", [])}
    started = [event for event in read if event.get("event") == "command-started" and event.get("task") in due]
    return [
        Command(
            name=event.get("task", "").partition("[")[0],
            arguments=tuple(event.get("command", [])),
            folder=tree.folder / event.get("folder", "."),
            environment=base_environment(_as_by_hand(event.get("environment", {}))),
        )
        for event in started
    ]


def _as_by_hand(changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """A command's variables without the limit of threads that noxkit gives to tools beside a slower one."""
    limits = {tool.threads_variable for tool in load_tools().values()}
    return {name: value for name, value in changes.items() if name not in limits}


def forget_tool_caches(commands: Sequence[Command]) -> None:
    """Remove the tools' own caches, so that each run of a tool reads the whole tree."""
    for command in commands:
        for option, value in zip(command.arguments, command.arguments[1:], strict=False):
            if option == "--cache-dir":
                shutil.rmtree(value, ignore_errors=True)


def cached_tasks(report: Path) -> str:
    """How many tasks of a run were answered from the cache, as its JSON report says."""
    tasks = cast("_Report", json.loads(report.read_text(encoding="utf-8")))["tasks"]
    return f"{sum(task['cached'] for task in tasks)} of {len(tasks)} tasks from the cache"
