# SPDX-License-Identifier: Apache-2.0
"""The rows on noxkit's own rules: beside parsing and walking the same files, warm, and on many files."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, TypedDict, cast

from sessions._bench_measure import Command, base_environment, median, peak_memory, timed
from sessions._bench_page import Row
from sessions._bench_run import NOXFILE, Tree, lint_command

if TYPE_CHECKING:
    from pathlib import Path

    from sessions._bench_rows import Bench

__all__ = ["rules"]

_STRICT = {"NOXKIT_PROFILE": "strict"}
_WALK = """\
import ast, sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

def walk(share):
    for path in share:
        for _ in ast.walk(ast.parse(Path(path).read_bytes())):
            pass

if __name__ == "__main__":
    files = sorted(str(path) for path in Path().rglob("*.py") if ".nox" not in path.parts)
    workers = int(sys.argv[1])
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(walk, [files[start::workers] for start in range(workers)]))
"""
_COPIES = 12
_MANIFEST = '[project]\nname = "many"\nversion = "1"\nrequires-python = ">=3.10"\n'


class _Task(TypedDict):
    name: str
    seconds: float


class _Report(TypedDict):
    tasks: list[_Task]


def rules(bench: Bench) -> list[Row]:
    """All of noxkit's own rules, as `strict` has them."""
    cold = [_seconds(bench.tree, "--no-cache") for _ in range(bench.repeat)]
    walking = [timed(_walking(bench)).wall for _ in range(bench.repeat)]
    _seconds(bench.tree)
    warm = [_seconds(bench.tree) for _ in range(bench.repeat)]
    arguments = ("--only", "source,consistency", "--no-cache")
    own, everything = peak_memory(lint_command(bench.tree, *arguments, changes=_STRICT))
    rows = [
        Row(
            name="own source rules, cold",
            measured=median([each["source"] for each in cold]),
            other=median(walking),
            against=f"(parsing and walking the same files with `ast`, {bench.cores} processes)",
            allowed=(0.0, 2.5),
        ),
        Row(
            name="own source rules, nothing changed",
            measured=median([each["source"] for each in warm]),
            other=0.2,
            against="(the budget)",
            allowed=(0.0, 1.0),
        ),
        Row(
            name="workspace rules on 60 members",
            measured=median([each["consistency"] for each in cold]),
            other=0.6,
            against="(the budget)",
            allowed=(0.0, 1.0),
        ),
        Row(
            name="memory of the rules with nox and their workers",
            measured=everything / 1e6,
            other=400.0,
            against="(the budget)",
            unit="MB",
            allowed=(0.0, 1.0),
            note=f"of which nox and noxkit: {own / 1e6:.0f} MB",
        ),
    ]
    return [*rows, *(_many(bench) if bench.full else [])]


def _many(bench: Bench) -> list[Row]:
    """The cost of a file among twelve times as many of the same lengths."""
    each: dict[int, float] = {}
    for copies in (1, _COPIES):
        folder = bench.tree.scratch / f"rules-{copies}"
        for number in range(copies):
            shutil.copytree(bench.tree.folder / "packages", folder / f"part_{number}")
        (folder / "pyproject.toml").write_text(_MANIFEST, encoding="utf-8")
        (folder / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
        tree = Tree(folder=folder, scratch=bench.tree.scratch, lines=0, files=bench.tree.files * copies)
        each[tree.files] = _seconds(tree, "--no-cache")["source"] / tree.files * 1000
    few, many = each
    return [
        Row(
            name=f"own source rules, a file among {many:,}",
            measured=each[many],
            other=each[few],
            against=f"(a file among {few:,})",
            unit="ms",
            allowed=(0.0, 1.1),
        )
    ]


def _walking(bench: Bench) -> Command:
    script: Path = bench.tree.scratch / "walk.py"
    script.write_text(_WALK, encoding="utf-8")
    return Command(
        name="walk",
        arguments=(sys.executable, str(script), str(bench.cores)),
        folder=bench.tree.folder,
        environment=base_environment(),
    )


def _seconds(tree: Tree, *arguments: str) -> dict[str, float]:
    """How long each task of noxkit's own rules took, as the report of `lint` says."""
    report = tree.scratch / "rules.json"
    wanted = ("--only", "source,consistency", "--format", "json", "--output", str(report))
    timed(lint_command(tree, *wanted, *arguments, changes=_STRICT), log=tree.scratch / "rules.log")
    tasks = cast("_Report", json.loads(report.read_text(encoding="utf-8")))["tasks"]
    return {task["name"]: task["seconds"] for task in tasks}
