# SPDX-License-Identifier: Apache-2.0
"""Everything that a [project] table has wrong by PEP 621 and PEP 639, collected at once."""

from __future__ import annotations

import dataclasses
import re
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, cast

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidName, canonicalize_name

from noxkit.errors import did_you_mean
from noxkit.workspace._tables import items, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from noxkit.workspace._tables import Table

__all__ = ["ProjectError", "project_errors"]

_PAGE = "https://packaging.python.org/en/latest/specifications/pyproject-toml/"
_STEP = re.compile(r"\.?'(?P<quoted>(?:[^'\\]|\\.)*)'|\[(?P<index>\d+)\]|\.?(?P<name>[^.\[]+)")
_FIELD = re.compile(r'(?:Field )?"(?P<key>(?:project|build-system|dependency-groups|import-name)[^"]*)"')
_FILE_KEYS = frozenset({"readme", "license", "license-files"})
# The case does not matter, and setuptools and hatchling take plain text as well.
_READMES = (".md", ".rst", ".txt")


@dataclasses.dataclass(frozen=True, slots=True)
class ProjectError:
    """One error: what is wrong, what to do, and the way to the value in the manifest, or to the key `at_key`."""

    message: str
    hint: str
    way: tuple[str | int, ...]
    at_key: bool = False

    @property
    def missing(self) -> Literal["license", "readme"] | None:
        """Which file does not exist, where that is the error."""
        if self.message.startswith("license file not found") or "did not match any" in self.message:
            return "license"
        return "readme" if self.message.startswith("readme file not found") else None


def project_errors(pyproject: Table, folder: Path) -> Iterator[ProjectError]:
    """All errors of `pyproject`, whose [project] table describes the package in `folder`.

    Not the version and not a licence classifier beside an expression: those have rules of their own.
    """
    yield from _unknown_keys(table(pyproject, "project"))
    yield from _wrong_requirements(table(pyproject, "project"))
    yield from _wrong_extras(table(pyproject, "project"))
    seen: set[str] = set()
    for error, key in _collected(pyproject, folder):
        if key is not None and _is_reported_here(error, key, pyproject) and error not in seen:
            seen.add(error)
            located = _located(error, _way(key), pyproject)
            if "did not match any" not in error or not _is_in_a_submodule(pyproject, located.way, folder):
                yield located


def _unknown_keys(project: Table) -> Iterator[ProjectError]:
    from pyproject_metadata import extras_project  # noqa: PLC0415 -- 20 ms, for this rule alone

    for key in sorted(extras_project({"project": project})):
        yield ProjectError(f"`{key}` is not a key of [project]", _key_hint(key), ("project", key), at_key=True)


def _key_hint(key: str) -> str:
    from pyproject_metadata.constants import KNOWN_PROJECT_FIELDS  # noqa: PLC0415 -- the same

    hint = did_you_mean(key, KNOWN_PROJECT_FIELDS)
    return hint if hint.startswith("did") else "remove it, or move it to the [tool] table of the program that reads it"


def _wrong_requirements(project: Table) -> Iterator[ProjectError]:
    lists: list[tuple[tuple[str, ...], object]] = [(("dependencies",), project.get("dependencies"))]
    extras = table(project, "optional-dependencies")
    lists += [(("optional-dependencies", extra), listed) for extra, listed in extras.items()]
    for way, listed in lists:
        for index, text in enumerate(items(listed)):
            reason = _why_no_requirement(text) if isinstance(text, str) else None
            if reason:
                message = f"`{text}` is not a requirement: {reason}"
                hint = "write it as PEP 508 has it: a name, then a version specifier, then a marker behind `;`"
                yield ProjectError(message, hint, ("project", *way, index))


def _why_no_requirement(text: str) -> str | None:
    try:
        Requirement(text)
    except InvalidRequirement as error:
        said = str(error).partition("\n")[0]
        return said[:1].lower() + said[1:]
    return None


def _wrong_extras(project: Table) -> Iterator[ProjectError]:
    for extra in table(project, "optional-dependencies"):
        if not _is_name(extra):
            hint = "use letters, digits, `-`, `_` and `.`, the first and the last a letter or digit"
            way = ("project", "optional-dependencies", extra)
            yield ProjectError(f"`{extra}` cannot be the name of an extra", hint, way, at_key=True)


def _is_name(name: str) -> bool:
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        return False
    return True


def _collected(pyproject: Table, folder: Path) -> Iterator[tuple[str, str | None]]:
    """The message and the key of each error that `pyproject_metadata` finds."""
    from pyproject_metadata import StandardMetadata  # noqa: PLC0415 -- 20 ms, for this rule alone
    from pyproject_metadata.errors import ExceptionGroup  # noqa: PLC0415 -- the same

    data = _readable(pyproject)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice of the library, which is not what the specification asks for
            StandardMetadata.from_pyproject(data, folder, allow_extra_keys=True, all_errors=True)
    except ExceptionGroup as group:
        for error in cast("Iterable[Exception]", group.exceptions):
            yield str(error), cast("str | None", getattr(error, "key", None))
    except (OSError, ValueError) as error:
        # It reads the files that [project] names, and stops at one that it cannot read or at a glob that is none.
        yield f"a file that [project] names cannot be read: {error}", "project"
        yield from _collected(_without(data, _FILE_KEYS), folder)
        return
    if data is not pyproject:
        yield 'Field "project.dynamic" has an invalid type, expecting list[str]', "project.dynamic"


def _readable(pyproject: Table) -> Table:
    """The document without a `dynamic` that the library would stumble over."""
    dynamic = table(pyproject, "project").get("dynamic", [])
    if isinstance(dynamic, list):
        return pyproject
    return _without(pyproject, frozenset({"dynamic"}))


def _without(pyproject: Table, keys: frozenset[str]) -> Table:
    project = {key: value for key, value in table(pyproject, "project").items() if key not in keys}
    return {**pyproject, "project": project}


def _is_reported_here(message: str, key: str, pyproject: Table) -> bool:
    if key == "project.version" or "'License ::' classifiers" in message or "PEP 508" in message:
        return False  # by the rules of those names, and by what stands above
    if message.startswith("Could not infer content type"):
        return not _is_known_readme(pyproject)
    return True


def _is_known_readme(pyproject: Table) -> bool:
    name = str(table(pyproject, "project").get("readme")).lower()
    backend = str(table(pyproject, "build-system").get("build-backend", ""))
    return name.endswith(_READMES) or ("." not in name.rpartition("/")[2] and backend.startswith("setuptools"))


def _way(key: str) -> tuple[str | int, ...]:
    way = tuple(
        int(step["index"]) if step["index"] else (step["quoted"] or step["name"]) for step in _STEP.finditer(key)
    )
    return way if way[:1] in {("project",), ("build-system",), ("dependency-groups",), ("tool",)} else ("project", *way)


def _located(message: str, way: tuple[str | int, ...], pyproject: Table) -> ProjectError:
    """The error at the innermost value of `way` that there is, or at the key or item in it that the message names."""
    value: object = pyproject
    for depth, step in enumerate(way):
        below: dict[str | int, object] = {**dict(enumerate(items(value))), **table(value)}
        if step not in below:
            way = way[:depth]
            break
        value = below[step]
    key = next((key for key in table(value) if _names(message, key)), None)
    if key is not None:
        return ProjectError(_said(message), _hint(way), (*way, key), at_key=True)
    index = next((index for index, item in enumerate(items(value)) if _names(message, item)), None)
    return ProjectError(_said(message), _hint(way), way if index is None else (*way, index))


def _is_in_a_submodule(pyproject: Table, way: tuple[str | int, ...], folder: Path) -> bool:
    """Whether a glob leads into an empty folder: git keeps none but those of submodules that are not checked out."""
    globs = items(table(pyproject, "project").get("license-files"))
    glob = globs[way[-1]] if isinstance(way[-1], int) else None
    above = (folder / parent for parent in PurePosixPath(glob).parents) if isinstance(glob, str) else ()
    nearest = next((parent for parent in above if parent.is_dir()), folder)
    return nearest != folder and not any(nearest.iterdir())


def _names(message: str, value: object) -> bool:
    return repr(value) in message or ("unexpected keys" in message and f'"{value}"' in message)


def _said(message: str) -> str:
    text = _FIELD.sub(lambda match: f"`{match['key']}`", message.partition("\n")[0])
    return text[:1].lower() + text[1:]


def _hint(way: tuple[str | int, ...]) -> str:
    anchor = f"#{way[1]}" if len(way) > 1 and way[0] == "project" else ""
    return f"write it in the form that {_PAGE}{anchor} asks for"
