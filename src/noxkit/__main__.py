# SPDX-License-Identifier: Apache-2.0
"""The command `noxkit`: argument parsing only; each command is a file in `noxkit.commands`."""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.commands import load_commands
from noxkit.engine.console import Console
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 for usage and configuration, or the verdict's."""
    parser = argparse.ArgumentParser(
        prog="noxkit", description="The quality pipeline of a Python repository, as nox sessions."
    )
    parser.add_argument("--version", action="version", version=f"noxkit {importlib.metadata.version('noxkit')}")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the noxfile (default: this one)")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands = load_commands()
    for name, command in commands.items():
        if getattr(command, "OWN_OPTIONS", False):  # argparse takes none of its arguments for an option
            sub = subparsers.add_parser(name, help=command.HELP, add_help=False, prefix_chars="\0")
        else:
            sub = subparsers.add_parser(name, help=command.HELP, description=command.HELP)
        command.configure(sub)
    parsed = parser.parse_args(arguments)
    console = Console(current())
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
