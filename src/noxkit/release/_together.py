# SPDX-License-Identifier: Apache-2.0
"""Several files written together or not at all, also where the process is killed in between."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.errors import ErrorRecord, NoxkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from noxkit.engine._context import Context

__all__ = ["Write", "diff_of", "recover", "write_or_tell", "write_together", "written_by_us"]

_JOURNAL = "writing.json"
_WRITTEN = "written.json"


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """What one file is to hold: its path below the root, its content before (None: it is not there) and after.

    `new` is None where another program writes it, which may then be anything, and where it is to be `gone`.
    """

    path: str
    old: bytes | None
    new: bytes | None
    gone: bool = False


class _Journal(msgspec.Struct, frozen=True, kw_only=True):
    """All of a change, before any of it is made."""

    writes: tuple[Write, ...]


def write_together(root: Path, state: Path, writes: Sequence[Write], *, then: Callable[[], str | None]) -> str | None:
    """Write all files and run `then`, which says what went wrong; if something did, all is as it was before.

    Raises OSError where that cannot be done either: the journal in `state` is then still there for `recover`.
    """
    journal = state / _JOURNAL
    try:
        state.mkdir(parents=True, exist_ok=True)
        write_atomic(journal, msgspec.json.encode(_Journal(writes=tuple(writes))))
    except OSError as error:
        return f"{error.filename or journal} cannot be written: {error.strerror}"
    wrong: str | None = "interrupted"
    try:
        for write in writes:
            if write.new is not None:
                write_atomic(root / write.path, write.new)
            elif write.gone:
                (root / write.path).unlink(missing_ok=True)
        wrong = then()
        if wrong is None:
            _note(root, state, writes)
    except OSError as error:
        wrong = f"{error.filename or 'a file'} cannot be written: {error.strerror}"
    finally:
        if wrong is not None:
            _put_back(root, writes)
        journal.unlink(missing_ok=True)
    return wrong


def _note(root: Path, state: Path, writes: Sequence[Write]) -> None:
    known = _noted(state) | {write.path: _digest(root / write.path) for write in writes}
    write_atomic(state / _WRITTEN, msgspec.json.encode(known))


def _noted(state: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((state / _WRITTEN).read_bytes(), type=dict[str, str])
    return {}


def _digest(file: Path) -> str:
    return hashlib.sha256(_content(file) or b"").hexdigest()


def written_by_us(root: Path, state: Path) -> frozenset[str]:
    """The files that hold exactly what was last written together."""
    return frozenset(path for path, digest in _noted(state).items() if digest == _digest(root / path))


def _put_back(root: Path, writes: Sequence[Write]) -> None:
    for write in writes:
        file = root / write.path
        if write.old is None:
            if file.is_file():
                file.unlink()
        elif not file.is_file() or file.read_bytes() != write.old:
            write_atomic(file, write.old)


def write_or_tell(
    outcome: Outcome, context: Context, writes: Sequence[Write], *, then: Callable[[], str | None] = lambda: None
) -> Outcome:
    """`outcome` with what was written; under `--dry-run` with what would be, and the change is shown."""
    paths = [write.path for write in writes if write.new is not None or write.gone]
    if not writes:
        said: dict[str, EvidenceValue] = {"changed": []}
    elif context.config.run.dry_run:
        context.outbox.append(diff_of(writes))
        said = {"would_change": paths}
    else:
        wrong = write_together(context.root, context.state / "release", writes, then=then)
        if wrong is not None:
            hint = "mend that and run it again; every file is as it was"
            return msgspec.structs.replace(outcome, status=Status.FAILED, reason=wrong, hint=hint)
        said = {"changed": paths}
    return msgspec.structs.replace(outcome, evidence={**outcome.evidence, **said})


def diff_of(writes: Sequence[Write]) -> str:
    """What would change, as a unified diff; not of what another program writes."""
    lines: list[str] = []
    for write in writes:
        if write.new is not None or write.gone:
            old, new = ((each or b"").decode("utf-8", "replace").splitlines() for each in (write.old, write.new))
            lines += difflib.unified_diff(old, new, f"a/{write.path}", f"b/{write.path}", lineterm="")
    return "".join(f"{line}\n" for line in lines)


def recover(root: Path, state: Path, *, dry: bool) -> tuple[str, ...]:
    """Put back what a killed run has half done, and say which files; none where there was no such run.

    Raises NoxkitError where somebody has changed one of the files since, or the journal cannot be read; with `dry`
    wherever there is one.
    """
    journal = state / _JOURNAL
    try:
        done = msgspec.json.decode(journal.read_bytes(), type=_Journal)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        hint = f"look at `git diff`, put back what is half written, and remove {journal.relative_to(root)}"
        message = f"an earlier run was stopped while it wrote, and its journal cannot be read: {error}"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint)) from error
    changed = [
        write.path
        for write in done.writes
        if write.new is not None and _content(root / write.path) not in {write.old, write.new}
    ]
    if changed:
        hint = f"keep what you want of `git diff`, and remove {journal.relative_to(root)}"
        message = f"an earlier run was stopped while it wrote, and {', '.join(changed)} has been changed since"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint))
    if dry:
        message = "an earlier run was stopped while it wrote, so that the tree is not what a plan can be made of"
        hint = "run it without `--dry-run`, which puts back what is half written"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint))
    touched = tuple(write.path for write in done.writes if _content(root / write.path) != write.old)
    _put_back(root, done.writes)
    journal.unlink(missing_ok=True)
    return touched


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
