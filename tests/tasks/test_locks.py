# SPDX-License-Identifier: Apache-2.0
"""One at a time, between processes and between threads, also when the holder dies."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from noxkit.tasks.cancel import Cancel
from noxkit.tasks.locks import LockCancelledError, LockError, LockTimeoutError, file_lock
from noxkit.tasks.process import Runner

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

HOLD = """
    import pathlib, sys, time
    from noxkit.tasks.locks import file_lock
    with file_lock(pathlib.Path("lock")):
        print("held", flush=True)
        time.sleep(60)
"""

COUNT = """
    import pathlib, sys
    from noxkit.tasks.locks import file_lock
    path = pathlib.Path("count")
    for _ in range(50):
        with file_lock(pathlib.Path("lock")):
            path.write_text(str(int(path.read_text()) + 1))
"""


def test_a_free_lock_is_taken_at_once_and_again(tmp_path: Path) -> None:
    messages: list[str] = []
    for _ in range(3):
        with file_lock(tmp_path / "deep" / "lock", timeout=0, on_wait=messages.append):
            pass
    assert messages == []
    assert tmp_path.joinpath("deep/lock").exists()


@pytest.mark.parametrize("timeout", [0.0, 0.15], ids=["no-wait", "short"])
def test_a_lock_that_stays_taken_is_an_error_that_names_the_holder(tmp_path: Path, timeout: float) -> None:
    messages: list[str] = []
    path = tmp_path / "lock"
    with file_lock(path):
        began = time.monotonic()
        with (
            pytest.raises(LockTimeoutError) as caught,
            file_lock(path, timeout=timeout, on_wait=messages.append),
        ):
            pytest.fail("two hold it")
        assert timeout <= time.monotonic() - began < timeout + 2
    assert isinstance(caught.value, LockError)
    assert (caught.value.path, caught.value.holder) == (path, os.getpid())
    assert messages == [f"waiting for process {os.getpid()}, which holds {path}"]


def test_who_waits_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held, waiting, got = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with file_lock(path):
            held.set()
            waiting.wait(5)

    def wait() -> None:
        with file_lock(path, timeout=5, on_wait=lambda _: waiting.set()):
            got.set()

    threads = [threading.Thread(target=hold), threading.Thread(target=wait)]
    threads[0].start()
    assert held.wait(5)
    threads[1].start()
    for thread in threads:
        thread.join()
    assert got.is_set()


def test_a_cancel_ends_the_waiting(tmp_path: Path) -> None:
    cancel = Cancel()
    threading.Timer(0.1, cancel.set).start()
    path = tmp_path / "lock"
    with file_lock(path), pytest.raises(LockCancelledError), file_lock(path, cancel=cancel):
        pytest.fail("two hold it")


def test_an_error_inside_lets_the_lock_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(RuntimeError), file_lock(path):
        raise RuntimeError
    with file_lock(path, timeout=0):
        pass


def test_a_holder_that_is_killed_leaves_no_lock(
    tmp_path: Path, start_script: Callable[..., subprocess.Popen[bytes]]
) -> None:
    with start_script(HOLD) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with (
            pytest.raises(LockTimeoutError, match=f"process {process.pid}"),
            file_lock(tmp_path / "lock", timeout=0),
        ):
            pytest.fail("two hold it")
        process.kill()
    with file_lock(tmp_path / "lock", timeout=5):
        pass


def test_a_program_that_was_started_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    runner = Runner(root=tmp_path)
    with file_lock(path):
        thread = threading.Thread(target=lambda: runner.run(["sleep", "60"], task="t"))
        thread.start()
        time.sleep(0.1)
    with file_lock(path, timeout=1):
        runner.cancel.kill()
    thread.join()


def test_processes_take_turns(tmp_path: Path, start_script: Callable[..., subprocess.Popen[bytes]]) -> None:
    tmp_path.joinpath("count").write_text("0", encoding="ascii")
    processes = [start_script(COUNT) for _ in range(4)]
    assert [process.communicate(timeout=60) for process in processes] == [(b"", b"")] * 4
    assert tmp_path.joinpath("count").read_text(encoding="ascii") == "200"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\xfe", b"9" * 100], ids=["empty", "text", "bytes", "long"])
def test_what_stands_in_the_file_does_not_matter(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lock"
    path.write_bytes(content)
    with file_lock(path, timeout=0):
        assert path.read_bytes() == b"%d\n" % os.getpid()


def test_a_file_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("", encoding="ascii")
    with pytest.raises(OSError, match="file"), file_lock(tmp_path / "file" / "lock"):
        pytest.fail("no file, no lock")
