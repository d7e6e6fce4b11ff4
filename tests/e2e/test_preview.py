# SPDX-License-Identifier: Apache-2.0
"""`noxkit preview`: another noxkit, a changed copy of this checkout, beside this one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from noxkit.adopt._noxfile import script_dependencies
from tests._trees import Repo, clean_environ, manifest
from tests.e2e._nox import CHECKOUT, copy_checkout

if TYPE_CHECKING:
    from pathlib import Path

NOXFILE = "import nox\nimport noxkit\n\nnoxkit.pipeline()\n"


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A noxkit 1.1.0 whose ruff also looks for packages without `__init__.py`."""
    folder = tmp_path_factory.mktemp("newer")
    copy_checkout(folder)
    _change(folder / "pyproject.toml", 'version = "1.0.0"', 'version = "1.1.0"')
    _change(folder / "src/noxkit/tools/ruff.py", "*common(job)]", '"--extend-select", "INP", *common(job)]')
    return folder


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A package with ruff, and a folder of modules that is no package."""
    files = manifest()
    pyproject = files["pyproject.toml"] + "\n[tool.ruff]\nline-length = 100\n"
    modules = {"acme/__init__.py": "", "loose/a.py": "x = 1\n"}
    repo = Repo(tmp_path / "repo", clean_environ(tmp_path / "home"))
    repo.write({**files, "pyproject.toml": pyproject, "noxfile.py": NOXFILE, **modules}).commit()
    return repo


def _preview(repo: Repo, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "noxkit", "preview", *arguments]
    return subprocess.run(command, cwd=repo.root, env=repo.environ, capture_output=True, text=True, check=False)


def test_what_would_newly_fail_is_listed_and_the_tree_stays_clean(repo: Repo, newer: Path) -> None:
    done = _preview(repo, str(newer))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[ruff:INP001]" in done.stdout
    assert "noxkit 1.1.0 beside 1.0.0, `lint`:" in done.stdout
    assert "  would newly fail: 1: ruff:INP001 1\n" in done.stdout
    assert [path.name for path in (repo.root / ".nox" / "noxkit").glob("preview-*")] == []


def test_the_same_noxkit_finds_nothing_new(repo: Repo) -> None:
    done = _preview(repo, str(CHECKOUT))
    assert (done.returncode, "  would newly fail: 0\n" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_noxfile_that_imports_more_says_what_to_do(repo: Repo) -> None:
    repo.write({"noxfile.py": f"import nowhere\n{NOXFILE}"})
    done = _preview(repo, str(CHECKOUT))
    assert (done.returncode, "error[NK-PREVIEW-FAILED]" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    assert "No module named 'nowhere'" in done.stderr
    assert "`--with`" in done.stderr


def test_where_neither_has_looked_at_anything_that_is_not_green(repo: Repo) -> None:
    """A tool that cannot be installed finds nothing with either."""
    pyproject = (repo.root / "pyproject.toml").read_text()
    repo.write({"pyproject.toml": f'{pyproject}\n[tool.noxkit.tools]\nruff = "==0.0.0.1"\n'})
    done = _preview(repo, str(CHECKOUT))
    assert (done.returncode, "  would newly fail: 0\n" in done.stdout) == (3, True), done.stdout + done.stderr
    assert "  ruff does not come to an end with either, so that what it would find is not known: " in done.stdout


REFUSED = {
    "neither version nor path": (["nowhere"], "NK-ARGUMENT-VALUE"),
    "a version that is not there": (["1.0.0"], "NK-PREVIEW-FAILED"),
}


@pytest.mark.parametrize(("arguments", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_installed_is_an_error(repo: Repo, arguments: list[str], code: str) -> None:
    done = _preview(Repo(repo.root, {**repo.environ, "UV_OFFLINE": "1"}), *arguments)
    assert (done.returncode, f"error[{code}]" in done.stderr, "= hint: " in done.stderr) == (2, True, True), done.stderr


def test_without_a_noxfile_there_is_nothing_to_compare(repo: Repo) -> None:
    (repo.root / "noxfile.py").unlink()
    done = _preview(repo, "1.0.0")
    assert (done.returncode, "error[NK-PREVIEW-FAILED]" in done.stderr) == (2, True)


BLOCKS: dict[str, tuple[str, list[str]]] = {
    "none": ("import nox\n", []),
    "noxkit alone": ('# /// script\n# dependencies = ["noxkit>=1"]\n# ///\n', []),
    "more": ('# /// script\n# dependencies = ["nox", "noxkit @ file:///x", "pyyaml"]\n# ///\n', ["nox", "pyyaml"]),
    "no TOML": ("# /// script\n# dependencies = [\n# ///\n", []),
}


@pytest.mark.parametrize(("text", "expected"), BLOCKS.values(), ids=BLOCKS.keys())
def test_the_script_block_says_what_else_the_noxfile_needs(text: str, expected: list[str]) -> None:
    assert script_dependencies(text) == expected
