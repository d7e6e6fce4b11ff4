# SPDX-License-Identifier: Apache-2.0
"""The command `noxkit`: argument parsing only; each command is a file in `noxkit.commands`."""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from noxkit.commands import load_commands
from noxkit.engine.console import Console
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 for usage and configuration, or the verdict's."""
    console = Console(current())
    try:
        return _run(arguments, console)
    except NoxkitError as error:
        console.error(error, Path.cwd())
        return error.exit_code


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as noxkit says everything that is wrong."""

    def error(self, message: str) -> NoReturn:
        """Raise NoxkitError instead of printing the usage and ending the process."""
        wrong = re.fullmatch(r"argument COMMAND: invalid choice: '(?P<given>.*)' \(choose from .*\)", message)
        if wrong is None:
            said, hint = message, f"`{self.prog} --help` shows what it takes"
        else:
            said, hint = f"`{wrong['given']}` is no command of noxkit", did_you_mean(wrong["given"], load_commands())
        raise NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=said, hint=hint))


def _run(arguments: Sequence[str] | None, console: Console) -> int:
    parser = _Parser(prog="noxkit", description="The quality pipeline of a Python repository, as nox sessions.")
    parser.add_argument("--version", action="version", version=f"noxkit {importlib.metadata.version('noxkit')}")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the noxfile (default: this one)")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands = load_commands(sys.argv[1:] if arguments is None else arguments)
    for name, command in commands.items():
        if getattr(command, "OWN_OPTIONS", False):  # argparse takes none of its arguments for an option
            sub = subparsers.add_parser(name, help=command.HELP, add_help=False, prefix_chars="\0")
        else:
            sub = subparsers.add_parser(name, help=command.HELP, description=command.HELP)
        command.configure(sub)
    if "_ARGCOMPLETE" in current():
        import argcomplete  # noqa: PLC0415 -- only a shell that completes needs it

        argcomplete.autocomplete(parser)
    parsed = parser.parse_args(arguments)
    try:
        _check_root(parsed.root)
        return commands[parsed.command].run(parsed, console)
    except NoxkitError as error:
        console.error(error, parsed.root.resolve())
        return error.exit_code


def _check_root(root: Path) -> None:
    if not root.is_dir():
        message, hint = f"`{root}` of --root is no folder", "name the folder of the noxfile"
        raise NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint))


if __name__ == "__main__":
    sys.exit(main())
