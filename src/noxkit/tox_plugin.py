# SPDX-License-Identifier: Apache-2.0
"""The plugin of tox: where the noxfile registers noxkit's sessions, each is an environment of tox as well.

tox loads it wherever both are installed (https://tox.wiki/en/latest/plugins.html). It does nothing in a repository
whose noxfile.py does not use noxkit.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tox.config.loader.memory import MemoryLoader
from tox.config.types import Command
from tox.plugin import impl

from noxkit.adopt import nox, tox
from noxkit.adopt._noxfile import descriptions, registered
from noxkit.errors import NoxkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tox.config.sets import ConfigSet
    from tox.session.state import State

__all__ = ["tox_add_core_config", "tox_extend_envs"]

_NOXFILE = "noxfile.py"


@impl
def tox_extend_envs() -> tuple[str, ...]:
    """The sessions that the noxfile of this folder, or of the nearest above it that has one, registers."""
    folder = next((each for each in (Path.cwd(), *Path.cwd().parents) if (each / _NOXFILE).is_file()), None)
    return () if folder is None else _sessions(folder)


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Say how each of these environments is run. One that the repository's own tox configuration has stays as it is."""
    root = Path(str(core_conf["tox_root"]))
    own = {step.name for step in tox.read(root)}
    told = descriptions()
    for name in _sessions(root):
        if name not in own:
            loader = MemoryLoader(**dict(_settings(root, name, told.get(name, name), state)))
            state.conf.memory_seed_loaders[name].append(loader)


def _settings(root: Path, name: str, description: str, state: State) -> Iterator[tuple[str, object]]:
    """All that a `[testenv]` might say otherwise: noxkit makes the environments itself, so this one stays empty."""
    arguments = state.conf.pos_args(root) or ()
    behind = ["--", *arguments] if arguments else []
    nox_itself = [sys.executable, "-m", "nox", "--script-mode", "none", "-f", str(root / _NOXFILE)]
    yield "description", description
    yield "commands", [Command([*nox_itself, "-s", name, *behind])]
    yield "change_dir", root
    yield from ((name, []) for name in ("commands_pre", "commands_post", "deps", "dependency_groups", "extras"))
    yield from (("skip_install", True), ("package", "skip"), ("pass_env", ["*"]), ("allowlist_externals", ["*"]))


def _sessions(root: Path) -> tuple[str, ...]:
    file = root / _NOXFILE
    try:
        tree = nox.parse(file) if file.is_file() else ast.Module([], [])
    except NoxkitError:  # nox itself says so, once it is asked
        return ()
    return registered(tree)
