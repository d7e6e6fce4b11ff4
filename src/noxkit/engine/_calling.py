# SPDX-License-Identifier: Apache-2.0
"""Asking rules, each for itself: one that fails is reported, and stops no other."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.rules._base import Rule

__all__ = ["called"]


def called(calls: Sequence[tuple[Rule[Any], object, str | None]]) -> tuple[tuple[Finding, ...], str | None]:
    """What each rule says of its facts for a package, and the tracebacks of those that failed."""
    findings: list[Finding] = []
    crashes: list[str] = []
    for rule, facts, package in calls:
        try:
            findings += rule(facts, package=package)
        except Exception:  # noqa: BLE001, PERF203 -- whatever a rule raises is about that rule alone
            crashes.append(f"{rule.info.code}: {traceback.format_exc()}")
    return tuple(findings), "\n".join(crashes) or None
