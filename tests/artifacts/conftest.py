# SPDX-License-Identifier: Apache-2.0
"""Runs of one rule on files of a few recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.artifacts._facts import Artifacts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    """A folder of built files, and the findings that a rule has in them."""
    return Artifacts(tmp_path)
