# SPDX-License-Identifier: Apache-2.0
"""Runs a command and says what it cost: wall time, CPU time of all that it started, memory, its first lines."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uv

from noxkit.tasks import environ

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

__all__ = ["Command", "Usage", "base_environment", "first_lines", "median", "peak_memory", "timed", "uv_program"]

# What would make a run of nox on the tree another one than a user's: the bench's own nox, uv and CI,
# and a Python that compiles every module anew.
_FOREIGN = (
    "PYTHONDONTWRITEBYTECODE",
    "CI",
    "GITHUB_",
    "GITLAB_",
    "NOX",
    "FORCE_COLOR",
    "NO_COLOR",
    "VIRTUAL_ENV",
    "COVERAGE_",
    "PYTEST_",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command with its folder and its whole environment; `name` is shown."""

    name: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a command cost, in seconds; `cpu` is that of the process and of all below it that were waited for."""

    wall: float
    cpu: float
    returncode: int


def base_environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment of a user who runs nox by hand, with changes; None removes a variable."""
    base = {name: value for name, value in environ.current().items() if not name.startswith(_FOREIGN)}
    return environ.changed(base, changes or {})


def uv_program() -> str:
    """The uv on PATH, else the one that comes with noxkit."""
    return shutil.which("uv") or uv.find_uv_bin()


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def timed(command: Command, *, log: Path | None = None) -> Usage:
    """Run a command to its end; what it prints goes to `log`."""
    began = time.perf_counter()
    with _started(command, log=log) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(wall=wall, cpu=usage.ru_utime + usage.ru_stime, returncode=process.returncode)


def peak_memory(command: Command) -> tuple[int, int]:
    """The most memory, in bytes, of the process itself and of it with all below it, looked at ten times a second."""
    own = everything = 0
    with _started(command) as process:
        while process.poll() is None:
            sizes = [_resident(pid) for pid in _family(process.pid)]
            own = max(own, sizes[0] if sizes else 0)
            everything = max(everything, sum(sizes))
            time.sleep(0.1)
    return own, everything


def first_lines(
    command: Command, wanted: Sequence[Callable[[str], bool]], *, limit: float, log: Path
) -> list[float | None]:
    """Seconds until the first line that each of `wanted` accepts; the command is ended once all have come."""
    found: list[float | None] = [None] * len(wanted)
    log.touch()
    began = time.perf_counter()
    with _started(command, log=log) as process:
        while None in found and time.perf_counter() - began < limit:
            ended = process.poll() is not None
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            now = time.perf_counter() - began
            for index, accepts in enumerate(wanted):
                if found[index] is None and any(accepts(line) for line in lines):
                    found[index] = now
            if ended:
                break
            time.sleep(0.01)
    return found


@contextlib.contextmanager
def _started(command: Command, *, log: Path | None = None) -> Generator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which is gone at the end."""
    target = Path(os.devnull) if log is None else log
    with (
        target.open("wb") as output,
        subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """TERM first, so that noxkit ends what it has started in groups of their own."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (thread / "children").read_text(encoding="ascii").split()]
    return found


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
