# SPDX-License-Identifier: Apache-2.0
"""Secrets that a rule has found are in no message of any other finding either: a type checker may quote the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.sources import SECRET_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noxkit.diagnostics.model import Finding, Outcome
    from noxkit.diagnostics.sources import Sources

__all__ = ["without_secrets"]

_HIDDEN = "***"


def without_secrets(outcomes: Sequence[Outcome], sources: Sources) -> list[Outcome]:
    """The outcomes with `***` for every secret of theirs in a message or hint."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    if not any(finding.code in SECRET_CODES for finding in findings):
        return list(outcomes)
    secrets = sorted(sources.masked(findings).secrets(), key=len, reverse=True)
    return [
        msgspec.structs.replace(outcome, findings=tuple(_hidden(finding, secrets) for finding in outcome.findings))
        for outcome in outcomes
    ]


def _hidden(finding: Finding, secrets: Iterable[str]) -> Finding:
    message, hint = finding.message, finding.hint
    for secret in secrets:
        message, hint = message.replace(secret, _HIDDEN), hint.replace(secret, _HIDDEN)
    if (message, hint) == (finding.message, finding.hint):
        return finding
    return msgspec.structs.replace(finding, message=message, hint=hint)
