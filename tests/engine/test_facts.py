# SPDX-License-Identifier: Apache-2.0
"""What a repository declares for the tools that it is checked with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.engine._facts import development_specifiers

if TYPE_CHECKING:
    from tests._trees import Repo

_TREE = """
[project]
name = "a"
version = "1"
[project.optional-dependencies]
dev = {lines}
"""
_ROWS: list[tuple[list[str], dict[str, str]]] = [
    (["mypy==1.4.1; python_version < '3.10'", "mypy==1.13.0; python_version >= '3.10'"], {"mypy": "==1.13.0"}),
    (["mypy>=1; sys_platform == 'cli'"], {}),
    (["mypy>=1", "mypy<2; python_version > '3'"], {"mypy": "<2,>=1"}),
    (["mypy>=1; extra == 'x'", "ty"], {}),
]


@pytest.mark.parametrize(("lines", "expected"), _ROWS)
def test_only_what_holds_for_this_interpreter_pins_a_tool(
    repo: Repo, lines: list[str], expected: dict[str, str]
) -> None:
    repo.write({"pyproject.toml": _TREE.format(lines=lines)}).commit()
    assert development_specifiers(repo.context().repository) == expected
