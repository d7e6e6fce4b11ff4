# SPDX-License-Identifier: Apache-2.0
"""What a run's tests have covered, as frozen data: tools read it, rules judge it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CoverageData", "FileCoverage", "Ratio"]


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what could be covered is covered, counted as coverage.py does: statements plus branches."""

    covered: int
    total: int

    @property
    def percent(self) -> float:
        """In percent, unrounded; 100 where there is nothing to cover, as coverage.py has it."""
        return float(self._exact)

    @property
    def shown(self) -> str:
        """In percent with two decimals, rounded down: what is not reached never reads as if it were."""
        hundredths = 10_000 * self.covered // self.total if self.total else 10_000
        return f"{hundredths // 100}.{hundredths % 100:02d}"

    def reaches(self, floor: float) -> bool:
        """Whether `floor` percent are covered, compared exactly."""
        return self._exact >= Fraction(str(floor))

    @property
    def _exact(self) -> Fraction:
        return Fraction(100 * self.covered, self.total) if self.total else Fraction(100)

    @classmethod
    def of(cls, files: Iterable[FileCoverage]) -> Ratio:
        """That of several files together."""
        counted = [file.ratio for file in files]
        return cls(covered=sum(ratio.covered for ratio in counted), total=sum(ratio.total for ratio in counted))


class FileCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One measured file.

    `path` is relative to the root with `/`. Lines are those on which a statement begins, 1-based.
    `branches` counts the jumps of lines that may go more than one way, 0 where branches were not
    measured; a missing branch is a pair of lines, the second negative for the way out of a function.
    """

    path: str
    executed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    branches: int = 0
    covered_branches: int = 0
    missing_branches: tuple[tuple[int, int], ...] = ()

    @property
    def ratio(self) -> Ratio:
        """How much of the file is covered."""
        statements = len(self.executed) + len(self.missing)
        return Ratio(covered=len(self.executed) + self.covered_branches, total=statements + self.branches)


class CoverageData(msgspec.Struct, frozen=True, kw_only=True):
    """All measured files, sorted by path, and the version of coverage.py that read them."""

    files: tuple[FileCoverage, ...]
    version: str
    branch: bool = False

    @property
    def ratio(self) -> Ratio:
        """How much of all files is covered."""
        return Ratio.of(self.files)

    def by_path(self) -> dict[str, FileCoverage]:
        """The files by their paths."""
        return {file.path: file for file in self.files}
