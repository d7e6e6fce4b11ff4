# SPDX-License-Identifier: Apache-2.0
"""What the rules on metadata ask of a manifest: what [project] says, what it leaves to the build, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.workspace._tables import items, strings, table
from noxkit.workspace.pythons import NEWEST, admits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.rules._facts import PackageFacts, WorkspaceFacts

__all__ = [
    "classifiers",
    "described_in",
    "has_classifier_list",
    "has_project",
    "is_dynamic",
    "is_private",
    "minor_key",
    "minors_between",
    "newest_minor",
    "poetry",
]

# Keys of [tool.poetry] that stand in for those of [project] where that is silent.
_POETRY_KEYS = {
    "description": ("description",),
    "readme": ("readme",),
    "license": ("license",),
    "authors": ("authors",),
    "maintainers": ("maintainers",),
    "keywords": ("keywords",),
    "classifiers": ("classifiers",),
    "urls": ("urls", "homepage", "repository", "documentation"),
    "scripts": ("scripts",),
    "dependencies": ("dependencies",),
    "optional-dependencies": ("extras",),
}


def has_project(facts: PackageFacts) -> bool:
    """Whether the package is described by [project]; what another place says of it is not judged by what is absent."""
    return "project" in facts.package.pyproject


def is_dynamic(facts: PackageFacts, field: str) -> bool:
    """Whether [project] leaves a field to the build."""
    return field in strings(facts.project.get("dynamic"))


def poetry(facts: PackageFacts, field: str) -> bool:
    """Whether [tool.poetry] gives a field of [project] that is not there itself."""
    options = table(facts.package.pyproject, "tool", "poetry")
    if field == "requires-python":
        return "python" in table(options, "dependencies")
    return any(options.get(key) for key in _POETRY_KEYS.get(field, ()))


def classifiers(facts: PackageFacts) -> tuple[tuple[int, str], ...]:
    """The classifiers that [project] lists itself, with their index in the array."""
    listed = items(facts.project.get("classifiers"))
    return tuple((index, item) for index, item in enumerate(listed) if isinstance(item, str))


def has_classifier_list(facts: PackageFacts) -> bool:
    """Whether what is missing from [project.classifiers] is missing.

    Not where the build adds to them, where another place describes the package, and where a package
    that is not published has none at all.
    """
    listed = facts.project.get("classifiers", [])
    if not has_project(facts) or is_dynamic(facts, "classifiers") or not isinstance(listed, list):
        return False
    stated = "classifiers" in facts.project
    return stated or (facts.package.publish and not poetry(facts, "classifiers"))


def is_private(classifier: str) -> bool:
    """Whether the index refuses a package with this classifier: it does for everything below `Private`."""
    return classifier.startswith("Private ::")


def minor_key(minor: str) -> int:
    """What minors are sorted by: `3.9` is older than `3.10`."""
    return int(minor.rpartition(".")[2])


def newest_minor(whole: WorkspaceFacts) -> str:
    """The newest minor that the repository supports: the configured one, else the newest that noxkit knows."""
    return max(whole.options.python or (NEWEST,), key=minor_key)


def minors_between(specifier: str, newest: str) -> Sequence[str]:
    """The minors of Python 3 up to `newest` that a requires-python value admits, oldest first."""
    every = (f"3.{number}" for number in range(minor_key(newest) + 1))
    return [minor for minor in every if admits(specifier, minor)]


def described_in(facts: PackageFacts) -> str:
    """The file that describes the package."""
    names = ("pyproject.toml", "setup.cfg", "setup.py")
    paths = (facts.path(name) for name in names)
    return next((path for path in paths if facts.whole.repository.has_file(path)), facts.manifest.path)
