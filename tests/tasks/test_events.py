# SPDX-License-Identifier: Apache-2.0
"""The log of events: whole lines of JSON, whoever else writes to the file."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from noxkit.diagnostics.events import (
    CommandFinished,
    CommandStarted,
    Progress,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskStarted,
)
from noxkit.diagnostics.model import Finding, Outcome, Severity, Status
from noxkit.errors import NoxkitError
from noxkit.tasks import environ
from noxkit.tasks.events import EventLog, Fanout

if TYPE_CHECKING:
    from noxkit.diagnostics.events import Event

FINDING = Finding(code="ruff:F401", task="ruff", severity=Severity.ERROR, message="m", hint="h", path="a.py", line=1)


def lines(path: Path) -> list[dict[str, object]]:
    text = path.read_bytes()
    assert text.endswith(b"\n")
    return [cast("dict[str, object]", json.loads(line)) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        pytest.param(RunStarted(session="lint", tasks=("a",)), {"event": "run-started", "tasks": ["a"]}, id="run"),
        pytest.param(TaskStarted(name="ty[3.10]"), {"event": "task-started", "name": "ty[3.10]"}, id="task"),
        pytest.param(Progress(task="t", message="a\nb"), {"event": "progress", "message": "a\nb"}, id="progress"),
        pytest.param(
            RunFinished(session="lint", status="passed", seconds=1.5),
            {"event": "run-finished", "status": "passed", "seconds": 1.5},
            id="end",
        ),
        pytest.param(
            CommandStarted(task="t", command=("a", "-b"), folder=".", environment={"A": None, "B": "1"}, pid=7),
            {
                "event": "command-started",
                "command": ["a", "-b"],
                "environment": {"A": None, "B": "1"},
                "pid": 7,
            },
            id="command",
        ),
        pytest.param(
            CommandFinished(task="t", command=("a",), pid=7, returncode=-9, seconds=0.5, cached=True),
            {"event": "command-finished", "returncode": -9, "cached": True, "timed_out": False},
            id="command-end",
        ),
        pytest.param(
            Progress(task="t", message="name-\udcff-ü"),
            {"message": "name-\\udcff-ü"},
            id="a-name-that-is-not-utf-8",
        ),
    ],
)
def test_an_event_is_a_line_with_its_time_and_session(tmp_path: Path, event: Event, fields: dict[str, object]) -> None:
    path = tmp_path / "deep" / "events.jsonl"
    EventLog(path, session="lint")(event)
    (line,) = lines(path)
    assert list(line)[:2] == ["time", "session"]
    assert line["session"] == "lint"
    assert {name: line[name] for name in fields} == fields
    time = str(line["time"])
    assert time.endswith("Z")
    written = dt.datetime.fromisoformat(time.replace("Z", "+00:00"))
    assert abs((dt.datetime.now(dt.timezone.utc) - written).total_seconds()) < 60


def test_an_outcome_is_in_the_line_with_its_findings(tmp_path: Path) -> None:
    outcome = Outcome(name="ruff", status=Status.FAILED, findings=(FINDING,), evidence={"files": 3})
    EventLog(tmp_path / "log", session="lint")(TaskFinished(name="ruff", outcome=outcome))
    written = cast("dict[str, object]", lines(tmp_path / "log")[0]["outcome"])
    assert written["status"] == "failed"
    assert written["evidence"] == {"files": 3}
    assert cast("list[dict[str, object]]", written["findings"])[0]["code"] == "ruff:F401"


def test_a_second_log_appends(tmp_path: Path) -> None:
    for session in ("lint", "tests"):
        EventLog(tmp_path / "log", session=session)(TaskStarted(name="a"))
    assert [line["session"] for line in lines(tmp_path / "log")] == ["lint", "tests"]


def test_threads_and_processes_share_a_file_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    script = (
        "import sys; from pathlib import Path; from noxkit.tasks.events import EventLog\n"
        "from noxkit.diagnostics.events import Progress\n"
        "log = EventLog(Path(sys.argv[1]), session=sys.argv[2])\n"
        "for number in range(200): log(Progress(task='t', message=str(number) + 'x' * (number * 50)))\n"
    )
    environment = {**environ.current(), "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", script, str(path)]
    processes = [subprocess.Popen([*command, f"p{number}"], env=environment) for number in range(3)]
    log = EventLog(path, session="threads")

    def write() -> None:
        for number in range(100):
            log(Progress(task="t", message="y" * number))

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(lines(path)) == 3 * 200 + 3 * 100


@pytest.mark.parametrize("name", ["file/log", "folder"])
def test_a_log_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path, name: str) -> None:
    tmp_path.joinpath("file").write_text("", encoding="ascii")
    tmp_path.joinpath("folder").mkdir()
    with pytest.raises(NoxkitError) as caught:
        EventLog(tmp_path / name, session="lint")
    (record,) = caught.value.records
    assert (record.code, bool(record.hint)) == ("NK-FILE-UNWRITABLE", True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_stops_the_log_and_not_the_run() -> None:
    log = EventLog(Path("/dev/full"), session="lint")
    for _ in range(3):
        log(TaskStarted(name="a"))
    assert log.failure is not None


def test_every_listener_hears_every_event_in_order() -> None:
    heard: list[tuple[str, Event]] = []
    fanout = Fanout([lambda event: heard.append(("a", event)), lambda event: heard.append(("b", event))])
    event = TaskStarted(name="x")
    fanout(event)
    assert heard == [("a", event), ("b", event)]
