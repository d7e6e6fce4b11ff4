# SPDX-License-Identifier: Apache-2.0
"""The tutorial's package is red and green where the tutorial says so, by noxkit's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.commands.init import NOXFILE
from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._plans import plan_lint
from tests._trees import Repo, clean_environ
from tests.docs.pages import BLOCKS

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

PROJECT, CHOSEN = (block.text for block in BLOCKS if block.page == "docs/tutorial.md" and block.language == "toml")
# as `uv init --lib shop` writes it
REST = """\
version = "0.1.0"
description = "Add your description here"
readme = "README.md"
authors = [{ name = "A", email = "a@example.org" }]
requires-python = ">=3.12"
dependencies = []

[build-system]
requires = ["uv_build>=0.13.9,<0.14.0"]
build-backend = "uv_build"
"""
FILES = {"README.md": "", "src/shop/py.typed": "", "noxfile.py": NOXFILE}
CODE = 'def hello() -> str:\n    return "Hello from shop!"\n'


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """The package of the tutorial's first two steps."""
    repo = Repo(tmp_path / "shop", clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never"))
    return repo.write({**FILES, "src/shop/__init__.py": CODE})


def linted(repo: Repo, pyproject: str) -> Report:
    repo.write({"pyproject.toml": pyproject})
    return repo.run("--only", "consistency,source", planner=plan_lint)


def test_the_first_run_warns_of_two_things(shop: Repo) -> None:
    report = linted(shop, f'[project]\nname = "shop"\n{REST}')
    assert [finding.severity for finding in report.findings] == [Severity.WARNING] * 2
    assert report.status is Status.PASSED


def test_two_lines_mend_them(shop: Repo) -> None:
    assert linted(shop, PROJECT + REST).findings == ()


def test_what_is_put_back_is_green_with_the_tools_chosen(shop: Repo) -> None:
    report = linted(shop, f"{PROJECT}{REST}\n{CHOSEN}")
    assert (report.findings, report.status) == ((), Status.PASSED)
