# SPDX-License-Identifier: Apache-2.0
"""Results that are kept by package, so that a change in one does not make a slow checker look at all of them again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Outcome, Status
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import Task
    from noxkit.tools._base import Reads, Tool
    from noxkit.workspace.model import Package, Repository

__all__ = ["Parts", "importable_names", "imported_words", "parts_of"]

_ROOT = ""  # the part of all files that lie in no member
_WORD = re.compile(rb"[A-Za-z_]\w*")
# A statement that imports, and everything that looks like one, in strings and comments as well: too much does no harm.
_IMPORT = re.compile(rb"\b(?:from|import)\b(?:[^\n\r(\\]|\\\r?\n)*(?:\((?:[^)#]|#[^\n]*)*\))?")
_MOST = 0.5  # of the files: where more are to be looked at again, one run looks at all of them
_KEPT = msgspec.json.Decoder(tuple[Finding, ...])


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one member, or of the root without its members, and the key of what a tool finds in them."""

    name: str
    files: tuple[str, ...]
    key: str


class Parts:
    """The parts of a tree for one tool, under keys over all that decides what it finds in each."""

    def __init__(self, context: Context, parts: Sequence[_Part]) -> None:
        self._context = context
        self._parts = tuple(parts)
        self._count = sum(len(part.files) for part in parts)
        self._found: dict[str, list[Finding]] = {}  # by key, of the parts that have been looked at

    def run(self, run_on: Callable[[tuple[str, ...]], Outcome]) -> Outcome | None:
        """The outcome of a run on those parts alone of which nothing is kept, with what is kept of the others.

        None where that would be most of the files, or the tool did not look at just the files that it was given.
        """
        known = self._context.kept.get([part.key for part in self._parts])
        kept = {part.name: found for part in self._parts if (found := _decoded(known.get(part.key))) is not None}
        missing = [part for part in self._parts if part.name not in kept]
        files = tuple(path for part in missing for path in part.files)
        if not kept or not files or len(files) > _MOST * self._count:
            return None
        outcome = run_on(files)
        if not self.look_at(outcome, missing):
            return None
        findings = (*(finding for found in kept.values() for finding in found), *outcome.findings)
        said = f"{len(missing)} of {len(self._parts)} packages looked at again"
        evidence = {**outcome.evidence, "files": self._count, "packages": said}
        return msgspec.structs.replace(outcome, findings=findings, evidence=evidence)

    def look_at(self, outcome: Outcome, parts: Sequence[_Part] | None = None) -> bool:
        """Take what a run on `parts`, all of them by default, has found in each, for `keep` to keep.

        False where the run did not look at just their files, or found something outside of them.
        """
        owners = {path: part.key for part in (self._parts if parts is None else parts) for path in part.files}
        if outcome.status is not Status.PASSED or outcome.evidence.get("files") != len(owners):
            return False
        found: dict[str, list[Finding]] = {key: [] for key in owners.values()}
        for finding in outcome.findings:
            if finding.path not in owners:
                return False
            found[owners[finding.path]].append(finding)
        self._found = found
        return True

    def keep(self) -> None:
        """Keep what has been found in the parts that have been looked at."""
        for key, found in self._found.items():
            self._context.kept.put(key, msgspec.json.encode(found))


def _decoded(content: bytes | None) -> tuple[Finding, ...] | None:
    try:
        return None if content is None else _KEPT.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def parts_of(context: Context, task: Task, tool: Tool, *, facets: Mapping[str, str], reads: Reads) -> Parts | None:
    """The parts of the tree for a run of `tool` on all of it; None where its files cannot be told apart.

    `facets` are all that decides what the tool finds, without the files. A part depends on its own files, on those of
    each member that one of its files may import, directly or through others, and on all files outside of members.
    """
    repository = context.repository
    members = [package for package in repository.workspace.packages if package.folder != "."]
    if len(members) < 2 or task.paths != (".",) or task.excluded:
        return None
    files = tool.files_alone(repository)
    if files is None:
        return None
    owned: dict[str, list[str]] = {}
    for path in files:
        owned.setdefault(_owner(repository, path), []).append(path)
    uses = _uses(context, members, owned)
    digests = context.inputs.keys(reads, lambda path: _owner(repository, path))
    said = key_of("parts/1", *(f"{name}\0{value}" for name, value in facets.items()))
    parts = [
        _Part(
            name=name,
            files=tuple(paths),
            key=key_of(said, name, *(f"{each}\0{digests.get(each)}" for each in sorted(_closure(name, uses)))),
        )
        for name, paths in owned.items()
    ]
    return Parts(context, parts)


def _owner(repository: Repository, path: str) -> str:
    package = repository.workspace.package_of(path)
    return _ROOT if package is None or package.folder == "." else package.name


def _uses(
    context: Context, members: Sequence[Package], owned: Mapping[str, Sequence[str]]
) -> dict[str, frozenset[str]]:
    """The members that the files of each part may import: those of which any import in them holds a name as a word."""
    names: dict[bytes, set[str]] = {}
    for member in members:
        for word in importable_names(context, member):
            names.setdefault(word.encode(), set()).add(member.name)
    uses: dict[str, frozenset[str]] = {}
    for part, paths in owned.items():
        words = {word for path in paths for word in imported_words((context.root / path).read_bytes())}
        uses[part] = frozenset(name for word in words & names.keys() for name in names[word])
    return uses


def imported_words(source: bytes) -> set[bytes]:
    """All words that stand in what looks like an import."""
    return set(_WORD.findall(b" ".join(_IMPORT.findall(source))))


def importable_names(context: Context, member: Package) -> set[str]:
    """The names by which a member's modules can be reached: of what it installs and of what lies in its import roots.

    Not the name of a namespace alone, which several members share: what is imported of it has a name of its own.
    """
    found = {name.rpartition(".")[2] for name in member.import_names} | {member.folder.rpartition("/")[2]}
    for root in member.import_roots:
        folder = context.root / root
        entries = list(folder.iterdir()) if folder.is_dir() else []
        names = (entry.name.partition(".")[0] for entry in entries)  # of compiled modules, too
        found |= {name.removesuffix("-stubs") for name in names}  # PEP 561: stubs of another's package
    namespaces = {name.partition(".")[0] for name in member.import_names if "." in name} - set(member.import_names)
    return {name for name in found - namespaces if name.isidentifier()}


def _closure(part: str, uses: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """`part`, the root, and all that it uses, directly or through others."""
    reached: set[str] = set()
    waiting = [part, _ROOT]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(uses.get(name, ()))
    return frozenset(reached)
