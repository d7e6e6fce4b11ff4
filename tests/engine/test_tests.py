# SPDX-License-Identifier: Apache-2.0
"""What is tested in one run from the root, and what member by member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.engine import _plans as plans
from noxkit.engine._run import plan

if TYPE_CHECKING:
    from noxkit.engine._task import Task
    from tests._trees import Repo

TEST = "def test_it():\n    pass\n"
CONFIGURED = "[tool.pytest.ini_options]\n"


def workspace(root: str = "", **pythons: str) -> dict[str, str]:
    """A workspace with a member and a test for each name."""
    files = {"pyproject.toml": f'{root}[tool.uv.workspace]\nmembers = ["p/*"]\n'}
    for name, python in pythons.items():
        text = f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = "{python}"\n'
        files |= {f"p/{name}/pyproject.toml": text, f"p/{name}/tests/test_{name}.py": TEST}
    return files


def planned(repo: Repo, *arguments: str) -> list[Task]:
    """The tasks of the session `tests-3.12`."""
    return plan(repo.context(*arguments, session="tests-3.12"), plans.tests_on("3.12"))


def shown(tasks: list[Task]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(task.label, task.paths, task.excluded) for task in tasks]


def test_a_single_package_is_one_run(repo: Repo) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "tests/test_a.py": TEST})
    assert shown(planned(repo)) == [("tests[3.12]", (".",), ())]


def test_a_folder_without_a_manifest_is_one_run(repo: Repo) -> None:
    assert shown(planned(repo.write({"test_a.py": TEST}))) == [("tests[3.12]", (".",), ())]


def test_members_are_tested_one_by_one(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.10"))
    assert shown(planned(repo)) == [("tests[3.12, a]", ("p/a",), ()), ("tests[3.12, b]", ("p/b",), ())]


def test_where_the_root_configures_pytest_it_is_one_run(repo: Repo) -> None:
    repo.write(workspace(CONFIGURED, a=">=3.10", b=">=3.10"))
    assert shown(planned(repo)) == [("tests[3.12]", (".",), ())]


def test_a_member_without_tests_has_no_run(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.10"))
    (repo.root / "p/b/tests/test_b.py").unlink()
    assert shown(planned(repo)) == [("tests[3.12, a]", ("p/a",), ())]


def test_a_member_that_does_not_admit_the_python_has_no_run(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.13"))
    assert shown(planned(repo)) == [("tests[3.12, a]", ("p/a",), ())]


def test_in_one_run_a_member_that_does_not_admit_the_python_is_left_out(repo: Repo) -> None:
    repo.write(workspace(CONFIGURED, a=">=3.10", b=">=3.13"))
    assert shown(planned(repo)) == [("tests[3.12]", (".",), ("p/b",))]


def test_a_package_that_is_named_is_tested_alone(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.10"))
    assert shown(planned(repo, "--package", "b")) == [("tests[3.12, b]", ("p/b",), ())]


def test_since_tests_what_is_affected(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.10")).commit()
    repo.write({"p/b/new.py": "x = 1\n"})
    assert shown(planned(repo, "--since", "HEAD")) == [("tests[3.12, b]", ("p/b",), ())]


NOT_DUE = {
    "no member admits it": (workspace(a=">=3.13"), "no member admits Python 3.12"),
    "in skip": (
        {"pyproject.toml": '[tool.noxkit]\nskip = ["tests"]\n', "test_a.py": TEST},
        "in `skip` of [tool.noxkit]",
    ),
}


@pytest.mark.parametrize(("files", "reason"), NOT_DUE.values(), ids=NOT_DUE.keys())
def test_the_reason_for_which_nothing_is_tested_is_named(repo: Repo, files: dict[str, str], reason: str) -> None:
    [task] = planned(repo.write(files))
    assert (task.not_due, task.environment) == (reason, None)


def test_without_a_test_the_task_is_not_due_and_needs_no_environment(repo: Repo) -> None:
    [task] = planned(repo.write({"a.py": ""}))
    assert (task.not_due is not None, task.environment) == (True, None)


def test_arguments_for_pytest_are_passed_on(repo: Repo) -> None:
    [task] = planned(repo.write({"test_a.py": TEST}), "--", "-k", "name")
    assert task.arguments == ("-k", "name")


def coverage(repo: Repo, *arguments: str) -> Task:
    """The task of the session `coverage`, where data is there."""
    return plan(repo.context(*arguments, session="coverage"), plans.plan_coverage_alone)[0]


def in_check(repo: Repo, *arguments: str) -> Task:
    """The same in the session `check`."""
    tasks = plan(repo.context(*arguments, session="check"), plans.plan_check)
    return next(task for task in tasks if task.name == "coverage")


def test_coverage_comes_after_the_tests_of_its_run(repo: Repo) -> None:
    repo.write(workspace(a="==3.12.*", b="==3.12.*"))
    assert in_check(repo).after == ("tests[3.12, a]", "tests[3.12, b]")


def test_coverage_of_a_part_of_the_tree_is_not_judged(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.10")).commit()
    repo.write({"p/b/new.py": "x = 1\n"})
    assert "over the whole tree" in str(in_check(repo, "--since", "HEAD").not_due)
    assert "over the whole tree" in str(coverage(repo, "--package", "b").not_due)


def test_for_coverage_by_itself_since_is_only_the_base_of_new_lines(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.10")).commit()
    repo.write({"p/b/new.py": "x = 1\n"})
    assert coverage(repo, "--since", "HEAD").not_due is None


def test_without_tests_there_is_no_coverage_to_judge(repo: Repo) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "a.py": ""})
    assert (in_check(repo).not_due is not None, coverage(repo).not_due is not None) == (True, True)
