# SPDX-License-Identifier: Apache-2.0
"""A runner on an empty folder, and what tests of real processes ask of the system's table of processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.tasks import environ
from noxkit.tasks.process import Runner

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner whose root is an empty folder."""
    return Runner(root=tmp_path)


@pytest.fixture
def running() -> Callable[[str], list[int]]:
    """The processes whose command line holds a text and that have not ended."""
    return _running


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], bool]:
    """Whether something becomes true within ten seconds."""
    return _eventually


@pytest.fixture
def start_script(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a Python program that imports noxkit from this checkout."""

    def start(text: str, *arguments: str) -> subprocess.Popen[bytes]:
        path = tmp_path / f"script-{uuid.uuid4().hex}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, str(path), *arguments],
            cwd=tmp_path,
            env={**environ.current(), "PYTHONPATH": str(SOURCE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    return start


@pytest.fixture
def when_there(tmp_path: Path) -> Callable[[str, Callable[[], object]], None]:
    """Call something in another thread as soon as a process has made a file in the root."""

    def wait(name: str, call: Callable[[], object]) -> None:
        _eventually(tmp_path.joinpath(name).exists)
        call()

    def begin(name: str, call: Callable[[], object]) -> None:
        threading.Thread(target=wait, args=(name, call)).start()

    return begin


def _running(text: str) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = entry.joinpath("cmdline").read_bytes()
                state = entry.joinpath("stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if text.encode() in command and state not in "ZX":
                found.append(int(entry.name))
    return found


def _eventually(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture(autouse=True)
def _default_signals() -> None:  # pyright: ignore[reportUnusedFunction] -- pytest calls it
    """A test run in a shell's background would hand ignored signals down to every child."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
