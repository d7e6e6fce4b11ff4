# SPDX-License-Identifier: Apache-2.0
"""Where a finding is, as a forge counts: from the top of the repository."""

from __future__ import annotations

import posixpath

__all__ = ["from_top"]


def from_top(path: str | None, root: str) -> str | None:
    """The path below the top of the repository, of which `root` is a folder; None where it lies outside of it."""
    if path is None or path.startswith("/"):
        return None
    whole = posixpath.normpath(posixpath.join(root, path))
    return None if whole == ".." or whole.startswith(("../", "/")) else whole
