# SPDX-License-Identifier: Apache-2.0
"""What no checker says of its target: most take a Python that is not there, or not yet, and find nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noxkit.tools._base import Job

__all__ = ["wrong_target"]

_NEWEST_MINOR = 15  # what ty, the one checker that refuses others, knows; raised with its lock


def wrong_target(job: Job) -> str | None:
    """Why the answer for this job's Python would mean nothing, or None.

    pyright, pyrefly and mypy accept a version such as 3.99, and pyright an interpreter that is not
    there: both end with exit code 0.
    """
    if job.python is not None:
        minor = re.fullmatch(r"3\.(\d+)", job.python)
        if minor is None or not 7 <= int(minor[1]) <= _NEWEST_MINOR:
            return f"{job.python} is not a Python that type checkers know"
    if job.interpreter is not None and not job.interpreter.exists():
        return f"the interpreter {job.interpreter} is not there"
    return None
