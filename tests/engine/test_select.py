# SPDX-License-Identifier: Apache-2.0
"""Which tools are on, how strictly, on which folders and Pythons."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.events import RunStarted
from noxkit.diagnostics.model import Status
from noxkit.engine import _plans as plans
from noxkit.engine._notes import notes_for
from noxkit.engine._paths import within
from noxkit.engine._plans import plan_fmt, plan_lint
from noxkit.engine._run import plan
from noxkit.engine._select import STRICT_ONLY, checkers
from tests._trees import PYTHON, Repo, command, manifest, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.engine._run import Planner
    from noxkit.engine._task import Task

ADVICE = ("no type checker is chosen", True)
STRICT = 'profile = "strict"'
CHECKERS: dict[str, tuple[dict[str, str], dict[str, bool]]] = {
    "none chosen": ({}, {"ty": True}),
    "a table": ({"more": "[tool.mypy]"}, {"mypy": False}),
    "two tables": ({"more": "[tool.pyright]\n[tool.mypy]"}, {"pyright": False, "mypy": False}),
    "a dependency group": ({"more": "[dependency-groups]\ndev = ['pyrefly']"}, {"pyrefly": False}),
    "configured": ({"options": "typecheck.checkers = ['pyright']"}, {"pyright": False}),
    "configured beside a table": ({"options": "typecheck.checkers = ['ty']", "more": "[tool.mypy]"}, {"ty": False}),
    "configured empty": ({"options": "typecheck.checkers = []"}, {}),
    "strict": ({"options": STRICT}, {"ty": False, "pyrefly": False, "pyright": False}),
    "strict beside a table": (
        {"options": STRICT, "more": "[tool.mypy]"},
        {"ty": False, "pyrefly": False, "pyright": False, "mypy": False},
    ),
    "strict with configured ones": ({"options": f"{STRICT}\ntypecheck.checkers = ['ty']"}, {"ty": False}),
}


@pytest.mark.parametrize(("facts", "on"), CHECKERS.values(), ids=CHECKERS.keys())
def test_the_type_checkers_are_those_that_are_configured_chosen_or_strict(
    repo: Repo, facts: dict[str, str], on: dict[str, bool]
) -> None:
    context = repo.write(manifest(**facts)).context()
    assert {name: advisory for name, (_, advisory) in checkers(context).items()} == on


def test_no_type_checker_in_the_configuration_is_none_in_the_run(repo: Repo) -> None:
    repo.write({**manifest(options="typecheck.checkers = []"), "a.py": ""})
    assert not [task for task in plan(repo.context(), plans.typecheck_on(None)) if task.not_due is None]


def member(name: str, python: str = ">=3.10", *, dependencies: str = "") -> str:
    return f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = "{python}"\ndependencies = [{dependencies}]\n'


def workspace(**pythons: str) -> dict[str, str]:
    """A virtual workspace with a member and a source file for each name."""
    files = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["p/*"]\n[tool.noxkit]\ntypecheck.checkers = ["ty"]\n'}
    for name, python in pythons.items():
        files |= {f"p/{name}/pyproject.toml": member(name, python), f"p/{name}/{name}.py": "x = 1\n"}
    return files


@pytest.fixture
def here(repo: Repo, tmp_path: Path) -> Repo:
    """A repository on a machine on which uv finds no Python but what `provide` makes."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("git", "cat", "sh"):
        (programs / name).symlink_to(str(shutil.which(name)))
    repo.environ |= {
        "PATH": str(programs),
        "UV_PYTHON_INSTALL_DIR": str(tmp_path / "none"),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    return repo


def provide(repo: Repo, *pythons: str) -> None:
    """Have an environment of each of these in the tree, as if an earlier run had made it."""
    for python in pythons:
        file = repo.root / ".nox" / "noxkit" / "environments" / python / "bin" / "python"
        file.parent.mkdir(parents=True)
        file.touch()


def cells(repo: Repo, planner: Planner, *arguments: str) -> list[Task]:
    """The tasks of the type checkers."""
    tasks = plan(repo.context(*arguments), planner)
    return [task for task in tasks if task.name == "ty"]


GRIDS = [
    (">=3.10", ["3.10", "3.14", "3.11", "3.12", "3.13"]),
    (">=3.11,<3.14", ["3.11", "3.13", "3.12"]),
    (">=3.13", ["3.13", "3.14"]),
    ("==3.12.*", ["3.12"]),
]


@pytest.mark.parametrize(("python", "columns"), GRIDS, ids=[row[0] for row in GRIDS])
def test_the_grid_begins_at_its_ends(repo: Repo, python: str, columns: list[str]) -> None:
    repo.write(workspace(a=python))
    provide(repo, "3.10", "3.11", "3.12", "3.13", "3.14")
    assert [task.python for task in cells(repo, plans.typecheck_on(None))] == columns


def test_lint_looks_at_the_lowest_python(repo: Repo) -> None:
    repo.write(workspace(a=">=3.11"))
    provide(repo, "3.11")
    assert [(task.python, task.paths) for task in cells(repo, plan_lint)] == [("3.11", (".",))]


def test_a_column_leaves_out_members_that_do_not_admit_it(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.12"))
    provide(repo, "3.10", "3.11", "3.12", "3.13", "3.14")
    excluded = {task.python: task.excluded for task in cells(repo, plans.typecheck_on(None))}
    assert excluded == {"3.10": ("p/b",), "3.11": ("p/b",), "3.12": (), "3.13": (), "3.14": ()}


def test_in_lint_such_members_get_a_task_of_their_own_on_their_lowest_python(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.12", c=">=3.12"))
    provide(repo, "3.10", "3.12")
    found = [(task.label, task.paths, task.excluded) for task in cells(repo, plan_lint)]
    assert found == [("ty[3.10]", (".",), ("p/b", "p/c")), ("ty[3.12]", ("p/b", "p/c"), ())]


def test_a_member_without_a_file_gets_no_task_of_its_own(repo: Repo) -> None:
    repo.write(workspace(a=">=3.10", b=">=3.12"))
    (repo.root / "p/b/b.py").unlink()
    provide(repo, "3.10")
    assert [task.label for task in cells(repo, plan_lint)] == ["ty[3.10]"]


def test_paths_hold_for_such_members_too(repo: Repo) -> None:
    files = workspace(a=">=3.10", b=">=3.12")
    repo.write({**files, "pyproject.toml": files["pyproject.toml"] + 'paths = { ty = ["p/a"] }\n'})
    provide(repo, "3.10")
    assert [(task.label, task.paths) for task in cells(repo, plan_lint)] == [("ty[3.10]", ("p/a",))]


def test_a_column_that_no_member_admits_is_not_due_and_says_so(repo: Repo) -> None:
    repo.write(workspace(a=">=3.12"))
    [task] = cells(repo, plans.typecheck_on("3.10"))
    assert task.not_due == "no member admits Python 3.10"


def test_a_root_that_does_not_admit_a_column_leaves_its_members_in(repo: Repo) -> None:
    files = workspace(a=">=3.10")
    repo.write({**files, "pyproject.toml": member("root", ">=3.12") + files["pyproject.toml"], "r.py": ""})
    provide(repo, "3.10", "3.11", "3.12", "3.13", "3.14")
    columns = {task.python: task.paths for task in cells(repo, plans.typecheck_on(None))}
    assert (columns["3.10"], columns["3.12"]) == (("p/a",), (".",))


def test_nothing_is_due_where_no_supported_python_is_admitted(repo: Repo) -> None:
    repo.write({"pyproject.toml": member("a", "<3.9"), "a.py": ""})
    reasons = {task.name: task.not_due for task in plan(repo.context(), plan_lint)}
    assert {reasons["ty"], reasons["uv_pip_check"]} == {"no supported Python is admitted by requires-python"}


def homes(repo: Repo) -> dict[str | None, str | None]:
    return {task.python: task.environment for task in cells(repo, plans.typecheck_on(None))}


def test_the_grid_shares_the_environment_of_the_lowest_python(here: Repo) -> None:
    here.write(workspace(a=">=3.11"))
    provide(here, "3.11", "3.12", "3.13")
    assert homes(here) == dict.fromkeys(["3.11", "3.12", "3.13", "3.14"], "3.11")


def test_the_lowest_python_that_is_here_stands_in_for_one_that_is_not(here: Repo) -> None:
    here.write(workspace(a=">=3.11"))
    provide(here, "3.12", "3.13")
    assert homes(here) == dict.fromkeys(["3.11", "3.12", "3.13", "3.14"], "3.11-on-3.12")


def test_environments_each_asks_for_one_a_column(here: Repo) -> None:
    files = workspace(a=">=3.12")
    here.write({**files, "pyproject.toml": files["pyproject.toml"] + 'typecheck.environments = "each"\n'})
    provide(here, "3.12")
    assert homes(here) == {"3.12": "3.12", "3.13": "3.13-on-3.12", "3.14": "3.14-on-3.12"}


def test_a_column_with_requirements_of_its_own_gets_its_environment(here: Repo) -> None:
    marker = "\"tomli; python_version < '3.12'\", \"backport; python_version >= '3.13'\""
    here.write({**workspace(a=">=3.11"), "p/a/pyproject.toml": member("a", ">=3.11", dependencies=marker)})
    provide(here, "3.11", "3.12", "3.13", "3.14")
    assert homes(here) == {"3.11": "3.11", "3.12": "3.11", "3.13": "3.13", "3.14": "3.14"}


def test_a_column_with_members_of_its_own_gets_its_environment(here: Repo) -> None:
    here.write(workspace(a=">=3.11", b=">=3.13"))
    provide(here, "3.11", "3.12", "3.13", "3.14")
    assert homes(here) == {"3.11": "3.11", "3.12": "3.11", "3.13": "3.13", "3.14": "3.14"}


def test_a_column_with_members_of_its_own_whose_python_is_not_here_is_made_on_another(here: Repo) -> None:
    here.write(workspace(a=">=3.11", b=">=3.13"))
    provide(here, "3.11")
    assert homes(here) == {"3.11": "3.11", "3.12": "3.11", "3.13": "3.13-on-3.11", "3.14": "3.14-on-3.11"}


TREE = {"src/a.py": "", "src/pkg/b.py": "", "lib/c.py": "", "tests/test_a.py": "", "src/data.txt": ""}
PATHS = {
    "a folder": (["src"], ("src",)),
    "a folder with a slash": (["src/"], ("src",)),
    "all below a folder": (["src/**"], ("src",)),
    "one level": (["src/*"], ("src",)),
    "everything": (["**"], (".",)),
    "the root": (["."], (".",)),
    "a file": (["src/a.py"], ("src/a.py",)),
    "files by their ending": (["src/**/*.py"], ("src/a.py", "src/pkg/b.py")),
    "two globs": (["lib/**", "src/pkg"], ("lib", "src/pkg")),
    "one of two matches": (["lib", "gone"], ("lib",)),
    "a folder by a wildcard": (["l*"], ("lib/c.py",)),
}


@pytest.mark.parametrize(("globs", "paths"), PATHS.values(), ids=PATHS.keys())
def test_paths_are_the_folders_and_files_that_the_globs_mean(
    repo: Repo, globs: list[str], paths: tuple[str, ...]
) -> None:
    repo.write({**manifest(options=f"paths = {{ ruff = {globs} }}"), **TREE})
    [task] = [task for task in plan(repo.context("--only", "ruff"), plan_lint) if task.name == "ruff"]
    assert task.paths == paths


@pytest.mark.parametrize("name", ["ruff", "ty", "one"])
def test_paths_that_match_nothing_are_inconclusive_and_never_everything(repo: Repo, name: str) -> None:
    options = f'paths = {{ {name} = ["gone/**"] }}\ntypecheck.checkers = ["ty"]'
    repo.write({**manifest(command("one", "true"), options=options), **TREE})
    report = repo.run("--only", name, planner=plan_lint, CI="1")
    assert (report.status, outcome(report, name).reason) == (
        Status.INCONCLUSIVE,
        f"`paths` for {name} in [tool.noxkit] match no file",
    )


WITHIN = [
    ((".",), (".",), (".",)),
    ((".",), ("p/a", "p/b"), ("p/a", "p/b")),
    (("p",), ("p/a", "q"), ("p/a",)),
    (("p/a/src",), ("p/a",), ("p/a/src",)),
    (("p/ab",), ("p/a",), ()),
    (("p/a",), (".",), ("p/a",)),
    (("q",), ("p/a",), ()),
]


@pytest.mark.parametrize(
    ("paths", "folders", "left"), WITHIN, ids=[f"{' '.join(row[0])} in {' '.join(row[1])}" for row in WITHIN]
)
def test_what_lies_in_both_is_the_smaller_of_the_two(
    paths: tuple[str, ...], folders: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert within(paths, folders) == left


def test_a_task_in_skip_is_not_due(repo: Repo) -> None:
    repo.write({**manifest(options='skip = ["ruff", "ty", "tests"]'), **TREE})
    reasons = {task.name: task.not_due for task in plan(repo.context(), plans.plan_check)}
    assert {reasons[name] for name in ("ruff", "ty", "tests")} == {"in `skip` of [tool.noxkit]"}


STRICT_TOOLS = {"ruff_security", "ruff_policy"}


@pytest.mark.parametrize(
    ("options", "more", "off"),
    [
        pytest.param("", "", STRICT_TOOLS, id="standard"),
        pytest.param("", '[tool.ruff.lint]\nselect = ["S"]', {"ruff_policy"}, id="standard, one of them chosen"),
        pytest.param(STRICT, "", set[str](), id="strict"),
    ],
)
def test_a_tool_that_is_no_advice_is_not_due_and_says_what_turns_it_on(
    repo: Repo, options: str, more: str, off: set[str]
) -> None:
    repo.write({**manifest(options=options, more=more), **TREE})
    tasks = {task.name: task for task in plan(repo.context(), plan_lint) if task.name in STRICT_TOOLS}
    assert tasks.keys() == STRICT_TOOLS
    assert {name for name, task in tasks.items() if task.not_due == STRICT_ONLY} == off
    assert 'profile = "strict"' in STRICT_ONLY
    on = [task for task in tasks.values() if task.not_due is None]
    assert not any(task.advisory or "as advice" in task.why for task in on)


def test_other_reasons_go_before(repo: Repo) -> None:
    repo.write({**manifest(options='skip = ["ruff_security"]')})
    reasons = {task.name: task.not_due for task in plan(repo.context(), plan_lint)}
    assert reasons["ruff_security"] == "in `skip` of [tool.noxkit]"
    assert reasons["ruff_policy"] == "0 Python files of 1 files under ."


def test_the_notes_name_what_is_on_in_strict_alone(repo: Repo) -> None:
    repo.write({**manifest(), **TREE})
    context = repo.context()
    notes = list(notes_for(context, plan(context, plan_lint), []))
    [note] = [note for note in notes if "ruff_security" in note]
    assert note.startswith("ruff_policy, ruff_security not on: ") or ", ruff_policy, ruff_security" in note
    assert note.endswith('`profile = "strict"` in [tool.noxkit] turns them on')


SESSIONS_OF = {
    "consistency": {"ruff_docstrings", "uv_lock", "uv_pip_check"},
    "security": {"zizmor", "ruff_security"},
}


@pytest.mark.parametrize(("session", "tools"), SESSIONS_OF.items(), ids=SESSIONS_OF.keys())
def test_a_part_of_lint_has_its_tools_and_no_others(repo: Repo, session: str, tools: set[str]) -> None:
    repo.write({**manifest(options=STRICT), **TREE})
    planner = {"consistency": plans.plan_consistency, "security": plans.plan_security}[session]
    tasks = plan(repo.context(session=session), planner)
    assert {task.name for task in tasks if task.tool is not None} == tools
    assert not any(task.write for task in tasks)


def test_fmt_writes_and_lint_does_not(repo: Repo) -> None:
    repo.write({**manifest(), **TREE})
    assert {task.write for task in plan(repo.context(), plan_fmt)} == {True}
    assert {task.write for task in plan(repo.context(), plan_lint)} == {False}


def test_the_default_python_of_check_is_the_configured_one(repo: Repo) -> None:
    repo.write({**manifest(options='default-python = "3.13"'), **TREE})
    [task] = [task for task in plan(repo.context(), plans.plan_check) if task.name == "tests"]
    assert task.python == "3.13"


def test_the_default_python_of_check_is_else_that_of_python_version(repo: Repo) -> None:
    repo.write({**manifest(), **TREE, ".python-version": "3.13.1\n"})
    [task] = [task for task in plan(repo.context(), plans.plan_check) if task.name == "tests"]
    assert task.python == "3.13"


def test_the_default_python_of_check_is_else_the_lowest_that_is_here(here: Repo) -> None:
    here.write({**manifest(), **TREE})
    provide(here, "3.12", "3.13")
    [task] = [task for task in plan(here.context(), plans.plan_check) if task.name == "tests"]
    assert task.python == "3.12"


def test_the_longest_task_of_the_last_run_goes_first(repo: Repo) -> None:
    repo.write({**manifest(command("quick", "true"), command("slow", "sleep", "0.4")), **TREE})
    repo.run()
    repo.events.clear()
    repo.run()
    assert [event.tasks for event in repo.events if isinstance(event, RunStarted)] == [("slow", "quick")]


def test_this_python_is_available(repo: Repo) -> None:
    assert repo.write(manifest()).context().is_available(PYTHON)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        pytest.param({}, None, id="works"),
        pytest.param({"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, "safe.directory", id="of-another-user"),
        pytest.param({"GIT_CONFIG_COUNT": "x"}, "git does not read this work tree: ", id="broken-configuration"),
    ],
)
def test_a_work_tree_that_git_does_not_read_is_told(repo: Repo, environ: dict[str, str], said: str | None) -> None:
    repo.write({"a.py": ""}).commit()
    notes = list(notes_for(repo.context(session="tests", **environ), [], []))
    assert len(notes) == (said is not None)
    assert all(said in note for note in notes if said)
