# SPDX-License-Identifier: Apache-2.0
"""A release under way: what the next run finds, a proposal of it, and the way back."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._moment import changed_files
from noxkit.engine._scope import Scope, published
from noxkit.engine._select import supported_pythons
from noxkit.engine._tags import tag_template, tagged_versions
from noxkit.engine._task import Task
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.release._forge import ForgeError, NoForgeError, forge_of, git_failed, git_says, push, tags_of
from noxkit.release._publish import NoAnswerError, listed_files
from noxkit.release._session import Journal, put_back, read_again, refused, state_folder, written_by_us
from noxkit.tasks.locks import LockError, file_lock
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import ToolCall

__all__ = ["BRANCH", "UnderWay", "changes", "head_of", "keep", "kept", "plan_rollback", "propose", "tagged_here"]


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """A release: the commit that it was planned on, its own commit, and what is released, by the members' names.

    `is_tagged` says that tags may be there, after which nothing of it changes any more; `is_done` that all is done.
    """

    base: str
    versions: dict[str, str]
    commit: str | None = None
    is_tagged: bool = False
    is_done: bool = False


def _file(context: Context) -> Path:
    return state_folder(context) / "release.json"


def kept(context: Context) -> UnderWay | None:
    """The last release that was begun, done or not. Raises NoxkitError where it cannot be read."""
    file = _file(context)
    try:
        return msgspec.json.decode(file.read_bytes(), type=UnderWay)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        message = f"{file} says which release is under way, and cannot be read: {error}"
        hint = "remove it: the tags, the tree and the index say the rest"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-JOURNAL", message=message, hint=hint)) from error


def keep(context: Context, release: UnderWay) -> None:
    """Keep it for the next run. Raises OSError."""
    write_atomic(_file(context), msgspec.json.encode(release))


def forget(context: Context) -> None:
    """As if it had never begun. Raises OSError."""
    _file(context).unlink(missing_ok=True)


def head_of(context: Context) -> str:
    """The id of the commit that is checked out. Raises NoxkitError where there is none."""
    git = context.repository.git
    said = git(["rev-parse", "--verify", "--quiet", "HEAD"]) if git is not None else None
    if said is None:
        message = "a release is a commit, and there is none"
        hint = "run it in a git work tree with a commit"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint=hint))
    return said.decode().strip()


def tagged_here(context: Context) -> dict[str, str]:
    """The versions that tags on this very commit name, by the packages' names."""
    git = context.repository.git
    said = (git(["tag", "--points-at", "HEAD"]) if git is not None else None) or b""
    tags = said.decode("utf-8", "replace").split()
    found: dict[str, str] = {}
    for package in published(context, Scope()):
        versions = tagged_versions(tag_template(context, package), tags)
        if versions:
            found[package.name] = str(max(versions.values()))
    return found


def changes(context: Context) -> tuple[list[str], list[str]]:
    """What is not committed: files as `bump` and `changelog` have written them, and all others; below the root.

    Raises NoxkitError where git does not say.
    """
    changed = changed_files(context)
    if changed is None:
        message = "git does not say what is not committed"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint="`git status` says why"))
    here = os.path.relpath(context.root, context.repository.git_root or context.root)
    paths = [path if here == "." else os.path.relpath(path, here) for path in changed]
    ours = written_by_us(context.root, context.state / "release")
    return [path for path in paths if path in ours], [path for path in paths if path not in ours]


BRANCH = "noxkit/release"
"""The branch that a release is proposed on; it is noxkit's own, and written anew each time."""

_NAME = "commit"


def propose(context: Context, files: Sequence[str], *, message: str, table: str) -> tuple[Outcome, str]:
    """Push a commit of `files` as they are, have a pull request open, and put the work tree back.

    Also why the steps that are left are not done. The same files on the same commit make the same commit.
    """
    commit = _commit(context, files, message)
    if isinstance(commit, Outcome):
        return commit, f"`{_NAME}` comes first"
    pushed = push(context, [f"+{commit}:refs/heads/{BRANCH}"])
    if pushed.returncode != 0:
        return git_failed(pushed, "the remote does not take the branch", name=_NAME), f"`{_NAME}` comes first"
    outcome = _request(context, message, table)
    back = git_says(context, "restore", "--source=HEAD", "--staged", "--worktree", "--", *files)
    if back.returncode != 0:
        return git_failed(back, "the work tree is not put back", name=_NAME), f"`{_NAME}` comes first"
    return outcome, "the pull request comes first"


def _commit(context: Context, files: Sequence[str], message: str) -> str | Outcome:
    """The id of a commit on HEAD with these files; the index and the work tree stay as they are."""
    dates = git_says(context, "show", "--no-patch", "--format=%cI", "HEAD").stdout.decode().strip()
    when = {"GIT_AUTHOR_DATE": dates, "GIT_COMMITTER_DATE": dates}
    with tempfile.TemporaryDirectory(prefix="noxkit-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        for words in (("read-tree", "HEAD"), ("add", "--", *files)):
            done = git_says(context, *words, environ=index)
            if done.returncode != 0:
                return git_failed(done, "git does not make the commit", name=_NAME)
        tree = git_says(context, "write-tree", environ=index).stdout.decode().strip()
    made = git_says(context, "commit-tree", tree, "-p", "HEAD", "-m", message, environ=when)
    if made.returncode != 0:
        return git_failed(made, "git does not make the commit", name=_NAME)
    return made.stdout.decode().strip()


def _onto(context: Context) -> str:
    """The branch that it is proposed for: the one that is checked out, else what CI or the remote say."""
    branch = git_says(context, "symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode().strip()
    named = context.environ.get("GITHUB_REF_NAME") or context.environ.get("CI_COMMIT_BRANCH")
    git = context.repository.git
    remote = remote_of(git) if git is not None else None
    default = git_says(context, "symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD").stdout.decode()
    return branch or named or default.strip().partition("/")[2] or "main"


def _request(context: Context, message: str, table: str) -> Outcome:
    title, _, body = message.partition("\n")
    how = "Merge it to release: `nox -s release` does the rest."
    body = f"{body.strip()}\n\n```\n{table.rstrip()}\n```\n\n{how}\n".lstrip()
    onto = _onto(context)
    try:
        address = forge_of(context).propose(BRANCH, onto, title=title, body=body)
    except NoForgeError as why:
        said = f"pushed {BRANCH}; open a pull request onto {onto} yourself: {why}"
    except ForgeError as error:
        status = Status.INCONCLUSIVE if error.passes else Status.FAILED
        hint = f"{BRANCH} is pushed; run it again, or open the pull request yourself"
        return Outcome(name=_NAME, status=status, reason=str(error), hint=hint)
    else:
        said = f"proposed in {address}"
    context.outbox.append(f"{said}\n")
    return Outcome(name=_NAME, status=Status.PASSED, evidence={"did": said})


ROLLBACK = "rollback"
"""The task's name."""


def plan_rollback(context: Context) -> list[Task]:
    """One task."""

    def act(_call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
        try:
            with file_lock(state_folder(context) / "release.lock", timeout=0.0, cancel=context.cancel):
                return _rolled_back(context)
        except LockError as error:
            return _failed(f"another run releases it: {error}", "wait until that has ended")
        except NoAnswerError as error:
            hint = "run it again when the index answers: what is published stays"
            reason = f"the index does not say what it has: {error}"
            return Outcome(name=ROLLBACK, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
        except NoxkitError as error:
            return refused(ROLLBACK, error)

    return [Task(name=ROLLBACK, action=act, why="asked for")]


def _failed(reason: str, hint: str) -> Outcome:
    return Outcome(name=ROLLBACK, status=Status.FAILED, reason=reason, hint=hint)


def _rolled_back(context: Context) -> Outcome:
    put_back(context)
    ours, others = changes(context)
    if others:
        return _failed(f"not committed: {', '.join(others[:3])}", "commit or stash them: commits are taken back")
    state = _state(context)
    if state is None and not ours:
        context.outbox.append("nothing to take back\n")
        return Outcome(name=ROLLBACK, status=Status.PASSED, evidence={"did": "nothing to take back"})
    versions = state.versions if state is not None else {}
    stays = _published(context, versions)
    undone = _Undoing(context)
    tags = list(tags_of(context, {name: each for name, each in versions.items() if name not in stays}))
    tags = [tag for tag in tags if tag not in tags_of(context, stays)]
    wrong = undone.releases(tags) or undone.remote_refs(tags) or undone.local_tags(tags) or undone.files(ours)
    if wrong is None and state is not None and not stays:
        wrong = undone.commit(state)
    if wrong is not None:
        return wrong
    context.outbox += [f"{each}\n" for each in undone.said]
    if not context.config.run.dry_run:
        if not stays:
            forget(context)
        Journal(state_folder(context) / "journal.jsonl").add("rolled back", did="; ".join(undone.said))
        read_again(context)
    if stays:
        named = ", ".join(f"{name} {version}" for name, version in stays.items())
        hint = "yank on the index what is broken, which keeps it from new installations, and release a higher version"
        return _failed(f"published, which nothing takes back: {named}", hint)
    return Outcome(name=ROLLBACK, status=Status.PASSED, evidence={"did": list(undone.said)})


def _state(context: Context) -> UnderWay | None:
    """The release that is under way, or that of the tags on this commit."""
    state, head, here = kept(context), head_of(context), tagged_here(context)
    if state is not None and (not state.is_done or state.commit == head):
        return state
    return UnderWay(base=head, commit=head, versions=here, is_tagged=True) if here else None


def _published(context: Context, versions: Mapping[str, str]) -> dict[str, str]:
    """What the index has any file of. Raises NoAnswerError."""
    packages = {package.name: package for package in published(context, Scope())}
    found: dict[str, str] = {}
    for name, version in versions.items():
        admitted = [each for each in supported_pythons(context) if name in packages and packages[name].admits(each)]
        if listed_files(context, name, version, python=next(iter(admitted), "3.10"), task=ROLLBACK):
            found[name] = version
    return found


class _Undoing:
    """Takes back one kind of thing after another; each call gives what went wrong, and `said` what was done."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._dry = context.config.run.dry_run
        self.said: list[str] = []

    def _did(self, what: str, do: Callable[[], Outcome | None]) -> Outcome | None:
        wrong = None if self._dry else do()
        if wrong is None:
            self.said.append(f"would remove {what}" if self._dry else f"removed {what}")
        return wrong

    def releases(self, tags: Sequence[str]) -> Outcome | None:
        """The forge's releases."""
        try:
            forge = forge_of(self._context)
            if self._dry:
                return self._did("releases on the forge, where there are any", lambda: None) if tags else None
            removed = [tag for tag in tags if forge.remove(tag)]
        except NoForgeError as why:
            self.said.append(f"no release on a forge is looked for: {why}")
        except ForgeError as error:
            return _failed(str(error), "run it again; nothing else has been taken back")
        else:
            self.said += [f"removed the release {tag} on the forge" for tag in removed]
        return None

    def remote_refs(self, tags: Sequence[str]) -> Outcome | None:
        """The tags, and the branch of a proposal, with which the forge closes the pull request."""
        git = self._context.repository.git
        remote = remote_of(git) if git is not None else None
        is_proposed = self._context.config.options.release.mode == "pull-request"
        asked = [*(f"refs/tags/{tag}" for tag in tags), *([f"refs/heads/{BRANCH}"] if is_proposed else [])]
        if remote is None or not asked:
            return None
        listed = git_says(self._context, "ls-remote", remote, *asked)
        if listed.returncode != 0:
            return git_failed(listed, f"{remote} does not say what it has", name=ROLLBACK)
        there = [line.partition("\t")[2] for line in listed.stdout.decode("utf-8", "replace").splitlines()]
        there = [ref for ref in there if not ref.endswith("^{}")]

        def do() -> Outcome | None:
            pushed = push(self._context, [f":{ref}" for ref in there])
            return git_failed(pushed, "the remote keeps them", name=ROLLBACK) if pushed.returncode != 0 else None

        names = ", ".join(ref.partition("/")[2].partition("/")[2] for ref in there)
        return self._did(f"{names} on {remote}", do) if there else None

    def local_tags(self, tags: Sequence[str]) -> Outcome | None:
        there = [tag for tag in tags if tag in self._context.repository.tags]

        def do() -> Outcome | None:
            done = git_says(self._context, "tag", "--delete", *there)
            return git_failed(done, "git keeps the tags", name=ROLLBACK) if done.returncode != 0 else None

        return self._did(f"the tags {', '.join(there)}", do) if there else None

    def files(self, paths: Sequence[str]) -> Outcome | None:
        """What `bump` and `changelog` have written and nobody has committed."""

        def do() -> Outcome | None:
            done = git_says(self._context, "restore", "--source=HEAD", "--staged", "--worktree", "--", *paths)
            return git_failed(done, "git does not put the files back", name=ROLLBACK) if done.returncode != 0 else None

        return self._did(f"what was written into {', '.join(paths)}", do) if paths else None

    def commit(self, state: UnderWay) -> Outcome | None:
        """The release's commit: away where nobody has it, else with another one that undoes it."""
        context = self._context
        if state.commit is None or state.commit == state.base or head_of(context) != state.commit:
            return None
        held = git_says(context, "branch", "--remotes", "--contains", state.commit).stdout.strip()
        words = ("revert", "--no-edit", state.commit) if held else ("reset", "--keep", state.base)

        def do() -> Outcome | None:
            done = git_says(context, *words)
            return git_failed(done, "git does not take the commit back", name=ROLLBACK) if done.returncode else None

        what = f"the commit {state.commit[:10]}"
        return self._did(f"{what} with one that undoes it: push it" if held else what, do)
