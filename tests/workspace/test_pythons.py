# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from noxkit.workspace.pythons import SUPPORTED, admits, minors_of_classifiers

_ALL = SUPPORTED


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        pytest.param(">=3.10", _ALL, id="floor"),
        pytest.param(">=3.12", _ALL[2:], id="newer-floor"),
        pytest.param(">=3.10,<3.13", _ALL[:3], id="range"),
        pytest.param(">=3.8,<4", _ALL, id="poetry-range"),
        pytest.param("<3.10", (), id="only-older"),
        pytest.param(">=3.11.4", _ALL[1:], id="patch-floor-admits-the-minor"),
        pytest.param(">3.11", _ALL[1:], id="greater-than-a-minor-admits-its-patches"),
        pytest.param("!=3.12.*,>=3.11", ("3.11", "3.13", "3.14"), id="hole"),
        pytest.param("==3.12.*", ("3.12",), id="one-minor"),
        pytest.param("~=3.13", ("3.13", "3.14"), id="compatible"),
        pytest.param("==3.11", ("3.11",), id="one-release"),
        pytest.param(">=3.10,<3.11 || >=3.13", ("3.10", "3.13", "3.14"), id="alternatives"),
        pytest.param("", _ALL, id="empty"),
        pytest.param("three", _ALL, id="no-specifier-at-all"),
        pytest.param(">=3.20", (), id="only-newer"),
    ],
)
def test_minors_that_a_specifier_admits(specifier: str, expected: tuple[str, ...]) -> None:
    assert tuple(python for python in SUPPORTED if admits(specifier, python)) == expected


@pytest.mark.parametrize(
    ("python", "expected"),
    [("3.11.3", False), ("3.11.4", True), ("3.11", True), ("3.10", False), ("pypy", False)],
)
def test_a_full_version_is_taken_at_its_word(python: str, expected: bool) -> None:
    assert admits(">=3.11.4", python) is expected


def test_only_classifiers_of_a_minor_count() -> None:
    lines = [
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.12 ",
        "Programming Language :: Python :: 3 :: Only",
    ]
    assert minors_of_classifiers(lines) == {"3.9", "3.12"}
