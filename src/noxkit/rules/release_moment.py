# SPDX-License-Identifier: Apache-2.0
"""What has to hold at the moment of a release, in changelog, index, tags and tree."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Place, Scope, also, found, rule
from noxkit.rules._changelog import entry_hint, versions_named

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MomentFacts", "changelog_version", "local_version", "tag_taken", "tree_dirty", "version_taken"]

_FEW = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MomentFacts:
    """A package about to be released as `version`.

    `manifest` is the place of its version; `changelogs` are the paths and bytes of the changelogs that are about it;
    `taken` says that the index has the version, `tags` where its tag names another commit (`local`, `the remote
    origin`); `changed` are the files that are not committed.
    """

    name: str
    version: str
    tag: str
    manifest: Place
    changelogs: tuple[tuple[str, bytes], ...] = ()
    taken: bool = False
    tags: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@also(code="NK-CHANGELOG-VERSION", scope=Scope.MOMENT)
def changelog_version(facts: MomentFacts) -> Iterator[Found]:
    """The changelog holds no entry for the version that is about to be released.

    # Fails
    `acme` is released as 1.2.3, and no heading of its CHANGELOG.md, or of the root's, names 1.2.3 as a whole.

    # Passes
    A heading names 1.2.3; or the package has no changelog at all, beside it or in the root.
    """
    try:
        version = Version(facts.version)
    except InvalidVersion:  # another rule's finding
        return
    if facts.changelogs and not any(version in versions_named(path, data) for path, data in facts.changelogs):
        path, data = facts.changelogs[0]
        yield found(
            f"no heading of {path} names version `{version}` of {facts.name}",
            hint=entry_hint(path, data, version),
            at=Place(path, 1),
        )


@rule(code="NK-VERSION-TAKEN", scope=Scope.MOMENT, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def version_taken(facts: MomentFacts) -> Iterator[Found]:
    """The index has the version that is about to be released already.

    # Why
    An index never takes a file name twice, not even after the file was deleted. The upload would fail, half of it
    perhaps done.

    # Fails
    `acme` is released as 1.2.3, and the index that publishing uses has acme 1.2.3.

    # Passes
    The index has acme 1.2.2 and 1.2.30 only, or does not know acme.

    # Fix
    Raise the version. A version that was yanked counts as taken, too.

    # Options
    The index is the one of `[[tool.uv.index]]` with a `publish-url`, else the one that uv uses.

    # When to ignore
    Where a release was interrupted and is continued.
    """
    if facts.taken:
        yield found(
            f"the index has {facts.name} {facts.version} already",
            hint="raise the version: an index takes no file name twice",
            at=facts.manifest,
            display=True,
        )


@also(code="NK-METADATA-LOCAL-VERSION", scope=Scope.MOMENT)
def local_version(facts: MomentFacts) -> Iterator[Found]:
    """The version that is about to be released has a local part, which the index does not take.

    # Fails
    `acme` is released as 1.2.4.dev3+gabc1234, computed three commits behind the tag `v1.2.3`.

    # Passes
    `acme` is released as 1.2.4.
    """
    if "+" in facts.version:
        yield found(
            f"{facts.name} {facts.version} has a local part, and no index takes that",
            hint="tag the commit first: a version that is computed from tags has no local part there",
            at=facts.manifest,
        )


@rule(code="NK-TAG-TAKEN", scope=Scope.MOMENT, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def tag_taken(facts: MomentFacts) -> Iterator[Found]:
    """The git tag of the version that is about to be released exists already, on another commit.

    # Why
    A tag that moves names two trees; whoever has fetched it keeps the old one.

    # Fails
    `acme` is released as 1.2.3, and the tag `v1.2.3` names another commit, here or in the remote repository.

    # Passes
    The tags `v1.2.2` and `v1.2.30` exist. Or `v1.2.3` does and names the commit that is released: it was tagged first.

    # Fix
    Raise the version, or delete the tag if nobody has it.

    # Options
    `release.tag` in [tool.noxkit]: the name of a tag, with `{name}` and `{version}`; else it is written as the earlier
    tags are.

    # When to ignore
    Where a release was interrupted and is continued.
    """
    for where in facts.tags:
        yield found(
            f"the tag `{facts.tag}` of {facts.name} {facts.version} exists already, on another commit ({where})",
            hint=f"raise the version; or `git tag --delete {facts.tag}`, if nobody has it",
            at=facts.manifest,
            display=True,
        )


@rule(code="NK-TREE-DIRTY", scope=Scope.MOMENT, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def tree_dirty(facts: MomentFacts) -> Iterator[Found]:
    """The tree that is about to be released holds changes that are not committed.

    # Why
    What is built from them nobody can build again: the tag names another tree.

    # Fails
    A tracked file is changed, or a new file is neither committed nor ignored.

    # Passes
    Files that git ignores, such as those of `dist/`.

    # Fix
    Commit the changes, or take them back.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.changed:
        listed = ", ".join(f"`{path}`" for path in facts.changed[:_FEW])
        more = f" and {len(facts.changed) - _FEW} more" if len(facts.changed) > _FEW else ""
        count = "1 file is" if len(facts.changed) == 1 else f"{len(facts.changed)} files are"
        yield found(
            f"{count} not committed: {listed}{more}",
            hint="commit them, take them back, or let git ignore them",
            at=None,
            display=True,
        )
