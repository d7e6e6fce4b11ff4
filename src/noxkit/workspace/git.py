# SPDX-License-Identifier: Apache-2.0
"""What git says about a repository; the runner that starts it is passed in."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Base",
    "GitRunner",
    "NotDue",
    "Unresolved",
    "changed_files",
    "changed_lines",
    "default_base",
    "has_commits",
    "head_tree",
    "ignored_files",
    "is_clean",
    "is_shallow",
    "merge_base",
    "parse_changed_lines",
    "remote_of",
    "renames_since_change_of",
    "resolve",
    "tree_id",
    "untracked_files",
]

GitRunner: TypeAlias = Callable[[Sequence[str]], "bytes | None"]
"""Runs `git` with these arguments in the root: its standard output, or None where it failed or is missing."""

_SHALLOW_HINT = "run `git fetch --unshallow`; in CI set `fetch-depth: 0` (actions/checkout) or `GIT_DEPTH: 0` (GitLab)"
_AT_ONCE = 500  # paths in one call
_DEFAULT_NAMES = ("main", "master")
# User configuration must not change what is parsed.
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--relative", "--ignore-submodules=none")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A revision that resolves: as it was asked for, the full id of its commit, and who asked."""

    revision: str
    commit: str
    source: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A revision that does not resolve, why, and what to do: what depends on it is inconclusive."""

    revision: str
    reason: str
    hint: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NotDue:
    """There is nothing to compare with, by a fact of the repository: what depends on a base is skipped."""

    reason: str


def _line(git: GitRunner, *arguments: str) -> str | None:
    """The one line that git prints, or None where it fails or prints nothing."""
    output = git(arguments)
    return (os.fsdecode(output).strip() or None) if output is not None else None


def _names(output: bytes | None) -> tuple[str, ...]:
    return tuple(os.fsdecode(name) for name in (output or b"").split(b"\0") if name)


def is_shallow(git: GitRunner) -> bool:
    """Whether history has been cut off."""
    return _line(git, "rev-parse", "--is-shallow-repository") == "true"


def has_commits(git: GitRunner) -> bool:
    """Whether there is a commit at HEAD."""
    return _commit(git, "HEAD") is not None


def _commit(git: GitRunner, revision: str) -> str | None:
    if not revision or revision.startswith("-") or "\0" in revision:
        return None
    return _line(git, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")


def resolve(git: GitRunner, revision: str, *, source: str = "--since") -> Base | Unresolved:
    """The commit that `revision` names; `source` is who asked for it."""
    commit = _commit(git, revision)
    if commit is not None:
        return Base(revision=revision, commit=commit, source=source)
    if _line(git, "rev-parse", "--is-inside-work-tree") is None:
        hint = "install git, or mend what `git status` says here"
        return Unresolved(revision=revision, reason="git does not work in this folder", hint=hint)
    if is_shallow(git):
        reason = f"`{revision}` (from {source}) is not in this shallow clone"
        return Unresolved(revision=revision, reason=reason, hint=_SHALLOW_HINT)
    reason = f"`{revision}` (from {source}) is not a revision of this repository"
    return Unresolved(
        revision=revision, reason=reason, hint="fetch it with `git fetch`, or name one that `git log` shows"
    )


def merge_base(git: GitRunner, revision: str, *, source: str = "--since") -> Base | Unresolved:
    """The commit at which HEAD has left `revision`."""
    base = resolve(git, revision, source=source)
    if isinstance(base, Unresolved):
        return base
    commit = _line(git, "merge-base", base.commit, "HEAD")
    if commit is not None:
        return dataclasses.replace(base, commit=commit.split()[0])
    if not has_commits(git):
        return Unresolved(revision=revision, reason="there is no commit yet", hint="commit first")
    if is_shallow(git):
        reason = f"the history that HEAD shares with `{revision}` is cut off in this shallow clone"
        return Unresolved(revision=revision, reason=reason, hint=_SHALLOW_HINT)
    reason = f"HEAD and `{revision}` share no history"
    return Unresolved(revision=revision, reason=reason, hint="name a revision that HEAD comes from")


def default_base(git: GitRunner | None, environ: Mapping[str, str]) -> Base | Unresolved | NotDue:
    """What new lines are compared with: CI's merge base, else that of the upstream's default branch.

    On the default branch itself, or on a commit that it holds, nothing is due.
    """
    if git is None or _line(git, "rev-parse", "--is-inside-work-tree") is None:
        return NotDue(reason="no git work tree here")
    commit, target = environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA"), _target_branch(environ)
    if commit:
        return resolve(git, commit, source="CI_MERGE_REQUEST_DIFF_BASE_SHA")
    if target:
        return _target_base(git, *target)
    if not has_commits(git):
        return NotDue(reason="no commit yet")
    return _upstream_base(git, environ)


def _target_branch(environ: Mapping[str, str]) -> tuple[str, str] | None:
    variables = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    return next(((environ[name], name) for name in variables if environ.get(name)), None)


def _target_base(git: GitRunner, branch: str, source: str) -> Base | Unresolved:
    candidates = [f"refs/remotes/{remote}/{branch}" for remote in _remotes(git)] + [f"refs/heads/{branch}"]
    found = next((name for name in candidates if _commit(git, name)), None)
    if found is not None:
        return merge_base(git, found, source=source)
    missing = resolve(git, branch, source=source)
    return merge_base(git, branch, source=source) if isinstance(missing, Base) else _with_fetch_hint(missing)


def _with_fetch_hint(missing: Unresolved) -> Unresolved:
    return dataclasses.replace(missing, hint=_SHALLOW_HINT)


def remote_of(git: GitRunner) -> str | None:
    """The remote to which the repository is pushed: `origin`, else the first; None where there is none."""
    names = (_line(git, "remote") or "").splitlines()
    return "origin" if "origin" in names else next(iter(names), None)


def _remotes(git: GitRunner) -> list[str]:
    """The names of all remotes; `upstream`, the one that a fork comes from, and `origin` first."""
    names = (_line(git, "remote") or "").splitlines()
    return sorted(names, key=lambda name: (name != "upstream", name != "origin"))


def _upstream_base(git: GitRunner, environ: Mapping[str, str]) -> Base | Unresolved | NotDue:
    remotes = _remotes(git)
    default = _default_branch(git, remotes, named=environ.get("CI_DEFAULT_BRANCH"))
    branch = _line(git, "symbolic-ref", "--short", "--quiet", "HEAD") or environ.get("CI_COMMIT_BRANCH")
    if default is None:
        if branch in _DEFAULT_NAMES:
            return NotDue(reason=f"on the default branch `{branch}` itself")
        if not remotes:
            return NotDue(reason="no remote and no branch `main` or `master` to compare with")
        hint = (
            _SHALLOW_HINT
            if is_shallow(git)
            else f"run `git remote set-head {remotes[0]} --auto`, or give `--since REV`"
        )
        return Unresolved(
            revision=remotes[0], reason=f"the default branch of `{remotes[0]}` is not known here", hint=hint
        )
    if branch == _short(default):
        return NotDue(reason=f"on the default branch `{branch}` itself")
    if branch is None and git(["merge-base", "--is-ancestor", "HEAD", default]) is not None:
        return NotDue(reason=f"HEAD is detached on a commit of `{_short(default)}`")
    return merge_base(git, default, source="the default branch")


def _short(reference: str) -> str:
    """A branch's own name: without `refs/heads/`, or `refs/remotes/` and the remote's."""
    parts = reference.split("/")
    return "/".join(parts[3:] if parts[1] == "remotes" else parts[2:])


def _default_branch(git: GitRunner, remotes: Sequence[str], *, named: str | None) -> str | None:
    """The full name of the default branch's reference, or None where nothing says which it is.

    What CI names comes first, then what each remote said when it was cloned, then the usual names.
    """
    folders = [f"refs/remotes/{remote}" for remote in remotes] or ["refs/heads"]
    said = (_line(git, "symbolic-ref", "--quiet", f"{folder}/HEAD") for folder in folders)
    usual = (f"{folder}/{name}" for folder in folders for name in _DEFAULT_NAMES)
    by_ci = (f"{folder}/{named}" for folder in folders if named)
    candidates = itertools.chain(by_ci, (name for name in said if name), usual)
    return next((candidate for candidate in candidates if _commit(git, candidate)), None)


def changed_files(git: GitRunner, base: Base) -> tuple[str, ...] | None:
    """The paths below the root that differ from `base`, relative to the root and sorted.

    Committed or not, staged or not, untracked and deleted; of a renamed file both names. None where
    git cannot say.
    """
    tracked = git([*_DIFF, "--name-only", "-z", "--no-renames", base.commit, "--"])
    untracked = git(["ls-files", "-z", "--others", "--exclude-standard"])
    if tracked is None or untracked is None:
        return None
    return tuple(sorted({*_names(tracked), *_names(untracked)}))


def ignored_files(git: GitRunner, paths: Iterable[str], *, tracked: bool) -> set[str]:
    """Those of `paths`, relative to the root, that git's patterns leave out; with `tracked` those it tracks, too."""
    words = ["-c", "core.quotePath=false", "check-ignore", *(["--no-index"] if tracked else []), "--"]
    # `-z` would need the names on standard input; for none at all the exit code is 1, and the answer None.
    answers = (git([*words, *some]) for some in _batches(paths))
    return {os.fsdecode(name) for listed in answers for name in (listed or b"").splitlines()}


def untracked_files(git: GitRunner, paths: Iterable[str]) -> set[str]:
    """Those of `paths`, relative to the root, that git does not track."""
    found = set(paths)
    for some in _batches(found):
        found -= set(_names(git(["--literal-pathspecs", "ls-files", "-z", "--", *some])))
    return found


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    """The paths in lists that a command line has room for."""
    listed = sorted(paths)
    yield from (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))


def renames_since_change_of(git: GitRunner, path: str) -> Mapping[str, str]:
    """The old names of tracked files by their new ones, since the commit that last changed `path`.

    Renames that are staged count as well. Empty where git cannot say.
    """
    commit = _line(git, "log", "-1", "--format=%H", "--", path)
    output = git([*_DIFF, "--name-status", "-z", "--find-renames", "--diff-filter=R", commit, "--"]) if commit else None
    fields = _names(output)
    return {new: old for _, old, new in zip(fields[::3], fields[1::3], fields[2::3], strict=False)}


def changed_lines(
    git: GitRunner, base: Base, *, root: Path, patterns: Sequence[str] = ("*.py",)
) -> Mapping[str, frozenset[int]] | None:
    """The 1-based lines that were added or altered since `base`, by path relative to the root.

    Work that is not committed counts; an untracked file counts whole; a renamed file by what
    changed in it; one that was deleted is absent. `patterns` are git's, matched in all folders below
    the root. None where git cannot say.
    """
    # Files are text even where .gitattributes says otherwise: "binary" would hide all of their lines.
    options = ("--text", "-U0", "--inter-hunk-context=0", "-M", "--src-prefix=a/", "--dst-prefix=b/")
    diff = git([*_DIFF, *options, base.commit, "--", *patterns])
    untracked = git(["ls-files", "-z", "--others", "--exclude-standard", "--", *patterns])
    if diff is None or untracked is None:
        return None
    whole = {name: lines for name in _names(untracked) if (lines := _all_lines(root / name))}
    return {**parse_changed_lines(diff), **whole}


def _all_lines(file: Path) -> frozenset[int]:
    try:
        content = file.read_bytes() if file.is_file() else b""
    except OSError:  # what cannot be read cannot be measured either
        return frozenset()
    return frozenset(range(1, content.count(b"\n") + (not content.endswith(b"\n")) + 1)) if content else frozenset()


_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def parse_changed_lines(diff: bytes) -> Mapping[str, frozenset[int]]:
    """The new lines of a `git diff -U0 --dst-prefix=b/`, by path.

    The lines of a hunk are counted, not looked at: what was added may itself look like a header.
    """
    found: dict[str, set[int]] = {}
    path: str | None = None
    lines = iter(diff.split(b"\n"))
    for line in lines:
        hunk = _HUNK.match(line)
        if line.startswith(b"+++ "):
            path = _new_path(line[4:])
        elif hunk is not None:
            removed, start, added = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            if path is not None and added:
                found.setdefault(path, set()).update(range(start, start + added))
            _skip(lines, removed + added)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _skip(lines: Iterator[bytes], count: int) -> None:
    while count:
        count -= not next(lines, b"").startswith(b"\\")  # `\ No newline at end of file` is no line of the hunk


def _new_path(written: bytes) -> str | None:
    """The path behind `+++`; None for a file that was deleted."""
    name = written.rstrip(b"\t")
    if name.startswith(b'"') and name.endswith(b'"'):
        name = _unquoted(name[1:-1])
    return os.fsdecode(name[2:]) if name.startswith(b"b/") else None


_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


def _unquoted(name: bytes) -> bytes:
    """A path as git quotes it: C escapes, and three octal digits for other bytes."""
    return _ESCAPE.sub(_unescaped, name)


def _unescaped(match: re.Match[bytes]) -> bytes:
    written = match[1]
    return bytes([int(written, 8)]) if len(written) > 1 else _ESCAPED.get(written, written)


def head_tree(git: GitRunner) -> str | None:
    """The id of the root's tree in the last commit; None without one."""
    return _line(git, "rev-parse", "--verify", "--quiet", "HEAD:./")


def is_clean(git: GitRunner) -> bool:
    """Whether nothing below the root differs from the last commit, untracked files included."""
    return git(["status", "--porcelain", "-z", "--untracked-files=normal", "--", "."]) == b""


def tree_id(git: GitRunner) -> str | None:
    """The id of the tree that the root's files are; None where they differ from the last commit."""
    return head_tree(git) if is_clean(git) else None
