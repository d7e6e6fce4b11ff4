# SPDX-License-Identifier: Apache-2.0
"""The text of `nox -s SESSION -- --help`, made from the schema."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from noxkit.config._fields import all_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.config._fields import Option

__all__ = ["help_text"]

_WIDTH = 100
_INDENT = 32
_USAGE = "usage: nox -s SESSION… -- [OPTION…] [-- PYTEST ARGUMENT…]"
_LEAD = """\
Every option is also a variable (--fail-on is NOXKIT_FAIL_ON); a flag wins over the variable, the
variable over [tool.noxkit] in pyproject.toml. Lists are given with commas or by repeating the flag."""


def help_text() -> str:
    """All flags in groups: those of a run, then those of the configuration by table."""
    groups: dict[str, list[str]] = {}
    for option in all_options():
        if option.run:
            groups.setdefault(str(option.shape.extra["group"]), []).extend(
                _entry(option.usage, option.shape.description)
            )
    groups["Help"] = _entry("--help", "This text.")
    for option in all_options():
        if option.in_text and not option.run:
            groups.setdefault(_table(option), []).extend(_configured(option))
    parts = [_USAGE, _LEAD, *("\n".join([f"{title}:", *lines]) for title, lines in groups.items())]
    return "\n\n".join(parts) + "\n"


def _table(option: Option) -> str:
    dotted = ".".join(["tool", "noxkit", *option.path[:-1]])
    return f"[{dotted}] in pyproject.toml"


def _configured(option: Option) -> Iterator[str]:
    if option.structured:
        return iter(_entry(f"{option.path[-1]} (no flag)", f"{option.shape.description} {option.variable} takes JSON."))
    return iter(_entry(option.usage, option.shape.description))


def _entry(usage: str, description: str) -> list[str]:
    lines = textwrap.wrap(description, _WIDTH - _INDENT, break_on_hyphens=False)
    first = f"  {usage}"
    if len(first) < _INDENT - 1:
        return [first.ljust(_INDENT) + lines[0], *(" " * _INDENT + line for line in lines[1:])]
    return [first, *(" " * _INDENT + line for line in lines)]
