# SPDX-License-Identifier: Apache-2.0
"""Where core metadata depart from what [project] states, or from the metadata of another file of the same release.

Compared is what values mean: requirements by their parts, markers by what they say on real systems, lists as sets.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from email.utils import getaddresses
from typing import TYPE_CHECKING, TypeAlias, cast

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from noxkit.rules._core_metadata import FIELDS
from noxkit.workspace._tables import items, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from noxkit.artifacts.headers import Field
    from noxkit.rules._core_metadata import CoreMetadata
    from noxkit.workspace._tables import Table

__all__ = ["DEPENDENCY_FIELDS", "Drift", "file_drifts", "stated_drifts"]

DEPENDENCY_FIELDS = frozenset({"Requires-Dist", "Provides-Extra"})
"""The fields that say what is installed along."""

_Key: TypeAlias = "tuple[str, frozenset[str], SpecifierSet, str | None, str]"

_EXTRA = re.compile(r"""extra == "([^"]*)\"""")
_LONGEST = 10_000
_MOST = 300  # requirements whose markers are compared by their meaning
_LABEL = re.compile(r"[^\w]+")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One field that differs: what the one source and what the other says, in words; `at` is the other's field."""

    field: str
    first: str
    second: str
    at: Field | None = None

    @property
    def is_dependency(self) -> bool:
        """Whether it changes what is installed along."""
        return self.field in DEPENDENCY_FIELDS


def stated_drifts(project: Table, core: CoreMetadata) -> Iterator[Drift]:
    """The fields of `core` that differ from what `project`, a [project] table, states; what is dynamic may differ."""
    dynamic = frozenset(strings(project.get("dynamic")))
    for key, compare in _STATED.items():
        if key in project and key not in dynamic:
            yield from compare(project, core)
    if not dynamic & {"dependencies", "optional-dependencies"} and not _is_broken(project):
        yield from _dependencies(project, core)


def _simple(field: str, normal: Callable[[str], object]) -> Callable[[str, Table, CoreMetadata], Iterator[Drift]]:
    def compare(key: str, project: Table, core: CoreMetadata) -> Iterator[Drift]:
        stated, built = text(project.get(key)), core.value(field)
        if stated is not None and normal(stated) != (normal(built) if built is not None else normal("")):
            yield Drift(field=field, first=stated, second=built or "", at=core.field(field))

    return compare


def _name(value: str) -> str:
    return canonicalize_name(value)


def _version(value: str) -> object:
    try:
        return Version(value) if len(value) < _LONGEST else value
    except InvalidVersion:
        return value


def _words(value: str) -> str:
    return " ".join(value.split())


def _specifiers(value: str) -> frozenset[Specifier] | str:
    # A set of specifiers that is compared with text reads it, and raises where it cannot.
    try:
        return frozenset(SpecifierSet(value)) if len(value) < _LONGEST else value
    except InvalidSpecifier:
        return value


def _specifier_text(value: str) -> str:
    read = _specifiers(value)
    return read if isinstance(read, str) else ",".join(sorted(map(str, read)))


def _license(project: Table, core: CoreMetadata) -> Iterator[Drift]:
    stated = text(project.get("license"))
    built = core.value("License-Expression")
    if stated is None or (built is None and core.value("License") is not None):
        return
    if _expression(stated) != _expression(built or ""):
        yield Drift(field="License-Expression", first=stated, second=built or "", at=core.field("License-Expression"))


def _expression(value: str) -> str:
    try:
        return canonicalize_license_expression(value) if len(value) < _LONGEST else value
    except InvalidLicenseExpression:
        return value


def _keywords(project: Table, core: CoreMetadata) -> Iterator[Drift]:
    stated = {_words(each) for each in strings(project.get("keywords"))}
    written = core.value("Keywords") or ""
    built = {_words(each) for each in written.split(",") if each.strip()}
    # A keyword with a comma in it cannot be told from two; old files have spaces between them.
    split = {each for word in stated for each in map(_words, word.split(","))}
    if built not in (stated, split) and stated != set(written.split()):
        yield _lists("Keywords", stated, built, core)


def _classifiers(project: Table, core: CoreMetadata) -> Iterator[Drift]:
    stated = set(strings(project.get("classifiers")))
    built = {field.value.strip() for field in core.fields("Classifier")}
    # Some backends add those of licences and Pythons; none takes any away.
    if stated - built:
        yield _lists("Classifier", stated, built & stated, core)


def _urls(project: Table, core: CoreMetadata) -> Iterator[Drift]:
    stated = {url for url in table(project, "urls").values() if isinstance(url, str)}
    built = {field.value.partition(",")[2].strip() for field in core.fields("Project-URL")}
    built |= {value for name in ("Home-page", "Download-URL") if (value := core.value(name)) is not None}
    if stated - built:
        yield _lists("Project-URL", stated, built, core)


def _people(key: str, field: str) -> Callable[[Table, CoreMetadata], Iterator[Drift]]:
    def compare(project: Table, core: CoreMetadata) -> Iterator[Drift]:
        stated = {mail for each in items(project.get(key)) if (mail := text(table(each).get("email"))) is not None}
        values = [value for value in (core.value(f"{field}-email"),) if value is not None and len(value) < _LONGEST]
        built = {address.lower() for _, address in getaddresses(values) if "@" in address}
        # Some backends write the first of several alone.
        if stated and not {mail.strip().lower() for mail in stated} & built:
            yield _lists(f"{field}-email", stated, built, core)

    return compare


def _lists(field: str, first: Iterable[str], second: Iterable[str], core: CoreMetadata) -> Drift:
    """Two lists as what only the one and only the other holds."""
    one, other = set(first), set(second)
    return Drift(field=field, first=_some(one - other), second=_some(other - one), at=core.field(field))


def _some(values: set[str]) -> str:
    listed = sorted(values)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


def _named(key: str, field: str, normal: Callable[[str], object]) -> Callable[[Table, CoreMetadata], Iterator[Drift]]:
    return functools.partial(_simple(field, normal), key)


_STATED: Mapping[str, Callable[[Table, CoreMetadata], Iterator[Drift]]] = {
    "name": _named("name", "Name", _name),
    "version": _named("version", "Version", _version),
    "description": _named("description", "Summary", _words),
    "requires-python": _named("requires-python", "Requires-Python", _specifiers),
    "license": _license,
    "keywords": _keywords,
    "classifiers": _classifiers,
    "urls": _urls,
    "authors": _people("authors", "Author"),
    "maintainers": _people("maintainers", "Maintainer"),
}


def _is_broken(project: Table) -> bool:
    """Whether the lists of requirements cannot be read, which is told of pyproject.toml itself."""
    lists = (project.get("dependencies"), *table(project, "optional-dependencies").values())
    return any(len(strings(listed)) != len(items(listed)) for listed in lists)


@dataclasses.dataclass(frozen=True, slots=True)
class _Need:
    """A requirement of an extra (empty for none), its marker without that extra."""

    extra: str
    requirement: Requirement
    marker: str
    field: Field | None = None

    @property
    def key(self) -> _Key:
        """What makes it another requirement, but for its marker."""
        extras = frozenset(canonicalize_name(extra) for extra in self.requirement.extras)
        name = canonicalize_name(self.requirement.name)
        return (name, extras, self.requirement.specifier, self.requirement.url, self.extra)

    def __str__(self) -> str:
        extra = f" (extra {self.extra})" if self.extra else ""
        bare = Requirement(str(self.requirement).partition(";")[0])
        return f"{bare}{f'; {self.marker}' if self.marker else ''}{extra}"


def _dependencies(project: Table, core: CoreMetadata) -> Iterator[Drift]:
    extras = table(project, "optional-dependencies")
    stated = [_need("", line) for line in strings(project.get("dependencies"))]
    stated += [_need(canonicalize_name(extra), line) for extra, listed in extras.items() for line in strings(listed)]
    if None not in stated:
        yield from _needs(cast("list[_Need]", stated), _built(core), core)
    names = {canonicalize_name(extra) for extra in extras}
    provided = {canonicalize_name(field.value.strip()) for field in core.fields("Provides-Extra")}
    if names - provided:
        yield _lists("Provides-Extra", names, provided, core)


def _need(extra: str, line: str) -> _Need | None:
    try:
        requirement = Requirement(line) if len(line) < _LONGEST else None
    except (InvalidRequirement, RecursionError):
        return None
    marker = str(requirement.marker) if requirement is not None and requirement.marker is not None else ""
    return _Need(extra, requirement, marker) if requirement is not None else None


def _built(core: CoreMetadata) -> list[_Need]:
    found: list[_Need] = []
    for dependency in core.dependencies:
        marker = str(dependency.requirement.marker) if dependency.requirement.marker is not None else ""
        named = {canonicalize_name(extra) for extra in dependency.extras}
        extra = next(iter(named)) if len(named) == 1 else ""
        found.append(_Need(extra, dependency.requirement, _without_extra(marker, extra), dependency.field))
    return found


def _without_extra(marker: str, extra: str) -> str:
    """The marker with the condition of an extra taken out, where that stands at its outermost level."""
    if not extra or len(marker) > _LONGEST:
        return marker
    names = _EXTRA.findall(marker)
    condition = rf'\(?extra == "{re.escape(names[0] if names else extra)}"\)?'
    for pattern in (rf"(?P<rest>.+) and {condition}", rf"{condition} and (?P<rest>.+)", condition):
        match = re.fullmatch(pattern, marker)
        if match is not None:
            rest = match.groupdict().get("rest") or ""
            return _plain(rest)
    return marker


def _plain(marker: str) -> str:
    try:
        return str(Marker(marker)) if marker else ""
    except InvalidMarker:
        # The parentheses around the whole have lost one of the two.
        return marker


def _needs(stated: Sequence[_Need], built: Sequence[_Need], core: CoreMetadata) -> Iterator[Drift]:
    """The requirements that only one of the two lists holds."""
    left = {(need.key, need.marker): need for need in stated}
    right = {(need.key, need.marker): need for need in built}
    for both in left.keys() & right.keys():
        del left[both], right[both]
    for index, (key, need) in enumerate(list(left.items())):
        alike = next((other for other in right if other[0] == key[0]), None)
        if alike is not None and index < _MOST and _means_the_same(need, right[alike]):
            del left[key], right[alike]
    if left or right:
        first, second = (_some({str(need) for need in needs.values()}) for needs in (left, right))
        at = next((need.field for need in right.values() if need.field is not None), core.field("Requires-Dist"))
        yield Drift(field="Requires-Dist", first=first, second=second, at=at)


_SYSTEMS = (
    ("linux", "Linux", "posix", "x86_64"),
    ("linux", "Linux", "posix", "aarch64"),
    ("darwin", "Darwin", "posix", "arm64"),
    ("win32", "Windows", "nt", "AMD64"),
    ("emscripten", "Emscripten", "posix", "wasm32"),
)
_PYTHONS = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")


@functools.cache
def _environments() -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "implementation_name": implementation.lower(),
            "implementation_version": f"{python}.1",
            "os_name": name,
            "platform_machine": machine,
            "platform_python_implementation": implementation,
            "platform_release": "6.1",
            "platform_system": system,
            "platform_version": "1",
            "python_full_version": f"{python}.1",
            "python_version": python,
            "sys_platform": platform,
            "extra": "",
        }
        for platform, system, name, machine in _SYSTEMS
        for python in _PYTHONS
        for implementation in ("CPython", "PyPy")
    )


def _means_the_same(one: _Need, other: _Need) -> bool:
    """Whether two markers hold on the same systems."""
    return _answers(one.marker) == _answers(other.marker)


def _answers(marker: str) -> tuple[bool, ...] | str:
    if not marker:
        return (True,) * len(_environments())
    if len(marker) > _LONGEST:
        return marker
    try:
        parsed = Marker(marker)
        return tuple(parsed.evaluate(dict(environment)) for environment in _environments())
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, InvalidVersion, RecursionError):
        return marker


def file_drifts(first: CoreMetadata, second: CoreMetadata, passed_over: Iterable[str] = ()) -> Iterator[Drift]:
    """The fields that two files of one release state differently, but for those named in `passed_over`.

    Those that differ by their nature are never compared, such as the version of the metadata.
    """
    left_out = {*_BY_NATURE, *(name.lower() for name in passed_over)}
    for name, kind in FIELDS.items():
        if name in left_out:
            continue
        if name == "requires-dist":
            yield from _needs(_built(first), _built(second), second)
        elif name == "description":
            if _words(first.description) != _words(second.description):
                yield Drift(field="Description", first="one text", second="another")
        else:
            one, other = (_values(core, kind.name) for core in (first, second))
            if one != other:
                yield _lists(kind.name, one, other, second)


_BY_NATURE = frozenset({"metadata-version", "dynamic", "platform", "supported-platform"})


def _values(core: CoreMetadata, field: str) -> set[str]:
    normal = _NORMAL.get(field.lower(), _words)
    return {str(normal(each.value)) for each in core.fields(field) if each.value.strip() not in {"", "UNKNOWN"}}


_NORMAL: Mapping[str, Callable[[str], object]] = {
    "name": _name,
    "version": _version,
    "provides-extra": _name,
    "requires-python": _specifier_text,
    "license-expression": _expression,
    "home-page": lambda value: value.strip().rstrip("/"),
}
