# SPDX-License-Identifier: Apache-2.0
"""The safe fixes of a rule, applied to a tree until nothing is left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety
from noxkit.engine._apply import apply_fixes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.rules._trees import RuleTree

__all__ = ["fixed"]


def fixed(rules: RuleTree, code: str, files: Mapping[str, str | bytes], *, passes: int = 5) -> dict[str, str]:
    """The files of the tree after all safe fixes of the rule `code`; a further pass changes nothing."""
    found = rules.find(code, files)
    for _ in range(passes):
        apply_fixes(rules.root, found, safeties={FixSafety.SAFE}, outer=rules.root)
        found = [finding for finding in rules.again(code) if finding.fix is FixSafety.SAFE]
    assert found == []
    paths = (path for path in rules.root.rglob("*") if path.is_file())
    return {path.relative_to(rules.root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
