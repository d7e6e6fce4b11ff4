# SPDX-License-Identifier: Apache-2.0
"""Putting built files into the folder of built files: whole, in the place of what they replace."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["deliver"]

_Key: TypeAlias = "tuple[str, object, frozenset[str]]"


def deliver(files: Sequence[Path], folder: Path) -> list[str]:
    """Move `files` of one version into `folder`, and remove what they replace; returns the names of that.

    Replaced is what has the same name, an sdist of the same version in any spelling, and a wheel of the same version
    and build with a tag in common. Wheels for other platforms and interpreters stay. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting = [(_beside(file, folder), folder / file.name) for file in files]
    try:
        for temporary, target in waiting:
            temporary.replace(target)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)
    stale = [path for path in _stale(files, folder) if path.name not in {file.name for file in files}]
    for path in stale:
        path.unlink(missing_ok=True)
    return sorted(path.name for path in stale)


def _beside(file: Path, folder: Path) -> Path:
    """A whole copy of `file` in `folder`, under a name that nobody takes for a built file."""
    descriptor, name = tempfile.mkstemp(prefix=".noxkit-", suffix=".tmp", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as copy, file.open("rb") as source:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.chmod(0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _stale(files: Sequence[Path], folder: Path) -> Iterator[Path]:
    new = [key for file in files if (key := _key(file.name)) is not None]
    for entry in sorted(folder.iterdir()):
        key = _key(entry.name)
        if key is not None and entry.is_file() and any(_rivals(key, other) for other in new):
            yield entry


def _rivals(one: _Key, two: _Key) -> bool:
    return one[:2] == two[:2] and bool(one[2] & two[2])


def _key(name: str) -> _Key | None:
    """What a file is a build of: project, version, and the tags that it serves. None for what is no built file."""
    with contextlib.suppress(InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        if name.endswith(".whl"):
            project, version, build, tags = parse_wheel_filename(name)
            return project, (version, build), frozenset(map(str, tags))
        if name.endswith((".tar.gz", ".zip")):
            project, version = parse_sdist_filename(name)
            return project, (version, ()), frozenset({"sdist"})
    return None
