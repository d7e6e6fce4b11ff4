# SPDX-License-Identifier: Apache-2.0
"""Machines that do not play along: no network, no disk, tools that hang, two runs at once, and sudden death."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e._nox import NOX, PYTHON, REPORT, in_namespace, works

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e._nox import Sandbox


@pytest.fixture
def ruffed(sandbox: Sandbox) -> Sandbox:
    """A repository that has chosen ruff."""
    return sandbox.append('[tool.ruff]\nextend-exclude = ["noxfile.py"]\n')


def _command(name: str, run: str, *, output: str = "exit-code") -> str:
    words = json.dumps(shlex.split(run))
    return f'[[tool.noxkit.commands]]\nname = "{name}"\nrun = {words}\nreads = ["**/*.py"]\noutput = "{output}"\n'


# ------------------------------------------------------------------ tools


def test_a_tool_version_that_does_not_exist_is_inconclusive(ruffed: Sandbox) -> None:
    ruffed.append('[tool.noxkit.tools]\nruff = "==0.0.99999"\n')
    run = ruffed.nox("lint", "--only", "ruff,look").inconclusive("ruff", reason="0.0.99999", hint="version")
    assert run.task("look")["status"] == "passed"
    ruffed.nox("lint", "--only", "ruff,look", ci=False).inconclusive("ruff", strict=False)


def test_a_requirement_of_a_command_that_does_not_exist_is_inconclusive(sandbox: Sandbox) -> None:
    sandbox.append(_command("gone", "gone --all") + 'requirement = "noxkit-tests-no-such-distribution==9"\n')
    sandbox.nox("lint", "--only", "gone").inconclusive("gone")


def test_a_tool_that_hangs_is_ended_after_its_time(sandbox: Sandbox) -> None:
    sandbox.options("timeout = 2").append(_command("sleepy", "sleep 4321"))
    started = time.monotonic()
    run = sandbox.nox("lint", "--only", "sleepy,look").inconclusive("sleepy", reason="no end after 2", hint="timeout")
    assert time.monotonic() - started < 60
    assert run.task("look")["status"] == "passed"
    assert not _running("sleep 4321")


def test_a_program_that_is_not_there_is_inconclusive(sandbox: Sandbox) -> None:
    sandbox.append(_command("absent", "no-such-program-at-all"))
    sandbox.nox("lint", "--only", "absent").inconclusive("absent", reason="no-such-program-at-all", hint="install")


def test_a_program_that_is_killed_is_a_crash_and_not_a_finding(sandbox: Sandbox) -> None:
    sandbox.append(_command("suicidal", "sh -c 'kill -SEGV $$'"))
    run = sandbox.nox("lint", "--only", "suicidal,look").holds()
    assert run.task("suicidal")["status"] == "crashed"
    assert (run.report["exit_code"], run.code) == (4, 1)


# ------------------------------------------------------------------ network


def _cold(tmp_path: Path) -> dict[str, str]:
    names = ("UV_CACHE_DIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME")
    for name in names:
        (tmp_path / "cold" / name).mkdir(parents=True)
    return {name: str(tmp_path / "cold" / name) for name in names}


def test_an_index_that_cannot_be_reached_is_inconclusive_with_what_to_do(ruffed: Sandbox, tmp_path: Path) -> None:
    index = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0", **_cold(tmp_path)}
    run = ruffed.nox("lint", "--only", "ruff,look", environ=index).inconclusive("ruff", hint="index")
    assert run.task("look")["status"] == "passed"
    ruffed.nox("lint", "--only", "ruff,look", ci=False, environ=index).inconclusive("ruff", strict=False)
    ruffed.write({"test_sample.py": "def test_it():\n    pass\n"})
    ruffed.nox(f"tests-{PYTHON}", environ=index).inconclusive("tests", hint="index")


def test_no_network_at_all_is_inconclusive(ruffed: Sandbox, tmp_path: Path) -> None:
    if not works("unshare", "-rn", "true"):
        pytest.skip("this machine allows no network namespace")
    command = ["unshare", "-rn", *ruffed.command("lint", "--only", "ruff,look")]
    run = ruffed.execute(command, environ={"UV_HTTP_RETRIES": "0", **_cold(tmp_path)})
    run.inconclusive("ruff", hint="network")


def test_without_network_what_is_there_already_works(ruffed: Sandbox) -> None:
    ruffed.nox("lint", "--only", "ruff").passed()
    offline = {"UV_OFFLINE": "1"}
    ruffed.nox("lint", "--only", "ruff", environ=offline).passed()


# ------------------------------------------------------------------ disk


_NOISE = """sh -c 'for i in $(seq 300); do echo "::notice file=sample.py,line=1::this is message $i"; done'"""


@pytest.mark.parametrize("stale", [False, True])
def test_a_report_that_does_not_fit_on_the_disk_is_an_error_and_no_older_one_stays(
    sandbox: Sandbox, tmp_path: Path, *, stale: bool
) -> None:
    sandbox.append(_command("noisy", _NOISE, output="github"))
    full = tmp_path / "full"
    full.mkdir()
    command = sandbox.command("lint", "--only", "noisy")
    command[command.index(REPORT)] = f"{full}/{REPORT}"
    older = f"echo an older one > {full}/{REPORT}" if stale else ":"
    script = f"mount -t tmpfs -o size=16k none {full}; {older}; dd if=/dev/zero of={full}/rest 2>&1 || :"
    after = f'"$@"; code=$?; cat {full}/{REPORT} || echo nothing is left; exit $code'
    run = sandbox.execute(in_namespace(script, ["sh", "-c", after, "sh", *command]))
    assert run.code != 0
    assert re.search(r"noisy\s+passed", run.output), run.output
    assert "error[NK-FILE-UNWRITABLE]" in run.output
    assert "No space left" in run.output
    assert "= hint: free disk space" in run.output
    assert "nothing is left" in run.output
    assert "Traceback" not in run.output


def test_a_device_that_is_full_is_an_error_and_stays_a_device(sandbox: Sandbox) -> None:
    command = sandbox.command("lint", "--only", "look")
    command[command.index(REPORT)] = "/dev/full"
    run = sandbox.execute(command, report=REPORT)
    assert run.code != 0
    assert "NK-FILE-UNWRITABLE" in run.output
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("device", ["/dev/stdout", "/dev/null"])
def test_a_report_to_a_device_is_written_to_it(sandbox: Sandbox, device: str) -> None:
    command = sandbox.command("lint", "--only", "look")
    command[command.index(REPORT)] = device
    before = os.lstat(device)
    run = sandbox.execute(command)
    after = os.lstat(device)
    assert (run.code, before.st_ino, before.st_mode) == (0, after.st_ino, after.st_mode)
    assert ("noxkit-report/1" in run.output) == (device == "/dev/stdout")


def test_a_limit_on_the_size_of_files_is_an_error(sandbox: Sandbox) -> None:
    run = sandbox.execute(["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *sandbox.command("lint", "--only", "look")])
    assert run.code != 0
    assert "Traceback" not in run.output
    assert run.report is None or run.report["status"] != "passed"


def test_a_full_disk_under_the_tree_is_an_error(sandbox: Sandbox) -> None:
    root = shlex.quote(str(sandbox.root))
    script = f"mkdir .nox; mount -t tmpfs -o size=8k none .nox; dd if=/dev/zero of=.nox/rest 2>&1 || :; cd {root}"
    run = sandbox.execute(in_namespace(script, sandbox.command("lint", "--only", "look")))
    run.refused("NK-FILE-UNWRITABLE", hint="disk space")


@pytest.mark.parametrize("output", ["no/such/folder/report.json", ".", "sample.py/report.json"])
def test_a_report_in_a_place_that_is_none_is_an_error_or_made(sandbox: Sandbox, output: str) -> None:
    run = sandbox.execute([*NOX, "-s", "lint", "--", "--only", "look", "--format", "json", "--output", output])
    made = (sandbox.root / output).is_file()
    assert "Traceback" not in run.output
    assert made == (run.code == 0), run.output
    assert made or ("error[NK-" in run.output and "= hint: " in run.output), run.output


def test_an_event_log_that_cannot_be_written_is_refused(sandbox: Sandbox) -> None:
    sandbox.nox("lint", "--only", "look", "--events", "sample.py/events").refused("NK-FILE-UNWRITABLE", hint="--events")
    sandbox.nox("lint", "--only", "look", "--events", "/dev/full").holds()


# ------------------------------------------------------------------ several at once, and ends that come too early


def test_two_runs_at_once_both_end_right_and_make_each_environment_once(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.append('[tool.ruff]\nextend-exclude = ["noxfile.py"]\n')
    sandbox.write({"test_sample.py": "import sample\n\n\ndef test_it():\n    assert sample.VALUE\n"})
    environ = sandbox.variables({"XDG_CACHE_HOME": str(tmp_path / "own")})
    names = ["one.json", "two.json"]
    runs = [
        subprocess.Popen(
            [*NOX, "-s", "check", "--", "--only", "ruff,tests", "--report", f"json={name}", "--events", f"{name}l"],
            cwd=sandbox.root,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for name in names
    ]
    outputs = [run.communicate(timeout=120)[0] for run in runs]
    for name, run, output in zip(names, runs, outputs, strict=True):
        sandbox.ended(run.returncode, output, report=name).passed()
    lines = [json.loads(line) for name in names for line in (sandbox.root / f"{name}l").read_text().splitlines()]
    made = [line["command"][-1] for line in lines if line["event"] == "command-started" and "venv" in line["command"]]
    assert len(made) == len(set(made)) == 2, made


def test_two_sessions_at_once_share_one_report(sandbox: Sandbox) -> None:
    sandbox.write({"test_sample.py": "def test_it():\n    assert False\n"})
    arguments = ["--only", "look,tests", "--format", "json", "--output", REPORT]
    run = sandbox.execute([*NOX, "-j", "2", "-s", "lint", f"tests-{PYTHON}", "--", *arguments])
    run.holds()
    assert (run.report["status"], run.code) == ("failed", 1)
    assert {task["name"] for task in run.report["tasks"]} >= {"look", "tests"}


def test_a_nox_that_is_killed_leaves_no_process_no_report_and_nothing_in_the_way(sandbox: Sandbox) -> None:
    sandbox.append(_command("sleepy", "sleep 4322"))
    sandbox.nox("lint", "--only", "look").passed()
    process = subprocess.Popen(
        sandbox.command("lint", "--only", "sleepy"),
        cwd=sandbox.root,
        env=sandbox.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _until(lambda: _running("sleep 4322"), 60)
    process.kill()
    process.wait()
    _until(lambda: not _running("sleep 4322"), 5)
    assert not (sandbox.root / REPORT).exists()
    sandbox.nox("lint", "--only", "look").passed()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_leaves_a_report_that_is_no_pass(sandbox: Sandbox, number: signal.Signals) -> None:
    seconds = 4330 + number
    sandbox.append(_command("sleepy", f"sleep {seconds}"))
    process = subprocess.Popen(
        sandbox.command("lint", "--only", "sleepy"),
        cwd=sandbox.root,
        env=sandbox.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    _until(lambda: _running(f"sleep {seconds}"), 60)
    process.send_signal(number)
    output = process.communicate(timeout=60)[0]
    run = sandbox.ended(process.returncode, output)
    assert process.returncode != 0
    assert "Traceback" not in run.output
    assert (run.report["status"], run.report["interrupted"]) == ("inconclusive", True)
    assert not _running(f"sleep {seconds}")


# ------------------------------------------------------------------ surroundings


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": None},
        {"HOME": "/proc/nowhere"},
        {"XDG_CACHE_HOME": "/proc/nowhere"},
        {"TMPDIR": "/proc/nowhere"},
        {"TMPDIR": "/proc"},
        {"PYTHONWARNINGS": "error"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"TERM": "dumb", "COLUMNS": "1"},
        {"PYTHONPATH": "/nonexistent"},
        {"PYTHONSAFEPATH": "1"},
        {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": None},
    ],
    ids=lambda environ: ",".join(f"{name}={value}" for name, value in environ.items()),
)
def test_odd_surroundings_do_not_stop_a_run(ruffed: Sandbox, environ: dict[str, str | None]) -> None:
    ruffed.write({"caf\xe9.py": "VALUE = 'sn\xf6 \u2713'\nimport os\n"})
    run = ruffed.nox("lint", "--only", "ruff,look", environ=environ).holds()
    assert (run.report["status"], run.code) == ("failed", 1), run.output
    assert ("ruff:F401", "caf\xe9.py") in run.codes()


def test_a_job_summary_that_cannot_be_written_is_an_error(sandbox: Sandbox) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/proc/nowhere/summary"}
    sandbox.nox("lint", "--only", "look", environ=environ).refused("NK-FILE-UNWRITABLE")


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_of_the_output_that_goes_away_is_no_traceback(ruffed: Sandbox, reader: str) -> None:
    ruffed.write({f"m{number}.py": "import os\n" * 200 for number in range(20)})
    words = shlex.join(ruffed.command("lint", "--only", "ruff"))
    run = ruffed.execute(["bash", "-c", f"set -o pipefail; {words} | {reader}"])
    assert "Traceback" not in run.output
    assert "BrokenPipe" not in run.output
    assert run.code != 0
    assert run.report["status"] == "failed"


def test_running_as_root_works_and_says_nothing_of_it(sandbox: Sandbox) -> None:
    if os.getuid() == 0:
        sandbox.nox("lint", "--only", "look").passed()
        return
    command = ["unshare", "-r", *sandbox.command("lint", "--only", "look")]
    if not works("unshare", "-r", "true"):
        pytest.skip("this machine lets nobody become root")
    sandbox.execute(command).passed()


def _running(command: str) -> list[int]:
    """The processes with exactly this command line."""
    wanted = command.replace(" ", "\0").encode() + b"\0"
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "cmdline").read_bytes() == wanted:
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def _until(condition: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
