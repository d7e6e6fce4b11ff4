# SPDX-License-Identifier: Apache-2.0
"""One program: what it gets, what it prints, how it ends, and that nothing of it stays."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.events import CommandFinished, CommandStarted
from noxkit.tasks import _child, _posix, environ
from noxkit.tasks._child import Stream
from noxkit.tasks.process import Completed, FolderNotFoundError, ProgramNotFoundError, Runner, StartError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from noxkit.diagnostics.events import Event

PYTHON = sys.executable


def sh(runner: Runner, script: str, *arguments: str, timeout: float | None = None) -> Completed:
    return runner.run(["/bin/sh", "-c", script, "sh", *arguments], task="t", timeout=timeout)


def python(runner: Runner, script: str, *arguments: str, timeout: float | None = None) -> Completed:
    return runner.run([PYTHON, "-c", script, *arguments], task="t", timeout=timeout)


@pytest.fixture
def mark() -> str:
    """A word for the command line of a test's processes that no other process has."""
    return f"mark-{uuid.uuid4().hex}"


@pytest.mark.parametrize(
    ("script", "returncode", "stdout", "stderr"),
    [
        pytest.param("exit 0", 0, b"", b"", id="silent"),
        pytest.param("echo out; echo err >&2; exit 7", 7, b"out\n", b"err\n", id="both-streams"),
        pytest.param("printf 'no newline'", 0, b"no newline", b"", id="no-last-newline"),
        pytest.param(r"printf '\377\000\200'", 0, b"\xff\x00\x80", b"", id="bytes-that-are-no-text"),
        pytest.param("kill -9 $$", -9, b"", b"", id="killed-by-itself"),
        pytest.param("kill -TERM $$", -15, b"", b"", id="terminated-by-itself"),
        pytest.param("cat; echo end", 0, b"end\n", b"", id="standard-input-is-empty"),
        pytest.param("echo a >/dev/stderr; echo b >/dev/stderr", 0, b"", b"a\nb\n", id="dev-stderr-opened-twice"),
        pytest.param("exec >&-; sleep 0.05; echo e >&2", 0, b"", b"e\n", id="closes-its-output-early"),
        pytest.param("exec >&- 2>&-; sleep 0.05; exit 5", 5, b"", b"", id="closes-both-outputs-early"),
    ],
)
def test_a_program_ends_as_it_says_with_what_it_printed(
    runner: Runner, script: str, returncode: int, stdout: bytes, stderr: bytes
) -> None:
    completed = sh(runner, script)
    assert (completed.returncode, completed.stdout, completed.stderr) == (returncode, stdout, stderr)
    assert (completed.timed_out, completed.cancelled, completed.truncated) == (False, False, False)


@pytest.mark.parametrize(
    "argument",
    ["two\nlines", "-n", "--help", "", "  ", "a'b\"c", "$HOME `id` *", "\udcff", "ü", "\\"],
    ids=[
        "newline",
        "dash",
        "option",
        "empty",
        "blanks",
        "quotes",
        "shell",
        "not-utf-8",
        "umlaut",
        "backslash",
    ],
)
def test_an_argument_arrives_as_it_is(runner: Runner, argument: str) -> None:
    completed = python(runner, "import os, sys; sys.stdout.buffer.write(os.fsencode(sys.argv[1]))", argument)
    assert completed.stdout == os.fsencode(argument)
    assert completed.command[-1] == argument


def test_ten_megabytes_on_both_outputs_arrive_whole(runner: Runner) -> None:
    script = "import sys; [f.buffer.write(b'x' * 1000000) for _ in range(10) for f in (sys.stdout, sys.stderr)]"
    completed = python(runner, script)
    assert (len(completed.stdout), len(completed.stderr), completed.truncated) == (
        10_000_000,
        10_000_000,
        False,
    )


@pytest.mark.parametrize(
    ("chunks", "content", "truncated"),
    [
        pytest.param([], b"", False, id="nothing"),
        pytest.param([b"12345678"], b"12345678", False, id="exactly-the-limit"),
        pytest.param([b"1234", b"5678"], b"12345678", False, id="exactly-the-limit-in-two"),
        pytest.param([b"123456789"], b"23456789", True, id="one-more"),
        pytest.param([b"12", b"345678", b"90"], b"34567890", True, id="a-whole-chunk-dropped"),
        pytest.param([b"a" * 100, b"b"], b"aaaaaaab", True, id="a-large-chunk-cut"),
    ],
)
def test_a_stream_keeps_its_end(chunks: list[bytes], content: bytes, truncated: bool) -> None:
    stream = Stream(8)
    for chunk in chunks:
        stream.add(chunk)
    assert (stream.content(), stream.truncated) == (content, truncated)


def test_of_too_much_output_the_end_is_kept_and_marked(runner: Runner) -> None:
    completed = sh(dataclasses.replace(runner, kept=1000), "head -c 3000000 /dev/zero; echo end")
    assert (len(completed.stdout), completed.stdout[-4:], completed.truncated) == (1000, b"end\n", True)


def test_the_root_is_the_folder_unless_another_is_given(runner: Runner, tmp_path: Path) -> None:
    inner = tmp_path / "a folder"
    inner.mkdir()
    here = runner.run(["pwd", "-P"], task="t").stdout.decode().strip()
    there = runner.run(["pwd", "-P"], task="t", cwd=inner).stdout.decode().strip()
    assert (Path(here), Path(there)) == (tmp_path.resolve(), inner.resolve())


def test_variables_are_changed_and_removed_for_one_call(tmp_path: Path) -> None:
    runner = Runner(root=tmp_path, environment={"PATH": os.defpath, "A": "1", "B": "2"})
    script = "echo ${A-none} ${B-none} ${C-none}"
    changed = runner.run(["sh", "-c", script], task="t", environment={"A": None, "C": "3"})
    assert (changed.stdout, sh(runner, script).stdout) == (b"none 2 3\n", b"1 2 none\n")


def test_a_program_is_looked_for_on_the_path_that_it_gets(runner: Runner, tmp_path: Path) -> None:
    program = tmp_path / "only-here"
    program.write_text("#!/bin/sh\necho found\n", encoding="ascii")
    program.chmod(0o755)
    assert runner.run(["only-here"], task="t", environment={"PATH": str(tmp_path)}).stdout == b"found\n"
    assert runner.run(["./only-here"], task="t").stdout == b"found\n"
    assert runner.run([program], task="t").stdout == b"found\n"


@pytest.mark.parametrize(
    ("command", "error", "reason"),
    [
        pytest.param(["no-such-program"], ProgramNotFoundError, "no such program", id="not-on-path"),
        pytest.param(["/no/such/program"], ProgramNotFoundError, "no such program", id="no-such-path"),
        pytest.param(["./text"], ProgramNotFoundError, "may not be executed", id="not-executable"),
        pytest.param(["./folder"], ProgramNotFoundError, "may not be executed", id="a-folder"),
        pytest.param(["./text/inside"], ProgramNotFoundError, "no such program", id="below-a-file"),
        pytest.param(["./stale"], ProgramNotFoundError, "interpreter", id="interpreter-gone"),
        pytest.param(["./empty"], StartError, "could not be started", id="no-program-format"),
        pytest.param(["true", "a\0b"], StartError, "null byte", id="zero-byte"),
        pytest.param(["true", "x" * 5_000_000], StartError, "too long", id="argument-too-long"),
    ],
)
def test_what_cannot_be_started_says_why(
    runner: Runner, tmp_path: Path, command: list[str], error: type[StartError], reason: str
) -> None:
    tmp_path.joinpath("text").write_text("x", encoding="ascii")
    tmp_path.joinpath("folder").mkdir()
    for name, text in (("stale", "#!/no/such/python\n"), ("empty", "\x01\x02")):
        tmp_path.joinpath(name).write_text(text, encoding="ascii")
        tmp_path.joinpath(name).chmod(0o755)
    with pytest.raises(error, match=reason) as caught:
        runner.run(command, task="t")
    assert caught.value.program == command[0]


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_is_none_is_told_from_a_missing_program(runner: Runner, tmp_path: Path, name: str) -> None:
    tmp_path.joinpath("file").write_text("", encoding="ascii")
    with pytest.raises(FolderNotFoundError, match="there is no folder"):
        runner.run(["true"], task="t", cwd=tmp_path / name)


def test_a_process_has_a_session_and_a_group_of_its_own(runner: Runner) -> None:
    completed = python(runner, "import os; print(os.getpid(), os.getpgid(0), os.getsid(0))")
    assert len(set(completed.stdout.split())) == 1


def test_a_time_limit_ends_the_process(runner: Runner) -> None:
    completed = sh(runner, "echo before; sleep 60; echo after", timeout=0.6)
    assert (completed.timed_out, completed.returncode, completed.stdout) == (
        True,
        -signal.SIGTERM,
        b"before\n",
    )
    assert 0.6 <= completed.seconds < 2.6


def test_what_a_process_prints_while_it_is_ended_is_kept(runner: Runner) -> None:
    script = "trap 'head -c 1000000 /dev/zero; echo end; exit 9' TERM; echo begin; while :; do sleep 0.02; done"
    completed = sh(runner, script, timeout=0.6)
    assert (completed.returncode, completed.timed_out) == (9, True)
    assert len(completed.stdout) == 1_000_010
    assert completed.stdout.endswith(b"end\n")


@pytest.mark.parametrize(
    ("script", "returncode"),
    [
        pytest.param("sleep 60 & echo {0}; wait", -15, id="grandchild"),
        pytest.param("(sleep 60 & (sleep 60 & wait) & wait) & wait", -15, id="whole-tree"),
        pytest.param("kill -STOP $$", -15, id="stopped"),
    ],
)
def test_after_a_time_limit_nobody_of_the_group_is_left(
    runner: Runner, script: str, returncode: int, mark: str
) -> None:
    groups: list[int] = []
    watching = dataclasses.replace(runner, observer=_pids(groups))
    completed = sh(watching, script, mark, timeout=0.6)
    assert (completed.returncode, completed.timed_out) == (returncode, True)
    assert not _posix.group_alive(groups[0])


@pytest.mark.parametrize(
    ("script", "grace"),
    [
        pytest.param("trap '' TERM INT HUP; echo ready; sleep 60; sleep 60", _child.GRACE, id="shell"),
        pytest.param("trap '' TERM; sleep 60 & echo ready; exec sleep 60", 0.3, id="with-grandchild"),
        pytest.param("(trap '' TERM; exec sleep 60) & echo ready; wait", 0.3, id="only-its-grandchild"),
    ],
)
def test_a_group_that_ignores_signals_is_killed_after_the_grace(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, script: str, grace: float
) -> None:
    monkeypatch.setattr(_child, "GRACE", grace)
    groups: list[int] = []
    completed = sh(dataclasses.replace(runner, observer=_pids(groups)), script, timeout=0.6)
    assert (completed.timed_out, completed.stdout) == (True, b"ready\n")
    assert 0.6 + grace <= completed.seconds < 5
    assert not _posix.group_alive(groups[0])


def test_a_server_in_a_session_of_its_own_is_ended_with_its_parent(
    runner: Runner, mark: str, running: Callable[[str], list[int]]
) -> None:
    script = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(60)', sys.argv[1]]\n"
        "subprocess.Popen(command, start_new_session=True)\n"
        "print('up', flush=True); time.sleep(60)"
    )
    completed = python(runner, script, mark, timeout=1.0)
    assert completed.stdout == b"up\n"
    assert running(mark) == []


@pytest.mark.parametrize(
    "redirect", [pytest.param(">/dev/null 2>&1", id="silent"), pytest.param("", id="holding-the-pipes")]
)
def test_what_a_program_leaves_behind_is_ended_and_does_not_hold_the_call(runner: Runner, redirect: str) -> None:
    groups: list[int] = []
    completed = sh(dataclasses.replace(runner, observer=_pids(groups)), f"sleep 60 {redirect} & echo done")
    assert (completed.returncode, completed.stdout, completed.timed_out) == (0, b"done\n", False)
    assert completed.seconds < 10
    assert not _posix.group_alive(groups[0])


def test_a_process_outside_of_the_group_does_not_hold_the_call(
    runner: Runner, mark: str, running: Callable[[str], list[int]]
) -> None:
    script = f"setsid {PYTHON} -c 'import time; time.sleep(3)' {mark} & echo done"
    completed = sh(runner, script)
    assert (completed.stdout, completed.seconds < 2.5) == (b"done\n", True)
    for pid in running(mark):
        os.kill(pid, signal.SIGKILL)


def test_the_last_words_of_a_background_process_are_read(runner: Runner) -> None:
    assert sh(runner, "(sleep 0.05; echo late) & echo early").stdout == b"early\nlate\n"


def test_a_cancel_in_the_middle_ends_the_process(
    runner: Runner, when_there: Callable[[str, Callable[[], object]], None]
) -> None:
    groups: list[int] = []
    when_there("up", runner.cancel.set)
    completed = sh(dataclasses.replace(runner, observer=_pids(groups)), "echo before; touch up; sleep 60")
    assert (completed.cancelled, completed.timed_out, completed.stdout) == (True, False, b"before\n")
    assert completed.seconds < 10
    assert not _posix.group_alive(groups[0])


def test_a_kill_does_not_wait_for_a_child_that_ignores_signals(
    runner: Runner, when_there: Callable[[str, Callable[[], object]], None]
) -> None:
    when_there("up", runner.cancel.set)
    when_there("termed", runner.cancel.kill)
    completed = sh(runner, "trap 'touch termed' TERM; touch up; while :; do sleep 60; done")
    assert (completed.returncode, completed.cancelled, completed.seconds < 2.0) == (
        -signal.SIGKILL,
        True,
        True,
    )


def test_after_a_cancel_nothing_is_started(runner: Runner, tmp_path: Path) -> None:
    events: list[Event] = []
    runner.cancel.set()
    completed = sh(dataclasses.replace(runner, observer=events.append), "touch started")
    assert completed.cancelled
    assert (list(tmp_path.iterdir()), events) == ([], [])


def test_without_a_descriptor_for_the_exit_it_works_as_well(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    quick = sh(runner, "exec 2>&- >&-; exit 3")
    slow = sh(runner, "sleep 60", timeout=0.1)
    left = sh(runner, "sleep 60 & exit 4")
    assert (quick.returncode, slow.returncode, slow.timed_out, left.returncode) == (3, -15, True, 4)


def test_a_status_that_somebody_else_took_is_no_success(
    start_script: Callable[..., subprocess.Popen[bytes]],
) -> None:
    script = """
        import signal, pathlib
        from noxkit.tasks.process import Runner, STATUS_LOST
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        assert Runner(root=pathlib.Path()).run(["true"], task="t").returncode == STATUS_LOST
    """
    process = start_script(script)
    assert (process.communicate(timeout=20), process.returncode) == ((b"", b""), 0)


def test_an_observer_that_fails_leaves_no_process(runner: Runner) -> None:
    groups: list[int] = []

    def fail(event: Event) -> None:
        _pids(groups)(event)
        raise RuntimeError("observer")

    with pytest.raises(RuntimeError, match="observer"):
        sh(dataclasses.replace(runner, observer=fail), "sleep 60")
    assert not _posix.group_alive(groups[0])


def test_events_show_the_command_its_folder_and_its_end(runner: Runner, tmp_path: Path) -> None:
    tmp_path.joinpath("sub").mkdir()
    events: list[Event] = []
    watching = dataclasses.replace(runner, environment=environ.current(), observer=events.append)
    command = ["sh", "-c", "exit 3", "https://me:secret@example.org/simple"]
    watching.run(command, task="lint", cwd=tmp_path / "sub", environment={"A": "1", "MY_TOKEN": "secret"})
    started, finished = events
    assert isinstance(started, CommandStarted)
    assert isinstance(finished, CommandFinished)
    assert started.command == finished.command == (*command[:3], "https://example.org/simple")
    assert (started.task, started.folder, started.environment) == (
        "lint",
        "sub",
        {"A": "1", "MY_TOKEN": "(hidden)"},
    )
    assert (finished.returncode, finished.pid, finished.timed_out, finished.cancelled) == (
        3,
        started.pid,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("folder", "shown"),
    [
        pytest.param(".", ".", id="root"),
        pytest.param("..", None, id="outside"),
        pytest.param("a/b", "a/b", id="below"),
    ],
)
def test_a_folder_is_shown_from_the_root(runner: Runner, tmp_path: Path, folder: str, shown: str | None) -> None:
    tmp_path.joinpath("a/b").mkdir(parents=True)
    place = tmp_path.joinpath(folder).resolve()
    events: list[Event] = []
    dataclasses.replace(runner, root=tmp_path.resolve(), observer=events.append).run(["true"], task="t", cwd=place)
    assert isinstance(events[0], CommandStarted)
    assert events[0].folder == (shown or str(place))


def test_niceness_reaches_the_process_and_its_children(runner: Runner) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    completed = runner.run(["sh", "-c", "sleep 0.1; nice; sh -c nice"], task="t", nice=7)
    assert completed.stdout.split() == [str(max(own, 7)).encode()] * 2


def test_two_hundred_commands_leave_no_descriptor_and_no_child(runner: Runner) -> None:
    sh(runner, "true")  # the guard's own
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(200):
        assert sh(runner, f"echo {number}").returncode == 0
    with pytest.raises(ProgramNotFoundError):
        runner.run(["no-such-program"], task="t")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_many_threads_run_processes_at_once(runner: Runner) -> None:
    results: list[tuple[int, bytes]] = []

    def work(number: int) -> None:
        results.extend((number, sh(runner, f"echo {number}; exit 0").stdout) for _ in range(5))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    assert all(output == b"%d\n" % number for number, output in results)


def test_when_noxkit_is_killed_its_processes_die(
    start_script: Callable[..., subprocess.Popen[bytes]],
    mark: str,
    running: Callable[[str], list[int]],
    eventually: Callable[[Callable[[], object]], bool],
) -> None:
    script = """
        import pathlib, sys
        from noxkit.tasks.process import Runner
        runner = Runner(root=pathlib.Path())
        runner.run(["true"], task="t")
        runner.run(["sh", "-c", "sleep 60 & trap '' TERM; while :; do sleep 1; done", sys.argv[1]], task="t")
    """
    with start_script(script, mark) as process:
        assert eventually(lambda: len(running(mark)) == 2)  # the script itself, and its shell
        time.sleep(0.5)  # a start and its entry in the guard's list are two steps, and a loaded machine takes its time
        process.kill()
    assert eventually(lambda: running(mark) == [])


def test_an_interrupt_without_a_handler_leaves_no_process(
    start_script: Callable[..., subprocess.Popen[bytes]],
    mark: str,
    running: Callable[[str], list[int]],
    eventually: Callable[[Callable[[], object]], bool],
) -> None:
    script = """
        import pathlib, sys
        from noxkit.tasks.process import Runner
        Runner(root=pathlib.Path()).run(["sh", "-c", "while :; do sleep 1; done", sys.argv[1]], task="t")
    """
    process = start_script(script, mark)
    assert eventually(lambda: len(running(mark)) == 2)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert b"KeyboardInterrupt" in errors
    assert running(mark) == []


def _pids(found: list[int]) -> Callable[[Event], None]:
    def observe(event: Event) -> None:
        if isinstance(event, CommandStarted):
            found.append(event.pid)

    return observe
