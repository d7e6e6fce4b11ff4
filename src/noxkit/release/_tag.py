# SPDX-License-Identifier: Apache-2.0
"""`tag`: an annotated tag for each version that a release check has passed on this commit, and its push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._scope import Scope, published
from noxkit.engine._tags import tag_template
from noxkit.engine._task import Task
from noxkit.release._changelog import notes_of
from noxkit.release._publish import checked_release, passed_report
from noxkit.release._session import nothing_published
from noxkit.rules._changelog import changelogs_in
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import EvidenceValue
    from noxkit.engine._context import Context
    from noxkit.engine._task import ToolCall
    from noxkit.tasks.process import Completed
    from noxkit.workspace.model import Package

__all__ = ["TAG", "git_failed", "git_says", "notes_for", "plan_tag", "push", "tag_all", "tags_of"]

TAG = "tag"
"""The task's name."""

_PATIENCE = 120.0  # seconds that a remote repository is waited for
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "LC_ALL": "C"}


def plan_tag(context: Context, scope: Scope) -> list[Task]:
    """One task for all packages: those of one version may share a tag.

    Raises NoxkitError where no release check has passed on this very tree.
    """
    packages = published(context, scope)
    if not packages:
        return nothing_published(TAG)
    report, source = passed_report(context)
    versions = {package.name: checked_release(context, package, report, source).version for package in packages}

    def act(_call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
        return tag_all(context, versions)

    return [Task(name=TAG, action=act, why=f"passed by {source}")]


def tags_of(context: Context, versions: Mapping[str, str]) -> dict[str, tuple[Package, str]]:
    """The tags of versions by packages' names, each with a package and its version; several may share one."""
    tags: dict[str, tuple[Package, str]] = {}
    for package in published(context, Scope()):
        version = versions.get(package.name)
        if version is not None:
            tags.setdefault(tag_template(context, package).replace("{version}", version), (package, version))
    return tags


def tag_all(context: Context, versions: Mapping[str, str]) -> Outcome:
    """Tag HEAD with the versions that packages have, by their names; what is there already stays."""
    head = git_says(context, "rev-parse", "HEAD").stdout.decode().strip()
    tags = tags_of(context, versions)
    there = {tag: _commit_of(context, tag) for tag in tags}
    wrong = [tag for tag, commit in there.items() if commit not in {None, head}]
    if wrong:
        reason = f"the tag {wrong[0]} is there already, on another commit ({str(there[wrong[0]])[:10]})"
        hint = "a tag that others may have is never moved: release a higher version"
        return Outcome(name=TAG, status=Status.FAILED, reason=reason, hint=hint)
    new = [tag for tag, commit in there.items() if commit is None]
    evidence: dict[str, EvidenceValue] = {"tags": list(tags), "made": new}
    if context.config.run.dry_run:
        lines = [f"would tag {head[:10]} as {tag}" for tag in new] or [f"{', '.join(tags)}: there already"]
        context.outbox.append("\n".join([*lines, ""]))
        return Outcome(name=TAG, status=Status.PASSED, evidence=evidence)
    for tag in new:
        words = ["tag", "--annotate", "--cleanup=verbatim", "--message", _message(context, *tags[tag])]
        made = git_says(context, *words, "--", tag, head)
        if made.returncode != 0:
            return git_failed(made, f"git does not make the tag {tag}")
    pushed = push(context, [f"refs/tags/{tag}" for tag in tags]) if context.config.run.push else None
    if pushed is not None and pushed.returncode != 0:
        return git_failed(pushed, "the tags are made, and not pushed")
    said = f"made {', '.join(new)}" if new else f"{', '.join(tags)}: there already"
    context.outbox.append(f"{said}{', pushed' if pushed is not None else ''}\n")
    return Outcome(name=TAG, status=Status.PASSED, evidence=evidence)


def git_says(
    context: Context, *arguments: str, timeout: float | None = None, environ: Mapping[str, str | None] | None = None
) -> Completed:
    """A call of git that asks nobody, with `environ` added to the environment."""
    changes = {**_ENVIRONMENT, **(environ or {})}
    return context.runner.run(["git", *arguments], task=TAG, environment=changes, timeout=timeout)


def _commit_of(context: Context, tag: str) -> str | None:
    said = git_says(context, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
    return said.stdout.decode().strip() if said.returncode == 0 else None


def _message(context: Context, package: Package, version: str) -> str:
    """The name and the version, and below them what the changelog says of exactly this version."""
    notes = notes_for(context, package, version)
    return f"{package.raw_name} {version}\n" + (f"\n{notes}" if notes else "")


def notes_for(context: Context, package: Package, version: str) -> str | None:
    """What the package's changelog, or that of the root, says of exactly this version."""
    for folder in dict.fromkeys((package.folder, ".")):
        for path in changelogs_in(context.repository.files, folder):
            content = (context.root / path).read_text(encoding="utf-8", errors="replace")
            notes = notes_of(content, Version(version), path=path)
            if notes is not None:
                return notes
    return None


def push(context: Context, refs: Sequence[str]) -> Completed:
    """Push all of them at once: the remote takes every one or none. Those that it has are no news to it."""
    git = context.repository.git
    remote = (remote_of(git) if git is not None else None) or "origin"
    return git_says(context, "push", "--atomic", "--porcelain", remote, *refs, timeout=_PATIENCE)


def git_failed(completed: Completed, what: str, *, name: str = TAG) -> Outcome:
    """The outcome of a step that git did not do, with its words."""
    lines = [line.strip() for line in completed.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    said = "no answer in time" if completed.timed_out else "; ".join(lines[-3:])[:400] or "git says nothing"
    hint = "mend that and run it again: what is made stays, and is not made twice"
    return Outcome(name=name, status=Status.FAILED, reason=f"{what}: {said}", hint=hint)
