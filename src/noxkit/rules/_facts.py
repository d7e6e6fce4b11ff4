# SPDX-License-Identifier: Apache-2.0
"""What rules on packages and on the workspace are asked about: frozen data, read once, with positions."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, TypeVar

import msgspec

from noxkit.diagnostics.positions import TomlPositions
from noxkit.rules._base import Place
from noxkit.workspace._tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.config.schema import Kind, Options
    from noxkit.diagnostics.positions import TomlSpan
    from noxkit.workspace._tables import Table
    from noxkit.workspace.model import Package, Repository

__all__ = ["PackageFacts", "Settings", "TomlFile", "WorkspaceFacts"]

OptionsT = TypeVar("OptionsT", bound=msgspec.Struct)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The options of the rules' families, as `[tool.noxkit.rules]` has them: by family, raw."""

    tables: Mapping[str, Mapping[str, object]] = dataclasses.field(default_factory=dict[str, "Mapping[str, object]"])

    def of(self, kind: type[OptionsT]) -> OptionsT:
        """The record `kind` of the family that declares it. Raises msgspec.ValidationError."""
        return msgspec.convert(self.tables.get(kind.__module__.rpartition(".")[2], {}), kind)


@dataclasses.dataclass(frozen=True, eq=False)
class TomlFile:
    """A TOML file: its path relative to the root, its values, and where they stand."""

    path: str
    data: Table
    content: bytes

    @functools.cached_property
    def _positions(self) -> TomlPositions:
        return TomlPositions(self.content)

    def key(self, *way: str | int) -> Place:
        """The place of a key; of the nearest table that would hold it where it is absent."""
        return self._place(self._positions.key(way))

    def value(self, *way: str | int) -> Place:
        """The place of a value or an array's item; of its key where that cannot be had."""
        return self._place(self._positions.value(way) or self._positions.key(way))

    def _place(self, span: TomlSpan | None) -> Place:
        if span is None:
            return Place(self.path, 1)
        return Place(self.path, span.line, span.column, None, span.end_column)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class WorkspaceFacts:
    """All of a repository.

    `options` are those of [tool.noxkit]; `settings` those of the rules' families; `pythons` the minors
    that the repository supports, lowest first.
    """

    repository: Repository
    options: Options
    settings: Settings = dataclasses.field(default_factory=Settings)
    pythons: tuple[str, ...] = ()

    @functools.cached_property
    def packages(self) -> tuple[PackageFacts, ...]:
        """A record for each package, the root's own first."""
        return tuple(PackageFacts(package=each, whole=self) for each in self.repository.workspace.packages)

    @functools.cached_property
    def root(self) -> TomlFile:
        """The root's pyproject.toml; empty where there is none."""
        return TomlFile("pyproject.toml", self.repository.pyproject, self.read("pyproject.toml") or b"")

    @functools.cached_property
    def files(self) -> frozenset[str]:
        """The paths of all files of the repository, relative to the root."""
        return frozenset(self.repository.files)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where it cannot be read; `path` may lie above the root, as `../LICENSE`."""
        try:
            return (self.repository.root / path).read_bytes()
        except OSError:
            return None

    def kind_of(self, package: Package) -> Kind | None:
        """The configured kind of a package; None where no kinds are configured or none matches."""
        return next((kind for kind in self.options.kinds if kind.name == package.kind), None)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class PackageFacts:
    """One package of `whole`."""

    package: Package
    whole: WorkspaceFacts

    @functools.cached_property
    def manifest(self) -> TomlFile:
        """Its pyproject.toml; empty where there is none."""
        path = self.package.pyproject_path
        return TomlFile(path, self.package.pyproject, self.whole.read(path) or b"")

    @property
    def project(self) -> Table:
        """Its [project] table; empty where there is none."""
        return table(self.package.pyproject, "project")

    @functools.cached_property
    def kind(self) -> Kind | None:
        """Its configured kind."""
        return self.whole.kind_of(self.package)

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of its files relative to the root, without those of packages inside of it."""
        inner = self.whole.repository.workspace.package_of
        below = self.whole.repository.files_matching((self.package.folder,))
        return tuple(path for path in below if inner(path) is self.package)

    def path(self, name: str) -> str:
        """The path relative to the root of the file `name` in the package's folder."""
        return name if self.package.folder == "." else f"{self.package.folder}/{name}"
