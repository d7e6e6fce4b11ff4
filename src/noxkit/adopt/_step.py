# SPDX-License-Identifier: Apache-2.0
"""What every setup is read into: the steps that it has."""

from __future__ import annotations

import dataclasses
import re
import shlex

__all__ = ["Step", "python_of", "words"]

_FACTOR = re.compile(r"(?:py|python)?(3)\.?(\d{1,2})(?:\.\d+)?t?")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a setup does: an environment of tox, a session of nox, a hook of pre-commit.

    `path` and `line` (from 1) say where it stands; `commands` are the words of each, `…` for what only a run would
    know; `pythons` are the minors (`3.12`) that it names.
    """

    name: str
    path: str
    line: int
    commands: tuple[tuple[str, ...], ...] = ()
    pythons: tuple[str, ...] = ()


def python_of(word: str) -> str | None:
    """The minor that `py312`, `3.12`, `python3.12` or `3.12.4` names; None for any other word."""
    found = _FACTOR.fullmatch(word)
    return f"{found[1]}.{found[2]}" if found else None


def words(command: str) -> tuple[str, ...]:
    """The words of a command as a shell splits them; at white space where a quote is left open."""
    try:
        return tuple(shlex.split(command, comments=True))
    except ValueError:
        return tuple(command.split())
