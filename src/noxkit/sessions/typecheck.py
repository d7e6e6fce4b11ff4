# SPDX-License-Identifier: Apache-2.0
"""The session `typecheck` and its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.sessions._pythons import registered_pythons
from noxkit.sessions._register import register

if TYPE_CHECKING:
    from noxkit.sessions._register import Chooser

__all__ = ["typecheck"]


def typecheck() -> None:
    """Register `typecheck`, the grid of checkers and Pythons, and `typecheck-3.N` for each of its columns."""
    register(
        "typecheck",
        lambda plans, _session: plans.typecheck_on(None),
        description="The type checkers x Pythons grid in one run, the lowest and the highest Python first.",
    )
    for python in registered_pythons():
        register(
            f"typecheck-{python}",
            _column(python),
            description=f"The type checkers on Python {python} alone.",
            tags=["typecheck-columns"],
        )


def _column(python: str) -> Chooser:
    return lambda plans, _session: plans.typecheck_on(python)
