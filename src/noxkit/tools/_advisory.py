# SPDX-License-Identifier: Apache-2.0
"""A known vulnerability of one version, as several tools tell of it, on its way to where they are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noxkit.diagnostics.model import EvidenceValue

__all__ = ["KEY", "NO_ANSWER_HINT", "Advisory", "decoded", "encoded", "finding_of"]

KEY = "advisories"
"""The key of an outcome's evidence that holds them."""

NO_ANSWER_HINT = "make the service reachable, or name another one: `advisories.url` in [tool.noxkit]"


class Advisory(msgspec.Struct, frozen=True, kw_only=True):
    """`names` are its identifiers, the tool's own first; `severity` is None where the tool does not tell it."""

    package: str
    version: str
    names: tuple[str, ...]
    summary: str = ""
    fixed: tuple[str, ...] = ()
    severity: str | None = None


_DECODER = msgspec.json.Decoder(Advisory)


def encoded(advisories: Iterable[Advisory]) -> list[str]:
    """The advisories as evidence."""
    return [msgspec.json.encode(each).decode() for each in advisories]


def decoded(evidence: EvidenceValue) -> tuple[Advisory, ...]:
    """The advisories of an outcome's evidence."""
    return tuple(_DECODER.decode(each) for each in evidence) if isinstance(evidence, list) else ()


def finding_of(tool: str, advisory: Advisory) -> Finding:
    """One advisory as the tool's own finding."""
    fixed = f"take {' or '.join(advisory.fixed)}" if advisory.fixed else "no version is known to mend it"
    summary = advisory.summary or advisory.names[0]
    return Finding(
        code=f"{tool}:{advisory.names[0]}",
        task=tool,
        severity=Severity.ERROR,
        message=f"{advisory.package} {advisory.version}: {summary}",
        hint=fixed,
    )
