# SPDX-License-Identifier: Apache-2.0
"""Wheels and sdists whose core metadata are given line by line."""

from __future__ import annotations

import base64
import json

__all__ = ["SDIST", "WHEEL", "core", "raw"]

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"


def core(*lines: str, version: str = "2.4", body: str = "# demo\n", kind: str = "text/markdown") -> str:
    """The recipe of a wheel or sdist with these fields besides the required ones."""
    fields = [f"Metadata-Version: {version}", "Name: demo", "Version: 1.0", "Requires-Python: >=3.10", *lines]
    if kind:
        fields.append(f"Description-Content-Type: {kind}")
    return raw("\n".join(fields) + f"\n\n{body}")


def raw(text: str | bytes) -> str:
    """The recipe of a wheel with this METADATA."""
    if isinstance(text, bytes):
        return f'[bytes]\n"{{info}}/METADATA" = "{base64.b64encode(text).decode()}"\n'
    return f"[metadata-text]\ntext = {json.dumps(text)}\n"
