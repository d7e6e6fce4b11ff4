# SPDX-License-Identifier: Apache-2.0
"""A release as a pull request: a commit on a branch of its own, made beside the work tree."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Outcome, Status
from noxkit.release._forge import ForgeError, NoForgeError, forge_of
from noxkit.release._tag import git_failed, git_says, push
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.engine._context import Context

__all__ = ["BRANCH", "propose"]

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
