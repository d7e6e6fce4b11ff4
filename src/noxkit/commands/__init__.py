# SPDX-License-Identifier: Apache-2.0
"""What `noxkit COMMAND` does: one file a command, found by looking at the folder."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from noxkit.engine.console import Console

__all__ = ["CommandModule", "load_commands"]


class CommandModule(Protocol):
    """What a command's file holds. `HELP` is one line for `noxkit --help`.

    One that also has `OWN_OPTIONS = True` is given all its words as `arguments`.
    """

    HELP: str

    def configure(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare the command's own arguments."""
        ...

    def run(self, parsed: argparse.Namespace, console: Console, /) -> int:
        """Do it and return the exit code. Raises NoxkitError for usage and configuration."""
        ...


def load_commands(words: Sequence[str] = ()) -> dict[str, CommandModule]:
    """Each command's module by its name, sorted: `lock_diff.py` is `lock-diff`.

    Only the one that the first of `words` names, where it names one: loading all takes as long as many a command.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    known = {name.replace("_", "-"): name for name in names}
    named = known.keys() & set(words[:1])
    modules = {name: f"{__name__}.{known[name]}" for name in (named or known)}
    return {name: cast("CommandModule", importlib.import_module(module)) for name, module in modules.items()}
