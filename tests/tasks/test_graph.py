# SPDX-License-Identifier: Apache-2.0
"""Work that needs other work: order, room, failures and stopping."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.tasks.cancel import Cancel
from noxkit.tasks.graph import Node, NodeExitError, NotStartedError, run_graph

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping


class Work:
    """Makes nodes that write down when they run."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def node(self, name: str, *needs: str, cost: float = 0.0, weight: int = 1, seconds: float = 0.0) -> Node[str]:
        def run(_needed: Mapping[str, str | Exception]) -> str:
            with self._lock:
                self.order.append(name)
                self._now += weight
                self.most = max(self.most, self._now)
            time.sleep(seconds)
            with self._lock:
                self._now -= weight
            return name.upper()

        return Node(name=name, run=run, needs=needs, cost=cost, weight=weight)


@pytest.fixture
def work() -> Work:
    return Work()


def fail(_needed: Mapping[str, str | Exception]) -> str:
    raise OSError("broken")


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_every_node_runs_once_after_what_it_needs(work: Work, jobs: int) -> None:
    nodes = [
        work.node("d", "b", "c"),
        work.node("b", "a"),
        work.node("c", "a"),
        work.node("a"),
        work.node("e"),
    ]
    assert run_graph(nodes, jobs=jobs, cancel=Cancel()) == {"d": "D", "b": "B", "c": "C", "a": "A", "e": "E"}
    assert sorted(work.order) == list("abcde")
    assert work.order.index("a") < min(work.order.index("b"), work.order.index("c"))
    assert work.order.index("d") > max(work.order.index("b"), work.order.index("c"))


def test_nothing_to_do_is_nothing() -> None:
    nodes: list[Node[str]] = []
    assert run_graph(nodes, jobs=2, cancel=Cancel()) == {}


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        pytest.param({"a": 1, "b": 3, "c": 2}, "bca", id="longest-first"),
        pytest.param({"c": 1, "a": 1, "b": 1}, "cab", id="equals-as-given"),
        pytest.param({"a": 0, "b": 0, "c": 9}, "cab", id="unknown-costs-last"),
    ],
)
def test_the_longest_goes_first(work: Work, costs: dict[str, float], expected: str) -> None:
    run_graph([work.node(name, cost=cost) for name, cost in costs.items()], jobs=1, cancel=Cancel())
    assert "".join(work.order) == expected


def test_what_a_long_node_waits_for_goes_before_a_middling_one(work: Work) -> None:
    nodes = [
        work.node("middle", cost=5),
        work.node("install", cost=0.1),
        work.node("long", "install", cost=40),
    ]
    run_graph(nodes, jobs=1, cancel=Cancel())
    assert work.order == ["install", "long", "middle"]


@pytest.mark.parametrize("jobs", [1, 3])
def test_no_more_run_at_once_than_there_are_jobs(work: Work, jobs: int) -> None:
    run_graph([work.node(str(number), seconds=0.02) for number in range(9)], jobs=jobs, cancel=Cancel())
    assert work.most == jobs


def test_a_heavy_node_takes_its_places_and_is_not_overtaken(work: Work) -> None:
    nodes = [work.node("first", cost=9, seconds=0.05), work.node("heavy", cost=8, weight=2, seconds=0.05)]
    nodes += [work.node(f"light{number}", cost=1, seconds=0.01) for number in range(4)]
    run_graph(nodes, jobs=2, cancel=Cancel())
    assert work.order[:2] == ["first", "heavy"]
    assert work.most == 2


def test_a_node_that_is_too_heavy_runs_alone(work: Work) -> None:
    assert run_graph([work.node("a", weight=99)], jobs=2, cancel=Cancel()) == {"a": "A"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_is_a_result_and_stops_nobody(work: Work, jobs: int) -> None:
    seen: dict[str, str | Exception] = {}

    def dependent(needed: Mapping[str, str | Exception]) -> str:
        seen.update(needed)
        return "ran"

    nodes = [
        Node(name="bad", run=fail, cost=9),
        Node(name="dependent", run=dependent, needs=("bad", "fine")),
        work.node("fine"),
    ]
    results = run_graph(nodes, jobs=jobs, cancel=Cancel())
    assert isinstance(results["bad"], OSError)
    assert (results["dependent"], results["fine"]) == ("ran", "FINE")
    assert seen == {"bad": results["bad"], "fine": "FINE"}


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_a_node_that_wants_to_end_the_process_does_not(error: BaseException) -> None:
    def leave(_needed: Mapping[str, str | Exception]) -> str:
        raise error

    result = run_graph([Node(name="a", run=leave)], jobs=1, cancel=Cancel())["a"]
    assert isinstance(result, NodeExitError)
    assert result.__cause__ is error


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        pytest.param({"a": ["a"]}, "circle", id="itself"),
        pytest.param({"a": ["b"], "b": ["c"], "c": ["a"], "d": []}, "circle: .* -> ", id="three"),
        pytest.param({"a": ["x"]}, "a needs x", id="unknown"),
    ],
)
def test_a_graph_without_an_order_is_refused_before_anything_runs(
    work: Work, needs: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run_graph([work.node(name, *wanted) for name, wanted in needs.items()], jobs=1, cancel=Cancel())
    assert work.order == []


def test_a_name_given_twice_is_refused(work: Work) -> None:
    with pytest.raises(ValueError, match="same name: a"):
        run_graph([work.node("a"), work.node("a"), work.node("b")], jobs=1, cancel=Cancel())


def test_no_room_at_all_is_refused(work: Work) -> None:
    with pytest.raises(ValueError, match="jobs is 0"):
        run_graph([work.node("a")], jobs=0, cancel=Cancel())


def test_after_a_cancel_no_node_is_started_and_each_has_a_result(work: Work) -> None:
    cancel = Cancel()

    def stop(_needed: Mapping[str, str | Exception]) -> str:
        cancel.set()
        return "stopped"

    nodes = [Node(name="stop", run=stop, cost=9), work.node("later"), work.node("behind", "stop")]
    results = run_graph(nodes, jobs=1, cancel=cancel)
    assert results["stop"] == "stopped"
    assert isinstance(results["later"], NotStartedError)
    assert isinstance(results["behind"], NotStartedError)
    assert work.order == []


def test_a_graph_inside_of_a_node_runs(work: Work) -> None:
    def inner(_needed: Mapping[str, str | Exception]) -> str:
        return str(run_graph([work.node("x")], jobs=1, cancel=Cancel())["x"])

    assert run_graph([Node(name="outer", run=inner)], jobs=1, cancel=Cancel()) == {"outer": "X"}


SCRIPT = """
    import pathlib, sys
    from noxkit.tasks.cancel import Cancel, handling_signals
    from noxkit.tasks.graph import Node, run_graph
    from noxkit.tasks.process import Runner

    mark, inner = sys.argv[1:]
    cancel = Cancel()
    runner = Runner(root=pathlib.Path(), cancel=cancel)

    def node(number):
        command = ["/bin/sh", "-c", inner, f"{mark}-{number}"]
        return Node(name=str(number), run=lambda _: runner.run(command, task=str(number)))

    with handling_signals(cancel):
        results = run_graph([node(number) for number in range(3)], jobs=2, cancel=cancel)
    for name, result in results.items():
        print(name, getattr(result, "cancelled", type(result).__name__))
    print("report", cancel.signal)
"""


MAIN_THREAD_SCRIPT = """
    import pathlib, sys, threading, time
    from noxkit.tasks.cancel import Cancel, handling_signals
    from noxkit.tasks.process import Runner

    mark, inner = sys.argv[1:]
    cancel = Cancel()
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    with handling_signals(cancel):
        Runner(root=pathlib.Path(), cancel=cancel).run(["/bin/sh", "-c", inner, f"{mark}-0"], task="t")
    print("report", cancel.signal)
"""


@pytest.mark.parametrize(
    ("number", "everybody"),
    [
        pytest.param(signal.SIGINT, False, id="SIGINT-to-noxkit"),
        pytest.param(signal.SIGINT, True, id="SIGINT-to-its-group-as-a-terminal-does"),
        pytest.param(signal.SIGTERM, False, id="SIGTERM"),
        pytest.param(signal.SIGHUP, False, id="SIGHUP"),
    ],
)
def test_a_signal_ends_the_processes_and_the_report_still_comes(
    start_script: Callable[..., subprocess.Popen[bytes]],
    running: Callable[[str], list[int]],
    eventually: Callable[[Callable[[], object]], bool],
    number: signal.Signals,
    everybody: bool,
) -> None:
    mark = f"graph-{number.name}-{everybody}-{time.monotonic_ns()}"
    process = start_script(SCRIPT, mark, "trap '' INT; while :; do sleep 1; done")
    assert eventually(lambda: len(running(f"{mark}-")) == 2)
    if everybody:
        os.killpg(process.pid, number)
    process.send_signal(number)  # for everybody a second time, as a wrapper such as `uv run` does
    output, errors = process.communicate(timeout=10)
    said = f"0 True\n1 True\n2 NotStartedError\nreport {number.value}\n"
    assert (output.decode(), errors) == (said, b"")
    assert running(f"{mark}-") == []


def test_a_second_interrupt_kills_at_once_and_raises(
    start_script: Callable[..., subprocess.Popen[bytes]],
    running: Callable[[str], list[int]],
    eventually: Callable[[Callable[[], object]], bool],
) -> None:
    mark = f"graph-second-{time.monotonic_ns()}"
    process = start_script(SCRIPT, mark, "trap '' INT TERM; while :; do sleep 1; done")
    assert eventually(lambda: len(running(f"{mark}-")) == 2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.4)
    assert len(running(f"{mark}-")) == 2
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=10)
    assert (output, b"KeyboardInterrupt" in errors) == (b"", True)
    assert time.monotonic() - began < 1.5
    assert running(f"{mark}-") == []


@pytest.mark.parametrize("where", ["graph", "main"])
def test_a_signal_that_the_kernel_gives_to_another_thread_is_not_lost(
    start_script: Callable[..., subprocess.Popen[bytes]],
    running: Callable[[str], list[int]],
    eventually: Callable[[Callable[[], object]], bool],
    where: str,
) -> None:
    mark = f"graph-thread-{time.monotonic_ns()}"
    script = SCRIPT if where == "graph" else MAIN_THREAD_SCRIPT
    process = start_script(script, mark, "while :; do sleep 1; done")
    assert eventually(lambda: len(running(f"{mark}-")) == (2 if where == "graph" else 1))
    threads = [int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir()]
    os.kill(max(threads), signal.SIGTERM)  # by a thread's number the kernel prefers that thread
    output, _ = process.communicate(timeout=10)
    assert f"report {signal.SIGTERM.value}" in output.decode()
    assert running(f"{mark}-") == []
