# SPDX-License-Identifier: Apache-2.0
"""Lint cold, with nothing changed, and with a file changed; beside what runs the same commands each time."""

from __future__ import annotations

import json
import shlex
import shutil
import statistics
import sys
from typing import TYPE_CHECKING

from noxkit.workspace.discovery import discover
from sessions._bench_measure import Command, base_environment, median, timed
from sessions._bench_page import Row
from sessions._bench_rivals import empty_noxfile, shell_line, shell_script
from sessions._bench_run import cached_tasks, forget_tool_caches, lint_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sessions._bench_rows import Bench
    from sessions._bench_run import Tree

__all__ = ["changed"]

_SHARE = 0.2  # of the cold run, when a file in one of 60 packages has changed


def changed(bench: Bench) -> list[Row]:
    """A cold run, one with nothing changed, one with a file changed, and the same commands in other ways."""
    tree, log = bench.tree, bench.tree.scratch / "changed.log"
    report = tree.scratch / "changed.json"
    lint, empty = lint_command(tree, "--format", "json", "--output", str(report)), empty_noxfile(tree)
    rivals = {
        "a shell script": shell_script(tree, bench.commands),
        "pre-commit": _pre_commit(tree, bench.commands),
        "tox": _tox(tree, bench.commands),
    }
    seen: dict[str, list[float]] = {}
    kept = ""
    for turn in range(bench.repeat):
        shutil.rmtree(tree.folder / ".nox" / "noxkit" / "store", ignore_errors=True)
        forget_tool_caches(bench.commands)
        seen.setdefault("cold", []).append(timed(lint, log=log).wall)
        warm = [timed(lint, log=log).wall - timed(empty, log=log).wall for _ in range(3)]
        seen.setdefault("warm", []).append(median(warm))
        kept = cached_tasks(report)
        file = _median_file(tree, turn)
        file.write_text(file.read_text(encoding="utf-8") + f"\n\nCHANGED_{turn} = {turn}\n", encoding="utf-8")
        seen.setdefault("one", []).append(timed(lint, log=log).wall)
        for name, command in rivals.items():
            forget_tool_caches(bench.commands)
            seen.setdefault(name, []).append(timed(command, log=log).wall)
        bench.say(f"  {turn + 1}: " + ", ".join(f"{name} {values[-1]:.1f} s" for name, values in seen.items()))
    middle = {name: median(values) for name, values in seen.items()}
    return [*_own(middle, kept), *(_beside(name, middle) for name in rivals)]


def _own(middle: dict[str, float], kept: str) -> list[Row]:
    return [
        Row(name="nox -s lint, nothing kept", measured=middle["cold"], other=None, against="", note="tools installed"),
        Row(
            name="nox -s lint, nothing changed, over an empty session",
            measured=middle["warm"],
            other=0.5,
            against="(the budget)",
            allowed=(-1.0, 1.0),
            note=kept,
        ),
        Row(
            name="nox -s lint, a file changed in one of 60 packages",
            measured=middle["one"],
            other=middle["cold"],
            against="(nothing kept)",
            allowed=(0.0, _SHARE),
            note="a package on which as many depend as on the median one",
        ),
    ]


def _beside(name: str, middle: dict[str, float]) -> Row:
    return Row(
        name=f"nox -s lint, a file changed, beside {name}",
        measured=middle["one"],
        other=middle[name],
        against=f"(the same commands by {name}, which keeps nothing)",
    )


def _median_file(tree: Tree, turn: int) -> Path:
    """A module of a package with the median number of packages that depend on it, another one each turn."""
    workspace = discover(tree.folder).workspace
    sizes = {package.name: len(workspace.closure_of_dependents([package.name])) for package in workspace.packages}
    middle = statistics.median_low(sizes.values())
    near = sorted(workspace.packages, key=lambda package: (abs(sizes[package.name] - middle), package.name))
    package = near[turn % len(near)]
    modules = sorted((tree.folder / package.folder / "src").rglob("*.py"))
    return next(file for file in modules if file.name != "__init__.py")


def _pre_commit(tree: Tree, commands: Sequence[Command]) -> Command:
    """Local hooks that run the commands on the whole tree, and go on after findings."""
    hooks = [
        {
            "id": f"hook-{number}",
            "name": command.name,
            "entry": shlex.join(["sh", "-c", shell_line(command)]),
            "language": "system",
            "pass_filenames": False,
            "always_run": True,
        }
        for number, command in enumerate(commands)
    ]
    file = tree.scratch / "pre-commit.yaml"  # JSON is YAML
    file.write_text(json.dumps({"repos": [{"repo": "local", "hooks": hooks}]}), encoding="utf-8")
    arguments = (sys.executable, "-m", "pre_commit", "run", "--all-files", "--config", str(file))
    return Command(name="pre-commit", arguments=arguments, folder=tree.folder, environment=base_environment())


def _tox(tree: Tree, commands: Sequence[Command]) -> Command:
    """An environment a command, as people write them, without the project in it."""
    folder = tree.scratch / "tox"
    folder.mkdir(exist_ok=True)
    lines = ["[tox]", "no_package = true", f"env_list = {','.join(f'e{number}' for number in range(len(commands)))}"]
    for number, command in enumerate(commands):
        script = folder / f"e{number}.sh"
        script.write_text(f"{shell_line(command)}\n", encoding="utf-8")
        lines += [f"[testenv:e{number}]", "allowlist_externals = sh", "pass_env = *", f"commands = - sh {script}"]
    (folder / "tox.ini").write_text("\n".join([*lines, ""]), encoding="utf-8")
    arguments = (sys.executable, "-m", "tox", "--conf", str(folder / "tox.ini"))
    return Command(name="tox", arguments=arguments, folder=tree.folder, environment=base_environment())
