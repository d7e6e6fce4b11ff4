# SPDX-License-Identifier: Apache-2.0
"""What interpreters say of the modules of a wheel when they compile them, without running them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from noxkit.engine import _compile_child
from noxkit.rules._artifacts import Sketch, SyntaxFault
from noxkit.rules._installed import is_importable
from noxkit.rules._module_facts import is_aside
from noxkit.tasks.process import StartError
from noxkit.workspace.pythons import admits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.artifacts.model import Member
    from noxkit.artifacts.wheel import Wheel
    from noxkit.tasks.process import Completed, Runner

__all__ = ["Compiled", "compiled"]

_TIMEOUT = 600.0
_DEATHS = 5  # modules that may bring a compiler down before the rest is left unasked
_DIED = "the compiler of that Python breaks down on it"


class _Line(msgspec.Struct, frozen=True):
    number: int
    imports: tuple[tuple[str, int, tuple[str, ...] | None], ...]
    stored: frozenset[str]


_LINES = msgspec.json.Decoder(_Line)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What interpreters have said of the modules of a wheel.

    `pythons` are the minors that have said something, also that there is no fault. `sketches` are what the modules that
    the highest takes import and bind, by their members.
    """

    pythons: tuple[str, ...] = ()
    faults: tuple[SyntaxFault, ...] = ()
    sketches: Mapping[str, Sketch] = dataclasses.field(default_factory=dict[str, Sketch])


def compiled(runner: Runner, interpreters: Mapping[str, Path], wheel: Wheel, *, only_highest: bool = False) -> Compiled:
    """What the interpreters (by their minors) which a wheel is for say of its modules.

    The lowest and the highest, or that alone, are asked about all modules, the others only about what one of these
    refuses. Modules that nobody imports, such as templates and inputs of tests, are passed over.
    """
    metadata = wheel.metadata
    specifier = (metadata.value("Requires-Python") if metadata is not None else None) or ""
    minors = sorted((minor for minor in interpreters if admits(specifier, minor)), key=_number)
    members = [member for path, member in wheel.installed if _is_asked(path, member)]
    if not minors or not members:
        return Compiled()
    first = minors[-1:] if only_highest else list(dict.fromkeys((minors[0], minors[-1])))
    with tempfile.TemporaryDirectory(prefix="noxkit-compile-") as folder:
        said = _ask(runner, [(minor, interpreters[minor]) for minor in first], members, Path(folder) / "all")
        sketches = dict(_sketches(Path(folder) / f"all.{first[-1]}", members))
        refused = {fault.member for faults in said.values() for fault in faults}
        left = [member for member in members if member.name in refused]
        others = [(minor, interpreters[minor]) for minor in minors if minor not in first]
        said |= _ask(runner, others, left, Path(folder) / "some") if left and others else {}
    return Compiled(
        pythons=tuple(sorted(said, key=_number)),
        faults=tuple(
            sorted(
                (fault for faults in said.values() for fault in faults),
                key=lambda fault: (fault.member, _number(fault.python)),
            )
        ),
        sketches=sketches,
    )


def _sketches(file: Path, members: Sequence[Member]) -> Iterator[tuple[str, Sketch]]:
    """What the child wrote; a line that it did not get to write out counts for nothing."""
    if not file.is_file():
        return
    with file.open("rb") as stream:
        for text in stream:
            with contextlib.suppress(msgspec.DecodeError):
                line = _LINES.decode(text)
                yield members[line.number].name, Sketch(line.imports, line.stored)


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))


def _is_asked(path: str, member: Member) -> bool:
    return path.endswith(".py") and member.data is not None and is_importable(path) and not is_aside(path)


def _ask(
    runner: Runner, interpreters: Sequence[tuple[str, Path]], members: Sequence[Member], file: Path
) -> dict[str, list[SyntaxFault]]:
    """The faults that each interpreter finds, by its minor; one that says nothing at all is left out."""
    with file.open("wb") as stream:
        for member in members:
            data = member.data or b""
            stream.write(struct.pack(">Q", len(data)))
            stream.write(data)
    names = [member.name for member in members]
    last = interpreters[-1][0]
    sketches = file.with_name(f"{file.name}.{last}")
    said = {minor: _one(runner, path, file, sketches if minor == last else None) for minor, path in interpreters}
    return {
        minor: [SyntaxFault(minor, names[number], message, line) for number, line, message in faults]
        for minor, faults in said.items()
        if faults is not None
    }


def _one(runner: Runner, path: Path, file: Path, sketches: Path | None) -> list[tuple[int, int | None, str]] | None:
    """What one interpreter says, None for nothing; one that breaks down is started again behind where it did."""
    more = [str(sketches)] if sketches is not None else []
    faults: list[tuple[int, int | None, str]] | None = None
    start = 0
    for _ in range(_DEATHS):
        completed = _run(runner, path, [str(file), str(start), *more], file.parent)
        if completed is None:
            break
        lines = completed.stdout.decode("ascii", "replace").split("\n")
        begun = [int(line[1:]) for line in lines if line[:1] == "@" and line[1:].isdigit()]
        if not begun:
            break
        faults = faults or []
        faults += [cast("tuple[int, int | None, str]", json.loads(line)) for line in lines if line.startswith("[")]
        if "." in lines or completed.cancelled:
            break
        faults.append((begun[-1], None, _DIED))
        start = begun[-1] + 1
    return faults


def _run(runner: Runner, path: Path, words: Sequence[str], folder: Path) -> Completed | None:
    flags = ("-I", "-S", "-B", "-W", "ignore")
    try:
        return runner.run(
            [path, *flags, _compile_child.__file__, *words],
            task="wheel_contents",
            cwd=folder,
            timeout=_TIMEOUT,
        )
    except StartError:  # an interpreter that is gone: the others are asked all the same
        return None
