# SPDX-License-Identifier: Apache-2.0
"""The noxfile that is written passes the repository's own import sorter."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from noxkit.commands.init import run
from noxkit.engine.console import Console

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("pyproject", "blank"),
    [
        pytest.param("", 1, id="nothing-configured"),
        pytest.param("[tool.ruff.lint.isort]\nlines-after-imports = 2\n", 2, id="attrs-pluggy-structlog"),
        pytest.param("[tool.isort]\nlines_after_imports = 2\n", 2, id="isort"),
        pytest.param("[tool.ruff.lint.isort]\nlines-after-imports = 1\n", 1, id="one"),
    ],
)
def test_the_noxfile_has_as_many_lines_after_its_imports(tmp_path: Path, pyproject: str, blank: int) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject)
    parsed = argparse.Namespace(root=tmp_path, yes=True, dry_run=False, workflow=None)
    assert run(parsed, Console({})) == 0
    lines = (tmp_path / "noxfile.py").read_text().splitlines()
    end = lines.index("import noxkit") + 1
    assert lines[end : end + blank + 1] == [*[""] * blank, 'nox.needs_version = ">=2026.10"']
    assert run(parsed, Console({})) == 0
