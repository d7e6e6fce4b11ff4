# SPDX-License-Identifier: Apache-2.0
"""`noxkit eject`: a plain noxfile with the exact commands, for whoever leaves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from noxkit.config.load import load
from noxkit.diagnostics.files import write_atomic
from noxkit.engine._context import open_context
from noxkit.engine._names import check_names
from noxkit.engine._plain import plain_sessions
from noxkit.engine._plain_text import plain_noxfile
from noxkit.engine._rules import own_rules
from noxkit.engine._scope import Scope
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "write a noxfile that does without noxkit, with the exact commands"
_FILE = "noxfile_plain.py"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare `--output`."""
    parser.add_argument(
        "--output", default=_FILE, metavar="FILE", help=f"where to write it (default: {_FILE}); - prints it"
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Write the file. Raises NoxkitError where it is there already (NK-EJECT-EXISTS) or cannot be written."""
    root: Path = parsed.root.resolve()
    environ = current()
    context = open_context("lint", root, config=load(root, environ=environ), environ=environ)
    check_names(context)
    sessions, left = plain_sessions(context, Scope())
    text = plain_noxfile(
        sessions,
        [*left, *_lost(context)],
        locked=context.repository.has_file("uv.lock"),
        requirements=list(_requirements(context)),
    )
    if parsed.output == "-":
        console.write(text)
        return 0
    _write(root / parsed.output, text, shown=parsed.output)
    console.line(
        f"wrote {parsed.output}: `nox -f {parsed.output} -l` lists its sessions, its first lines say what it lacks"
    )
    console.line(
        "when it does what you want, put it in the place of noxfile.py and remove [tool.noxkit], the dependency on "
        "noxkit, and `.nox/noxkit`"
    )
    return 0


def _lost(context: Context) -> Iterator[str]:
    """What no command of another program does."""
    codes = {rule.info.code for rule in own_rules(context, "lint")}
    yield f"{len(codes)} of noxkit's own rules that are on here: `noxkit rules` lists them"
    coverage = context.config.options.coverage
    if coverage.new_lines is not None:
        yield f"coverage of new lines, {coverage.new_lines:g} %: diff-cover does it"
    if coverage.ratchet is not None:
        yield f"the ratchet of coverage in {coverage.ratchet}"
    if context.config.options.generated:
        yield "generated files that are compared: " + ", ".join(each.name for each in context.config.options.generated)
    if context.config.options.ignore:
        yield "`ignore` and the baseline of [tool.noxkit]: each tool has a list of its own"
    yield "licences and advisories of what is locked, the rehearsal of a release, one report of everything"


def _requirements(context: Context) -> Iterator[str]:
    """What installs the packages of a tree without uv.lock, with all extras and what its groups name."""
    for package in context.repository.workspace.packages:
        extras = f"[{','.join(sorted(package.extras))}]" if package.extras else ""
        yield f"-e{package.folder}{extras}"
        yield from (line for lines in package.groups.values() for line in lines)
    yield from (line for lines in context.repository.root_groups.values() for line in lines)


def _write(file: Path, text: str, *, shown: str) -> None:
    if os.path.lexists(file):
        record = ErrorRecord(
            code="NK-EJECT-EXISTS",
            message=f"`{shown}` is already there, and noxkit overwrites nothing",
            path=shown,
            hint="name another file with `--output`, or remove it",
        )
        raise NoxkitError(record)
    try:
        write_atomic(file, text)
    except OSError as error:
        record = ErrorRecord(
            code="NK-FILE-UNWRITABLE",
            message=f"`{shown}` cannot be written: {error.strerror or error}",
            path=shown,
            hint="make the folder writable, or print it with `--output -`",
        )
        raise NoxkitError(record) from error
