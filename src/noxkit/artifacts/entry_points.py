# SPDX-License-Identifier: Apache-2.0
"""entry_points.txt: the scripts and plugins that a distribution brings."""

from __future__ import annotations

import configparser
import dataclasses

__all__ = ["EntryPoint", "EntryPoints", "read_entry_points"]

_MOST = 50_000


@dataclasses.dataclass(frozen=True, slots=True)
class EntryPoint:
    """One line `name = value` of the section `group`."""

    group: str
    name: str
    value: str

    @property
    def is_script(self) -> bool:
        """Whether installers make a program of it."""
        return self.group in {"console_scripts", "gui_scripts"}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class EntryPoints:
    """All lines; `error` says why they cannot be had, as the package index would."""

    points: tuple[EntryPoint, ...] = ()
    error: str | None = None


class _Parser(configparser.ConfigParser):
    def __init__(self) -> None:
        super().__init__(delimiters=("=",), interpolation=None, strict=True)

    def optionxform(self, optionstr: str) -> str:
        """Names keep their letter case."""
        return optionstr


def read_entry_points(raw: bytes) -> EntryPoints:
    """Read entry_points.txt as the package index does: UTF-8, INI with `=` alone, no option twice."""
    if raw.count(b"\n") > _MOST:
        return EntryPoints(error=f"more than {_MOST} lines")
    parser = _Parser()
    try:
        parser.read_string(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return EntryPoints(error=f"not UTF-8 at byte {error.start}")
    except configparser.Error as error:
        return EntryPoints(error=str(error).replace("\n", " "))
    points = [EntryPoint(group, name, value) for group in parser.sections() for name, value in parser.items(group)]
    return EntryPoints(points=tuple(points))
