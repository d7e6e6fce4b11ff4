# SPDX-License-Identifier: Apache-2.0
"""`noxkit matrix SESSION...`: the sessions of this repository as a CI matrix."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, cast

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.tasks.process import Runner

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.engine.console import Console
    from noxkit.tasks.process import Completed

__all__ = ["HELP", "configure", "run"]

HELP = "print sessions as the JSON that a CI matrix takes"
_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the sessions and `--format`."""
    parser.add_argument(
        "sessions",
        nargs="+",
        metavar="SESSION",
        help="sessions as `nox -s` takes them (`tests` for all of its Pythons)",
    )
    parser.add_argument(
        "--format",
        choices=("github", "gitlab"),
        default="github",
        help="github: {include: [{session, python}]} for fromJSON; gitlab: a list for parallel: matrix",
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Ask nox for the sessions and print them. Raises NoxkitError for a session that this repository does not have."""
    found = _sessions(parsed.root.resolve(), parsed.sessions)
    if parsed.format == "gitlab":
        document: object = [{"NOX_SESSION": [session["session"]], "PYTHON": [session["python"]]} for session in found]
    else:
        document = {"include": found}
    console.line(json.dumps(document))
    return 0


def _sessions(root: Path, names: Sequence[str]) -> list[dict[str, str]]:
    completed = Runner(root=root).run(
        [sys.executable, "-m", "nox", "--list", "--json", "-s", *names], task="matrix", environment={"NO_COLOR": "1"}
    )
    if completed.returncode != 0:
        raise NoxkitError(_record(completed, names))
    last = completed.stdout.decode("utf-8", "replace").strip().rpartition("\n")[2]  # a noxfile may print before
    listed = cast("list[dict[str, object]]", json.loads(last))
    return [{"session": str(item["session"]), "python": str(item["python"] or "")} for item in listed]


def _record(completed: Completed, names: Sequence[str]) -> ErrorRecord:
    lines = [_COLORS.sub("", line).strip() for line in completed.stderr.decode("utf-8", "replace").splitlines()]
    said = next((line.removeprefix("nox > ") for line in reversed(lines) if line), "nox said nothing")
    return ErrorRecord(
        code="NK-SESSION-UNKNOWN",
        message=f"nox cannot list {', '.join(names)}: {said}",
        hint="`nox -l` shows the sessions that this repository has",
    )
