# SPDX-License-Identifier: Apache-2.0
"""`noxkit wheel`: verifies wheels and sdists without a repository."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noxkit.engine._bare import verify_files
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    import argparse

    from noxkit.engine.console import Console

__all__ = ["HELP", "OWN_OPTIONS", "configure", "run"]

HELP = "verify wheels and sdists without a repository; runs nothing of them (`noxkit wheel --help`)"
OWN_OPTIONS = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Take everything: the options are those of a session, and read as there."""
    parser.add_argument("arguments", nargs="*", metavar="PATH", help="wheels and sdists, or folders that hold some")


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Verify the files and return the verdict's exit code. Raises NoxkitError for what is not there."""
    result = verify_files(parsed.root.resolve(), parsed.arguments, environ=current(), stream=sys.stdout)
    if isinstance(result, str):
        console.write(result)
        return 0
    return result
