# SPDX-License-Identifier: Apache-2.0
"""Files that nobody here writes."""

from __future__ import annotations

__all__ = ["is_foreign", "is_vendored"]

_FOLDERS = frozenset({"_vendor", "vendor", "vendored", "_vendored", "third_party", "node_modules", "site-packages"})
_GENERATED = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


def is_foreign(path: str) -> bool:
    """Whether a file or folder is vendored, generated or a template: nobody here writes it as it stands."""
    return is_vendored(path) or "{{" in path


def is_vendored(path: str) -> bool:
    """Whether a file or folder is taken over from elsewhere, lies in an environment, or is generated."""
    return not _FOLDERS.isdisjoint(path.split("/")) or path.endswith(_GENERATED)
