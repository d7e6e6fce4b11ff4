# SPDX-License-Identifier: Apache-2.0
"""Paths and columns of tools as those of findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._places import Columns, outside, relative, without_root

ROOT = Path("/work/tree")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/work/tree/a.py", "a.py"),
        ("./a/b.py", "a/b.py"),
        ("a/../b.py", "b.py"),
        ("/work/tree", "."),
        ("/work/other/a.py", "/work/other/a.py"),
        ("../tree2/a.py", "/work/tree2/a.py"),
        ("..a.py", "..a.py"),
        ("a\nb.py", "a\nb.py"),
    ],
)
def test_a_path_is_relative_to_the_root_unless_outside(path: str, expected: str) -> None:
    assert relative(ROOT, path) == expected


def test_text_is_without_the_root() -> None:
    text = 'in "file:///work/tree/a.py" and /work/tree/b.py, not /work/treeb.py'
    assert without_root(ROOT, text) == 'in "a.py" and b.py, not /work/treeb.py'


@pytest.mark.parametrize(
    ("line", "utf16", "utf8", "expected"),
    [
        ("abc", 2, 2, 3),
        ("é b", 2, 3, 3),
        ("🂡 b", 3, 5, 3),
        ("日本 b", 3, 7, 4),
        ("", 0, 0, 1),
    ],
)
def test_columns_count_characters(tmp_path: Path, line: str, utf16: int, utf8: int, expected: int) -> None:
    tmp_path.joinpath("a.py").write_text(f"first\n{line}\n", encoding="utf-8")
    columns = Columns(tmp_path)
    assert columns.of_utf16("a.py", 2, utf16) == expected
    assert columns.of_bytes("a.py", 2, utf8) == expected


def test_columns_of_a_line_that_cannot_be_had_are_taken_as_they_are(tmp_path: Path) -> None:
    columns = Columns(tmp_path)
    assert columns.of_utf16("a.py", 1, 4) == 5
    assert columns.of_bytes("a.py", 1, 4) == 5
    assert columns.ascii_only("a.py", 1, 4) == 5


@pytest.mark.parametrize(("count", "expected"), [(0, 1), (2, 3), (3, None), (4, None)])
def test_columns_behind_other_characters_are_not_trusted(tmp_path: Path, count: int, expected: int | None) -> None:
    tmp_path.joinpath("a.py").write_text("abcé d", encoding="utf-8")
    assert Columns(tmp_path).ascii_only("a.py", 1, count) == expected


def test_findings_below_folders_are_left_out() -> None:
    found = [
        Finding(code="x", task="x", severity=Severity.ERROR, message="x", hint="x", path=path)
        for path in ("old/a.py", "older/a.py", "a.py", None)
    ]
    assert [finding.path for finding in outside(found, ("old",))] == ["older/a.py", "a.py", None]
    assert outside(found, ()) == tuple(found)
