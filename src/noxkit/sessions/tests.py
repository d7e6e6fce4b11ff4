# SPDX-License-Identifier: Apache-2.0
"""The session `tests`, on each supported Python."""

from __future__ import annotations

from noxkit.sessions._pythons import registered_pythons
from noxkit.sessions._register import register

__all__ = ["tests"]


def tests() -> None:
    """Register `tests` with nox's own `python=[...]`: `tests-3.N`, `-p 3.N`; pytest with coverage data and JUnit."""
    register(
        "tests",
        lambda plans, session: plans.tests_on(session.python if isinstance(session.python, str) else None),
        description="pytest on each supported Python, with coverage data and JUnit kept in .nox/noxkit/.",
        python=registered_pythons(),
    )
