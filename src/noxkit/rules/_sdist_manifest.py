# SPDX-License-Identifier: Apache-2.0
"""The pyproject.toml inside of an sdist."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noxkit.rules._facts import TomlFile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from noxkit.artifacts.sdist import Sdist

__all__ = ["manifest_of"]

_LONGEST = 1 << 20


def manifest_of(sdist: Sdist) -> TomlFile | None:
    """The sdist's own pyproject.toml; None where it is not there, is too long, or is no TOML."""
    member = sdist.member("pyproject.toml")
    content = member.text if member is not None and member.size <= _LONGEST else None
    if member is None or content is None:
        return None
    try:
        data = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    return TomlFile(f"{sdist.archive.path}/{member.name}", data, content.encode())
