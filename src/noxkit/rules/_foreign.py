# SPDX-License-Identifier: Apache-2.0
"""Files that nobody here writes."""

from __future__ import annotations

__all__ = ["is_foreign"]

_FOREIGN = frozenset({"_vendor", "vendor", "vendored", "_vendored", "third_party", "node_modules", "site-packages"})
_GENERATED = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


def is_foreign(path: str) -> bool:
    """Whether a file is vendored, generated or a template: nobody here writes it."""
    parts = path.split("/")
    return bool(_FOREIGN & set(parts)) or path.endswith(_GENERATED) or "{{" in path
