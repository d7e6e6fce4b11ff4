# SPDX-License-Identifier: Apache-2.0
"""noxkit's own rules, one file per family; each file declares its codes in `RULES`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from noxkit.diagnostics.model import RuleInfo

__all__ = ["load_rules"]


@functools.cache
def load_rules() -> dict[str, RuleInfo]:
    """What is known of each code of noxkit's own, by code, found by walking this folder."""
    rules: dict[str, RuleInfo] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.name.startswith("_"):
            continue
        family = importlib.import_module(f"{__name__}.{module.name}")
        for rule in cast("tuple[RuleInfo, ...]", family.RULES):
            if rule.code in rules:
                raise ValueError(f"{rule.code} is declared twice")
            rules[rule.code] = rule
    return rules
