# SPDX-License-Identifier: Apache-2.0
"""pytest as a tool: real runs of small projects."""

from __future__ import annotations

import contextlib
import dataclasses
import platform
import sqlite3
import subprocess
import sys
from pathlib import Path

import coverage
import pytest

from noxkit.diagnostics.model import Outcome, Status
from noxkit.tasks.process import Completed
from noxkit.tools._junit import JunitError, read_junit
from noxkit.tools._pytest_config import files_of_tests, read_coverage_config, read_pytest_config
from noxkit.tools.pytest import PytestTool
from noxkit.workspace.discovery import discover
from tests.tools._runs import PYTHON, job_for, run_tool, write_tree

WITH_COV = frozenset({"pytest", "coverage", "pytest-cov", "pytest-xdist"})
PASSING = "from pkg import double\n\ndef test_double():\n    assert double(1) == 2\n"
FAILING = """\
import pytest


class TestSum:
    @pytest.mark.parametrize("n", [1, "x y"])
    def test_sum(self, n):
        value = 3
        assert value == n, "no sum"


@pytest.fixture
def broken():
    raise RuntimeError("no database")


def test_setup(broken):
    pass


def test_teardown_too(teardown):
    assert 1 == 3


@pytest.fixture
def teardown():
    yield
    assert 0


@pytest.mark.xfail
def test_expected():
    assert 0


@pytest.mark.skip
def test_skipped():
    assert 0


def test_passes():
    pass
"""
# A project that says what its tests need: what is missing then is a fault of its own.
_STATED = (
    '[project]\nname = "pkg"\nversion = "1"\n[dependency-groups]\ntest = ["pytest"]\n'
    '[tool.pytest.ini_options]\npythonpath = ["src"]\n'
)
RERUN = f"nox -s tests-{PYTHON} -- --"


def run(root: Path, files: dict[str, str], **changes: object) -> Outcome:
    return run_tool(PytestTool(), job_for(write_tree(root, files), **changes))


def measured(root: Path, name: str = f"coverage.{PYTHON}") -> dict[str, int]:
    data = coverage.CoverageData(str(root / ".nox/noxkit/coverage" / name))
    data.read()
    counts = {Path(file).name: len(data.lines(file) or []) for file in data.measured_files()}
    data.close()
    return counts


def test_passing_tests_pass_with_evidence_of_what_really_ran(tmp_path: Path) -> None:
    outcome = run(tmp_path, {"tests/test_a.py": PASSING})
    assert outcome.status is Status.PASSED
    assert outcome.findings == ()
    expected = {
        "tests": 1,
        "passed": 1,
        "failed": 0,
        "skipped": 0,
        "xfailed": 0,
        "files": 1,
        "pytest": pytest.__version__,
    }
    assert outcome.evidence.items() >= {**expected, "python": platform.python_version()}.items()
    assert (tmp_path / f".nox/noxkit/junit/tests-{PYTHON}.xml").is_file()


def test_each_failing_test_is_a_finding_at_its_line_with_the_command_that_runs_it(tmp_path: Path) -> None:
    outcome = run(tmp_path, {"tests/test_a.py": FAILING})
    found = [(f.code, f.path, f.line, f.message, f.hint) for f in outcome.findings]
    node = "tests/test_a.py::"
    assert found == [
        (
            "pytest:failed",
            "tests/test_a.py",
            8,
            "test_sum[1]: AssertionError: no sum",
            f"run it alone: `{RERUN} '{node}TestSum::test_sum[1]'`",
        ),
        (
            "pytest:failed",
            "tests/test_a.py",
            8,
            "test_sum[x y]: AssertionError: no sum",
            f"run it alone: `{RERUN} '{node}TestSum::test_sum[x y]'`",
        ),
        (
            "pytest:error",
            "tests/test_a.py",
            13,
            'test_setup: failed on setup with "RuntimeError: no database"',
            f"run it alone: `{RERUN} {node}test_setup`",
        ),
        (
            "pytest:failed",
            "tests/test_a.py",
            21,
            "test_teardown_too: assert 1 == 3",
            f"run it alone: `{RERUN} {node}test_teardown_too`",
        ),
        (
            "pytest:error",
            "tests/test_a.py",
            27,
            'test_teardown_too: failed on teardown with "assert 0"',
            f"run it alone: `{RERUN} {node}test_teardown_too`",
        ),
    ]
    counts = {"tests": 7, "passed": 1, "failed": 4, "skipped": 1, "xfailed": 1}
    assert outcome.evidence.items() >= counts.items()


def test_the_command_in_a_hint_runs_just_that_test(tmp_path: Path) -> None:
    files = {"tests/test_a.py": FAILING}
    hint = run(tmp_path, files).findings[1].hint
    node = hint.split(" -- -- ", 1)[1].strip("`'")
    outcome = run(tmp_path, files, arguments=(node,))
    assert [f.message for f in outcome.findings] == ["test_sum[x y]: AssertionError: no sum"]


@pytest.mark.parametrize(
    ("files", "arguments", "status", "reason"),
    [
        pytest.param({"tests/test_a.py": ""}, (), "inconclusive", "pytest collected no tests", id="no-tests"),
        pytest.param(
            {"tests/test_a.py": PASSING},
            ("-k", "other"),
            "inconclusive",
            "none of 1 tests was selected",
            id="none-selected",
        ),
        pytest.param(
            {"tests/test_a.py": PASSING}, ("--collect-only",), "inconclusive", "no test ran", id="collect-only"
        ),
        pytest.param({"tests/test_a.py": PASSING}, ("--version",), "inconclusive", "no test ran", id="version"),
        pytest.param(
            {"tests/test_a.py": "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n"},
            (),
            "inconclusive",
            "all 1 tests were skipped",
            id="all-skipped",
        ),
        pytest.param(
            {"tests/test_a.py": "import pytest\npytest.importorskip('nothere')\n"},
            (),
            "inconclusive",
            "all 1 tests were skipped",
            id="module-skipped",
        ),
        pytest.param(
            {"tests/test_a.py": "def test_a():\n    raise KeyboardInterrupt\n"},
            (),
            "inconclusive",
            "interrupted: KeyboardInterrupt",
            id="keyboard-interrupt",
        ),
        pytest.param(
            {"tests/test_a.py": "import pytest\ndef test_a():\n    pytest.exit('enough')\n"},
            (),
            "inconclusive",
            "interrupted: _pytest.outcomes.Exit: enough",
            id="pytest-exit",
        ),
        pytest.param(
            {"tests/test_a.py": PASSING},
            ("--unknown",),
            "inconclusive",
            "pytest did not start: unrecognized arguments: --unknown",
            id="unknown-option",
        ),
        pytest.param(
            {"tests/test_a.py": PASSING},
            ("nope.py",),
            "inconclusive",
            "pytest did not start: file or directory not found: nope.py",
            id="no-such-path",
        ),
        pytest.param(
            {"tests/test_a.py": "import os, signal\ndef test_a():\n    os.kill(os.getpid(), signal.SIGSEGV)\n"},
            (),
            "crashed",
            "killed by SIGSEGV in tests/test_a.py:3",
            id="segmentation-fault",
        ),
        pytest.param(
            {"tests/test_a.py": "import os\ndef test_a():\n    os._exit(0)\n"},
            (),
            "inconclusive",
            "pytest ended without a report of the tests",
            id="process-ended-with-zero",
        ),
        pytest.param(
            {"tests/test_a.py": "import os\ndef test_a():\n    os._exit(1)\n"},
            (),
            "crashed",
            "exit code 1 without a report of the tests",
            id="process-ended-with-one",
        ),
        pytest.param(
            {"tests/test_a.py": PASSING, "conftest.py": "def pytest_collection_modifyitems():\n    1 / 0\n"},
            (),
            "crashed",
            "pytest failed by itself: ZeroDivisionError",
            id="internal-error",
        ),
    ],
)
def test_what_is_no_run_of_tests_never_passes(
    tmp_path: Path, files: dict[str, str], *, arguments: tuple[str, ...], status: str, reason: str
) -> None:
    outcome = run(tmp_path, files, arguments=arguments)
    assert outcome.status is Status(status)
    assert (outcome.reason or "").startswith(reason)
    assert outcome.hint
    assert outcome.findings == ()
    assert not list((tmp_path / ".nox/noxkit").glob("coverage/*"))


@pytest.mark.parametrize(
    ("files", "path", "line", "message"),
    [
        pytest.param(
            {"tests/test_a.py": "import os\nimport nothere\n"},
            "tests/test_a.py",
            2,
            "cannot be collected: ModuleNotFoundError: No module named 'nothere'",
            id="import",
        ),
        pytest.param(
            {"tests/test_a.py": "\ndef test_a(:\n"},
            "tests/test_a.py",
            2,
            "cannot be collected: SyntaxError: invalid syntax",
            id="syntax",
        ),
        pytest.param(
            {"tests/test_a.py": PASSING, "tests/conftest.py": "import os\nimport nothere\n"},
            "tests/conftest.py",
            2,
            "tests/conftest.py cannot be imported: ModuleNotFoundError: No module named 'nothere'",
            id="conftest",
        ),
    ],
)
def test_what_cannot_be_collected_is_a_finding_at_its_line(
    tmp_path: Path, files: dict[str, str], *, path: str, line: int, message: str
) -> None:
    (finding,) = run(tmp_path, {"pyproject.toml": _STATED, **files}).findings
    assert (finding.code, finding.path, finding.line, finding.message) == (
        "pytest:collection-error",
        path,
        line,
        message,
    )


def test_a_run_out_of_time_is_inconclusive_and_leaves_no_earlier_data(tmp_path: Path) -> None:
    write_tree(tmp_path, {"tests/test_a.py": PASSING})
    assert run_tool(PytestTool(), job_for(tmp_path)).status is Status.PASSED
    write_tree(tmp_path, {"tests/test_a.py": "import time\ndef test_a():\n    time.sleep(60)\n"})
    outcome = run_tool(PytestTool(), job_for(tmp_path), timeout=2)
    assert outcome.status is Status.INCONCLUSIVE
    assert list((tmp_path / ".nox/noxkit/coverage").iterdir()) == []
    assert list((tmp_path / ".nox/noxkit/junit").iterdir()) == []


@pytest.mark.parametrize(
    "installed", [pytest.param(WITH_COV, id="pytest-cov"), pytest.param(frozenset[str](), id="coverage-run")]
)
@pytest.mark.parametrize(
    ("config", "files"),
    [
        pytest.param("", {"__init__.py"}, id="none"),
        pytest.param("[tool.coverage.run]\nsource = ['src', 'tests']\n", {"__init__.py", "test_a.py"}, id="source"),
        pytest.param("[tool.coverage.run]\nbranch = true\n", {"__init__.py"}, id="no-source"),
        pytest.param(
            "[tool.coverage.run]\nrelative_files = true\nsource_pkgs = ['pkg']\n", {"__init__.py"}, id="relative"
        ),
        pytest.param(
            "[tool.coverage.run]\nsource = ['src']\n[tool.coverage.report]\nfail_under = 100\n",
            {"__init__.py"},
            id="own-floor",
        ),
    ],
)
def test_coverage_data_is_kept_of_what_the_repository_measures_else_of_its_packages(
    tmp_path: Path, installed: frozenset[str], config: str, files: set[str]
) -> None:
    write_tree(
        tmp_path,
        {
            "tests/test_a.py": PASSING,
            "src/pkg/__init__.py": "def double(n):\n    if n:\n        return 2 * n\n    return 0\n",
        },
    )
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write(config)
    outcome = run_tool(PytestTool(), job_for(tmp_path, installed=installed))
    assert (outcome.status, outcome.findings) == (Status.PASSED, ())
    assert outcome.evidence["coverage"] == [f"coverage.{PYTHON}"]
    assert set(measured(tmp_path)) == files
    assert measured(tmp_path)["__init__.py"] == 3


ADDOPTS = [
    pytest.param("--cov=pkg --cov-report=term", WITH_COV, True, id="cov"),
    pytest.param("--cov --cov-branch", WITH_COV, True, id="cov-without-source"),
    pytest.param("--numprocesses=2", WITH_COV, True, id="workers"),
    pytest.param("-n 2", frozenset({"pytest", "coverage", "pytest-xdist"}), True, id="workers-without-pytest-cov"),
    pytest.param("-p no:cacheprovider", WITH_COV, True, id="no-cacheprovider"),
    pytest.param("-p no:cov", WITH_COV, True, id="no-pytest-cov"),
    pytest.param("-q --tb=native", WITH_COV, True, id="quiet"),
    pytest.param("--color=yes", WITH_COV, True, id="colour"),
    pytest.param("--no-cov", WITH_COV, False, id="no-cov"),
]


@pytest.mark.parametrize(("addopts", "installed", "data"), ADDOPTS)
def test_options_of_the_repositorys_own_keep_working(
    tmp_path: Path, addopts: str, installed: frozenset[str], *, data: bool
) -> None:
    write_tree(tmp_path, {"tests/test_a.py": PASSING})
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write(f'addopts = "{addopts}"\n')
    outcome = run_tool(PytestTool(), job_for(tmp_path, installed=installed))
    assert (outcome.status, outcome.reason, outcome.findings) == (Status.PASSED, None, ())
    assert outcome.evidence["python"] == platform.python_version()
    assert outcome.evidence["coverage"] == ([f"coverage.{PYTHON}"] if data else [])
    if data:
        assert measured(tmp_path)["__init__.py"] == 2


@pytest.mark.parametrize("junit_family", ["xunit1", "xunit2", "legacy"])
def test_places_do_not_depend_on_the_configured_form_of_junit(tmp_path: Path, junit_family: str) -> None:
    write_tree(tmp_path, {"tests/test_a.py": "\ndef test_a():\n    assert 0\n"})
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write(f'junit_family = "{junit_family}"\n')
    (finding,) = run_tool(PytestTool(), job_for(tmp_path)).findings
    assert (finding.path, finding.line) == ("tests/test_a.py", 3)


@pytest.mark.parametrize("tb", ["auto", "long", "short", "native", "line", "no"])
def test_a_finding_stands_in_the_test_whatever_the_traceback_looks_like(tmp_path: Path, tb: str) -> None:
    outcome = run(tmp_path, {"tests/test_a.py": "\ndef test_a():\n    assert 0\n"}, arguments=(f"--tb={tb}",))
    (finding,) = outcome.findings
    assert finding.path == "tests/test_a.py"
    assert finding.line == (2 if tb in {"no", "line"} else 3)


def test_a_place_is_found_when_the_users_arguments_change_the_form_of_junit(tmp_path: Path) -> None:
    source = "\nclass TestA:\n    def test_a(self):\n        assert 0\n"
    outcome = run(tmp_path, {"tests/test_a.py": source}, arguments=("-o", "junit_family=xunit2"))
    assert [(f.path, f.line) for f in outcome.findings] == [("tests/test_a.py", 4)]


@pytest.mark.parametrize("where", ["addopts", "arguments"])
@pytest.mark.parametrize("form", [["--junitxml=out/own.xml"], ["--junit-xml", "out/own.xml"]], ids=["equals", "space"])
def test_a_junit_file_that_is_asked_for_is_written_too(tmp_path: Path, where: str, form: list[str]) -> None:
    write_tree(tmp_path, {"tests/test_a.py": PASSING})
    if where == "addopts":
        with (tmp_path / "pyproject.toml").open("a") as file:
            file.write(f"addopts = {form}\n")
    arguments = tuple(form) if where == "arguments" else ()
    assert run_tool(PytestTool(), job_for(tmp_path, arguments=arguments)).status is Status.PASSED
    own = (tmp_path / "out/own.xml").read_bytes()
    assert own == (tmp_path / f".nox/noxkit/junit/tests-{PYTHON}.xml").read_bytes()


def test_a_coverage_floor_of_the_repositorys_own_command_line_is_a_finding(tmp_path: Path) -> None:
    write_tree(tmp_path, {"tests/test_a.py": "import pkg\ndef test_a():\n    pass\n"})
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('addopts = "--cov=pkg --cov-fail-under=90"\n')
    outcome = run_tool(PytestTool(), job_for(tmp_path, installed=WITH_COV))
    assert [f.code for f in outcome.findings] == ["pytest:fail-under"]
    assert "is less than fail-under=90" in outcome.findings[0].message
    assert outcome.evidence["output"]


def test_an_exit_code_that_no_test_explains_is_a_finding(tmp_path: Path) -> None:
    conftest = "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n    print('left 3 files behind')\n"
    (finding,) = run(tmp_path, {"tests/test_a.py": PASSING, "conftest.py": conftest}).findings
    assert finding.code == "pytest:exit-code"
    assert finding.path is None


def test_failures_count_though_a_plugin_hides_them_behind_exit_code_0(tmp_path: Path) -> None:
    conftest = "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"
    files = {"tests/test_a.py": "def test_a():\n    assert 0\n", "conftest.py": conftest}
    outcome = run(tmp_path, files)
    assert outcome.evidence["exit_code"] == 0
    assert [f.code for f in outcome.findings] == ["pytest:failed"]


def test_tests_that_ran_on_another_python_are_inconclusive(tmp_path: Path) -> None:
    outcome = run(tmp_path, {"tests/test_a.py": PASSING}, python="3.5")
    assert outcome.status is Status.INCONCLUSIVE
    assert outcome.reason == f"the tests ran on Python {platform.python_version()}, not on 3.5"


def test_the_tests_of_a_member_run_in_its_folder_with_its_own_configuration(tmp_path: Path) -> None:
    member = {
        "pyproject.toml": "[tool.uv.workspace]\nmembers = ['packages/*']\n",
        "packages/one/pyproject.toml": '[project]\nname = "one"\nversion = "1"\n'
        '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
        "packages/one/src/one/__init__.py": "A = 1\n",
        "packages/one/data.txt": "here",
        "packages/one/tests/test_one.py": "import one\n\ndef test_one():\n"
        "    assert open('data.txt').read() == 'here'\n    assert 0\n",
        "packages/two/pyproject.toml": '[project]\nname = "two"\nversion = "1"\n',
        "packages/two/tests/test_two.py": "def test_two():\n    assert 0\n",
    }
    outcome = run(tmp_path, member, package="one", paths=("packages/one",))
    assert [(f.path, f.line, f.message) for f in outcome.findings] == [
        ("packages/one/tests/test_one.py", 5, "test_one: assert 0")
    ]
    hint = f"run it alone: `nox -s tests-{PYTHON} -- --package one -- tests/test_one.py::test_one`"
    assert outcome.findings[0].hint == hint
    assert outcome.evidence["coverage"] == [f"coverage.{PYTHON}.one"]
    assert outcome.evidence["junit"] == f".nox/noxkit/junit/tests-{PYTHON}-one.xml"


def test_data_of_a_member_is_not_touched_by_a_run_of_the_root(tmp_path: Path) -> None:
    write_tree(tmp_path, {"tests/test_a.py": PASSING})
    data = tmp_path / ".nox/noxkit/coverage"
    data.mkdir(parents=True)
    for name in (f"coverage.{PYTHON}.one", f"coverage.{PYTHON}~1", f"coverage.{PYTHON}1"):
        (data / name).touch()
    run_tool(PytestTool(), job_for(tmp_path, installed=WITH_COV))
    assert sorted(file.name for file in data.iterdir()) == [
        f"coverage.{PYTHON}",
        f"coverage.{PYTHON}.json",
        f"coverage.{PYTHON}.one",
        f"coverage.{PYTHON}1",
    ]


def test_data_of_processes_that_a_test_starts_is_kept_beside_its_own(tmp_path: Path) -> None:
    code = "import pkg; pkg.double(2)"
    test = f"import subprocess, sys\ndef test_a():\n    subprocess.run([sys.executable, '-c', '{code}'], check=True)\n"
    write_tree(tmp_path, {"tests/test_a.py": test})
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write("[tool.coverage.run]\nsource = ['src']\npatch = ['subprocess']\n")
    job = job_for(tmp_path)
    environment = {"PYTHONPATH": str(tmp_path / "src")}
    tool = PytestTool()
    tool.environment_for = lambda job: {**PytestTool.environment_for(tool, job), **environment}
    outcome = run_tool(tool, job)
    names = outcome.evidence["coverage"]
    assert isinstance(names, list)
    assert any(measured(tmp_path, name).get("__init__.py") == 2 for name in names)
    for name in names:
        with contextlib.closing(sqlite3.connect(tmp_path / ".nox/noxkit/coverage" / name)) as database:
            assert database.execute("select count(*) from file").fetchone()


def test_excluded_members_are_ignored_and_the_configured_pattern_is_used(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "pkg"\nversion = "1"\n[tool.noxkit.tests]\npattern = "*_spec.py"\n',
        "tests/some_spec.py": "def test_a():\n    pass\n",
        "tests/test_other.py": "def test_b():\n    assert 0\n",
        "new/late_spec.py": "def test_c():\n    assert 0\n",
    }
    outcome = run(tmp_path, files, excluded=("new",))
    assert (outcome.status, outcome.findings, outcome.evidence["tests"]) == (Status.PASSED, (), 1)


@pytest.mark.parametrize(
    ("files", "fact"),
    [
        pytest.param({}, "0 test files of 2 files under .", id="none"),
        pytest.param({"tests/helpers.py": "", "testing.py": ""}, "0 test files of 4 files under .", id="other-names"),
        pytest.param({"tests/test_a.py": ""}, None, id="test-prefix"),
        pytest.param({"tests/a_test.py": ""}, None, id="test-suffix"),
        pytest.param(
            {"spec/a_spec.py": "", "pytest.ini": "[pytest]\npython_files = *_spec.py\n"}, None, id="python-files"
        ),
        pytest.param(
            {"tests/test_a.py": "", "pytest.ini": "[pytest]\npython_files = *_spec.py\n"},
            "0 test files of 4 files under .",
            id="own-pattern",
        ),
        pytest.param(
            {"setup.cfg": "[tool:pytest]\naddopts = --doctest-modules\n", "pyproject.toml": ""}, None, id="doctest"
        ),
    ],
)
def test_tests_are_due_where_a_file_is_named_like_one(tmp_path: Path, files: dict[str, str], fact: str | None) -> None:
    repository = discover(write_tree(tmp_path, files))
    assert PytestTool().not_due(repository, (".",)) == fact
    assert bool(files_of_tests(repository, (".",))) == (fact is None and "setup.cfg" not in files)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-ra -k \"a b\"'\n", id="pyproject"),
        pytest.param("pyproject.toml", "[tool.pytest]\naddopts = ['-ra', '-k', 'a b']\n", id="pyproject-native"),
        pytest.param("pytest.toml", "[pytest]\naddopts = ['-ra', '-k', 'a b']\n", id="pytest-toml"),
        pytest.param("pytest.ini", "[pytest]\naddopts =\n  -ra\n  -k 'a b'\n", id="pytest-ini"),
        pytest.param("tox.ini", "[pytest]\naddopts = -ra -k 'a b'\n", id="tox-ini"),
        pytest.param("setup.cfg", "[tool:pytest]\naddopts = -ra -k 'a b'\n", id="setup-cfg"),
    ],
)
def test_pytests_configuration_is_read_where_pytest_reads_it(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    config = read_pytest_config(tmp_path)
    assert (config.place, config.addopts) == (name, ("-ra", "-k", "a b"))


@pytest.mark.parametrize(
    ("name", "text", "has_source"),
    [
        pytest.param(".coveragerc", "[run]\nsource = a\n", True, id="coveragerc"),
        pytest.param(".coveragerc", "[report]\nomit = a\n", False, id="coveragerc-without-source"),
        pytest.param(".coveragerc", "", False, id="coveragerc-empty"),
        pytest.param("setup.cfg", "[coverage:run]\nsource_pkgs = a\n", True, id="setup-cfg"),
        pytest.param("tox.ini", "[coverage:run]\ninclude = a\n", True, id="tox-ini"),
        pytest.param("pyproject.toml", "[tool.coverage.run]\nsource_dirs = ['a']\n", True, id="pyproject"),
    ],
)
def test_coverages_configuration_is_read_where_coverage_reads_it(
    tmp_path: Path, name: str, text: str, *, has_source: bool
) -> None:
    (tmp_path / name).write_text(text)
    config = read_coverage_config(tmp_path)
    assert (config.place, config.has_source) == (name, has_source)


@pytest.mark.parametrize("text", ["[pytest\n", "[pytest]\naddopts = 'open\n"], ids=["ini", "quote"])
def test_a_broken_configuration_is_left_to_pytest_to_refuse(tmp_path: Path, text: str) -> None:
    outcome = run(tmp_path, {"tests/test_a.py": PASSING, "pytest.ini": text})
    assert outcome.status in {Status.INCONCLUSIVE, Status.CRASHED}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]><testsuites>&b;</testsuites>', "document type", id="entity"),
        pytest.param('<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuites/>', "document type", id="external"),
        pytest.param("<testsuites>", "not well-formed", id="cut-off"),
        pytest.param("", "not well-formed", id="empty"),
        pytest.param("<html/>", "no <testsuites>", id="other"),
    ],
)
def test_xml_that_is_no_test_report_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(content)
    with pytest.raises(JunitError, match=message):
        read_junit(file)


def test_a_test_that_overwrites_the_report_with_entities_crashes_the_task(tmp_path: Path) -> None:
    job = job_for(write_tree(tmp_path, {"tests/test_a.py": PASSING}))
    (job.scratch / "junit.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><testsuites>&b;</testsuites>')
    outcome = PytestTool().conclude(job, Completed(("pytest",), 0, b"", b"", 0.1))
    assert outcome.status is Status.CRASHED
    assert "document type" in (outcome.reason or "")


def test_arguments_of_the_user_come_last(tmp_path: Path) -> None:
    job = job_for(write_tree(tmp_path, {"tests/test_a.py": PASSING}), arguments=("-x", "-k", "double"))
    assert PytestTool().command(job)[-3:] == ["-x", "-k", "double"]
    assert PytestTool().command(dataclasses.replace(job, installed=WITH_COV))[:3] == [sys.executable, "-m", "pytest"]


def test_the_command_can_be_run_by_hand(tmp_path: Path) -> None:
    job = job_for(write_tree(tmp_path, {"tests/test_a.py": PASSING}))
    assert subprocess.run(PytestTool().command(job), cwd=tmp_path, check=False, capture_output=True).returncode == 0


_NEEDS = "import not_installed\n\ndef test_a():\n    pass\n"


@pytest.mark.parametrize(
    ("files", "status", "findings"),
    [
        pytest.param({"tests/test_a.py": _NEEDS}, Status.INCONCLUSIVE, 0, id="itsdangerous"),
        pytest.param(
            {"tests/conftest.py": _NEEDS, "tests/test_a.py": PASSING}, Status.INCONCLUSIVE, 0, id="a-conftest"
        ),
        pytest.param({"tests/test_a.py": _NEEDS, "pyproject.toml": _STATED}, Status.PASSED, 1, id="a-group-says-it"),
        pytest.param(
            {"tests/test_a.py": _NEEDS, "helpers/not_installed/other.py": ""}, Status.PASSED, 1, id="it-is-in-the-tree"
        ),
    ],
)
def test_modules_that_nobody_says_how_to_install_are_one_trouble(
    tmp_path: Path, files: dict[str, str], status: Status, findings: int
) -> None:
    outcome = run(tmp_path, files)
    assert (outcome.status, len(outcome.findings)) == (status, findings)
    if status is Status.INCONCLUSIVE:
        assert outcome.reason == (
            "the tests import `not_installed`, and no dependency group or extra says what the tests need"
        )
        assert "[dependency-groups]" in (outcome.hint or "")


def test_a_filter_of_warnings_from_a_module_that_is_missing_is_no_crash(tmp_path: Path) -> None:
    """httpx: `error` first, then a filter that names `trio`, which only its test environment has."""
    filters = 'filterwarnings = ["error", "ignore::not_installed.Warning"]\n'
    outcome = run(tmp_path, {"pyproject.toml": f"[tool.pytest.ini_options]\n{filters}", "tests/test_a.py": PASSING})
    assert outcome.status is Status.INCONCLUSIVE
    assert "not_installed" in (outcome.reason or "")
