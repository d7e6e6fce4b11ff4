# SPDX-License-Identifier: Apache-2.0
"""Scripts that the project's environment does not run: the noxfile, run by nox, and setup.py, run by the build."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Finding, Outcome

__all__ = ["without_noxfile_imports"]

_NOXFILE = "noxfile.py"
_GROUP = "import-missing"


def without_noxfile_imports(outcome: Outcome, root: Path) -> Outcome:
    """The outcome without `cannot import` of modules that the noxfile does import, in nox's own environment.

    So it is for setup.py, whose imports are what the build installs for it. Every other finding in
    both stays. How many were dropped stands in the evidence.
    """
    outcome = _without_build_imports(outcome)
    suspects = [finding for finding in outcome.findings if finding.path == _NOXFILE and finding.group == _GROUP]
    if not suspects:
        return outcome
    lines = _lines_that_import_here(root / _NOXFILE)
    dropped = [finding for finding in suspects if finding.line in lines]
    if not dropped:
        return outcome
    kept: tuple[Finding, ...] = tuple(finding for finding in outcome.findings if finding not in dropped)
    return msgspec.structs.replace(
        outcome, findings=kept, evidence={**outcome.evidence, "noxfile_imports": len(dropped)}
    )


def _without_build_imports(outcome: Outcome) -> Outcome:
    kept = tuple(
        finding
        for finding in outcome.findings
        if finding.group != _GROUP or PurePosixPath(finding.path or "").name != "setup.py"
    )
    if len(kept) == len(outcome.findings):
        return outcome
    dropped = len(outcome.findings) - len(kept)
    return msgspec.structs.replace(outcome, findings=kept, evidence={**outcome.evidence, "setup_imports": dropped})


def _lines_that_import_here(file: Path) -> frozenset[int]:
    """The lines of import statements all of whose modules are there in the environment that nox runs in."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        else:
            continue
        if all(_is_here(name.partition(".")[0]) for name in names):
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(found)


def _is_here(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
