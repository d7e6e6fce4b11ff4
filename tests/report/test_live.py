# SPDX-License-Identifier: Apache-2.0
"""What is shown while a run is under way."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from noxkit.diagnostics.events import Progress, RunFinished, RunStarted, TaskFinished, TaskStarted
from noxkit.diagnostics.model import Status
from noxkit.report._live import LiveDisplay, PlainLines
from noxkit.report._style import Style

from .sample import HOSTILE, finding, outcome

if TYPE_CHECKING:
    from noxkit.diagnostics.events import Event, Observer

START = RunStarted(session="lint", tasks=("pyright", "ty", "ruff", "uv_lock"))
END = RunFinished(session="lint", status="failed", seconds=3.0)
FAILED = outcome("ruff", Status.FAILED, findings=(finding(path="src/a.py", line=3),))


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def feed(observer: Observer, *events: Event) -> None:
    for event in events:
        observer(event)


def test_what_is_accepted_is_not_counted() -> None:
    stream = io.StringIO()
    passed = outcome("ruff", findings=(finding(suppressed="why"),), evidence={"version": "0.17.6", "files": 3})
    with PlainLines(stream) as lines:
        feed(lines, START, TaskFinished(name="ruff", outcome=passed), END)
    assert stream.getvalue().splitlines()[1] == "✓ ruff passed 0.5 s: 0.17.6, 3 files"


def test_plain_lines_say_what_happens_at_once() -> None:
    stream = io.StringIO()
    with PlainLines(stream) as lines:
        feed(
            lines,
            START,
            Progress(task="ty", message="environment, 12 MB"),
            TaskStarted(name="ruff"),
            TaskFinished(name="ruff", outcome=FAILED),
            TaskFinished(name="ty", outcome=outcome("ty", evidence={"version": "0.0.105", "files": 3})),
            TaskFinished(name="pyright", outcome=outcome("pyright", Status.INCONCLUSIVE, reason="no end after 9 s")),
            TaskFinished(name="uv_lock", outcome=outcome("uv_lock", Status.SKIPPED, reason="no uv.lock")),
            END,
        )
    assert stream.getvalue().splitlines() == [
        "lint: 4 tasks: pyright, ty, ruff, uv_lock",
        "  ty: environment, 12 MB",
        "✗ ruff failed 0.5 s: 1 error; first: src/a.py:3: `os` imported but unused",
        "✓ ty passed 0.5 s: 0.0.105, 3 files",
        "? pyright inconclusive 0.5 s: no end after 9 s",
        "- uv_lock skipped: no uv.lock",
    ]


def test_a_heartbeat_names_what_runs_the_longest_first() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = PlainLines(stream, heartbeat=0, clock=clock)
    feed(lines, TaskStarted(name="pyright"))
    clock.now = 20.0
    feed(lines, TaskStarted(name="ty"))
    clock.now = 31.0
    lines.beat()
    assert stream.getvalue() == "still running: pyright 31 s, ty 11 s\n"


def test_nothing_runs_nothing_is_said() -> None:
    stream = io.StringIO()
    lines = PlainLines(stream, heartbeat=0)
    feed(lines, TaskStarted(name="ty"), TaskFinished(name="ty", outcome=outcome("ty")))
    before = stream.getvalue()
    lines.beat()
    assert stream.getvalue() == before


def test_the_heartbeat_beats_and_ends_with_the_run() -> None:
    stream = io.StringIO()
    with PlainLines(stream, heartbeat=0.01) as lines:
        feed(lines, START, TaskStarted(name="ty"))
        limit = time.monotonic() + 20
        while "still running: ty" not in stream.getvalue() and time.monotonic() < limit:
            time.sleep(0.01)
        feed(lines, END)
        assert not [thread for thread in threading.enumerate() if thread.name == "noxkit-heartbeat"]
    assert "still running: ty 0 s" in stream.getvalue()


def test_a_stream_that_is_gone_does_not_fail_the_run() -> None:
    stream = io.StringIO()
    lines = PlainLines(stream)
    stream.close()
    feed(lines, START, TaskFinished(name="ruff", outcome=FAILED), END)


def test_plain_lines_obey_no_hostile_text() -> None:
    stream = io.StringIO()
    with PlainLines(stream, style=Style(unicode=False)) as lines:
        feed(
            lines,
            RunStarted(session=HOSTILE, tasks=(HOSTILE,)),
            Progress(task=HOSTILE, message=HOSTILE),
            TaskFinished(name=HOSTILE, outcome=outcome(HOSTILE, Status.CRASHED, reason=HOSTILE)),
        )
    shown = stream.getvalue()
    assert shown.isascii()
    assert len(shown.splitlines()) == 3
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert "##[" not in shown
    assert "\x1b" not in shown


def test_the_live_display_shows_what_runs_and_what_failed() -> None:
    clock = Clock()
    display = LiveDisplay(io.StringIO(), clock=clock)
    with display:
        feed(display, START, TaskStarted(name="pyright"), TaskStarted(name="ruff"))
        clock.now = 2.5
        feed(
            display,
            TaskFinished(name="ruff", outcome=FAILED),
            TaskFinished(name="uv_lock", outcome=outcome("uv_lock")),
            Progress(task="pyright", message="reading"),
            Progress(task="environment 3.10", message="12 MB"),
        )
        assert display.lines() == [
            "✗ ruff failed 0.5 s: 1 error; first: src/a.py:3: `os` imported but unused",
            "✓ 1 passed: uv_lock",
            "  pyright 2.5 s  reading",
            "  environment 3.10: 12 MB",
            "  1 waiting",
        ]
        clock.now = 60.0
        assert "  environment 3.10: 12 MB" not in display.lines()


def test_the_live_display_draws_and_clears_itself() -> None:
    stream = io.StringIO()
    with LiveDisplay(stream, style=Style(width=60)) as display:
        feed(display, START, TaskStarted(name="pyright"))
        limit = time.monotonic() + 20
        while "pyright 0." not in stream.getvalue() and time.monotonic() < limit:
            time.sleep(0.02)
        feed(display, END)
    shown = stream.getvalue()
    assert "pyright 0." in shown
    assert "\x1b[?25l" in shown  # the cursor is hidden while it draws
    assert shown.rstrip().endswith("\x1b[2K")  # and the last thing is the cleared line
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")


def test_the_live_display_may_be_told_by_many_threads() -> None:
    names = [f"t{number}" for number in range(200)]
    with LiveDisplay(io.StringIO(), style=Style(width=60)) as display:
        feed(display, RunStarted(session="lint", tasks=tuple(names)))

        def run(part: list[str]) -> None:
            for name in part:
                feed(display, TaskStarted(name=name), TaskFinished(name=name, outcome=outcome(name)))

        threads = [threading.Thread(target=run, args=(names[start::8],)) for start in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert display.lines()[0].startswith("✓ 200 passed: ")


def test_closing_twice_is_harmless() -> None:
    display = LiveDisplay(io.StringIO())
    feed(display, START, END)
    display.close()


def test_rich_is_not_imported_until_something_is_drawn() -> None:
    code = (
        "import sys, noxkit.report, noxkit.report._live\n"
        "noxkit.report.formats()\n"
        "sys.exit(not {'rich', 'tomlkit', 'yaml', 'tree_sitter'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
