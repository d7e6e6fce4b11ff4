# SPDX-License-Identifier: Apache-2.0
"""The licences of locked dependencies: each is allowed, denied or unknown, and no guess is an answer."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._licensing import Answer, Stated, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LicenseFacts", "license_denied", "license_unknown"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LicenseFacts:
    """A locked dependency: what it states, the verdict, and where the lock names it."""

    name: str
    version: str
    stated: Stated
    verdict: Verdict
    place: Place


@rule(code="NK-LICENSE-DENIED", scope=Scope.DEPENDENCY, since="1.0", standard=True)
def license_denied(facts: LicenseFacts) -> Iterator[Found]:
    """A locked dependency is under a licence that the repository denies.

    # Why
    Whoever ships the program ships the dependency, under its terms.

    # Fails
    `deny = ["GPL-3.0-only"]` in [tool.noxkit.licenses], and the lock holds a distribution that states
    `License-Expression: GPL-3.0-only`.

    # Passes
    A distribution under `MIT OR GPL-3.0-only` where MIT is allowed: one that is allowed is enough behind an OR. Of
    `MIT AND GPL-3.0-only` all parts have to be allowed.

    # Fix
    Take another dependency, or allow this one by name and version: `packages = { name = "==1.*" }`.

    # Options
    [tool.noxkit.licenses]: `allow`, `deny`, `packages`, `level`; without them those of [tool.liccheck] hold.

    # When to ignore
    Rather allow the package by name: that stands beside the other licences.
    """
    if facts.verdict.answer is Answer.DENIED:
        yield found(
            f"{facts.name} {facts.version}: {facts.verdict.reason}",
            hint=f"take another dependency, or allow it by name: {_by_name(facts)}",
            at=facts.place,
        )


@rule(code="NK-LICENSE-UNKNOWN", scope=Scope.DEPENDENCY, since="1.0", standard=True)
def license_unknown(facts: LicenseFacts) -> Iterator[Found]:
    """The licence of a locked dependency cannot be told, or is neither allowed nor denied.

    # Why
    What nobody has looked at is not allowed. Names such as `BSD` stand for several licences, and noxkit does not guess.

    # Fails
    `allow = ["MIT"]`, and the lock holds a distribution that states `License: BSD`, or nothing, or `Apache-2.0`.

    # Passes
    A distribution that states `MIT License`, or the whole text of the MIT licence, or the classifier for it.

    # Fix
    Look at its licence, then add it to `allow`, or the package to `packages`.

    # Options
    [tool.noxkit.licenses]: `allow`, `deny`, `packages`, `level`; without them those of [tool.liccheck] hold.

    # When to ignore
    Rather allow the package by name.
    """
    if facts.verdict.answer is Answer.UNKNOWN:
        one = facts.stated.expressions[0] if len(facts.stated.expressions) == 1 else None
        add = f'add "{one}" to `allow`, or ' if one else ""
        yield found(
            f"{facts.name} {facts.version}: {facts.verdict.reason}",
            hint=f"look at its licence, then {add}allow it by name: {_by_name(facts)}",
            at=facts.place,
        )


def _by_name(facts: LicenseFacts) -> str:
    return f'`packages = {{ {facts.name} = "=={facts.version}" }}` in [tool.noxkit.licenses]'
