# SPDX-License-Identifier: Apache-2.0
"""A package's metadata, wherever they stand: [project], Poetry's table, setup.cfg or setup.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from noxkit.workspace._poetry import poetry_extras, poetry_groups, poetry_requirements, specifier
from noxkit.workspace._tables import items, normalize, strings, table, text

if TYPE_CHECKING:
    from noxkit.workspace._tables import Table
    from noxkit.workspace.manifest import Manifest

__all__ = ["Metadata", "dependency_groups", "read_metadata"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What one place states; None for what it does not."""

    name: str | None = None
    version: str | None = None
    requires_python: str | None = None
    classifiers: tuple[str, ...] | None = None
    dependencies: tuple[str, ...] | None = None
    extras: Mapping[str, tuple[str, ...]] | None = None


def read_metadata(manifest: Manifest) -> Metadata | None:
    """The metadata of a package, or None where nothing in its folder says that it is one.

    `[project]` decides; the other places add only what it names as dynamic. Values that are computed
    when the package is built are None.
    """
    project = manifest.pyproject.get("project")
    candidates = (_poetry(manifest), _setup_cfg(manifest), _setup_py(manifest))
    places = [place for place in candidates if place is not None]
    if not isinstance(project, Mapping):
        return _merged(places) if places else None
    stated = _project(manifest.pyproject)
    dynamic = set(strings(table(manifest.pyproject, "project").get("dynamic")))
    if not dynamic or not places:
        return stated
    return _with_dynamic(stated, _merged(places), dynamic=dynamic)


def _merged(places: list[Metadata]) -> Metadata:
    """For each field what the first place states that states anything."""
    merged = places[0]
    for place in places[1:]:
        merged = Metadata(
            name=merged.name or place.name,
            version=merged.version or place.version,
            requires_python=merged.requires_python or place.requires_python,
            classifiers=merged.classifiers or place.classifiers,
            dependencies=merged.dependencies or place.dependencies,
            extras=merged.extras or place.extras,
        )
    return merged


def _with_dynamic(stated: Metadata, other: Metadata, *, dynamic: set[str]) -> Metadata:
    found = Metadata(
        version=other.version if "version" in dynamic else None,
        requires_python=other.requires_python if "requires-python" in dynamic else None,
        classifiers=other.classifiers if "classifiers" in dynamic else None,
        dependencies=other.dependencies if "dependencies" in dynamic else None,
        extras=other.extras if "optional-dependencies" in dynamic else None,
    )
    return _merged([stated, found])


def _project(pyproject: Table) -> Metadata:
    project = table(pyproject, "project")
    return Metadata(
        name=text(project.get("name")),
        version=text(project.get("version")),
        requires_python=text(project.get("requires-python")),
        classifiers=strings(project.get("classifiers")),
        dependencies=strings(project.get("dependencies")),
        extras={name: strings(value) for name, value in table(project, "optional-dependencies").items()},
    )


def _poetry(manifest: Manifest) -> Metadata | None:
    poetry = table(manifest.pyproject, "tool", "poetry")
    dependencies = table(poetry, "dependencies")
    if not poetry.get("name") and not dependencies:
        return None
    python = text(dependencies.get("python")) or text(table(dependencies, "python").get("version"))
    return Metadata(
        name=text(poetry.get("name")),
        version=text(poetry.get("version")),
        requires_python=specifier(python) if python else None,
        classifiers=strings(poetry.get("classifiers")) or None,
        dependencies=poetry_requirements(dependencies, folder=manifest.folder),
        extras=poetry_extras(poetry, folder=manifest.folder),
    )


def _setup_cfg(manifest: Manifest) -> Metadata | None:
    stated, options = manifest.setup_cfg.get("metadata", {}), manifest.setup_cfg.get("options", {})
    if "name" not in stated and not options:
        return None
    version, extras = stated.get("version", ""), manifest.setup_cfg.get("options.extras_require", {})
    return Metadata(
        name=stated.get("name") or None,
        version=version if version and not version.startswith(("attr:", "file:")) else None,
        requires_python=options.get("python_requires") or None,
        classifiers=_lines(stated.get("classifiers", "")),
        dependencies=_lines(options.get("install_requires", "")),
        extras={name: _lines(value) or () for name, value in extras.items()} or None,
    )


def _lines(value: str) -> tuple[str, ...] | None:
    """An INI list, one item a line; None where it is empty or stands in another file."""
    if value.startswith("file:"):
        return None
    lines = (line.strip() for line in value.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#")) or None


def _setup_py(manifest: Manifest) -> Metadata | None:
    keywords = manifest.setup_py
    if keywords is None:
        return None
    extras = table(keywords, "extras_require")
    return Metadata(
        name=text(keywords.get("name")),
        version=text(keywords.get("version")),
        requires_python=text(keywords.get("python_requires")),
        classifiers=strings(keywords.get("classifiers")) or None,
        dependencies=_one_or_many(keywords.get("install_requires")) or None,
        extras={name: _one_or_many(value) for name, value in extras.items()} or None,
    )


def _one_or_many(value: object) -> tuple[str, ...]:
    single = text(value)
    return tuple(line.strip() for line in single.splitlines() if line.strip()) if single else strings(value)


def dependency_groups(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """All dependency groups by name: PEP 735's with `include-group` resolved, uv's, PDM's, Hatch's and Poetry's.

    What includes itself, or a group that does not exist, is left out of the group.
    """
    standard = table(manifest.pyproject, "dependency-groups")
    by_name = {normalize(name): value for name, value in standard.items()}
    groups = {name: _resolved(by_name, normalize(name), seen=frozenset()) for name in standard}
    tool = table(manifest.pyproject, "tool")
    uv = {"dev": strings(table(tool, "uv").get("dev-dependencies"))}
    hatch = {name: _hatch(value) for name, value in table(tool, "hatch", "envs").items()}
    pdm = {name: strings(value) for name, value in table(tool, "pdm", "dev-dependencies").items()}
    for further in (uv, pdm, hatch, poetry_groups(table(tool, "poetry"), folder=manifest.folder)):
        for name, requirements in further.items():
            if requirements:
                groups[name] = groups.get(name, ()) + requirements
    return groups


def _hatch(environment: object) -> tuple[str, ...]:
    """What a Hatch environment installs, without what only Hatch can fill in (`{root:uri}`)."""
    options = table(environment)
    lines = strings(options.get("dependencies")) + strings(options.get("extra-dependencies"))
    return tuple(line for line in lines if "{" not in line)


def _resolved(groups: Table, name: str, *, seen: frozenset[str]) -> tuple[str, ...]:
    if name in seen:
        return ()
    found: list[str] = []
    for item in items(groups.get(name)):
        included = text(table(item).get("include-group"))
        if isinstance(item, str):
            found.append(item)
        elif included:
            found.extend(_resolved(groups, normalize(included), seen=seen | {name}))
    return tuple(dict.fromkeys(found))
