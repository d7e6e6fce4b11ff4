# SPDX-License-Identifier: Apache-2.0
"""What a publication has done, line by line, outside of the tree: what an interrupted one and its reader go by."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.tasks import environ as environment_module
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from noxkit.engine._context import Context

__all__ = ["Journal", "state_folder"]


def state_folder(context: Context) -> Path:
    """The folder for this repository in the user's state folder (XDG_STATE_HOME), by the address it is pushed to.

    Two checkouts of one repository have one folder, so that two of them do not publish at once.
    """
    git = context.repository.git
    said = git(["remote", "get-url", "origin"]) if git is not None else None
    address = (said or b"").decode("utf-8", "replace").strip() or str(context.root)
    home = environment_module.home(context.environ) or str(context.state)
    base = context.environ.get("XDG_STATE_HOME") or f"{home}/.local/state"
    return Path(base) / "noxkit" / key_of("repository", address)[:20]


class Journal:
    """A file of JSON lines that is only ever added to; a line that a kill has cut off is ended first."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, step: str, **facts: str) -> None:
        """Write one line, and wait until it is on the disk. Raises OSError."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps({"step": step, **facts}, sort_keys=True).encode() + b"\n"
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, (b"\n" if cut else b"") + line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
