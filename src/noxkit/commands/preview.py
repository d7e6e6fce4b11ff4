# SPDX-License-Identifier: Apache-2.0
"""`noxkit preview VERSION-OR-PATH`: what another noxkit would newly find, before the upgrade."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.adopt._noxfile import script_dependencies
from noxkit.config.load import load
from noxkit.diagnostics.model import Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._context import open_context
from noxkit.engine._preview import compare, counted, run_both, shown
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report import formats
from noxkit.report._verdict import label
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from noxkit.engine._preview import Difference
    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "run another version of noxkit beside this one, and list what would newly fail"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the version, the session and what else is installed."""
    parser.add_argument(
        "target",
        metavar="VERSION-OR-PATH",
        help="a version, a folder, a wheel or sdist, or a requirement with a URL",
    )
    parser.add_argument("--session", default="lint", metavar="NAME", help="the session to compare (default: lint)")
    parser.add_argument(
        "--with", dest="more", action="append", default=[], metavar="REQUIREMENT", help="also install this (repeatable)"
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Run both and show what differs: 1 where something would newly fail, 3 where nobody knows. Raises NoxkitError."""
    root: Path = parsed.root.resolve()
    noxfile = root / "noxfile.py"
    if not noxfile.is_file():
        record = ErrorRecord(
            code="NK-PREVIEW-FAILED",
            message="there is no noxfile.py, so there is no run to compare",
            hint="`noxkit init` writes one",
        )
        raise NoxkitError(record)
    requirement = _requirement(root, parsed.target)
    environ = current()
    context = open_context("preview", root, config=load(root, environ=environ), environ=environ)
    needed = script_dependencies(noxfile.read_bytes().decode("utf-8", "replace"))
    console.line(f"installing {requirement}, then `nox -s {parsed.session}` twice: with this noxkit, and with that one")
    difference = compare(*run_both(context, [requirement, *needed, *parsed.more], session=parsed.session))
    if difference.failing or difference.others or difference.worse:
        console.write(formats()["text"](shown(difference), sources=Sources(root), style=console.style) + "\n")
    for line in _summary(difference):
        console.line(line)
    if difference.failing or difference.worse:
        return 1
    return 3 if difference.unseen or difference.new.status is Status.INCONCLUSIVE else 0


def _requirement(root: Path, target: str) -> str:
    """What uv installs for `target`. Raises NoxkitError (NK-ARGUMENT-VALUE) where it names nothing."""
    try:
        return f"noxkit=={Version(target)}"
    except InvalidVersion:
        pass
    if os.path.lexists(root / target):
        return str(root / target)
    if "://" in target or target.startswith("noxkit"):
        return target
    record = ErrorRecord(
        code="NK-ARGUMENT-VALUE",
        message=f"`{target}` is neither a version nor a path",
        hint="name a version (`1.2.0`), a folder or file that is there, or `noxkit @ git+REPOSITORY@REVISION`",
    )
    raise NoxkitError(record)


def _summary(difference: Difference) -> Iterator[str]:
    old, new = difference.old, difference.new
    yield f"noxkit {new.noxkit} beside {old.noxkit}, `{new.session}`: {new.status.value}, was {old.status.value}"
    for name, before, after in difference.versions:
        yield f"  {name} {after}, was {before}"
    yield f"  would newly fail: {counted(difference.failing)}"
    yield f"  new warnings and notes: {counted(difference.others)}"
    yield f"  no longer found: {counted(difference.gone)}"
    for task in difference.unseen:
        either = "" if task in difference.worse else " with either"
        yield f"  {label(task)} does not come to an end{either}, so that what it would find is not known: {task.reason}"
