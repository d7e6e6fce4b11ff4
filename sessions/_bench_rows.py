# SPDX-License-Identifier: Apache-2.0
"""The rows of the benchmark, in groups; each group measures what it compares in alternation."""

from __future__ import annotations

import dataclasses
import functools
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from noxkit.tasks.process import Runner
from sessions._bench_artifacts import artifacts, release
from sessions._bench_changed import changed
from sessions._bench_html import pages
from sessions._bench_measure import Command, Usage, base_environment, first_lines, median, peak_memory, timed
from sessions._bench_page import Row
from sessions._bench_plan import plans
from sessions._bench_publish import publications
from sessions._bench_rivals import (
    COLLECTION_REQUIREMENT,
    TOOLBOX_REQUIREMENT,
    Collection,
    Toolbox,
    plain_noxfile,
    shell_script,
)
from sessions._bench_rules import rules
from sessions._bench_run import NOXFILE, Tree, forget_tool_caches, lint_command, tool_commands

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["GROUPS", "Bench", "Say"]

# CPU seconds on the tree that the design measured (design.md, section 8).
DESIGN_CPU = {"ruff": 0.7, "ruff_format": 0.4, "ty": 4.9, "pyrefly": 10.0, "pyright": 55.0}


class Say(Protocol):
    """Where progress goes."""

    def __call__(self, message: str, /) -> None:
        """Take a line."""
        ...


@dataclasses.dataclass(frozen=True)
class Bench:
    """One run of the benchmark: the tree, how often things are measured, and what several groups share."""

    tree: Tree
    repeat: int
    full: bool
    say: Say

    @functools.cached_property
    def commands(self) -> list[Command]:
        """The tools' commands, from the event log of a first run that also installs the tools."""
        events = self.tree.scratch / "events.jsonl"
        report = self.tree.scratch / "report.json"
        log = self.tree.scratch / "lint.log"
        arguments = ("--no-cache", "--events", str(events), "--format", "json", "--output", str(report))
        command = lint_command(self.tree, *arguments)
        timed(command, log=log)
        if not events.exists():
            raise RuntimeError(f"lint did not run: {log.read_text(encoding='utf-8')[-2000:]}")
        found = tool_commands(self.tree, events)
        # Once more with the tools installed: an environment that has just been made would be another command.
        events.unlink()
        timed(command, log=log)
        return tool_commands(self.tree, events) or found

    @functools.cached_property
    def cores(self) -> int:
        """How many processors this process may use."""
        return len(os.sched_getaffinity(0))

    @functools.cached_property
    def runs(self) -> Runs:
        """noxkit's lint, each tool alone, and the rivals: one after another, several times."""
        return _measure_runs(self)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What the runs on the tree have cost, each the median of its repetitions."""

    lint: Usage
    shell: Usage
    plain: Usage
    alone: dict[str, Usage]

    @property
    def slowest(self) -> tuple[str, float]:
        """The tool that takes longest alone, and how long."""
        return max(((name, usage.wall) for name, usage in self.alone.items()), key=lambda each: each[1])

    @property
    def cpu(self) -> float:
        """The CPU seconds of all tools."""
        return sum(usage.cpu for usage in self.alone.values())


def _measure_runs(bench: Bench) -> Runs:
    commands = bench.commands
    lint = lint_command(bench.tree, "--no-cache")
    rivals = (lint, shell_script(bench.tree, commands), plain_noxfile(bench.tree, commands))
    seen: dict[str, list[Usage]] = {}
    for turn in range(bench.repeat):
        for command in (*rivals, *commands):
            forget_tool_caches(commands)
            usage = timed(command, log=bench.tree.scratch / f"{command.name.replace(' ', '-')}.log")
            bench.say(f"  {turn + 1}: {command.name}: {usage.wall:.1f} s wall, {usage.cpu:.1f} s CPU")
            seen.setdefault(command.name, []).append(usage)
    middle = {name: _middle(usages) for name, usages in seen.items()}
    return Runs(
        lint=middle[lint.name],
        shell=middle["shell"],
        plain=middle["plain"],
        alone={command.name: middle[command.name] for command in commands},
    )


def _middle(usages: list[Usage]) -> Usage:
    return Usage(
        wall=median([usage.wall for usage in usages]),
        cpu=median([usage.cpu for usage in usages]),
        returncode=usages[-1].returncode,
    )


def imports(bench: Bench) -> list[Row]:
    """The import budget: CPU of `import nox` with and without noxkit."""
    bare, whole = "import nox", "import nox, noxkit; noxkit.pipeline()"
    seen: dict[str, list[float]] = {bare: [], whole: []}
    for _ in range(25 if bench.full else 20):
        for code, values in seen.items():
            arguments = (sys.executable, "-c", code)
            command = Command(name=code, arguments=arguments, folder=bench.tree.folder, environment=base_environment())
            values.append(timed(command).cpu * 1000)
    extra = median(seen[whole]) - median(seen[bare])
    return [
        Row(
            name="import noxkit and pipeline(), CPU over `import nox`",
            measured=extra,
            other=30.0,
            against="(the budget)",
            unit="ms",
            allowed=(-1.0, 1.0),
            note=f"`import nox` alone: {median(seen[bare]):.0f} ms",
        )
    ]


def lint(bench: Bench) -> list[Row]:
    """The lint session beside its lower bound and its rivals."""
    runs = bench.runs
    name, slowest = runs.slowest
    share = runs.cpu / bench.cores
    bound = max(slowest, share)
    why = f"{name} alone" if slowest >= share else f"all tools' CPU over {bench.cores} cores"
    rows = [
        Row(
            name="nox -s lint, tools warm",
            measured=runs.lint.wall,
            other=bound,
            against=f"(the larger of: slowest tool alone, {name} {slowest:.1f} s; CPU over cores, {share:.1f} s)",
            allowed=(0.0, 1.1),
            note=f"the bound is {why}",
        )
    ]
    mine = "nox -s lint beside "
    rows += [
        Row(
            name=mine + "a shell script",
            measured=runs.lint.wall,
            other=runs.shell.wall,
            against="(the same commands one after another)",
        ),
        Row(
            name=mine + "a plain noxfile",
            measured=runs.lint.wall,
            other=runs.plain.wall,
            against="(the same commands, a session each)",
        ),
        Row(
            name="CPU of nox -s lint",
            measured=runs.lint.cpu,
            other=runs.cpu,
            against="(all tools alone)",
            note="beside each other, tools share caches and memory bandwidth",
        ),
    ]
    return rows


def tools(bench: Bench) -> list[Row]:
    """What each tool costs on the tree, beside the design's figures."""
    found: list[Row] = []
    for name, usage in bench.runs.alone.items():
        design = DESIGN_CPU.get(name)
        checker = name in {"ruff", "ty", "pyrefly", "pyright"}
        found.append(
            Row(
                name=f"CPU of {name} alone",
                measured=usage.cpu,
                other=design if bench.full else None,
                against="(design, section 8)" if design and bench.full else "",
                allowed=(0.7, 1.3) if checker and bench.full else None,
                note=f"wall {usage.wall:.2f} s",
            )
        )
    return found


def memory(bench: Bench) -> list[Row]:
    """The memory of lint, and of its largest tool alone."""
    _ = bench.commands
    own, everything = peak_memory(lint_command(bench.tree, "--no-cache"))
    pyright = [command for command in bench.commands if command.name == "pyright"]
    tool = peak_memory(pyright[0])[1] if pyright else 0
    return [
        Row(
            name="memory of nox -s lint with its tools",
            measured=everything / 1e6,
            other=tool / 1e6 or None,
            against="(pyright alone)",
            unit="MB",
            note=f"of which nox and noxkit: {own / 1e6:.0f} MB",
        ),
    ]


def calls(bench: Bench) -> list[Row]:
    """What noxkit adds to one call of a program."""
    ruff = next(command.arguments[0] for command in bench.commands if command.name == "ruff")
    runner = Runner(root=bench.tree.folder)
    bare: list[float] = []
    mine: list[float] = []
    for _ in range(50):
        began = time.perf_counter()
        subprocess.run([ruff, "--version"], capture_output=True, check=True)
        between = time.perf_counter()
        runner.run([ruff, "--version"], task="bench")
        mine.append((time.perf_counter() - between) * 1000)
        bare.append((between - began) * 1000)
    return [
        Row(
            name="a call of a program, over `subprocess.run`",
            measured=median(mine) - median(bare),
            other=30.0,
            against="(the budget)",
            unit="ms",
            allowed=(-1.0, 1.0),
            note=f"`ruff --version` by `subprocess.run`: {median(bare):.1f} ms",
        )
    ]


def first(bench: Bench) -> list[Row]:
    """A first run: no home, no caches, no environment."""
    home = bench.tree.scratch / "home"
    home.mkdir()
    configuration = str(Path.home() / ".config")
    changes = {
        "HOME": str(home),
        "UV_CACHE_DIR": str(home / "uv"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": base_environment().get("XDG_CONFIG_HOME", configuration),
    }
    environments = bench.tree.folder / ".nox"
    shutil.rmtree(environments, ignore_errors=True)
    log = bench.tree.scratch / "first.log"
    command = lint_command(bench.tree, "--no-cache", changes=changes)
    progress, finding = first_lines(command, (_is_progress, _is_finding), limit=300.0, log=log)
    # Made from a cache that is gone after the benchmark.
    shutil.rmtree(environments, ignore_errors=True)
    return [
        Row(
            name="first run with empty caches: first line of progress",
            measured=progress,
            other=1.0,
            against="(the budget)",
            allowed=(0.0, 1.0),
        ),
        Row(
            name="first run with empty caches: first finding",
            measured=finding,
            other=20.0,
            against="(the budget)",
            allowed=(0.0, 1.0),
            note="with downloads from the index as configured here",
        ),
    ]


def _is_progress(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("nox >")


def _is_finding(line: str) -> bool:
    return line.startswith(("error[", "warning[")) or " first: " in line


def _not_installed(name: str, log: Path) -> Row:
    """The row of a rival that cannot be had, with the last that its installation said."""
    said = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
    return Row(name=name, measured=None, other=None, against="", note=f"not installed: {' '.join(said)}")


def toolbox(bench: Bench) -> list[Row]:
    """exasol's toolbox, on the one package that it can look after."""
    name = "nox -s lint beside project:check of exasol-toolbox, on one package"
    package = "acmekit-billing"
    rival = Toolbox(bench.tree, package)
    log = bench.tree.scratch / "toolbox.log"
    if not rival.install(log=log):
        return [_not_installed(name, log)]
    whole, last = rival.check(log=log)
    rival_usage = [rival.static_half(log=log) for _ in range(bench.repeat)]
    folder = rival.folder.with_name("noxkit")
    mine = _single_package(bench, bench.tree.folder / "packages" / package, folder)
    return [
        Row(
            name=name,
            measured=mine.wall,
            other=_middle(rival_usage).wall,
            against="(isort, black, pylint and mypy, one after another)",
            note=(
                f"{TOOLBOX_REQUIREMENT} knows no workspace and other tools; noxkit runs ruff, ty, pyrefly and pyright. "
                f"`project:check` itself ended with exit code {whole.returncode} after {whole.wall:.1f} s"
                + (f", at the findings of {last}" if last else "")
            ),
        )
    ]


def collection(bench: Bench) -> list[Row]:
    """antsibull-nox, on a collection of Ansible made of one package's modules."""
    name = "nox -s lint beside that of antsibull-nox, on a collection"
    package = "acmekit-billing"
    rival = Collection(bench.tree, package)
    log = bench.tree.scratch / "collection.log"
    if not rival.install(log=log):
        return [_not_installed(name, log)]
    other = _middle([rival.lint(log=log) for _ in range(bench.repeat)])
    folder = rival.folder.with_name("noxkit")
    shutil.copytree(rival.folder, folder, ignore=shutil.ignore_patterns(".nox", ".git", "antsibull-nox.toml"))
    chosen = '[tool.noxkit]\nskip = ["source", "consistency", "typos"]\n[tool.ruff]\n[tool.mypy]\n'
    (folder / "pyproject.toml").write_text(chosen, encoding="utf-8")
    mine = _lint_of(bench, folder)
    return [
        Row(
            name=name,
            measured=mine.wall,
            other=other.wall,
            against="(ruff, `ruff format` and mypy, a session each, with their environments kept)",
            note=f"{COLLECTION_REQUIREMENT} is for collections alone; both run the same three tools, without caches",
        )
    ]


def _single_package(bench: Bench, source: Path, folder: Path) -> Usage:
    """noxkit's lint on a copy of the package, with the same checkers as on the tree."""
    shutil.copytree(source, folder)
    pyproject = folder / "pyproject.toml"
    chosen = "\n[tool.ruff]\nline-length = 120\n[tool.ty]\n[tool.pyrefly]\n[tool.pyright]\n"
    pyproject.write_text(pyproject.read_text(encoding="utf-8") + chosen, encoding="utf-8")
    return _lint_of(bench, folder)


def _lint_of(bench: Bench, folder: Path) -> Usage:
    """noxkit's lint of a folder, with the tools installed and nothing kept."""
    (folder / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
    tree = Tree(folder=folder, scratch=bench.tree.scratch, lines=0, files=0)
    command = lint_command(tree, "--no-cache")
    timed(command)
    return _middle([timed(command) for _ in range(bench.repeat)])


GROUPS: dict[str, Callable[[Bench], list[Row]]] = {
    "lint": lint,
    "tools": tools,
    "memory": memory,
    "changed": changed,
    "imports": imports,
    "calls": calls,
    "rules": rules,
    "artifacts": artifacts,
    "release": release,
    "page": pages,
    "first": first,
    "toolbox": toolbox,
    "collection": collection,
    "plan": plans,
    "publish": publications,
}
