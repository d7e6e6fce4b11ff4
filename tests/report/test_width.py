# SPDX-License-Identifier: Apache-2.0
"""Text by its width on a terminal, and hidden characters made visible."""

from __future__ import annotations

import pytest

from noxkit.report._escape import guard_lines, one_line, visible
from noxkit.report._width import cut, display_width, pad, wrap


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("größe", 5),
        ("界", 2),
        ("\uff21\uff22", 4),
        ("e\u0301", 1),
        ("😀", 2),
        ("a\u200db", 2),
    ],
)
def test_width_counts_columns(text: str, width: int) -> None:
    assert display_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("界界界", 4, "界…"),
        ("ab cd", 4, "ab…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_cut_keeps_within_the_width(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown


def test_pad_fills_by_columns() -> None:
    assert [pad("界", 4), pad("界", 4, right=True), pad("abc", 2)] == ["界  ", "  界", "abc"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["> "]),
        ("aa bb", ["> aa bb"]),
        ("aa bb cc dd", ["> aa bb", "  cc dd"]),
        ("a longestword b", ["> a", "  longestword", "  b"]),
    ],
)
def test_wrap_breaks_at_spaces(text: str, lines: list[str]) -> None:
    assert wrap(text, 7, first="> ", rest="  ") == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("größe 界 👩\u200d💻", "größe 界 👩\u200d💻", id="harmless"),
        pytest.param("\x1b[31m", "\\x1b[31m", id="escape code"),
        pytest.param("a\rb", "a\\x0db", id="carriage return"),
        pytest.param("a\r\nb\tc", "a\nb    c", id="line end and tab"),
        pytest.param("\u202eabc\u2066", "\\u202eabc\\u2066", id="override and isolate"),
        pytest.param("\x9b31m\x7f\x00", "\\x9b31m\\x7f\\x00", id="C1, delete, null"),
        pytest.param("\ufeff\u200b\u2028", "\\ufeff\\u200b\\u2028", id="nothing to see"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag"),
        pytest.param("\udcff", "\\udcff", id="surrogate"),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_joins_lines() -> None:
    assert one_line(" a \r\n\n  b\n") == "a b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ": :error::x"),
        ("a\n \t::x", "a\n \t: :x"),
        ("a ::x", "a ::x"),
        ("a ##[x]", "a ##\\[x]"),
        ("std::x", "std::x"),
    ],
)
def test_commands_for_a_runner_are_broken(text: str, shown: str) -> None:
    assert guard_lines(text) == shown
