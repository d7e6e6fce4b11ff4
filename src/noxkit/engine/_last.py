# SPDX-License-Identifier: Apache-2.0
"""The last run of each session, without its findings: when which task ran."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.sources import Sources
from noxkit.report import formats
from noxkit.report._style import Style

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

__all__ = ["keep_last", "last_runs"]

_FOLDER = ".nox/noxkit/last"


def keep_last(report: Report, root: Path) -> None:
    """Keep what tasks `report` has and when they ran, for `noxkit profile`. Where that fails nothing is kept."""
    bare = msgspec.structs.replace(report, findings=(), rules=(), files=())
    text = formats()["json"](bare, sources=Sources(root), style=Style())
    with contextlib.suppress(OSError):
        write_atomic(root / _FOLDER / f"{report.session}.json", text)


def last_runs(root: Path) -> dict[str, Path]:
    """The files of the last runs by session, the latest last."""
    files = sorted((root / _FOLDER).glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
    return {file.stem: file for file in files}
