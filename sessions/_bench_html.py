# SPDX-License-Identifier: Apache-2.0
"""The row of the benchmark on the HTML page: how long a browser takes until it can be used."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Protocol

from playwright.sync_api import sync_playwright

from noxkit.diagnostics.model import Finding, Outcome, Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import html
from noxkit.report._style import Style
from sessions._bench_measure import median
from sessions._bench_page import Row

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from sessions._bench_run import Tree

__all__ = ["pages"]

_FINDINGS = 10_000
_LIMIT = 2.0  # seconds
_READY = "document.documentElement.dataset.ready"


class _Bench(Protocol):
    @property
    def tree(self) -> Tree: ...
    @property
    def repeat(self) -> int: ...


def pages(bench: _Bench) -> list[Row]:
    """The page of as many findings as a large legacy repository has, each with its source, in headless Chromium."""
    name = f"the HTML page with {_FINDINGS:,} findings, from opening it until a filter has answered"
    program = shutil.which("chromium")
    if program is None:
        return [Row(name=name, measured=None, other=None, against="", note="no Chromium on PATH")]
    started = time.perf_counter()
    text = html.render(_report(bench.tree), sources=Sources(bench.tree.folder), style=Style())
    made = time.perf_counter() - started
    file = bench.tree.scratch / "report.html"
    file.write_text(text, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        _opened(browser, file)
        taken = [_opened(browser, file) for _ in range(bench.repeat)]
        browser.close()
    note = f"{len(text) / 1e6:.1f} MB, written in {made:.2f} s"
    return [Row(name=name, measured=median(taken), other=_LIMIT, against="(the budget)", allowed=(0.0, 1.0), note=note)]


def _opened(browser: Browser, file: Path) -> float:
    page = browser.new_page()
    started = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_function(_READY)
    page.select_option("#by-severity", "warning")
    page.wait_for_function("document.getElementById('count').textContent.startsWith('5,000 of')")
    taken = time.perf_counter() - started
    page.close()
    return taken


def _report(tree: Tree) -> Report:
    """A finding on each line of the tree's files, as far as it takes."""
    findings: list[Finding] = []
    for file in sorted(tree.folder.rglob("*.py")):
        path = file.relative_to(tree.folder).as_posix()
        for line in range(1, len(file.read_bytes().splitlines()) + 1):
            number = len(findings)
            if number == _FINDINGS:
                break
            severity = Severity.WARNING if number % 2 else Severity.ERROR
            findings.append(
                Finding(
                    code=f"tool:E{number % 40}",
                    task=f"tool{number % 4}",
                    severity=severity,
                    message=f"something of this line, number {number}, is not as it should be",
                    hint="make it as it should be",
                    path=path,
                    line=line,
                    column=1,
                    end_line=line,
                    end_column=5,
                    fingerprint=f"{number:032x}",
                )
            )
    return Report(
        noxkit="1.0.0",
        session="lint",
        status=Status.FAILED,
        started="2026-11-26T12:00:00Z",
        seconds=60.0,
        findings=tuple(findings),
        tasks=tuple(Outcome(name=f"tool{number}", status=Status.FAILED, seconds=1.0) for number in range(4)),
    )
