# SPDX-License-Identifier: Apache-2.0
"""Core metadata as the package index judges them: which fields there are, and the values that several rules ask for."""

from __future__ import annotations

import dataclasses
import functools
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from packaging.metadata import ExceptionGroup, Metadata
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from noxkit.rules._base import Found, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.metadata import RawMetadata

    from noxkit.artifacts.headers import Field, Headers
    from noxkit.rules._base import Place

__all__ = ["FIELDS", "VERSIONS", "CoreMetadata", "Dependency", "limited", "read_requirement", "refused", "shown"]

VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
"""The versions of core metadata that the package index takes, oldest first."""

_MOST_FINDINGS = 20
# Real projects stay below a few thousand; a crafted file may have a hundred thousand.
_MOST_REQUIREMENTS = 10_000
_MOST_CHARACTERS = 10_000
_EXTRA = re.compile(r"""\bextra == "([^"]*)"|"([^"]*)" == extra\b""")
_SPACES = re.compile(r"\s+")

ValueT = TypeVar("ValueT")


@dataclasses.dataclass(frozen=True, slots=True)
class _Kind:
    """What the specification says of a field: its name, the version that brought it, and whether it may be repeated."""

    name: str
    added: str = "1.0"
    repeated: bool = False


_KINDS = (
    _Kind("Metadata-Version"),
    _Kind("Name"),
    _Kind("Version"),
    _Kind("Platform", repeated=True),
    _Kind("Summary"),
    _Kind("Description"),
    _Kind("Keywords"),
    _Kind("Home-page"),
    _Kind("Author"),
    _Kind("Author-email"),
    _Kind("License"),
    _Kind("Supported-Platform", "1.1", repeated=True),
    _Kind("Download-URL", "1.1"),
    _Kind("Classifier", "1.1", repeated=True),
    _Kind("Requires", "1.1", repeated=True),
    _Kind("Provides", "1.1", repeated=True),
    _Kind("Obsoletes", "1.1", repeated=True),
    _Kind("Maintainer", "1.2"),
    _Kind("Maintainer-email", "1.2"),
    _Kind("Requires-Dist", "1.2", repeated=True),
    _Kind("Provides-Dist", "1.2", repeated=True),
    _Kind("Obsoletes-Dist", "1.2", repeated=True),
    _Kind("Requires-Python", "1.2"),
    _Kind("Requires-External", "1.2", repeated=True),
    _Kind("Project-URL", "1.2", repeated=True),
    _Kind("Description-Content-Type", "2.1"),
    _Kind("Provides-Extra", "2.1", repeated=True),
    _Kind("Dynamic", "2.2", repeated=True),
    _Kind("License-Expression", "2.4"),
    _Kind("License-File", "2.4", repeated=True),
    _Kind("Import-Name", "2.5", repeated=True),
    _Kind("Import-Namespace", "2.5", repeated=True),
)

FIELDS: Mapping[str, _Kind] = MappingProxyType({kind.name.lower(): kind for kind in _KINDS})
"""The fields of core metadata by their name in lower case."""


@dataclasses.dataclass(frozen=True, slots=True)
class Dependency:
    """One Requires-Dist field that parses."""

    requirement: Requirement
    field: Field

    @property
    def name(self) -> str:
        """The normalised name of what is required."""
        return canonicalize_name(self.requirement.name)

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras that its marker names, as written there."""
        marker = self.requirement.marker
        return tuple(one or other for one, other in _EXTRA.findall(str(marker))) if marker is not None else ()


@dataclasses.dataclass(frozen=True, eq=False)
class CoreMetadata:
    """The fields of METADATA or PKG-INFO; values that say nothing (`UNKNOWN`, as the index deletes them) are absent."""

    headers: Headers

    @functools.cached_property
    def _by_name(self) -> Mapping[str, tuple[Field, ...]]:
        collected: dict[str, list[Field]] = {}
        for field in self.headers.fields:
            collected.setdefault(field.name.lower(), []).append(field)
        return {name: tuple(fields) for name, fields in collected.items()}

    @property
    def names(self) -> Iterable[str]:
        """The names of the fields in lower case, each once."""
        return self._by_name.keys()

    def fields(self, name: str) -> tuple[Field, ...]:
        """All fields of a name."""
        return self._by_name.get(name.lower(), ())

    def field(self, name: str) -> Field | None:
        """The first field of a name that says something."""
        return next((field for field in self.fields(name) if field.value.strip() not in {"", "UNKNOWN"}), None)

    def value(self, name: str) -> str | None:
        """The first value of a name that says something, without spaces around it; what else is blank stays."""
        field = self.field(name)
        return field.value.strip(" \t") if field is not None else None

    @property
    def version(self) -> str:
        """Metadata-Version; empty where it is absent."""
        return self.value("Metadata-Version") or ""

    @property
    def age(self) -> int:
        """The place of Metadata-Version among all of them; that of the newest where it is none."""
        return VERSIONS.index(self.version) if self.version in VERSIONS else len(VERSIONS) - 1

    @functools.cached_property
    def description(self) -> str:
        """The description: what stands behind the fields, else the field, its folds without their indentation."""
        field = self.field("Description")
        if self.headers.body.strip() or field is None:
            return self.headers.body
        return "\n".join(_unfolded(line) for line in field.value.split("\n"))

    @functools.cached_property
    def requirements(self) -> tuple[tuple[Field, Requirement | str], ...]:
        """The first ten thousand Requires-Dist fields: what each requires, or why it cannot be read."""
        read = (field for field in self.fields("Requires-Dist")[:_MOST_REQUIREMENTS])
        return tuple((field, read_requirement(field.value)) for field in read)

    @property
    def unread(self) -> int:
        """How many Requires-Dist fields there are beyond those."""
        return max(len(self.fields("Requires-Dist")) - _MOST_REQUIREMENTS, 0)

    @functools.cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """The requirements that parse."""
        return tuple(Dependency(value, field) for field, value in self.requirements if isinstance(value, Requirement))

    @functools.cached_property
    def requires_python(self) -> SpecifierSet | None:
        """Requires-Python; None where it is absent or cannot be read."""
        stated = self.value("Requires-Python")
        try:
            return SpecifierSet(stated) if stated is not None and len(stated) < _MOST_CHARACTERS else None
        except InvalidSpecifier:
            return None


def _unfolded(line: str) -> str:
    """A line of a Description field: setuptools indents them by eight spaces, distlib by seven and a bar."""
    for indent in ("       |", "        "):
        if line.startswith(indent):
            return line[len(indent) :]
    return line.lstrip() if not line.strip() else line


def read_requirement(text: str) -> Requirement | str:
    """A requirement, or why it is none."""
    if len(text) > _MOST_CHARACTERS:
        return f"it has {len(text)} characters"
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        said = str(error).partition("\n")[0]
        return said[:1].lower() + said[1:]
    except RecursionError:
        return "its parentheses are nested too deeply"


def refused(field: str, value: object) -> str | None:
    """Why `packaging`, by which the index judges, refuses `value` of `field`, a key of its RawMetadata.

    None where it takes it.
    """
    if isinstance(value, str) and len(value) > _MOST_CHARACTERS:
        return f"it has {len(value)} characters"
    raw = {"metadata_version": VERSIONS[-1], "name": "a", "version": "1", field: value}
    try:
        Metadata.from_raw(cast("RawMetadata", raw))
    except ExceptionGroup as group:
        errors = cast("tuple[Exception, ...]", group.exceptions)
        reasons = (error.__cause__ if isinstance(error.__cause__, ValueError) else error for error in errors)
        said = next(shown(str(reason), 160) for reason in reasons)
        return said[:1].lower() + said[1:]
    except RecursionError:
        return "it is nested too deeply"
    return None


def shown(value: str, most: int = 80) -> str:
    """A value as it can stand between backticks in a message: on one line, and not endless."""
    line = _SPACES.sub(" ", value.strip()).replace("`", "'")
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def limited(findings: Iterable[Found], at: Place) -> Iterator[Found]:
    """The first findings of a rule, and one that counts the others: a crafted file has a million of the same."""
    rest = 0
    last: Found | None = None
    for number, item in enumerate(findings):
        if number < _MOST_FINDINGS:
            yield item
        else:
            rest, last = rest + 1, item
    if last is not None:
        message = f"{rest} more of the same kind, the last of them: {last.message}"
        yield found(message, hint=last.hint, at=at, severity=last.severity)
