# SPDX-License-Identifier: Apache-2.0
"""Which minor versions of Python noxkit knows, and which of them a specifier or classifiers admit."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NEWEST", "OLDEST", "SUPPORTED", "admits", "minors_of_classifiers"]

SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")
"""The minor versions that noxkit supports, oldest first."""

OLDEST = SUPPORTED[0]
"""The oldest minor version that noxkit supports."""

NEWEST = SUPPORTED[-1]
"""The newest minor version that noxkit supports."""

_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")
_VERSION = re.compile(r"(\d+\.\d+)(\.\d+)?")
_PATCHES = 40  # no minor of CPython has had as many


@functools.lru_cache(maxsize=1024)
def admits(specifier: str, python: str) -> bool:
    """Whether a requires-python value admits `python`, a minor (`3.12`) or a full version (`3.12.4`).

    A minor is admitted when any of its patch releases is. Alternatives are joined by `||`, which is
    how Poetry writes what PEP 440 cannot say. A specifier that PEP 440 does not allow admits
    everything: it is a finding of its own, and no reason to look at nothing.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 -- not needed to find packages

    version = _VERSION.match(python)
    if version is None:
        return False
    candidates = [version[0]] if version[2] else [f"{version[1]}.{patch}" for patch in range(_PATCHES)]
    try:
        alternatives = [SpecifierSet(part) for part in specifier.split("||")]
    except InvalidSpecifier:
        return True
    pairs = ((part, candidate) for part in alternatives for candidate in candidates)
    return any(part.contains(candidate, prereleases=True) for part, candidate in pairs)


def minors_of_classifiers(classifiers: Iterable[str]) -> frozenset[str]:
    """The minors that `Programming Language :: Python :: 3.N` classifiers name."""
    return frozenset(match[1] for line in classifiers if (match := _CLASSIFIER.fullmatch(line.strip())))
