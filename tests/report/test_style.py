# SPDX-License-Identifier: Apache-2.0
"""What decides how text looks."""

from __future__ import annotations

import pytest

from noxkit.report._style import Stream, Style

TERMINAL, PIPE = Stream(isatty=True, columns=100), Stream(isatty=False)


@pytest.mark.parametrize(
    ("stream", "environ", "color"),
    [
        pytest.param(TERMINAL, {}, True, id="terminal"),
        pytest.param(PIPE, {}, False, id="pipe"),
        pytest.param(TERMINAL, {"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param(TERMINAL, {"NO_COLOR": ""}, True, id="empty NO_COLOR"),
        pytest.param(PIPE, {"FORCE_COLOR": "1"}, True, id="FORCE_COLOR"),
        pytest.param(TERMINAL, {"FORCE_COLOR": "0"}, False, id="FORCE_COLOR=0"),
        pytest.param(PIPE, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, id="NO_COLOR wins"),
        pytest.param(TERMINAL, {"TERM": "dumb"}, False, id="dumb"),
        pytest.param(PIPE, {"TERM": "dumb", "FORCE_COLOR": "1"}, True, id="dumb but forced"),
        pytest.param(PIPE, {"GITHUB_ACTIONS": "true"}, True, id="GitHub"),
    ],
)
def test_color_follows_stream_and_environment(stream: Stream, environ: dict[str, str], *, color: bool) -> None:
    assert Style.detect(stream, environ).color is color


@pytest.mark.parametrize(
    ("stream", "environ", "width"),
    [
        pytest.param(TERMINAL, {}, 100, id="terminal"),
        pytest.param(Stream(isatty=True), {}, 80, id="terminal of unknown width"),
        pytest.param(Stream(isatty=True, columns=3), {}, 40, id="tiny terminal"),
        pytest.param(PIPE, {}, 120, id="log"),
        pytest.param(PIPE, {"COLUMNS": "90"}, 90, id="COLUMNS"),
        pytest.param(TERMINAL, {"COLUMNS": "x"}, 100, id="COLUMNS that is no number"),
        pytest.param(TERMINAL, {"COLUMNS": "0"}, 100, id="COLUMNS of 0"),
    ],
)
def test_width_follows_stream_and_environment(stream: Stream, environ: dict[str, str], width: int) -> None:
    assert Style.detect(stream, environ).width == width


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", True),
        ("UTF8", True),
        ("ascii", False),
        ("latin-1", False),
        (None, False),
        ("no-such", False),
    ],
)
def test_unicode_needs_an_encoding_that_can_show_it(encoding: str | None, *, shown: bool) -> None:
    assert Style.detect(Stream(isatty=True, encoding=encoding), {}).unicode is shown


@pytest.mark.parametrize(
    ("stream", "environ", "live"),
    [
        (TERMINAL, {}, True),
        (PIPE, {}, False),
        (TERMINAL, {"TERM": "dumb"}, False),
        (TERMINAL, {"CI": "1"}, False),
    ],
)
def test_live_needs_a_terminal_with_a_person_before_it(stream: Stream, environ: dict[str, str], *, live: bool) -> None:
    assert Style.detect(stream, environ).live is live


@pytest.mark.parametrize("url", [None, "https://x/\x1b[31m", "https://x/\u202e"])
def test_a_strange_address_is_no_link(url: str | None) -> None:
    assert Style(links=True).link("x", url) == "x"
