# SPDX-License-Identifier: Apache-2.0
"""Cleaning what tools print."""

from __future__ import annotations

import re

import pytest

from noxkit.tasks.process import Completed
from noxkit.tools._output import clean, failure, last_count, lines_of


@pytest.mark.parametrize(
    ("message", "cleaned"),
    [
        ("plain", "plain"),
        ("  two   spaces ", "two spaces"),
        ("one\n  two;\n\nthree", "one; two; three"),
        ("one\r\ntwo", "one; two"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("bell\x07 and null\x00", "bell and null"),
        ("right\u202eleft", "rightleft"),
        ("non\u00a0breaking", "non breaking"),
        ("from https://user:secret@host/simple", "from https://host/simple"),
        ("Ünï 🂡", "Ünï 🂡"),
    ],
)
def test_a_message_is_one_clean_line(message: str, cleaned: str) -> None:
    assert clean(message) == cleaned


@pytest.mark.parametrize(
    ("out", "err", "said"),
    [
        (b"", b"", "it printed nothing"),
        (b"words\n", b"", "words"),
        (b"words\n", b"error: no\n  cause: why\n", "no; why"),
        (b"", b"LOG: one\nreason\n", "reason"),
        (b"\xff\n", b"", "\ufffd"),
    ],
)
def test_a_failure_is_what_the_tool_calls_one(out: bytes, err: bytes, said: str) -> None:
    assert failure(Completed(("x",), 2, out, err, 0.1), without="LOG: ") == said


def test_lines_are_without_blank_ones() -> None:
    assert lines_of(b"a \r\n\n b\n") == ["a", " b"]


def test_the_last_count_stands() -> None:
    pattern = re.compile(r"read ([\d,]+)")
    assert last_count(pattern, "read 1, then read 1,234") == 1234
    assert last_count(pattern, "nothing") is None
