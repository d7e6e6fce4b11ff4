# SPDX-License-Identifier: Apache-2.0
"""This repository's own maintenance sessions: one a file, whose function of the same name registers it."""

from __future__ import annotations

import importlib
import pkgutil

__all__ = ["register"]


def register() -> None:
    """Register the session of every file in this folder."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            factory = getattr(importlib.import_module(f"{__name__}.{module.name}"), module.name)
            factory()
