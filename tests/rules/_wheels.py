# SPDX-License-Identifier: Apache-2.0
"""Recipes of wheels that differ from a healthy one in a few files and fields: what tables of tests hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noxkit.diagnostics.model import Finding

__all__ = ["DEMO", "recipe", "severities"]

DEMO = "demo-1.0-py3-none-any.whl"
"""The file name of most of them."""


def recipe(
    files: Mapping[str, str | bool],
    metadata: Mapping[str, str | list[str] | bool] | None = None,
    *,
    generator: str | None = None,
    zeros: Mapping[str, int] | None = None,
    magic: Mapping[str, str] | None = None,
) -> str:
    """A recipe as TOML: the texts of files, False for one that is left out, and the tables of the same names."""
    tables: dict[str, Mapping[str, object]] = {"files": files, "metadata": metadata or {}}
    tables |= {"zeros": zeros or {}, "magic": magic or {}, "wheel": {"Generator": generator} if generator else {}}
    return "\n".join(
        f"[{name}]\n" + "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )


def severities(findings: Iterable[Finding]) -> list[str]:
    """How bad findings are, in their order."""
    return [finding.severity.value for finding in findings]
