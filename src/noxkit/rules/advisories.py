# SPDX-License-Identifier: Apache-2.0
"""Known vulnerabilities of locked dependencies, as several tools tell of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Place, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SEVERITIES", "AdvisoryFacts", "advisory"]

SEVERITIES = ("low", "medium", "high", "critical")
"""What an advisory may be, the least first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AdvisoryFacts:
    """One vulnerability of one locked version; `names` are all its identifiers, `told_by` the tools that know it.

    `severity` is None where none of them tells it; `least` is the severity from which on it fails a run.
    """

    package: str
    version: str
    names: tuple[str, ...]
    summary: str
    fixed: tuple[str, ...]
    severity: str | None
    least: str
    told_by: tuple[str, ...]
    place: Place


@rule(code="NK-ADVISORY", scope=Scope.DEPENDENCY, since="1.0", standard=True)
def advisory(facts: AdvisoryFacts) -> Iterator[Found]:
    """A locked version has a known vulnerability.

    # Why
    It is public, and so is how to use it.

    # Fails
    `uv.lock` holds idna 3.6, and the service knows of GHSA-jjg7-2v4v-x38h, mended in 3.7.

    # Passes
    `uv.lock` holds idna 3.7. An advisory that is less severe than `advisories.severity` is information.

    # Fix
    `uv lock --upgrade-package NAME`, to a version that mends it.

    # Options
    [tool.noxkit.advisories]: `url`, `severity`, `max-age`.

    # When to ignore
    Where the part that is vulnerable is not used: accept the advisory by its name, with a day on which to look again:
    `ignore = [{ code = "advisory:GHSA-jjg7-2v4v-x38h", reason = "…", until = 2027-01-01 }]`.
    """
    known = facts.severity or "unknown severity"
    below = facts.severity is not None and SEVERITIES.index(facts.severity) < SEVERITIES.index(facts.least)
    first, *others = facts.names
    also = f", {', '.join(others[:2])}" if others else ""
    yield found(
        f"{facts.package} {facts.version} has {first}{also} ({known}): {facts.summary or 'no summary'}",
        hint=_hint(facts),
        at=facts.place,
        severity=Severity.INFO if below else Severity.ERROR,
    )


def _hint(facts: AdvisoryFacts) -> str:
    if not facts.fixed:
        return f"no version is known to mend it: see whether the vulnerable part is used ({', '.join(facts.told_by)})"
    wanted = " or ".join(facts.fixed)
    return f"`uv lock --upgrade-package {facts.package}` to {wanted} or newer ({', '.join(facts.told_by)})"
