# SPDX-License-Identifier: Apache-2.0
"""`noxkit plan`: what is released next, and why."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from noxkit.config.load import load
from noxkit.engine._context import open_context
from noxkit.release._plan import make_plan
from noxkit.release._session import as_json, as_mermaid, as_table, asked_of
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    import argparse

    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "print what is released next: versions, every commit that counts, the order, and what blocks"
_FORMATS = {"table": as_table, "json": as_json, "mermaid": as_mermaid}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the format, and the flags of `nox -s bump`."""
    parser.add_argument("--format", choices=tuple(_FORMATS), default="table", help="table (default), json or mermaid")
    parser.add_argument("--package", action="append", default=[], metavar="NAME", help="only these packages")
    levels = parser.add_mutually_exclusive_group()
    for level in ("major", "minor", "patch"):
        levels.add_argument(f"--{level}", action="store_true", help=f"a {level} release, whatever the commits say")
    steps = parser.add_mutually_exclusive_group()
    steps.add_argument("--pre", choices=("a", "b", "rc"), help="an alpha, beta or release candidate of it")
    steps.add_argument("--post", action="store_true", help="a post-release")
    steps.add_argument("--dev", action="store_true", help="a development release of it")
    parser.add_argument(
        "--set-version", action="append", default=[], metavar="[NAME==]VERSION", help="this version, of NAME or of all"
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print the plan: 0, or 1 where something blocks it. Raises NoxkitError without git, and for wrong flags."""
    gc.disable()  # what is read of a history stays until the end
    root = parsed.root.resolve()
    arguments = [f"--{name}" for name in ("major", "minor", "patch", "post", "dev") if getattr(parsed, name)]
    arguments += ["--pre", parsed.pre] if parsed.pre else []
    arguments += [word for name in parsed.package for word in ("--package", name)]
    arguments += [word for version in parsed.set_version for word in ("--set-version", version)]
    environ = current()
    context = open_context("plan", root, config=load(root, environ=environ, arguments=arguments), environ=environ)
    plan = make_plan(context, asked_of(context))
    console.write(_FORMATS[parsed.format](plan))
    return int(plan.is_blocked)
