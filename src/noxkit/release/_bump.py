# SPDX-License-Identifier: Apache-2.0
"""`bump` and `changelog`: write what is planned into the files; all of it or nothing."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING, TypeAlias

from packaging.version import Version

from noxkit.diagnostics.decoding import decode_python, decode_text
from noxkit.diagnostics.fixes import TomlEdit
from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._toml_edits import TomlEditError, edited_toml
from noxkit.environments.uv import explain_failure, got_no_answer
from noxkit.release._session import Write, as_table, plan_task, write_or_tell
from noxkit.release._versions import Level, raised, sources_of
from noxkit.rules._changelog import changelogs_in, read_entry
from noxkit.rules._markdown import read_markdown
from noxkit.workspace._tables import requirement_name, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.diagnostics.decoding import DecodedText
    from noxkit.diagnostics.model import EvidenceValue
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task
    from noxkit.release._history import Counted
    from noxkit.release._plan import Member, Plan
    from noxkit.rules._changelog import Entry
    from noxkit.workspace.model import Package

__all__ = ["CHANGELOG", "notes_of", "plan_bump", "plan_changelog", "with_entry", "write_entries", "write_versions"]

Reader: TypeAlias = "Callable[[str], bytes | None]"

__all__ = ["BUMP", "plan_bump", "write_versions"]

BUMP = "bump"
"""The task's name."""

_LOCK = "uv.lock"
_ENVIRONMENT = {"UV_FROZEN": None, "UV_LOCKED": None}


class _CannotWriteError(Exception):
    """Why a version cannot be written."""


def plan_bump(context: Context, scope: Scope) -> list[Task]:
    """One task for all members. Raises NoxkitError for flags that mean nothing, and without git."""
    return plan_task(BUMP, context, scope, write_versions)


def write_versions(context: Context, plan: Plan) -> Outcome:
    """Write what is planned into the files, and what `uv lock` makes of it."""
    text_of_plan = as_table(plan, commits=context.config.run.verbose)
    evidence: dict[str, EvidenceValue] = {"packages": len(plan.members)}
    if plan.is_blocked:
        context.outbox.append(text_of_plan)
        return Outcome(
            name=BUMP,
            status=Status.FAILED,
            reason=plan.blocks[0],
            hint="`noxkit plan` shows all of it",
            evidence=evidence,
        )
    try:
        writes = _version_writes(context, plan)
    except _CannotWriteError as error:
        hint = "write it where [project] has it, or with a backend's setting that names a file"
        return Outcome(name=BUMP, status=Status.FAILED, reason=str(error), hint=hint, evidence=evidence)
    context.outbox.append(text_of_plan)
    if not writes:
        said = "nothing to release" if not plan.released else f"already done: {_versions(plan)}"
        context.outbox.append(f"{said}\n")
    lock = functools.partial(_lock, context, writes)
    return write_or_tell(Outcome(name=BUMP, status=Status.PASSED, evidence=evidence), context, writes, then=lock)


def _versions(plan: Plan) -> str:
    return ", ".join(f"{each.name} {each.next}" for each in plan.released)


def _lock(context: Context, writes: Sequence[Write]) -> str | None:
    """Have uv write the lock anew, where there is one; what went wrong, else None."""
    if not any(write.path == _LOCK for write in writes):
        return None
    completed = context.uv.run(
        ["lock"], task=BUMP, environment={**context.for_uv, **_ENVIRONMENT}, timeout=context.config.options.timeout
    )
    if completed.returncode == 0 and not completed.cancelled and not completed.timed_out:
        return None
    failure = explain_failure(completed)
    return f"`uv lock` {'got no answer' if got_no_answer(completed) else 'failed'}: {failure.reason}"


def _version_writes(context: Context, plan: Plan) -> list[Write]:
    """What every file is to hold; nothing of those that hold it already."""
    texts: dict[str, bytes] = {}

    def read(path: str) -> bytes | None:
        if path not in texts:
            file = context.root / path
            if not file.is_file():  # also not a link to a device
                return None
            texts[path] = file.read_bytes()
        return texts[path]

    new: dict[str, bytes] = {}
    versions = {each.name: Version(each.next) for each in plan.released if each.next is not None}
    for name, version in versions.items():
        package = context.repository.workspace.package(name)
        if package is not None:
            _write_version(package, version, read, new)
            _write_requirements(package, versions, read, new)
    changed = [Write(path=path, old=texts[path], new=data) for path, data in sorted(new.items()) if data != texts[path]]
    lock = read(_LOCK) if changed else None
    return [*changed, *([Write(path=_LOCK, old=lock, new=None)] if lock is not None else [])]


def _write_version(package: Package, version: Version, read: Reader, new: dict[str, bytes]) -> None:
    def read_text(path: str) -> str | None:
        data = new.get(path) or read(path)
        return _decoded(path, data).text if data is not None else None

    sources, wrong = sources_of(package, read_text)
    if wrong is not None:
        raise _CannotWriteError(f"{package.name}: {wrong}")
    for source in sources:
        decoded = _decoded(source.path, new.get(source.path) or read(source.path) or b"")
        content = f"{decoded.text[: source.start]}{version}{decoded.text[source.end :]}"
        new[source.path] = decoded.encode(content)
    way = _place_of_version(package)
    if way is not None:
        _edit(package, [TomlEdit(path=package.pyproject_path, at=way, action="set", value=str(version))], read, new)


def _decoded(path: str, data: bytes) -> DecodedText:
    try:
        return decode_python(data) if path.endswith(".py") else decode_text(data)
    except (UnicodeDecodeError, LookupError, SyntaxError) as error:
        raise _CannotWriteError(f"{path} cannot be read as text: {error}") from error


def _place_of_version(package: Package) -> tuple[str, ...] | None:
    if text(table(package.pyproject, "project").get("version")) is not None:
        return ("project", "version")
    if text(table(package.pyproject, "tool", "poetry").get("version")) is not None:
        return ("tool", "poetry", "version")
    return None


def _write_requirements(package: Package, versions: Mapping[str, Version], read: Reader, new: dict[str, bytes]) -> None:
    """Raise the bounds of what it requires of other members that are released."""
    project = table(package.pyproject, "project")
    lists: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        (("project", "dependencies"), strings(project.get("dependencies")))
    ]
    extras = table(project, "optional-dependencies")
    lists += [(("project", "optional-dependencies", extra), strings(lines)) for extra, lines in extras.items()]
    edits: list[TomlEdit] = []
    for way, lines in lists:
        for place, line in enumerate(lines):
            version = versions.get(requirement_name(line) or "")
            text_of_new = raised(line, version) if version is not None else None
            if text_of_new is not None:
                edits.append(TomlEdit(path=package.pyproject_path, at=(*way, place), action="set", value=text_of_new))
    if edits:
        _edit(package, edits, read, new)


def _edit(package: Package, edits: Sequence[TomlEdit], read: Reader, new: dict[str, bytes]) -> None:
    path = package.pyproject_path
    try:
        new[path] = edited_toml(new.get(path) or read(path) or b"", edits)
    except TomlEditError as error:
        raise _CannotWriteError(f"{path} cannot be changed: {error}") from error


CHANGELOG = "changelog"
"""The task's name."""

SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""The sections of an entry in their order (Keep a Changelog 1.1.0)."""

_OF_TYPES = {"feat": "Added", "fix": "Fixed", "security": "Security", "deprecate": "Deprecated", "remove": "Removed"}
_DEFINITION = re.compile(r"^\[(?P<label>[^\]]+)\]:\s*(?P<address>\S+)\s*$")
_AT_ONCE = 500  # commits that git is asked about in one call
_COMPARED = re.compile(r"(?P<base>.+/(?:-/)?compare/)(?P<old>.+?)(?P<dots>\.{2,3})(?P<new>.+)")


class ChangelogError(Exception):
    """Why an entry cannot be written."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What an entry is about: the version, the tag to come and the last one, and the day (`2026-11-27`).

    `needs` are the members that are released with it and that it requires, each with its version. `head` and `tail` are
    lines that stand before and behind what has changed.
    """

    version: Version
    tag: str
    last_tag: str | None
    date: str
    needs: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


def plan_changelog(context: Context, scope: Scope) -> list[Task]:
    """One task for all members. Raises NoxkitError for flags that mean nothing, and without git."""
    return plan_task(CHANGELOG, context, scope, write_entries)


def write_entries(context: Context, plan: Plan) -> Outcome:
    """Write the entry of each version that is planned."""
    evidence: dict[str, EvidenceValue] = {"packages": len(plan.released)}
    try:
        writes = _entry_writes(context, plan)
    except ChangelogError as error:
        hint = "write the entry by hand, or give the file the form of https://keepachangelog.com"
        return Outcome(name=CHANGELOG, status=Status.FAILED, reason=str(error), hint=hint, evidence=evidence)
    without = [member.name for member in plan.released if _file_of(context, member, plan) is None]
    evidence["without_changelog"] = list(without)
    if without:
        context.outbox.append(f"no changelog beside its pyproject.toml: {', '.join(without)}\n")
    if plan.released and len(without) == len(plan.released):
        reason, hint = "nothing that is released has a changelog", "write a CHANGELOG.md beside its pyproject.toml"
        return Outcome(name=CHANGELOG, status=Status.INCONCLUSIVE, reason=reason, hint=hint, evidence=evidence)
    if not writes:
        said = "already done: every version has its entry" if plan.released else "nothing to release"
        context.outbox.append(f"{said}\n")
    return write_or_tell(Outcome(name=CHANGELOG, status=Status.PASSED, evidence=evidence), context, writes)


def _entry_writes(context: Context, plan: Plan) -> list[Write]:
    """What each changelog is to hold; one of the root has what all members of its version have done."""
    shared: dict[str, list[Member]] = {}
    for member in plan.released:
        path = _file_of(context, member, plan)
        if path is not None:
            shared.setdefault(path, []).append(member)
    versions = {each.name: each.next for each in plan.released}
    writes: list[Write] = []
    for path, members in sorted(shared.items()):
        old = (context.root / path).read_bytes()
        try:
            decoded = decode_text(old)
        except UnicodeDecodeError as error:
            raise ChangelogError(f"{path} is not UTF-8: {error.reason}") from error
        needed = {name for member in members for name in member.needs} - {member.name for member in members}
        commits = {each.id: each for member in members for each in member.commits}
        wanted = context.config.options.release
        release = Release(
            head=tuple(_impact(list(commits.values()))) if wanted.impact else (),
            tail=tuple(_contributors(context, list(commits))) if wanted.contributors else (),
            version=Version(str(members[0].next)),
            tag=str(members[0].tag),
            last_tag=members[0].last_tag,
            date=_date(context),
            needs=tuple(f"{name} {versions[name]}" for name in sorted(needed) if name in versions),
        )
        new = decoded.encode(with_entry(decoded.text, release, list(commits.values()), path=path))
        told = [each.id for each in commits.values() if (context.root / each.id).is_file()]  # fragments
        if new != old:
            writes.append(Write(path=path, old=old, new=new))
            writes += [Write(path=each, old=(context.root / each).read_bytes(), new=None, gone=True) for each in told]
    return writes


def _impact(commits: Sequence[Counted]) -> list[str]:
    """A table of how many changes there are of each kind."""
    words = {Level.MAJOR: "breaking", Level.MINOR: "feature", Level.PATCH: "fix"}
    kinds = [Level.MAJOR if each.breaking else each.level for each in commits]
    rows = [f"| {word} | {kinds.count(level)} |" for level, word in words.items() if level in kinds]
    return ["| impact | changes |", "| --- | --- |", *rows] if rows else []


def _contributors(context: Context, ids: Sequence[str]) -> list[str]:
    """A line with those who have written the commits, also together; programs are none."""
    git = context.repository.git
    form = "--format=%aN%n%(trailers:key=Co-authored-by,valueonly,unfold)"
    names: set[str] = set()
    commits = [each for each in ids if "." not in each]  # fragments have paths
    for start in range(0, len(commits), _AT_ONCE):
        said = git(["log", "--no-walk", form, *commits[start : start + _AT_ONCE]]) if git is not None else None
        lines = (said or b"").decode("utf-8", "replace").splitlines()
        names |= {line.partition(" <")[0].strip() for line in lines if line.strip()}
    people = sorted(name for name in names if not name.endswith("[bot]"))
    return [f"Contributors: {', '.join(people)}"] if people else []


def _file_of(context: Context, member: Member, plan: Plan) -> str | None:
    """The changelog in the member's folder, else that of the root where all that is released has one version."""
    together = len({each.next for each in plan.released}) == 1
    files = context.repository.files
    found = changelogs_in(files, member.folder) or (changelogs_in(files, ".") if together else [])
    return next(iter(found), None)


def _date(context: Context) -> str:
    """The day of the last commit: the same history gives the same file."""
    git = context.repository.git
    said = git(["log", "-1", "--format=%cs"]) if git is not None else None
    return (said or b"").decode().strip()


def with_entry(content: str, release: Release, commits: Sequence[Counted], *, path: str) -> str:
    """A changelog with an entry for the release; as it is where it has one.

    What stands under Unreleased becomes the entry, with its sections in their order; where nothing does, the commits
    that count. Raises ChangelogError where the file has another form.
    """
    if not path.lower().endswith((".md", ".markdown")):
        raise ChangelogError(f"{path} is not Markdown")
    document = read_markdown(path, content.encode())
    newline = "\r\n" if "\r\n" in content else "\n"
    lines = content.splitlines()
    entries = [(heading.line - 1, heading.level, read_entry(heading.text)) for heading in document.headings]
    known = [(line, level, entry) for line, level, entry in entries if entry is not None]
    if any(entry.version == release.version for _, _, entry in known):
        return content
    waiting = next(((line, level, entry) for line, level, entry in known if entry.version is None), None)
    versions = [(line, level, entry) for line, level, entry in known if entry.version is not None]
    level = (waiting or next(iter(versions), (0, 2, None)))[1]
    start = waiting[0] if waiting else versions[0][0] if versions else _end(lines)
    end = next((line for line, other, _ in entries if waiting and line > start and other <= level), None)
    end = start if waiting is None else end if end is not None else _definitions(lines, start)
    body = _in_order(lines[start + 1 : end], level) if waiting else []
    body = body if any(line.strip() for line in body) else _of_commits(commits, release, level)
    heading = _heading(release, level, versions[0][2] if versions else waiting[2] if waiting else None)
    head = [f"{lines[start]}", ""] if waiting else []
    parts = [part for part in (list(release.head), _trimmed(body), list(release.tail)) if part]
    made = [*head, heading, "", *(line for part in parts for line in (*part, ""))]
    result = [*lines[:start], *made, *lines[end:]]
    result = _linked(result, release)
    return newline.join(result).rstrip() + newline


def _end(lines: Sequence[str]) -> int:
    return _definitions(lines, 0)


def _definitions(lines: Sequence[str], start: int) -> int:
    """The line at which the link definitions at the end begin."""
    end = len(lines)
    while end > start + 1 and (not lines[end - 1].strip() or _DEFINITION.match(lines[end - 1])):
        end -= 1
    return end


def _heading(release: Release, level: int, like: Entry | None) -> str:
    """The entry's heading, bracketed where those of others are."""
    name = f"[{release.version}]" if like is None or like.bracketed else str(release.version)
    name = f"v{name}" if like is not None and like.name.startswith("v") and not like.bracketed else name
    return f"{'#' * level} {name} - {release.date}"


def _in_order(lines: Sequence[str], level: int) -> list[str]:
    """The sections in their order, those of one name as one; as they are where there are others."""
    mark = "#" * (level + 1) + " "
    lead: list[str] = []
    sections: dict[str, list[str]] = {}
    here = lead
    fenced = False
    for line in lines:
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if line.startswith(mark) and not fenced:
            here = sections.setdefault(line.removeprefix(mark).strip(), [])
        else:
            here.append(line)
    if not set(sections) <= set(SECTIONS):
        return list(lines)
    ordered = [*_trimmed(lead)]
    for name in SECTIONS:
        if name in sections and _trimmed(sections[name]):
            ordered += [*([""] if ordered else []), f"{mark}{name}", "", *_trimmed(sections[name])]
    return ordered


def _of_commits(commits: Sequence[Counted], release: Release, level: int) -> list[str]:
    """Sections of what the commits say; breaking changes first, and marked."""
    sections: dict[str, list[str]] = {}
    if not commits:
        sections["Changed"] = [f"- Requires {each}" for each in release.needs] or ["- No changes of its own"]
    for each in commits:
        header = each.message.header
        kind = header.type.lower() if header is not None else ""
        said = header.description if header is not None else each.message.subject
        scope = f"**{header.scope}:** " if header is not None and header.scope else ""
        section = _OF_TYPES.get(kind, "Added" if each.level is Level.MINOR else "Changed")
        section = "Changed" if each.breaking and section != "Removed" else section
        line = f"- {'**Breaking:** ' if each.breaking else ''}{scope}{said[:1].upper()}{said[1:]}"
        said_more = [footer.value.split("\n")[0] for footer in each.message.footers if footer.breaking]
        sections.setdefault(section, []).append(line + "".join(f" ({more})" for more in said_more))
    lines: list[str] = []
    for name in SECTIONS:
        if name in sections:
            listed = sorted(sections[name], key=lambda line: not line.startswith("- **Breaking:**"))
            lines += [*([""] if lines else []), f"{'#' * (level + 1)} {name}", "", *listed]
    return lines


def _trimmed(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _linked(lines: list[str], release: Release) -> list[str]:
    """The link definitions with one for the release, where the file has such of comparisons."""
    for place, line in enumerate(lines):
        definition = _DEFINITION.match(line)
        compared = _COMPARED.fullmatch(definition["address"]) if definition is not None else None
        if definition is None or compared is None or definition["label"].lower() != "unreleased":
            continue
        base, dots = compared["base"], compared["dots"]
        mine = f"[{release.version}]: {base}{compared['old']}{dots}{release.tag}"
        return [
            *lines[:place],
            f"[{definition['label']}]: {base}{release.tag}{dots}{compared['new']}",
            mine,
            *lines[place + 1 :],
        ]
    return lines


def notes_of(content: str, version: Version, *, path: str) -> str | None:
    """What the entry of exactly this version says, without its heading; None where there is no such entry."""
    document = read_markdown(path, content.encode())
    lines = content.splitlines()
    headings = [(heading.line - 1, heading.level, read_entry(heading.text)) for heading in document.headings]
    for place, (line, level, entry) in enumerate(headings):
        if entry is not None and entry.version == version:
            end = next(
                (other for other, depth, _ in headings[place + 1 :] if depth <= level), _definitions(lines, line)
            )
            return "\n".join(_trimmed(lines[line + 1 : end])) + "\n"
    return None
