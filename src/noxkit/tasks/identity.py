# SPDX-License-Identifier: Apache-2.0
"""Telling one call of nox from another."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["call_identity"]


def call_identity(*, parent: bool) -> str:
    """An id of this process, or of its parent: equal for all sessions of one call, and for no other call.

    The start time stands beside the process id, since ids are used again.
    """
    pid = os.getppid() if parent else os.getpid()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return str(pid)
    return f"{pid}-{fields[19]}"  # starttime, field 22 of proc(5), 20th behind the name
