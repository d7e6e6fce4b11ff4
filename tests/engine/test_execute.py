# SPDX-License-Identifier: Apache-2.0
"""Environments and tools in a run: what cannot be made is named, and stops only what needs it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine import _plans as plans
from noxkit.engine._plans import plan_lint
from noxkit.engine._task import Task
from tests._trees import BACKEND, PYTHON, Repo, command, manifest, outcome, wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall

HEAD = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.fixture
def project(repo: Repo, tmp_path: Path) -> Repo:
    """A package that can be installed without network, with an index of tiny wheels."""
    folder = tmp_path / "wheels"
    for name in ("pytest", "coverage", "helper"):
        wheel(folder, name, "7.0")
    repo.environ |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(folder)}
    return written(repo)


def written(repo: Repo, *, more: str = "", options: str = "", commands: str = "") -> Repo:
    text = f'{HEAD}[project]\nname = "demo"\nversion = "1.0"\n{more}\n[tool.noxkit]\npython = ["{PYTHON}"]\n'
    text += f"{options}\n{commands}"
    return repo.write({"pyproject.toml": text, "backend.py": BACKEND, "src/demo.py": "X = 1\n"})


def checked(repo: Repo, *names: str) -> Report:
    return repo.run("--only", ",".join(names or ("uv_pip_check",)), planner=plan_lint, CI="1")


def test_the_environment_has_a_row_with_its_evidence(project: Repo) -> None:
    report = checked(project)
    row = outcome(report, "environment")
    assert row.seconds > 0
    assert (report.status, row.status, row.python) == (Status.PASSED, Status.PASSED, PYTHON)
    assert row.evidence["made_from"] == "no lock"
    assert isinstance(row.evidence["distributions"], int)
    assert row.evidence["distributions"] >= 3  # the project, pytest and coverage


def test_an_environment_that_was_there_is_cached(project: Repo) -> None:
    assert [outcome(checked(project), "environment").cached for _ in range(2)] == [False, True]


def test_a_group_that_cannot_be_installed_is_named_and_stops_no_task(project: Repo) -> None:
    """What is there is compared all the same, and not called whole."""
    written(project, more='[dependency-groups]\ndev = ["nobody"]\n')
    report = checked(project)
    row = outcome(report, "environment")
    assert (row.status, "group `dev` of demo" in str(row.reason), bool(row.hint)) == (Status.INCONCLUSIVE, True, True)
    compared = outcome(report, "uv_pip_check")
    assert (compared.status, report.status, report.exit_code) == (Status.INCONCLUSIVE, Status.INCONCLUSIVE, 3)
    assert compared.reason == "1 of what it is to look at could not be installed"


def test_an_environment_that_cannot_be_made_stops_only_what_needs_it(project: Repo) -> None:
    written(project, commands=command("own", "true")).write({"hook.py": "raise RuntimeError('no compiler')\n"})
    report = checked(project, "uv_pip_check", "own")
    needing = outcome(report, "uv_pip_check")
    assert (needing.status, "no compiler" in str(needing.reason), bool(needing.hint)) == (
        Status.INCONCLUSIVE,
        True,
        True,
    )
    assert (outcome(report, "environment").status, outcome(report, "own").status) == (
        Status.INCONCLUSIVE,
        Status.PASSED,
    )


def test_an_interpreter_that_is_missing_is_inconclusive(project: Repo, tmp_path: Path) -> None:
    project.write(
        {"pyproject.toml": f'{HEAD}[project]\nname = "demo"\nversion = "1.0"\n', "test_a.py": "def test_a(): pass\n"}
    )
    report = project.run(
        planner=plans.tests_on("3.99"), session="tests-3.99", CI="1", UV_PYTHON_INSTALL_DIR=str(tmp_path)
    )
    ended = outcome(report, "tests")
    assert (ended.status, "3.99" in str(ended.reason), "uv python install" in str(ended.hint), report.exit_code) == (
        Status.INCONCLUSIVE,
        True,
        True,
        3,
    )


def test_a_stale_lock_is_a_finding_and_the_rest_runs(project: Repo) -> None:
    subprocess.run([project.context().uv.path, "lock", "-q"], cwd=project.root, env=project.environ, check=True)
    written(project, more='dependencies = ["helper"]\n')
    report = checked(project, "uv_lock", "uv_pip_check")
    assert [found.code for found in report.findings if found.severity.value == "error"] == ["NK-LOCK-STALE"]
    assert outcome(report, "uv_pip_check").status is Status.PASSED


VERSIONS = {"in tools": ("", 'tools.ruff = "==99"'), "in a group": ('[dependency-groups]\ndev = ["ruff==99"]\n', "")}


@pytest.mark.parametrize(("more", "options"), VERSIONS.values(), ids=VERSIONS.keys())
def test_a_tool_version_that_does_not_exist_is_inconclusive_and_the_rest_runs(
    project: Repo, more: str, options: str
) -> None:
    report = checked(written(project, more=more, options=options, commands=command("own", "true")), "ruff", "own")
    ended = outcome(report, "ruff")
    assert (ended.status, "ruff==99" in str(ended.reason), bool(ended.hint)) == (Status.INCONCLUSIVE, True, True)
    assert (outcome(report, "own").status, report.status) == (Status.PASSED, Status.INCONCLUSIVE)


def test_an_index_that_does_not_answer_is_inconclusive(project: Repo) -> None:
    offline = {
        "UV_NO_INDEX": "0",
        "UV_FIND_LINKS": "",
        "UV_OFFLINE": "0",
        "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
        "UV_HTTP_TIMEOUT": "1",
        "UV_HTTP_RETRIES": "0",
    }
    project.environ["UV_CACHE_DIR"] = str(project.root.parent / "cold")
    report = project.run("--only", "ruff", planner=plan_lint, given=offline, CI="1")
    ended = outcome(report, "ruff")
    assert (ended.status, report.exit_code, "index did not answer" in str(ended.hint)) == (
        Status.INCONCLUSIVE,
        3,
        True,
    ), ended


def test_a_fault_of_noxkits_own_is_a_crash_of_that_task_alone(repo: Repo) -> None:
    def broken(_call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
        raise ZeroDivisionError

    def planner(context: Context, scope: Scope) -> list[Task]:
        del context, scope
        return [Task(name="broken", action=broken)]

    report = repo.write(manifest(command("own", "true"))).run(planner=planner)
    ended = outcome(report, "broken")
    assert (ended.status, "ZeroDivisionError" in str(ended.reason), report.exit_code) == (Status.CRASHED, True, 4)
    assert outcome(report, "own").status is Status.PASSED


def test_nothing_is_left_of_the_scratch_folders(project: Repo) -> None:
    checked(project)
    assert not list((project.root / ".nox" / "noxkit").glob("scratch-*"))


def test_a_project_that_is_not_utf8_has_the_rest_of_its_tasks(repo: Repo) -> None:
    repo.write({**manifest(command("own")), "own.txt": "::error file=a.py,line=1::bad\n"})
    (repo.root / "a.py").write_bytes(b"x = '\xff'\n")
    assert [found.path for found in repo.run().findings] == ["a.py"]


NAMES = ["a b.sql", "-rf.sql", "a\nb.sql", "ü.sql"]


@pytest.mark.parametrize("name", NAMES, ids=["a blank", "a dash", "a newline", "an umlaut"])
def test_files_of_any_name_are_counted_and_fingerprinted(repo: Repo, name: str) -> None:
    shown = name.replace("\n", "%0A")
    repo.write(
        {**manifest(command("own", reads=["*.sql"])), "own.txt": f"::error file={shown},line=1::bad\n", name: "x\n"}
    ).commit()
    report = repo.run()
    assert ([found.path for found in report.findings], outcome(report, "own").evidence["files"]) == ([name], 1)


def test_a_broken_link_is_no_matter(repo: Repo) -> None:
    repo.write(manifest(command("own", "true"))).commit()
    (repo.root / "gone.py").symlink_to("nowhere.py")
    assert repo.run().status is Status.PASSED
