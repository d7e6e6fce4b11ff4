# SPDX-License-Identifier: Apache-2.0
"""The second process that ends what a killed noxkit has left."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from noxkit.tasks._guard import Guard

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture
def sleepers() -> Generator[list[subprocess.Popen[bytes]]]:
    """Three processes, each in a group of its own."""
    processes = [subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) for _ in range(3)]
    yield processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        pytest.param([], [], id="all-are-killed"),
        pytest.param([0], [0], id="without-the-first"),
        pytest.param([1], [1], id="without-the-middle"),
        pytest.param([2], [2], id="without-the-last"),
        pytest.param([0, 1, 2], [0, 1, 2], id="none-is-left-to-kill"),
    ],
)
def test_at_the_end_of_the_pipe_the_groups_on_the_list_are_killed(
    sleepers: list[subprocess.Popen[bytes]], removed: list[int], left: list[int]
) -> None:
    guard = Guard()
    for process in sleepers:
        guard.add(process.pid)
    for number in removed:
        guard.remove(sleepers[number].pid)
    del guard  # closes the pipe, as the kernel does when a process dies
    for number, process in enumerate(sleepers):
        if number not in left:
            assert process.wait(5) == -signal.SIGKILL
    assert [number for number, process in enumerate(sleepers) if process.poll() is None] == left


def test_a_guard_without_a_group_starts_nothing() -> None:
    guard = Guard()
    guard.remove(12345)
    assert guard._process is None  # pyright: ignore[reportPrivateUsage] -- there is no other way to see nothing


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_guard_that_was_killed_or_stopped_holds_nobody(
    sleepers: list[subprocess.Popen[bytes]], number: signal.Signals
) -> None:
    guard = Guard()
    guard.add(sleepers[0].pid)
    process = guard._process  # pyright: ignore[reportPrivateUsage] -- what a system does to it is done here
    assert process is not None
    process.send_signal(number)
    began = time.monotonic()
    for _ in range(20_000):  # more than a pipe holds
        guard.remove(1)
    del guard
    assert time.monotonic() - began < 10
    assert process.poll() is not None
