# SPDX-License-Identifier: Apache-2.0
"""One generator of the repository's own: run in a copy of the tree, and what it has written there."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sys
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.engine._copy import working_copy
from noxkit.engine._facts import development_specifiers
from noxkit.engine._tests import default_python
from noxkit.environments.tool import pin_of
from noxkit.environments.uv import InstallFailedError
from noxkit.rules.generated import Written
from noxkit.tasks.process import StartError
from noxkit.workspace._globs import matcher
from noxkit.workspace.files import list_files
from noxkit.workspace.git import ignored_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noxkit.config.schema import Generated
    from noxkit.engine._context import Context
    from noxkit.engine._copy import WorkingCopy
    from noxkit.tasks.process import Completed

__all__ = ["Ran", "Trouble", "run_generator"]

_TASK = "generated"
_LONG_AGO = 10**18  # nanoseconds since 1970, in 2001: what has this time after the run was not written


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why nothing can be said of a generator; `output` is the end of what it printed."""

    status: Status
    reason: str
    hint: str | None = None
    output: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """The files that a generator is there for, those that it has changed beside them, and those not yet in git."""

    written: tuple[Written, ...]
    strayed: tuple[Written, ...]
    untracked: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """Where its programs come from: folders for PATH, and what `python` stands for."""

    python: str = sys.executable
    programs: Path | None = None


def run_generator(context: Context, generator: Generated) -> Ran | Trouble:
    """Run it in a copy and say what has come of its files.

    One that writes only what differs has written nothing where all is well, and neither has one that
    does nothing at all: it is run once more without its files. One that then fails reads what it
    writes, and what its first run has shown holds.
    """
    try:
        home = _home(context, generator)
    except InstallFailedError as error:
        return Trouble(status=Status.INCONCLUSIVE, reason=error.reason, hint=error.hint)
    with working_copy(context) as copy:
        _complete(context, copy.root)
        before = _matching(context, generator, copy.root)
        for path in before:
            os.utime(copy.root / path, ns=(_LONG_AGO, _LONG_AGO))
        trouble = _trouble(context, generator, home, copy.root)
        if trouble is not None:
            return trouble
        there = list_files(copy.root, git=None).paths
        strayed = tuple(_strayed(context, generator, copy, there))
        written = tuple(_written(context, generator, copy.root, there))
        if written and _is_idle(written, copy.root):
            for path in before:
                (copy.root / path).unlink(missing_ok=True)
            if _trouble(context, generator, home, copy.root) is None:
                written = tuple(_written(context, generator, copy.root, list_files(copy.root, git=None).paths))
                if all(each.after is None for each in written):
                    return _nothing(generator, "it writes nothing, not even where its files are missing")
    return _concluded(context, generator, written, strayed)


def _concluded(
    context: Context, generator: Generated, written: tuple[Written, ...], strayed: tuple[Written, ...]
) -> Ran | Trouble:
    if not written:
        return _nothing(
            generator, f"no file matches {', '.join(generator.writes)}, neither before nor after it has run"
        )
    git = context.repository.git
    others = git(["ls-files", "-z", "--others", "--exclude-standard"]) if git is not None else None
    names = {os.fsdecode(name) for name in (others or b"").split(b"\0") if name}
    untracked = tuple(each.path for each in written if each.path in names)
    return Ran(written=written, strayed=strayed, untracked=untracked)


def _nothing(generator: Generated, reason: str) -> Trouble:
    hint = f"correct `writes` of `{generator.name}` in [[tool.noxkit.generated]]; files that git ignores do not count"
    return Trouble(status=Status.INCONCLUSIVE, reason=reason, hint=hint)


def _home(context: Context, generator: Generated) -> _Home:
    """Raises InstallFailedError."""
    if generator.requirement is not None:
        pin = pin_of(
            generator.requirement,
            configured=context.config.options.tools,
            locked=context.repository.locked_versions,
            declared=development_specifiers(context.repository),
        )
        programs = context.tool_environments.ensure(pin, task=_TASK).programs
        return _Home(python=str(programs / "python"), programs=programs)
    python = default_python(context) if generator.environment == "project" else None
    if python is not None:
        interpreter = context.project_environments.ensure(python, task=_TASK).interpreter
        return _Home(python=str(interpreter), programs=interpreter.parent)
    return _Home()


def _complete(context: Context, folder: Path) -> None:
    """Add what the copy for fixes leaves out: large files, and what links point to."""
    for path in context.repository.files:
        target = folder / path
        if not target.exists():
            with contextlib.suppress(OSError):  # what may not be read cannot be read by a generator either
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(context.root / path, target)


def _trouble(context: Context, generator: Generated, home: _Home, folder: Path) -> Trouble | None:
    """Run it once; None where it ended well."""
    path = context.environ.get("PATH", os.defpath)
    own: dict[str, str | None] = {"PATH": f"{home.programs}{os.pathsep}{path}"} if home.programs is not None else {}
    try:
        completed = context.runner.run(
            [home.python if generator.run[0] in {"python", "python3"} else generator.run[0], *generator.run[1:]],
            task=_TASK,
            cwd=folder,
            environment={**context.without_credentials, "VIRTUAL_ENV": None, "PYTHONDONTWRITEBYTECODE": "1", **own},
            timeout=context.config.options.timeout,
            nice=5,
        )
    except StartError as error:
        reason = f"`{error.program}` could not be started: {error.reason}"
        return Trouble(status=Status.INCONCLUSIVE, reason=reason)
    return _how_it_ended(completed)


def _how_it_ended(completed: Completed) -> Trouble | None:
    if completed.cancelled:
        return Trouble(status=Status.INCONCLUSIVE, reason="interrupted", hint="run the session again")
    if completed.timed_out:
        reason = f"no end after {completed.seconds:.0f} s"
        return Trouble(status=Status.INCONCLUSIVE, reason=reason, hint="make it faster, or raise `timeout`")
    if completed.returncode == 0:
        return None
    lines = (completed.stderr.strip() or completed.stdout).decode("utf-8", "replace").strip().splitlines()
    reason = f"it ended with exit code {completed.returncode}" + (f": {lines[-1][:300]}" if lines else "")
    return Trouble(status=Status.CRASHED, reason=reason, output=tuple(line[:500] for line in lines[-20:]))


def _matching(context: Context, generator: Generated, folder: Path) -> list[str]:
    match = matcher(tuple(generator.writes)).fullmatch
    return [path for path in context.repository.files if match(path) and (folder / path).is_file()]


def _is_idle(written: Sequence[Written], folder: Path) -> bool:
    """Whether every file of it is there as it was put into the copy."""
    return all(
        each.before is not None and each.before == each.after and (folder / each.path).stat().st_mtime_ns == _LONG_AGO
        for each in written
    )


def _written(context: Context, generator: Generated, folder: Path, there: Sequence[str]) -> Iterator[Written]:
    """Its own files before and after; `there` are all that lie in the copy."""
    match = matcher(tuple(generator.writes)).fullmatch
    before = [path for path in context.repository.files if match(path)]
    after = [path for path in there if match(path)]
    ignored = _ignored(context, [path for path in after if path not in context.repository.files])
    for path in sorted({*before, *after} - ignored):
        yield _one(generator, path, before=context.root / path, after=folder / path)


def _strayed(context: Context, generator: Generated, copy: WorkingCopy, there: Sequence[str]) -> Iterator[Written]:
    """What it has made, changed or removed beside its own files, but for what git ignores."""
    match = matcher(tuple(generator.writes)).fullmatch
    known = frozenset(context.repository.files)
    changed = [change.path for change in copy.changes() if not match(change.path)]
    made = [path for path in there if path not in known and not match(path)]
    for path in sorted({*changed, *made} - _ignored(context, made)):
        yield _one(generator, path, before=context.root / path, after=copy.root / path)


def _one(generator: Generated, path: str, *, before: Path, after: Path) -> Written:
    contents = {"before": _content(before), "after": _content(after)}
    return Written(generator=generator.name, command=generator.run, path=path, **contents)


def _ignored(context: Context, paths: Sequence[str]) -> set[str]:
    """Those new files that git would not keep anyway."""
    git = context.repository.git
    return set() if git is None or not context.repository.has_git else ignored_files(git, paths, tracked=True)


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
