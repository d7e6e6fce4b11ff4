# SPDX-License-Identifier: Apache-2.0
"""Wheels with native code for programs that unpack them: which they are given, and what was said of each."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion

from noxkit.tools._base import UnparseableError
from noxkit.tools._output import decode_lines, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from packaging.tags import Tag

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job

__all__ = ["WheelAnswer", "answers", "can_unpack", "tagged", "tags_of", "wheel_command"]

_PROGRAM = Path(__file__).parent / "_wheel_program.py"
_MOST, _RATIO, _SMALL, _FILES = 8 << 30, 50, 64 << 20, 100_000


class WheelAnswer(msgspec.Struct, frozen=True):
    """What the program said of one wheel; `defined` are symbols that its ELF files define, by the file's name."""

    path: str
    code: int
    said: str
    error: str | None
    defined: dict[str, list[str]]


_DECODER = msgspec.json.Decoder(WheelAnswer)


def tags_of(path: str) -> frozenset[Tag]:
    """The tags in the name of a wheel; none where that has not the form of one."""
    try:
        return parse_wheel_filename(path.rpartition("/")[2])[3]
    except (InvalidWheelFilename, InvalidVersion):
        return frozenset()


def tagged(paths: Iterable[str], wanted: Callable[[Tag], bool]) -> list[str]:
    """The wheels among `paths` with a tag that is wanted."""
    return [path for path in paths if any(wanted(tag) for tag in tags_of(path))]


def can_unpack(file: Path) -> bool:
    """Whether a wheel may be unpacked onto the disk: it is a zip, and no bomb by what its directory announces."""
    try:
        with zipfile.ZipFile(file) as wheel:
            sizes = [info.file_size for info in wheel.infolist()]
        stored = file.stat().st_size
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error, zlib.error):
        return False
    total = sum(sizes)
    return len(sizes) <= _FILES and total <= _MOST and (total <= _SMALL or total <= _RATIO * stored)


def wheel_command(job: Job, module: str, arguments: Sequence[str], paths: Sequence[str]) -> list[str]:
    """The program on each of these wheels, with the Python of its own environment."""
    return [str(job.executable), "-I", str(_PROGRAM), module, *arguments, "--", *paths]


def answers(completed: Completed, *, tool: str, paths: Sequence[str]) -> list[WheelAnswer]:
    """What was said of each of `paths`. Raises UnparseableError where one is missing."""
    lines = [line for line in completed.stdout.split(b"\n") if line.strip()]
    if not lines:
        raise UnparseableError(failure(completed))
    found = decode_lines(lines, _DECODER, tool=tool)
    if [answer.path for answer in found] != list(paths):
        raise UnparseableError(f"{tool} was given {len(paths)} wheels, and spoke of {len(found)}: {failure(completed)}")
    return found
