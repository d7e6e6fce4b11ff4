# SPDX-License-Identifier: Apache-2.0
"""What is released next: for each member its version, the next one, why, and what stands against it."""

from __future__ import annotations

import dataclasses
import graphlib
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.engine._scope import Scope, published, scope_of
from noxkit.engine._tags import tag_template, tagged_versions
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.release._history import (
    all_tags,
    changes_since,
    common_commit,
    count,
    counted_of,
    fragments_of,
    reachable_tags,
)
from noxkit.release._versions import Level, Step, final_of, following, stated_version
from noxkit.workspace._tables import requirement_name
from noxkit.workspace.git import has_commits, is_shallow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.release._history import Commit, Counted, Tag
    from noxkit.workspace.git import GitRunner
    from noxkit.workspace.model import Package

__all__ = ["Asked", "Member", "Plan", "make_plan", "members_needed", "ordered", "plan_of_tags"]

_MANY = 3  # files or members that are named one by one


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the caller has decided: `versions` by members' names and, in `word`, why; a level; a kind of release."""

    versions: Mapping[str, Version]
    word: str = "`--set-version`"
    level: Level | None = None
    step: Step = Step.FINAL


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member in a plan.

    `current` is its version now and `next` the one that is released, None where nothing is; `last_tag` is that of its
    newest release and `tag` the one to come. `commits` are those that count since its last final release, oldest first,
    and `untyped` how many have a message without a type. `needs` and `dependents` are published members, directly.
    """

    name: str
    folder: str
    current: str | None
    next: str | None
    last_tag: str | None
    tag: str | None
    because: tuple[str, ...]
    commits: tuple[Counted, ...]
    untyped: int
    needs: tuple[str, ...]
    dependents: tuple[str, ...]
    blocked: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All published members, each behind those that it needs; `blocked` stands against all of them."""

    head: str | None
    members: tuple[Member, ...]
    blocked: tuple[str, ...]

    @property
    def released(self) -> tuple[Member, ...]:
        """The members that get a new version, in the order in which they can be published."""
        return tuple(member for member in self.members if member.next is not None)

    @property
    def blocks(self) -> tuple[str, ...]:
        """What stands against it."""
        asked = self.released or self.members  # of those that stay, only where nothing is released for it
        return (*self.blocked, *(f"{each.name}: {why}" for each in asked for why in each.blocked))

    @property
    def is_blocked(self) -> bool:
        """Whether anything stands against it."""
        return bool(self.blocks)


@dataclasses.dataclass(slots=True)
class _Draft:
    """A member while the plan is made."""

    package: Package
    template: str
    current: Version | None
    last: Version | None
    last_tag: str | None
    final: Version | None
    final_tag: str | None
    counted: list[Counted]
    untyped: int
    is_new: bool
    next: Version | None = None
    because: list[str] = dataclasses.field(default_factory=list[str])
    blocked: list[str] = dataclasses.field(default_factory=list[str])

    @property
    def level(self) -> Level | None:
        return max((each.level for each in self.counted), default=None)


def make_plan(context: Context, asked: Asked) -> Plan:
    """The plan of the next release, from the history since the last tags. Raises NoxkitError without git."""
    git = _git(context)
    packages = published(context, dataclasses.replace(scope_of(context), packages=None))
    chosen = {package.name for package in published(context, scope_of(context))}
    needs = members_needed(packages)
    order, cycles = ordered(needs)
    drafts = _with_history(context, git, packages)
    for name in drafts.keys() & chosen:
        _decide(context, drafts[name], asked, is_named=bool(context.config.run.package) or len(packages) == 1)
    _together(context, drafts, asked, needs=needs)
    for name in drafts.keys() - chosen:
        drafts[name].next = None
    members = tuple(_member(context, drafts[name], needs, cycles.get(name)) for name in order)
    return Plan(head=_head(git), members=members, blocked=tuple(_against_all(git)))


def plan_of_tags(context: Context, versions: Mapping[str, str]) -> Plan:
    """The plan that has led to the tags on this commit: versions by the members' names, and nothing left to decide."""
    packages = published(context, Scope())
    needs = members_needed(packages)
    drafts = {package.name: _draft(context, package, {}) for package in packages}
    for name, version in versions.items():
        drafts[name].next, drafts[name].because = Version(version), ["tagged on this commit"]
    members = (_member(context, drafts[name], needs, None) for name in ordered(needs)[0])
    return Plan(
        head=_head(_git(context)),
        members=tuple(dataclasses.replace(each, blocked=()) for each in members),
        blocked=(),
    )


def _git(context: Context) -> GitRunner:
    git = context.repository.git
    if git is None or context.repository.git_root is None or not has_commits(git):
        message = "a release is planned from git's history, and there is none"
        hint = "run it in a git work tree with a commit"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint=hint))
    return git


def _head(git: GitRunner) -> str | None:
    said = git(["rev-parse", "HEAD"])
    return said.decode().strip() if said is not None else None


def _against_all(git: GitRunner) -> list[str]:
    if is_shallow(git):
        return ["the history is cut off (a shallow clone): `git fetch --unshallow --tags`; in CI, `fetch-depth: 0`"]
    return []


def _draft(context: Context, package: Package, tags: Mapping[str, Tag]) -> _Draft:
    template = tag_template(context, package)
    versions = tagged_versions(template, tags)
    last_tag = max(versions, key=lambda tag: versions[tag], default=None)
    finals = {tag: each for tag, each in versions.items() if not each.is_prerelease and not each.is_postrelease}
    final_tag = max(finals, key=lambda tag: finals[tag], default=None)
    current = _version(package.version or stated_version(context, package))
    draft = _Draft(
        package=package,
        template=template,
        current=current or versions.get(last_tag or ""),
        last=versions.get(last_tag or ""),
        last_tag=last_tag,
        final=finals.get(final_tag or ""),
        final_tag=final_tag,
        counted=[],
        untyped=0,
        is_new=False,
    )
    if package.version is not None and current is None:
        draft.blocked.append(
            f"`{package.version}` in {package.pyproject_path} is no version: write it as PEP 440 has it"
        )
    return draft


def _version(text: str | None) -> Version | None:
    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        return None


def _with_history(context: Context, git: GitRunner, packages: Sequence[Package]) -> dict[str, _Draft]:
    """The members with what has changed since their last releases.

    At first all tags are taken for reachable, and the oldest for a commit that all others hold: in most repositories
    that is so, and the log itself shows whether it is. To ask git for it takes as long as half a log.
    """
    tags = all_tags(git)
    drafts = {package.name: _draft(context, package, tags) for package in packages}
    oldest = min(_chosen(drafts, tags), key=lambda tag: tag.time, default=None)
    if not _read_history(context, drafts, tags, left=oldest.commit if oldest is not None else None):
        tags = reachable_tags(git, tags)
        drafts = {package.name: _draft(context, package, tags) for package in packages}
        left = common_commit(git, [tag.commit for tag in _chosen(drafts, tags)])
        _read_history(context, drafts, tags, left=left)
    return drafts


def _chosen(drafts: Mapping[str, _Draft], tags: Mapping[str, Tag]) -> list[Tag]:
    """The tags that members are counted from."""
    return [tags[tag] for draft in drafts.values() for tag in (draft.last_tag, draft.final_tag) if tag is not None]


def _read_history(context: Context, drafts: Mapping[str, _Draft], tags: Mapping[str, Tag], *, left: str | None) -> bool:
    """Fill in what has changed since the last final release, and whether anything has since the last of any kind.

    False where `left`, which the log leaves out with all before it, was too much to leave out.
    """
    finals = {name: tags[draft.final_tag].commit if draft.final_tag else None for name, draft in drafts.items()}
    lasts = {name: tags[draft.last_tag].commit if draft.last_tag else None for name, draft in drafts.items()}
    since_final, is_whole = _changes(context, finals, left=left)
    since_last = since_final
    if lasts != finals:
        since_last, is_whole_too = _changes(context, lasts, left=left)
        is_whole = is_whole and is_whole_too
    for name, draft in drafts.items():
        draft.counted, draft.untyped = count(since_final[name])
        draft.is_new = bool(draft.counted if since_last is since_final else count(since_last[name])[0])
        fragments = fragments_of(context, draft.package)
        if fragments is not None and (fragments or draft.last == draft.final):  # else the release of its candidates
            draft.counted, draft.untyped, draft.is_new = counted_of(fragments), 0, bool(fragments)
    return is_whole


def _changes(
    context: Context, bases: Mapping[str, str | None], *, left: str | None
) -> tuple[dict[str, list[Commit]], bool]:
    workspace = context.repository.workspace
    levels = dict.fromkeys(context.config.options.release.minor_types, Level.MINOR)
    levels |= dict.fromkeys(context.config.options.release.patch_types, Level.PATCH)

    def owner(path: str) -> str | None:
        package = workspace.package_of(path)
        return package.name if package is not None else None

    left = None if None in bases.values() else left
    found = changes_since(context.runner, bases, left=left, owner=owner, levels=levels)
    if found is None:
        message = "git does not list the commits since the last release"
        raise NoxkitError(ErrorRecord(code="NK-RELEASE-HISTORY", message=message, hint="`git log` says why"))
    return found


def _decide(context: Context, draft: _Draft, asked: Asked, *, is_named: bool) -> None:
    """The next version of a member by itself."""
    name = draft.package.name
    if name in asked.versions:
        draft.next = asked.versions[name]
        draft.because.append(asked.word)
        if draft.last is not None and draft.next <= draft.last:
            draft.blocked.append(
                f"{draft.next} does not come after {draft.last}, which is released as {draft.last_tag}"
            )
        return
    if draft.last is None:
        _first(draft, asked)
        return
    level = draft.level
    if asked.level is not None and (level is not None or draft.untyped or is_named):
        level = asked.level
        draft.because.append(f"`--{asked.level.word}`")
    if asked.step is not Step.FINAL and is_named and level is None:
        level = Level.PATCH
    finishes = draft.last.is_prerelease and asked.step is Step.FINAL and draft.counted
    if (draft.is_new or draft.because or finishes or (asked.step is not Step.FINAL and is_named)) and level is not None:
        _follow(context, draft, level, asked)
        draft.because += _told(draft.counted)
    stated = draft.current
    if stated is not None and stated > draft.last:
        ready = final_of(stated) if stated.is_devrelease else stated
        if draft.next is None or (ready > draft.next and asked.level is None and asked.step is Step.FINAL):
            draft.next = ready
            draft.because.insert(0, f"its files have {stated}")


def _first(draft: _Draft, asked: Asked) -> None:
    """The first release of a member is the version that its manifest has."""
    if draft.current is None:
        if not draft.blocked:
            draft.blocked.append(
                "there is no tag to count from, and no version in pyproject.toml: give one, `--set-version 0.1.0`"
            )
            draft.because.append("never released")
        return
    ready = final_of(draft.current) if draft.current.is_devrelease else draft.current
    if asked.step in {Step.ALPHA, Step.BETA, Step.CANDIDATE} and not ready.is_prerelease:
        ready = Version(f"{ready}{asked.step.value}1")
    draft.next = ready
    draft.because.append("never released")


def _follow(context: Context, draft: _Draft, level: Level, asked: Asked) -> None:
    zero_major = context.config.options.release.major_on_zero
    draft.next = following(draft.last, level, final=draft.final, step=asked.step, zero_major=zero_major)
    if draft.next is None:
        draft.blocked.append(
            f"no {asked.step.value or 'final'} release comes after {draft.last}: give a version with `--set-version`"
        )


def _told(counted: Sequence[Counted]) -> list[str]:
    """What has happened, in a few words."""
    kinds: dict[str, int] = {}
    for each in counted:
        kind = "breaking change" if each.breaking else {Level.MINOR: "feature"}.get(each.level, "fix")
        kinds[kind] = kinds.get(kind, 0) + 1
    plurals = {"fix": "fixes"}
    words = [f"{number} {kind if number == 1 else plurals.get(kind, kind + 's')}" for kind, number in kinds.items()]
    return [", ".join(sorted(words, key=lambda word: ("fix" in word, "feature" in word)))] if words else []


def _together(
    context: Context, drafts: Mapping[str, _Draft], asked: Asked, *, needs: Mapping[str, Sequence[str]]
) -> None:
    """What members get because of others: those of a version group the same one, those that need one a patch."""
    groups: dict[str, list[_Draft]] = {}
    kinds = {kind.name: kind for kind in context.config.options.kinds}
    for draft in drafts.values():
        kind = kinds.get(draft.package.kind)
        if kind is not None and kind.version_group is not None:
            groups.setdefault(f"the group {kind.version_group}", []).append(draft)
        elif sum(other.template == draft.template for other in drafts.values()) > 1:
            groups.setdefault(f"the tag {draft.template}, which they share", []).append(draft)
    follows = context.config.options.release.dependents == "patch"
    for _ in drafts:  # each round may move others; none moves twice
        moved = [_join(group, drafts_of) for group, drafts_of in groups.items()]
        if follows:
            for name, draft in drafts.items():
                reasons = [each for each in needs[name] if drafts[each].next is not None]
                moved.append(bool(reasons) and _after(context, draft, reasons, asked))
        if not any(moved):
            return


def _join(group: str, drafts: Sequence[_Draft]) -> bool:
    versions = [draft.next for draft in drafts if draft.next is not None]
    if not versions:
        return False
    behind = [draft for draft in drafts if draft.next != max(versions)]
    for draft in behind:
        draft.next = max(versions)
        draft.because.append(f"with {group}")
    return bool(behind)


def _after(context: Context, draft: _Draft, reasons: Sequence[str], asked: Asked) -> bool:
    if draft.next is not None or draft.blocked or draft.last is None:
        return False
    _follow(context, draft, Level.PATCH, asked)
    more = f" and {len(reasons) - _MANY} more" if len(reasons) > _MANY else ""
    draft.because.append(f"needs {', '.join(reasons[:_MANY])}{more}")
    return True


def members_needed(packages: Sequence[Package]) -> dict[str, tuple[str, ...]]:
    """For each package the others of them that an installation of it asks for, by its requirements or an extra."""
    asked = {package.name: _required(package) - {package.name} for package in packages}
    return {name: tuple(each.name for each in packages if each.name in names) for name, names in asked.items()}


def _required(package: Package) -> set[str | None]:
    """The names in its requirements and extras."""
    return {requirement_name(line) for lines in (package.dependencies, *package.extras.values()) for line in lines}


def ordered(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], dict[str, str]]:
    """The names, each behind what it needs, and for those in a cycle what that is."""
    sorter = graphlib.TopologicalSorter(needs)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        ring = error.args[1]
        told = f"a cycle of members that need each other: {' → '.join(ring)}"
        return list(needs), dict.fromkeys(ring, told)
    places = {name: place for place, name in enumerate(needs)}
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=places.__getitem__)
        order += ready
        sorter.done(*ready)
    return order, {}


def _member(context: Context, draft: _Draft, needs: Mapping[str, tuple[str, ...]], cycle: str | None) -> Member:
    package = draft.package
    tag = draft.template.replace("{version}", str(draft.next)) if draft.next is not None else None
    blocked = list(draft.blocked)
    if draft.next is not None:
        blocked += [cycle] if cycle is not None else []
        blocked += _unpublished(context, package)
        if tag in context.repository.tags:
            blocked.append(f"the tag {tag} is there already, on a commit that HEAD does not come from")
    return Member(
        name=package.name,
        folder=package.folder,
        current=str(draft.current) if draft.current is not None else package.version,
        next=str(draft.next) if draft.next is not None else None,
        last_tag=draft.last_tag,
        tag=tag,
        because=tuple(draft.because),
        commits=tuple(draft.counted),
        untyped=draft.untyped,
        needs=needs[package.name],
        dependents=tuple(name for name, needed in needs.items() if package.name in needed),
        blocked=tuple(blocked),
    )


def _unpublished(context: Context, package: Package) -> list[str]:
    """Members that it asks for and that are never published."""
    names, members = _required(package), context.repository.workspace.packages
    missing = [each.name for each in members if each.name in names and not each.publish]
    return [f"it needs {name}, which is not published" for name in missing]
