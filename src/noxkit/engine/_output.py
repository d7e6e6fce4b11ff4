# SPDX-License-Identifier: Apache-2.0
"""Where a report goes: the terminal, the files that were asked for, and the forge that the run is on."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import errno
import itertools
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import Finding, Outcome, Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._verdict import EXIT_CODES, merge_reports
from noxkit.engine._version import noxkit_version
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.report import format_names, formats
from noxkit.report._reading import read_report
from noxkit.report._style import Style
from noxkit.rules import load_rules
from noxkit.tasks.locks import file_lock

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from noxkit.diagnostics.model import RuleInfo

__all__ = [
    "Asked",
    "check_format",
    "described",
    "forge_output",
    "prepare_reports",
    "prepare_state",
    "record_crash",
    "record_error",
    "write_report",
    "write_reports",
]

_KEPT_SECONDS = 24 * 3600.0  # for a shard: no call of nox takes as long
_FILE_STYLE = Style(color=False, width=100, verbose=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a session was asked for, as it came: its name, arguments and environment, and the id of the nox call.

    `worker` says that this process runs the one session for another nox, as under `nox -j`.
    """

    session: str
    arguments: Sequence[str]
    environ: Mapping[str, str]
    call: str
    worker: bool = False


def check_format(name: str) -> None:
    """Raises NoxkitError (NK-ARGUMENT-VALUE) for a format that noxkit does not have."""
    if name not in format_names():
        raise NoxkitError(
            ErrorRecord(
                code="NK-ARGUMENT-VALUE",
                message=f"`{name}` is not the name of a report format",
                hint=did_you_mean(name, format_names(), kind="formats"),
            )
        )


def prepare_reports(root: Path, *, targets: Sequence[tuple[str, str]], session: str) -> None:
    """Take away what an earlier run has left in the place of a report: a run that is killed must not leave it behind.

    Raises NoxkitError for a format that noxkit does not have, before anything runs.
    """
    for name, pattern in targets:
        check_format(name)
        file = root / pattern.replace("{session}", session)
        with contextlib.suppress(OSError):  # what cannot be removed cannot be written either, which is said then
            if file.is_file():
                file.unlink()


def write_reports(
    report: Report, root: Path, *, targets: Sequence[tuple[str, str]], call: str, strict: bool
) -> list[Path]:
    """Write `report` to each (format, file) target and return the files.

    A file name with `{session}` is this session's alone. Others hold all sessions of one nox call,
    `call`, merged from their shards in `.nox/noxkit/report/` under a lock. Raises NoxkitError
    (NK-FILE-UNWRITABLE) where a file cannot be written whole; what stood there before stays.
    """
    written: list[Path] = []
    for name, pattern in targets:
        file = root / pattern.replace("{session}", report.session)
        if "{session}" in pattern:
            write_report(file, name, report, root)
        else:
            with _sharing(report, root, call=call, strict=strict) as whole:
                write_report(file, name, whole, root)
        written.append(file)
    return written


def write_report(file: Path, name: str, report: Report, root: Path) -> None:
    """Write `report` as the format `name` to `file`. Raises NoxkitError (NK-FILE-UNWRITABLE)."""
    text = formats()[name](described(report), sources=Sources(root), style=_FILE_STYLE)
    try:
        write_atomic(file, text)
    except OSError as error:
        raise unwritable(file, error, root) from error


def described(report: Report) -> Report:
    """The report with what is known of noxkit's own codes among its findings."""
    codes = {finding.code for finding in report.findings if finding.code.startswith("NK-")}
    known: Mapping[str, RuleInfo] = load_rules() if codes else {}
    return msgspec.structs.replace(report, rules=tuple(known[code] for code in sorted(codes) if code in known))


def prepare_state(folder: Path, root: Path) -> None:
    """Make noxkit's own folder in the tree. Raises NoxkitError (NK-FILE-UNWRITABLE) where nothing can be kept in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"noxkit")
        ignored = folder / ".gitignore"
        if not ignored.exists():  # `git add --all` in a repository that does not ignore .nox yet
            ignored.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(folder, error, root) from error


def unwritable(file: Path, error: OSError, root: Path) -> NoxkitError:
    """The error for a file that could not be written."""
    state = root / ".nox"
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        hint = "free disk space and run again"
    elif file.is_relative_to(state):  # noxkit: ignore[NK-PATH-UNRESOLVED] it chooses between two hints
        hint = "noxkit keeps its environments and reports in `.nox`: make that a folder that can be written"
    else:
        hint = "choose another place, or make it writable"
    shown = os.path.relpath(file, root) if file.is_relative_to(root) else str(file)
    message = f"`{shown}` cannot be written: {error.strerror or error}"
    return NoxkitError(ErrorRecord(code="NK-FILE-UNWRITABLE", message=message, hint=hint))


@contextlib.contextmanager
def _sharing(report: Report, root: Path, *, call: str, strict: bool) -> Generator[Report]:
    """The report of all sessions of one nox call so far; whoever writes it inside is not overtaken by another."""
    folder = root / ".nox" / "noxkit" / "report"
    shard = folder / f"{report.session}-{call}.json"  # another call in the same tree has shards of its own
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(file_lock(folder / "merge.lock"))
            own = json.loads(formats()["json"](report, sources=Sources(root), style=_FILE_STYLE))
            write_atomic(shard, json.dumps({"call": call, "report": own}))
            _forget_old(folder)
            files = sorted(folder.glob(f"*-{call}.json"), key=lambda file: file.stat().st_mtime_ns)
        except OSError as error:
            raise unwritable(shard, error, root) from error
        shards = [loaded for file in files if (loaded := _shard(file, call)) is not None]
        yield merge_reports(shards, strict=strict) if len(shards) > 1 else report


def _forget_old(folder: Path) -> None:
    """Remove the shards of calls that ended long ago, so that the folder does not grow."""
    oldest = time.time() - _KEPT_SECONDS
    for file in folder.glob("*.json"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def _shard(file: Path, call: str) -> Report | None:
    try:
        document = json.loads(file.read_bytes())
        return read_report(json.dumps(document["report"])) if document["call"] == call else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forge_output(report: Report, root: Path, environ: Mapping[str, str]) -> str:
    """Annotations for standard output under GitHub Actions, after appending to its job summary; empty elsewhere."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return ""
    sources = Sources(root)
    summary = environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        text = formats()["markdown"](report, sources=sources, style=_FILE_STYLE)
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")
        except OSError as error:
            raise unwritable(Path(summary), error, root) from error
    return formats()["github"](report, sources=sources, style=_FILE_STYLE)


def record_error(error: NoxkitError, root: Path, *, asked: Asked, report: Report | None = None) -> None:
    """Leave a report that says `failed` where one was asked for, so that no earlier one is read in its place.

    `report` is the run's own, where it came to its end before the error.
    """
    findings = tuple(
        Finding(
            code=record.code,
            task="noxkit",
            severity=Severity.ERROR,
            message=record.message,
            hint=record.hint,
            path=record.path,
            line=record.line,
            column=record.column,
            end_column=record.end_column,
        )
        for record in error.records
    )
    left = _unplanned(asked.session, Status.FAILED, error.exit_code, findings=findings)
    if report is not None:
        status = min((report.status, Status.FAILED), key=lambda status: status.rank)
        left = msgspec.structs.replace(
            report, status=status, findings=(*findings, *report.findings), failing=True, exit_code=error.exit_code
        )
    _leave(left, root, asked)


def record_crash(error: Exception, root: Path, *, asked: Asked) -> None:
    """Leave a report that says `crashed` where one was asked for: noxkit itself has failed."""
    outcome = Outcome(
        name="noxkit",
        status=Status.CRASHED,
        reason=f"noxkit failed: {type(error).__name__}: {error}",
        hint="this is a fault of noxkit's own: report it with the traceback",
    )
    _leave(_unplanned(asked.session, Status.CRASHED, EXIT_CODES[Status.CRASHED], tasks=(outcome,)), root, asked)


def _unplanned(
    session: str,
    status: Status,
    exit_code: int,
    *,
    tasks: tuple[Outcome, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> Report:
    return Report(
        noxkit=noxkit_version(),
        session=session,
        status=status,
        started=dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=0.0,
        tasks=tasks,
        findings=findings,
        failing=True,
        exit_code=exit_code,
    )


def _leave(report: Report, root: Path, asked: Asked) -> None:
    """Write `report` wherever that is possible; the error itself is said elsewhere."""
    for name, pattern in _asked_for(asked.arguments, asked.environ):
        if name not in format_names():
            continue
        try:
            write_reports(report, root, targets=[(name, pattern)], call=asked.call, strict=True)
        except NoxkitError:  # it may be noxkit's own folder that cannot be written, and not the report's
            with contextlib.suppress(NoxkitError):
                write_report(root / pattern.replace("{session}", report.session), name, report, root)


def _asked_for(arguments: Sequence[str], environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Formats and files, as far as they can be read: the configuration may be what is wrong."""
    own = itertools.takewhile(lambda argument: argument != "--", arguments)
    words = [part for argument in own for part in (argument.split("=", 1) if argument.startswith("--") else [argument])]
    values: dict[str, list[str]] = {"--report": [], "--format": [], "--output": []}
    for word, following in itertools.pairwise(words):
        if word in values:
            values[word].append(following)
    formats_given = values["--format"] or [value for value in [environ.get("NOXKIT_FORMAT")] if value]
    outputs = values["--output"] or [value for value in [environ.get("NOXKIT_OUTPUT")] if value]
    reports = [item for value in values["--report"] or [environ.get("NOXKIT_REPORT", "")] for item in value.split(",")]
    targets = [(name.strip(), file) for name, sign, file in (item.partition("=") for item in reports) if sign and file]
    return [*targets, *zip(formats_given, outputs, strict=False)]
