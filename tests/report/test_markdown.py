# SPDX-License-Identifier: Apache-2.0
"""The job summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from noxkit.diagnostics.model import Report, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import markdown
from noxkit.report._style import Style

from .sample import finding, outcome, report


def render(built: Report) -> str:
    return markdown.render(built, sources=Sources(Path()), style=Style())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a|b", "a&#124;b", id="pipe"),
        pytest.param("`a`", "&#96;a&#96;", id="backtick"),
        pytest.param("<b>&lt;", "&#60;b&#62;&#38;lt;", id="HTML"),
        pytest.param("a\nb", "a<br>b", id="newline"),
        pytest.param("@team", "&#64;&#8203;team", id="mention"),
        pytest.param("#1", "&#35;1", id="reference"),
        pytest.param("https://x", "https&#58;//x", id="address"),
        pytest.param("www.x", "www&#46;x", id="address without scheme"),
        pytest.param("**b** _i_ ~~s~~", "&#42;&#42;b&#42;&#42; &#95;i&#95; &#126;&#126;s&#126;&#126;", id="emphasis"),
        pytest.param("![a](b)", "&#33;&#91;a&#93;&#40;b&#41;", id="image"),
        pytest.param("\\|", "&#92;&#124;", id="backslash"),
        pytest.param("$x$", "&#36;x&#36;", id="formula"),
        pytest.param("\x1b[31m", "&#92;x1b&#91;31m", id="escape code"),
        pytest.param("größe 界", "größe 界", id="Unicode"),
    ],
)
def test_text_shows_as_it_is(text: str, shown: str) -> None:
    assert f"| ❌ |  | ruff:F401 | {shown}<br><sub>h</sub> |" in render(
        report(findings=(finding(message=text, hint="h"),))
    )


def test_a_summary_stays_under_one_mebibyte() -> None:
    tasks = tuple(outcome("|" * 400, Status.CRASHED, package=str(number), reason="|" * 900) for number in range(2000))
    text = render(report(tasks=tasks))
    assert len(text.encode()) < 1 << 20
    assert text.endswith("… the rest is left out: a job summary holds 1 MiB.\n")


def test_findings_left_out_are_counted() -> None:
    text = render(report(findings=tuple(finding(path="a", line=line) for line in range(1, 301))))
    assert text.count("| ❌ |") == 100
    assert "… and 200 more from ruff" in text
