# SPDX-License-Identifier: Apache-2.0
"""`publish`: uploads the files that a release check has passed, each package behind those that it needs.

What is there already is not sent again, and the index has the last word on what is there: a run that was interrupted
anywhere is taken up by the next one. No code of the project is run.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import FileRecord, Outcome, Status
from noxkit.engine._contents import project_of
from noxkit.engine._execute import pin_of_distribution
from noxkit.engine._indexes import publishing_address, publishing_arguments, publishing_place
from noxkit.engine._last import last_runs
from noxkit.engine._scope import published
from noxkit.engine._select import supported_pythons
from noxkit.engine._task import Task, label_of
from noxkit.environments.uv import InstallFailedError, explain_failure, knows_no_version, last_words
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.release._plan import members_needed, ordered
from noxkit.release._session import Journal, nothing_published, state_folder
from noxkit.report._reading import read_report
from noxkit.report._verdict import number
from noxkit.tasks.locks import LockError, file_lock
from noxkit.workspace.git import tree_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import EvidenceValue, Readiness, Report
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.tasks.process import Completed
    from noxkit.workspace.model import Package

__all__ = [
    "PUBLISH",
    "CheckedRelease",
    "NoAnswerError",
    "checked_release",
    "listed_files",
    "passed_report",
    "plan_publish",
    "send",
]

_PATIENCE = 60.0  # seconds, for one file
_CHUNK = 1 << 20


class NoAnswerError(Exception):
    """Raised where the index does not say what it has."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file that the index lists: where it lies, and its SHA-256 as the index says it, None where it says none."""

    url: str
    sha256: str | None


class _File(msgspec.Struct):
    url: str = ""
    hashes: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class _Package(msgspec.Struct):
    sdist: _File | None = None
    wheels: list[_File] = msgspec.field(default_factory=list[_File])


class _Pylock(msgspec.Struct):
    packages: list[_Package] = msgspec.field(default_factory=list[_Package])


def listed_files(context: Context, name: str, version: str, *, python: str, task: str) -> dict[str, Listed]:
    """The files of a version that the index to which the repository publishes lists, by their names; none of none.

    `python` is a minor that the version admits. Raises NoAnswerError.
    """
    with tempfile.TemporaryDirectory(prefix="noxkit-index-") as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text(f"{name}=={version}\n", encoding="utf-8")
        completed = context.uv.run(
            [
                *("pip", "compile", "--quiet", "--no-deps", "--no-sources", "--universal", "--format", "pylock.toml"),
                *("--python-version", python, "--refresh", *publishing_arguments(context), str(wanted)),
            ],
            task=task,
            environment={"UV_EXCLUDE_NEWER": None, "UV_OFFLINE": None},
            cwd=Path(folder),
        )
    if knows_no_version(completed):
        return {}
    if completed.returncode != 0:
        raise NoAnswerError(last_words(completed)[:300])
    try:
        packages = msgspec.toml.decode(completed.stdout, type=_Pylock).packages
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoAnswerError(f"what uv says of it cannot be read: {error}") from error
    files = [file for each in packages for file in (*([each.sdist] if each.sdist else []), *each.wheels) if file.url]
    return {_name_in(file.url): Listed(url=file.url, sha256=file.hashes.get("sha256")) for file in files}


def _name_in(url: str) -> str:
    return urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])


def served_digest(url: str) -> str | None:
    """The SHA-256 of what is given out at `url`; None where only somebody with credentials may have it.

    Raises NoAnswerError.
    """
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 -- said by uv, of the index
            while chunk := answer.read(_CHUNK):
                digest.update(chunk)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {401, 403}:
            return None
        raise NoAnswerError(f"{url} answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise NoAnswerError(f"{url} cannot be had: {error}") from error
    return digest.hexdigest()


_IDENTITY = ("ACTIONS_ID_TOKEN_REQUEST_URL", "SIGSTORE_ID_TOKEN")
_SUFFIX = ".publish.attestation"


def _program(context: Context, distribution: str, *, task: str) -> Path:
    """A program of that name, in an environment of its own. Raises InstallFailedError."""
    pin = pin_of_distribution(context, distribution)
    return context.tool_environments.ensure(pin, task=task).programs / distribution


def attest(context: Context, files: Sequence[Path], *, task: str) -> Completed | str:
    """Put an attestation beside each file that has none; a sentence where nobody vouches for who this is.

    Raises InstallFailedError.
    """
    if not any(context.environ.get(name) for name in _IDENTITY):
        return "no attestations: CI gives no identity (`id-token: write`)"
    for file in files:  # of files that were built again since
        attestation = file.with_name(file.name + _SUFFIX)
        attestation.unlink(missing_ok=True)
    program = _program(context, "pypi-attestations", task=task)
    return context.runner.run(
        [str(program), "sign", *map(str, files)], task=task, timeout=context.config.options.timeout
    )


def send(context: Context, files: Sequence[Path], *, task: str) -> Completed:
    """Upload the files, and what is beside them. Raises InstallFailedError where twine cannot be had."""
    timeout = context.config.options.timeout
    if context.config.options.release.uploader == "uv":
        words = ["publish", *publishing_place(context), *map(str, files)]
        return context.uv.run(words, task=task, environment={"UV_OFFLINE": None}, timeout=timeout)
    environ = context.environ
    token = environ.get("UV_PUBLISH_TOKEN")
    given = {
        "TWINE_USERNAME": "__token__" if token else environ.get("UV_PUBLISH_USERNAME"),
        "TWINE_PASSWORD": token or environ.get("UV_PUBLISH_PASSWORD"),
        "TWINE_REPOSITORY_URL": publishing_address(context),
    }
    signed = all(file.with_name(file.name + _SUFFIX).is_file() for file in files)
    words = ["upload", "--non-interactive", "--disable-progress-bar", *(["--attestations"] if signed else [])]
    return context.runner.run(
        [str(_program(context, "twine", task=task)), *words, *map(str, files)],
        task=task,
        environment={name: value for name, value in given.items() if value},
        timeout=timeout,
    )


PUBLISH = "publish"
"""The task's name."""

_CHECK = "release_check"
_READ = "wheel_contents"
_ATTEMPTS = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds between two looks at the index
_PASSING = re.compile(
    r"status code (?:408|425|429|5\d\d)|HTTPError: (?:408|425|429|5\d\d)|error sending request|connection|timed out"
    r"|dns error",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRelease:
    """A package that may be published: its version, its files as they were checked, and without which tasks."""

    package: Package
    version: str
    files: tuple[FileRecord, ...]
    without: tuple[str, ...]


class _FinalError(Exception):
    """Why a package is not published, and what to do; it is not tried again."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


def plan_publish(context: Context, scope: Scope) -> list[Task]:
    """One task a published package, behind those that it needs.

    Raises NoxkitError where no release check has passed on this very tree, or its files are not those any more.
    """
    _check_credentials(context)
    packages = published(context, scope)
    if not packages:
        return nothing_published(PUBLISH)
    everyone = published(context, dataclasses.replace(scope, packages=None))
    needs = members_needed(everyone)
    _, cycles = ordered(needs)
    if cycles:
        raise _refused(next(iter(cycles.values())), "publish what is released of it by hand, and take the circle apart")
    report, source = passed_report(context)
    checked = {package.name: checked_release(context, package, report, source) for package in packages}
    return [
        Task(
            name=PUBLISH,
            package=package.name,
            action=functools.partial(_publish, context, checked[package.name]),
            why=f"passed by {source}",
            after=tuple(label_of(PUBLISH, package=name) for name in needs[package.name] if name in checked),
            write=False,
            cost=1.0,
        )
        for package in packages
    ]


def _check_credentials(context: Context) -> None:
    """Raise NoxkitError for a token that was stored with a line end, which no index takes."""
    for name in ("UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_USERNAME"):
        if re.search(r"[\r\n\0]", context.environ.get(name, "")):
            message = f"{name} has the end of a line in it"
            hint = "store it again without: `printf %s TOKEN`, and no `echo`"
            raise NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint))


def _refused(message: str, hint: str) -> NoxkitError:
    return NoxkitError(ErrorRecord(code="NK-PUBLISH-UNCHECKED", message=message, hint=hint))


def passed_report(context: Context) -> tuple[Report, str]:
    """The report of the release check that counts, and what it is called: the one that is named, else the last one's.

    Raises NoxkitError where there is none, or it is of another tree.
    """
    hint = f"run `nox -s {_CHECK}`, and publish what it has passed; under CI give its report, `--checked FILE`"
    named = context.config.run.checked
    file = context.root / named if named is not None else last_runs(context.root).get(_CHECK)
    if file is None:
        raise _refused(f"no {_CHECK} has run here", hint)
    try:
        report = read_report(file.read_bytes(), path=named)
    except OSError as error:
        raise _refused(f"{file} cannot be read: {error.strerror or error}", hint) from error
    source = named or f"the last {_CHECK}"
    if report.session != _CHECK:
        raise _refused(f"{source} is a report of `{report.session}`, not of `{_CHECK}`", hint)
    git = context.repository.git
    here = tree_id(git) if git is not None else None
    if here is None:
        raise _refused("the tree has changes that are not committed", "commit them, and check what is committed")
    if report.tree != here:
        raise _refused(f"{source} has looked at another tree ({(report.tree or 'none')[:10]}, not {here[:10]})", hint)
    return report, source


def checked_release(context: Context, package: Package, report: Report, source: str) -> CheckedRelease:
    """What the report says of a package. Raises NoxkitError where it is not ready, or its files are others now."""
    verdict: Readiness | None = next((each for each in report.releases if each.package == package.name), None)
    hint = f"run `nox -s {_CHECK}` until its last line says that it is ready"
    if verdict is None or not verdict.ready or verdict.version is None:
        why = "; ".join(verdict.blocking) if verdict is not None else "it is not in the report"
        raise _refused(f"{package.name} is not ready by {source}: {why}", hint)
    files = tuple(file for file in report.files if project_of(file.name.rpartition("/")[2]) == package.name)
    if not files:
        raise _refused(f"{source} has no file of {package.name}", hint)
    if not any(task.name == _READ and task.status in {Status.PASSED, Status.FAILED} for task in report.tasks):
        raise _refused(f"{source} has not read its files: it ran without `{_READ}`", hint)
    for file in files:
        digest = _digest(context.root / file.name)
        if digest != file.sha256:
            what = "is not there" if digest is None else "is not the one that was checked"
            raise _refused(f"{file.name} {what}", hint)
    return CheckedRelease(package=package, version=verdict.version, files=files, without=verdict.left_out)


def _digest(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def _publish(context: Context, checked: CheckedRelease, _call: ToolCall, needs: Mapping[str, object]) -> Outcome:
    outcome = Outcome(name=PUBLISH, status=Status.PASSED, files=checked.files)
    waiting = [
        need.package for need in needs.values() if isinstance(need, Outcome) and need.status is not Status.PASSED
    ]
    if waiting:
        reason = f"it needs {', '.join(map(str, waiting))}, which is not published"
        return _with(outcome, Status.INCONCLUSIVE, reason, "mend that, and run it again: it goes on where it was")
    folder = state_folder(context)
    try:
        with file_lock(folder / f"{checked.package.name}.lock", timeout=0.0, cancel=context.cancel):
            return _sent(context, checked, outcome, Journal(folder / "journal.jsonl"))
    except LockError as error:
        return _with(outcome, Status.FAILED, f"another run publishes it: {error}", "wait until that has ended")
    except _FinalError as error:
        return _with(outcome, Status.FAILED, str(error), error.hint)
    except NoAnswerError as error:
        hint = "run it again when the index answers: what is there is not sent twice"
        return _with(outcome, Status.INCONCLUSIVE, f"the index does not say what it has: {error}", hint)
    except InstallFailedError as error:
        return _with(outcome, Status.INCONCLUSIVE, error.reason, error.hint)
    except OSError as error:
        reason = f"the journal cannot be written: {error.strerror or error}"
        return _with(outcome, Status.FAILED, reason, "nothing more was sent; free disk space, or set XDG_STATE_HOME")


def _with(outcome: Outcome, status: Status, reason: str, hint: str) -> Outcome:
    return Outcome(name=outcome.name, status=status, reason=reason, hint=hint, files=outcome.files)


def _sent(context: Context, checked: CheckedRelease, outcome: Outcome, journal: Journal) -> Outcome:
    there = _listed(context, checked)
    missing = _missing(checked, there)
    evidence: dict[str, EvidenceValue] = {
        "version": checked.version,
        "sent": [file.name for file in missing],
        "there": [file.name for file in checked.files if file not in missing],
        "checked_without": list(checked.without),
    }
    if context.config.run.dry_run:
        lines = [f"would send {file.name} sha256:{file.sha256}" for file in missing] or [
            f"{checked.package.name} is there"
        ]
        context.outbox.append("\n".join([*lines, ""]))
        return Outcome(name=PUBLISH, status=Status.PASSED, evidence=evidence, files=checked.files)
    facts = {"package": checked.package.name, "version": checked.version}
    if missing:
        for file in missing:
            journal.add("sending", **facts, file=file.name, sha256=file.sha256)
        if context.config.options.release.attestations:
            _attest(context, missing)
        there = _upload(context, checked, missing)
    for file in checked.files:
        _compare(file, there[_name(file)])
    if missing:
        journal.add("published", **facts)
    context.outbox.append(_told(checked, missing))
    return Outcome(name=outcome.name, status=Status.PASSED, evidence=evidence, files=checked.files)


def _told(checked: CheckedRelease, sent: Sequence[FileRecord]) -> str:
    """What was done, in a line; and what nobody has checked."""
    what = (
        f"sent {number(len(sent), 'file')}, which the index has as checked" if sent else "is there already, as checked"
    )
    without = f" (checked without {', '.join(checked.without)})" if checked.without else ""
    return f"{checked.package.name} {checked.version}: {what}{without}\n"


def _listed(context: Context, checked: CheckedRelease) -> dict[str, Listed]:
    admitted = [python for python in supported_pythons(context) if checked.package.admits(python)]
    python = admitted[0] if admitted else "3.10"
    return listed_files(context, checked.package.name, checked.version, python=python, task=PUBLISH)


def _name(file: FileRecord) -> str:
    return file.name.rpartition("/")[2]


def _missing(checked: CheckedRelease, there: Mapping[str, Listed]) -> list[FileRecord]:
    """The files that are not on the index. Raises _FinalError where one of their names is, with other content."""
    for file in checked.files:
        listed = there.get(_name(file))
        if listed is not None and listed.sha256 not in {file.sha256, None}:
            raise _other(file, str(listed.sha256))
    return [file for file in checked.files if _name(file) not in there]


def _other(file: FileRecord, digest: str) -> _FinalError:
    return _FinalError(
        f"the index has another {_name(file)}: sha256 {digest[:16]}…, and {file.sha256[:16]}… was checked",
        "what is published is never replaced: find out who has published that, and release a higher version",
    )


def _compare(file: FileRecord, listed: Listed) -> None:
    """What the index gives out against what was checked. Raises _FinalError where it differs."""
    digest = served_digest(listed.url)
    if digest is not None and digest != file.sha256:
        raise _other(file, digest)


def _attest(context: Context, missing: Sequence[FileRecord]) -> None:
    """Sign what is sent. Raises _FinalError where that fails: what is sent without is so for ever."""
    signed = attest(context, [context.root / file.name for file in missing], task=PUBLISH)
    if isinstance(signed, str):
        context.outbox.append(f"{signed}\n")
    elif signed.returncode != 0:
        raise _FinalError(f"no attestations: {last_words(signed)[:300]}", "run it again, or without `attestations`")


def _upload(context: Context, checked: CheckedRelease, missing: Sequence[FileRecord]) -> dict[str, Listed]:
    """Send the files, and what the index lists once it has all of them.

    Raises _FinalError, and NoAnswerError where it does not list them.
    """
    left, attempt = list(missing), 1
    while True:
        completed = send(context, [context.root / file.name for file in left], task=PUBLISH)
        if completed.returncode == 0:
            return _wait(context, checked, patience=context.config.options.release.index_timeout)
        there = _listed(context, checked)
        left = _missing(checked, there)  # the answer may have been lost, and not the file
        if not left:
            return there
        said = (completed.stdout + completed.stderr).decode("utf-8", "replace")
        passes = _PASSING.search(said) and not completed.cancelled
        if attempt == _ATTEMPTS or not passes:
            by_uv = context.config.options.release.uploader == "uv"
            why = explain_failure(completed).reason if by_uv else _twine_says(completed)
            raise _FinalError(why, "mend that, and run it again: what is there is not sent twice")
        context.cancel.wait(_FIRST_PAUSE * 2**attempt)
        attempt += 1


def _twine_says(completed: Completed) -> str:
    """Its last lines, which it prints on both streams."""
    text = (completed.stdout + completed.stderr).decode("utf-8", "replace")
    return " ".join([line.strip() for line in text.splitlines() if line.strip()][-2:])[:300]


def _wait(context: Context, checked: CheckedRelease, *, patience: float) -> dict[str, Listed]:
    """What the index lists once that is every file; it may take a while. Raises NoAnswerError."""
    pause, waited = _FIRST_PAUSE, 0.0
    while left := _missing(checked, there := _listed(context, checked)):
        if waited >= patience or context.cancel.requested:
            raise NoAnswerError(f"{_name(left[0])} was sent, and is not listed after {waited:.0f} s")
        context.cancel.wait(pause)
        waited += pause
        pause = min(pause * 2, _LONGEST_PAUSE)
    return there
