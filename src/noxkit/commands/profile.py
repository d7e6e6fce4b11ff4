# SPDX-License-Identifier: Apache-2.0
"""`noxkit profile`: where the time of a run went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._last import last_runs
from noxkit.engine._shards import merge_files
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report._profile import profile

if TYPE_CHECKING:
    import argparse

    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "print where the time of the last run went, or of reports"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the reports."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="SESSION-OR-FILE",
        help="a session whose last run is meant, or reports in JSON (default: the last run of any session)",
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print it. Raises NoxkitError where there is no run, or a report cannot be read."""
    root: Path = parsed.root.resolve()
    console.write(profile(merge_files(_files(root, parsed.runs), expected=(), strict=False, root=root), console.style))
    return 0


def _files(root: Path, names: list[str]) -> list[Path]:
    """The files that are named, or those of the sessions; raises NoxkitError (NK-ARGUMENT-VALUE) for neither."""
    last = last_runs(root)
    if not names:
        if not last:
            raise _nothing("there is no run whose times are known")
        return [list(last.values())[-1]]
    found: list[Path] = []
    for name in names:
        file = Path(name)
        if name not in last and not file.is_file():
            known = f"; known are: {', '.join(last)}" if last else ""
            raise _nothing(f"`{name}` is neither a report nor a session that has run here{known}")
        found.append(last.get(name, file))
    return found


def _nothing(message: str) -> NoxkitError:
    hint = "run a session first, such as `nox -s lint`, or name a report that `--format json --output FILE` has written"
    return NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint))
