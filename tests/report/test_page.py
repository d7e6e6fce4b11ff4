# SPDX-License-Identifier: Apache-2.0
"""The page in headless Chromium: no error, nothing hostile runs, and every control does what it says."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from noxkit.diagnostics.model import Report, Severity, Status
from noxkit.report import html
from noxkit.report._style import Style

from .sample import finding, hostile, outcome, report, sample, write_files, write_hostile_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from noxkit.diagnostics.sources import Sources

    Open = Callable[..., Page]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH (Debian: apt-get install chromium)"),
    pytest.mark.xdist_group("browser"),
]

FLAGS = ["--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open the page of a report; that it has no error, no dialog and asks for nothing is checked at the end."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.on("request", lambda request: troubles.append(request.url) if not request.url.startswith("file:") else None)

    def open_(built: Report, *, sources: Sources | None = None, address: str = "") -> Page:
        file = tmp_path / "report.html"
        text = html.render(built, sources=sources or write_files(tmp_path / "tree"), style=Style())
        file.write_text(text, encoding="utf-8")
        page.goto(file.as_uri() + address)
        expect(page.locator("html[data-ready]")).to_be_attached()
        return page

    yield open_
    assert troubles == []
    context.close()


def cards(page: Page) -> list[str]:
    return page.locator(".finding .message").all_text_contents()  # also of those that are not drawn yet


def many(count: int) -> Report:
    """A run with as many findings, over ten packages, five codes and three severities."""
    severities = list(Severity)
    findings = tuple(
        finding(
            code=f"ruff:F{number % 5}",
            severity=severities[number % 3],
            path=f"packages/p{number % 10}/src/m{number // 7}.py",
            line=number % 900 + 1,
            message=f"finding number {number}",
            package=f"p{number % 10}",
            fingerprint=f"{number:032x}",
        )
        for number in range(count)
    )
    return report(
        status=Status.FAILED, failing=True, exit_code=1, findings=findings, tasks=(outcome("ruff", Status.FAILED),)
    )


def test_the_sample_opens_without_an_error_and_shows_its_findings(open_page: Open) -> None:
    page = open_page(sample())
    expect(page.locator("h1")).to_have_text("noxkit lint")
    assert "`os` imported but unused" in cards(page)
    assert "`assert` used" not in cards(page)  # it is suppressed
    expect(page.locator("#count")).to_contain_text("findings")


def test_hostile_text_stays_text(open_page: Open, tmp_path: Path) -> None:
    page = open_page(hostile(), sources=write_hostile_files(tmp_path / "hostile"))
    assert page.locator("script").count() == 2
    assert page.locator("#list a[href^='javascript']").count() == 0
    assert page.locator("#list img").count() == 0
    assert any("<script>alert(1)</script>" in text for text in cards(page))


def test_ten_thousand_findings_are_drawn_as_they_are_looked_at(open_page: Open) -> None:
    page = open_page(many(10_000))
    expect(page.locator("#count")).to_have_text("10,000 of 10,000 findings")
    assert page.locator(".finding").count() < 500
    page.get_by_role("combobox", name="package").select_option("p3")
    expect(page.locator("#count")).to_have_text("1,000 of 10,000 findings")
    page.get_by_role("searchbox", name="search").fill("number 9993")
    expect(page.locator("#count")).to_have_text("1 of 10,000 findings")
    assert cards(page) == ["finding number 9993"]


def test_the_address_holds_what_was_chosen(open_page: Open) -> None:
    page = open_page(many(300))
    page.get_by_role("combobox", name="severity").select_option("warning")
    page.get_by_role("combobox", name="code").select_option("ruff:F2")
    said = page.locator("#count").inner_text()
    shared = "#" + page.url.partition("#")[2]
    assert shared == "#severity=warning&code=ruff%3AF2"
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#count")).to_have_text("300 of 300 findings")
    assert open_page(many(300), address="?again" + shared).locator("#count").inner_text() == said


def test_each_finding_has_a_link_to_itself(open_page: Open) -> None:
    page = open_page(many(60))
    page.locator(".finding", has_text="finding number 7").first.get_by_role("link", name="link").click()
    expect(page.locator("#count")).to_contain_text("1 of 60 findings")
    assert cards(page) == ["finding number 7"]


def test_a_cell_of_the_grid_shows_its_findings_and_a_second_click_all_again(open_page: Open) -> None:
    page = open_page(sample())
    whole = page.locator("#count").inner_text()
    cell = page.get_by_role("button", name="ty on 3.10")
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    assert len(cards(page)) == 1
    cell.click()
    expect(page.locator("#count")).to_have_text(whole)


def test_suppressed_findings_are_there_for_whoever_asks(open_page: Open) -> None:
    page = open_page(sample())
    state = page.get_by_role("combobox", name="state")
    assert state.evaluate("select => select.selectedOptions[0].text") == "open"
    state.select_option("suppressed")
    assert cards(page) == ["`assert` used"]


def test_it_is_used_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page(sample())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the findings")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="search")).to_be_focused()
    page.keyboard.type("unused")
    expect(page.locator(".finding")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".finding").first).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(open_page: Open, scheme: str) -> None:
    heat = tuple(
        finding(code=f"ty:{number}", task="ty", path="a.py", line=number, message=f"no. {number}", pythons=pythons)
        for number, pythons in enumerate([("3.11",), *[("3.12",)] * 3, *[("3.13",)] * 5, *[("3.14",)] * 9], 1)
    )
    cells = tuple(outcome("ty", Status.FAILED, python=f"3.{minor}") for minor in range(11, 15))
    built = msgspec.structs.replace(sample(), findings=(*sample().findings, *heat), tasks=(*sample().tasks, *cells))
    page = open_page(built)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ratios = page.evaluate(CONTRAST)
    assert ratios
    assert [each for each in ratios if each["ratio"] < 4.5] == []


def test_a_button_turns_light_into_dark(open_page: Open) -> None:
    page = open_page(sample())
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(ground) != before
    expect(page.get_by_role("button", name="Light")).to_be_visible()


def test_it_fits_a_telephone(open_page: Open) -> None:
    page = open_page(sample())
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# The contrast (WCAG 2.2, 1.4.3) of each element that holds text itself, over the grounds below it, with opacity.
CONTRAST = """
() => {
  const parse = (colour) => {
    const parts = (colour.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return colour.startsWith("color(") ? parts.map((part, at) => (at < 3 ? part * 255 : part)) : parts;
  };
  const over = (top, below) => {
    const alpha = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map((part) => top[part] * alpha + below[part] * (1 - alpha));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const results = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const isNone = ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName);
    if (!own || isNone || !element.checkVisibility()) continue;
    const above = [];
    for (let at = element; at; at = at.parentElement) above.unshift(at);
    let ground = [255, 255, 255];
    let fade = 1;
    for (const each of above) {
      const style = getComputedStyle(each);
      const under = ground;
      ground = over(parse(style.backgroundColor), ground);
      fade *= Number(style.opacity);
      ground = over([...ground, Number(style.opacity)], under);
    }
    const colour = over([...parse(getComputedStyle(element).color).slice(0, 3), fade], ground);
    const [high, low] = [light(colour), light(ground)].sort((a, b) => b - a);
    results.push({ ratio: (high + 0.05) / (low + 0.05), text: element.textContent.slice(0, 40) });
  }
  return results;
}
"""
