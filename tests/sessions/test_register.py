# SPDX-License-Identifier: Apache-2.0
"""Which sessions a noxfile gets, and what importing and registering costs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests._trees import PYTHON

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo

HEAVY = ("rich", "tree_sitter", "yaml", "tomlkit", "msgspec", "packaging.requirements", "noxkit.tools", "noxkit.engine")


def listed(repo: NoxRepo, *arguments: str) -> dict[str, str]:
    """The description of each session that nox lists, by name; those that are selected begin with `*`."""
    code, said = repo.nox("--list", *arguments)
    assert code == 0, said
    lines = [line.partition(" -> ") for line in said.splitlines() if line.startswith(("* ", "- "))]
    return {head.split()[1]: text for head, _, text in lines}


def selected(repo: NoxRepo, *arguments: str) -> list[str]:
    """The sessions that nox would run."""
    code, said = repo.nox("--list", "--json", *arguments)
    assert code == 0, said
    return [item["session"] for item in json.loads(said.splitlines()[-1])]


def loaded(repo: NoxRepo, code: str) -> set[str]:
    """The modules in memory after `code` in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repo.root, env=repo.environ, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_pipeline_registers_these_sessions(repo: NoxRepo) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.13"\n'})
    assert list(listed(repo)) == [
        "check",
        "fmt",
        "fix",
        "lint",
        "consistency",
        "security",
        "typecheck",
        "typecheck-3.13",
        "typecheck-3.14",
        "tests-3.13",
        "tests-3.14",
        "coverage",
        "commits",
        "urls",
        "build",
        "wheel_contents",
        "licenses",
        "release_check",
        "bump",
        "changelog",
        "sbom",
        "tag",
        "publish",
        "verify",
        "release",
        "deps_update",
        "clean",
        "generated",
        "tests_watch",
    ]


PYTHONS = {
    "requires-python": ('[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.12,<3.14"\n', ["3.12", "3.13"]),
    "the configuration": (
        '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.12"\n[tool.noxkit]\npython = ["3.14"]\n',
        ["3.14"],
    ),
    "nothing": ("", ["3.10", "3.11", "3.12", "3.13", "3.14"]),
    "a file that is not TOML": ("[", ["3.10", "3.11", "3.12", "3.13", "3.14"]),
    "a requirement that admits none": (
        '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=4"\n',
        ["3.10", "3.11", "3.12", "3.13", "3.14"],
    ),
}


@pytest.mark.parametrize(("text", "pythons"), PYTHONS.values(), ids=PYTHONS.keys())
def test_the_pythons_of_tests_come_from(repo: NoxRepo, text: str, pythons: list[str]) -> None:
    repo.write({"pyproject.toml": text})
    assert [name.removeprefix("tests-") for name in listed(repo) if name.startswith("tests-")] == pythons


def test_only_check_runs_by_default(repo: NoxRepo) -> None:
    assert selected(repo) == ["check"]


def test_each_session_has_a_description_of_one_line(repo: NoxRepo) -> None:
    assert [name for name, description in listed(repo).items() if not description.endswith(".")] == []


def test_the_columns_of_typecheck_have_a_tag(repo: NoxRepo) -> None:
    assert set(selected(repo, "-t", "typecheck-columns")) == {f"typecheck-3.{minor}" for minor in range(10, 15)}


def test_one_factory_registers_one_session(repo: NoxRepo) -> None:
    repo.write({"noxfile.py": "from noxkit.sessions import lint, tests\nlint()\ntests()\n"})
    assert {name.partition("-")[0] for name in listed(repo)} == {"lint", "tests"}


def test_importing_noxkit_registers_nothing_and_costs_next_to_nothing(repo: NoxRepo) -> None:
    modules = loaded(repo, "import nox, noxkit")
    assert {name for name in modules if name.startswith("noxkit")} == {"noxkit"}


def test_importing_the_sessions_registers_nothing(repo: NoxRepo) -> None:
    code = "import noxkit.sessions, nox.registry\nassert not nox.registry.get()"
    assert "noxkit.sessions" in loaded(repo, code)


def test_importing_noxkit_in_an_empty_folder_reads_nothing_there(repo: NoxRepo) -> None:
    repo.write(
        {"pyproject.toml": "[", "noxkit_settings.py": "raise SystemExit(9)", "conftest.py": "raise SystemExit(9)"}
    )
    assert "noxkit" in loaded(repo, "import noxkit.sessions")


def test_registering_the_pipeline_imports_no_heavy_module(repo: NoxRepo) -> None:
    before = loaded(repo, "import nox, nox.registry, nox.virtualenv, nox.tasks")
    after = loaded(repo, "import nox, nox.registry, nox.virtualenv, nox.tasks, noxkit\nnoxkit.pipeline()")
    new = after - before
    assert {name for name in new if name in HEAVY or name.startswith(tuple(f"{module}." for module in HEAVY))} == set()


TAKEN = {
    "before": ("@nox.session\ndef lint(session): pass\n\nnoxkit.pipeline()\n", "lint", 4),
    "with a python": ("@nox.session(python=['3.12'])\ndef tests(session): pass\n\nnoxkit.pipeline()\n", "tests", 4),
    "with a name of its own": ("@nox.session(name='fmt')\ndef mine(session): pass\n\nnoxkit.pipeline()\n", "fmt", 4),
    "twice by noxkit": ("noxkit.lint()\nnoxkit.pipeline()\n", "lint", None),
}


@pytest.mark.parametrize(("text", "name", "line"), TAKEN.values(), ids=TAKEN.keys())
def test_a_name_that_is_taken_ends_nox_with_2_and_its_place(
    repo: NoxRepo, text: str, name: str, line: int | None
) -> None:
    repo.write({"noxfile.py": f"import nox\nimport noxkit\n\n{text}"})
    code, said = repo.nox("--list")
    assert (code, f"error[NK-SESSION-TAKEN]: a session named `{name}` is already registered" in said) == (2, True), said
    assert (f"--> noxfile.py:{line}:1" in said) or line is None, said
    assert ("= hint: " in said, "Traceback" in said) == (True, False)


def test_options_that_the_noxfile_sets_are_left_alone(repo: NoxRepo) -> None:
    options = 'nox.options.sessions = ["lint"]\nnoxkit.pipeline()\nassert nox.options.sessions == ["lint"]\n'
    repo.write({"noxfile.py": f"import nox\nimport noxkit\n{options}"})
    assert selected(repo) == ["lint"]


def test_the_facade_offers_what_it_names(repo: NoxRepo) -> None:
    check = "assert all(getattr(noxkit, name) for name in dir(noxkit))\nassert set(noxkit.__all__) == set(dir(noxkit))"
    assert "noxkit" in loaded(repo, f"import noxkit\n{check}")


def test_a_python_of_nox_selects_its_session(repo: NoxRepo) -> None:
    assert selected(repo, "-s", "tests", "-p", PYTHON) == [f"tests-{PYTHON}"]
