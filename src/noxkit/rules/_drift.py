# SPDX-License-Identifier: Apache-2.0
"""The static values of [project] against core metadata: what a build backend may write differently is the same."""

from __future__ import annotations

import dataclasses
import email.utils
import re
from typing import TYPE_CHECKING

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, canonicalize_version

from noxkit.rules._manifest import is_dynamic, poetry
from noxkit.rules._requirements import equivalent
from noxkit.workspace._globs import has_wildcard, matcher
from noxkit.workspace._tables import items, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._core_metadata import CoreMetadata, Dependency
    from noxkit.rules._facts import PackageFacts

__all__ = ["Drift", "drifting_extras", "drifting_fields", "drifting_requirements"]

_MOST_COMPARED = 2000


@dataclasses.dataclass(frozen=True, slots=True)
class Drift:
    """One difference: the key of [project], what it says, what METADATA says instead, and the field that does."""

    key: str
    stated: str
    built: str
    field: Field | None = None


def _is_poetry(facts: PackageFacts) -> bool:
    return (facts.package.build_backend or "").startswith("poetry")


def drifting_requirements(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    """Requirements that stand on one side alone; not of keys that the build computes."""
    stated = list(_stated(facts)) if not _computed(facts) else []
    built = list(core.dependencies[:_MOST_COMPARED])
    is_base = not is_dynamic(facts, "dependencies") and not poetry(facts, "dependencies")
    with_extras = not is_dynamic(facts, "optional-dependencies") and not poetry(facts, "optional-dependencies")
    if _computed(facts):
        return
    for key, requirement in stated:
        ways = ([requirement], _expanded(facts, requirement))
        found = next((same for way in ways if way and (same := _all_in(way, built)) is not None), None)
        if found is None:
            yield Drift(key, str(requirement), "")
        for same in found or ():
            if same in built:  # hatchling writes once what two extras bring
                built.remove(same)
    for item in built:
        if with_extras if item.extras else is_base:
            key = "optional-dependencies" if item.extras else "dependencies"
            yield Drift(key, "", str(item.requirement), item.field)


def _all_in(wanted: Iterable[Requirement], built: Iterable[Dependency]) -> list[Dependency] | None:
    """What stands for each of `wanted`; None where anything is missing."""
    found = [next((item for item in built if _is_same(one, item.requirement)), None) for one in wanted]
    return [item for item in found if item is not None] if None not in found else None


def _expanded(facts: PackageFacts, requirement: Requirement, depth: int = 8) -> list[Requirement]:
    """What a requirement of the project's own extras stands for: hatchling writes that instead."""
    extras = _extras(requirement)
    if canonicalize_name(requirement.name) != facts.package.name or not extras or not depth:
        return []
    found: list[Requirement] = []
    for extra, listed in table(facts.project, "optional-dependencies").items():
        for line in strings(listed) if canonicalize_name(extra) in extras else ():
            if (inner := _parsed(line, marker=str(requirement.marker or ""))) is not None:
                found += _expanded(facts, inner, depth - 1) or [inner]
    return found


def _computed(facts: PackageFacts) -> bool:
    """Whether hatch fills in a requirement: `{root:uri}`."""
    lists = [facts.project.get("dependencies"), *table(facts.project, "optional-dependencies").values()]
    return any("{" in line for listed in lists for line in strings(listed))


def _stated(facts: PackageFacts) -> Iterator[tuple[str, Requirement]]:
    if not is_dynamic(facts, "dependencies"):
        for line in strings(facts.project.get("dependencies")):
            if (requirement := _parsed(line)) is not None:
                yield "dependencies", requirement
    if not is_dynamic(facts, "optional-dependencies"):
        for extra, listed in table(facts.project, "optional-dependencies").items():
            for line in strings(listed):
                if (requirement := _parsed(line, marker=f'extra == "{canonicalize_name(extra)}"')) is not None:
                    yield f"optional-dependencies.{extra}", requirement


def _parsed(line: str, *, marker: str = "") -> Requirement | None:
    """The requirement of a line, under a further marker."""
    try:
        requirement = Requirement(line)
        if marker:
            both = f"({requirement.marker}) and ({marker})" if requirement.marker is not None else marker
            requirement.marker = Marker(both)
    except (InvalidRequirement, InvalidMarker):  # a finding of NK-PYPROJECT-INVALID
        return None
    return requirement


def _bounds(specifiers: SpecifierSet) -> frozenset[tuple[str, str]]:
    """Specifiers with `~=1.2` as the two bounds that poetry-core writes for it."""
    found: set[tuple[str, str]] = set()
    for specifier in specifiers:
        release = specifier.version.removesuffix(".*").split(".")
        if specifier.operator == "~=" and len(release) > 1 and all(part.isdigit() for part in release):
            upper = [*release[:-2], str(int(release[-2]) + 1)]
            found |= {(">=", canonicalize_version(specifier.version)), ("<", canonicalize_version(".".join(upper)))}
        else:
            found.add((specifier.operator, canonicalize_version(specifier.version)))
    return frozenset(found)


def _is_same(first: Requirement, second: Requirement) -> bool:
    return (
        canonicalize_name(first.name) == canonicalize_name(second.name)
        and {canonicalize_name(extra) for extra in first.extras}
        == {canonicalize_name(extra) for extra in second.extras}
        and first.url == second.url
        and _bounds(first.specifier) == _bounds(second.specifier)
        and equivalent(first.marker, second.marker)
    )


def _extras(requirement: Requirement) -> set[str]:
    return {canonicalize_name(extra) for extra in requirement.extras}


def drifting_extras(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    """Extras that stand on one side alone."""
    if is_dynamic(facts, "optional-dependencies") or poetry(facts, "optional-dependencies"):
        return
    built = {canonicalize_name(field.value): field for field in core.fields("Provides-Extra")}
    stated = {canonicalize_name(extra) for extra in table(facts.project, "optional-dependencies")}
    for extra in sorted(stated - built.keys()):
        yield Drift("optional-dependencies", extra, "")
    for extra in sorted(built.keys() - stated):
        yield Drift("optional-dependencies", "", extra, built[extra])


def drifting_fields(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    """All other keys of [project] that have a value, against the fields that they become."""
    for key, compare in _COMPARED.items():
        if key in facts.project and not is_dynamic(facts, key):
            yield from compare(facts, core)


def _words(value: str) -> str:
    return " ".join(value.split())


def _summary(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    stated, built = _words(text(facts.project.get("description")) or ""), _words(core.value("Summary") or "")
    if stated != built:
        yield Drift("description", stated, built, core.field("Summary"))


def _python(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    stated, built = text(facts.project.get("requires-python")) or "", core.value("Requires-Python") or ""
    try:
        same = SpecifierSet(stated) == SpecifierSet(built)
    except InvalidSpecifier:  # findings of their own
        return
    if not same:
        yield Drift("requires-python", stated, built, core.field("Requires-Python"))


def _license(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    stated = text(facts.project.get("license"))
    field = core.field("License-Expression") or core.field("License")
    if stated is None and field is not None:  # flit leaves the text of the old table away
        stated = text(table(facts.project, "license").get("text"))
    built = field.value if field is not None else ""
    if stated is not None and _license_form(stated) != _license_form(built):
        yield Drift("license", stated, built, field)


def _license_form(value: str) -> str:
    try:
        return canonicalize_license_expression(value).casefold()
    except InvalidLicenseExpression:
        return _words(value).casefold()


def _license_files(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    stated = strings(facts.project.get("license-files"))
    if core.version in {"", "1.0", "1.1", "1.2", "2.1", "2.2", "2.3"}:
        return
    prefix = facts.path("")
    match = matcher(stated, below=False).fullmatch
    built = {field.value.strip(): field for field in core.fields("License-File")}
    expected = {path.removeprefix(prefix) for path in facts.files}
    expected = {path for path in expected if match(path)} | {path for path in stated if not has_wildcard(path)}
    for path in sorted(expected - built.keys()):
        yield Drift("license-files", path, "")
    for path in sorted(path for path in built.keys() - expected if not match(path)):
        yield Drift("license-files", "", path, built[path])


def _people(facts: PackageFacts, core: CoreMetadata, key: str, name: str) -> Iterator[Drift]:
    people = [table(person) for person in items(facts.project.get(key))]
    if _is_poetry(facts):
        people = people[:1]  # poetry-core writes the first alone
    fields = [field for field in (core.field(name), core.field(f"{name}-email")) if field is not None]
    built = " ".join(_words(field.value) for field in fields)
    addresses = {address.casefold() for _, address in email.utils.getaddresses([field.value for field in fields])}
    folded = built.replace("\\", "").casefold()
    for person in people:
        said, address = text(person.get("name")), text(person.get("email"))
        named = said is None or _words(said).casefold() in folded
        mailed = address is None or address.casefold() in addresses or address.casefold() in folded
        if not named or not mailed:
            shown = f"{said or ''} <{address}>".strip() if address else said or ""
            yield Drift(key, shown, built, fields[0] if fields else None)


def _authors(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    yield from _people(facts, core, "authors", "Author")


def _maintainers(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    yield from _people(facts, core, "maintainers", "Maintainer")


def _keywords(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    stated = {_words(part) for word in strings(facts.project.get("keywords")) for part in word.split(",")}
    said = core.value("Keywords") or ""
    built = {_words(word) for word in (said.split(",") if "," in said or len(stated) < 2 else said.split())}
    if stated - {""} != built - {""}:
        names = ", ".join(sorted(stated))
        yield Drift("keywords", names, said, core.field("Keywords"))


def _classifiers(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    stated = {line.strip() for line in strings(facts.project.get("classifiers"))}
    built = {field.value.strip(): field for field in core.fields("Classifier")}
    for line in sorted(stated - built.keys()):
        yield Drift("classifiers", line, "")
    for line in sorted(built.keys() - stated) if not _is_poetry(facts) else ():
        yield Drift("classifiers", "", line, built[line])


def _label(label: str) -> str:
    """A label as PEP 753 compares it."""
    return re.sub(r"[\W_]", "", label).casefold()


def _urls(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    built: dict[str, tuple[str, Field]] = {}
    for name in ("Home-page", "Download-URL"):
        if (field := core.field(name)) is not None:
            built[_label(name)] = (field.value.strip(), field)
    for field in core.fields("Project-URL"):
        label, _, url = field.value.partition(",")
        built[_label(label)] = (url.strip(), field)
    for label, url in table(facts.project, "urls").items():
        found, field = built.get(_label(label), ("", None))
        if isinstance(url, str) and url.strip() != found:
            yield Drift(f"urls.{label}", url, found, field)


def _readme(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    readme = facts.project.get("readme")
    path = text(readme) or text(table(readme).get("file"))
    stated = text(table(readme).get("text"))
    if path is not None:
        content = facts.whole.read(facts.path(path))
        stated = content.decode("utf-8", "replace") if content is not None else None
    if stated is None:
        return
    said, built = _lines(stated), _lines(core.description)
    if said != built:
        pairs = zip((*said, ""), (*built, ""), strict=False)
        first = next(((one, other) for one, other in pairs if one != other), ("", ""))
        yield Drift("readme", f"… {first[0]}", f"… {first[1]}", core.field("Description"))
    kind = text(table(readme).get("content-type"))
    typed = core.value("Description-Content-Type")
    if kind is not None and typed is not None and _base(kind) != _base(typed):
        yield Drift("readme.content-type", kind, typed, core.field("Description-Content-Type"))


def _lines(value: str) -> list[str]:
    return [line.rstrip() for line in value.strip().removeprefix("\ufeff").strip().splitlines()]


def _base(content_type: str) -> str:
    return content_type.partition(";")[0].strip().casefold()


def _names(facts: PackageFacts, core: CoreMetadata, key: str, name: str) -> Iterator[Drift]:
    stated = {_import(value) for value in strings(facts.project.get(key))}
    built = {_import(field.value): field for field in core.fields(name)}
    yield from _sets(key, stated, built)


def _sets(key: str, stated: Iterable[str], built: dict[str, Field]) -> Iterator[Drift]:
    names = set(stated) - {""}
    for value in sorted(names - built.keys()):
        yield Drift(key, value, "")
    for value in sorted(built.keys() - names - {""}):
        yield Drift(key, "", value, built[value])


def _import(value: str) -> str:
    return "; ".join(part.strip() for part in value.split(";"))


def _import_names(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    yield from _names(facts, core, "import-names", "Import-Name")


def _import_namespaces(facts: PackageFacts, core: CoreMetadata) -> Iterator[Drift]:
    yield from _names(facts, core, "import-namespaces", "Import-Namespace")


_COMPARED = {
    "description": _summary,
    "readme": _readme,
    "requires-python": _python,
    "license": _license,
    "license-files": _license_files,
    "authors": _authors,
    "maintainers": _maintainers,
    "keywords": _keywords,
    "classifiers": _classifiers,
    "urls": _urls,
    "import-names": _import_names,
    "import-namespaces": _import_namespaces,
}
