# SPDX-License-Identifier: Apache-2.0
"""Blocks in the Rust compiler's form."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.sources import Sources
from noxkit.errors import ErrorRecord
from noxkit.report._snippet import Block, render_block, render_error_records
from noxkit.report._style import Style

if TYPE_CHECKING:
    from pathlib import Path


def block(tmp_path: Path, content: str, **place: Any) -> list[str]:
    """The lines of a block about `content`, from the source line on, in 40 columns."""
    (tmp_path / "a.py").write_text(content, encoding="utf-8")
    found = dataclasses.replace(Block(kind="error", code="x", message="m", path="a.py"), **place)
    text = render_block(found, Sources(tmp_path), Style(width=40))
    assert "\n  |\n" in text
    return [line[4:] for line in text.split("\n  |\n", 1)[1].split("\n")]


LONG = "a" * 50 + "BBBB" + "c" * 50
MINIFIED = "x" * 900_000 + "Y" + "z" * 9000
AROUND = "…" + "a" * 15 + "BBBB" + "c" * 15 + "…"
TOO_LONG = "…" + "a" * 14 + "BBBB" + "c" * 16 + "…"


def at(column: int, end_column: int | None = None, **place: int) -> dict[str, int | None]:
    """A span on the first line."""
    return {"line": 1, "column": column, "end_column": end_column, **place}


@pytest.mark.parametrize(
    ("content", "place", "shown"),
    [
        pytest.param("x = 1\n", at(1, 2), ["x = 1", "^"], id="one character"),
        pytest.param("x = 1\n", at(5), ["x = 1", "    ^"], id="no end"),
        pytest.param("x = 1\n", {"line": 1}, ["x = 1"], id="no column"),
        pytest.param("x = 1\n", at(3, 3), ["x = 1", "  ^"], id="empty span"),
        pytest.param("x = 1\n", at(6), ["x = 1", "     ^"], id="behind the last character"),
        pytest.param("x = 1\n", at(99, 120), ["x = 1", "     ^"], id="far behind it"),
        pytest.param("x = 1\n", at(5, 99), ["x = 1", "    ^"], id="end behind it"),
        pytest.param("x = 1\n", at(5, 2), ["x = 1", "    ^"], id="end before start"),
        pytest.param("\n", at(1), ["", "^"], id="empty line"),
        pytest.param("\tx = 1\n", at(2, 3), ["    x = 1", "    ^"], id="tab"),
        pytest.param("ab\tx\n", at(4), ["ab  x", "    ^"], id="tab inside"),
        pytest.param("a界b\n", at(2, 3), ["a界b", " ^^"], id="wide"),
        pytest.param("a界b\n", at(3), ["a界b", "   ^"], id="behind wide"),
        pytest.param("e\u0301b\n", at(3), ["e\u0301b", " ^"], id="behind combining"),
        pytest.param("f(\n  1)\n", at(1, end_line=2), ["f(", "^^"], id="several lines"),
        pytest.param("def f():  \n  1\n", at(1, 4, end_line=2), ["def f():", "^" * 8], id="to the text's end"),
        pytest.param(LONG, at(1, 3), ["a" * 34 + "…", "^^"], id="cut behind"),
        pytest.param(LONG, at(51, 55), [AROUND, " " * 16 + "^^^^"], id="cut around"),
        pytest.param(LONG, at(104, 105), ["…" + "c" * 34, " " * 34 + "^"], id="cut before"),
        pytest.param(LONG, at(41, 104), [TOO_LONG, " " * 5 + "^" * 30], id="span too long"),
        pytest.param(MINIFIED, at(900_001), ["…" + "x" * 16 + "Y" + "z" * 17 + "…", " " * 17 + "^"], id="minified"),
    ],
)
def test_carets_stand_below_the_span(tmp_path: Path, *, content: str, place: dict[str, Any], shown: list[str]) -> None:
    lines = block(tmp_path, content, **place)
    assert lines == shown
    assert all(len(line) <= 36 for line in lines)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param("missing.py", 1, id="missing file"),
        pytest.param("a.py", 9, id="line behind the end"),
        pytest.param("a.py", None, id="no line"),
        pytest.param("..", 1, id="folder"),
    ],
)
def test_a_place_without_a_line_has_no_snippet(tmp_path: Path, path: str, line: int | None) -> None:
    (tmp_path / "a.py").write_text("x\n")
    text = render_block(
        Block(kind="error", code="x", message="m", path=path, line=line, details=(("hint", "h"),)),
        Sources(tmp_path),
        Style(),
    )
    place = path if line is None else f"{path}:{line}"
    assert text == f"error[x]: m\n --> {place}\n  = hint: h"


def test_errors_look_as_in_the_design(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("\n" * 40 + 'checker = ["ty"]\n')
    record = ErrorRecord(
        code="NK-CONFIG-UNKNOWN-KEY",
        message="`checker` is not an option of [tool.noxkit.typecheck]",
        hint="did you mean `checkers`?",
        path="pyproject.toml",
        line=41,
        column=1,
        end_column=8,
    )
    assert render_error_records([record], Sources(tmp_path), Style()) == (
        "error[NK-CONFIG-UNKNOWN-KEY]: `checker` is not an option of [tool.noxkit.typecheck]\n"
        "  --> pyproject.toml:41:1\n"
        "   |\n"
        '41 | checker = ["ty"]\n'
        "   | ^^^^^^^\n"
        "   = hint: did you mean `checkers`?\n"
    )


def test_errors_without_a_place_stand_apart(tmp_path: Path) -> None:
    records = [ErrorRecord(code="NK-UV-MISSING", message=f"no uv {number}", hint="install it") for number in (1, 2)]
    assert render_error_records(records, Sources(tmp_path), Style()) == (
        "error[NK-UV-MISSING]: no uv 1\n  = hint: install it\n\nerror[NK-UV-MISSING]: no uv 2\n  = hint: install it\n"
    )


def test_further_lines_of_a_message_become_a_note(tmp_path: Path) -> None:
    text = render_block(Block(kind="error", code="x", message="a\n    b\n      c"), Sources(tmp_path), Style())
    assert text == "error[x]: a\n  = note: b\n            c"


def test_code_links_to_its_page_where_links_are_on(tmp_path: Path) -> None:
    found = Block(kind="error", code="x", message="m", url="https://docs.example/x")
    text = render_block(found, Sources(tmp_path), Style(links=True))
    assert text == "error[\x1b]8;;https://docs.example/x\x1b\\x\x1b]8;;\x1b\\]: m"
