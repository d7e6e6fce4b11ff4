# SPDX-License-Identifier: Apache-2.0
"""The rows on built files: beside reading, inflating and hashing the same members, beside peers, hostile ones."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from noxkit.engine._contents import ARTIFACT_SCOPES
from noxkit.rules import load_families
from sessions._bench_measure import Command, Usage, base_environment, median, peak_memory, timed, uv_program
from sessions._bench_page import Row
from sessions._bench_run import nox
from sessions._real_files import fetched

if TYPE_CHECKING:
    from collections.abc import Set

    from sessions._bench_rows import Bench

__all__ = ["artifacts", "release"]

_PLAIN = """\
import hashlib, sys, zipfile
for name in sys.argv[1:]:
    with zipfile.ZipFile(name) as archive:
        for item in archive.infolist():
            digest = hashlib.sha256()
            with archive.open(item) as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
"""
# Each distinct module is compiled once and thrown away, in as many processes as there are cores.
_COMPILE = """\
import concurrent.futures, sys, warnings, zipfile
def compiled(job):
    name, members = job
    with zipfile.ZipFile(name) as archive:
        for member in members:
            try:
                compile(archive.read(member), member, "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                pass
def start():
    warnings.simplefilter("ignore")
if __name__ == "__main__":
    jobs, seen = [], set()
    for name in sys.argv[2:]:
        members = []
        with zipfile.ZipFile(name) as archive:
            for item in archive.infolist():
                same = (item.CRC, item.file_size)
                if item.filename.endswith(".py") and same not in seen:
                    seen.add(same)
                    members.append(item.filename)
        jobs += [(name, members[at : at + 64]) for at in range(0, len(members), 64)]
    with concurrent.futures.ProcessPoolExecutor(int(sys.argv[1]), initializer=start) as pool:
        for _ in pool.map(compiled, jobs):
            pass
"""
# Families that look into the text of modules: they cost a parse of each.
_TEXTS = frozenset({"entry_points", "typed_markers", "versions", "wheel_imports", "wheel_syntax"})
# The one rule for which a second Python, the lowest that a wheel is for, compiles each module as well.
_LOWEST = "NK-REQUIRES-PYTHON-SYNTAX"
_OWN = ("--only", "wheel_contents")  # without the programs that look at native code
_PEERS = {
    "check-wheel-contents": ("check-wheel-contents",),
    "twine": ("twine", "check"),
    "pydistcheck": ("pydistcheck",),
}
_MEGA = 1 << 20
_MEMORY = 200.0  # MB, the budget
_SECONDS = 30.0  # of a hostile file: what people would call "within seconds" for two gigabytes


class _Task(TypedDict):
    name: str
    seconds: float
    package: str | None
    python: str | None


class _Report(TypedDict):
    tasks: list[_Task]


def artifacts(bench: Bench) -> list[Row]:
    """Verifying real wheels, with and without what reads their modules; peers; a huge file and a bomb."""
    files = fetched("wheels", Path(".nox") / "trials" / "wheels")
    chosen = files if bench.full else files[:20]
    resolved = [path.resolve() for path in chosen]
    commands = {
        "plain": _script(bench, "plain", _PLAIN, *map(str, resolved)),
        "compile": _script(bench, "compile", _COMPILE, str(bench.cores), *map(str, resolved)),
        "static": _wheel(bench, chosen, *_OWN, _rules(without=_TEXTS)),
        "modules": _wheel(bench, chosen, *_OWN, _rules(without={_LOWEST})),
        "all": _wheel(bench, chosen, *_OWN),
        "tools": _wheel(bench, chosen),
    }
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    for _ in range(bench.repeat):
        for name, command in commands.items():
            runs[name].append(timed(command))
    usages = {name: _middle(each) for name, each in runs.items()}
    base = usages["plain"]
    size = sum(path.stat().st_size for path in chosen) / 1e6
    rows = [
        _ratio(
            f"verifying {len(chosen)} wheels ({size:.0f} MB), without rules on the text of modules",
            usages["static"],
            base,
            3.0,
        ),
        _ratio("the same with all that looks into modules, compiled by one Python", usages["modules"], base, 6.0),
        Row(
            name="the same beside compiling alone",
            measured=usages["modules"].wall,
            other=usages["compile"].wall,
            against=f"(compiling the same modules, each once, in plain Python with {bench.cores} processes)",
            note=f"compiling alone is {usages['compile'].wall / base.wall:.1f} times the reading",
        ),
        _ratio("the same with all rules: compiled by the lowest Python as well", usages["all"], base),
        _ratio("the same with all rules, abi3audit and auditwheel", usages["tools"], base),
        *(_peer(bench, name, chosen, usages["all"]) for name in _PEERS),
    ]
    return [*rows, *(_hostile(bench) if bench.full else [])]


def _ratio(name: str, usage: Usage, base: Usage, most: float | None = None) -> Row:
    return Row(
        name=name,
        measured=usage.wall,
        other=base.wall,
        against="(reading, inflating and hashing the same members in plain Python)",
        allowed=(0.0, most) if most is not None else None,
        note=f"CPU {usage.cpu:.1f} s against {base.cpu:.1f} s",
    )


def _middle(runs: list[Usage]) -> Usage:
    return Usage(
        wall=median([each.wall for each in runs]),
        cpu=median([each.cpu for each in runs]),
        returncode=runs[-1].returncode,
    )


def _rules(*, without: Set[str]) -> str:
    """The option that names all rules on built files but for some families or codes."""
    rules = [rule for family in load_families().values() for rule in family.values() if rule.scope in ARTIFACT_SCOPES]
    codes = sorted({rule.info.code for rule in rules if not without & {rule.info.code, rule.info.family}})
    return f"--rule={','.join(codes)}"


def _script(bench: Bench, name: str, text: str, *arguments: str) -> Command:
    script = bench.tree.scratch / f"{name}.py"
    script.write_text(text, encoding="utf-8")
    return _command(bench, name, sys.executable, str(script), *arguments)


def _wheel(bench: Bench, files: list[Path], *arguments: str) -> Command:
    named = [str(path.resolve()) for path in files]
    return _command(bench, "noxkit wheel", sys.executable, "-m", "noxkit", "wheel", *named, *arguments)


def _command(bench: Bench, name: str, *arguments: str) -> Command:
    return Command(name=name, arguments=arguments, folder=bench.tree.scratch, environment=base_environment())


def _peer(bench: Bench, name: str, files: list[Path], mine: Usage) -> Row:
    """What a peer takes for the same files, from an environment that is made before."""
    program, *words = _PEERS[name]
    start = [uv_program(), "tool", "run", "--quiet", program]
    timed(_command(bench, name, *start, "--help"))
    usage = timed(_command(bench, name, *start, *words, *(str(path.resolve()) for path in files)))
    return Row(
        name="verifying them, all rules", measured=mine.wall, other=usage.wall, against=f"({name} on the same files)"
    )


def _hostile(bench: Bench) -> list[Row]:
    """The memory and the time that a wheel of two gigabytes and a bomb of a terabyte cost."""
    rows: list[Row] = []
    for name, make in (("a wheel of 2 GB", _huge), ("a bomb of 1 TB", _bomb)):
        file = bench.tree.scratch / "demo-1.0-py3-none-any.whl"
        make(file)
        command = _wheel(bench, [file])
        usage = timed(command)
        _, memory = peak_memory(command)
        file.unlink()
        against = "(the budget; with the process that waits for the worker)"
        rows += [
            Row(
                name=f"{name}: memory",
                measured=memory / 1e6,
                other=_MEMORY,
                against=against,
                unit="MB",
                allowed=(0.0, 1.0),
            ),
            Row(name=f"{name}: time", measured=usage.wall, other=_SECONDS, against="(the budget)", allowed=(0.0, 1.0)),
        ]
    return rows


def _huge(file: Path) -> None:
    block = os.urandom(_MEGA)
    with zipfile.ZipFile(file, "w") as archive, archive.open("demo/data.bin", "w", force_zip64=True) as stream:
        for _ in range(2048):
            stream.write(block)


def _bomb(file: Path) -> None:
    """A thousand members of a gigabyte each, of which each takes a megabyte."""
    block = bytes(_MEGA)
    first = file.with_suffix(".first")
    with zipfile.ZipFile(first, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("demo/zeros", "w") as stream:
        for _ in range(1024):
            stream.write(block)
    data = first.read_bytes()
    first.unlink()
    _repeat(data, file, count=1024)


def _repeat(data: bytes, file: Path, *, count: int) -> None:
    """The one entry of an archive many times over, under other names of the same length."""
    end = data.rindex(b"PK\x05\x06")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    local, central = data[:start], data[start:end]
    with file.open("wb") as stream:
        entries: list[bytes] = []
        for number in range(count):
            name = f"demo/{number:05d}".encode()
            offset = stream.tell().to_bytes(4, "little")
            stream.write(local.replace(b"demo/zeros", name, 1))
            entries.append(
                central.replace(b"demo/zeros", name, 1)[:42] + offset + central.replace(b"demo/zeros", name, 1)[46:]
            )
        at = stream.tell()
        stream.write(b"".join(entries))
        size = stream.tell() - at
        counts = count.to_bytes(2, "little") * 2
        stream.write(b"PK\x05\x06\0\0\0\0" + counts + size.to_bytes(4, "little") + at.to_bytes(4, "little") + b"\0\0")


def release(bench: Bench) -> list[Row]:
    """`release_check --skip-tests` on the generated workspace against what its own work allows."""
    report = bench.tree.scratch / "release.json"
    arguments = ("-s", "release_check", "--", "--skip-tests", "--skip", "advisories,previous,rehearsal")
    command = nox(bench.tree, *arguments, "--format", "json", "--output", str(report), name="nox -s release_check")
    timed(command, log=bench.tree.scratch / "release.log")
    runs = [timed(command, log=bench.tree.scratch / "release.log") for _ in range(bench.repeat)]
    usage = _middle(runs)
    tasks = cast("_Report", json.loads(report.read_text(encoding="utf-8")))["tasks"]
    chain = max((each["seconds"] for each in tasks if each["name"] != "build"), default=0.0)
    chain += max((each["seconds"] for each in tasks if each["name"] == "build"), default=0.0)
    bound = max(chain, usage.cpu / bench.cores)
    shutil.rmtree(bench.tree.folder / "dist", ignore_errors=True)
    return [
        Row(
            name="release_check --skip-tests on 60 packages, without the index",
            measured=usage.wall,
            other=bound,
            against="(the larger of the longest chain and its CPU time ÷ cores)",
            allowed=(0.0, 1.15),
            note=f"CPU {usage.cpu:.0f} s, longest chain {chain:.1f} s, {len(tasks)} tasks",
        )
    ]
