# SPDX-License-Identifier: Apache-2.0
"""Where a report goes: the terminal, the files that were asked for, and the forge that the run is on."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import importlib.metadata
import itertools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import Finding, Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._verdict import merge_reports
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report import formats
from noxkit.report._reading import read_report
from noxkit.report._style import Style
from noxkit.tasks.locks import file_lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["forge_output", "record_error", "write_reports"]

_FILE_STYLE = Style(color=False, width=100, verbose=True)


def write_reports(
    report: Report, root: Path, *, targets: Sequence[tuple[str, str]], call: str, strict: bool
) -> list[Path]:
    """Write `report` to each (format, file) target and return the files.

    A file name with `{session}` is this session's alone. Others hold all sessions of one nox call,
    `call`, merged from their shards in `.nox/noxkit/report/` under a lock. Raises NoxkitError
    (NK-FILE-UNWRITABLE) where a file cannot be written whole; what stood there before stays.
    """
    written: list[Path] = []
    sources = Sources(root)
    for name, pattern in targets:
        file = root / pattern.replace("{session}", report.session)
        whole = report if "{session}" in pattern else _merged_with_others(report, root, call=call, strict=strict)
        text = formats()[name](whole, sources=sources, style=_FILE_STYLE)
        try:
            write_atomic(file, text)
        except OSError as error:
            raise unwritable(file, error, root) from error
        written.append(file)
    return written


def unwritable(file: Path, error: OSError, root: Path) -> NoxkitError:
    """The error for a file that could not be written."""
    hint = (
        "free disk space and run again"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}
        else "choose another place, or make it writable"
    )
    shown = os.path.relpath(file, root)
    return NoxkitError(
        ErrorRecord(
            code="NK-FILE-UNWRITABLE", message=f"`{shown}` cannot be written: {error.strerror or error}", hint=hint
        )
    )


def _merged_with_others(report: Report, root: Path, *, call: str, strict: bool) -> Report:
    folder = root / ".nox" / "noxkit" / "report"
    shard = folder / f"{report.session}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file_lock(folder / "merge.lock"):
            document = {
                "call": call,
                "report": json.loads(formats()["json"](report, sources=Sources(root), style=_FILE_STYLE)),
            }
            write_atomic(shard, json.dumps(document))
            shards = [
                loaded
                for file in sorted(folder.glob("*.json"), key=lambda f: f.stat().st_mtime_ns)
                if (loaded := _shard(file, call)) is not None
            ]
    except OSError as error:
        raise unwritable(shard, error, root) from error
    return merge_reports(shards, strict=strict) if len(shards) > 1 else report


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


def record_error(
    error: NoxkitError, root: Path, *, session: str, arguments: Sequence[str], environ: Mapping[str, str]
) -> None:
    """Leave a report that says `failed` where one was asked for, so that no earlier, greener one is read in its place.

    The configuration may be what is wrong, so the arguments are read as far as they can be.
    """
    for name, pattern in _asked_for(arguments, environ):
        renderer = formats().get(name)
        if renderer is None:
            continue
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
        report = Report(
            noxkit=importlib.metadata.version("noxkit"),
            session=session,
            status=Status.FAILED,
            started=dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
            seconds=0.0,
            findings=findings,
            failing=True,
            exit_code=error.exit_code,
        )
        with contextlib.suppress(OSError):
            write_atomic(
                root / pattern.replace("{session}", session), renderer(report, sources=Sources(root), style=_FILE_STYLE)
            )


def _asked_for(arguments: Sequence[str], environ: Mapping[str, str]) -> list[tuple[str, str]]:
    words = [
        part for argument in arguments for part in (argument.split("=", 1) if argument.startswith("--") else [argument])
    ]
    values: dict[str, list[str]] = {"--report": [], "--format": [], "--output": []}
    for word, following in itertools.pairwise(words):
        if word in values:
            values[word].append(following)
    formats_given = values["--format"] or [value for value in [environ.get("NOXKIT_FORMAT")] if value]
    outputs = values["--output"] or [value for value in [environ.get("NOXKIT_OUTPUT")] if value]
    targets = [tuple(value.split("=", 1)) for value in values["--report"] if "=" in value]
    return [*((name, file) for name, file in targets), *zip(formats_given, outputs, strict=False)]
