# SPDX-License-Identifier: Apache-2.0
"""`noxkit report`: reports of several sessions, machines and Pythons as one, in any format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.sources import Sources
from noxkit.engine._output import check_format, described, write_report
from noxkit.engine._shards import merge_files
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report import format_names, formats
from noxkit.tasks.environ import current, is_ci

if TYPE_CHECKING:
    import argparse

    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "merge JSON reports into one, and show or write it in any format; exits as their worst does"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the files, what is expected of them, and where the result goes."""
    known = ", ".join(format_names())
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="reports that `--format json` has written")
    parser.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="NAME,…",
        help="sessions, or names of files, that must be among them: else the result is inconclusive",
    )
    parser.add_argument("--format", default="text", metavar="FORMAT", help=f"one of {known} (default: text)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there instead of showing it")
    parser.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="write it in this format to this file, too (repeatable)",
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Merge, write, show; return the verdict's exit code. Raises NoxkitError for what cannot be read or written."""
    root = parsed.root.resolve()
    targets = [_target(value) for value in parsed.report]
    if parsed.output is not None:
        targets.append((parsed.format, str(parsed.output)))
    inputs = {file.resolve() for file in parsed.files}
    for _, file in targets:
        if Path(file).resolve() in inputs:
            raise _value(f"`{file}` is read and written", "write the result to another file")
    for name, _ in [*targets, (parsed.format, "")]:
        check_format(name)
    expected = [name.strip() for value in parsed.expect for name in value.split(",") if name.strip()]
    report = merge_files(parsed.files, expected=expected, strict=is_ci(current()), root=root)
    for name, file in targets:
        write_report(Path(file).resolve(), name, report, root)
        console.line(f"report: {file}")
    if parsed.output is None:
        console.write(formats()[parsed.format](described(report), sources=Sources(root), style=console.style))
    return report.exit_code


def _target(value: str) -> tuple[str, str]:
    name, sign, file = value.partition("=")
    if not sign or not file:
        raise _value(f"`{value}` of --report is not FORMAT=FILE", "write `--report html=report.html`, for example")
    return name, file


def _value(message: str, hint: str) -> NoxkitError:
    return NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint))
