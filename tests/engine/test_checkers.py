# SPDX-License-Identifier: Apache-2.0
"""Which type checkers are on, and which of them only advise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.engine._select import checkers

if TYPE_CHECKING:
    from tests._trees import Repo

_PROJECT = '[project]\nname = "demo"\nversion = "1"\n'
_GROUPS = '[dependency-groups]\nmypy = ["mypy"]\nty = ["ty"]\n'


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param("", {"ty": True}, id="nothing-is-chosen"),
        pytest.param(_GROUPS, {"mypy": False, "ty": False}, id="groups-alone-choose"),
        pytest.param(f"{_GROUPS}[tool.pyright]", {"mypy": True, "pyright": False, "ty": True}, id="attrs-and-operator"),
        pytest.param(f"{_GROUPS}[tool.mypy]", {"mypy": False, "ty": True}, id="one-of-them-is-configured"),
        pytest.param(
            f'{_GROUPS}[tool.mypy]\n[tool.noxkit.typecheck]\ncheckers = ["ty"]', {"ty": False}, id="the-user-decides"
        ),
    ],
)
def test_what_is_only_installed_beside_a_configured_checker_advises(
    repo: Repo, tables: str, expected: dict[str, bool]
) -> None:
    repo.write({"pyproject.toml": f"{_PROJECT}{tables}\n", "demo.py": ""})
    assert {name: advisory for name, (_, advisory) in checkers(repo.context()).items()} == expected
