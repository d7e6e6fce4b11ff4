# SPDX-License-Identifier: Apache-2.0
"""A release against the one before it: what differs, and whether the version says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._release_difference import PreviousFacts

__all__ = ["release_difference", "version_behind", "version_bump_small"]


@rule(code="NK-RELEASE-DIFFERENCE", scope=Scope.REHEARSAL, since="1.0", standard=True, severity=Severity.INFO)
def release_difference(facts: PreviousFacts) -> Iterator[Found]:
    """What a release has that the previous one on the index has not, and the reverse.

    # Why
    A file that is missing by mistake, or twice the size, is seen by nobody who looks at the new release alone.

    # Fails
    acme 1.3 has two files less than acme 1.2 on the index, and requires `idna>=3`.

    # Passes
    acme 1.2.1 has the same files, metadata and public names as acme 1.2.

    # Fix
    Nothing has to be mended: read it before you release.

    # Options
    `release.compare` in [tool.noxkit].

    # When to ignore
    It is information, and fails no run.
    """
    if facts.differences:
        listed = "; ".join(each.text for each in facts.differences)
        yield found(
            f"{facts.name} {facts.new} against {facts.old}: {listed}",
            hint="read it before you release; `release.compare = false` in [tool.noxkit] turns it off",
            at=facts.place,
        )


@rule(code="NK-VERSION-BUMP-SMALL", scope=Scope.REHEARSAL, since="1.0", standard=True, severity=Severity.WARNING)
def version_bump_small(facts: PreviousFacts) -> Iterator[Found]:
    """The version has been raised by less than what has changed asks for, by Semantic Versioning.

    # Why
    Whoever requires `acme~=1.2` gets the release by itself, and stops working.

    # Fails
    acme 1.2.1 has no `acme.io.read`, which acme 1.2 has.

    # Passes
    acme 2.0 has no `acme.io.read`. Before 1.0 the minor part does for the major one, and versions that begin with a
    year say nothing of what has changed.

    # Fix
    Raise the version further, or bring back what is gone.

    # Options
    `release.compare` in [tool.noxkit].

    # When to ignore
    For a project that versions otherwise.
    """
    if facts.bump is None:
        return
    grave = [each for each in facts.differences if each.needs.rank > facts.bump.rank]
    if grave:
        least = max(grave, key=lambda each: each.needs.rank).needs
        yield found(
            f"{facts.old} to {facts.new} is a {facts.bump.value} step, and this asks for a {least.value} one: "
            f"{grave[0].text}",
            hint=f"raise the {least.value} part of the version, or bring back what is gone",
            at=facts.place,
        )


@rule(code="NK-VERSION-BEHIND", scope=Scope.REHEARSAL, since="1.0", standard=True, severity=Severity.WARNING)
def version_behind(facts: PreviousFacts) -> Iterator[Found]:
    """The version that was built is lower than one that the index has.

    # Why
    Nobody who asks for the newest release gets it. Mostly nobody meant that version: it is computed from git tags,
    and a shallow clone, or a fork, has none of them, so that the backend falls back to `0.1.dev1`.

    # Fails
    acme is built as 0.1.dev1, and the index has acme 1.2.

    # Passes
    acme is built as 1.3, and 1.2 is the newest release of the index. Or the index does not know acme.

    # Fix
    Fetch the tags (`git fetch --tags --unshallow`) where the version is computed; else raise the version.

    # Options
    `release.compare` in [tool.noxkit].

    # When to ignore
    For a release of an older line, such as 1.4.9 beside 2.0.
    """
    if facts.newest is not None:
        yield found(
            f"{facts.name} {facts.new} is lower than {facts.newest}, which the index has",
            hint="fetch the tags that the version is computed from (`git fetch --tags`), or raise it; a release of an "
            "older line is in order",
            at=facts.place,
        )
