# SPDX-License-Identifier: Apache-2.0
"""A report as one page that opens from disk, without a network: for people who would rather look than read."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Final

from noxkit.diagnostics.model import Status
from noxkit.report._cards import cards_of
from noxkit.report._charts import coverage_table, grid_table, time_line
from noxkit.report._elements import element, serialised
from noxkit.report._escape import one_line
from noxkit.report._evidence import evidence_words
from noxkit.report._next import next_steps
from noxkit.report._records import encoded
from noxkit.report._releases import release_rows
from noxkit.report._verdict import by_task, counts, findings_of, label, last_line, open_findings, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Outcome, Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._elements import Element
    from noxkit.report._style import Style

__all__ = ["FORMAT", "render"]

FORMAT: Final = "html"

_FILTERS = ("severity", "task", "code", "package", "python")


def render(report: Report, *, sources: Sources, style: Style) -> str:  # noqa: ARG001 -- every renderer's signature
    """The page: what to do first, tasks, grid, coverage, time line, and the findings with filters."""
    folder = resources.files("noxkit.report").joinpath("_page")
    script = folder.joinpath("page.js").read_text(encoding="utf-8")
    css = folder.joinpath("page.css").read_text(encoding="utf-8")
    data = encoded({"findings": cards_of(report, sources)})
    title = f"{report.status.value}: noxkit {one_line(report.session)}"
    body = serialised(element("div", *_sections(report)), method="html")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"{serialised(element('title', title), method='html')}\n<style>\n{css}</style>\n</head>\n<body>\n{body}\n"
        f'<script type="application/json" id="data">{_inert(data)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _policy(script: str) -> str:
    """Nothing is loaded from anywhere, and no script runs but the page's own."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    own = f"script-src 'sha256-{digest}'; style-src 'unsafe-inline'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _inert(text: str) -> str:
    """JSON in which nothing can be taken for markup."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _sections(report: Report) -> Iterator[Element]:
    yield element("a", "To the findings", class_="skip", href="#findings")
    yield _header(report)
    yield element("p", " · ".join(_facts(report)), class_="facts")
    for title, content in (
        ("What to do first", _first(report)),
        ("Packages", _releases(report)),
        ("Checkers and Pythons", grid_table(report)),
        ("Coverage", coverage_table(report)),
        ("Tasks", _tasks(report)),
        ("Time", time_line(report)),
    ):
        if content is not None:
            yield element("section", element("h2", title), content)
    yield _findings(report)
    if report.notes:
        yield element("h2", "Notes")
        yield element("ul", *(element("li", note) for note in report.notes))


def _header(report: Report) -> Element:
    return element(
        "header",
        element("h1", f"noxkit {one_line(report.session)}"),
        _badge(report.status),
        element("span", last_line(report), class_="verdict"),
        element("button", "Dark", id="theme", type="button", class_="plain theme", hidden="hidden"),
    )


def _badge(status: Status) -> Element:
    return element("span", status.value, class_=f"badge {status.value}")


def _facts(report: Report) -> Iterator[str]:
    yield f"noxkit {one_line(report.noxkit)}"
    yield report.started.replace("T", " ").replace("Z", " UTC")
    yield f"tree {report.tree[:12]}" if report.tree else "the tree was not clean, or is not git's"
    if report.root != ".":
        yield f"folder {one_line(report.root)}"


def _first(report: Report) -> Element | None:
    """Where no result was reached, and why; then the steps that bring the most."""
    without = [outcome for outcome in report.tasks if outcome.status in {Status.CRASHED, Status.INCONCLUSIVE}]
    items = [_unfinished(outcome) for outcome in sorted(without, key=lambda outcome: outcome.status.rank)]
    shown = items[:5]
    if len(items) > len(shown):
        shown.append(element("li", f"and {len(items) - len(shown)} more tasks without a result: see the table"))
    shown += [element("li", *_with_code(step)) for step in next_steps(report)]
    return element("ul", *shown, class_="first") if shown else None


def _unfinished(outcome: Outcome) -> Element:
    reason = one_line(outcome.reason or "no reason was given")
    hint = element("span", f" {one_line(outcome.hint)}", class_="hint") if outcome.hint else ""
    return element("li", _badge(outcome.status), f" {label(outcome)}: {reason}.", hint)


def _with_code(text: str) -> Iterator[str | Element]:
    """The text, with what stands between backticks as code."""
    for number, part in enumerate(text.split("`")):
        yield element("code", part) if number % 2 else part


def _releases(report: Report) -> Element | None:
    rows = [
        element("tr", element("td", _badge(status)), element("td", name), element("td", said))
        for status, name, said in release_rows(report)
    ]
    return _table(("verdict", "package", ""), rows) if rows else None


def _tasks(report: Report) -> Element | None:
    if not report.tasks:
        return None
    tasks = by_task(open_findings(report))
    rows: list[Element] = []
    for outcome in sorted(report.tasks, key=lambda outcome: outcome.status.rank):
        is_skipped = outcome.status is Status.SKIPPED
        hint = element("span", one_line(outcome.hint), class_="hint") if outcome.hint else ""
        said = one_line(outcome.reason or "") or ", ".join(evidence_words(outcome))
        rows.append(
            element(
                "tr",
                element("td", _badge(outcome.status)),
                element("td", label(outcome), class_="code"),
                element("td", "" if is_skipped else seconds(outcome.seconds), class_="number"),
                element("td", counts(findings_of(outcome, tasks))),
                element("td", said, hint),
            )
        )
    return _table(("status", "task", "time", "findings", "evidence"), rows)


def _table(heads: Sequence[str], rows: Sequence[Element]) -> Element:
    top = element("tr", *(element("th", head, scope="col") for head in heads))
    return element("div", element("table", element("thead", top), element("tbody", *rows)), class_="scroll")


def _findings(report: Report) -> Element:
    states = [element("option", name, value="" if name == "open" else name) for name in ("open", "suppressed", "all")]
    filters = [element("label", name, element("select", id=f"by-{name}")) for name in _FILTERS]
    filters.append(element("label", "state", element("select", *states, id="by-state")))
    search = element("input", id="q", type="search", placeholder="words (press /)", autocomplete="off")
    return element(
        "section",
        element("h2", f"Findings: {counts(open_findings(report)) or 'none'}", id="findings"),
        element(
            "div",
            *filters,
            element("label", "search", search),
            element("button", "Reset", id="reset", type="button", class_="plain"),
            id="filters",
            class_="filters",
            role="search",
            hidden="hidden",
        ),
        element("p", id="count", class_="count", role="status"),
        element("noscript", "The list of findings needs scripts; the text and the Markdown report have them too."),
        element("div", id="list"),
        element("button", "Show more", id="more", type="button", class_="plain", hidden="hidden"),
    )
