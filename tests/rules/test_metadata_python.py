# SPDX-License-Identifier: Apache-2.0
"""Requires-Python of core metadata, and classifiers beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import WHEEL, raw

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

_INVALID, _CAPPED = "NK-METADATA-REQUIRES-PYTHON-INVALID", "NK-REQUIRES-PYTHON-CAPPED"
_NONE, _CONFLICT = "NK-REQUIRES-PYTHON-UNSATISFIABLE", "NK-CLASSIFIER-REQUIRES-PYTHON-CONFLICT"
_MISSING = "NK-REQUIRES-PYTHON-MISSING@archive"


@pytest.mark.parametrize(
    ("code", "stated", "count"),
    [
        pytest.param(_INVALID, "3.10", 1, id="bare-version"),
        pytest.param(_INVALID, "^3.10", 1, id="caret"),
        pytest.param(_INVALID, ">=3.x", 1, id="letter"),
        pytest.param(_INVALID, ">=3.10 <4", 1, id="no-comma"),
        pytest.param(_INVALID, "python>=3", 1, id="name"),
        pytest.param(_INVALID, ">= 3.10 ,", 0, id="trailing-comma"),
        pytest.param(_INVALID, "", 0, id="empty"),
        pytest.param(_INVALID, "UNKNOWN", 0, id="unknown"),
        pytest.param(_MISSING, "", 1, id="missing"),
        pytest.param(_MISSING, "UNKNOWN", 1, id="missing-unknown"),
        pytest.param(_MISSING, ">=2", 0, id="not-missing"),
        pytest.param(_MISSING, "nonsense", 0, id="invalid-is-not-missing"),
        pytest.param(_CAPPED, ">=3.10,<4", 1, id="four"),
        pytest.param(_CAPPED, ">=3.10,<=3.13", 1, id="at-most"),
        pytest.param(_CAPPED, "~=3.10", 1, id="compatible"),
        pytest.param(_CAPPED, "==3.*", 1, id="series"),
        pytest.param(_CAPPED, "===3.12.1", 1, id="arbitrary"),
        pytest.param(_CAPPED, ">=3.10,!=3.11.*,!=3.12", 0, id="holes"),
        pytest.param(_CAPPED, ">3.9", 0, id="above"),
        pytest.param(_CAPPED, ">=3.12,<3.10", 0, id="nothing-fits"),
        pytest.param(_NONE, ">=3.12,<3.10", 1, id="empty-range"),
        pytest.param(_NONE, ">=3.30", 1, id="far-future"),
        pytest.param(_NONE, ">=4", 1, id="next-major"),
        pytest.param(_NONE, "<2", 1, id="before-two"),
        pytest.param(_NONE, ">=3.10,!=3.*", 1, id="all-shut-out"),
        pytest.param(_NONE, ">=3.10,<3.11", 0, id="one-minor"),
        pytest.param(_NONE, ">=3.15", 0, id="planned"),
        pytest.param(_NONE, "==3.11.4", 0, id="one-release"),
        pytest.param(_NONE, "~=2.7", 0, id="python-2"),
        pytest.param(_NONE, "nonsense", 0, id="invalid"),
    ],
)
def test_requires_python(artifacts: Artifacts, code: str, stated: str, count: int) -> None:
    recipe = raw(f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: {stated}\n")
    assert len(artifacts.find(code, {WHEEL: recipe})) == count


@pytest.mark.parametrize(
    ("stated", "classifiers", "count"),
    [
        pytest.param(">=3.10", ("3.9",), 1, id="too-old"),
        pytest.param(">=3.10,<3.13", ("3.13", "3.9"), 1, id="both-ends-are-one-finding"),
        pytest.param(">=3.10,!=3.11.*", ("3.11",), 1, id="hole"),
        pytest.param(">=3", ("2", "2.7"), 1, id="python-2"),
        pytest.param(">=3", ("2 :: Only",), 1, id="only"),
        pytest.param(">=3.10.2", ("3.10",), 0, id="later-patches"),
        pytest.param(">=2.7,!=3.0.*", ("2", "2.7", "3", "3.14"), 0, id="all-admitted"),
        pytest.param(">=3.10", ("3 :: Only", "Implementation :: PyPy"), 0, id="no-versions"),
        pytest.param(">=3.10", (), 0, id="none"),
        pytest.param("nonsense", ("3.9",), 0, id="invalid"),
        pytest.param(">=4", ("3.9",), 0, id="nothing-fits"),
    ],
)
def test_classifiers_beside_requires_python(
    artifacts: Artifacts, stated: str, classifiers: tuple[str, ...], count: int
) -> None:
    lines = "".join(f"Classifier: Programming Language :: Python :: {line}\n" for line in classifiers)
    recipe = raw(f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: {stated}\n{lines}")
    assert len(artifacts.find(_CONFLICT, {WHEEL: recipe})) == count
