# SPDX-License-Identifier: Apache-2.0
"""The version that follows another one, by PEP 440."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Level", "Step", "final_of", "following", "level_between"]


class Level(enum.IntEnum):
    """How much changes; a larger one holds the smaller ones."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """Its name: `patch`, `minor`, `major`."""
        return self.name.lower()


class Step(enum.Enum):
    """What kind of release a version is to be: a final one, or one before or after it."""

    FINAL = ""
    ALPHA = "a"
    BETA = "b"
    CANDIDATE = "rc"
    POST = "post"
    DEV = "dev"


_RANK = {"a": 0, "b": 1, "rc": 2}


def final_of(version: Version) -> Version:
    """The version without what makes it come before or after the final one, and without a local part."""
    return _made(version, version.release)


def following(
    last: Version | None,
    level: Level | None,
    *,
    final: Version | None,
    step: Step = Step.FINAL,
    zero_major: bool = False,
) -> Version | None:
    """The version that follows.

    `last` is the newest release of any kind and `final` the newest final one, from which `level` counts; None where
    there is none yet. Before 1.0 a major change is a minor one unless `zero_major`. None where nothing is known to
    count from, or the step leads to no later version: from a candidate back to an alpha, or a post-release of none.
    """
    if last is None:
        return None
    base = _raised(final, level, zero_major=zero_major) if final is not None and level is not None else final_of(last)
    target = max(base, final_of(last)) if last.is_prerelease else base
    if step is Step.FINAL:
        return target if target > last else None
    if step is Step.POST:
        number = (last.post or 0) + 1 if last.post is not None else 1
        return None if last.is_prerelease else _made(last, last.release, post=number)
    if step is Step.DEV:
        number = (last.dev or 0) + 1 if last.dev is not None and final_of(last) == target else 0
        made = _made(target, target.release, dev=number)
        return made if made > last else None
    return _before(last, target, step.value)


def _before(last: Version, target: Version, kind: str) -> Version | None:
    """The next alpha, beta or candidate of `target`."""
    number = 1
    if last.pre is not None and final_of(last) == target:
        if _RANK[last.pre[0]] > _RANK[kind]:
            return None
        if last.pre[0] == kind:
            number = last.pre[1] + (last.dev is None)  # 1.0rc2.dev1 comes before 1.0rc2
    made = _made(target, target.release, pre=(kind, number))
    return made if made > last else None


def _raised(version: Version, level: Level, *, zero_major: bool) -> Version:
    release = [*version.release, *([0] * (3 - len(version.release)))]
    if level is Level.MAJOR and version.major == 0 and not zero_major:
        level = Level.MINOR
    place = 3 - level
    raised = [*release[:place], release[place] + 1, *([0] * (len(release) - place - 1))]
    kept = max(len(version.release), place + 1)
    return _made(version, raised[:kept])


def _made(
    version: Version,
    release: Iterable[int],
    *,
    pre: tuple[str, int] | None = None,
    post: int | None = None,
    dev: int | None = None,
) -> Version:
    text = f"{version.epoch}!" if version.epoch else ""
    text += ".".join(map(str, release))
    text += f"{pre[0]}{pre[1]}" if pre is not None else ""
    text += f".post{post}" if post is not None else ""
    text += f".dev{dev}" if dev is not None else ""
    return Version(text)


def level_between(old: Version, new: Version) -> Level | None:
    """The level at which the two differ; None where they are of one final version."""
    if old.epoch != new.epoch:
        return Level.MAJOR
    pairs = ((old.major, new.major), (old.minor, new.minor), (old.release[2:], new.release[2:]))
    return next((level for level, (left, right) in zip(reversed(Level), pairs, strict=True) if left != right), None)
