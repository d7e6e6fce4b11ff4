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


def fixed(rules: RuleTree, code: str, files: Mapping[str, str | bytes], **changed: str) -> dict[str, bytes]:
    """All files of the tree once no safe fix of the rule `code` is left, named as for `RuleTree.write`."""
    found = rules.find(code, files, **changed)
    for _ in range(5):
        if not any(finding.fix is FixSafety.SAFE for finding in found):
            return _tree(rules)
        applied = apply_fixes(rules.root, found, safeties={FixSafety.SAFE}, outer=rules.root)
        assert applied.done
        assert not applied.refused
        found = rules.again(code, **changed)
    raise AssertionError(f"the fixes of {code} come to no end")


def _tree(rules: RuleTree) -> dict[str, bytes]:
    files = {path.relative_to(rules.root).as_posix(): path for path in rules.root.rglob("*") if path.is_file()}
    marks = {name: " +x" if path.stat().st_mode & 0o111 else "" for name, path in files.items()}
    return {f"{name}{marks[name]}": path.read_bytes() for name, path in files.items()}
