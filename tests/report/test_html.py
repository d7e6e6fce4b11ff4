# SPDX-License-Identifier: Apache-2.0
"""What the page holds, read without a browser; `test_page.py` opens it in one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import Status
from noxkit.report import html
from noxkit.report._style import Style

from .sample import finding, hostile, outcome, release, report, sample, write_files, write_hostile_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from noxkit.diagnostics.model import Report

ADDRESSES = {"src", "href", "srcset", "data", "action", "poster", "formaction"}


class Page(HTMLParser):
    """The tags with their attributes, and the text of each table, list and script."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def within(self, tag: str) -> list[str]:
        return [text for inside, text in self.texts if inside == tag]


@pytest.fixture
def show(tmp_path: Path) -> Callable[[Report], str]:
    """The page of a report, over the sample's files."""

    def shown(built: Report) -> str:
        return html.render(built, sources=write_files(tmp_path), style=Style())

    return shown


def findings_in(text: str) -> list[dict[str, Any]]:
    return json.loads(Page(text).within("script")[0])["findings"]


@pytest.mark.parametrize(
    "built", [sample(), release(), hostile(), report()], ids=["sample", "release", "hostile", "empty"]
)
def test_nothing_is_loaded_from_anywhere(built: Report, tmp_path: Path) -> None:
    page = Page(html.render(built, sources=write_hostile_files(tmp_path), style=Style()))
    assert not [
        attributes
        for _, attributes in page.tags
        if ADDRESSES & set(attributes) and attributes.get("href") != "#findings"
    ]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert [tag for tag, _ in page.tags if tag in {"script", "link", "img", "iframe", "base", "object"}] == [
        "script"
    ] * 2
    assert "url(" not in "".join(page.within("style"))


def test_only_the_script_of_the_page_may_run(show: Callable[[Report], str]) -> None:
    page = Page(show(sample()))
    (policy,) = [attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes]
    digest = base64.b64encode(hashlib.sha256(page.within("script")[-1].encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; script-src 'sha256-{digest}';")


def test_tags_that_a_hostile_text_names_are_text(tmp_path: Path) -> None:
    text = html.render(hostile(), sources=write_hostile_files(tmp_path), style=Style())
    assert not re.search(r"<script>alert|<a[^>]*javascript:", text)
    assert any("<script>alert(1)</script>" in said for said in Page(text).within("td"))
    assert all(found["url"] is None for found in findings_in(text))


def test_what_to_do_first_begins_with_what_has_no_result(show: Callable[[Report], str]) -> None:
    items = [text for text in Page(show(sample())).within("li") if text.strip()]
    assert items[0].startswith(" zizmor: exit code 101")
    assert items[1].startswith(" mypy[3.14]: no end after 1800 s")


def test_a_finding_of_several_checkers_is_one_card(show: Callable[[Report], str]) -> None:
    (missing,) = [found for found in findings_in(show(sample())) if "ty:unresolved-import" in found["codes"]]
    assert missing["codes"] == ["pyright:reportMissingImports", "ty:unresolved-import"]
    assert missing["pythons"] == ["3.10", "3.14"]
    assert missing["source"][1] == [2, "from ", "acme_missing", " import thing"]


SPANS: dict[str, tuple[dict[str, int], list[object]]] = {
    "from a column": ({"column": 8}, [1, "import ", "", "os"]),
    "without a column": ({}, [1, "import os", "", ""]),
    "to the end of the line": ({"column": 1, "end_line": 2, "end_column": 3}, [1, "", "import os", ""]),
    "after the line": ({"column": 99}, [1, "import os", "", ""]),
}


@pytest.mark.parametrize(("place", "line"), SPANS.values(), ids=SPANS.keys())
def test_what_of_a_line_is_marked(show: Callable[[Report], str], place: dict[str, int], line: list[object]) -> None:
    built = report(findings=(finding(path="src/acme/app.py", line=1, **place),))
    assert findings_in(show(built))[0]["source"][0] == line


def test_a_secret_is_hidden(show: Callable[[Report], str]) -> None:
    secret = finding(code="NK-SECRET", path="src/acme/app.py", line=2, column=6, end_line=2, end_column=18)
    text = show(report(findings=(secret,)))
    assert "acme_missing" not in text
    assert "************" in text


def test_the_grid_is_a_button_for_each_cell_with_findings(show: Callable[[Report], str]) -> None:
    buttons = [
        attributes for tag, attributes in Page(show(sample())).tags if tag == "button" and "data-python" in attributes
    ]
    assert {(button["data-task"], button["data-python"]) for button in buttons} == {
        ("pyright", "3.10"),
        ("pyright", "3.14"),
        ("ty", "3.10"),
    }


GROUPS: dict[str, tuple[str, str, list[str]]] = {
    "above its floor": ("core 91.50 % of 12 files, floor 90 %", "passed", ["floor 90 %"]),
    "below its ratchet": (
        "core 91.50 % of 12 files, floor 90 %, ratchet 92.1 %",
        "failed",
        ["floor 90 %", "ratchet 92.1 %"],
    ),
    "without either": ("core 91.50 % of 12 files", "passed", []),
}


@pytest.mark.parametrize(("line", "verdict", "marks"), GROUPS.values(), ids=GROUPS.keys())
def test_a_group_of_coverage_is_a_bar_with_its_marks(
    show: Callable[[Report], str], line: str, verdict: str, marks: list[str]
) -> None:
    task = outcome("coverage", evidence={"groups": [line]})
    page = Page(show(report(session="coverage", tasks=(task,))))
    (bar,) = [attributes["class"] for _, attributes in page.tags if attributes.get("class", "").startswith("bar ")]
    assert bar == f"bar {verdict}"
    assert [attributes["title"] for tag, attributes in page.tags if tag == "b"] == marks
    assert "91.50 %" in page.within("td")


def test_coverage_that_says_something_else_has_no_bar(show: Callable[[Report], str]) -> None:
    tasks = (outcome("coverage", evidence={"groups": ["nonsense"], "percent": 3}), outcome("coverage", evidence={}))
    assert "Coverage" not in Page(show(report(tasks=tasks))).within("h2")


def test_tasks_that_say_when_they_ran_are_a_time_line(show: Callable[[Report], str]) -> None:
    tasks = (
        outcome("ruff", began=0.0, worker=0, seconds=1.0, cached=True),
        outcome("ty", Status.FAILED, began=1.0, worker=0, seconds=3.0),
    )
    bars = [
        attributes for _, attributes in Page(show(report(tasks=tasks))).tags if "width" in attributes.get("style", "")
    ]
    assert [(bar["data-task"], bar["class"], bar["style"]) for bar in bars] == [
        ("ruff", "passed critical cached", "left:0.000%;width:25.000%"),
        ("ty", "failed critical", "left:25.000%;width:75.000%"),
    ]


def test_the_page_of_a_release_names_each_package_and_what_blocks_it(show: Callable[[Report], str]) -> None:
    page = Page(show(release()))
    assert {"acme-core 1.2", "acme-io 2.0"} <= {text.strip() for text in page.within("td")} | {
        " ".join(text.split()) for text in page.within("td")
    }


def test_two_thousand_tasks_without_a_result_do_not_fill_the_first_list(show: Callable[[Report], str]) -> None:
    tasks = tuple(outcome(f"t{number}", Status.INCONCLUSIVE, reason="x") for number in range(2000))
    items = list(Page(show(report(status=Status.INCONCLUSIVE, tasks=tasks))).within("li"))
    assert "and 1995 more tasks without a result: see the table" in items
