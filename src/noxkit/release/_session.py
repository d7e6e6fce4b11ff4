# SPDX-License-Identifier: Apache-2.0
"""What sessions of a release have in common: flags, the plan as text, files written together, the journal."""

from __future__ import annotations

import contextlib
import difflib
import functools
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._scope import published
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.release._plan import Asked, make_plan
from noxkit.release._versions import Level, Step
from noxkit.report._escape import one_line
from noxkit.report._verdict import number
from noxkit.report._width import cut
from noxkit.tasks import environ as environment_module
from noxkit.tasks.store import key_of
from noxkit.workspace._tables import normalize
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.release._plan import Member, Plan

__all__ = [
    "NOTHING_PUBLISHED",
    "Journal",
    "Write",
    "as_json",
    "as_mermaid",
    "as_table",
    "asked_of",
    "nothing_published",
    "plan_task",
    "put_back",
    "read_again",
    "refused",
    "state_folder",
    "write_or_tell",
    "write_together",
    "written_by_us",
]

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


def state_folder(context: Context) -> Path:
    """The folder for this repository in the user's state folder (XDG_STATE_HOME), by the address it is pushed to.

    Two checkouts of one repository have one folder, so that two of them do not publish at once.
    """
    git = context.repository.git
    said = git(["remote", "get-url", "origin"]) if git is not None else None
    address = (said or b"").decode("utf-8", "replace").strip() or str(context.root)
    home = environment_module.home(context.environ) or str(context.state)
    base = context.environ.get("XDG_STATE_HOME") or f"{home}/.local/state"
    return Path(base) / "noxkit" / key_of("repository", address)[:20]


class Journal:
    """A file of JSON lines that is only ever added to; a line that a kill has cut off is ended first."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, step: str, **facts: str) -> None:
        """Write one line, and wait until it is on the disk. Raises OSError."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps({"step": step, **facts}, sort_keys=True).encode() + b"\n"
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if cut else b"") + line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


FORMAT = "noxkit-plan/1"
_SHORT = 10  # letters of a commit's id
_WIDTH = 100  # columns
_MANY = 50  # commits of one member


def as_table(plan: Plan, *, commits: bool = True) -> str:
    """For people: a line a member in the order of publishing, below it the commits that count, and what blocks."""
    rows = [(member.name, member.current or "-", member.next or "-", _why(member)) for member in plan.members]
    heads = ("package", "now", "next", "why")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(3)]
    lines = [_row(heads, widths)]
    for member, row in zip(plan.members, rows, strict=True):
        lines.append(_row(row, widths))
        if commits and member.next is not None:
            lines += _listed(member)
        if member.next is not None:
            lines += [f"  blocked: {each}" for each in member.blocked]
    lines += ["", *(f"blocked: {each}" for each in plan.blocked), _sum(plan)]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, str, str, str], widths: list[int]) -> str:
    columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join([*columns, cells[3]]).rstrip()


def _why(member: Member) -> str:
    since = f" since {member.last_tag}" if member.last_tag is not None else ""
    if member.next is not None:
        return "; ".join(member.because) + (since if member.commits else "")
    if member.blocked:
        return member.blocked[0]
    quiet = f" ({number(member.untyped, 'commit')} without a type: `--patch` releases them)" if member.untyped else ""
    return f"nothing that counts{since}{quiet}"


def _name(source: str) -> str:
    """A commit's id as people write it; the path of a fragment as it is."""
    return source if "." in source else source[:_SHORT]


def _listed(member: Member) -> Iterator[str]:
    """The commits that count, the newest first; the many of a first release are counted."""
    newest = member.commits[::-1]
    for each in newest[:_MANY]:
        told = f"{_name(each.id)} {'breaking: ' if each.breaking else ''}{one_line(each.message.subject)}"
        yield cut(f"  {told}", _WIDTH, ellipsis="…")
    if len(newest) > _MANY:
        yield f"  … and {len(newest) - _MANY} more, which `noxkit plan --format json` has"


def _sum(plan: Plan) -> str:
    released = plan.released
    if not plan.members:
        return NOTHING_PUBLISHED
    if not released:
        return "nothing to release"
    told = f"to release, in this order: {', '.join(f'{each.name} {each.next}' for each in released)}"
    return f"{told}; blocked" if plan.is_blocked else told


def as_json(plan: Plan) -> str:
    """For machines: `noxkit-plan/1`, members in the order of publishing, keys sorted."""
    members = [
        {
            "name": member.name,
            "folder": member.folder,
            "current": member.current,
            "next": member.next,
            "last_tag": member.last_tag,
            "tag": member.tag,
            "because": list(member.because),
            "commits": [
                {"id": each.id, "subject": each.message.subject, "level": each.level.word, "breaking": each.breaking}
                for each in member.commits
            ],
            "untyped_commits": member.untyped,
            "needs": list(member.needs),
            "dependents": list(member.dependents),
            "blocked": list(member.blocked),
        }
        for member in plan.members
    ]
    document = {"format": FORMAT, "head": plan.head, "members": members, "blocked": list(plan.blocked)}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_mermaid(plan: Plan) -> str:
    """A flow chart of the members, an arrow from each to those that need it; those that are released are marked."""
    places = {member.name: f"m{place}" for place, member in enumerate(plan.members)}
    lines = ["flowchart LR"]
    for member in plan.members:
        told = f"{member.current or '-'} → {member.next}" if member.next is not None else member.current or "-"
        lines.append(f'  {places[member.name]}["{member.name}<br/>{told}"]')
    lines += [f"  {places[name]} --> {places[member.name]}" for member in plan.members for name in member.needs]
    marked = ",".join(places[member.name] for member in plan.released)
    if marked:
        lines += [f"  class {marked} released", "  classDef released stroke-width:3px"]
    return "\n".join(lines) + "\n"


Act: TypeAlias = "Callable[[Context, Plan], Outcome]"
"""What a session does with the plan."""

NOTHING_PUBLISHED = "no package is published: none has a [build-system], or `publish = false` says so"
"""The fact for which there is nothing to release."""


def plan_task(name: str, context: Context, scope: Scope, act: Act) -> list[Task]:
    """The one task of a session that acts on the plan of all members; none where nothing is published.

    Raises NoxkitError for flags that mean nothing, and without git.
    """
    if not published(context, scope):
        return nothing_published(name)
    asked = asked_of(context)
    return [Task(name=name, action=functools.partial(_act, name, context, asked, act), why="asked for", paths=(".",))]


def _act(name: str, context: Context, asked: Asked, act: Act, *_needs: object) -> Outcome:
    try:
        restored = put_back(context)
        plan = make_plan(context, asked)
    except NoxkitError as error:
        return refused(name, error)
    outcome = act(context, plan)
    evidence: dict[str, EvidenceValue] = {**outcome.evidence, "put_back": restored}
    return msgspec.structs.replace(outcome, evidence=evidence)


def asked_of(context: Context) -> Asked:
    """What the flags say. Raises NoxkitError for a version that is none, of a package that is none."""
    run = context.config.run
    packages = {package.name for package in context.repository.workspace.packages if package.publish}
    records: list[ErrorRecord] = []
    versions: dict[str, Version] = {}
    for text in run.set_version:
        name, _, written = text.rpartition("==")
        names = [normalize(name)] if name else sorted(packages)
        try:
            versions |= dict.fromkeys(names, Version(written))
        except InvalidVersion:
            records.append(
                _record(
                    f"`--set-version {text}`: `{written}` is no version", "write it as PEP 440 has it: 1.4.0, 2.0rc1"
                )
            )
        records += [
            _record(f"`--set-version {text}`: `{unknown}` is not published", did_you_mean(unknown, packages))
            for unknown in sorted(set(names) - packages)
        ]
    levels = [level for level, given in zip(Level, (run.patch, run.minor, run.major), strict=True) if given]
    steps = [Step(run.pre)] if run.pre else []
    steps += [step for step, given in ((Step.POST, run.post), (Step.DEV, run.dev)) if given]
    if len(levels) > 1 or len(steps) > 1:
        records.append(_record("more than one of the flags for the next version is given", "give one of them"))
    if records:
        raise NoxkitError(records)
    return Asked(versions=versions, level=max(levels, default=None), step=next(iter(steps), Step.FINAL))


def _record(message: str, hint: str) -> ErrorRecord:
    return ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint)


def put_back(context: Context) -> list[str]:
    """Put back what a killed run has half written, read the tree again, and say which files that were.

    Raises NoxkitError where that cannot be done, and under `--dry-run`.
    """
    try:
        restored = recover(context.root, context.state / "release", dry=context.config.run.dry_run)
    except OSError as error:
        message = f"what an earlier run has half written cannot be put back: {error}"
        hint = "make the files writable, and run it again"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint)) from error
    if restored:
        read_again(context)
    return list(restored)


def read_again(context: Context) -> None:
    """Read the repository again, which has changed."""
    kinds, git = context.config.options.kinds, context.repository.git
    context.repository = discover(context.root, kinds=kinds, git=git)


def nothing_published(name: str) -> list[Task]:
    """The task of a session that is about published packages, where there is none."""
    return [Task(name=name, not_due=NOTHING_PUBLISHED)]


def refused(name: str, error: NoxkitError) -> Outcome:
    """The outcome of a task that could not begin."""
    record = error.records[0]
    return Outcome(name=name, status=Status.FAILED, reason=record.message, hint=record.hint)
