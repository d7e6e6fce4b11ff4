# SPDX-License-Identifier: Apache-2.0
"""`release --rollback`: takes back what nobody can have used yet, and says what cannot be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._scope import Scope, published
from noxkit.engine._select import supported_pythons
from noxkit.engine._task import Task
from noxkit.errors import NoxkitError
from noxkit.release._forge import ForgeError, NoForgeError, forge_of
from noxkit.release._index import NoAnswerError, listed_files
from noxkit.release._journal import Journal, state_folder
from noxkit.release._session import put_back, read_again, refused
from noxkit.release._tag import git_failed, git_says, push, tags_of
from noxkit.release._under_way import UnderWay, changes, forget, head_of, kept, tagged_here
from noxkit.tasks.locks import LockError, file_lock
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import ToolCall

__all__ = ["ROLLBACK", "plan_rollback"]

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
    wrong = undone.releases(tags) or undone.remote_tags(tags) or undone.local_tags(tags) or undone.files(ours)
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

    def remote_tags(self, tags: Sequence[str]) -> Outcome | None:
        git = self._context.repository.git
        remote = remote_of(git) if git is not None else None
        if remote is None or not tags:
            return None
        listed = git_says(self._context, "ls-remote", "--tags", remote, *(f"refs/tags/{tag}" for tag in tags))
        if listed.returncode != 0:
            return git_failed(listed, f"{remote} does not say which tags it has", name=ROLLBACK)
        there = [line.partition("\t")[2] for line in listed.stdout.decode("utf-8", "replace").splitlines()]
        there = [ref for ref in there if not ref.endswith("^{}")]

        def do() -> Outcome | None:
            pushed = push(self._context, [f":{ref}" for ref in there])
            return git_failed(pushed, "the remote keeps the tags", name=ROLLBACK) if pushed.returncode != 0 else None

        names = ", ".join(ref.removeprefix("refs/tags/") for ref in there)
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
