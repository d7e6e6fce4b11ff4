# SPDX-License-Identifier: Apache-2.0
"""Secrets that a rule has found: only those of tracked files count, and no message of another finding quotes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.sources import SECRET_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noxkit.diagnostics.model import Finding, Outcome
    from noxkit.diagnostics.sources import Sources
    from noxkit.workspace.git import GitRunner

__all__ = ["only_tracked", "without_secrets"]

_HIDDEN = "***"


def only_tracked(findings: Sequence[Finding], git: GitRunner | None) -> tuple[Finding, ...]:
    """The findings without secrets in files that git does not track: nobody gets those with the repository.

    Outside of git every file counts.
    """
    suspects = sorted({finding.path for finding in findings if finding.code in SECRET_CODES and finding.path})
    if not suspects or git is None:
        return tuple(findings)
    listed = git(
        ["ls-files", "-z", "--others", "--exclude-standard", "--", *(f":(literal){path}" for path in suspects)]
    )
    untracked = {os.fsdecode(name) for name in (listed or b"").split(b"\0") if name}
    return tuple(each for each in findings if each.code not in SECRET_CODES or each.path not in untracked)


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
