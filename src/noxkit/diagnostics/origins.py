# SPDX-License-Identifier: Apache-2.0
"""Where a path of a finding lies: in the tree, or inside of a built file, which stands there as a folder would."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

__all__ = ["Origin", "inside", "is_built", "origin_of"]

Origin: TypeAlias = Literal["tree", "wheel", "sdist"]

_SUFFIX = r"(?P<wheel>whl)|tar\.gz|tgz|tar\.bz2|tar\.xz|tar|zip"
_BUILT = re.compile(rf"(?:.*?/)?[^/]+?\.(?:{_SUFFIX})(?:/(?P<inner>.*))?", re.DOTALL)


def is_built(path: str) -> bool:
    """Whether a path names a wheel or an sdist, by its suffix."""
    match = _BUILT.fullmatch(path)
    return match is not None and match["inner"] is None


def origin_of(path: str | None) -> Origin:
    """`dist/a-1.0-py3-none-any.whl/a/b.py` is in a wheel."""
    match = _BUILT.fullmatch(path) if path else None
    if match is None:
        return "tree"
    return "wheel" if match["wheel"] else "sdist"


def inside(path: str) -> str | None:
    """The path inside of the built file: `a/b.py`, for an sdist without its one folder; None for the file itself."""
    match = _BUILT.fullmatch(path)
    if match is None or not match["inner"]:
        return None
    return match["inner"] if match["wheel"] else match["inner"].partition("/")[2] or None
