# SPDX-License-Identifier: Apache-2.0
"""Modules that the tests import and that nothing says how to install."""

from __future__ import annotations

import dataclasses
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Finding
    from noxkit.tools._base import Job, Reading
    from noxkit.workspace.model import Repository

__all__ = ["not_started", "without_missing_modules"]

_MISSING = re.compile(r"cannot be (?:collected|imported): ModuleNotFoundError: No module named '(?P<module>\w+)")
_BEFORE_TESTS = re.compile(
    r"^(?:\S+: )?(?:Failed to import filter module|Error importing plugin|No module named) ['\"][\w.]+['\"].*$",
    re.MULTILINE,
)


def without_missing_modules(job: Job, reading: Reading) -> Reading:
    """One trouble instead of a failure for each module that is not installed, where nobody says what to install.

    Where a group or an extra names pytest, the repository has said what its tests need, and what is
    missing there is a fault of its own. So is a module that should be in the tree.
    """
    if job.repository.development_places("pytest"):
        return reading
    missing: dict[str, None] = {}
    kept: list[Finding] = []
    for finding in reading.findings:
        match = _MISSING.search(finding.message)
        if match is None or _is_known(job.repository, match["module"]):
            kept.append(finding)
        else:
            missing[match["module"]] = None
    if not missing:
        return reading
    names = ", ".join(f"`{name}`" for name in sorted(missing))
    return dataclasses.replace(
        reading,
        findings=tuple(kept),
        trouble=f"the tests import {names}, and no dependency group or extra says what the tests need",
        trouble_hint="put pytest and what the tests import into a group of [dependency-groups], such as `test`",
    )


def not_started(output: str) -> str | None:
    """Why pytest ended while it read its configuration, where a module was missing; None for other causes."""
    match = _BEFORE_TESTS.search(output)
    return match[0].strip() if match else None


def _is_known(repository: Repository, module: str) -> bool:
    """Whether a module of this name comes with Python or has a file or a folder in the tree."""
    if module in sys.stdlib_module_names:
        return True
    return any(f"/{module}.py" in f"/{path}" or f"/{module}/" in f"/{path}" for path in repository.python_files())
