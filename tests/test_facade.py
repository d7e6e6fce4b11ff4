# SPDX-License-Identifier: Apache-2.0
"""The facade, and the noxfile that `noxkit init` writes, run in each way that it can be run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uv

import noxkit
from noxkit.commands.init import NOXFILE
from tests._trees import Repo, clean_environ, command, manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKOUT = Path(__file__).parents[1]
SKIPPED = '["ruff", "ruff_format", "typos", "uv_pip_check", "tests", "consistency", "source"]'
OPTIONS = f"skip = {SKIPPED}\ntypecheck.checkers = []\n"


def test_the_noxkit_that_is_tested_is_this_checkout() -> None:
    assert Path(noxkit.__file__).is_relative_to(CHECKOUT / "src")


def test_a_name_that_it_does_not_offer_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'releases'"):
        _ = noxkit.releases


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with noxkit's wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheels")
    environ = clean_environ(tmp_path_factory.mktemp("home"))
    subprocess.run(
        [uv.find_uv_bin(), "build", "--quiet", "--wheel", "--out-dir", folder, CHECKOUT], env=environ, check=True
    )
    return folder


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Repo:
    """A repository with the noxfile of `noxkit init`, whose `check` runs one program and passes."""
    home = tmp_path_factory.mktemp("user")
    environ = clean_environ(home, UV_FIND_LINKS=str(wheels), UV_PYTHON_DOWNLOADS="never")
    environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), str(Path(uv.find_uv_bin()).parent), environ["PATH"]]
    )
    repo = Repo(tmp_path_factory.mktemp("script"), environ)
    files = manifest(command("own", "true", output="exit-code"), options=OPTIONS)
    repo.write({**files, "noxfile.py": NOXFILE})
    (repo.root / "noxfile.py").chmod(0o755)
    return repo


WAYS = {
    "nox": ["nox"],
    "python": [sys.executable, "noxfile.py"],
    "uv run": [uv.find_uv_bin(), "run", "noxfile.py"],
    "by itself": ["./noxfile.py"],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "check passed: 1 task"), (("-s", "lint"), "lint passed: 1 task")],
    ids=["alone", "a session"],
)
def test_the_noxfile_runs_the_same_sessions_in_each_way(
    script: Repo, way: Sequence[str], arguments: Sequence[str], said: str
) -> None:
    program = script.environ["PATH"].partition(os.pathsep)[0] + "/nox" if way[0] == "nox" else way[0]
    done = subprocess.run(
        [program, *way[1:], *arguments],
        cwd=script.root,
        env=script.environ,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.usefixtures("wheels")
def test_a_failing_session_fails_in_each_way(script: Repo, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "failing", script.environ)
    repo.write({**manifest(command("own", "false", output="exit-code"), options=OPTIONS), "noxfile.py": NOXFILE})
    for way in ([sys.executable, "noxfile.py"], [uv.find_uv_bin(), "run", "noxfile.py"]):
        done = subprocess.run(
            way, cwd=repo.root, env=repo.environ, capture_output=True, text=True, timeout=240, check=False
        )
        assert (done.returncode, "check failed: 1 error" in done.stdout + done.stderr) == (1, True), (
            done.stdout + done.stderr
        )
