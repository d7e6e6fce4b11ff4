# SPDX-License-Identifier: Apache-2.0
"""Facts of a repository that only a run asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.markers import Marker

    from noxkit.workspace.model import Repository

__all__ = ["declared_requirements", "development_specifiers", "has_pytest_configuration", "holds", "pinned_python"]

_MINOR = re.compile(r"^(?:cpython-|python)?(3\.\d+)(?:\.\d+)?$")


def development_specifiers(repository: Repository) -> dict[str, str]:
    """The specifiers that dependency groups and extras give for a distribution, joined, by normalised name.

    Only those whose markers hold for this interpreter, which is the one that tools are installed for.
    """
    found: dict[str, set[str]] = {}
    for line in declared_requirements(repository, run_time=False):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if not holds(requirement.marker):
            continue
        specifiers = (str(part) for part in requirement.specifier)
        found.setdefault(canonicalize_name(requirement.name), set()).update(specifiers)
    return {name: ",".join(sorted(parts)) for name, parts in found.items() if parts}


def declared_requirements(repository: Repository, *, run_time: bool) -> Iterator[str]:
    """Every requirement of the packages' extras and groups and of the root's groups, and their own with `run_time`."""
    for lines in repository.root_groups.values():
        yield from lines
    for package in repository.workspace.packages:
        if run_time:
            yield from package.dependencies
        for lines in (*package.groups.values(), *package.extras.values()):
            yield from lines


def holds(marker: Marker | None, python: str | None = None) -> bool:
    """Whether a requirement with this marker counts on a Python (`"3.12"`), or on this interpreter."""
    named = {} if python is None else {"python_version": python, "python_full_version": f"{python}.0"}
    try:
        return marker is None or marker.evaluate({**named, "extra": ""})
    except (UndefinedComparison, UndefinedEnvironmentName):  # installers refuse it
        return False


def has_pytest_configuration(repository: Repository) -> bool:
    """Whether the root configures pytest, so that one run from there is what the repository means."""
    files = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")
    tables = repository.tool_table_places("pytest.ini_options") + repository.tool_table_places("pytest")
    sections = repository.ini_section_places("pytest") + repository.ini_section_places("tool:pytest")
    return any(repository.has_file(name) for name in files) or "pyproject.toml" in tables or bool(sections)


def pinned_python(repository: Repository) -> str | None:
    """The minor in the root's .python-version (`"3.12"`), or None where there is none that can be read."""
    file = repository.root / ".python-version"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    match = next((match for line in lines if (match := _MINOR.match(line.strip()))), None)
    return match[1] if match else None
