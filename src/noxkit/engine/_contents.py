# SPDX-License-Identifier: Apache-2.0
"""Built files in a run: which are verified, by which rules, in worker processes; nothing of them is run."""

from __future__ import annotations

import dataclasses
import functools
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion

from noxkit.diagnostics.events import Progress
from noxkit.diagnostics.model import EvidenceValue, FileRecord, Outcome, Status
from noxkit.diagnostics.origins import is_built
from noxkit.engine import _contents_worker
from noxkit.engine._contents_worker import Answer, FileAnswer, Given, Order
from noxkit.engine._files import crashed
from noxkit.engine._rules import signed
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.rules import load_families
from noxkit.rules._artifacts import Policy
from noxkit.rules._base import Scope
from noxkit.workspace.pythons import SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope as RunScope
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.model import Package

__all__ = [
    "CONTENTS",
    "built_files",
    "built_paths",
    "built_version",
    "files_of_package",
    "plan_contents",
    "project_of",
]

CONTENTS = "wheel_contents"
"""The name of the task."""

ARTIFACT_SCOPES = frozenset({Scope.ARCHIVE, Scope.WHEEL, Scope.SDIST, Scope.RELEASE})
_DECODER = msgspec.json.Decoder(Answer)
_BUILD = "nox -s build"


def plan_contents(context: Context, scope: RunScope, *, after: Sequence[Task] = ()) -> list[Task]:
    """The task that verifies built files: those that are named, else those of `dist/`, else what `after` builds."""
    named = tuple(context.config.run.files)
    not_due = "in `skip` of [tool.noxkit]" if CONTENTS in context.config.options.skip else None
    if not named and scope.nothing:
        not_due = not_due or scope.fact
    if after and all(task.not_due is not None for task in after):
        not_due = not_due or after[0].not_due
    _named(context, named)  # what is not there ends the run before any work
    return [
        Task(
            name=CONTENTS,
            action=functools.partial(_verify, context, scope),
            why="the files that were named" if named else "what was built" if after else f"{context.output.name}/",
            not_due=not_due,
            after=tuple(task.label for task in after),
            cost=3.0,
        )
    ]


def _named(context: Context, names: Iterable[str]) -> tuple[Path, ...]:
    """The files that are named, and those in the folders that are named. Raises NoxkitError for what is not there."""
    found: dict[Path, None] = {}
    for name in names:
        place = context.root / name
        if place.is_dir():
            try:
                found.update(dict.fromkeys(path for path in sorted(place.rglob("*")) if is_built(path.name)))
            except OSError as error:
                raise _refused(name, f"cannot be read: {error.strerror}", "make it readable") from None
        elif place.is_file():
            found[place] = None
        else:
            raise _refused(name, "does not exist", "name a wheel, an sdist, or a folder that holds some")
    return tuple(found)


def _refused(name: str, message: str, hint: str) -> NoxkitError:
    return NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=f"`{name}` {message}", hint=hint))


def built_files(needs: Mapping[str, object]) -> tuple[FileRecord, ...]:
    """The files that the tasks before have made."""
    outcomes = [need for need in needs.values() if isinstance(need, Outcome)]
    return tuple(file for outcome in outcomes for file in outcome.files)


def files_of_package(context: Context, package: Package) -> tuple[Path, ...]:
    """The files in `dist/` that are of a package, in the version that its manifest states where it does."""
    folder = context.output
    found = sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
    mine = [file for file in found if project_of(file.name) == package.name and _version(file.name) is not None]
    return tuple(file for file in mine if package.version in {None, _version(file.name)})


def built_paths(context: Context, scope: RunScope, needs: Mapping[str, object]) -> tuple[str, ...]:
    """The files that a task is about, as they are shown: named ones, else those built before it, else of `dist/`."""
    return tuple(_shown(context, file) for file in _files(context, scope, needs))


def _files(context: Context, scope: RunScope, needs: Mapping[str, object]) -> tuple[Path, ...]:
    if context.config.run.files:
        return _named(context, context.config.run.files)
    made = tuple(context.root / file.name for file in built_files(needs))
    return made or tuple(_in_output(context, scope, needs))


def _verify(context: Context, scope: RunScope, _call: ToolCall, needs: Mapping[str, object]) -> Outcome:
    files = _files(context, scope, needs)
    if not files:
        return _nothing(context, needs)
    made = () if context.config.run.files else built_files(needs)
    orders = _orders(context, files, compare=not context.config.run.files)
    with ThreadPoolExecutor(len(orders)) as pool:
        answers = list(pool.map(functools.partial(_one, context), orders))
    trouble = next((answer for answer in answers if isinstance(answer, Outcome)), None)
    if trouble is not None:
        return trouble
    return _concluded(context, [answer for answer in answers if isinstance(answer, Answer)], made)


def _in_output(context: Context, scope: RunScope, needs: Mapping[str, object]) -> Iterator[Path]:
    """The files of `dist/`, those of the members that the run is about."""
    if needs or not context.output.is_dir():
        return
    names = {package.name for package in scope.packages} if scope.packages is not None else None
    for path in sorted(context.output.iterdir()):
        if path.is_file() and is_built(path.name) and (names is None or project_of(path.name) in names):
            yield path


def _nothing(context: Context, needs: Mapping[str, object]) -> Outcome:
    """Nothing there is never a pass."""
    if context.config.run.files:
        reason = f"0 wheels and sdists in {', '.join(context.config.run.files)}"
        hint = "name a wheel, an sdist, or a folder that holds some"
    elif needs:
        reason, hint = "nothing was built", "mend what the builds report"
    else:
        reason = f"0 wheels and sdists in {context.output.name}/"
        hint = f"build them with `{_BUILD}`, or name files or folders: `nox -s wheel_contents -- PATH`"
    return Outcome(name=CONTENTS, status=Status.INCONCLUSIVE, reason=reason, hint=hint)


def project_of(name: str) -> str:
    """The project that a file claims to be of, normalised; its own name where it has not the form of one."""
    try:
        return parse_wheel_filename(name)[0] if name.endswith(".whl") else parse_sdist_filename(name)[0]
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return name


def _version(name: str) -> str | None:
    try:
        return str(parse_wheel_filename(name)[1] if name.endswith(".whl") else parse_sdist_filename(name)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def built_version(needs: Mapping[str, object]) -> str | None:
    """The version of the first file that the tasks before have made."""
    versions = (_version(file.name.rpartition("/")[2]) for file in built_files(needs))
    return next((version for version in versions if version is not None), None)


def _orders(context: Context, files: Sequence[Path], *, compare: bool) -> list[Order]:
    """Deal the files out to as many workers as there are cores, those of one project together, the largest first."""
    groups: dict[str, list[Given]] = {}
    for file in files:
        given = _given(context, file, compare=compare)
        groups.setdefault(given.project, []).append(given)
    weights = {name: sum(_size(given.file) for given in group) for name, group in groups.items()}
    workers = min(context.cores, len(groups))
    shares: list[list[Given]] = [[] for _ in range(workers)]
    loads = [0] * workers
    for name in sorted(groups, key=lambda name: -weights[name]):
        least = loads.index(min(loads))
        shares[least] += groups[name]
        loads[least] += weights[name] + 1
    base = _order(context)
    return [msgspec.structs.replace(base, files=tuple(share)) for share in shares]


def _shown(context: Context, file: Path) -> str:
    return file.relative_to(context.root).as_posix() if file.is_relative_to(context.root) else str(file)


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def _given(context: Context, file: Path, *, compare: bool) -> Given:
    """The file with the package of the tree of which it is: one that was named by its version, too."""
    project = project_of(file.name)
    package = context.repository.workspace.package(project)
    same = package is not None and (compare or package.version in {None, _version(file.name)})
    shown = _shown(context, file)
    return Given(file=str(file), shown=shown, project=project, package=package.name if package and same else None)


def _order(context: Context) -> Order:
    options = context.config.options
    rules = [rule for family in load_families().values() for rule in family.values() if rule.scope in ARTIFACT_SCOPES]
    only = frozenset(context.config.run.rule)
    codes = {rule.info.code for rule in rules if not only or only & {rule.info.code, rule.info.family}}
    return Order(
        codes=tuple(sorted(codes)),
        settings=options.rules,
        policies=_policies(context),
        interpreters={minor: str(path) for minor, path in _interpreters(context).items()},
        root=str(context.root),
    )


def _interpreters(context: Context) -> dict[str, Path]:
    """The interpreters of this machine that are asked about modules, by their minors; noxkit's own is always one."""
    found = {minor: path for minor in SUPPORTED if (path := context.interpreter(minor)) is not None}
    return {f"{sys.version_info.major}.{sys.version_info.minor}": Path(sys.executable), **found}


def _policies(context: Context) -> dict[str, Policy]:
    """What the kinds ask of the files of each package; the namespaces are those of all kinds."""
    options = context.config.options
    shared = tuple(dict.fromkeys(name for kind in options.kinds for name in kind.namespace))
    plain = Policy(size_limit=options.artifacts.size_limit)
    policies = {"": plain}
    for package in context.repository.workspace.packages:
        kind = next((kind for kind in options.kinds if kind.name == package.kind), None)
        if kind is not None:
            policies[package.name] = dataclasses.replace(
                plain,
                namespace=kind.namespace or shared,
                required_fields=kind.required_fields,
                required_classifiers=kind.required_classifiers,
                typed=kind.typed,
            )
    return policies


def _one(context: Context, order: Order) -> Answer | Outcome:
    files = "1 file" if len(order.files) == 1 else f"{len(order.files)} files"
    context.fanout(Progress(task=CONTENTS, message=f"reading {files}"))
    with tempfile.TemporaryDirectory(prefix="noxkit-contents-") as folder:
        told, answer = Path(folder) / "order.json", Path(folder) / "answer.json"
        told.write_bytes(msgspec.json.encode(order))
        completed = context.runner.run(
            [sys.executable, _contents_worker.__file__, str(told), str(answer)],
            task=CONTENTS,
            environment={**context.without_credentials, "PYTHONDONTWRITEBYTECODE": None, "PYTHONSAFEPATH": None},
            timeout=context.config.options.timeout,
            nice=context.shares[CONTENTS].nice if CONTENTS in context.shares else 0,
        )
        if completed.cancelled or completed.timed_out:
            reason = "interrupted" if completed.cancelled else f"no end after {completed.seconds:.0f} s"
            hint = "run the session again" if completed.cancelled else "raise `timeout` in [tool.noxkit]"
            return Outcome(name=CONTENTS, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
        try:
            return _DECODER.decode(answer.read_bytes())
        except (OSError, msgspec.DecodeError):
            said = completed.stderr.decode("utf-8", "replace").strip().splitlines()
            reason = f"the worker ended with exit code {completed.returncode}: {said[-1][:300] if said else 'silently'}"
            evidence: dict[str, EvidenceValue] = {"output": said[-20:]}
            hint = "this is a fault of noxkit's own: report it with the file"
            return Outcome(name=CONTENTS, status=Status.CRASHED, reason=reason, hint=hint, evidence=evidence)


def _concluded(context: Context, answers: Sequence[Answer], made: Sequence[FileRecord]) -> Outcome:
    files = sorted((file for answer in answers for file in answer.files), key=lambda file: file.shown)
    findings = [finding for answer in answers for finding in answer.findings]
    findings += [finding for file in files for finding in file.findings]
    records = tuple(FileRecord(name=file.shown, sha256=file.sha256) for file in files if file.sha256)
    evidence: dict[str, EvidenceValue] = {
        "files": len(records),
        "members": sum(file.members for file in files),
        "bytes": sum(file.size for file in files),
    }
    pythons = {python for file in files for python in file.pythons}
    if pythons:
        evidence["compiled_by"] = ", ".join(python for python in SUPPORTED if python in pythons)
    outcome = Outcome(name=CONTENTS, status=Status.PASSED, evidence=evidence, files=records)
    outcome = _doubted(outcome, files, made)
    crash = "\n".join([*(answer.crash or "" for answer in answers), *(file.crash or "" for file in files)]).strip()
    return signed(context, crashed(outcome, crash or None), findings)


def _doubted(outcome: Outcome, files: Sequence[FileAnswer], made: Sequence[FileRecord]) -> Outcome:
    """The outcome as inconclusive where not all of the files that were to be read have been, whole and as they were."""
    built = {file.name: file.sha256 for file in made}
    changed = [file.shown for file in files if file.sha256 and built.get(file.shown, file.sha256) != file.sha256]
    unread = [f"{file.shown} {file.unread}" for file in files if file.unread]
    unkept = [f"{file.shown}: {file.unkept >> 20} MiB of text are too many to look at" for file in files if file.unkept]
    doubts = [*unread, *unkept, *(f"{name} has changed since it was built" for name in changed)]
    if not doubts:
        return outcome
    reason = "; ".join(doubts[:3]) + (f"; and {len(doubts) - 3} more" if len(doubts) > 3 else "")
    hint = "make the files readable, leave them alone while the session runs, and look at large ones by hand"
    evidence = {**outcome.evidence, "unread": doubts}
    return msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=reason, hint=hint, evidence=evidence)
