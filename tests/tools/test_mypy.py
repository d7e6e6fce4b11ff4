# SPDX-License-Identifier: Apache-2.0
"""mypy: recorded outputs, its configuration, and what it is started on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOL = load_tools()["mypy"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\n'


def test_findings_have_place_group_and_page(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("mypy/findings")
    assert run.places == [
        ("mypy:import-not-found", "a.py", 1, 1, 1, 2),
        ("mypy:return-value", "a.py", 5, 12, 5, 17),
        ("mypy:attr-defined", "a.py", 9, None, None, None),  # its columns are wrong behind characters beyond ASCII
        ("mypy:arg-type", "a.py", 10, 6, 10, 9),
    ]
    assert run.outcome.findings[1].url == "https://mypy.readthedocs.io/en/stable/_refs.html#code-return-value"
    assert [finding.group for finding in run.outcome.findings] == ["import-missing", "return", "attribute", "argument"]


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("broken_link", Status.PASSED, 1, None, id="a broken link"),
        pytest.param("left_out", Status.PASSED, 1, None, id="a folder left out"),
        pytest.param("of_1_11", Status.PASSED, 1, None, id="an old version"),
        pytest.param("syntax", Status.INCONCLUSIVE, 2, "kept mypy from reading the rest", id="a syntax error"),
        pytest.param("unreadable", Status.INCONCLUSIVE, 2, "kept mypy from reading", id="a file that is not UTF-8"),
        pytest.param("duplicate", Status.INCONCLUSIVE, 2, "kept mypy from reading", id="two modules of one name"),
        pytest.param("plugin", Status.INCONCLUSIVE, 1, "kept mypy from reading", id="a plugin that is not there"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "There are no .py[i] files", id="everything is excluded"),
        pytest.param("empty", Status.INCONCLUSIVE, None, "There are no .py[i] files", id="no Python file"),
        pytest.param("missing_path", Status.INCONCLUSIVE, 1, "kept mypy from", id="a path that is not there"),
        pytest.param(
            "unknown_version", Status.INCONCLUSIVE, 1, "3.99 is not a Python", id="no such Python, exit code 0"
        ),
        pytest.param(
            "bad_toml", Status.INCONCLUSIVE, 1, "no section headers", id="a broken configuration, exit code 0"
        ),
        pytest.param("missing_interpreter", Status.CRASHED, None, "Invalid python executable", id="no interpreter"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"mypy/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


def test_columns_of_a_file_that_does_not_parse_are_counted_from_one(recorded: Callable[[str], Recorded]) -> None:
    assert recorded("mypy/syntax").places == [("mypy:syntax", "a.py", 1, 7, 1, 8), ("mypy:syntax", "a.py", 2, 1, 2, 2)]


@pytest.mark.parametrize(
    ("name", "place", "hint"),
    [
        ("unreadable", ("mypy:unreadable", "a.py"), "readable file in UTF-8"),
        ("duplicate", ("mypy:duplicate-module", "two/a.py"), "explicit_package_bases"),
        ("plugin", ("mypy:misc", "mypy.ini"), "dependency group"),
        ("revealed", ("mypy:misc", "a.py"), "remove the call"),
    ],
)
def test_what_stops_mypy_is_a_finding_with_advice(
    recorded: Callable[[str], Recorded], name: str, place: tuple[str, str], hint: str
) -> None:
    (finding,) = recorded(f"mypy/{name}").outcome.findings
    assert (finding.code, finding.path) == place
    assert hint in finding.hint


def test_an_option_that_means_nothing_is_a_warning(recorded: Callable[[str], Recorded]) -> None:
    (finding,) = recorded("mypy/bad_config").outcome.findings
    assert (finding.code, finding.severity, finding.path) == ("mypy:config", Severity.WARNING, "pyproject.toml")
    assert finding.message == "[mypy]: Unrecognized option: filez = 3"


def test_a_section_for_modules_that_are_not_there_is_a_warning_too(recorded: Callable[[str], Recorded]) -> None:
    outcome = recorded("mypy/unused_section").outcome
    (finding,) = outcome.findings
    assert (outcome.status, finding.code, finding.path) == (Status.PASSED, "mypy:config", "setup.cfg")
    assert finding.message == "unused section(s): [mypy-nothing.*]"


@pytest.mark.parametrize(("name", "line"), [("version_310", 6), ("version_312", 4)])
def test_the_python_of_the_job_decides_what_is_checked(
    recorded: Callable[[str], Recorded], name: str, line: int
) -> None:
    assert [finding.line for finding in recorded(f"mypy/{name}").outcome.findings] == [line]


@pytest.mark.parametrize(
    ("files", "targets"),
    [
        pytest.param({"src/demo/__init__.py": ""}, ["--", "src"], id="src layout: the folder of the packages"),
        pytest.param({"demo/__init__.py": "", "tests/a.py": ""}, ["--", "demo"], id="flat layout: the package"),
        pytest.param({"demo.py": ""}, ["--", "demo.py"], id="a module"),
        pytest.param({"mypy.ini": "[mypy]\nfiles = x\n", "demo.py": ""}, [], id="files in mypy.ini"),
        pytest.param({"setup.cfg": "[mypy]\npackages = x\n", "demo.py": ""}, [], id="packages in setup.cfg"),
        pytest.param({"mypy.ini": "[mypy]\nstrict = true\n", "demo.py": ""}, ["--", "demo.py"], id="no files"),
    ],
)
def test_it_is_started_on_what_is_configured_else_on_the_packages(
    make_job: Callable[..., Job], files: dict[str, Any], targets: list[str]
) -> None:
    command = TOOL.command(make_job({"pyproject.toml": PYPROJECT, **files}))
    assert command[7:] == targets


def test_it_is_started_on_the_paths_of_the_job(make_job: Callable[..., Job]) -> None:
    job = make_job({"pyproject.toml": PYPROJECT}, paths=["a"], excluded=["a.b"], python="3.12")
    assert TOOL.command(job)[7:] == ["--python-version", "3.12", "--exclude", r"^a\.b/", "--", "a"]


def test_with_plugins_it_is_started_where_they_are(make_job: Callable[..., Job]) -> None:
    job = make_job({"mypy.ini": "[mypy]\nplugins = pydantic.mypy\n"}, interpreter="env/bin/python")
    assert TOOL.command(job)[0] == str(job.executable)
    there = dataclasses.replace(job, installed=frozenset({"mypy"}))
    assert TOOL.command(there)[0] == str(job.root / "env/bin/mypy")


def test_it_installs_nothing(make_job: Callable[..., Job]) -> None:
    assert "--no-install-types" in TOOL.command(make_job({"pyproject.toml": PYPROJECT}))


@pytest.mark.parametrize(
    ("python", "said", "expected"),
    [
        pytest.param("3.10", "Python 3.9 is not supported (must be 3.10 or higher)", 0, id="noxkit names the Python"),
        pytest.param(None, "Python 3.9 is not supported (must be 3.10 or higher)", 1, id="nobody else names it"),
        pytest.param("3.10", "invalid literal for int()", 1, id="another fault of the configuration"),
    ],
)
def test_a_python_that_mypy_no_longer_knows_is_no_finding(
    make_job: Callable[..., Job], python: str | None, said: str, expected: int
) -> None:
    """packaging, itsdangerous and werkzeug name Python 3.8 or 3.9, which they still support."""
    job = make_job({"pyproject.toml": PYPROJECT, "demo.py": ""}, python=python)
    log = f"pyproject.toml: [mypy]: python_version: {said}\nLOG:  Found source: BuildSource(path='demo.py')\n"
    output = b"Success: no issues found in 1 source file\n"
    outcome = TOOL.conclude(job, Completed(("mypy",), 0, output, log.encode(), 0.1))
    assert len(outcome.findings) == expected


_LEAF = {"core/pyproject.toml": PYPROJECT.replace("demo", "acme-core"), "core/src/acme/core/__init__.py": ""}
_WORKSPACE = '[tool.uv.workspace]\nmembers = ["core"]\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"pyproject.toml": _WORKSPACE, **_LEAF}, "core/src", id="a-namespace-package"),
        pytest.param(
            {"pyproject.toml": f"{_WORKSPACE}[tool.mypy]\nexplicit_package_bases = true\n", **_LEAF},
            None,
            id="its-own-configuration-says-it",
        ),
        pytest.param({"pyproject.toml": PYPROJECT, "src/demo/__init__.py": ""}, None, id="a-plain-package"),
    ],
)
def test_modules_of_namespace_packages_begin_at_their_import_root(
    make_job: Callable[..., Job], files: dict[str, str], expected: str | None
) -> None:
    """The workspace acme: else mypy finds `csv` and `acme.plugins.csv` in one file, and stops."""
    job = make_job(files)
    assert TOOL.environment_for(job).get("MYPYPATH") == expected
    assert ("--explicit-package-bases" in TOOL.command(job)) is (expected is not None)
