# SPDX-License-Identifier: Apache-2.0
"""The last run of each session, without its findings: when which task ran."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.sources import Sources
from noxkit.errors import NoxkitError
from noxkit.report import formats
from noxkit.report._reading import read_report
from noxkit.report._style import Style

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report

__all__ = ["keep_last", "last_outcomes", "last_runs"]

_FOLDER = ".nox/noxkit/last"


def keep_last(report: Report, root: Path) -> None:
    """Keep what tasks `report` has, when they ran, and which files; where that fails nothing is kept."""
    bare = msgspec.structs.replace(report, findings=(), rules=())
    text = formats()["json"](bare, sources=Sources(root), style=Style())
    with contextlib.suppress(OSError):
        write_atomic(root / _FOLDER / f"{report.session}.json", text)


def last_outcomes(root: Path, session: str) -> tuple[Outcome, ...]:
    """The tasks of the last run of `session`; none where there is none, or it cannot be read."""
    file = last_runs(root).get(session)
    try:
        return () if file is None else read_report(file.read_bytes()).tasks
    except (OSError, NoxkitError):
        return ()


def last_runs(root: Path) -> dict[str, Path]:
    """The files of the last runs by session, the latest last."""
    files = sorted((root / _FOLDER).glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
    return {file.stem: file for file in files}
