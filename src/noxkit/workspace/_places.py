# SPDX-License-Identifier: Apache-2.0
"""Where a repository says which tools its developers use: groups, extras, hooks and INI sections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace._tables import items, normalize, requirement_name, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from noxkit.workspace._tables import Table

__all__ = ["development_names", "has_table", "pre_commit_document", "pre_commit_names", "pre_commit_versions"]

_WORDS = (
    "dev|develop|development|tests?|testing|lint|linting|linters?|typing|types?|mypy|typecheck|docs?|documentation"
    "|qa|quality|checks?|ci|format|formatting|style|cov|coverage|tooling|tools|nox|tox"
)
_RELEASE = re.compile(r"v?(\d+\.\d+\.\d+(?:\.\d+)*)")
_EXTRA = re.compile(rf"(^|[-_.])({_WORDS})($|[-_.])")


def has_table(pyproject: Table, dotted: str) -> bool:
    """Whether `[tool.<dotted>]` stands in a pyproject.toml."""
    *parents, last = dotted.split(".")
    return last in table(pyproject, "tool", *parents)


def development_names(pyproject: Table, extras: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The normalised name of each development requirement with the place that states it.

    `extras` are a package's extras from wherever its metadata stand.
    """
    for place, requirements in _requirement_places(pyproject, extras):
        for requirement in requirements:
            name = requirement_name(requirement)
            if name:
                yield name, place


def _requirement_places(pyproject: Table, extras: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Iterable[str]]]:
    tool = table(pyproject, "tool")
    for group, value in table(pyproject, "dependency-groups").items():
        yield f"the dependency group `{group}`", strings(value)
    yield "[tool.uv] dev-dependencies", strings(table(tool, "uv").get("dev-dependencies"))
    for group, value in table(tool, "poetry", "group").items():
        yield f"the Poetry group `{group}`", tuple(table(value, "dependencies"))
    yield "[tool.poetry] dev-dependencies", tuple(table(tool, "poetry", "dev-dependencies"))
    for group, value in table(tool, "pdm", "dev-dependencies").items():
        yield f"the PDM group `{group}`", strings(value)
    for environment, value in table(tool, "hatch", "envs").items():
        options = table(value)
        requirements = strings(options.get("dependencies")) + strings(options.get("extra-dependencies"))
        yield f"the Hatch environment `{environment}`", requirements
    for extra, requirements in extras.items():
        if _EXTRA.search(extra.lower()):
            yield f"the extra `{extra}`", requirements


def pre_commit_names(file: Path, *, path: str) -> frozenset[str]:
    """The ids of all hooks and the last part of all repositories' addresses; none where there is no file.

    Raises NoxkitError where the file is not YAML.
    """
    return frozenset(name for name in _names(pre_commit_document(file, path=path)) if name)


def pre_commit_versions(file: Path, *, path: str) -> dict[str, str]:
    """The releases that pre-commit runs, by the normalised name of the distribution that its repository packages.

    Hook repositories are named after it: `ruff-pre-commit`, `mirrors-mypy`, `pyright-python`, `typos`. A
    revision that does not name one release (a branch, a hash, `v1`) says nothing.
    """
    found: dict[str, str] = {}
    for repository in map(table, items(table(pre_commit_document(file, path=path)).get("repos"))):
        release = _RELEASE.fullmatch(text(repository.get("rev")) or "")
        name = _repository_name(repository).removeprefix("mirrors-")
        if release and name:
            found[normalize(name.removesuffix("-pre-commit").removesuffix("-python"))] = release[1]
    return found


def pre_commit_document(file: Path, *, path: str) -> object:
    """The content of .pre-commit-config.yaml; None where there is no file. Raises NoxkitError where it is not YAML."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NoxkitError(_unreadable(path, error.strerror or str(error), line=None)) from error
    import yaml  # noqa: PLC0415 -- heavy, and only a repository with hooks needs it

    try:
        return cast("object", yaml.safe_load(content))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "cannot be decoded"
        line = mark.line + 1 if mark else None
        raise NoxkitError(_unreadable(path, f"not YAML: {said}", line=line)) from error


def _names(document: object) -> Iterator[str]:
    for repository in map(table, items(table(document).get("repos"))):
        yield _repository_name(repository)
        for hook in map(table, items(repository.get("hooks"))):
            yield text(hook.get("id")) or ""


def _repository_name(repository: Table) -> str:
    return (text(repository.get("repo")) or "").rstrip("/").rpartition("/")[2].removesuffix(".git")


def _unreadable(path: str, said: str, *, line: int | None) -> ErrorRecord:
    return ErrorRecord(
        code="NK-FILE-UNREADABLE",
        message=f"{path} cannot be read: {said}",
        hint="mend the file: it says which tools this repository has chosen",
        path=path,
        line=line,
        column=1 if line else None,
    )
