# SPDX-License-Identifier: Apache-2.0
"""The session `bench`: what noxkit costs, as ratios in one run, written into docs/benchmarks.md."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import os
import platform
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import nox

from sessions import _bench_rows as rows
from sessions._bench_measure import Command, base_environment, timed, uv_program
from sessions._bench_page import page, table
from sessions._bench_plot import plot
from sessions._bench_run import NOXFILE, Tree
from sessions._bench_tree import FULL, QUICK, write_tree

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sessions._bench_page import Row

__all__ = ["bench"]

_PAGE = Path("docs") / "benchmarks.md"
_PLOT = Path("docs") / "images" / "bench.svg"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What follows `--`."""

    quick: bool
    tree: Path | None
    only: tuple[str, ...]
    repeat: int
    write: bool


def bench() -> None:
    """Register `bench`."""

    @nox.session(venv_backend="none", default=False)
    def bench(session: nox.Session) -> None:
        """What noxkit costs beside nox and the tools alone; writes docs/benchmarks.md (-- --quick)."""
        options = parse(session.posargs)
        measured = measure(options, say=session.log)
        text = page(measured, _facts(options))
        if options.write:
            _PAGE.write_text(text, encoding="utf-8")
            picture = plot(measured)
            if picture is not None:
                _PLOT.write_text(picture, encoding="utf-8")
        session.log("\n\n%s\n", table(measured))
        over = [row.name for row in measured if row.over]
        if over:
            session.error(f"over budget: {'; '.join(over)}")


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments; ends with nox's exit code for usage where one is unknown."""
    parser = argparse.ArgumentParser(prog="nox -s bench --", description="Measure noxkit.")
    parser.add_argument("--quick", action="store_true", help="a smaller tree, fewer repetitions, no page")
    parser.add_argument("--tree", type=Path, help="keep the generated tree in this folder (default: a temporary one)")
    parser.add_argument("--only", default="", help=f"rows to measure, of {','.join(rows.GROUPS)}")
    parser.add_argument("--write", action="store_true", help="write the page for these rows alone, too")
    parser.add_argument("--repeat", type=int, help="how often each thing is measured")
    read = parser.parse_args(arguments)
    only = tuple(name for name in read.only.split(",") if name)
    unknown = [name for name in only if name not in rows.GROUPS]
    if unknown:
        parser.error(f"no such rows: {', '.join(unknown)}")
    repeat = read.repeat or (1 if read.quick else 3)
    return Options(
        quick=read.quick, tree=read.tree, only=only, repeat=repeat, write=read.write or not (read.quick or only)
    )


def measure(options: Options, *, say: rows.Say) -> list[Row]:
    """All rows, or those that were asked for."""
    with _tree(options) as tree:
        bench_run = rows.Bench(tree=tree, repeat=options.repeat, full=not options.quick, say=say)
        say(f"{tree.files} files, {tree.lines} lines in {tree.folder}")
        measured: list[Row] = []
        for name, group in rows.GROUPS.items():
            if not options.only or name in options.only:
                say(f"measuring: {name}")
                measured += group(bench_run)
    return measured


@contextlib.contextmanager
def _tree(options: Options) -> Generator[Tree]:
    """The generated tree as a git repository with a lock file, and a scratch folder beside it."""
    with tempfile.TemporaryDirectory(prefix="noxkit-bench-") as temporary:
        folder = (options.tree or Path(temporary) / "tree").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        counts = write_tree(folder, QUICK if options.quick else FULL)
        (folder / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
        scratch = Path(temporary) / "scratch"
        scratch.mkdir()
        for arguments in (("git", "init", "--quiet"), (uv_program(), "lock", "--quiet"), ("git", "add", "--all")):
            command = Command(name=arguments[0], arguments=arguments, folder=folder, environment=base_environment())
            log = scratch / "setup.log"
            if timed(command, log=log).returncode:
                raise RuntimeError(f"{' '.join(arguments)} failed: {log.read_text(encoding='utf-8')}")
        yield Tree(folder=folder, scratch=scratch, lines=counts.lines, files=counts.files)


def _facts(options: Options) -> dict[str, str]:
    """What a reader needs to know about the run."""
    names = ("nox", "noxkit", "uv")
    command = "uv run nox -s bench" + (" -- --quick" if options.quick else "")
    load = os.getloadavg()
    return {
        "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
        "command": f"`{command}`",
        "groups of rows": ", ".join(options.only or rows.GROUPS),
        "machine": f"{len(os.sched_getaffinity(0))} cores, {_processor()}, {_memory()}, {platform.system()}",
        "load at the end": ", ".join(f"{value:.1f}" for value in load),
        "versions": ", ".join([f"Python {platform.python_version()}", *(f"{each} {_version(each)}" for each in names)]),
        "repetitions": f"{options.repeat}, of which the median counts",
    }


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def _memory() -> str:
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB"
