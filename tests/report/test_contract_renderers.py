# SPDX-License-Identifier: Apache-2.0
"""Every renderer of the registry is pinned on the sample and takes no orders from hostile text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec
import pytest

from noxkit.report import format_names, formats
from noxkit.report._style import Style

from .sample import GOLDEN, HOSTILE, hostile, rendered, report, write_hostile_files

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = rendered()
HOSTILE_TEXTS = {name: text for name, text in TEXTS.items() if name.startswith("hostile")}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_output_equals_the_golden_file(name: str) -> None:
    assert TEXTS[name] == (GOLDEN / name).read_bytes().decode(), "run `python -m tests.report.sample`, read the diff"


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(TEXTS)


def test_registry_names_each_format_by_its_file() -> None:
    known = ["github", "gitlab", "html", "json", "jsonl", "junit", "markdown", "sarif", "text"]
    assert format_names() == list(formats()) == known


@pytest.mark.parametrize("name", sorted(HOSTILE_TEXTS))
def test_no_hidden_character_of_the_report_is_printed(name: str) -> None:
    text = re.sub("\x1b\\[[0-9;]*m", "", HOSTILE_TEXTS[name]) if "color" in name else HOSTILE_TEXTS[name]
    assert {unicodedata.category(character) for character in text.replace("\n", "")}.isdisjoint({"Cc", "Cf", "Cs"})


@pytest.mark.parametrize("name", sorted(name for name in HOSTILE_TEXTS if "text" in name))
def test_no_line_of_text_is_a_command_for_a_runner(name: str) -> None:
    assert not [line for line in HOSTILE_TEXTS[name].splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_each_line_for_github_is_one_command_that_noxkit_meant() -> None:
    lines = HOSTILE_TEXTS["hostile-github.txt"].splitlines()
    assert lines
    for line in lines:
        command = re.fullmatch(r"::error ([^:]*)::.*", line)
        assert command is not None
        names = {part.split("=")[0] for part in command[1].split(",")}
        assert names <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert not re.search("%(?!25|0A|3A|2C)", line)


def test_markdown_holds_no_markup_of_others() -> None:
    text = HOSTILE_TEXTS["hostile-markdown.txt"]
    assert not re.search(r"<(?!/?(br|sub)>)|@|`|\]\(|http:|~~|\$", text)


def test_rows_of_markdown_tables_keep_their_cells() -> None:
    tables = [line for line in HOSTILE_TEXTS["hostile-markdown.txt"].splitlines() if line.startswith("|")]
    tables += [line for line in TEXTS["sample-markdown.txt"].splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} <= {4, 5, 7}


def test_json_keeps_hostile_text_whole() -> None:
    decoded = msgspec.json.decode(HOSTILE_TEXTS["hostile-json.txt"])
    assert decoded["notes"] == [HOSTILE.replace("\udcff", "\\udcff")]


@pytest.mark.parametrize("name", format_names())
def test_output_of_a_report_without_anything_ends_with_a_newline_or_is_empty(name: str, tmp_path: Path) -> None:
    text = formats()[name](report(), sources=write_hostile_files(tmp_path), style=Style())
    assert text == "" if name == "github" else text.endswith("\n")


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("width", [1, 40, 79, 300])
def test_any_width_can_be_rendered(name: str, width: int, tmp_path: Path) -> None:
    style = Style(width=width, verbose=True, links=True, color=True)
    assert formats()[name](hostile(), sources=write_hostile_files(tmp_path), style=style)
