# SPDX-License-Identifier: Apache-2.0
"""Attestations that lie beside built files (PEP 740): whether they are about these files, signatures left aside."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, cast

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion

from noxkit.rules._artifacts import MOST_ATTESTED
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._core_metadata import shown
from noxkit.workspace._tables import items, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Archive
    from noxkit.rules._artifacts import Attestation, ReleaseFacts
    from noxkit.workspace._tables import Table

__all__ = ["attestation_invalid"]

# The predicates that the index takes, by their identifiers; nothing is read from there.
_PREDICATES = {
    "https://docs.pypi.org/attestations/publish/v1": "a publish attestation",
    "https://slsa.dev/provenance/v1": "a SLSA provenance",
}
_STATEMENT = "https://in-toto.io/Statement/v1"
_MOST = 2
_HINT = "delete it, and let the publishing workflow sign the files that it uploads, after the last build"


@rule(code="NK-ATTESTATION-INVALID", scope=Scope.RELEASE, since="1.0", standard=True)
def attestation_invalid(facts: ReleaseFacts) -> Iterator[Found]:
    """An attestation beside a file cannot be read, is about another file, or is one too many.

    # Why
    The index verifies each attestation and refuses the whole file where one is wrong: one that was signed
    before the last build has another digest. Signatures are not verified here.

    # Fails
    ```toml demo-1.0.tar.gz
    ```
    ```json demo-1.0.tar.gz.publish.attestation
    {"version": 1}
    ```
    Or what is no JSON:
    ```toml demo-1.0.tar.gz
    ```
    ```json demo-1.0.tar.gz.publish.attestation
    -----BEGIN SIGNATURE-----
    ```
    Or one about a file that was built before:
    ```toml demo-1.0.tar.gz
    ```
    ```json demo-1.0.tar.gz.publish.attestation
    {"version": 1, "verification_material": {"certificate": "AA==", "transparency_entries": [{}]}, "envelope": {"signature": "AA==", "statement": "eyJfdHlwZSI6ICJodHRwczovL2luLXRvdG8uaW8vU3RhdGVtZW50L3YxIiwgInN1YmplY3QiOiBbeyJuYW1lIjogImRlbW8tMS4wLnRhci5neiIsICJkaWdlc3QiOiB7InNoYTI1NiI6ICIwMCJ9fV0sICJwcmVkaWNhdGVUeXBlIjogImh0dHBzOi8vZG9jcy5weXBpLm9yZy9hdHRlc3RhdGlvbnMvcHVibGlzaC92MSIsICJwcmVkaWNhdGUiOiBudWxsfQ=="}}
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    ```
    ```json demo-1.0.tar.gz.publish.attestation.txt
    no attestation
    ```

    # Fix
    Sign again after the last build.

    # Options
    None.

    # When to ignore
    Never: the upload fails.
    """  # noqa: E501 -- a statement has no line ends
    archives = {file.archive.path: file.archive for file in (*facts.sdists, *facts.wheels)}
    seen: dict[str, list[str]] = {}
    for attestation in facts.attestations:
        archive = archives.get(attestation.about)
        if archive is None:
            continue
        for fault in _faults(attestation, archive, seen.setdefault(attestation.about, [])):
            yield found(fault, hint=_HINT, at=Place(attestation.path))


def _faults(attestation: Attestation, archive: Archive, seen: list[str]) -> Iterator[str]:
    """What is wrong with one file; `seen` are the predicates of those before it about the same file."""
    content = _json(attestation.data)
    if content is None:
        yield "the attestation is no JSON" if attestation.data else f"it is empty, or longer than {MOST_ATTESTED} bytes"
        return
    if content == []:
        yield "the file holds an empty list of attestations"
        return
    listed = items(content) or (content,)
    for each in listed[: _MOST + 1]:
        fault = _fault(table(each), archive, seen)
        if fault is not None:
            yield fault
    if len(listed) > _MOST or len(seen) > _MOST:
        yield f"there are {max(len(listed), len(seen))} attestations of one file, and the index takes {_MOST}"


def _json(data: bytes | None) -> object:
    try:
        return cast("object", json.loads(data)) if data else None
    except (ValueError, RecursionError):
        return None


def _fault(attestation: Table, archive: Archive, seen: list[str]) -> str | None:
    """The first thing that is wrong with an attestation."""
    if attestation.get("version") != 1:
        return "the attestation has not the form of PEP 740: `version` is not 1"
    for way in (("verification_material", "certificate"), ("envelope", "statement"), ("envelope", "signature")):
        if _decoded(table(attestation, way[0]).get(way[1])) is None:
            return f"the attestation has not the form of PEP 740: `{'.'.join(way)}` is no base64"
    if not items(table(attestation, "verification_material").get("transparency_entries")):
        return "the attestation has no entry of a transparency log"
    return _statement_fault(attestation, archive, seen)


def _decoded(value: object) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _statement_fault(attestation: Table, archive: Archive, seen: list[str]) -> str | None:
    statement = table(_json(_decoded(table(attestation, "envelope").get("statement"))))
    if statement.get("_type") != _STATEMENT:
        return "the statement of the attestation is no in-toto statement of version 1"
    predicate = text(statement.get("predicateType")) or ""
    if predicate not in _PREDICATES:
        return f"the index does not take an attestation of `{shown(predicate)}`"
    if predicate in seen:
        return f"the file has {_PREDICATES[predicate]} twice"
    seen.append(predicate)
    subjects = items(statement.get("subject"))
    subject = table(subjects[0] if len(subjects) == 1 else None)
    name, digest = text(subject.get("name")), text(table(subject, "digest").get("sha256"))
    if name is None or digest is None:
        return f"the attestation has {len(subjects)} subjects, and not one with a name and a sha256"
    if _normal(name) != _normal(archive.file_name):
        return f"the attestation is about `{shown(name)}`, and not about `{shown(archive.file_name)}`"
    if digest != archive.sha256:
        return (
            f"the attestation is about a file with sha256 {shown(digest, 16)}, and this one has {archive.sha256[:16]}…"
        )
    return None


def _normal(name: str) -> object:
    """A file name by its parts, as the index compares them; as written where it is none."""
    try:
        return parse_wheel_filename(name) if name.endswith(".whl") else parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return name
