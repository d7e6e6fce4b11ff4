# SPDX-License-Identifier: Apache-2.0
"""What a repository is: its packages, the workspace they form, and the questions that rules and tools ask."""

from __future__ import annotations

import dataclasses
import functools
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from noxkit.workspace._globs import matcher
from noxkit.workspace._places import development_names, has_table, pre_commit_names, pre_commit_versions
from noxkit.workspace._tables import normalize, requirement_name
from noxkit.workspace.files import FileList, find_git_root, list_files
from noxkit.workspace.lock import read_lock
from noxkit.workspace.manifest import IniFile, read_ini, read_manifest
from noxkit.workspace.metadata import dependency_groups
from noxkit.workspace.pythons import SUPPORTED, admits, minors_of_classifiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from noxkit.workspace._tables import Table
    from noxkit.workspace.git import GitRunner

__all__ = ["KindLike", "Package", "Repository", "Workspace"]


class KindLike(Protocol):
    """What the workspace needs of a kind: its name, its folders, and what it says of publishing."""

    @property
    def name(self) -> str:
        """The kind's name."""
        ...

    @property
    def paths(self) -> Sequence[str]:
        """Globs of package folders, relative to the root."""
        ...

    @property
    def publish(self) -> bool | None:
        """Whether packages of this kind are published; None leaves it to the package."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Package:
    """One package, as far as its files say without running anything.

    `name` is normalised by PEP 503; `folder` is relative to the root (`.` for the root itself).
    `version` is None where the build computes it. `requires_python` may hold `||` between
    alternatives, from Poetry. `groups` have their `include-group` resolved. `import_roots` are
    folders relative to the root; `import_names` are dotted, a namespace package by its leaves.
    `kind` is `package` where no kinds are configured, and empty where none of them matches.
    `has_pyproject` is False for a package that setup.cfg or setup.py alone describes.
    """

    name: str
    raw_name: str
    folder: str
    version: str | None = None
    requires_python: str | None = None
    classifiers: tuple[str, ...] = ()
    build_backend: str | None = None
    dependencies: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict[str, tuple[str, ...]])
    groups: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict[str, tuple[str, ...]])
    import_roots: tuple[str, ...] = ()
    import_names: tuple[str, ...] = ()
    kind: str = "package"
    publish: bool = False
    has_pyproject: bool = True
    pyproject: Table = dataclasses.field(default_factory=dict[str, object])

    def admits(self, python: str) -> bool:
        """Whether the package can be installed on `python`, such as `3.12`.

        Without requires-python its `Programming Language :: Python :: 3.N` classifiers decide, where
        they name a version that noxkit supports: those of an old release end where it was made, and
        forbid nothing. Without them it admits every version.
        """
        if self.requires_python is not None:
            return admits(self.requires_python, python)
        minors = minors_of_classifiers(self.classifiers)
        return minors.isdisjoint(SUPPORTED) or ".".join(python.split(".")[:2]) in minors

    @property
    def pyproject_path(self) -> str:
        """The path of its pyproject.toml, relative to the root."""
        return "pyproject.toml" if self.folder == "." else f"{self.folder}/pyproject.toml"

    @property
    def requirement_names(self) -> frozenset[str]:
        """The normalised names in its dependencies, extras and groups, whatever their markers."""
        lists = (self.dependencies, *self.extras.values(), *self.groups.values())
        return frozenset(name for lines in lists for line in lines if (name := requirement_name(line)))


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Workspace:
    """The packages of a repository: the root's own first, the others in the order that the members list them.

    `is_virtual` is True where the root has no package of its own.
    """

    packages: tuple[Package, ...] = ()
    is_uv: bool = False
    is_virtual: bool = False

    @functools.cached_property
    def _by_name(self) -> Mapping[str, Package]:
        return {package.name: package for package in self.packages}

    @functools.cached_property
    def _dependencies(self) -> Mapping[str, tuple[str, ...]]:
        names = self._by_name.keys()
        return {
            package.name: tuple(sorted((package.requirement_names & names) - {package.name}))
            for package in self.packages
        }

    @functools.cached_property
    def _dependents(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {name: [] for name in sorted(self._dependencies)}
        for name in found:
            for dependency in self._dependencies[name]:
                found[dependency].append(name)
        return {name: tuple(dependents) for name, dependents in found.items()}

    @functools.cached_property
    def _by_folder(self) -> Mapping[str, Package]:
        return {package.folder: package for package in self.packages}

    def package(self, name: str) -> Package | None:
        """The package of this name, in any spelling."""
        return self._by_name.get(normalize(name))

    def package_of(self, path: str) -> Package | None:
        """The package in whose folder `path` lies: the innermost, down to the root's own."""
        folder = path
        while folder:
            if folder in self._by_folder:
                return self._by_folder[folder]
            folder = folder.rpartition("/")[0]
        return self._by_folder.get(".")

    def dependencies(self, name: str) -> tuple[str, ...]:
        """The members that a member requires itself, in its dependencies, extras or groups; sorted."""
        return self._dependencies.get(normalize(name), ())

    def dependents(self, name: str) -> tuple[str, ...]:
        """The members that require a member themselves; sorted."""
        return self._dependents.get(normalize(name), ())

    def closure_of_dependents(self, names: Iterable[str]) -> tuple[str, ...]:
        """The members of `names` with all that require them, directly or through others, in member order."""
        reached: set[str] = set()
        waiting = [normalize(name) for name in names]
        while waiting:
            name = waiting.pop()
            if name in self._by_name and name not in reached:
                reached.add(name)
                waiting.extend(self._dependents[name])
        return tuple(package.name for package in self.packages if package.name in reached)

    def requires_python_minors(self, supported: Sequence[str] = SUPPORTED) -> tuple[str, ...]:
        """Those of `supported` that at least one package admits; all of them where there is no package."""
        if not self.packages:
            return tuple(supported)
        return tuple(minor for minor in supported if any(package.admits(minor) for package in self.packages))


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Repository:
    """A repository at `root`, an absolute path without links.

    Nothing of it changes while it lives: what is asked for is read once. `pyproject` is the root's,
    empty where there is none (`pyproject_missing`). `git` runs git in the root, where there is git.
    `known_files` spares listing the files.
    """

    root: Path
    workspace: Workspace
    pyproject: Table = dataclasses.field(default_factory=dict[str, object])
    pyproject_missing: bool = False
    git: GitRunner | None = None
    known_files: FileList | None = None

    @functools.cached_property
    def _files(self) -> FileList:
        if self.known_files is not None:
            return self.known_files
        return list_files(self.root, git=self.git if find_git_root(self.root) else None)

    @functools.cached_property
    def _queries(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        return {}

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all files, relative to the root, sorted; listed when first asked for."""
        return self._files.paths

    @property
    def has_git(self) -> bool:
        """Whether git has named the files: it is there, it works, and it does not ignore the root."""
        return self._files.from_git

    @functools.cached_property
    def git_root(self) -> Path | None:
        """The top of the git work tree around the root; None outside of one."""
        return find_git_root(self.root)

    @functools.cached_property
    def tags(self) -> tuple[str, ...]:
        """The names of all tags of the work tree; none where there is no git that says them."""
        listed = self.git(["tag", "--list"]) if self.git is not None and self.git_root is not None else None
        return tuple((listed or b"").decode("utf-8", "replace").splitlines())

    @functools.cached_property
    def root_groups(self) -> Mapping[str, tuple[str, ...]]:
        """The dependency groups of a root that has no package of its own; those of others are in `Package.groups`."""
        if any(package.folder == "." for package in self.workspace.packages):
            return MappingProxyType({})
        return MappingProxyType(dependency_groups(read_manifest(self.root, self.pyproject)))

    @functools.cached_property
    def pythons(self) -> tuple[str, ...]:
        """The supported minors that at least one package admits, oldest first; empty where there is none."""
        return self.workspace.requires_python_minors(SUPPORTED)

    def files_matching(self, globs: Iterable[str]) -> tuple[str, ...]:
        """The files at or below paths relative to the root, which may be globs (`**/*.sql`, `docs`, `.`)."""
        patterns = tuple(globs)
        if patterns not in self._queries:
            match = matcher(patterns).fullmatch
            self._queries[patterns] = tuple(path for path in self.files if match(path))
        return self._queries[patterns]

    def python_files(self, paths: Iterable[str] = (".",)) -> tuple[str, ...]:
        """The `.py` and `.pyi` files at or below `paths`, as for `files_matching`."""
        return tuple(path for path in self.files_matching(paths) if path.endswith((".py", ".pyi")))

    def has_file(self, name: str) -> bool:
        """Whether there is a file of this path, known to git or not."""
        return (self.root / name).is_file()

    def tool_table_places(self, table: str) -> list[str]:
        """The pyproject.toml files with a `[tool.<table>]`, dotted or not: the root's first."""
        return [path for path, pyproject in self._pyprojects if has_table(pyproject, table)]

    def ini_section_places(self, section: str) -> list[str]:
        """Where `[section]` stands, such as `[mypy] in setup.cfg`."""
        return [f"[{section}] in {name}" for name, sections in self._ini_files.items() if section in sections]

    def development_places(self, distribution: str) -> list[str]:
        """Where a distribution is required for development, such as ``the dependency group `dev` ``."""
        return list(self._development.get(normalize(distribution), ()))

    @functools.cached_property
    def pre_commit_hooks(self) -> frozenset[str]:
        """The ids of all pre-commit hooks, and the last part of their repositories' addresses.

        Raises NoxkitError where .pre-commit-config.yaml is not YAML.
        """
        path = ".pre-commit-config.yaml"
        return pre_commit_names(self.root / path, path=path)

    @functools.cached_property
    def pre_commit_versions(self) -> Mapping[str, str]:
        """The releases that .pre-commit-config.yaml pins, by the normalised name of the distribution.

        Raises NoxkitError where it is not YAML.
        """
        path = ".pre-commit-config.yaml"
        return MappingProxyType(pre_commit_versions(self.root / path, path=path))

    @functools.cached_property
    def locked_versions(self) -> Mapping[str, tuple[str, ...]]:
        """The versions that uv.lock holds, by normalised name; empty without uv.lock.

        Raises NoxkitError where it is not TOML.
        """
        return MappingProxyType(read_lock(self.root / "uv.lock"))

    @functools.cached_property
    def _pyprojects(self) -> tuple[tuple[str, Table], ...]:
        members = (package for package in self.workspace.packages if package.folder != ".")
        found = ((package.pyproject_path, package.pyproject) for package in members)
        return (("pyproject.toml", self.pyproject), *found)

    @functools.cached_property
    def _ini_files(self) -> Mapping[str, IniFile]:
        names = (name for name in ("setup.cfg", "tox.ini") if self.has_file(name))
        return {name: read_ini(self.root / name) or {} for name in names}

    @functools.cached_property
    def _development(self) -> Mapping[str, tuple[str, ...]]:
        extras = {package.folder: package.extras for package in self.workspace.packages}
        found: dict[str, dict[str, None]] = {}
        for path, pyproject in self._pyprojects:
            folder = path.rpartition("/")[0] or "."
            suffix = "" if folder == "." else f" of {folder}"
            for name, place in development_names(pyproject, extras.get(folder, {})):
                found.setdefault(name, {})[f"{place}{suffix}"] = None
        return {name: tuple(places) for name, places in found.items()}
