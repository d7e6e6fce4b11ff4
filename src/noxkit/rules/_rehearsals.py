# SPDX-License-Identifier: Apache-2.0
"""What the rehearsal of a wheel has shown: how it resolved, what could not be imported."""

from __future__ import annotations

import dataclasses
from typing import Literal

from noxkit.rules._base import Place

__all__ = ["ImportFailure", "RehearsalFacts", "Unresolved"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImportFailure:
    """Something that could not be imported or loaded.

    `name` is the module's, or the entry point's with its `group` and `value`. `way` says how it failed: it raised
    `error`, whose class is of the top-level module `home`, it ended the interpreter, or it did not return.
    `missing` is the module that an ImportError names. `number` is its place among what is tried. With the `extras` of
    the distribution it does work.
    """

    kind: Literal["module", "script", "entry point"]
    name: str
    way: Literal["raised", "ended", "hung"]
    group: str = ""
    value: str = ""
    error: str = ""
    home: str = ""
    message: str = ""
    missing: str | None = None
    number: int = -1
    extras: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """Requirements that no versions satisfy: those of the wheel alone, or with `extra`; `reason` is uv's word."""

    reason: str
    extra: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class RehearsalFacts:
    """One wheel on one Python.

    `own` are the top-level modules that it brings, `required` the import names of what it requires without an extra,
    as far as they are installed. `optional` are the normalised names of what its extras bring. `roots` are the modules
    of the wheel that lie in no other one of it.
    """

    wheel: str
    python: str
    own: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()
    unresolved: tuple[Unresolved, ...] = ()
    failures: tuple[ImportFailure, ...] = ()
    together: bool = False

    @property
    def place(self) -> Place:
        """The wheel."""
        return Place(self.wheel)
