# SPDX-License-Identifier: Apache-2.0
"""`release`: from the plan to the forge's release, step by step; interrupted anywhere, the next run goes on there.

Each step asks git, the check's report, the index or the forge what is done already, and does the rest.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from packaging.version import Version

from noxkit.diagnostics.events import RunFinished
from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._last import keep_last
from noxkit.engine._release import plan_release_check
from noxkit.engine._run import run
from noxkit.engine._scope import Scope, published
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.release._bump import write_entries, write_versions
from noxkit.release._files import plan_verify
from noxkit.release._forge import git_failed, git_says, make_releases, push, tag_all, tags_of
from noxkit.release._plan import Asked, Plan, make_plan, plan_of_tags
from noxkit.release._publish import checked_release, passed_report, plan_publish
from noxkit.release._session import (
    Journal,
    as_table,
    asked_of,
    nothing_published,
    put_back,
    read_again,
    refused,
    state_folder,
)
from noxkit.release._under_way import UnderWay, changes, head_of, keep, kept, plan_rollback, propose, tagged_here
from noxkit.release._versions import stated_version
from noxkit.report import formats
from noxkit.report._style import Style
from noxkit.report._verdict import last_line, number
from noxkit.tasks.events import Fanout
from noxkit.tasks.locks import LockError, file_lock
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.diagnostics.events import Event
    from noxkit.diagnostics.model import Report
    from noxkit.engine._context import Context
    from noxkit.engine._run import Planner
    from noxkit.engine._task import ToolCall
    from noxkit.release._publish import CheckedRelease

__all__ = ["STEPS", "plan_release"]

_Step: TypeAlias = "Callable[[_Release], Outcome]"
_CHECK = "release_check"


@dataclasses.dataclass(kw_only=True)
class _Release:
    """One run of `release`, handed from step to step.

    `stopped` says why those that are left are not done, `writes` whether files change under `--dry-run`.
    """

    context: Context
    asked: Asked
    plan: Plan = dataclasses.field(default_factory=lambda: Plan(head=None, members=(), blocked=()))
    state: UnderWay | None = None
    stopped: str | None = "`plan` has not been made"
    writes: bool = False
    held: contextlib.ExitStack = dataclasses.field(default_factory=contextlib.ExitStack)

    @property
    def dry(self) -> bool:
        return self.context.config.run.dry_run

    @property
    def versions(self) -> dict[str, str]:
        """What is released, by the names of the members, each behind those that it needs."""
        return {member.name: member.next for member in self.plan.released if member.next is not None}

    @property
    def is_tagged(self) -> bool:
        return self.state is not None and self.state.is_tagged

    def keep(self, **changes: str | bool) -> None:
        """Keep how far it is, in the state and in the journal."""
        if self.state is not None and not self.dry:
            self.state = msgspec.structs.replace(self.state, **changes)
            keep(self.context, self.state)

    def note(self, step: str, **facts: str) -> None:
        """A line in the journal."""
        if not self.dry:
            Journal(state_folder(self.context) / "journal.jsonl").add(step, **facts)

    def say(self, line: str) -> None:
        self.context.outbox.append(f"{line}\n")


def plan_release(context: Context, scope: Scope) -> list[Task]:
    """One task a step, each behind those before it. Raises NoxkitError for flags that mean nothing."""
    if context.config.run.rollback:
        return plan_rollback(context)
    if not published(context, scope):
        return nothing_published("release")
    release = _Release(context=context, asked=asked_of(context))
    names = list(STEPS)
    return [
        Task(
            name=name,
            action=functools.partial(_act, release, name),
            why="asked for",
            after=tuple(names[:place]),
            cost=float(len(names) - place),
        )
        for place, name in enumerate(names)
    ]


def _act(release: _Release, name: str, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    if release.stopped is not None and name != "plan":
        return Outcome(name=name, status=Status.SKIPPED, reason=release.stopped)
    release.stopped = f"`{name}` comes first"  # also where an exception ends it
    try:
        outcome = STEPS[name](release)
    except NoxkitError as error:
        outcome = refused(name, error)
    except OSError as error:
        reason = f"{error.filename or 'a file'} cannot be written: {error.strerror or error}"
        outcome = Outcome(name=name, status=Status.FAILED, reason=reason, hint="mend that, and run it again")
    outcome = msgspec.structs.replace(outcome, name=name)
    is_left = outcome.status is not Status.PASSED
    if not is_left and release.stopped == f"`{name}` comes first":
        release.stopped = None
    if name == _last(release.context) and not is_left:
        release.keep(is_done=True)
        release.note("released", commit=head_of(release.context))
    if is_left or release.stopped is not None or name == _last(release.context):
        release.held.close()
    return outcome


def _last(context: Context) -> str:
    """The last of the steps that this run has."""
    run_options, skip = context.config.run, context.config.options.skip
    left = [name for name in STEPS if name not in {*run_options.skip, *skip}]
    return next((name for name in reversed(left) if not run_options.only or name in run_options.only), "")


def _done(said: str, **evidence: EvidenceValue) -> Outcome:
    return Outcome(name="", status=Status.PASSED, evidence={"did": said, **evidence})


def _failed(reason: str, hint: str) -> Outcome:
    return Outcome(name="", status=Status.FAILED, reason=reason, hint=hint)


def _plan(release: _Release) -> Outcome:
    """Take up what was interrupted, else plan the next release; and see whether it can be made at all."""
    context = release.context
    if not release.dry:
        try:
            lock = file_lock(state_folder(context) / "release.lock", timeout=0.0, cancel=context.cancel)
            release.held.enter_context(lock)
        except LockError as error:
            return _failed(f"another run releases it: {error}", "wait until that has ended")
    restored = put_back(context)
    ours, others = changes(context)
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        hint = "commit or stash them: a release is what is committed"
        return _failed(f"not committed: {', '.join(others[:3])}{more}", hint)
    _choose(release)
    plan = release.plan
    release.say(as_table(plan, commits=context.config.run.verbose).rstrip())
    if plan.is_blocked:
        return _failed(plan.blocks[0], "`noxkit plan` shows all of it")
    if not plan.released:
        state = kept(context)
        is_done = state is not None and state.is_done and state.commit == head_of(context)
        release.stopped = "already done: this commit is released" if is_done else "nothing to release"
        return _done(release.stopped, put_back=restored)
    if not release.is_tagged and _branch(context) is None and not _proposes(context):
        return _failed(
            "no branch is checked out (a detached HEAD)", "`git switch BRANCH`: the release is a commit on it"
        )
    head = head_of(context)
    if release.state is None or release.state.is_done or not release.is_tagged:
        known = release.state.commit if release.state is not None and not release.state.is_done else None
        commit = head if release.is_tagged else known
        release.state = UnderWay(base=head, versions=release.versions, commit=commit, is_tagged=release.is_tagged)
        release.keep()
        release.note("planned", commit=head, **{f"version of {name}": text for name, text in release.versions.items()})
    words = ", ".join(f"{name} {version}" for name, version in release.versions.items())
    return _done(words, put_back=restored, uncommitted=ours)


def _choose(release: _Release) -> None:
    """The plan of this run: that of a release under way, that of tags on this very commit, or a new one."""
    context, head = release.context, head_of(release.context)
    state = kept(context)
    here = tagged_here(context)
    if state is not None and not state.is_done:
        if state.is_tagged and head != state.commit:
            raise _moved(state, head)
        if state.is_tagged:
            release.state, release.plan = state, plan_of_tags(context, state.versions)
            return
        is_same = head in {state.base, state.commit} and release.asked == Asked(versions={})
        if is_same and not here:
            versions = {name: Version(version) for name, version in state.versions.items()}
            release.asked, release.state = Asked(versions=versions, word="planned before"), state
    elif state is not None and state.commit == head and here:
        here = {name: version for name, version in here.items() if state.versions.get(name) != version}
    if here:
        _compare(context, here)
        release.state = UnderWay(base=head, commit=head, versions=here, is_tagged=True)
        release.plan = plan_of_tags(context, here)
        release.keep()
        return
    release.plan = make_plan(context, release.asked)


def _compare(context: Context, tagged: Mapping[str, str]) -> None:
    """Raise NoxkitError for a tag on this commit whose version its package does not have."""
    for package in published(context, Scope()):
        stated = stated_version(context, package)
        version = tagged.get(package.name)
        if version is not None and stated is not None and stated != version and Version(stated) != Version(version):
            message = f"a tag on this commit says that {package.name} is {version}, and its files say {stated}"
            hint = "take the tag away (`git tag --delete`), or tag the commit that has that version"
            raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint=hint))


def _moved(state: UnderWay, head: str) -> NoxkitError:
    words = ", ".join(f"{name} {version}" for name, version in state.versions.items())
    message = f"a release is under way on another commit ({str(state.commit)[:10]}, and HEAD is {head[:10]}): {words}"
    hint = f"`git switch --detach {str(state.commit)[:10]}` and run it again, or take it back: `-- --rollback`"
    return NoxkitError(ErrorRecord(code="NK-RELEASE-MOVED", message=message, hint=hint))


def _proposes(context: Context) -> bool:
    return context.config.options.release.mode == "pull-request"


def _branch(context: Context) -> str | None:
    said = git_says(context, "symbolic-ref", "--quiet", "--short", "HEAD")
    return said.stdout.decode("utf-8", "replace").strip() if said.returncode == 0 else None


def _bump(release: _Release) -> Outcome:
    return _written(release, write_versions)


def _changelog(release: _Release) -> Outcome:
    outcome = _written(release, write_entries)
    without = outcome.evidence.get("without_changelog")
    if isinstance(without, list) and without:
        release.say(f"no changelog beside its pyproject.toml: {', '.join(without)}")
    if outcome.status is Status.INCONCLUSIVE and outcome.evidence.get("without_changelog"):
        return _done(f"not done: {outcome.reason}")
    return outcome


def _written(release: _Release, write: Callable[[Context, Plan], Outcome]) -> Outcome:
    """What `bump` or `changelog` do with the plan; the table is shown once, by `plan`."""
    if release.is_tagged:
        return _done("already done: the commit is tagged")
    inner = dataclasses.replace(release.context, outbox=[])
    outcome = write(inner, release.plan)
    if release.dry or outcome.status is not Status.PASSED:
        release.context.outbox += [text for text in inner.outbox if text.startswith("--- ")]
    changed = outcome.evidence.get("changed") or outcome.evidence.get("would_change")
    release.writes = release.writes or bool(changed)
    if outcome.status is not Status.PASSED:
        return outcome
    word = "would change" if release.dry else "changed"
    did = f"{word} {number(len(changed), 'file')}" if isinstance(changed, list) and changed else ""
    return msgspec.structs.replace(outcome, evidence={"did": did or "already done", **outcome.evidence})


def message_of(versions: Mapping[str, str]) -> str:
    """The message of a release's commit: a subject of the form of Conventional Commits, and what it releases."""
    together = set(versions.values())
    if len(versions) == 1:
        return "chore(release): " + " ".join(*versions.items())
    subject = next(iter(together)) if len(together) == 1 else f"{len(versions)} packages"
    return "\n".join([f"chore(release): {subject}", "", *(f"- {name} {version}" for name, version in versions.items())])


def _commit(release: _Release) -> Outcome:
    """Commit what `bump` and `changelog` have written, or propose it."""
    context = release.context
    if release.is_tagged:
        return _done("already done: the commit is tagged")
    message = message_of(release.versions)
    subject = message.partition("\n")[0]
    ours, others = changes(context)
    if release.dry and (release.writes or ours):
        word = "propose" if _proposes(context) else "commit"
        release.say(f"would {word} `{subject}`")
        release.stopped = "the pull request comes first" if _proposes(context) else release.stopped
        return _done(f"would {word} `{subject}`")
    if others:
        return _failed(f"not committed: {', '.join(others[:3])}", "something else writes into the tree: look at it")
    if not ours:
        release.keep(commit=head_of(context))
        return _done("already done: nothing has changed")
    if _proposes(context):
        outcome, release.stopped = propose(context, ours, message=message, table=as_table(release.plan))
        read_again(context)
        release.note("proposed", subject=subject)
        return outcome
    words = ("commit", "--quiet", "--message", message, "--", *ours)
    made = git_says(context, *words, environ=context.without_credentials)
    if made.returncode != 0:
        return git_failed(made, "git does not make the commit", name="commit")
    release.keep(commit=head_of(context))
    read_again(context)
    release.note("committed", commit=head_of(context), subject=subject)
    return _done(f"committed `{subject}`", commit=head_of(context))


def _checked(release: _Release) -> dict[str, CheckedRelease]:
    """What the last check has passed of all that is released. Raises NoxkitError where that is not all of it."""
    context = release.context
    report, source = passed_report(context)
    packages = {package.name: package for package in published(context, Scope())}
    found = {name: checked_release(context, packages[name], report, source) for name in release.versions}
    for name, version in release.versions.items():
        if found[name].version != version:
            message = f"the build of {name} has the version {found[name].version}, and {version} is planned"
            hint = "a tag of another commit, or a version that the build computes, is in the way"
            raise NoxkitError(ErrorRecord(code="NK-PUBLISH-UNCHECKED", message=message, hint=hint))
    return found


def _check(release: _Release) -> Outcome:
    """The release check of this very tree, unless it has passed; tags come first where builds go by them."""
    context = release.context
    if release.dry:
        release.say(f"would check {', '.join(release.versions)}")
        return _done("would run `release_check`")
    with contextlib.suppress(NoxkitError):
        _checked(release)
        return _done("already done: it has passed on this tree")
    computed = {
        package.name: release.versions[package.name]
        for package in published(context, Scope())
        if package.name in release.versions and package.version is None and stated_version(context, package) is None
    }
    new = [tag for tag in tags_of(context, computed) if not release.is_tagged and tag not in context.repository.tags]
    if new:
        made = tag_all(context, computed)
        if made.status is not Status.PASSED:
            return made
        read_again(context)
    outcome = _session(release, _CHECK, plan_release_check)
    try:
        _checked(release)
    except NoxkitError as error:
        for tag in new:
            git_says(context, "tag", "--delete", tag)
        return outcome if outcome.status is not Status.PASSED else refused(_CHECK, error)
    release.note("checked", commit=head_of(context))
    return _done("passed", files=outcome.evidence["files"])


def _session(release: _Release, name: str, planner: Planner) -> Outcome:
    """Run another session on what is released; its report is shown where it has not passed, and kept."""
    context = release.context
    everyone = {package.name for package in published(context, Scope())}
    given = release.versions.keys()
    options = msgspec.structs.replace(
        context.config.run,
        package=() if given == everyone else tuple(given),
        release=tuple(given) if name == _CHECK else (),
        skip=tuple(each for each in context.config.run.skip if each not in STEPS),
        only=(),
    )

    def tell(event: Event) -> None:
        if not isinstance(event, RunFinished):
            context.fanout(event)

    inner = dataclasses.replace(
        context,
        session=name,
        config=dataclasses.replace(context.config, run=options),
        fanout=Fanout([tell]),
        shares={},
        making={},
    )
    report = run(inner, planner)
    keep_last(report, context.root)
    if report.failing:
        release.context.outbox.append(formats()["text"](report, sources=Sources(context.root), style=Style()))
    return Outcome(
        name=name,
        status=_status(report),
        reason=last_line(report) if report.failing else None,
        hint=_hint(report),
        evidence={"files": [file.name for file in report.files], "did": last_line(report)},
    )


def _status(report: Report) -> Status:
    return report.status if report.failing else Status.PASSED


def _hint(report: Report) -> str:
    """What to do about the first task that has not passed, or its first finding."""
    bad = [task for task in report.tasks if task.status not in {Status.PASSED, Status.SKIPPED}]
    first = sorted(bad, key=lambda task: task.status.rank)
    found = [finding.hint for task in first for finding in task.findings if finding.suppressed is None]
    return next(
        (hint for hint in [*(task.hint for task in first), *found] if hint), f"`nox -s {report.session}` says more"
    )


def _tag(release: _Release) -> Outcome:
    if release.dry:
        tags = list(tags_of(release.context, release.versions))
        release.say(f"would tag {', '.join(tags)}")
        return _done(f"would tag {', '.join(tags)}")
    _checked(release)
    release.keep(is_tagged=True, commit=head_of(release.context))
    outcome = tag_all(release.context, release.versions)
    if outcome.status is Status.PASSED:
        read_again(release.context)
        release.note("tagged", tags=", ".join(tags_of(release.context, release.versions)))
    return outcome


def _push(release: _Release) -> Outcome:
    """The branch and the tags, all or nothing."""
    context = release.context
    git = context.repository.git
    remote = remote_of(git) if git is not None else None
    if remote is None:
        return _done("not done: there is no remote")
    tags = list(tags_of(context, release.versions))
    branch = None if _proposes(context) else _branch(context)
    refs = [f"refs/tags/{tag}" for tag in tags]
    if branch is not None:
        merged = git_says(context, "config", "--get", f"branch.{branch}.merge").stdout.decode().strip()
        refs.insert(0, f"HEAD:{merged or f'refs/heads/{branch}'}")
    words = ", ".join([*([branch] if branch else []), *tags])
    if release.dry:
        release.say(f"would push {words} to {remote}")
        return _done(f"would push {words}")
    pushed = push(context, refs)
    if pushed.returncode != 0:
        failed = git_failed(pushed, "the remote does not take it", name="push")
        hint = "mend that and run it again; or take the commit and the tags back: `nox -s release -- --rollback`"
        return msgspec.structs.replace(failed, hint=hint)
    lines = pushed.stdout.decode("utf-8", "replace").splitlines()
    new = [line for line in lines if line[:1] in {"*", " ", "+"}]
    if new:
        release.note("pushed", refs=words)
    return _done(f"pushed {words}" if new else "already done: the remote has it")


def _publish(release: _Release) -> Outcome:
    if release.dry:
        words = ", ".join(f"{name} {version}" for name, version in release.versions.items())
        release.say(f"would publish, in this order: {words}")
        return _done(f"would publish {words}")
    _checked(release)
    return _session(release, "publish", plan_publish)


def _verify(release: _Release) -> Outcome:
    if release.dry:
        release.say("would install and import what the index has")
        return _done("would run `verify`")
    return _session(release, "verify", plan_verify)


def _forge_release(release: _Release) -> Outcome:
    files: dict[str, Sequence[str]] = {}
    if not release.dry:
        files = {name: [file.name for file in each.files] for name, each in _checked(release).items()}
    outcome = make_releases(release.context, release.versions, files)
    if outcome.status is Status.PASSED:
        release.note("on the forge", did=str(outcome.evidence.get("did", "")))
    return outcome


STEPS: dict[str, _Step] = {
    "plan": _plan,
    "bump": _bump,
    "changelog": _changelog,
    "commit": _commit,
    _CHECK: _check,
    "tag": _tag,
    "push": _push,
    "publish": _publish,
    "verify": _verify,
    "forge_release": _forge_release,
}
"""The steps by the names of their tasks, in their order."""
