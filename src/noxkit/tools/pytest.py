# SPDX-License-Identifier: Apache-2.0
"""pytest: the project's own tests, in the project's own environment, always with coverage data and JUnit XML."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity, Status
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._coverage_data import DATA_FOLDER, keep_shards, record_sources
from noxkit.tools._junit import JunitError, read_junit
from noxkit.tools._pytest_config import files_of_tests, read_pytest_config
from noxkit.tools._pytest_missing import not_started, without_missing_modules
from noxkit.tools._pytest_options import (
    asks_for_workers,
    loud_enough,
    paths_of,
    pattern_option,
    pytest_cov_options,
    source_option,
    uses_pytest_cov,
    without_junit,
)
from noxkit.tools._pytest_places import Places, finding_of, first_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import EvidenceValue, Outcome
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.tools._junit import Case
    from noxkit.workspace.model import Repository

__all__ = ["PytestTool"]

JUNIT_FOLDER = ".nox/noxkit/junit"

_HEADER = re.compile(r"^platform \S+ -- Python (?P<python>[^\s,\[]+)\S*, pytest-(?P<pytest>[^\s,]+)", re.MULTILINE)
_ROOTDIR = re.compile(r"^rootdir: (.+?)(?:, (?:configfile|inifile|testpaths): .*)?$", re.MULTILINE)
_DESELECTED = re.compile(r"(\d+) deselected")
_FAIL_UNDER = re.compile(r"^(?:FAIL Required test coverage|(?:ERROR: )?Coverage failure: total).*$", re.MULTILINE)
_CONFTEST = re.compile(r"^ImportError while loading conftest '(?P<path>[^']+)'", re.MULTILINE)
_COVERAGE_WARNING = re.compile(r".*: CoverageWarning: |\s+\S*\._warn\(")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class PytestTool(Tool):
    """pytest from the project's environment, under pytest-cov where the project has it, else under `coverage run`."""

    name = "tests"
    summary = "the project's tests, with coverage data"
    distribution = "pytest"
    executable = "python"
    url = "https://docs.pytest.org/"
    sessions = frozenset({"tests", "check"})
    for_noxkit = (("--junitxml=*",), ("-o", "junit_family=*"))
    chooser = Chooser(
        tables=("pytest",),
        files=("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "conftest.py"),
        sections=("tool:pytest", "pytest"),
        distributions=("pytest",),
    )
    cost = 60.0
    needs_interpreter = True
    per_python = True
    own_environment = False
    codes_clean = frozenset({0})
    codes_findings = frozenset({1, 2, 4, 5})

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """There are no tests where no file is named like one, unless the configuration collects documentation."""
        folders = [repository.root, *(repository.root / path for path in paths)]
        words = [word for folder in folders for word in read_pytest_config(folder).addopts]
        if files_of_tests(repository, paths) or any(word.startswith("--doctest-") for word in words):
            return None
        return f"0 test files of {len(repository.files)} files under {', '.join(paths)}"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """How many files are named like tests."""
        return len(files_of_tests(repository, paths))

    def folder_for(self, job: Job) -> Path:
        """The member's folder for a member's own tests, as its developers run them; else the root."""
        return job.root / job.paths[0] if job.package is not None and len(job.paths) == 1 else job.root

    def environment_for(self, job: Job) -> dict[str, str | None]:
        """Coverage data goes to the scratch folder, and from there to where it is kept."""
        return {**self.environment, "COVERAGE_FILE": str(_data_file(job))}

    def command(self, job: Job) -> list[str]:
        """pytest through `-m`, with what must be known afterwards, and the user's arguments last."""
        folder = self.folder_for(job)
        config = read_pytest_config(folder)
        words = (*config.addopts, *job.arguments)
        python = str(job.executable)
        tests = [
            "-m",
            "pytest",
            f"--junitxml={_junit_file(job)}",
            "-o",
            "junit_family=xunit1",
            *loud_enough(config.addopts),
        ]
        tests += pattern_option(job)
        if uses_pytest_cov(job, words):
            tests += pytest_cov_options(job, folder, words)
            start = [python]
        else:
            start = [python, "-m", "coverage", "run", *source_option(job, folder)]
            # Workers of pytest-xdist are processes of their own, which `coverage run` does not see.
            tests += ["-n0"] if asks_for_workers(config.addopts) else []
        excluded = [path for path in job.excluded if (folder / path).is_dir()]
        arguments, _ = without_junit(job.arguments)
        return [
            *start,
            *tests,
            *(f"--ignore={path}" for path in excluded),
            *paths_of(job, folder, arguments),
            *arguments,
        ]

    def conclude(self, job: Job, completed: Completed) -> Outcome:
        """As for every tool; then coverage data and JUnit XML are kept.

        Those of an earlier run are gone in any case: data of a run that was not one must not pass
        for coverage, neither its own nor what was there before.
        """
        outcome = super().conclude(job, completed)
        evidence = dict(outcome.evidence)
        ran = outcome.status is Status.PASSED and bool(outcome.evidence.get("tests"))
        name = f"coverage.{job.python or 'python'}{f'.{job.package}' if job.package else ''}"
        try:
            kept = keep_shards(_data_file(job) if ran else None, job.root / DATA_FOLDER, name=name)
            tests = job.repository.python_files(job.paths)
            record_sources(kept, root=job.root, files=job.repository.files, tests=tests)
            evidence["coverage"] = kept
            evidence["junit"] = self._keep_junit(job)
        except OSError as error:
            evidence["not_kept"] = f"{error.strerror}: {error.filename}"
        return msgspec.structs.replace(outcome, evidence=evidence)

    def _keep_junit(self, job: Job) -> str | None:
        """Move the JUnit XML to its place, and copy it to where the repository or the user asks for one."""
        place = (
            job.root / JUNIT_FOLDER / f"tests-{job.python or 'python'}{f'-{job.package}' if job.package else ''}.xml"
        )
        place.unlink(missing_ok=True)
        if not _junit_file(job).is_file():
            return None
        folder = self.folder_for(job)
        wanted = without_junit(job.arguments)[1] or without_junit(read_pytest_config(folder).addopts)[1]
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(_junit_file(job), place)
        if wanted:
            (folder / wanted).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, folder / wanted)
        return place.relative_to(job.root).as_posix()

    def parse(self, job: Job, completed: Completed) -> Reading:
        """Tests from the JUnit XML; what has none in it is read from the exit code and the text."""
        output = _ANSI.sub("", (completed.stdout + b"\n" + completed.stderr).decode("utf-8", "replace"))
        if completed.returncode < 0:
            raise UnparseableError(_killed(completed.returncode, output, job))
        cases = self._cases(job, completed)
        rootdir = _ROOTDIR.search(output)
        folder = self.folder_for(job)
        places = Places(root=job.root, folder=folder, rootdir=Path(rootdir[1].strip()) if rootdir else folder)
        rerun = _rerun(job)
        findings = [
            finding_of(case, trouble, places=places, rerun=rerun) for case in cases for trouble in case.troubles
        ]
        reading = Reading(
            findings=tuple(findings),
            files=len({case.file or case.classname for case in cases}),
            evidence=_evidence(cases, output),
        )
        judged = _judged(job, completed.returncode, reading, output=output, places=places)
        return without_missing_modules(job, judged)

    def _cases(self, job: Job, completed: Completed) -> tuple[Case, ...]:
        if completed.returncode in {3, 4} or not _junit_file(job).is_file():
            return ()
        try:
            return read_junit(_junit_file(job))
        except (JunitError, OSError) as error:
            raise UnparseableError(f"the JUnit XML cannot be read: {error}") from None


def _data_file(job: Job) -> Path:
    return job.scratch / "coverage-data"


def _junit_file(job: Job) -> Path:
    return job.scratch / "junit.xml"


def _rerun(job: Job) -> str:
    session = f"tests-{job.python}" if job.python else "tests"
    return f"nox -s {session} -- {f'--package {job.package} ' if job.package else ''}--"


def _evidence(cases: Sequence[Case], output: str) -> dict[str, EvidenceValue]:
    tests: dict[tuple[str, str, str | None], str] = {}
    for case in cases:  # a test that fails and whose fixture fails after it has two entries
        if case.troubles and not case.classname:
            continue  # a module that could not be collected is no test
        state = "failed" if case.troubles else "skipped" if case.skipped else "xfailed" if case.xfailed else "passed"
        key = (case.classname, case.name, case.file)
        tests[key] = "failed" if "failed" in {state, tests.get(key)} else state
    states = list(tests.values())
    counts: dict[str, EvidenceValue] = {
        state: states.count(state) for state in ("passed", "failed", "skipped", "xfailed")
    }
    header = _HEADER.search(output)
    facts: dict[str, EvidenceValue] = {"python": header["python"], "pytest": header["pytest"]} if header else {}
    return {"tests": len(tests), **counts, "seconds": round(sum(case.seconds for case in cases), 3), **facts}


def _judged(job: Job, code: int, reading: Reading, *, output: str, places: Places) -> Reading:
    """The reading with what the exit code says beside the tests. Raises UnparseableError for pytest's own failures."""
    ran = str(reading.evidence.get("python", ""))
    if job.python and ran and not f"{ran}.".startswith(f"{job.python}."):
        return _troubled(
            reading,
            f"the tests ran on Python {ran}, not on {job.python}",
            "remove .nox/noxkit/environments and run it again",
        )
    if code in {0, 5} and not reading.findings:
        return _with_nothing_run(job, reading, output)
    if code == 1 and not reading.findings:
        return _failed_without_test(job, reading, output)
    if code == 2 and not reading.findings:
        return _troubled(reading, f"interrupted: {first_error(output)}", "run the session again")
    if code == 3:
        lines = [
            line.removeprefix("INTERNALERROR>").strip() for line in output.splitlines() if "INTERNALERROR>" in line
        ]
        raise UnparseableError(f"pytest failed by itself: {next(filter(None, reversed(lines)), 'INTERNALERROR')}")
    if code == 4:
        return _not_started(reading, output, places=places, rerun=_rerun(job))
    return reading


def _troubled(reading: Reading, trouble: str, hint: str) -> Reading:
    return Reading(
        findings=reading.findings,
        files=reading.files,
        evidence=reading.evidence,
        trouble=trouble,
        trouble_hint=hint,
    )


def _with_nothing_run(job: Job, reading: Reading, output: str) -> Reading:
    """Tests that were not there, not selected or all skipped have not passed."""
    tests, skipped = reading.evidence["tests"], reading.evidence["skipped"]
    deselected = _DESELECTED.search(output)
    if tests and tests != skipped:
        return reading
    if tests:
        return _troubled(reading, f"all {tests} tests were skipped", f"see the reasons with `{_rerun(job)} -rs`")
    if deselected:
        return _troubled(
            reading,
            f"none of {deselected[1]} tests was selected",
            "loosen `-k`, `-m` or what else selects tests",
        )
    if not job.arguments and not _junit_file(job).is_file():
        hint = "look for a test that ends the process, such as by `os._exit`"
        return _troubled(reading, "pytest ended without a report of the tests", hint)
    if job.arguments:
        return _troubled(reading, "no test ran", f"look at what `{shlex.join(job.arguments)}` asks pytest for")
    hint = "name test files `test_*.py`, or say how they are named with `pattern` in [tool.noxkit.tests]"
    return _troubled(reading, "pytest collected no tests", hint)


def _failed_without_test(job: Job, reading: Reading, output: str) -> Reading:
    """Exit code 1 and no failing test: a coverage floor of the repository's own, or something at the end of the run."""
    if not _junit_file(job).is_file():
        if (why := not_started(output)) is not None:
            hint = "what it names is not in the project's environment: add it to a dependency group"
            return _troubled(reading, f"pytest did not start: {why}", hint)
        raise UnparseableError("exit code 1 without a report of the tests")
    floor = _FAIL_UNDER.search(output)
    lines = [line.rstrip() for line in output.splitlines() if line.strip() and not _COVERAGE_WARNING.match(line)]
    last = next((line for line in reversed(lines) if not line.startswith("=")), "it printed nothing")
    finding = Finding(
        code="pytest:fail-under" if floor else "pytest:exit-code",
        task="tests",
        severity=Severity.ERROR,
        message=f"no test failed, but pytest ended with exit code 1: {(floor[0] if floor else last).strip()[:300]}",
        hint="cover more, or lower `--cov-fail-under`" if floor else f"read the end of the output: `{_rerun(job)} -rA`",
    )
    return Reading(
        findings=(finding,),
        files=reading.files,
        evidence={**reading.evidence, "output": [line[:500] for line in lines[-20:]]},
    )


def _not_started(reading: Reading, output: str, *, places: Places, rerun: str) -> Reading:
    """Exit code 4: a conftest.py that cannot be imported, else how pytest was called."""
    error = first_error(output)
    conftest = _CONFTEST.search(output)
    path = places.relative(conftest["path"]) if conftest else None
    if path is not None:
        finding = Finding(
            code="pytest:collection-error",
            task="tests",
            severity=Severity.ERROR,
            message=f"{path} cannot be imported: {error}",
            hint=f"mend it, then run `{rerun} --collect-only`",
            path=path,
            line=places.line_in(path, output),
        )
        return Reading(findings=(finding,), evidence=reading.evidence)
    hint = "give pytest arguments that it knows, and paths that exist"
    if "unrecognized arguments" in error:
        hint = "the plugin that brings this option is not in the project's environment: add it to a dependency group"
    return _troubled(reading, f"pytest did not start: {error}", hint)


def _killed(code: int, output: str, job: Job) -> str:
    name = str(-code)
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
    places = Places(root=job.root, folder=job.root, rootdir=job.root)
    where = next((f" in {path}:{line}" for path, line in places.frames(output) if "Fatal Python error" in output), "")
    return f"killed by {name}{where}"
