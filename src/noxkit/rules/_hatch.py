# SPDX-License-Identifier: Apache-2.0
"""What [tool.hatch.build.targets.wheel] selects, read without running hatchling."""

from __future__ import annotations

import dataclasses
import functools
import posixpath
from typing import TYPE_CHECKING

from noxkit.workspace._globs import is_below, matcher
from noxkit.workspace._tables import strings, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.rules._facts import PackageFacts

__all__ = ["WHEEL", "HatchWheel", "hatch_wheel", "normal"]

WHEEL = ("tool", "hatch", "build", "targets", "wheel")
"""The way to the table of the wheel."""

_BUILD = ("tool", "hatch", "build")


def normal(path: str) -> str:
    """A path as hatchling compares it: without `./`, doubled slashes and a slash at either end; `.` for the root."""
    return posixpath.normpath(path.replace("\\", "/").strip("/") or ".")


@dataclasses.dataclass(frozen=True, eq=False)
class HatchWheel:
    """The selection of a package that hatchling builds; each option with the way to it, the target's own first."""

    facts: PackageFacts

    def way(self, option: str) -> tuple[str, ...]:
        """The way to an option: the target's, else the one of all targets."""
        own = table(self.facts.package.pyproject, *WHEEL)
        return (*(WHEEL if option in own else _BUILD), option)

    def _value(self, option: str) -> object:
        *above, last = self.way(option)
        return table(self.facts.package.pyproject, *above).get(last)

    def list(self, option: str) -> tuple[str, ...]:
        """An option that is a list of texts."""
        return strings(self._value(option))

    @property
    def sources(self) -> Mapping[str, str]:
        """Which prefixes of paths become which; a list takes them away."""
        value = self._value("sources")
        removed = {normal(path): "" for path in strings(value)}
        return removed or {normal(path): str(to).strip("/") for path, to in table(value).items()}

    @property
    def forced(self) -> Mapping[str, str]:
        """`force-include`: paths of the tree, and where they go, both as written."""
        return {path: to for path, to in table(self._value("force-include")).items() if isinstance(to, str)}

    @property
    def makes_files(self) -> bool:
        """Whether a hook of the build, or `artifacts`, may bring files that the tree does not hold."""
        hooks = table(self.facts.package.pyproject, *WHEEL, "hooks") or table(
            self.facts.package.pyproject, *_BUILD, "hooks"
        )
        return bool(hooks) or bool(self.list("artifacts"))

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """The package's files, relative to its folder."""
        prefix = self.facts.path("")
        return tuple(path.removeprefix(prefix) for path in self.facts.files)

    def exists(self, path: str) -> bool:
        """Whether a path of the tree is there, known to git or not."""
        return (self.facts.whole.repository.root / self.facts.package.folder / path).exists()

    def is_file(self, path: str) -> bool:
        """Whether a path of the tree is a file."""
        return self.facts.whole.repository.has_file(self.facts.path(path))

    def matching(self, patterns: tuple[str, ...]) -> frozenset[str]:
        """The files that patterns match in gitignore's form, those that begin with `!` left out."""
        globs = tuple(_glob(pattern) for pattern in patterns if not pattern.startswith("!"))
        match = matcher(globs).fullmatch
        return frozenset(path for path in self.files if match(path)) if globs else frozenset()

    @functools.cached_property
    def packed(self) -> Mapping[str, str]:
        """Where the files that `packages` selects go, and where they come from."""
        excluded = self.matching(self.list("exclude"))
        found: dict[str, str] = {}
        for package in map(normal, self.list("packages")):
            above = package.rpartition("/")[0]
            for path in self.files:
                if path not in excluded and is_below(path, package):
                    found[path.removeprefix(f"{above}/") if above else path] = path
        return found


def _glob(pattern: str) -> str:
    anchored = "/" in pattern.rstrip("/")
    path = pattern.strip("/")
    return path if anchored else f"**/{path}"


def hatch_wheel(facts: PackageFacts) -> HatchWheel | None:
    """The selection; None where another backend builds the package."""
    backend = facts.package.build_backend or ""
    return HatchWheel(facts) if backend.startswith("hatchling") else None
