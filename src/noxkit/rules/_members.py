# SPDX-License-Identifier: Apache-2.0
"""What the rules on workspace and layout ask of its members: their files, what they require, what is imported."""

from __future__ import annotations

import dataclasses
import weakref
from collections import defaultdict
from typing import TYPE_CHECKING

from noxkit.rules._base import Place
from noxkit.workspace._tables import items, normalize, requirement_name, table, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from noxkit.rules._facts import PackageFacts, TomlFile, WorkspaceFacts

__all__ = [
    "EXEMPT_FOLDERS",
    "Need",
    "files_of",
    "import_folders",
    "name_place",
    "needs",
    "prefixes",
    "root_needs",
    "shared_namespaces",
    "workspace_sources",
]

EXEMPT_FOLDERS = frozenset(
    """
    test tests testing testdata fixture fixtures template templates _template _templates
    example examples sample samples demo demos tutorial tutorials
    """.split()  # noqa: SIM905 -- two lines say what a column of sixteen would
)
"""Folders whose projects are inputs of something else."""

_FILES: weakref.WeakKeyDictionary[WorkspaceFacts, Mapping[str, Sequence[str]]] = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True, slots=True)
class Need:
    """One line that requires something: the normalised name, the line, and the way to it in pyproject.toml."""

    name: str
    line: str
    way: tuple[str | int, ...]


def files_of(facts: PackageFacts) -> Sequence[str]:
    """The files of a package, without those of packages inside of it; all packages are sorted out in one pass."""
    whole = facts.whole
    if whole not in _FILES:
        _FILES[whole] = _dealt_out(whole)
    return _FILES[whole].get(facts.package.folder, ())


def _dealt_out(whole: WorkspaceFacts) -> Mapping[str, Sequence[str]]:
    package_of = whole.repository.workspace.package_of
    owners: dict[str, str | None] = {}
    found: dict[str, list[str]] = defaultdict(list)
    for path in whole.repository.files:
        folder = path.rpartition("/")[0]
        if folder not in owners:
            owner = package_of(folder) if folder else package_of(".")
            owners[folder] = None if owner is None else owner.folder
        owner_folder = owners[folder]
        if owner_folder is not None:
            found[owner_folder].append(path)
    return found


def import_folders(facts: PackageFacts) -> Iterator[tuple[str, str]]:
    """Each import name of a package that is a folder, with the path of that folder; stub packages are none."""
    for name in facts.package.import_names:
        for root in facts.package.import_roots:
            folder = name.replace(".", "/") if root == "." else f"{root}/{name.replace('.', '/')}"
            if (facts.whole.repository.root / folder).is_dir():
                yield name, folder
                break


def name_place(facts: PackageFacts) -> Place:
    """Where a package says what it is called."""
    if text(facts.project.get("name")) is not None:
        return facts.manifest.value("project", "name")
    if text(table(facts.package.pyproject, "tool", "poetry").get("name")) is not None:
        return facts.manifest.value("tool", "poetry", "name")
    names = ("pyproject.toml", "setup.cfg", "setup.py")
    found = next((name for name in names if facts.path(name) in facts.whole.files), "pyproject.toml")
    return Place(facts.path(found), 1)


def needs(facts: PackageFacts) -> Iterator[Need]:
    """What [project] and the dependency groups of a package require; of itself as well."""
    project = facts.project
    yield from _listed(("project", "dependencies"), project.get("dependencies"))
    for extra, listed in table(project, "optional-dependencies").items():
        yield from _listed(("project", "optional-dependencies", extra), listed)
    yield from _groups(facts.manifest)


def root_needs(root: TomlFile) -> Iterator[Need]:
    """What the dependency groups of a root require that is no package itself."""
    if "project" not in root.data:
        yield from _groups(root)


def _groups(manifest: TomlFile) -> Iterator[Need]:
    for group, listed in table(manifest.data, "dependency-groups").items():
        yield from _listed(("dependency-groups", group), listed)
    uv = table(manifest.data, "tool", "uv")
    yield from _listed(("tool", "uv", "dev-dependencies"), uv.get("dev-dependencies"))


def _listed(way: tuple[str | int, ...], listed: object) -> Iterator[Need]:
    for index, line in enumerate(items(listed)):
        name = requirement_name(line) if isinstance(line, str) else None
        if name and isinstance(line, str):
            yield Need(name, line, (*way, index))


def workspace_sources(manifest: TomlFile) -> Mapping[str, tuple[str, bool]]:
    """The entries of [tool.uv.sources] by normalised name: as spelt, and whether all are `workspace = true`."""
    found: dict[str, tuple[str, bool]] = {}
    for key, value in table(manifest.data, "tool", "uv", "sources").items():
        entries = items(value) or (value,)
        found[normalize(key)] = (key, all(table(entry).get("workspace") is True for entry in entries))
    return found


def shared_namespaces(packages: Iterable[PackageFacts]) -> frozenset[str]:
    """The dotted names that any package has import packages below."""
    names = (name for facts in packages for name in facts.package.import_names)
    return frozenset(prefix for name in names for prefix in prefixes(name))


def prefixes(name: str) -> Iterator[str]:
    """The dotted names above `name`, the longest first."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
