# SPDX-License-Identifier: Apache-2.0
"""What runs while it runs: drawn again and again on a terminal, a line at a time elsewhere."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from noxkit.diagnostics.events import Progress, RunFinished, RunStarted, TaskFinished, TaskStarted
from noxkit.diagnostics.model import Status
from noxkit.report._escape import guard_lines, one_line
from noxkit.report._evidence import evidence_words
from noxkit.report._style import Style
from noxkit.report._verdict import counts, label, number, seconds
from noxkit.report._width import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live

    from noxkit.diagnostics.events import Event
    from noxkit.diagnostics.model import Outcome

__all__ = ["HEARTBEAT", "LiveDisplay", "PlainLines"]

HEARTBEAT = 30.0  # seconds between two lines of a run that says nothing else
_NAMED = 8  # tasks that one line names
_RUNNING = 8  # lines for running tasks on a terminal
_OTHERS = 3  # for what is said by what does not run
_TROUBLED = 6  # and for tasks that have ended badly
_REDRAWS = 4  # a second
_LONGEST = 200  # columns of a message
_FRESH = 20.0  # seconds for which a message of something that is no task is shown


class _State:
    """What is under way, as the events told it. Not safe by itself: its owner holds a lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.session = ""
        self.waiting: dict[str, None] = {}
        self.running: dict[str, float] = {}
        self.messages: dict[str, tuple[str, float]] = {}
        self.ended: list[tuple[str, Outcome]] = []

    def take(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self.session = one_line(event.session)
            self.waiting.update(dict.fromkeys(map(one_line, event.tasks)))
        elif isinstance(event, TaskStarted):
            self.waiting.pop(one_line(event.name), None)
            self.running[one_line(event.name)] = self.clock()
        elif isinstance(event, TaskFinished):
            name = one_line(event.name)
            self.waiting.pop(name, None)
            self.running.pop(name, None)
            self.messages.pop(name, None)
            self.ended.append((name, event.outcome))
        elif isinstance(event, Progress):
            self.messages[one_line(event.task)] = (_said(event.message), self.clock())

    def running_for(self) -> list[tuple[str, float]]:
        """The running tasks with their seconds so far, the longest first."""
        now = self.clock()
        return [(name, now - start) for name, start in sorted(self.running.items(), key=lambda item: item[1])]

    def message(self, name: str) -> str:
        """What a running task said last."""
        return self.messages.get(name, ("", 0.0))[0]

    def other_messages(self) -> list[tuple[str, str]]:
        """What was said just now for tasks that do not run yet, and for what is no task."""
        now = self.clock()
        return [
            (name, message)
            for name, (message, time_said) in self.messages.items()
            if name not in self.running and (name in self.waiting or now - time_said < _FRESH)
        ]


def _end_line(name: str, outcome: Outcome, style: Style) -> str:
    """`✗ ty[3.10] failed 2.8 s: 3 errors; src/a.py:3: …`, the first finding so that work can begin."""
    parts = [f"{style.mark(outcome.status)} {name or label(outcome)} {outcome.status.value}"]
    if outcome.status is Status.SKIPPED:
        return f"{parts[0]}: {one_line(outcome.reason or 'not due')}"
    parts.append(seconds(outcome.seconds))
    found = [finding for finding in outcome.findings if finding.suppressed is None]
    said = [counts(found) or _said(outcome.reason or ", ".join(evidence_words(outcome)[:2]))]
    if outcome.status is Status.FAILED and found:
        first = min(found, key=lambda finding: (finding.severity.rank, finding.sort_key))
        place = f"{one_line(first.path)}:{first.line or 1}: " if first.path else ""
        said.append(f"first: {place}{_said(first.message)}")
    return " ".join(parts) + (f": {'; '.join(said)}" if any(said) else "")


def _said(text: str) -> str:
    return cut(one_line(text), _LONGEST)


def _some(names: Sequence[str], style: Style) -> str:
    return ", ".join([*names[:_NAMED], *([style.ellipsis] if len(names) > _NAMED else [])])


class PlainLines:
    """An observer that writes a line for each thing that happens, at once; for CI, pipes and files.

    Between events a line every `heartbeat` seconds names what still runs, so that no CI takes the
    run for dead. `close` ends it; so does RunFinished. A stream that is gone is no reason to fail.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        style: Style | None = None,
        heartbeat: float = HEARTBEAT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._style = style or Style()
        self._heartbeat = heartbeat
        self._state = _State(clock)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._gone = False
        self._beats: threading.Thread | None = None

    def __call__(self, event: Event, /) -> None:
        """Take one event; safe from any thread."""
        with self._lock:
            self._state.take(event)
            line = self._line(event)
            if line is not None:
                self._write(line)
        if isinstance(event, RunStarted):
            self._start()
        elif isinstance(event, RunFinished):
            self.close()

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the heartbeat; harmless when done twice."""
        self._closed.set()
        if self._beats is not None and self._beats is not threading.current_thread():
            self._beats.join()

    def beat(self) -> None:
        """Write what still runs; nothing where nothing does."""
        with self._lock:
            running = [f"{name} {elapsed:.0f} s" for name, elapsed in self._state.running_for()]
            if running and not self._closed.is_set():
                self._write(f"still running: {_some(running, self._style)}")

    def _start(self) -> None:
        if self._beats is None and self._heartbeat > 0:
            self._beats = threading.Thread(target=self._beat_on, name="noxkit-heartbeat", daemon=True)
            self._beats.start()

    def _beat_on(self) -> None:
        while not self._closed.wait(self._heartbeat):
            self.beat()

    def _line(self, event: Event) -> str | None:
        if isinstance(event, RunStarted):
            names = _some([one_line(name) for name in event.tasks], self._style)
            head = f"{one_line(event.session)}: {number(len(event.tasks), 'task')}"
            return f"{head}: {names}" if names else head
        if isinstance(event, TaskFinished):
            return _end_line(one_line(event.name), event.outcome, self._style)
        if isinstance(event, Progress):
            return f"  {one_line(event.task)}: {_said(event.message)}"
        return None

    def _write(self, line: str) -> None:
        if self._gone:
            return
        try:
            self._stream.write(self._style.encodable(guard_lines(line)) + "\n")
            self._stream.flush()
        except (OSError, ValueError):  # the reader of a pipe has gone, or the stream is closed
            self._gone = True


class LiveDisplay:
    """An observer that draws what runs, for how long, and what has failed, on a terminal; rich draws it.

    Nothing of it stays when it is closed: the report follows. RunFinished closes it too.
    """

    def __init__(
        self, stream: TextIO, *, style: Style | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._style = style or Style(live=True)
        self._state = _State(clock)
        self._lock = threading.Lock()
        self._opening = threading.Lock()  # the drawing thread never takes it, so stopping cannot wait for it
        self._live: Live | None = None

    def __call__(self, event: Event, /) -> None:
        """Take one event; safe from any thread."""
        with self._lock:
            self._state.take(event)
        if isinstance(event, (RunStarted, Progress)):
            self._open()
        elif isinstance(event, RunFinished):
            self.close()

    def __enter__(self) -> LiveDisplay:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Clear what was drawn; harmless when done twice."""
        with self._opening:
            if self._live is not None:
                self._live.stop()
            self._live = None

    def lines(self) -> list[str]:
        """What is drawn: tasks that ended badly, how many passed, what runs, and what waits."""
        with self._lock:
            return [*self._ended(), *self._running(), *self._waiting()]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """For rich: the lines as they are now, each within the width of the terminal."""
        from rich.text import Text  # noqa: PLC0415 -- rich is heavy, and only a terminal needs it

        for line in self.lines():
            yield Text.from_ansi(line, no_wrap=True, overflow="ellipsis")

    def _open(self) -> None:
        from rich.console import Console  # noqa: PLC0415 -- rich is heavy, and only a terminal needs it
        from rich.live import Live  # noqa: PLC0415 -- the same

        with self._opening:
            if self._live is not None:
                return
            console = Console(
                file=self._stream,
                force_terminal=True,
                no_color=not self._style.color,
                width=None if self._stream.isatty() else self._style.width,  # rich follows a terminal's size
                highlight=False,
            )
            self._live = Live(
                self,
                console=console,
                refresh_per_second=_REDRAWS,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _ended(self) -> list[str]:
        good = {Status.PASSED, Status.SKIPPED}
        bad = [(name, outcome) for name, outcome in self._state.ended if outcome.status not in good]
        passed = [name for name, outcome in self._state.ended if outcome.status is Status.PASSED]
        lines = [_end_line(name, outcome, self._style) for name, outcome in bad[-_TROUBLED:]]
        if passed:
            mark = self._style.mark(Status.PASSED)
            lines.append(f"{mark} {len(passed)} passed: {_some(passed[::-1], self._style)}")
        return lines

    def _running(self) -> list[str]:
        running = self._state.running_for()
        lines = [
            f"  {name} {seconds(elapsed)}  {self._state.message(name)}".rstrip() for name, elapsed in running[:_RUNNING]
        ]
        if len(running) > _RUNNING:
            lines.append(f"  {self._style.ellipsis} and {len(running) - _RUNNING} more")
        return lines + [f"  {task}: {message}" for task, message in self._state.other_messages()[-_OTHERS:]]

    def _waiting(self) -> list[str]:
        return [f"  {len(self._state.waiting)} waiting"] if self._state.waiting else []
