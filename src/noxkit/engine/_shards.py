# SPDX-License-Identifier: Apache-2.0
"""Reports of several sessions, machines and Pythons made one."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Outcome, Report, Status
from noxkit.engine._verdict import merge_reports
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report._reading import read_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["merge_files"]

_TASK = "report"


def merge_files(files: Sequence[Path], *, expected: Sequence[str], strict: bool, root: Path) -> Report:
    """One report of all `files`, each of which holds one as `--format json` writes it.

    A file that is not there, and each name of `expected` that is neither a session among them nor the name of a file
    (with or without its ending), is a task `report` that is inconclusive: what it would have said is not known.
    Raises NoxkitError for a file that holds no report (NK-FILE-UNREADABLE), where there is no report at all, and for
    reports of different trees (NK-REPORT-MISMATCH).
    """
    read: dict[str, Report] = {}
    missing: list[str] = []
    records: list[ErrorRecord] = []
    for file in dict.fromkeys(file.resolve() for file in files):
        shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
        try:
            read[shown] = read_report(file.read_bytes(), path=shown)
        except FileNotFoundError:
            missing.append(shown)
        except OSError as error:
            hint = "name a file that `--format json --output FILE` has written"
            message = f"`{shown}` cannot be read: {error.strerror or error}"
            records.append(ErrorRecord(code="NK-FILE-UNREADABLE", message=message, hint=hint))
        except NoxkitError as error:
            records.extend(error.records)
    if records:
        raise NoxkitError(records)
    if not read:
        raise NoxkitError(
            ErrorRecord(
                code="NK-FILE-UNREADABLE",
                message=f"none of the reports is there: {', '.join(missing[:5])}",
                hint="write one with `nox -s SESSION -- --format json --output FILE`",
            )
        )
    _check_same(read)
    names = {PurePath(shown).name for shown in read} | {PurePath(shown).stem for shown in read}
    names |= {report.session for report in read.values()}
    missing += [name for name in expected if name not in names]
    return _with_missing(list(read.values()), missing, strict=strict)


def _check_same(read: Mapping[str, Report]) -> None:
    first_name, first = next(iter(read.items()))
    for name, report in read.items():
        said = next(_differences(first, report), None)
        if said is not None:
            message = f"{name} is of another {said} than {first_name}"
            hint = "merge reports of one commit only: make them again, or render the two apart"
            raise NoxkitError(ErrorRecord(code="NK-REPORT-MISMATCH", message=message, hint=hint, path=name))
        first_name, first = (name, report) if first.tree is None else (first_name, first)


def _differences(first: Report, other: Report) -> Iterator[str]:
    if first.root != other.root:
        yield f"folder (`{other.root}`, not `{first.root}`)"
    if first.tree is not None and other.tree is not None and first.tree != other.tree:
        yield f"tree ({other.tree[:12]}, not {first.tree[:12]})"


def _with_missing(reports: Sequence[Report], missing: Sequence[str], *, strict: bool) -> Report:
    if missing:
        tasks = tuple(
            Outcome(
                name=_TASK,
                status=Status.INCONCLUSIVE,
                package=name,
                reason=f"the report `{name}` is expected, and not there",
                hint="see whether its job has run and kept its report",
            )
            for name in missing
        )
        absent = msgspec.structs.replace(
            reports[0],
            status=Status.INCONCLUSIVE,
            tasks=tasks,
            findings=(),
            files=(),
            notes=(),
            releases=(),
            seconds=0.0,
        )
        reports = [*reports, absent]
    return merge_reports(reports, strict=strict)
