# SPDX-License-Identifier: Apache-2.0
"""Descriptions of built files, rendered as the index renders them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.rules._rendering import content_type, links, render
from tests.rules._core_metadata import SDIST, WHEEL, core, raw

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

_RENDER, _LINK = "NK-README-RENDER", "NK-README-RELATIVE-LINK"
_TYPE, _UNTYPED = "NK-DESCRIPTION-CONTENT-TYPE-INVALID", "NK-DESCRIPTION-CONTENT-TYPE-MISSING"
_MISSING = "NK-README-MISSING"


def _rst(body: str) -> str:
    return core(body=body, kind="text/x-rst")


_CASES = [
    pytest.param(_RENDER, _rst("A long title\n====\n"), 1, id="short-underline"),
    pytest.param(_RENDER, _rst(".. include:: /etc/passwd\n"), 1, id="include"),
    pytest.param(_RENDER, _rst(".. raw:: html\n\n   <b>\n"), 1, id="raw"),
    pytest.param(_RENDER, _rst(".. csv-table::\n   :file: /etc/passwd\n"), 1, id="csv-file"),
    pytest.param(_RENDER, _rst(".. csv-table::\n   :url: http://127.0.0.1:1/\n"), 1, id="csv-address"),
    pytest.param(_RENDER, _rst(":func:`a`\n"), 1, id="role-of-sphinx"),
    pytest.param(_RENDER, _rst("`a\n"), 1, id="open-quote"),
    pytest.param(_RENDER, _rst("|a|\n"), 1, id="undefined-substitution"),
    pytest.param(_RENDER, _rst(".. only a comment\n"), 1, id="nothing-left"),
    pytest.param(_RENDER, _rst("a" * 10_001), 1, id="endless-line"),
    pytest.param(_RENDER, core(body="`a", kind=""), 1, id="rst-without-saying-so"),
    pytest.param(_RENDER, core(body="[a]: https://b.org"), 1, id="nothing-left-of-markdown"),
    pytest.param(_RENDER, _rst("T\n=\n\n.. image:: https://a.org/b.svg\n   :width: 50%\n"), 0, id="image"),
    pytest.param(_RENDER, _rst(".. code:: python\n\n   a = 1\n\n.. math:: a^2\n"), 0, id="code-and-mathematics"),
    pytest.param(_RENDER, core(body="`a", kind="text/plain"), 0, id="text"),
    pytest.param(_RENDER, core(body="# a\n<div>\n```x\n| a |\n&nosuch;"), 0, id="sloppy-markdown"),
    pytest.param(_RENDER, core(body="# a", kind="text/markdown; variant=CommonMark"), 0, id="commonmark"),
    pytest.param(_RENDER, core(body="\n \n", kind=""), 0, id="nothing-to-render"),
    pytest.param(_LINK, core(body="[a](b.md) ![c](d/e.png) <img src='f.png'>"), 1, id="markdown"),
    pytest.param(_LINK, _rst("`a <b.rst>`_\n"), 1, id="rst"),
    pytest.param(_LINK, core(body="[a](/b)"), 1, id="from-the-root"),
    pytest.param(_LINK, core(body="[a](b) [c](b)"), 1, id="each-once"),
    pytest.param(_LINK, core(body="# T\n[a](#t) [b](mailto:c@d.org) `[c](d)` <https://e.org>"), 0, id="absolute"),
    pytest.param(_LINK, core(body="[a](b)", kind="text/plain"), 0, id="plain"),
    pytest.param(_TYPE, core(kind="text/rst"), 1, id="text-rst"),
    pytest.param(_TYPE, core(kind="markdown"), 1, id="no-type"),
    pytest.param(_TYPE, core(kind="text/markdown; charset=ascii"), 1, id="charset"),
    pytest.param(_TYPE, core(kind="text/markdown; variant=Original"), 1, id="variant"),
    pytest.param(_TYPE, core(kind="text/markdown text/plain"), 1, id="two"),
    pytest.param(_TYPE, core(kind="text/plain; x*"), 1, id="broken-parameter"),
    pytest.param(_TYPE, core(kind="TEXT/X-RST; charset=utf-8"), 0, id="upper-case"),
    pytest.param(_TYPE, core(kind="text/plain; variant=foo"), 0, id="variant-of-text"),
    pytest.param(_UNTYPED, core(kind=""), 1, id="untyped"),
    pytest.param(_UNTYPED, core(kind="", body="\n"), 0, id="untyped-nothing"),
    pytest.param(_UNTYPED, core(kind="nonsense"), 0, id="typed-wrongly"),
    pytest.param(_MISSING, core(body=" \n\t\n"), 1, id="blank"),
    pytest.param(_MISSING, core("Description: UNKNOWN", body=""), 1, id="unknown"),
    pytest.param(_MISSING, core("Description: a", body=""), 0, id="in-the-field"),
    pytest.param(_MISSING, raw(""), 0, id="no-fields-at-all"),
]


@pytest.mark.parametrize(("code", "recipe", "count"), _CASES)
def test_descriptions(artifacts: Artifacts, code: str, recipe: str, count: int) -> None:
    assert len(artifacts.find(code, {WHEEL: recipe})) == count
    assert len(artifacts.find(code, {SDIST: recipe})) == count


def test_a_fault_is_shown_where_it_stands(artifacts: Artifacts) -> None:
    found = artifacts.find(_RENDER, {WHEEL: _rst("a\n\n.. automodule:: b\n")})
    assert [(finding.line, finding.severity) for finding in found] == [(9, Severity.ERROR)]
    assert 'unknown directive type "automodule"' in found[0].message.lower()


def test_relative_links_are_told_together_and_each_once(artifacts: Artifacts) -> None:
    found = artifacts.find(_LINK, {WHEEL: core(body="[a](b) [c](b) ![d](e.png) [f](g) [h](i)")})
    assert [finding.message.partition(": ")[2] for finding in found] == ["`b`, `e.png`, `g` and 1 more"]


def test_a_folded_description_is_unfolded(artifacts: Artifacts) -> None:
    recipe = core("Description: a\n        \n        .. code::\n        \n           b", body="", kind="text/x-rst")
    assert artifacts.find(_RENDER, {WHEEL: recipe}) == []


_BOMB = "".join(f".. |a{n}| replace:: |a{n + 1}| |a{n + 1}|\n" for n in range(30)) + ".. |a30| replace:: x\n\n|a0|\n"


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(_rst(_BOMB), id="substitutions"),
        pytest.param(_rst("a\n" * 150_000), id="long-rst"),
        pytest.param(core(body="a\n" * 300_000), id="long-markdown"),
        pytest.param(core(body="> " * 50_000), id="nested-quotes"),
        pytest.param(core(body="<div>" * 30_000), id="nested-tags"),
    ],
)
def test_what_would_take_minutes_is_not_rendered_and_said_so(artifacts: Artifacts, recipe: str) -> None:
    found = artifacts.find(_RENDER, {WHEEL: recipe})
    assert [finding.severity for finding in found] == [Severity.INFO]


def test_a_role_that_one_description_defines_is_not_there_for_the_next() -> None:
    assert render(".. role:: mine\n\n:mine:`a`\n", "rst", "").html
    assert render(":mine:`a`\n", "rst", "").html is None


def test_the_type_decides_how_it_is_rendered() -> None:
    assert content_type(None) == ("rst", "")
    assert content_type("text/markdown") == ("markdown", "GFM")
    assert content_type('Text/Markdown; variant="CommonMark"') == ("markdown", "CommonMark")
    assert content_type("text/plain; charset=UTF-8")[0] == "text"


def test_links_of_html() -> None:
    assert links('<a href="b"><img src=c></a><a name="d"><link href="e">') == (("b", "a"), ("c", "img"))
