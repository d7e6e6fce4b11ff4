# SPDX-License-Identifier: Apache-2.0
"""The four questions of the moment of a release: changelog, index, tag and tree, for packages about to be released."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._contents import built_version
from noxkit.engine._indexes import publishing_arguments
from noxkit.engine._rules import signed, workspace_facts
from noxkit.engine._tags import tag_template, tagged_versions
from noxkit.engine._task import Task
from noxkit.environments.uv import knows_no_version, last_words
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.rules._changelog import changelogs_in
from noxkit.rules.release_moment import (
    MomentFacts,
    changelog_version,
    local_version,
    tag_taken,
    tree_dirty,
    version_taken,
)
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import ToolCall
    from noxkit.rules._facts import PackageFacts
    from noxkit.workspace.model import Package

__all__ = ["MOMENT", "NOTHING", "changed_files", "plan_moment"]

MOMENT = "moment"
"""The name of the task."""

NOTHING = "nothing to release"
"""The reason of a package that is not about to be released."""

_PATIENCE = 60.0  # seconds that a remote repository is waited for
_RULES = (changelog_version, local_version, version_taken, tag_taken, tree_dirty)
_PRESENT = re.compile(
    r"requires Python|requires-python|Python requirement|no wheels with a matching|yanked", re.IGNORECASE
)


def plan_moment(context: Context, packages: Sequence[Package], *, after: Sequence[Task] = ()) -> list[Task]:
    """One task for each package. Raises NoxkitError for a name of `--release` that is none of them."""
    asked = {_asked(context, name, packages).name for name in context.config.run.release}
    skipped = "in `skip` of [tool.noxkit]" if MOMENT in context.config.options.skip else None
    builds = {task.package: task.label for task in after if task.not_due is None}
    return [
        Task(
            name=MOMENT,
            package=package.name,
            action=functools.partial(_ask, context, package, asked=package.name in asked),
            why="`--release`" if package.name in asked else "where its version differs from its last tag",
            not_due=skipped,
            after=(builds[package.name],) if package.name in builds else (),
            cost=0.5,
        )
        for package in packages
    ]


def _asked(context: Context, name: str, packages: Sequence[Package]) -> Package:
    found = next((package for package in packages if package.name == canonicalize_name(name)), None)
    if found is not None:
        return found
    hint = did_you_mean(name, [package.name for package in packages], kind="packages")
    message = f"`--release {name}`: this repository publishes no such package"
    if context.repository.workspace.package(name) is not None:
        hint = "its kind says `publish = false`, or it has no [build-system], or a private classifier"
    raise NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=hint))


class _Answers(NamedTuple):
    facts: MomentFacts
    doubts: tuple[str, ...]


def _ask(context: Context, package: Package, _call: ToolCall, needs: Mapping[str, object], *, asked: bool) -> Outcome:
    version = package.version or built_version(needs)
    if version is None:
        reason = "the build computes its version, and there is no build"
        return Outcome(name=MOMENT, status=Status.INCONCLUSIVE, reason=reason, hint="mend what the build reports")
    template = tag_template(context, package)
    last = max(tagged_versions(template, context.repository.tags).values(), default=None)
    unfinished = _is_unfinished(version)
    if not asked and (last is None or unfinished or _same(str(last), version)):
        why = f"{version} is a development version" if unfinished else f"{version} is tagged"
        why = why if last or unfinished else _no_tag(context)
        return Outcome(name=MOMENT, status=Status.SKIPPED, reason=f"{NOTHING}: {why}; `--release {package.name}` asks")
    answers = _answers(context, package, version, tag=template.replace("{version}", version))
    facts = answers.facts
    evidence: dict[str, EvidenceValue] = {
        "version": version,
        "tag": facts.tag,
        "asked": ["changelog", "index", "tag", "tree"],
    }
    outcome = Outcome(name=MOMENT, status=Status.PASSED, evidence=evidence)
    if answers.doubts:
        hint = "make the index and the remote repository reachable, and ask again"
        reason = "; ".join(answers.doubts)
        outcome = msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
    return signed(context, outcome, [finding for each in _RULES for finding in each(facts, package=package.name)])


def _no_tag(context: Context) -> str:
    count = len(context.repository.tags)
    if not count:
        return "no tag of it yet"
    which = "1 tag" if count == 1 else f"{count} tags"
    return f"no tag of it among {which} (`release.tag` in [tool.noxkit] says how they are written)"


def _is_unfinished(version: str) -> bool:
    with contextlib.suppress(InvalidVersion):
        return Version(version).is_devrelease
    return False


def _same(left: str, right: str) -> bool:
    try:
        return Version(left) == Version(right)
    except InvalidVersion:
        return left == right


def _answers(context: Context, package: Package, version: str, *, tag: str) -> _Answers:
    whole = workspace_facts(context)
    facts = next(each for each in whole.packages if each.package is package)
    taken = _on_index(context, package, version)
    tags, unknown = _tags(context, tag)
    changed = changed_files(context)
    doubts = [taken] if isinstance(taken, str) else []
    doubts += [unknown] if unknown else []
    doubts += ["git does not say what is not committed"] if changed is None else []
    return _Answers(
        facts=MomentFacts(
            name=package.name,
            version=version,
            tag=tag,
            manifest=facts.manifest.value("project", "version"),
            changelogs=tuple(_changelogs(facts)),
            taken=taken is True,
            tags=tags,
            changed=changed or (),
        ),
        doubts=tuple(doubts),
    )


def _changelogs(facts: PackageFacts) -> Iterator[tuple[str, bytes]]:
    """Those beside the package's manifest; those of the root where it has none."""
    own, root = changelogs_in(facts.files, facts.package.folder), changelogs_in(facts.whole.files, ".")
    yield from ((path, data) for path in own or root if (data := facts.whole.read(path)) is not None)


def _on_index(context: Context, package: Package, version: str) -> bool | str:
    """Whether the index has the version, by asking uv to resolve it; a text where that cannot be told."""
    with tempfile.TemporaryDirectory(prefix="noxkit-moment-") as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text(f"{package.name}=={version}\n", encoding="utf-8")
        where = publishing_arguments(context)
        is_kept = _is_offline(context) and "--no-index" not in where  # what uv remembers says only what was there once
        fresh = [] if _is_offline(context) else ["--refresh-package", package.name]
        completed = context.uv.run(
            [
                "pip",
                "compile",
                "--no-deps",
                "--no-header",
                "--no-annotate",
                *fresh,
                *where,
                "--no-sources",
                str(wanted),
            ],
            task=MOMENT,
            environment={"UV_EXCLUDE_NEWER": None},
        )
    said = completed.stderr.decode("utf-8", "replace")
    if completed.returncode == 0 or _PRESENT.search(said):
        return True
    if completed.returncode == 1 and knows_no_version(completed) and not is_kept:
        return False
    return f"the index does not say whether it has {package.name} {version}: {last_words(completed)[:200]}"


def _is_offline(context: Context) -> bool:
    return context.environ.get("UV_OFFLINE", "").lower() not in {"", "0", "false", "no", "n", "off", "f"}


def _tags(context: Context, tag: str) -> tuple[tuple[str, ...], str | None]:
    """Where the tag exists and names another commit, and what could not be asked."""
    git = context.repository.git
    if git is None or context.repository.git_root is None:
        return (), "the root is in no git work tree: neither its tags nor its state can be told"
    head = (git(["rev-parse", "--verify", "--quiet", "HEAD"]) or b"").decode().strip()
    local = (git(["rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}"]) or b"").decode().strip()
    found = ["local"] if local and local != head else []
    remote = remote_of(git)
    if remote is None:
        return tuple(found), None
    listed = _asked_remote(context, remote, tag)
    if listed is None:
        return tuple(found), f"the remote {remote} does not answer"
    lines = [line.split("\t") for line in listed.decode("utf-8", "replace").splitlines() if "\t" in line]
    commits = {name: commit for commit, name in lines}
    there = commits.get(f"refs/tags/{tag}^{{}}") or commits.get(f"refs/tags/{tag}")  # of what an annotated one names
    return (*found, *([f"the remote {remote}"] if there is not None and there != head else [])), None


def _asked_remote(context: Context, remote: str, tag: str) -> bytes | None:
    """What the remote says of the tag; None where it says nothing."""
    completed = context.runner.run(
        ["git", "ls-remote", "--tags", remote, f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}"],
        task=MOMENT,
        environment={"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        timeout=_PATIENCE,
    )
    return completed.stdout if completed.returncode == 0 else None


def changed_files(context: Context) -> tuple[str, ...] | None:
    """The files that are not committed, below git's root, but for what is built; None where git does not say."""
    git = context.repository.git
    if git is None or context.repository.git_root is None:
        return ()  # that is said of the tags
    listed = git(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--", "."])
    if listed is None:
        return None
    entries = iter(listed.decode("utf-8", "replace").split("\0"))
    made = tuple(
        os.path.relpath(folder, context.repository.git_root) for folder in (context.output, context.state.parent)
    )
    found: list[str] = []
    for entry in entries:
        state, path = entry[:2], entry[3:]
        if state[:1] in {"R", "C"}:
            next(entries, None)  # the name that it had
        if path and not (state == "??" and _is_below(path, made)):
            found.append(path)
    return tuple(found)


def _is_below(path: str, folders: Sequence[str]) -> bool:
    plain = path.rstrip("/")
    return any(plain == folder or plain.startswith(f"{folder}/") for folder in folders)
