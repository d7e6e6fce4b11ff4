# SPDX-License-Identifier: Apache-2.0
"""The generated pages are those that the sources give now, and hold what there is to say."""

from __future__ import annotations

import ast
import json
import re

import pytest

from noxkit.commands import load_commands
from noxkit.config.reference import generated
from noxkit.diagnostics.sources import Sources
from noxkit.errors import ERROR_CODES
from noxkit.report import formats
from noxkit.report._style import Style
from noxkit.rules import family_options, load_rules
from noxkit.tools import load_tools
from noxkit.tools._codes import TOOL_CODES
from sessions._reference import pages
from tests.docs.pages import ROOT
from tests.report.sample import sample

PAGES = pages()
_CODE = re.compile(r"NK(?:-[A-Z0-9]+)+")


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_generated_page_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == PAGES[path], f"{path} is stale: run `uv run nox -s docs`"


def test_the_configuration_is_among_the_generated_pages() -> None:
    assert generated(family_options()).items() <= PAGES.items()


@pytest.mark.parametrize("name", sorted(load_tools()))
def test_the_page_of_tools_has_a_section_for_each(name: str) -> None:
    assert f"\n## {name}\n" in PAGES["docs/reference/tools.md"]


@pytest.mark.parametrize("name", sorted(load_commands()))
def test_the_page_of_sessions_names_each_command(name: str) -> None:
    assert f"`noxkit {name}`" in PAGES["docs/reference/sessions.md"]


@pytest.mark.parametrize("code", sorted({*ERROR_CODES, *load_rules(), *TOOL_CODES}))
def test_the_page_of_codes_names_each_code(code: str) -> None:
    assert f"`{code}`" in PAGES["docs/reference/codes.md"]


def test_every_rule_has_its_place_on_the_page_of_its_family() -> None:
    links = re.findall(r"\]\((rules/\w+\.md)#([\w-]+)\)", PAGES["docs/reference/codes.md"])
    assert len(links) == len(load_rules())
    assert all(f"\n## {anchor.upper()}\n" in PAGES[f"docs/reference/{page}"] for page, anchor in links)


def test_every_code_that_a_tool_gives_is_explained() -> None:
    files = (ROOT / "src" / "noxkit" / "tools").glob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]
    given = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    codes = {text for text in given if _CODE.fullmatch(text)}
    assert set(TOOL_CODES) <= codes <= {*TOOL_CODES, *load_rules()}


def test_the_example_of_the_report_has_the_keys_that_the_renderer_writes() -> None:
    page = (ROOT / "docs/reference/report.md").read_text(encoding="utf-8")
    shown = json.loads(page.split("```json\n")[1].split("```")[0])
    written = json.loads(formats()["json"](sample(), sources=Sources(ROOT), style=Style()))
    assert list(shown) == list(written)
    assert list(shown["tasks"][0]) == list(written["tasks"][0])
    assert list(shown["findings"][0]) == list(written["findings"][0])
    assert list(shown["files"][0]) == list(written["files"][0])


@pytest.mark.parametrize("name", sorted(formats()))
def test_the_page_of_the_report_names_every_format(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs/reference/report.md").read_text(encoding="utf-8")
