# SPDX-License-Identifier: Apache-2.0
"""The baseline: findings that were there before noxkit was, which do not fail."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import Finding, Outcome, Severity, Status
from noxkit.diagnostics.sources import SECRET_CODES
from noxkit.engine._output import unwritable
from noxkit.engine._verdict import fingerprinted
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace import git as git_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noxkit.diagnostics.sources import Sources
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope

__all__ = ["ACCEPTED", "gone_from_baseline", "read_baseline", "with_baseline", "write_baseline"]

ACCEPTED = "in the baseline"
"""What a finding is accepted for when the baseline holds it."""

_SCHEMA = "noxkit-baseline/1"
_CONCLUDED = frozenset({Status.PASSED, Status.FAILED})
_UNFINISHED = frozenset({Status.CRASHED, Status.INCONCLUSIVE})


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding: `pythons` are those that it was found on, where its task has several."""

    fingerprint: str
    code: str
    task: str
    path: str | None = None
    pythons: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[str, str, str]:
        return (self.path or "", self.code, self.fingerprint)


class _Document(msgspec.Struct, kw_only=True):
    schema: str
    findings: list[_Entry]


def read_baseline(context: Context) -> tuple[_Entry, ...]:
    """What the baseline holds; nothing where there is no such file. Raises NoxkitError for one that is broken."""
    name = context.config.options.baseline
    file = context.root / name
    try:
        document = msgspec.json.decode(file.read_bytes(), type=_Document)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(name, str(error)) from error
    if document.schema != _SCHEMA:
        raise _unreadable(name, f"its schema is `{document.schema}`, and this noxkit reads `{_SCHEMA}`")
    return tuple(document.findings)


def _unreadable(name: str, why: str) -> NoxkitError:
    hint = "restore it from git, or remove it and write it anew with `-- --write-baseline`"
    message = f"the baseline cannot be read: {why}"
    return NoxkitError(ErrorRecord(code="NK-FILE-UNREADABLE", message=message, path=name, line=1, column=1, hint=hint))


def with_baseline(
    outcomes: Sequence[Outcome], findings: Sequence[Finding], *, context: Context, sources: Sources
) -> list[Outcome]:
    """The outcomes with those findings marked that the baseline holds, also below a name that git knows as the old one.

    `findings` are the merged ones: an ordinal among equals is counted over all of them. A secret that somebody has
    written into it counts all the same.
    """
    entries = [entry for entry in read_baseline(context) if entry.code not in SECRET_CODES]
    if not entries or not findings:
        return list(outcomes)
    known = {entry.fingerprint for entry in entries}
    old = {_identity(finding) for finding in findings if finding.fingerprint in known}
    renamed = _renamed(context, entries)
    if renamed:
        before = fingerprinted(findings, sources, renamed=renamed)
        old |= {_identity(now) for now, then in zip(findings, before, strict=True) if then.fingerprint in known}
    return [
        msgspec.structs.replace(outcome, findings=tuple(_marked(finding, old) for finding in outcome.findings))
        for outcome in outcomes
    ]


def _marked(finding: Finding, old: set[tuple[object, ...]]) -> Finding:
    if finding.suppressed or finding.code in SECRET_CODES or _identity(finding) not in old:
        return finding
    return msgspec.structs.replace(finding, suppressed=ACCEPTED)


def _identity(finding: Finding) -> tuple[object, ...]:
    return (finding.code, finding.path, finding.line, finding.column, finding.message)


def _renamed(context: Context, entries: Iterable[_Entry]) -> Mapping[str, str]:
    """The old names of files by their new ones, where a file of the baseline is not there any more."""
    git, name = context.repository.git, context.config.options.baseline
    gone = {entry.path for entry in entries if entry.path and not (context.root / entry.path).is_file()}
    if not gone or git is None or context.repository.git_root is None:
        return {}
    pairs = git_module.renames_since_change_of(git, name)
    return {new: old for new, old in pairs.items() if old in gone}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What a run has judged: its Pythons by task, and the folders that it looked at (None for all)."""

    pythons: Mapping[str, frozenset[str]]
    folders: tuple[str, ...] | None

    def left_of(self, entry: _Entry) -> _Entry | None:
        """What stays of an entry: all of it where the run could not have found it again, else its other Pythons."""
        ran = self.pythons.get(entry.task)
        if ran is None or not self._covers(entry.path):
            return entry
        others = tuple(python for python in entry.pythons if python not in ran)
        return msgspec.structs.replace(entry, pythons=others) if others else None

    def _covers(self, path: str | None) -> bool:
        if self.folders is None or "." in self.folders:
            return True
        return path is not None and any(path == folder or path.startswith(f"{folder}/") for folder in self.folders)


def gone_from_baseline(
    context: Context, findings: Sequence[Finding], *, outcomes: Sequence[Outcome], scope: Scope
) -> int:
    """How many entries of the baseline the run has looked for and not found: `--write-baseline` takes them out."""
    entries = read_baseline(context)
    if not entries:
        return 0
    judged = _judged(outcomes, scope)
    found = {finding.fingerprint for finding in findings if finding.suppressed == ACCEPTED}
    renamed = set(_renamed(context, entries).values())
    return sum(
        judged.left_of(entry) is None and entry.fingerprint not in found and entry.path not in renamed
        for entry in entries
    )


def write_baseline(context: Context, findings: Sequence[Finding], *, outcomes: Sequence[Outcome], scope: Scope) -> None:
    """Write the merged findings of a run as the new baseline, but for secrets: those are to be revoked, or named.

    Entries that the run could not have found again stay as they are: those of tasks that did not run
    or did not come to an end, of members and of Pythons that it did not look at. Raises NoxkitError
    where the file cannot be written.
    """
    judged = _judged(outcomes, scope)
    entries = (entry for entry in read_baseline(context) if entry.code not in SECRET_CODES)
    kept = [left for entry in entries if (left := judged.left_of(entry)) is not None]
    new = [
        _Entry(
            fingerprint=finding.fingerprint,
            code=finding.code,
            task=finding.task,
            path=finding.path,
            pythons=finding.pythons,
        )
        for finding in findings
        if finding.severity is not Severity.INFO and finding.suppressed is None and finding.code not in SECRET_CODES
    ]
    file = context.root / context.config.options.baseline
    items = sorted(_joined([*kept, *new]), key=lambda entry: entry.sort_key)
    text = msgspec.json.format(msgspec.json.encode(_Document(schema=_SCHEMA, findings=items)), indent=1)
    try:
        write_atomic(file, text + b"\n")
    except OSError as error:
        raise unwritable(file, error, context.root) from error


def _judged(outcomes: Sequence[Outcome], scope: Scope) -> _Judged:
    cells = [(outcome.name, outcome.python, outcome.status) for outcome in outcomes]
    ended = {(name, python) for name, python, status in cells if status in _CONCLUDED}
    unfinished = {(name, python) for name, python, status in cells if status in _UNFINISHED}
    pythons: dict[str, set[str]] = {}
    for name, python in ended - unfinished:
        pythons.setdefault(name, set()).update([python] if python else [])
    folders = None if scope.packages is None else scope.paths()
    return _Judged(pythons={name: frozenset(found) for name, found in pythons.items()}, folders=folders)


def _joined(entries: Iterable[_Entry]) -> list[_Entry]:
    """Entries of one fingerprint as one, with the Pythons of all of them."""
    found: dict[str, _Entry] = {}
    for entry in entries:
        other = found.get(entry.fingerprint)
        pythons = sorted(
            {*(other.pythons if other else ()), *entry.pythons},
            key=lambda text: [int(part) for part in text.split(".")],
        )
        found[entry.fingerprint] = msgspec.structs.replace(entry, pythons=tuple(pythons))
    return list(found.values())
