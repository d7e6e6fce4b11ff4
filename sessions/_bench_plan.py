# SPDX-License-Identifier: Apache-2.0
"""The plan of a release of 100 members with 50,000 commits, beside the one `git log` that it needs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from sessions._bench_measure import Command, base_environment, median, timed
from sessions._bench_page import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sessions._bench_rows import Bench

__all__ = ["plans"]

_MEMBERS, _COMMITS, _QUICK = 101, 50_500, 5_050
_TYPES = ("fix", "feat", "docs", "chore", "test", "refactor", "perf")
_LOG = (
    *("git", "log", "-z", "--topo-order", "--no-color", "--relative", "--name-only", "--no-renames"),
    *("--diff-merges=first-parent", "--format=%H%x1f%P%x1f%B", "HEAD"),
)


def plans(bench: Bench) -> list[Row]:
    """A history in which each member has been released once, at another time: on average half of it counts."""
    commits = _COMMITS if bench.full else _QUICK
    folder = bench.tree.scratch / "history"
    _write_history(folder, commits)
    environment = base_environment()
    log = bench.tree.scratch / "plan.log"
    git = Command(name="git log", arguments=_LOG, folder=folder, environment=environment)
    words = (sys.executable, "-m", "noxkit", "plan", "--format", "json")
    plan = Command(name="plan", arguments=words, folder=folder, environment=environment)
    nothing = Command(name="noxkit", arguments=(*words[:3], "--version"), folder=folder, environment=environment)
    seen: dict[str, list[float]] = {}
    for _ in range(bench.repeat):
        for command in (git, plan, nothing):
            usage = timed(command, log=log)
            if usage.returncode:
                raise RuntimeError(f"{command.name} failed: {log.read_text(encoding='utf-8')[-1000:]}")
            seen.setdefault(command.name, []).append(usage.wall)
    middle = {name: median(values) for name, values in seen.items()}
    return [
        Row(
            name=f"noxkit plan on {commits:,} commits and {_MEMBERS - 1} members",
            measured=middle["plan"],
            other=middle["git log"],
            against="(the one `git log` that it needs)",
            allowed=(0.0, 1.5) if bench.full else None,
            note=f"of which the start of noxkit: {middle['noxkit']:.2f} s",
        )
    ]


def _write_history(folder: Path, commits: int) -> None:
    folder.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)  # noqa: S607 -- git of the machine
    text = "".join(_stream(commits)).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=text, check=True)  # noqa: S607 -- as above
    subprocess.run(["git", "checkout", "-q", "main"], cwd=folder, check=True)  # noqa: S607 -- as above


def _stream(commits: int) -> Iterator[str]:
    """The commits as `git fast-import` reads them: each changes three files of one member."""
    root = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    files = {"pyproject.toml": root}
    for number in range(1, _MEMBERS):
        needs = f'dependencies = ["m{number - 1}"]\n' if number % 10 > 1 else ""
        manifest = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\n'
        files[f"packages/m{number}/pyproject.toml"] = f'{manifest}name = "m{number}"\nversion = "1.0.0"\n{needs}'
    yield _commit(0, "chore: begin", files)
    for number in range(1, commits):
        if number % (commits // _MEMBERS) == 0:
            name = f"m{number // (commits // _MEMBERS)}-v1.0.0"
            yield f"reset refs/tags/{name}\nfrom refs/heads/main\n\n"
        member = number * 37 % (_MEMBERS - 1) + 1
        kind = _TYPES[number % len(_TYPES)]
        body = f"{kind}(m{member}): change {number}\n\nWhat it does and why.\n\nRefs: #{number}\n"
        changed = {f"packages/m{member}/src/m{member}/f{each}.py": f"X = {number}\n" for each in range(3)}
        yield _commit(number, body, changed)


def _commit(number: int, message: str, files: dict[str, str]) -> str:
    head = f"commit refs/heads/main\ncommitter a <a@b.invalid> {1_700_000_000 + number} +0000\n"
    parts = [head, f"data {len(message.encode())}\n{message}\n"]
    parts += [f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n" for path, text in files.items()]
    return "".join(parts)
