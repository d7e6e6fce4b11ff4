# SPDX-License-Identifier: Apache-2.0
"""The tasks of `commits`: messages of a range or of a file, and the description of what is to be merged."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Severity, Status
from noxkit.engine._rules import signed
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.rules._facts import Settings
from noxkit.rules.history import Commit, Description, Options, commit_format, pull_request
from noxkit.workspace import git as git_module
from noxkit.workspace.lock_changes import changes_between, parse_lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.git import GitRunner
    from noxkit.workspace.lock_changes import Change

__all__ = ["COMMITS", "PULL_REQUEST", "plan_commits"]

COMMITS, PULL_REQUEST = "commits", "pull_request"
"""The names of the two tasks."""

_SCISSORS = " ------------------------ >8 ------------------------"
_LOG = ("log", "-z", "--no-color", "--no-show-signature", "--no-notes", "--encoding=UTF-8", "--format=%H%x1f%P%x1f%B")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """The commits of `start` up to `end`, both as full ids, and how the range is called."""

    start: str
    end: str
    name: str


def plan_commits(context: Context, scope: Scope) -> list[Task]:
    """The messages that are new, or the one of `--message-file`; and the description, where one is configured.

    Raises NoxkitError for a file that cannot be read: a hook must not pass for that.
    """
    del scope  # what has been said of a change is judged whole
    options = Settings(context.config.options.rules).of(Options)
    run = context.config.run
    for flag, name in (("--message-file", run.message_file), ("--description-file", run.description_file)):
        if name:
            _read(context, name, flag=flag)
    spread = None if run.message_file else _range(context)
    not_due = None
    if isinstance(spread, git_module.NotDue):
        not_due = spread.reason
    elif isinstance(spread, _Range) and spread.start == spread.end:
        not_due = f"0 commits in {spread.name}"
    action = functools.partial(_messages, context, options, spread)
    return [
        _task(context, COMMITS, action, not_due=not_due),
        _plan_description(context, options, spread),
    ]


def _task(context: Context, name: str, action: object, *, not_due: str | None) -> Task:
    skipped = "in `skip` of [tool.noxkit]" if name in context.config.options.skip else None
    return Task(name=name, action=cast("functools.partial[Outcome]", action), not_due=skipped or not_due, cost=0.1)


def _range(context: Context) -> _Range | git_module.Unresolved | git_module.NotDue:
    """What `--range` names, else what is new since `--since`, else since the default branch was left."""
    git, asked = context.repository.git, context.config.run.range
    if git is None or context.repository.git_root is None:
        if asked is None:
            return git_module.NotDue(reason="the root is in no git work tree")
        hint = "run it in a git clone, or give `--message-file FILE`"
        return git_module.Unresolved(revision=asked, reason="the root is in no git work tree", hint=hint)
    if asked is not None:
        start, dots, end = asked.partition("..")
        found = _ends(git, start or "HEAD", (end.lstrip(".") or "HEAD") if dots else "HEAD", name=asked)
    else:
        since = context.config.run.since
        base = git_module.merge_base(git, since) if since else git_module.default_base(git, context.environ)
        if not isinstance(base, git_module.Base):
            return base
        found = _ends(git, base.commit, "HEAD", name=f"{base.revision.removeprefix('refs/remotes/')}..HEAD")
    if isinstance(found, _Range) and git_module.is_shallow(git):
        hint = "run `git fetch --unshallow`; in CI set `fetch-depth: 0` (actions/checkout) or `GIT_DEPTH: 0` (GitLab)"
        return git_module.Unresolved(
            revision=found.name, reason="the history is cut off in this shallow clone", hint=hint
        )
    return found


def _ends(git: GitRunner, start: str, end: str, *, name: str) -> _Range | git_module.Unresolved:
    source = "--range"
    first, last = git_module.resolve(git, start, source=source), git_module.resolve(git, end, source=source)
    if isinstance(first, git_module.Unresolved):
        return first
    if isinstance(last, git_module.Unresolved):
        return last
    return _Range(start=first.commit, end=last.commit, name=name)


def _messages(
    context: Context,
    options: Options,
    spread: _Range | git_module.Unresolved | git_module.NotDue | None,
    _call: ToolCall,
    _needs: Mapping[str, object],
) -> Outcome:
    name = context.config.run.message_file
    if name:
        return _message_file(context, name, options)
    if isinstance(spread, _Range):
        return _commits(context, spread, options)
    if isinstance(spread, git_module.Unresolved):
        return _inconclusive(COMMITS, spread.reason, spread.hint)
    return Outcome(name=COMMITS, status=Status.SKIPPED, reason=spread.reason if spread else None)


def _commits(context: Context, spread: _Range, options: Options) -> Outcome:
    git = context.repository.git
    below = [] if context.repository.git_root == context.root else ["."]
    output = git([*_LOG, f"{spread.start}..{spread.end}", "--", *below]) if git is not None else None
    if output is None:
        return _inconclusive(COMMITS, f"git cannot list {spread.name}", "run `git log` for it and mend what it reports")
    commits = [_parsed(entry, options) for entry in output.decode("utf-8", "replace").split("\0") if entry.strip()]
    judged = [commit for commit, merge in commits if not merge]
    evidence: dict[str, EvidenceValue] = {"range": spread.name, "commits": len(judged)}
    if len(judged) < len(commits):
        evidence["merges"] = len(commits) - len(judged)
    if not commits:
        hint = "give the range the other way round, or one with commits; `git log A..B` shows them"
        return _inconclusive(COMMITS, f"0 commits in {spread.name}", hint, evidence)
    findings = [finding for commit in judged for finding in commit_format(commit, task=COMMITS)]
    return _passed(context, COMMITS, evidence, findings)


def _parsed(entry: str, options: Options) -> tuple[Commit, bool]:
    """A commit, and whether it is a merge."""
    name, parents, text = (*entry.split("\x1f", 2), "", "")[:3]
    return Commit(commit=name.strip(), text=text, options=options), " " in parents.strip()


def _message_file(context: Context, name: str, options: Options) -> Outcome:
    text = _without_comments(_read(context, name, flag="--message-file"), _comment_sign(context))
    shown = _shown(context, name)
    findings = commit_format(Commit(text=text, options=options, path=shown), task=COMMITS)
    return _passed(context, COMMITS, {"message_file": name, "commits": 1}, findings)


def _read(context: Context, name: str, *, flag: str) -> str:
    """The text of a file that a flag names. Raises NoxkitError where it cannot be read."""
    try:
        return _file(context, name).read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        message = f"`{flag} {name}` cannot be read: {error.strerror or error}"
        hint = "give the path of a text file, relative to the root or absolute"
        raise NoxkitError(ErrorRecord(code="NK-FILE-UNREADABLE", message=message, hint=hint)) from error


def _file(context: Context, name: str) -> Path:
    """A file relative to the root; to the top of the work tree, where git runs its hooks, if it is only there."""
    top = context.repository.git_root
    here = context.root / name
    return top / name if top is not None and not here.exists() else here


def _shown(context: Context, name: str) -> str | None:
    file = _file(context, name).absolute()
    return file.relative_to(context.root).as_posix() if file.is_relative_to(context.root) else None


def _comment_sign(context: Context) -> str:
    git = context.repository.git
    for key in ("core.commentString", "core.commentChar"):
        said = git(["config", "--get", key]) if git is not None else None
        sign = (said or b"").decode("utf-8", "replace").strip("\n")
        if sign and sign != "auto":
            return sign
    return "#"


def _without_comments(text: str, sign: str) -> str:
    """What git will take of the text of an editor: without comments, and nothing below its scissors.

    Comments become empty lines at the end of a message and are left out elsewhere, as git does.
    """
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line == f"{sign}{_SCISSORS}":
            break
        if not line.startswith(sign):
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _plan_description(
    context: Context, options: Options, spread: _Range | git_module.Unresolved | git_module.NotDue | None
) -> Task:
    configured = bool(options.sections) or options.lock_table
    source = _source_of_description(context)
    not_due = None
    if not configured:
        not_due = "neither `sections` nor `lock-table` in [tool.noxkit.rules.history]"
    elif source is None:
        not_due = "no description: neither a pull request of CI nor `--description-file`"
    action = functools.partial(_description, context, options, spread)
    return _task(context, PULL_REQUEST, action, not_due=not_due)


def _source_of_description(context: Context) -> str | None:
    if context.config.run.description_file:
        return "--description-file"
    environ = context.environ
    if environ.get("GITHUB_EVENT_PATH") and environ.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return "GITHUB_EVENT_PATH"
    return "CI_MERGE_REQUEST_DESCRIPTION" if "CI_MERGE_REQUEST_DESCRIPTION" in environ else None


def _description(
    context: Context,
    options: Options,
    spread: _Range | git_module.Unresolved | git_module.NotDue | None,
    _call: ToolCall,
    _needs: Mapping[str, object],
) -> Outcome:
    source, name = _source_of_description(context), context.config.run.description_file
    text = _text_of_description(context)
    if text is None:
        hint = "give the whole description with `--description-file FILE`"
        return _inconclusive(PULL_REQUEST, f"{source} holds no whole description", hint)
    changes: Sequence[Change] | git_module.Unresolved = ()
    if options.lock_table:
        changes = _lock_changes(context, spread if spread is not None else _range(context))
    if isinstance(changes, git_module.Unresolved):
        return _inconclusive(PULL_REQUEST, changes.reason, changes.hint)
    path = _shown(context, name) if name else None
    description = Description(text=text, options=options, path=path, changes=changes)
    evidence: dict[str, EvidenceValue] = {"description": source, "sections": len(options.sections)}
    if options.lock_table:
        evidence["locked_changes"] = len(changes)
    return _passed(context, PULL_REQUEST, evidence, pull_request(description, task=PULL_REQUEST))


def _text_of_description(context: Context) -> str | None:
    """The description; None where its source does not hold all of it."""
    environ, name = context.environ, context.config.run.description_file
    if name:
        return _read(context, name, flag="--description-file")
    if _source_of_description(context) == "GITHUB_EVENT_PATH":
        return _body_of_event(Path(environ["GITHUB_EVENT_PATH"]))
    if environ.get("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED") == "true":
        return None
    return environ.get("CI_MERGE_REQUEST_DESCRIPTION", "")


def _body_of_event(file: Path) -> str | None:
    try:
        event = cast("object", json.loads(file.read_bytes()))
    except (OSError, ValueError):
        return None
    request = cast("dict[str, object]", event).get("pull_request") if isinstance(event, dict) else None
    if not isinstance(request, dict):
        return None
    body = cast("dict[str, object]", request).get("body")
    return body if isinstance(body, str) else ""


def _lock_changes(
    context: Context, spread: _Range | git_module.Unresolved | git_module.NotDue
) -> Sequence[Change] | git_module.Unresolved:
    """What the range does to uv.lock; nothing where there is no base to compare with."""
    git = context.repository.git
    if isinstance(spread, git_module.Unresolved):
        return spread
    if isinstance(spread, git_module.NotDue) or git is None:
        return ()
    old, new = (git(["show", f"{commit}:./uv.lock"]) or b"" for commit in (spread.start, spread.end))
    if old == new:
        return ()
    return changes_between(parse_lock(old, path="uv.lock"), parse_lock(new, path="uv.lock"))


def _inconclusive(name: str, reason: str, hint: str, evidence: dict[str, EvidenceValue] | None = None) -> Outcome:
    return Outcome(name=name, status=Status.INCONCLUSIVE, reason=reason, hint=hint, evidence=evidence or {})


def _passed(context: Context, name: str, evidence: dict[str, EvidenceValue], findings: Sequence[Finding]) -> Outcome:
    """The outcome; where the repository has a table of these rules, it has chosen them, and warnings count."""
    if "history" in context.config.options.rules:
        findings = [msgspec.structs.replace(finding, severity=Severity.ERROR) for finding in findings]
    return signed(context, Outcome(name=name, status=Status.PASSED, evidence=evidence), findings)
