# SPDX-License-Identifier: Apache-2.0
"""Finding the packages of a repository, from its files alone."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace._globs import expand, has_wildcard, is_excluded, matcher, normal_path
from noxkit.workspace._tables import normalize, strings, table
from noxkit.workspace._toml import read_toml
from noxkit.workspace.layout import read_layout
from noxkit.workspace.manifest import Manifest, read_manifest
from noxkit.workspace.metadata import Metadata, dependency_groups, read_metadata
from noxkit.workspace.model import Package, Repository, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.workspace._tables import Table
    from noxkit.workspace.files import FileList
    from noxkit.workspace.git import GitRunner
    from noxkit.workspace.model import KindLike

__all__ = ["discover"]

_PYPROJECT = "pyproject.toml"
_METADATA_FILES = (_PYPROJECT, "setup.cfg", "setup.py")
_MEMBERS = ("tool", "uv", "workspace", "members")
# What stays behind of a member that another branch has: uv passes over folders of ignored files.
_LEFTOVERS = frozenset({"__pycache__", ".venv", "build", "dist", "node_modules"})


def discover(
    root: Path, *, kinds: Sequence[KindLike] = (), git: GitRunner | None = None, files: FileList | None = None
) -> Repository:
    """The repository at `root`: one package, the members of a uv workspace, or the folders that `kinds` name.

    Raises one NoxkitError for all files that are not TOML and all members that are not packages. A
    root without pyproject.toml is no error: see `Repository.pyproject_missing`. `files` are those that
    the repository has, where that is known already.
    """
    top = Path(root).resolve()
    missing = not os.path.lexists(top / _PYPROJECT)
    pyproject: Table | ErrorRecord = {} if missing else read_toml(top / _PYPROJECT, path=_PYPROJECT)
    if isinstance(pyproject, ErrorRecord):
        raise NoxkitError(pyproject)
    search = _Search(root=top, pyproject=pyproject, kinds=tuple(kinds))
    workspace = search.workspace()
    if search.records:
        raise NoxkitError(search.records)
    return Repository(
        root=top, workspace=workspace, pyproject=pyproject, pyproject_missing=missing, git=git, known_files=files
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Search:
    """One discovery: what it was given, and the records of everything that is wrong so far."""

    root: Path
    pyproject: Table
    kinds: tuple[KindLike, ...]
    records: list[ErrorRecord] = dataclasses.field(default_factory=list["ErrorRecord"])

    def workspace(self) -> Workspace:
        """All packages; what is wrong goes to `records`."""
        is_uv = "workspace" in table(self.pyproject, "tool", "uv")
        own = self._package(".", self.pyproject)
        folders = self._uv_members() if is_uv else self._kind_folders()
        packages = [] if own is None else [own]
        for folder, entry in folders:
            member = self._member(folder, entry, is_uv=is_uv)
            if member is not None:
                packages.append(member)
        self._refuse_duplicates(packages, dict(folders))
        return Workspace(packages=tuple(packages), is_uv=is_uv, is_virtual=own is None and bool(packages))

    def _uv_members(self) -> list[tuple[str, int]]:
        """The folders of members and the index of the entry that each comes from, without the root's own."""
        options = table(self.pyproject, *_MEMBERS[:-1])
        excluded = [normal_path(pattern) for pattern in strings(options.get("exclude"))]
        found: dict[str, int] = {}
        for index, entry in enumerate(strings(options.get("members"))):
            for path in self._matches(entry, index):
                if path != "." and not is_excluded(path, excluded):
                    found.setdefault(path, index)
        return list(found.items())

    def _matches(self, entry: str, index: int) -> Iterator[str]:
        paths = expand(self.root, entry)
        if not paths:
            self._refuse(index, f"`{entry}` matches no folder", "remove the entry, or add the member that it names")
        for path in paths:
            if (self.root / path).is_dir():
                yield path
            elif not has_wildcard(entry):  # uv passes over files that a pattern happens to match
                self._refuse(index, f"`{path}` is not a folder", "name the member's folder, not a file")

    def _kind_folders(self) -> list[tuple[str, int]]:
        """The folders with metadata that the kinds' globs name, where there is no uv workspace."""
        globs = dict.fromkeys(normal_path(glob) for kind in self.kinds for glob in kind.paths)
        paths = dict.fromkeys(path for glob in globs for path in expand(self.root, glob) if path != ".")
        return [(path, 0) for path in paths if any((self.root / path / name).is_file() for name in _METADATA_FILES)]

    def _member(self, folder: str, entry: int, *, is_uv: bool) -> Package | None:
        file = self.root / folder / _PYPROJECT
        path = f"{folder}/{_PYPROJECT}"
        if not os.path.lexists(file):
            return self._without_pyproject(folder, entry, is_uv=is_uv)
        pyproject = read_toml(file, path=path)
        if isinstance(pyproject, ErrorRecord):
            self.records.append(pyproject)
            return None
        if is_uv and table(pyproject, "tool", "uv").get("managed") is False:
            return None
        package = self._package(folder, pyproject)
        if is_uv and "project" not in pyproject:
            hint = f"add [project] to {path}, or the folder to `exclude`"
            self._refuse(entry, f"the member `{folder}` has no [project]", hint)
            return None
        return package

    def _without_pyproject(self, folder: str, entry: int, *, is_uv: bool) -> Package | None:
        if not is_uv:
            return self._package(folder, {})
        if not folder.rpartition("/")[2].startswith(".") and _has_content(self.root / folder):
            hint = f"add {folder}/{_PYPROJECT}, or the folder to `exclude` in [tool.uv.workspace]"
            self._refuse(entry, f"the member `{folder}` has no {_PYPROJECT}", hint)
        return None

    def _package(self, folder: str, pyproject: Table) -> Package | None:
        manifest = read_manifest(self.root / folder, pyproject)
        metadata = read_metadata(manifest)
        if metadata is None:
            return None
        kind = self._kind(folder)
        return _package(manifest, metadata, folder=folder, kind=kind, kind_name=self._kind_name(kind))

    def _kind(self, folder: str) -> KindLike | None:
        return next((kind for kind in self.kinds if _is_of(kind, folder)), None)

    def _kind_name(self, kind: KindLike | None) -> str:
        if kind is not None:
            return kind.name
        return "" if self.kinds else "package"

    def _refuse_duplicates(self, packages: Sequence[Package], entries: dict[str, int]) -> None:
        first: dict[str, Package] = {}
        for package in packages:
            other = first.setdefault(package.name, package)
            if other is not package:
                message = f"`{other.folder}` and `{package.folder}` are both named `{package.name}`"
                self._refuse(entries[package.folder], message, "give one of them another name, or exclude it")

    def _refuse(self, index: int, message: str, hint: str) -> None:
        """Record what is wrong with the members entry `index`, at its place."""
        from noxkit.diagnostics.positions import TomlPositions  # noqa: PLC0415 -- a parser that only errors need

        span = TomlPositions((self.root / _PYPROJECT).read_bytes()).value((*_MEMBERS, index))
        self.records.append(
            ErrorRecord(
                code="NK-WORKSPACE-MEMBER",
                message=message,
                hint=hint,
                path=_PYPROJECT,
                line=span.line if span else None,
                column=span.column if span else None,
                end_column=span.end_column if span else None,
            )
        )


def _is_of(kind: KindLike, folder: str) -> bool:
    """Whether a kind's globs match a package's folder itself; `.` is the root alone."""
    paths = tuple(normal_path(path) for path in kind.paths)
    if folder in paths:
        return True
    return matcher(tuple(path for path in paths if path != "."), below=False).fullmatch(folder) is not None


def _has_content(folder: Path) -> bool:
    """Whether a folder holds anything but left-overs of a build or an environment."""
    with os.scandir(folder) as entries:
        return any(_counts(entry) for entry in entries)


def _counts(entry: os.DirEntry[str]) -> bool:
    if entry.is_dir(follow_symlinks=False):
        left_over = entry.name in _LEFTOVERS or entry.name.endswith(("_cache", ".egg-info"))
        return not left_over and _has_content(Path(entry.path))
    return True


def _package(manifest: Manifest, metadata: Metadata, *, folder: str, kind: KindLike | None, kind_name: str) -> Package:
    raw_name = metadata.name or manifest.folder.name or "unnamed"
    classifiers = metadata.classifiers or ()
    name = normalize(raw_name)
    layout = read_layout(manifest, name=name)
    return Package(
        name=name,
        raw_name=raw_name,
        folder=folder,
        version=metadata.version,
        requires_python=metadata.requires_python,
        classifiers=classifiers,
        build_backend=manifest.backend,
        dependencies=metadata.dependencies or (),
        extras=metadata.extras or {},
        groups=dependency_groups(manifest),
        import_roots=tuple(normal_path(f"{folder}/{root}") for root in layout.roots),
        import_names=layout.names,
        kind=kind_name,
        publish=_is_published(manifest, classifiers, kind),
        has_pyproject=bool(manifest.pyproject),
        pyproject=manifest.pyproject,
    )


def _is_published(manifest: Manifest, classifiers: Sequence[str], kind: KindLike | None) -> bool:
    """A private classifier forbids it, else the kind says so, else [build-system] and `package` of [tool.uv] decide."""
    if any(line.startswith("Private :: ") for line in classifiers):
        return False
    if kind is not None and kind.publish is not None:
        return kind.publish
    return "build-system" in manifest.pyproject and table(manifest.pyproject, "tool", "uv").get("package") is not False
