# SPDX-License-Identifier: Apache-2.0
"""`bump`: writes the next versions into manifests, modules and requirements, and locks; all of it or nothing."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeAlias

from packaging.version import Version

from noxkit.diagnostics.decoding import decode_python, decode_text
from noxkit.diagnostics.fixes import TomlEdit
from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._toml_edits import TomlEditError, edited_toml
from noxkit.environments.uv import explain_failure, got_no_answer
from noxkit.release._plan_text import as_table
from noxkit.release._session import plan_task
from noxkit.release._sources import raised, sources_of
from noxkit.release._together import Write, write_or_tell
from noxkit.workspace._tables import requirement_name, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.diagnostics.decoding import DecodedText
    from noxkit.diagnostics.model import EvidenceValue
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task
    from noxkit.release._plan import Plan
    from noxkit.workspace.model import Package

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
        writes = _writes(context, plan)
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


def _writes(context: Context, plan: Plan) -> list[Write]:
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
