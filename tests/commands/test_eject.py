# SPDX-License-Identifier: Apache-2.0
"""`noxkit eject`: a plain noxfile with the exact commands."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "acme"
version = "1.0"
requires-python = ">=3.10"
"""
FILES = {"pyproject.toml": PYPROJECT, "src/acme/__init__.py": "x = 1\n", "tests/test_a.py": "def test_a(): ...\n"}


def runs(text: str) -> dict[str, list[str]]:
    """The commands of each session, as the words that stand in the file."""
    tree = ast.parse(text)
    found: dict[str, list[str]] = {}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list):
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        found[function.name] = [
            " ".join(str(word.value) if isinstance(word, ast.Constant) else ast.unparse(word) for word in call.args)
            for call in calls
            if isinstance(call.func, ast.Attribute) and call.func.attr == "run"
        ]
    return found


def ejected(noxkit: Run) -> str:
    code, said, error = noxkit("eject", "--output", "-")
    assert code == 0, error
    return said


RUFF = "[tool.ruff]\nline-length = 100\n"
CASES: dict[str, tuple[str, dict[str, str], str, list[str]]] = {
    "ruff": (RUFF, {}, "ruff", ["ruff check --no-fix --force-exclude -- ."]),
    "ruff format": (f"{RUFF}[tool.ruff.format]\n", {}, "ruff_format", ["ruff format --check --force-exclude -- ."]),
    "what writes": (f"{RUFF}[tool.ruff.format]\n", {}, "fmt_ruff_format", ["ruff format --force-exclude -- ."]),
    "a type checker": (
        "[tool.pyright]\n",
        {},
        "pyright",
        ["pyright --pythonversion f'{session.python}' --pythonpath f'{session.bin}/python'"],
    ),
    "a checker on a part": (
        '[tool.ty]\n[tool.noxkit]\npaths = { ty = ["src"] }\n',
        {},
        "ty",
        ["ty check --python-version f'{session.python}' --python f'{session.bin}/python' --force-exclude -- src"],
    ),
    "a command of the repository's own": (
        '[[tool.noxkit.commands]]\nname = "words"\nrun = ["grep", "-r", "a b", "."]\n',
        {},
        "words",
        ["grep -r a b ."],
    ),
    "tests": (
        "",
        {},
        "tests",
        ["python -m coverage run --source=src/acme -m pytest *session.posargs"],
    ),
    "coverage": (
        '[[tool.noxkit.coverage.groups]]\nname = "core"\npaths = ["src/**"]\nfail-under = 90\n',
        {},
        "coverage",
        ["coverage combine --keep", "coverage report --include=src/** --fail-under=90"],
    ),
    "build": ("", {}, "build", ["uv build --out-dir dist"]),
}


@pytest.mark.parametrize(("table", "files", "session", "expected"), CASES.values(), ids=CASES.keys())
def test_a_session_runs_the_commands_of_the_task(
    repo: Repo, noxkit: Run, table: str, files: dict[str, str], session: str, expected: list[str]
) -> None:
    repo.write({**FILES, "pyproject.toml": FILES["pyproject.toml"] + table, **files}).commit()
    assert runs(ejected(noxkit))[session] == expected


def test_a_tool_is_installed_at_the_version_that_noxkit_would_run(repo: Repo, noxkit: Run) -> None:
    pinned = f'{FILES["pyproject.toml"]}{RUFF}[tool.noxkit.tools]\nruff = "==0.11.4"\n'
    repo.write({**FILES, "pyproject.toml": pinned}).commit()
    assert 'session.install("ruff==0.11.4")' in ejected(noxkit)


def test_what_only_warned_and_what_no_command_does_is_named(repo: Repo, noxkit: Run) -> None:
    repo.write(FILES).commit()
    said = ejected(noxkit)
    assert "- typos: this repository has not chosen it" in said
    assert "of noxkit's own rules that are on here" in said
    assert "typos" not in runs(said)


def test_without_a_lock_the_project_is_installed_with_its_extras_and_groups(repo: Repo, noxkit: Run) -> None:
    more = '[project.optional-dependencies]\na = ["x"]\n[dependency-groups]\ndev = ["pytest>=8"]\n'
    repo.write({**FILES, "pyproject.toml": FILES["pyproject.toml"] + more}).commit()
    assert 'session.install("-e.[a]", "pytest>=8")' in ejected(noxkit)


def test_with_a_lock_it_is_synced(repo: Repo, noxkit: Run) -> None:
    repo.write({**FILES, "uv.lock": 'version = 1\nrequires-python = ">=3.10"\n'}).commit()
    assert '"uv", "sync", "--locked", "--all-packages"' in ejected(noxkit)


def test_nox_lists_the_sessions_and_nothing_of_noxkit_is_imported(repo: Repo, noxkit: Run) -> None:
    repo.write({**FILES, "pyproject.toml": FILES["pyproject.toml"] + RUFF}).commit()
    code, said, _ = noxkit("eject")
    assert (code, "wrote noxfile_plain.py" in said) == (0, True)
    assert "import noxkit" not in (repo.root / "noxfile_plain.py").read_text()
    command = [sys.executable, "-m", "nox", "--script-mode", "none", "-f", "noxfile_plain.py", "-l"]
    done = subprocess.run(command, cwd=repo.root, env=repo.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, "ruff [lint] -> Lints Python files." in done.stdout) == (0, True), done.stderr


def test_a_name_and_a_word_that_are_no_python_are_quoted(repo: Repo, noxkit: Run) -> None:
    odd = '[[tool.noxkit.commands]]\nname = "a-b"\nrun = ["echo", "\\"\\"\\"{x}\\\\", "{python}"]\n'
    repo.write({**FILES, "pyproject.toml": FILES["pyproject.toml"] + odd}).commit()
    said = ejected(noxkit)
    assert '@nox.session(name="a-b", tags=["lint"])\ndef a_b(' in said
    assert runs(said)["a_b"] == ['echo """{x}\\ {python}']


@pytest.mark.parametrize("name", ["noxfile.py", "link.py"])
def test_nothing_is_overwritten(repo: Repo, noxkit: Run, name: str) -> None:
    repo.write({**FILES, "noxfile.py": "import nox\n"}).commit()
    (repo.root / "link.py").symlink_to("nowhere.py")
    code, _, error = noxkit("eject", "--output", name)
    assert (code, "error[NK-EJECT-EXISTS]" in error, "= hint: name another file" in error) == (2, True, True)
    assert (repo.root / "noxfile.py").read_text() == "import nox\n"
    assert not (repo.root / "nowhere.py").exists()


def test_a_folder_that_cannot_be_written_is_an_error(repo: Repo, noxkit: Run) -> None:
    repo.write(FILES).commit()
    code, _, error = noxkit("eject", "--output", "/proc/x/noxfile.py")
    assert (code, "error[NK-FILE-UNWRITABLE]" in error) == (2, True)
