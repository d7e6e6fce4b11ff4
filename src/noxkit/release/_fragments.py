# SPDX-License-Identifier: Apache-2.0
"""Changelog fragments in towncrier's layout, `changes/123.feature.md`: what has changed, beside the commits.

Source: towncrier.readthedocs.io, configuration and `towncrier create`.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from noxkit.release._history import Counted
from noxkit.release._versions import Level
from noxkit.rules._conventional import Message
from noxkit.workspace._tables import items, table, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

__all__ = ["Fragment", "counted_of", "fragments_of"]

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
