# SPDX-License-Identifier: Apache-2.0
"""A fresh environment outside of the tree: wheels are resolved, installed and imported there, without credentials.

Wheels of the same run are given by path and digest, so that no other file, of the index or of an earlier build, can
take their place.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from noxkit.engine import _import_child
from noxkit.engine._contents import project_of
from noxkit.engine._indexes import index_arguments
from noxkit.rules._rehearsals import ImportFailure

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from noxkit.diagnostics.model import FileRecord
    from noxkit.engine._context import Context
    from noxkit.tasks.process import Completed

__all__ = ["AWAY_HINT", "DoubtError", "Imported", "Room", "distribution_of", "fresh_room", "judged_by_uv"]

AWAY_HINT = "make the index reachable; what does not need it was done"
"""What to do where the index does not answer."""

_TASK = "rehearsal"
_NETWORK = re.compile(
    r"failed to fetch|error sending request|network was disabled|connection|timed? ?out|dns error|"
    r"status (?:code )?\(?5\d\d|could not connect|offline",
    re.IGNORECASE,
)
_UNSATISFIABLE = re.compile(r"no solution found|hash mismatch|unsatisfiable", re.IGNORECASE)
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)""")
_UNCACHED = re.compile(r"(\S+) was not found in the cache")
_NOISE = ("Using Python", "Using CPython", "Using PyPy", "Resolved ", "error: No solution")
_ENVIRONMENT_HINT = "make that Python available (`uv python install`), and disk space"


class _Event(msgspec.Struct, frozen=True):
    """A line of what the child says."""

    python: str | None = None
    items: int | None = None
    own: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    begin: int | None = None
    item: _Item | None = None
    end: int | None = None
    failure: _Failure | None = None
    done: bool = False


class _Item(msgspec.Struct, frozen=True):
    kind: Literal["module", "script", "entry point"]
    name: str
    group: str = ""
    value: str = ""


class _Failure(msgspec.Struct, frozen=True):
    error: str
    home: str
    message: str
    missing: str | None = None


_EVENTS: msgspec.json.Decoder[_Event] = msgspec.json.Decoder(_Event)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the imports of one wheel have shown; `tried` counts them.

    `extras` are the normalised names of what each of its extras requires.
    """

    python: str = ""
    tried: int = 0
    own: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    extras: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict[str, "frozenset[str]"])
    roots: frozenset[str] = frozenset()
    failures: tuple[ImportFailure, ...] = ()
    trouble: str | None = None


class DoubtError(Exception):
    """Raised where the rehearsal cannot tell: the outcome is inconclusive."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


def distribution_of(file: FileRecord) -> str:
    """The normalised name of the project that a built file is of."""
    return project_of(file.name.rpartition("/")[2])


@contextlib.contextmanager
def fresh_room(context: Context, python: str, files: Sequence[FileRecord]) -> Generator[Room]:
    """An empty environment for `python`, taken away at the end; `files` are the wheels of this run.

    Raises DoubtError where there is no such interpreter.
    """
    with tempfile.TemporaryDirectory(prefix="noxkit-rehearsal-", ignore_cleanup_errors=True) as folder:
        room = Room(context=context, folder=Path(folder), python=python)
        completed = room.uv("venv", "--no-project", "--python", python, str(room.home))
        if completed.returncode != 0:
            raise DoubtError(_said(completed), _ENVIRONMENT_HINT)
        lines = [
            f"{distribution_of(each)} @ {(context.root / each.name).as_uri()}#sha256={each.sha256}\n" for each in files
        ]
        room.constraints.write_text("".join(lines), encoding="utf-8")
        yield room


@dataclasses.dataclass(frozen=True, kw_only=True)
class Room:
    """The environment of one rehearsal in `folder`."""

    context: Context
    folder: Path
    python: str

    @property
    def home(self) -> Path:
        """The environment."""
        return self.folder / "environment"

    @property
    def constraints(self) -> Path:
        """A requirement on one of the wheels of this run can be met by nothing else: their paths and digests."""
        return self.folder / "constraints.txt"

    def uv(self, *arguments: str) -> Completed:
        """Run uv in the folder, where no project can be found."""
        return self.context.uv.run(arguments, task=_TASK, environment=self.context.for_uv, cwd=self.folder)

    def install(self, wheels: Sequence[FileRecord]) -> str | None:
        """Install wheels with what they require; why that cannot be resolved, or None. Raises DoubtError."""
        return self._install([str(self.context.root / wheel.name) for wheel in wheels])

    def _install(self, named: Sequence[str]) -> str | None:
        where = ["--python", str(self.home), "--constraint", str(self.constraints)]
        return judged_by_uv(self.uv("pip", "install", *index_arguments(self.context), *where, *named))

    def resolve(self, wheel: FileRecord, *, extra: str) -> str | None:
        """Why a wheel with an extra cannot be resolved, or None. Raises DoubtError."""
        wanted = self.folder / "requirements.in"
        address = (self.context.root / wheel.name).as_uri()
        wanted.write_text(f"{distribution_of(wheel)}[{extra}] @ {address}\n", encoding="utf-8")
        how = ["--no-header", "--no-annotate", "--quiet", "--python-version", self.python]
        where = [*index_arguments(self.context), "--constraint", str(self.constraints)]
        return judged_by_uv(self.uv("pip", "compile", *how, *where, str(wanted)))

    def works_with(self, wheel: FileRecord, failures: Sequence[ImportFailure], extras: Sequence[str]) -> set[int]:
        """The numbers of those failures that are none where the extras are installed; they stay installed."""
        named = f"{distribution_of(wheel)}[{','.join(extras)}] @ {(self.context.root / wheel.name).as_uri()}"
        try:
            if self._install([named]) is not None:
                return set()
        except DoubtError:
            return set()
        numbers = [failure.number for failure in failures]
        again = self.import_all(wheel, only=numbers)
        return set(numbers) - {failure.number for failure in again.failures} if again.trouble is None else set()

    def import_all(self, wheel: FileRecord, *, only: Sequence[int] = ()) -> Imported:
        """Import all that the wheel brings, or some of it, going on behind whatever ends the interpreter."""
        result = Imported()
        start, broken = 0, list[str]()
        while True:
            events, completed = self._once(wheel, start, broken, only)
            result = self._with(result, events)
            last = events[-1] if events else None
            if last is not None and last.done:
                return result
            if completed.cancelled:
                return dataclasses.replace(result, trouble="interrupted")
            if last is None or last.begin is None or last.item is None:
                return dataclasses.replace(result, trouble=f"the imports stopped: {_said(completed)}")
            failure = _ended(last.begin, last.item, completed, limit=self.context.config.options.release.import_timeout)
            result = dataclasses.replace(result, failures=(*result.failures, failure))
            start = last.begin + 1
            broken += [last.item.name] if last.item.kind == "module" else []

    def _once(
        self, wheel: FileRecord, start: int, broken: Sequence[str], only: Sequence[int]
    ) -> tuple[list[_Event], Completed]:
        """One process that tries everything from the item `start` on, but what is below `broken` modules."""
        order, answer, empty = self.folder / "order.json", self.folder / "answer.jsonl", self.folder / "empty"
        answer.unlink(missing_ok=True)
        limit = self.context.config.options.release.import_timeout
        told = {"name": distribution_of(wheel), "start": start, "only": only, "broken": broken, "timeout": limit}
        order.write_bytes(msgspec.json.encode(told))
        empty.mkdir(exist_ok=True)
        program = self.folder / "imports.py"  # beside nothing of noxkit that could be imported
        program.write_bytes(Path(_import_child.__file__).read_bytes())
        bare = {"HOME": str(empty), "PYTHONWARNINGS": "ignore", "VIRTUAL_ENV": None}
        completed = dataclasses.replace(self.context.runner, kept=1 << 20).run(
            [str(self.home / "bin" / "python"), "-I", "-B", str(program), str(order), str(answer)],
            task=_TASK,
            cwd=empty,
            environment={**self.context.without_credentials, **bare},
            timeout=self.context.config.options.timeout,
            nice=5,
        )
        return list(_events(answer)), completed

    def _with(self, result: Imported, events: Sequence[_Event]) -> Imported:
        """The result with what one process has said."""
        items = {event.begin: event.item for event in events if event.begin is not None and event.item is not None}
        skip = self.context.config.options.release.skip_imports
        failures = [
            _raised(event.end, item, event.failure)
            for event in events
            if event.end is not None and event.failure is not None and (item := items.get(event.end)) is not None
        ]
        head = next((event for event in events if event.python), None)
        return dataclasses.replace(
            result,
            python=(head.python if head else None) or result.python,
            tried=result.tried + len(items),
            own=frozenset(head.own) if head else result.own,
            required=frozenset(head.required) if head else result.required,
            extras=_by_extra(head.requires) if head else result.extras,
            roots=frozenset(head.roots) if head else result.roots,
            failures=(*result.failures, *(failure for failure in failures if not _is_skipped(failure, skip))),
        )


def _events(answer: Path) -> Iterator[_Event]:
    """The lines of an answer, up to one that a killed process has not finished."""
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        for line in answer.read_bytes().splitlines():
            yield _EVENTS.decode(line)


def judged_by_uv(completed: Completed) -> str | None:
    """Why uv says that there is no solution; None where it has one. Raises DoubtError for all else that it says."""
    if completed.returncode == 0:
        return None
    said = completed.stderr.decode("utf-8", "replace")
    if completed.cancelled:
        raise DoubtError("interrupted", "run the session again")
    if _NETWORK.search(said):
        raise DoubtError(f"the index does not answer: {_cause(said)}", AWAY_HINT)
    if not _UNSATISFIABLE.search(said):
        raise DoubtError(_said(completed), "mend what uv reports")
    return _said(completed)


def _cause(said: str) -> str:
    """The innermost cause that uv gives of a request that failed, the same for every package."""
    causes = [line.strip().removeprefix("cause: ") for line in said.splitlines() if line.strip().startswith("cause: ")]
    absent = _UNCACHED.search(said)
    if absent is not None:
        return f"uv was told to do without a network, and {absent[1]} is not in its cache"
    return causes[-1][:200] if causes else "a request failed"


def _said(completed: Completed) -> str:
    """What uv says, on one line and without its marks."""
    lines = [line.strip().removeprefix("cause: ") for line in completed.stderr.decode("utf-8", "replace").splitlines()]
    useful = [line for line in lines if line and not line.startswith(_NOISE)]
    return " ".join(useful)[:600].removeprefix("error: ") or f"it ended with exit code {completed.returncode}"


def _is_skipped(failure: ImportFailure, globs: Sequence[str]) -> bool:
    return failure.kind == "module" and any(
        fnmatch.fnmatchcase(failure.name, glob) or failure.name.startswith(f"{glob}.") for glob in globs
    )


def _by_extra(requires: Sequence[str]) -> dict[str, frozenset[str]]:
    """What each extra brings that is not required without one, by the lines of Requires-Dist."""
    always: set[str] = set()
    found: dict[str, set[str]] = {}
    for line in requires:
        with contextlib.suppress(InvalidRequirement):
            requirement = Requirement(line)
            extras = {canonicalize_name(name) for name in _EXTRA.findall(str(requirement.marker or ""))}
            for extra in extras:
                found.setdefault(extra, set()).add(canonicalize_name(requirement.name))
            always |= set() if extras else {canonicalize_name(requirement.name)}
    return {extra: frozenset(names - always) for extra, names in sorted(found.items())}


def _raised(number: int, item: _Item, failure: _Failure) -> ImportFailure:
    return ImportFailure(
        number=number,
        kind=item.kind,
        name=item.name,
        group=item.group,
        value=item.value,
        way="raised",
        error=failure.error,
        home=failure.home,
        message=" ".join(failure.message.split())[:300],
        missing=failure.missing,
    )


def _ended(number: int, item: _Item, completed: Completed, *, limit: float) -> ImportFailure:
    hung = completed.timed_out or b"Timeout (" in completed.stderr
    code = completed.returncode
    said = f"signal {-code}" if code < 0 else f"exit code {code}"
    return ImportFailure(
        number=number,
        kind=item.kind,
        name=item.name,
        group=item.group,
        value=item.value,
        way="hung" if hung else "ended",
        message=f"{limit:.0f} s" if hung else said,
    )
