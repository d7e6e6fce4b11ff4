# SPDX-License-Identifier: Apache-2.0
"""What the hooks of pre-commit are read into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.adopt.pre_commit import read
from noxkit.errors import NoxkitError

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """\
repos:
  - repo: https://h.test/a
    hooks:
      - id: ruff
        args: [--fix]
      - {id: "mypy", files: ^src/}
  - repo: local
    hooks:
      - id: ruff
        entry: uv run ruff
        args: [check]
      - id: 3
"""


def test_a_hook_is_its_entry_or_its_id_and_knows_its_line(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text(CONFIGURATION)
    assert [(step.name, step.line, step.commands) for step in read(tmp_path)] == [
        ("ruff", 4, (("ruff",),)),
        ("mypy", 6, (("mypy",),)),
        ("ruff", 9, (("uv", "run", "ruff", "check"),)),
    ]


@pytest.mark.parametrize("text", ["", "repos: 3\n", "- a\n", "repos: [3, {hooks: [4]}]\n"])
def test_other_shapes_have_no_hooks(tmp_path: Path, text: str) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text(text)
    assert read(tmp_path) == []


def test_no_file_has_no_hooks(tmp_path: Path) -> None:
    assert read(tmp_path) == []


def test_what_is_not_yaml_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text("a: b\n  c: [\n")
    with pytest.raises(NoxkitError, match="NK-FILE-UNREADABLE"):
        read(tmp_path)
