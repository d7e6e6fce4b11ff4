# SPDX-License-Identifier: Apache-2.0
"""`sbom` and `verify`: what the files of a release bring along, and whether what is published works."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import re
import uuid
from typing import TYPE_CHECKING, cast

import msgspec
from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import FileRecord, Outcome, Status
from noxkit.engine._contents import files_of_package
from noxkit.engine._indexes import index_arguments
from noxkit.engine._licenses import stated_licenses
from noxkit.engine._rehearsal import facts_of
from noxkit.engine._rehearsal_room import DoubtError, Imported, fresh_room, judged_by_uv
from noxkit.engine._rules import signed
from noxkit.engine._scope import published
from noxkit.engine._select import supported_pythons
from noxkit.engine._tags import tag_template, tagged_versions
from noxkit.engine._task import Task
from noxkit.environments.uv import explain_failure
from noxkit.release._session import nothing_published
from noxkit.release._versions import stated_version
from noxkit.rules._rehearsals import Unresolved
from noxkit.rules.rehearsals import deps_unresolvable, entrypoint_unresolvable, import_smoke

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.engine._rehearsal_room import Room
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.model import Package

__all__ = ["plan_sbom", "plan_verify"]

SBOM = "sbom"
"""The task's name."""

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
_UNKNOWN = "NOASSERTION"


class _Hash(msgspec.Struct):
    alg: str
    content: str


class _Reference(msgspec.Struct):
    url: str
    hashes: list[_Hash] = msgspec.field(default_factory=list[_Hash])


class _Property(msgspec.Struct):
    name: str
    value: str


class _Component(msgspec.Struct, rename={"ref": "bom-ref", "references": "externalReferences"}):
    """What is read of a component of uv's export."""

    ref: str
    name: str
    version: str = ""
    purl: str | None = None
    references: list[_Reference] = msgspec.field(default_factory=list[_Reference])
    properties: list[_Property] = msgspec.field(default_factory=list[_Property])


class _Edges(msgspec.Struct, rename={"needs": "dependsOn"}):
    ref: str
    needs: list[str] = msgspec.field(default_factory=list[str])


class _Metadata(msgspec.Struct):
    component: _Component


class _Export(msgspec.Struct):
    """CycloneDX 1.5 as uv writes it, as far as it is read."""

    metadata: _Metadata
    components: list[_Component] = msgspec.field(default_factory=list[_Component])
    dependencies: list[_Edges] = msgspec.field(default_factory=list[_Edges])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A distribution: its purl, its licence as an SPDX expression, its files with their SHA-256, and what it needs."""

    name: str
    version: str
    purl: str
    license: str | None
    files: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    marker: str | None


def plan_sbom(context: Context, scope: Scope) -> list[Task]:
    """One task a published package; not due without a lock."""
    packages = published(context, scope)
    if not packages:
        return nothing_published(SBOM)
    locked = (context.root / "uv.lock").is_file()
    return [
        Task(
            name=SBOM,
            package=package.name,
            action=functools.partial(_write_all, context, package),
            why="asked for",
            not_due=None if locked else "no uv.lock, and so nothing that says what is brought along",
            cost=1.0,
        )
        for package in packages
    ]


def _write_all(context: Context, package: Package, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    files = files_of_package(context, package)
    if not files:
        reason = f"no built file of {package.name} is in {context.config.options.build.output}/"
        return Outcome(name=SBOM, status=Status.INCONCLUSIVE, reason=reason, hint="build first: `nox -s build`")
    completed = context.uv.run(
        [
            *("export", "--quiet", "--preview", "--frozen", "--format", "cyclonedx1.5", "--no-dev", "--all-extras"),
            *("--package", package.raw_name),
        ],
        task=SBOM,
        environment=context.for_uv,
    )
    if completed.returncode != 0:
        failure = explain_failure(completed)
        return Outcome(name=SBOM, status=Status.INCONCLUSIVE, reason=failure.reason, hint=failure.hint)
    try:
        export = msgspec.json.decode(completed.stdout, type=_Export)
    except msgspec.DecodeError as error:
        hint = "this uv may write it in another way: name an older one in `required-version` of [tool.uv]"
        return Outcome(name=SBOM, status=Status.CRASHED, reason=f"uv's export cannot be read: {error}", hint=hint)
    parts, unknown = _parts(context, export)
    made = [_write(context, package, file, parts) for file in files]
    written = [record for records in made for record in records]
    evidence = {"files": len(files), "distributions": len(parts) - 1, "licence_unknown": sorted(unknown)}
    return Outcome(name=SBOM, status=Status.PASSED, evidence={**evidence}, files=tuple(written))


def _parts(context: Context, export: _Export) -> tuple[dict[str, _Part], frozenset[str]]:
    """All distributions by their purls, the package itself first, and those of which no licence is known."""
    everyone = [export.metadata.component, *export.components]
    purls = {each.ref: each.purl or f"pkg:pypi/{each.name}@{each.version}" for each in everyone}
    needs = {each.ref: each.needs for each in export.dependencies}
    stated = stated_licenses(context, [(each.name, each.version) for each in export.components])
    parts: dict[str, _Part] = {}
    for each in everyone:
        expressions = stated.get((each.name, each.version), ())
        urls = ((reference.url, reference.hashes) for reference in each.references)
        parts[purls[each.ref]] = _Part(
            name=each.name,
            version=each.version,
            purl=purls[each.ref],
            license=" AND ".join(expressions if len(expressions) == 1 else [f"({one})" for one in expressions]) or None,
            files=tuple((url, hashed.content) for url, hashes in urls for hashed in hashes if hashed.alg == "SHA-256"),
            needs=tuple(sorted({purls[ref] for ref in needs.get(each.ref, ()) if ref in purls})),
            marker=next((one.value for one in each.properties if one.name == "uv:package:marker"), None),
        )
    unknown = frozenset(f"{part.name} {part.version}" for part in list(parts.values())[1:] if part.license is None)
    return parts, unknown


def _write(context: Context, package: Package, file: Path, parts: Mapping[str, _Part]) -> list[FileRecord]:
    """The two documents of one built file, beside each other in the output folder."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    own, *others = parts.values()
    own = dataclasses.replace(
        own, files=((file.name, digest),), license=_own_license(package), purl=f"{own.purl}?file_name={file.name}"
    )
    documents = {"cdx": _cyclonedx(own, others), "spdx": _spdx(own, others, created=_created(context))}
    folder = context.root / context.config.options.release.sbom_output
    records: list[FileRecord] = []
    for kind, document in documents.items():
        content = json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
        target = folder / f"{file.name}.{kind}.json"
        write_atomic(target, content)
        name = target.relative_to(context.root).as_posix()
        records.append(FileRecord(name=name, sha256=hashlib.sha256(content).hexdigest()))
    return records


def _own_license(package: Package) -> str | None:
    project = package.pyproject.get("project")
    stated = cast("dict[str, object]", project).get("license") if isinstance(project, dict) else None
    return stated if isinstance(stated, str) else None


def _created(context: Context) -> str:
    """When the last commit was made, which SPDX wants to know of the document."""
    git = context.repository.git
    said = git(["log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"]) if git is not None else None
    return (said or b"").decode().strip() or "1970-01-01T00:00:00Z"


def _cyclonedx(own: _Part, others: Sequence[_Part]) -> dict[str, object]:
    components = [_component(part) for part in others]
    edges = [{"ref": own.purl, "dependsOn": list(own.needs)}]
    edges += [{"ref": part.purl, "dependsOn": list(part.needs)} for part in others]
    body: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": _component(own)},
        "components": components,
        "dependencies": edges,
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    return {**body, "serialNumber": f"urn:uuid:{serial}"}


def _component(part: _Part) -> dict[str, object]:
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
    }
    if part.license is not None:
        component["licenses"] = [{"expression": part.license}]
    if len(part.files) == 1 and "://" not in part.files[0][0]:
        component["hashes"] = [{"alg": "SHA-256", "content": part.files[0][1]}]
    elif part.files:
        component["externalReferences"] = [
            {"type": "distribution", "url": url, "hashes": [{"alg": "SHA-256", "content": digest}]}
            for url, digest in part.files
        ]
    if part.marker is not None:
        component["properties"] = [{"name": "uv:package:marker", "value": part.marker}]
    return component


def _spdx(own: _Part, others: Sequence[_Part], *, created: str) -> dict[str, object]:
    everyone = [own, *others]
    names = {part.purl: f"SPDXRef-{_UNSAFE.sub('-', f'{part.name}-{part.version}')}" for part in everyone}
    relations = [_relation("SPDXRef-DOCUMENT", "DESCRIBES", names[own.purl])]
    for part in everyone:
        relations += [_relation(names[part.purl], "DEPENDS_ON", names[each]) for each in part.needs if each in names]
    packages = [_spdx_package(part, names[part.purl]) for part in everyone]
    digest = hashlib.sha256(json.dumps([packages, relations], sort_keys=True).encode()).hexdigest()
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": own.files[0][0],
        "documentNamespace": f"https://spdx.org/spdxdocs/{own.files[0][0]}-{digest}",
        "creationInfo": {"created": created, "creators": ["Tool: noxkit"]},
        "packages": packages,
        "relationships": relations,
    }


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _spdx_package(part: _Part, name: str) -> dict[str, object]:
    return {
        "SPDXID": name,
        "name": part.name,
        "versionInfo": part.version,
        "downloadLocation": next((url for url, _ in part.files if "://" in url), _UNKNOWN),
        "filesAnalyzed": False,
        "checksums": list(_checksums(part)),
        "licenseConcluded": _UNKNOWN,
        "licenseDeclared": part.license or _UNKNOWN,
        "copyrightText": _UNKNOWN,
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": part.purl}
        ],
    }


def _checksums(part: _Part) -> Iterator[dict[str, str]]:
    """One file has one; of several it is that of the one to be downloaded, the first."""
    for _, digest in part.files[:1]:
        yield {"algorithm": "SHA256", "checksumValue": digest}


VERIFY = "verify"
"""The task's name."""

_RULES = (deps_unresolvable, import_smoke, entrypoint_unresolvable)


def plan_verify(context: Context, scope: Scope) -> list[Task]:
    """For each published package a task on the lowest and one on the highest Python that it admits."""
    packages = published(context, scope)
    if not packages:
        return nothing_published(VERIFY)
    return [
        Task(
            name=VERIFY,
            package=package.name,
            python=python,
            action=functools.partial(_verify, context, package, python),
            why="what is published installs and imports",
            cost=3.0,
        )
        for package in packages
        for pythons in [[each for each in supported_pythons(context) if package.admits(each)]]
        for python in dict.fromkeys((*pythons[:1], *pythons[-1:]))
    ]


def _version_of(context: Context, package: Package) -> str | None:
    """The version in the tree; where the build computes it, that of the newest tag."""
    stated = stated_version(context, package)
    tags = tagged_versions(tag_template(context, package), context.repository.tags) if stated is None else {}
    newest = max(tags.values(), default=None)
    try:
        return str(Version(stated)) if stated is not None else str(newest) if newest is not None else None
    except InvalidVersion:
        return stated


def _verify(context: Context, package: Package, python: str, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    version = _version_of(context, package)
    if version is None:
        reason = "the build computes its version, and no tag names one"
        return Outcome(name=VERIFY, status=Status.INCONCLUSIVE, reason=reason, hint="tag what was published")
    wanted = f"{package.name}=={version}"
    try:
        with fresh_room(context, python, ()) as room:
            unresolved = _install(context, room, package.name, wanted)
            # `import_all` asks for the project's name alone; what is installed is what the index gave
            installed = FileRecord(name=f"{package.name.replace('-', '_')}-{version}-py3-none-any.whl", sha256="")
            imported = None if unresolved else room.import_all(installed)
    except DoubtError as doubt:
        return Outcome(name=VERIFY, status=Status.INCONCLUSIVE, reason=doubt.reason, hint=doubt.hint)
    found = (Unresolved(reason=unresolved),) if unresolved else ()
    facts = dataclasses.replace(facts_of(installed, python, imported or Imported()), unresolved=found)
    evidence = {"version": version, "interpreter": imported.python if imported else python}
    counted = {"imported": imported.tried} if imported else {}
    outcome = Outcome(name=VERIFY, status=Status.PASSED, evidence={**evidence, **counted})
    if imported is not None and imported.trouble:
        hint = "run the session again with `--verbose`"
        return Outcome(name=VERIFY, status=Status.INCONCLUSIVE, reason=imported.trouble, hint=hint)
    return signed(context, outcome, [finding for each in _RULES for finding in each(facts)])


def _install(context: Context, room: Room, name: str, wanted: str) -> str | None:
    """Why it cannot be installed, or None. Raises DoubtError."""
    where = ["--python", str(room.home), "--refresh-package", name, *index_arguments(context)]
    return judged_by_uv(room.uv("pip", "install", *where, wanted))
