# SPDX-License-Identifier: Apache-2.0
"""Another noxkit on the same tree: what it would find that this one does not."""

from __future__ import annotations

import collections
import dataclasses
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Severity, Status
from noxkit.environments.uv import explain_failure
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report._reading import read_report
from noxkit.report._verdict import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Outcome, Report
    from noxkit.engine._context import Context
    from noxkit.tasks.process import Completed

__all__ = ["Difference", "compare", "counted", "run_both", "shown"]

_TASK = "preview"
_WORSE = (Status.INCONCLUSIVE, Status.CRASHED)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changes from the report `old` to the report `new` of the same tree.

    `failing` are new errors, which would newly fail the run, `others` are new below that severity, `gone` are no
    longer found; `worse` are tasks that no longer come to an end. `versions` are the tools that change, each with both
    versions.
    """

    old: Report
    new: Report
    failing: tuple[Finding, ...]
    others: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    worse: tuple[Outcome, ...]
    versions: tuple[tuple[str, str, str], ...]

    @property
    def unseen(self) -> tuple[Outcome, ...]:
        """The tasks of the new run that came to no end: what they would have found is not known."""
        return tuple(task for task in self.new.tasks if task.status in _WORSE)


def compare(old: Report, new: Report) -> Difference:
    """What the report `new` says that `old` does not, and the other way round; findings are equal by fingerprint."""
    fails_now = {each.fingerprint for each in _open(old) if each.severity is Severity.ERROR}
    found_now = {each.fingerprint for each in _open(old)}
    found_then = {each.fingerprint for each in _open(new)}
    failing = [each for each in _open(new) if each.severity is Severity.ERROR and each.fingerprint not in fails_now]
    others = [each for each in _open(new) if each.severity is not Severity.ERROR and each.fingerprint not in found_now]
    before = {label(task): task.status for task in old.tasks}
    worse = [task for task in new.tasks if task.status in _WORSE and before.get(label(task)) not in _WORSE]
    return Difference(
        old=old,
        new=new,
        failing=tuple(failing),
        others=tuple(others),
        gone=tuple(each for each in _open(old) if each.fingerprint not in found_then),
        worse=tuple(worse),
        versions=tuple(_versions(old, new)),
    )


def _open(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.suppressed is None]


def _versions(old: Report, new: Report) -> Iterator[tuple[str, str, str]]:
    """Each tool whose version differs, once."""
    before = {task.name: str(task.evidence.get("version") or "") for task in old.tasks}
    after = {task.name: str(task.evidence.get("version") or "") for task in new.tasks}
    for name in sorted(before.keys() & after.keys()):
        if before[name] and after[name] and before[name] != after[name]:
            yield name, before[name], after[name]


def run_both(context: Context, requirements: Sequence[str], *, session: str) -> tuple[Report, Report]:
    """The reports of `session`, of the noxkit that runs and of the one that `requirements` install.

    Both run the repository's noxfile, one after the other. Raises NoxkitError (NK-PREVIEW-FAILED) where either does
    not come to a report.
    """
    context.state.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="preview-", dir=context.state))
    try:
        python = _environment(context, folder, requirements)
        old = _report(context, Path(sys.executable), session, folder / "old.json")
        return old, _report(context, python, session, folder / "new.json")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(context: Context, folder: Path, requirements: Sequence[str]) -> Path:
    place = folder / "venv"
    python = place / "bin" / "python"
    steps = (
        ["venv", "--quiet", "--no-project", "--python", sys.executable, str(place)],
        ["pip", "install", "--quiet", "--python", str(python), *requirements],
    )
    for arguments in steps:
        completed = context.uv.run(arguments, task=_TASK)
        if completed.returncode != 0:
            failure = explain_failure(completed)
            raise _failed(f"{requirements[0]} cannot be installed: {failure.reason}", failure.hint)
    return python


def _report(context: Context, python: Path, session: str, file: Path) -> Report:
    arguments = ["-s", session, "--", "--format", "json", "--output", str(file)]
    completed = context.runner.run(
        [str(python), "-m", "nox", "-f", "noxfile.py", "--script-mode", "none", *arguments],
        task=_TASK,
        environment={"NO_COLOR": "1", "CI": None},
    )
    try:
        return read_report(file.read_bytes(), path=file.name)
    except FileNotFoundError:
        hint = "`--with` installs what the noxfile imports beside nox and noxkit; else run it by hand"
        raise _failed(f"`nox -s {session}` of {_which(python)} came to no report: {_said(completed)}", hint) from None


def _which(python: Path) -> str:
    return "this noxkit" if python == Path(sys.executable) else "the other noxkit"


def _said(completed: Completed) -> str:
    """The last line that names an error, else the last one."""
    said = (completed.stdout + b"\n" + completed.stderr).decode("utf-8", "replace").splitlines()
    lines = [line.strip() for line in said if line.strip()] or ["it said nothing"]
    return next((line for line in reversed(lines) if re.match(r"\w*(Error|error)\b", line)), lines[-1])


def _failed(message: str, hint: str) -> NoxkitError:
    return NoxkitError(ErrorRecord(code="NK-PREVIEW-FAILED", message=message, hint=hint))


def shown(difference: Difference) -> Report:
    """A report of what is new alone, for the renderers."""
    names = {finding.task for finding in (*difference.failing, *difference.others)}
    return msgspec.structs.replace(
        difference.new,
        findings=(*difference.failing, *difference.others),
        tasks=tuple(task for task in difference.new.tasks if task.name in names or task in difference.worse),
        notes=(),
    )


def counted(findings: Sequence[Finding]) -> str:
    """How many findings of which codes, the most frequent first: `3: ruff:F401 2, NK-SECRET 1`."""
    codes = collections.Counter(finding.code for finding in findings).most_common()
    return f"{len(findings)}" + (": " + ", ".join(f"{code} {count}" for code, count in codes) if codes else "")
