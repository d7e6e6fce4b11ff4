# SPDX-License-Identifier: Apache-2.0
"""What has changed since the last releases: git's history, read once, and fragments in towncrier's layout."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from noxkit.release._versions import Level
from noxkit.rules._conventional import Message
from noxkit.workspace._tables import items, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.tasks.process import Runner
    from noxkit.workspace.git import GitRunner
    from noxkit.workspace.model import Package

__all__ = [
    "Commit",
    "Counted",
    "Tag",
    "all_tags",
    "changes_since",
    "common_commit",
    "count",
    "counted_of",
    "fragments_of",
    "reachable_tags",
]

_LOG = (
    *("log", "-z", "--topo-order", "--no-color", "--no-show-signature", "--no-notes", "--encoding=UTF-8"),
    *("--relative", "--name-only", "--no-renames", "--no-ext-diff", "--diff-merges=first-parent"),
    "--format=%x01%H%x1f%P%x1f%B",
)
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
_HEAD = re.compile(rb"\x01([0-9a-f]{40,64})\x1f([0-9a-f ]*)\x1f(.*)", re.DOTALL)
_LOCKS = frozenset({b"uv.lock", b"poetry.lock", b"pdm.lock", b"pylock.toml"})
_REVERTED = re.compile(r"(?i)\bthis reverts commit ([0-9a-f]{7,64})\b")
_REFERENCE = re.compile(r"^[0-9a-f]{7,64}$")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit: its id, its message, how much it changes by its type, and the one that it takes back, by its id.

    `level` and `reverts` are None where it does neither; an id may be only the beginning of one.
    """

    id: str
    message: Message
    level: Level | None
    reverts: str | None
    merge: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A commit that counts: its id, its message, and how much it changes."""

    id: str
    message: Message
    level: Level

    @property
    def breaking(self) -> bool:
        """Whether it announces a breaking change."""
        return self.message.breaking


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """The commit that a tag names, and its time (seconds since 1970)."""

    commit: str
    time: int


def all_tags(git: GitRunner) -> dict[str, Tag]:
    """All tags of commits, by name."""
    form = "%(refname:strip=2)%00%(objectname)%00%(committerdate:unix)%00%(*objectname)%00%(*committerdate:unix)"
    found: dict[str, Tag] = {}
    for line in (git(["for-each-ref", f"--format={form}", "refs/tags"]) or b"").splitlines():
        name, *facts = line.decode("utf-8", "surrogateescape").split("\0")
        own, own_time, peeled, peeled_time = facts
        if peeled_time or own_time:
            found[name] = Tag(commit=peeled or own, time=int(peeled_time or own_time))
    return found


def reachable_tags(git: GitRunner, tags: Mapping[str, Tag]) -> dict[str, Tag]:
    """Those of commits that HEAD comes from."""
    listed = git(["for-each-ref", "--merged=HEAD", "--format=%(refname:strip=2)", "refs/tags"]) or b""
    names = listed.decode("utf-8", "surrogateescape").splitlines()
    return {name: tags[name] for name in names if name in tags}


def common_commit(git: GitRunner, commits: Sequence[str]) -> str | None:
    """A commit that all of them hold, so that nothing before it is of interest."""
    listed = sorted(set(commits))
    if len(listed) < 2:
        return next(iter(listed), None)
    said = git(["merge-base", "--octopus", *listed])
    return said.decode().strip() or None if said is not None else None


def changes_since(
    runner: Runner,
    bases: Mapping[str, str | None],
    *,
    left: str | None,
    owner: Callable[[str], str | None],
    levels: Mapping[str, Level],
) -> tuple[dict[str, list[Commit]], bool] | None:
    """The commits of each member that are not in its base, oldest first; None where git does not say.

    `bases` are the ids of commits by members' names, None for all of the history. `owner` says whose a file is; a
    commit without files is about those that its scope names. `levels` are what types of commits count for. The log
    leaves out `left` and all before it; False is second where a base does not hold it, or HEAD does not hold a base.
    """
    known = sorted({base for base in bases.values() if base is not None})
    reader = _Reader(bases, known, owner=owner, levels=levels)
    words = ["git", *_LOG, "HEAD", *([f"^{left}"] if left else []), "--"]
    # what git has written is taken apart while it looks for more
    completed = runner.run(words, task="git", environment=_ENVIRONMENT, sink=reader.feed)
    if completed.returncode != 0 or completed.cancelled:
        return None
    return reader.result(), reader.is_whole(left)


class _Reader:
    """Takes the log apart as it comes. Children stand before their parents, so that it is known what each is in."""

    def __init__(
        self,
        bases: Mapping[str, str | None],
        known: Sequence[str],
        *,
        owner: Callable[[str], str | None],
        levels: Mapping[str, Level],
    ) -> None:
        bits = {commit: 1 << number for number, commit in enumerate(known)}
        self._wanted = {name: bits[base] if base is not None else 0 for name, base in bases.items()}
        self._marks = {commit.encode(): bit for commit, bit in bits.items()}
        self._masks: dict[bytes, int] = {}
        self._seen = 0
        self._found: dict[str, list[Commit]] = {name: [] for name in bases}
        self._owner = owner
        self._owners: dict[bytes, str | None] = {}
        self._levels = levels
        self._rest = b""
        self._head: re.Match[bytes] | None = None
        self._touched: set[str | None] = set()
        self._has_files = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        parts = (self._rest + data).split(b"\0")
        self._rest = parts.pop()
        for part in parts:
            match = _HEAD.fullmatch(part) if part[:1] == b"\x01" else None
            if match is not None:
                self._conclude()
                self._head = match
            elif part:
                self._touch(part.removeprefix(b"\n"))

    def result(self) -> dict[str, list[Commit]]:
        """The commits of each member, oldest first."""
        if self._rest:
            self.feed(b"\0")
        self._conclude()
        return {name: commits[::-1] for name, commits in self._found.items()}

    def is_whole(self, left: str | None) -> bool:
        """Whether every base was seen, and holds the commit at which the log ended."""
        every = sum(self._marks.values())
        if left is None:
            return self._seen == every
        end = left.encode()  # a parent of what was read, and so in HEAD, but not itself read
        own = self._marks.get(end, 0)
        return end in self._masks and self._seen | own == every and self._masks[end] | own == every

    def _touch(self, path: bytes) -> None:
        folder, _, name = path.rpartition(b"/")
        self._has_files = True
        if name in _LOCKS:  # what is locked for development is no part of a release
            return
        if folder not in self._owners:
            self._owners[folder] = self._owner(f"{folder.decode('utf-8', 'surrogateescape')}/_" if folder else "_")
        self._touched.add(self._owners[folder])

    def _conclude(self) -> None:
        if self._head is None:
            return
        identity, parents, text = self._head.groups()
        self._head = None
        mark = self._marks.get(identity, 0)
        self._seen |= mark
        mask = self._masks.pop(identity, 0) | mark
        above = parents.split()
        for parent in above:
            self._masks[parent] = self._masks.get(parent, 0) | mask
        touched = self._touched if self._has_files else _named(text, self._found)
        self._touched, self._has_files = set(), False
        commit: Commit | None = None
        for name in touched:
            if name in self._found and not mask & self._wanted[name]:
                commit = commit or self._commit(identity, text, merge=len(above) > 1)
                self._found[name].append(commit)

    def _commit(self, identity: bytes, text: bytes, *, merge: bool) -> Commit:
        message = Message(text.decode("utf-8", "replace"))
        level, reverts = _level(message, self._levels), _reverted(message)
        return Commit(id=identity.decode(), message=message, level=level, reverts=reverts, merge=merge)


def _named(text: bytes, names: Collection[str]) -> set[str | None]:
    """The members that a commit without files is about: the only one, or those that its scope names."""
    if len(names) == 1:
        return set(names)
    header = Message(text.decode("utf-8", "replace")).header
    scopes = set(re.split(r"[,/\s]+", header.scope or "")) if header is not None else set[str]()
    return {name for name in names if name in scopes}


def count(commits: Sequence[Commit]) -> tuple[list[Counted], int]:
    """Those that count, oldest first, and how many have no type.

    A commit and one that reverts it do not count, unless that is reverted in turn. One that reverts what has been
    released counts as a patch.
    """
    gone: set[str] = set()
    undoing: dict[str, str] = {}
    for commit in commits:
        if commit.reverts is None:
            continue
        target = next((each.id for each in commits if each.id.startswith(commit.reverts)), None)
        if target is None or target == commit.id:
            continue
        gone |= {commit.id, target}
        undoing[commit.id] = target
        if target in undoing:  # the revert of a revert: what that had taken back is there again
            gone.discard(undoing[target])
    counted: list[Counted] = []
    untyped = 0
    for commit in commits:
        level = Level.PATCH if commit.reverts is not None else commit.level
        if commit.id in gone:
            continue
        if level is not None:
            counted.append(Counted(id=commit.id, message=commit.message, level=level))
        elif commit.message.header is None and not commit.merge:
            untyped += 1
    return counted, untyped


def _level(message: Message, levels: Mapping[str, Level]) -> Level | None:
    if message.header is None:
        return None
    return Level.MAJOR if message.breaking else levels.get(message.header.type.lower())


def _reverted(message: Message) -> str | None:
    """The id, or its beginning, of the commit that this one takes back; None for one that is no revert."""
    if message.subject[:1] not in {"r", "R"}:
        return None
    is_typed = message.header is not None and message.header.type.lower() == "revert"
    if not is_typed and not message.is_revert:
        return None
    match = _REVERTED.search(message.body) or _REVERTED.search("\n".join(each.value for each in message.footers))
    if match is not None:
        return match[1].lower()
    named = (each.value.split(",")[0].strip() for each in message.footers if each.token.lower() in {"refs", "reverts"})
    return next((value.lower() for value in named if _REFERENCE.fullmatch(value.lower())), None)


_TYPES = ("feature", "bugfix", "doc", "removal", "misc")
_NAME = re.compile(r"(?P<issue>[^.]+)\.(?P<type>[\w-]+)(?:\.\d+)?(?:\.(?:md|rst|txt))?")
_WORDS = {
    **dict.fromkeys(("removal", "removed", "breaking"), "remove!"),
    **dict.fromkeys(("feature", "feat", "added", "changed", "change"), "feat"),
    **dict.fromkeys(("deprecation", "deprecated"), "deprecate"),
    "security": "security",
}
"""What a type of fragments is among the types of commits; any other is a fix."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """One piece of news: the file's path below the root, its type, the issue (`+…` for none), and its text."""

    path: str
    type: str
    issue: str
    text: str


def fragments_of(context: Context, package: Package) -> tuple[Fragment, ...] | None:
    """The fragments of a package, sorted by their paths; None where its manifest has no [tool.towncrier]."""
    own = table(package.pyproject, "tool", "towncrier")
    if not own:
        return None
    folder = _folder(own)
    base = folder if package.folder == "." else f"{package.folder}/{folder}"
    types = _types(own)
    found: list[Fragment] = []
    for path in sorted(context.repository.files):
        if not path.startswith(f"{base}/") or "/" in path[len(base) + 1 :]:
            continue
        match = _NAME.fullmatch(path.rpartition("/")[2])
        if match is not None and match["type"] in types and (context.root / path).is_file():
            said = (context.root / path).read_text(encoding="utf-8", errors="replace")
            found.append(Fragment(path=path, type=match["type"], issue=match["issue"], text=" ".join(said.split())))
    return tuple(found)


def _folder(own: Mapping[str, object]) -> str:
    directory = text(own.get("directory"))
    if directory:
        return directory.removeprefix("./").rstrip("/")
    module = text(own.get("package"))
    place = (text(own.get("package_dir")) or ".").removeprefix("./").rstrip("/")
    inside = f"{module.replace('.', '/')}/newsfragments" if module else "newsfragments"
    return inside if place in {"", "."} else f"{place}/{inside}"


def _types(own: Mapping[str, object]) -> frozenset[str]:
    """Those that it names, as a list of tables or as tables of their own; towncrier's where it names none."""
    names = [text(table(each).get("directory")) for each in items(own.get("type"))]
    return frozenset(name for name in (*names, *table(own, "fragment")) if name) or frozenset(_TYPES)


def counted_of(fragments: Sequence[Fragment]) -> list[Counted]:
    """Fragments as what counts in a plan and stands in a changelog."""
    counted: list[Counted] = []
    for each in fragments:
        word = _WORDS.get(each.type, "fix")
        level = Level.MAJOR if word.endswith("!") else Level.PATCH if word in {"fix", "security"} else Level.MINOR
        issue = f" (#{each.issue})" if each.issue.isdigit() else ""
        counted.append(Counted(id=each.path, message=Message(f"{word}: {each.text}{issue}"), level=level))
    return counted
