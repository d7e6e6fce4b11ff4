# SPDX-License-Identifier: Apache-2.0
"""What the safe fixes of one rule make of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety
from noxkit.engine._apply import apply_fixes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.rules._trees import RuleTree

__all__ = ["fixed"]


def fixed(tree: RuleTree, code: str, files: Mapping[str, str | bytes], **changed: str) -> dict[str, bytes]:
    """The files after the safe fixes of the rule `code`, applied until there is none; a fifth pass is one too many."""
    findings = tree.find(code, files, **changed)
    for _ in range(5):
        applied = apply_fixes(tree.root, findings, safeties={FixSafety.SAFE}, outer=tree.root)
        assert not applied.refused
        if not applied.done:
            return {path: (tree.root / path).read_bytes() for path in files}
        findings = tree.again(code, **changed)
    raise AssertionError("the fixes come to no end")
