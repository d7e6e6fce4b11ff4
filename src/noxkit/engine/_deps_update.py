# SPDX-License-Identifier: Apache-2.0
"""The task `deps_update`: uv upgrades the lock, all of it or some, and what has changed is a table."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from noxkit.config._values import similar
from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._task import Task
from noxkit.environments.uv import explain_failure, got_no_answer
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report._verdict import number
from noxkit.workspace.lock_changes import Change, changes_between, markdown_table, parse_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.tasks.process import Completed
    from noxkit.workspace.lock_changes import Locked

__all__ = ["DEPS_UPDATE", "plan_deps_update"]

DEPS_UPDATE = "deps_update"
"""The task's name."""

_LOCK = "uv.lock"
_KEPT = f"{_LOCK} is as it was"
_NOTHING = "No lockfile changes detected"
_SAID = re.compile(
    r"^(?:(?P<word>Add|Remove|Update) )(?P<name>[A-Za-z0-9._-]+) (?P<old>v[^>\n]*?)(?: -> (?P<new>.+))?$"
)
_ENVIRONMENT = {"UV_PYTHON_DOWNLOADS": "never", "UV_FROZEN": None, "UV_LOCKED": None}
_OFF = frozenset({"", "0", "false", "no", "off"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """The lock as it is now: its bytes, and what it says."""

    content: bytes
    locked: Locked


def plan_deps_update(context: Context, scope: Scope) -> list[Task]:
    """One task for the lock of the root, whatever part of the tree is asked for.

    Raises NoxkitError without a lock, for one that cannot be read, and for a name that it does not hold.
    """
    del scope
    before = _before(context)
    _check_names(context, before.locked)
    count = len(before.locked.versions)
    return [
        Task(
            name=DEPS_UPDATE,
            action=functools.partial(_update, context, before),
            why="asked for",
            not_due=None if count else f"0 dependencies in {_LOCK}",
            paths=(_LOCK,),
        )
    ]


def _before(context: Context) -> _Before:
    try:
        content = (context.root / _LOCK).read_bytes()
    except FileNotFoundError:
        hint = "make one with `uv lock` and commit it; there is nothing to upgrade before"
        message = f"there is no {_LOCK} to upgrade"
        raise NoxkitError(ErrorRecord(code="NK-LOCK-MISSING", message=message, hint=hint, path=_LOCK)) from None
    except OSError as error:
        message = f"{_LOCK} cannot be read: {error.strerror or error}"
        hint = "make it a file that you can read, or take it from git: `git checkout uv.lock`"
        raise NoxkitError(ErrorRecord(code="NK-FILE-UNREADABLE", message=message, hint=hint, path=_LOCK)) from error
    return _Before(content=content, locked=parse_lock(content, path=_LOCK))


def _check_names(context: Context, locked: Locked) -> None:
    records: list[ErrorRecord] = []
    members = {package.name for package in context.repository.workspace.packages}
    for name in context.config.run.upgrade_package:
        if canonicalize_name(name) in locked.versions:
            continue
        message = f"`--upgrade-package {name}`: {_LOCK} holds no such distribution"
        meant = similar(name, locked.versions)
        hint = f"did you mean `{meant}`?" if meant else "name one that `uv tree` lists"
        if canonicalize_name(name) in members:
            message, hint = f"`--upgrade-package {name}`: it is a member, and comes from no index", "leave it out"
        records.append(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint))
    if records:
        raise NoxkitError(records)


def _update(context: Context, before: _Before, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    if _is_offline(context, before.locked):
        reason = f"UV_OFFLINE is set, so that no index is asked for newer versions; {_KEPT}"
        return Outcome(name=DEPS_UPDATE, status=Status.INCONCLUSIVE, reason=reason, hint="unset it and run it again")
    dry = context.config.run.dry_run
    completed = _locked_by_uv(context, dry=dry)
    if completed.returncode != 0 or completed.cancelled or completed.timed_out:
        return _failed(completed, lock=_restored(context, before))
    changes = _announced(completed) if dry else _written(context, before)
    if changes is None:
        reason = "uv says neither what it would change nor that it would change nothing"
        hint = "run `uv lock --upgrade --dry-run` by hand; a newer uv may say it in other words"
        return Outcome(name=DEPS_UPDATE, status=Status.CRASHED, reason=reason, hint=hint)
    written = (context.root / _LOCK).read_bytes() != before.content
    text = [*_text(context, before, changes)]
    if written and not changes:
        text.append(f"\n{_LOCK} is written anew: what the manifests require has changed.")
    context.outbox.append("\n".join(text) + "\n")
    evidence = {**_evidence(context, before, changes), "written": written}
    return Outcome(name=DEPS_UPDATE, status=Status.PASSED, evidence=evidence)


def _is_offline(context: Context, locked: Locked) -> bool:
    """Whether uv would answer from its cache alone, in which nothing is newer than the last time."""
    remote = any(source.startswith("registry http") for each in locked.sources.values() for source in each)
    return remote and context.environ.get("UV_OFFLINE", "").strip().lower() not in _OFF


def _locked_by_uv(context: Context, *, dry: bool) -> Completed:
    names = context.config.run.upgrade_package
    words = [word for name in names for word in ("--upgrade-package", name)] if names else ["--upgrade"]
    return context.uv.run(
        ["lock", *words, *(["--dry-run"] if dry else [])],
        task=DEPS_UPDATE,
        environment={**context.for_uv, **_ENVIRONMENT},
        timeout=context.config.options.timeout,
    )


def _restored(context: Context, before: _Before) -> str:
    """Put the old lock back, and say so: uv writes only what it has resolved, but may have been stopped meanwhile."""
    file = context.root / _LOCK
    try:
        if not file.is_file() or file.read_bytes() != before.content:
            write_atomic(file, before.content)
    except OSError as error:
        return f"{_LOCK} may be half written, and could not be put back: {error.strerror or error}"
    return _KEPT


def _failed(completed: Completed, *, lock: str) -> Outcome:
    failed = Outcome(name=DEPS_UPDATE, status=Status.INCONCLUSIVE)
    if completed.timed_out:
        reason, hint = f"no end after {completed.seconds:.0f} s; {lock}", "raise `timeout` in [tool.noxkit]"
        return msgspec.structs.replace(failed, reason=reason, hint=hint)
    failure = explain_failure(completed)
    if completed.cancelled or got_no_answer(completed):
        return msgspec.structs.replace(failed, reason=f"{failure.reason}; {lock}", hint=failure.hint)
    said = completed.stderr.decode("utf-8", "replace").splitlines()
    return msgspec.structs.replace(
        failed,
        status=Status.FAILED,
        reason=f"the lock cannot be resolved anew: {failure.reason}; {lock}",
        hint=failure.hint,
        evidence={"exit_code": completed.returncode, "output": [line[:500] for line in said[-20:]]},
    )


def _written(context: Context, before: _Before) -> Sequence[Change]:
    after = parse_lock((context.root / _LOCK).read_bytes(), path=_LOCK)
    return changes_between(before.locked, after)


def _announced(completed: Completed) -> Sequence[Change] | None:
    """What `uv lock --dry-run` says that it would change; None where it says nothing that is known."""
    said = completed.stderr.decode("utf-8", "replace")
    found = [match for line in said.splitlines() if (match := _SAID.match(line.strip())) is not None]
    if not found and _NOTHING not in said:
        return None
    return tuple(sorted((_change(match) for match in found), key=lambda change: change.name))


def _change(match: re.Match[str]) -> Change:
    """`Update a v1, v2 -> v3`, `Add a v1`, `Remove a v1`."""
    left, right = (
        tuple(part.strip().removeprefix("v") for part in (text or "").split(",") if part.strip())
        for text in (match["old"], match["new"])
    )
    old, new = ((), left) if match["word"] == "Add" else (left, right)
    return Change(name=canonicalize_name(match["name"]), old_versions=old, new_versions=new)


def _text(context: Context, before: _Before, changes: Sequence[Change]) -> Iterator[str]:
    if context.config.run.dry_run and changes:
        yield f"Nothing was written. {_LOCK} would change:\n"
    yield markdown_table(_with_direct(before, changes)).rstrip("\n")
    major = [change.name for change in changes if change.is_major]
    if major:
        yield f"\n{number(len(major), 'major upgrade')}: {', '.join(major)}. Read what has changed there."
    moved = {change.name for change in changes}
    stay = [name for name in map(canonicalize_name, context.config.run.upgrade_package) if name not in moved]
    for name in dict.fromkeys(stay):
        versions = ", ".join(before.locked.versions[name])
        yield f"\n`{name}` stays at {versions}: nothing newer is there that all requirements admit."


def _with_direct(before: _Before, changes: Sequence[Change]) -> list[Change]:
    """What members require themselves first, also where uv has only named the changes."""
    marked = [
        dataclasses.replace(change, direct=change.direct or change.name in before.locked.direct) for change in changes
    ]
    return sorted(marked, key=lambda change: (not change.direct, change.name))


def _evidence(context: Context, before: _Before, changes: Sequence[Change]) -> dict[str, EvidenceValue]:
    return {
        "version": context.uv.version,
        "packages": len(before.locked.versions),
        "changes": len(changes),
        "major_upgrades": sum(change.is_major for change in changes),
        "changed": [
            f"{change.name} {', '.join(change.old_versions) or 'none'} -> {', '.join(change.new_versions) or 'none'}"
            for change in changes
        ],
    }
