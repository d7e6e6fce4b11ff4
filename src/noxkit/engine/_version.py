# SPDX-License-Identifier: Apache-2.0
"""Which noxkit it is, for the keys of what is kept."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from pathlib import Path

__all__ = ["noxkit_version", "own_version"]

_PACKAGE = Path(__file__).parents[1]


@functools.cache
def noxkit_version() -> str:
    """noxkit's version, looked up once: every folder of modules is searched for it."""
    return importlib.metadata.version("noxkit")


@functools.cache
def own_version(*parts: str) -> str:
    """noxkit's version, and the content of the files in its folders `parts`, which a checkout of it changes."""
    content = hashlib.sha256()
    for part in parts:
        for file in sorted((_PACKAGE / part).glob("*.py")):
            data = file.read_bytes()
            content.update(f"{file.name}\0{len(data)}\0".encode() + data)
    return f"{noxkit_version()} {content.hexdigest()}"
