# SPDX-License-Identifier: Apache-2.0
"""The evidence of a task in a few words: its version, how much it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.report._escape import one_line
from noxkit.report._verdict import number

if TYPE_CHECKING:
    from noxkit.diagnostics.model import EvidenceValue, Outcome

__all__ = ["evidence_words"]

_FIRST = ("did", "version", "files", "python", "tests")
_UNSAID = frozenset(
    {
        *("exit_code", "output", "command", "findings"),
        *("why", "version_from", "interpreter", "uv", "seconds", "pytest", "junit", "noxfile_imports", "run_since"),
    }
)
_LONGEST = 40


def evidence_words(outcome: Outcome) -> list[str]:
    """`["cached", "0.17.6", "871 files"]`: what matters first; lists and the output are left to the JSON."""
    names = [name for name in _FIRST if name in outcome.evidence]
    names += [name for name in outcome.evidence if name not in _FIRST and name not in _UNSAID]
    words = [_word(name, outcome.evidence[name]) for name in names]
    return [*(["cached"] if outcome.cached else []), *(word for word in words if word)]


def _word(name: str, value: EvidenceValue) -> str:
    if value is None or value is False or isinstance(value, list):
        return ""
    said = one_line(name).replace("_", " ")
    if value is True:
        return said
    if isinstance(value, int):
        return number(value, said.removesuffix("s")) if said.endswith("s") else f"{said} {value:,}"
    if name == "did":
        return one_line(value)[: 2 * _LONGEST] if isinstance(value, str) else ""
    text = f"{value:g}" if isinstance(value, float) else one_line(value)[:_LONGEST]
    return text if name == "version" else f"{said} {text}"
