# SPDX-License-Identifier: Apache-2.0
"""Values of parsed TOML whose shape nobody has promised: what is of another type counts as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias, cast

__all__ = ["Table", "items", "normalize", "requirement_name", "strings", "table", "text"]

Table: TypeAlias = Mapping[str, object]

_REQUIREMENT_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")


def table(value: object, *keys: str) -> Table:
    """The table at `keys` below `value`; an empty one where there is none."""
    for key in keys:
        if not isinstance(value, Mapping):
            return {}
        value = cast("Table", value).get(key)
    return cast("Table", value) if isinstance(value, Mapping) else {}


def text(value: object) -> str | None:
    """`value` where it is a string."""
    return value if isinstance(value, str) else None


def items(value: object) -> tuple[object, ...]:
    """The items of an array; none where `value` is not one."""
    return tuple(cast("list[object]", value)) if isinstance(value, list | tuple) else ()


def strings(value: object) -> tuple[str, ...]:
    """The strings of an array, without its other items."""
    return tuple(item for item in items(value) if isinstance(item, str))


def normalize(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def requirement_name(requirement: str) -> str | None:
    """The normalised name that a PEP 508 requirement begins with; None where it does not.

    `packaging` parses all of it, fifty times slower, and of a hundred members only names are needed.
    """
    match = _REQUIREMENT_NAME.match(requirement)
    return normalize(match[1]) if match else None
