# SPDX-License-Identifier: Apache-2.0
"""Runs of one rule on a tree of a few files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.artifacts._facts import Artifacts
from tests.rules._trees import RuleTree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def rules(tmp_path: Path) -> RuleTree:
    """A tree, and the findings that a rule has in it."""
    return RuleTree(tmp_path / "tree")


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    """A folder of built files, and the findings that a rule has in them."""
    return Artifacts(tmp_path)
