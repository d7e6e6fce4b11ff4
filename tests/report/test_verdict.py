# SPDX-License-Identifier: Apache-2.0
"""Counts and the last line."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from noxkit.diagnostics.model import Readiness, Severity, Status
from noxkit.report._next import next_steps
from noxkit.report._verdict import counts, last_line, number, seconds

from .sample import finding, outcome, report

ERROR, WARNING = finding(), finding(severity=Severity.WARNING)
RUFF, RUFF_FAILED = outcome("ruff"), outcome("ruff", Status.FAILED)
TY, TY_OPEN = outcome("ty"), outcome("ty", Status.INCONCLUSIVE)
TY_COLUMNS = tuple(outcome("ty", Status.INCONCLUSIVE, python=python) for python in ("3.10", "3.11"))
PACKAGES = tuple(outcome("t", Status.INCONCLUSIVE, package=package) for package in "abcdef")
SKIPPED = outcome("ty", Status.SKIPPED, reason="0 files")
FORMAT = finding(task="ruff-format", path="a")
FORMAT_UNREAD = finding(task="ruff-format", path="b", group="syntax")
FAILED: dict[str, Any] = {"status": Status.FAILED}
OPEN: dict[str, Any] = {"status": Status.INCONCLUSIVE}


def _release(number: int, *blocking: str, version: str | None = "1.0", left_out: tuple[str, ...] = ()) -> Readiness:
    return Readiness(package=f"p{number}", version=version, ready=not blocking, blocking=blocking, left_out=left_out)


@pytest.mark.parametrize(
    ("releases", "line"),
    [
        pytest.param([_release(1)], "ready to release p1 1.0", id="one"),
        pytest.param(
            [_release(1, left_out=("tests (`--skip-tests`)",)), _release(2)],
            "ready to release p1 1.0, p2 1.0 (without tests (`--skip-tests`))",
            id="something left out",
        ),
        pytest.param(
            [_release(number) for number in range(1, 11)],
            "ready to release p1 1.0, p2 1.0, p3 1.0, p4 1.0, p5 1.0, p6 1.0, p7 1.0 and 3 more",
            id="ten",
        ),
        pytest.param(
            [_release(1), _release(2, "build failed", "tests[3.12]: tests:failed", version=None)],
            "not ready to release p2 (version unknown): build failed; tests[3.12]: tests:failed; 1 of 2 are ready",
            id="one blocked",
        ),
        pytest.param(
            [*(_release(number, "ruff: ruff:F401") for number in range(5)), _release(6, "build failed")],
            "not ready to release 6 packages: ruff: ruff:F401 (5); build failed",
            id="many blocked",
        ),
    ],
)
def test_the_last_line_of_a_release_check_names_what_is_ready_or_what_blocks(
    releases: list[Readiness], line: str
) -> None:
    assert last_line(report(session="release_check", releases=tuple(releases))) == line


def test_a_release_check_that_is_about_no_release_says_so() -> None:
    build = outcome("build", Status.SKIPPED, reason="0 of 1 packages are published")
    said = last_line(report(session="release_check", tasks=(build, outcome("ruff"))))
    assert said == "release_check passed: nothing to release, since 0 of 1 packages are published (12.3 s)"


def test_an_interrupted_release_check_says_so() -> None:
    said = last_line(report(session="release_check", releases=(_release(1),), interrupted=True))
    assert said.startswith("release_check interrupted")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({"tasks": (outcome("ruff"),)}, "lint passed: 1 task (12.3 s)", id="passed"),
        pytest.param(
            {"tasks": (outcome("ruff"), outcome("ty"), SKIPPED), "findings": (WARNING, WARNING)},
            "lint passed: 2 warnings in 1 of 2 tasks (12.3 s)",
            id="warnings",
        ),
        pytest.param(
            FAILED | {"tasks": (RUFF_FAILED, TY), "findings": (ERROR, WARNING)},
            "lint failed: 1 error, 1 warning in 1 of 2 tasks (12.3 s)",
            id="failed",
        ),
        pytest.param(
            FAILED | {"tasks": (RUFF_FAILED, TY_OPEN), "findings": (ERROR,)},
            "lint failed: ty inconclusive; 1 error in 1 of 2 tasks (12.3 s)",
            id="failed and inconclusive",
        ),
        pytest.param(
            {"status": Status.CRASHED, "tasks": (outcome("ruff", Status.CRASHED), outcome("ty"))},
            "lint crashed: ruff crashed (12.3 s)",
            id="crashed",
        ),
        pytest.param(
            {"status": Status.INCONCLUSIVE, "tasks": (outcome("ty", Status.INCONCLUSIVE, python="3.10"),)},
            "lint inconclusive: ty[3.10] inconclusive; this fails where CI is set (12.3 s)",
            id="inconclusive on a desk",
        ),
        pytest.param(
            OPEN | {"failing": True, "tasks": PACKAGES},
            "lint inconclusive: t[a], t[b] and 4 more tasks inconclusive (12.3 s)",
            id="many inconclusive",
        ),
        pytest.param(
            OPEN | {"tasks": (*(outcome(name, Status.INCONCLUSIVE, reason="no base") for name in "abcd"), SKIPPED)},
            "lint inconclusive: nothing was looked at, since no base; this fails where CI is set (12.3 s)",
            id="all for one reason",
        ),
        pytest.param(
            {"status": Status.INCONCLUSIVE, "failing": True, "tasks": (SKIPPED,)},
            "lint inconclusive: no task was due (12.3 s)",
            id="nothing due",
        ),
        pytest.param(
            {"status": Status.SKIPPED, "tasks": (SKIPPED,)},
            "lint skipped: no task was due (12.3 s)",
            id="skipped",
        ),
        pytest.param(
            {
                "status": Status.SKIPPED,
                "tasks": tuple(outcome(name, Status.SKIPPED, reason="not named by --only") for name in ("a", "b")),
            },
            "lint skipped: --only leaves none of its 2 tasks (12.3 s)",
            id="names of other sessions",
        ),
        pytest.param(
            OPEN | {"interrupted": True, "failing": True, "tasks": (TY_OPEN,)},
            "lint interrupted: ty inconclusive (12.3 s)",
            id="interrupted",
        ),
        pytest.param(
            {"tasks": (outcome("ruff"),), "findings": (finding(suppressed="baseline"),)},
            "lint passed: 1 task (12.3 s)",
            id="suppressed",
        ),
        pytest.param(
            {"status": Status.FAILED, "findings": (finding(task="config"),)},
            "lint failed: 1 error (12.3 s)",
            id="a finding of no task",
        ),
        pytest.param(
            {"session": "::error::x\n##[error]", "tasks": (outcome("ruff"),)},
            ": :error::x ##\\[error] passed: 1 task (12.3 s)",
            id="hostile",
        ),
    ],
)
def test_last_line_says_the_verdict_and_why(changes: dict[str, Any], line: str) -> None:
    assert last_line(report(**changes)) == line


@pytest.mark.parametrize(
    ("pythons", "python", "counted"),
    [
        pytest.param((), "3.10", 1, id="on no Python by name"),
        pytest.param(("3.10",), "3.10", 1, id="on this one"),
        pytest.param(("3.11",), "3.10", 0, id="on another one"),
    ],
)
def test_a_finding_counts_for_the_tasks_of_its_pythons(pythons: tuple[str, ...], python: str, counted: int) -> None:
    built = report(tasks=(outcome("ruff", python=python),), findings=(finding(pythons=pythons),))
    assert ("in 1 of 1 task" in last_line(built)) == bool(counted)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0 s"), (0.44, "0.4 s"), (99.94, "99.9 s"), (99.96, "1 min 40 s"), (3725.4, "62 min 5 s")],
)
def test_seconds_are_readable(value: float, text: str) -> None:
    assert seconds(value) == text


def test_counts_and_numbers_know_the_plural() -> None:
    info = finding(severity=Severity.INFO)
    assert counts([ERROR, ERROR, WARNING, info, info]) == "2 errors, 1 warning, 2 info"
    assert number(12_345, "file") == "12,345 files"


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        pytest.param({}, [], id="passed"),
        pytest.param({"interrupted": True}, ["`nox -s lint` runs it again"], id="interrupted"),
        pytest.param(
            FAILED | {"tasks": (outcome("ruff-format"),), "findings": (FORMAT,)},
            ["`nox -s fmt` formats 1 file"],
            id="format",
        ),
        pytest.param(
            FAILED | {"tasks": (outcome("ruff-format"),), "findings": (FORMAT, FORMAT_UNREAD)},
            ["`nox -s fmt` formats 1 file"],
            id="format, and a file that cannot be read",
        ),
        pytest.param(
            {"tasks": (outcome("ruff-format"),), "findings": (msgspec.structs.replace(FORMAT, path=None),)},
            ["`nox -s fmt` formats what is not"],
            id="format, as one finding about all files",
        ),
        pytest.param(
            FAILED | {"tasks": (RUFF, TY), "findings": (ERROR, ERROR, finding(task="ty"))},
            [
                "`nox -s lint -- --only ruff` looks again at its 2 errors",
                "`nox -s lint -- --only ty` looks again at its 1 error",
            ],
            id="the worst first",
        ),
        pytest.param(FAILED | {"tasks": (RUFF,), "findings": (ERROR,)}, [], id="one task needs no narrowing"),
        pytest.param(
            OPEN | {"tasks": TY_COLUMNS},
            ["`nox -s lint -- --only ty` runs what did not conclude, once it is mended"],
            id="inconclusive",
        ),
        pytest.param(
            OPEN | {"tasks": tuple(outcome(name, Status.INCONCLUSIVE) for name in "abcd")},
            ["`nox -s lint` runs what did not conclude, once it is mended"],
            id="all inconclusive",
        ),
    ],
)
def test_next_steps_are_what_helps_most(changes: dict[str, Any], steps: list[str]) -> None:
    assert next_steps(report(**changes)) == steps
