# SPDX-License-Identifier: Apache-2.0
"""What interpreters say of the modules of a wheel: real ones compile them, and run nothing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.artifacts.wheel import Wheel
from noxkit.engine._syntax import compiled
from noxkit.tasks.process import Runner
from tests.artifacts._facts import Artifacts
from tests.rules._wheels import DEMO, recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

FOUND = {minor: shutil.which(f"python{minor}") for minor in ("3.10", "3.11", "3.12", "3.13", "3.14")}
PYTHONS: Mapping[str, Path] = {minor: Path(path) for minor, path in FOUND.items() if path}
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
GROUPS = "try:\n    pass\nexcept* ValueError:\n    pass\n"


def _said(tmp_path: Path, files: Mapping[str, str | bool], pythons: Mapping[str, Path], needs: str) -> list[list[str]]:
    archive = Artifacts(tmp_path).archive(DEMO, recipe(files, {"Requires-Python": needs}))
    said = compiled(Runner(root=tmp_path), pythons, Wheel(archive=archive))
    return [[fault.python, fault.member] for fault in said.faults]


@pytest.mark.parametrize(
    ("files", "members"),
    [
        pytest.param({"demo/a.py": "x = 1\n"}, [], id="fine"),
        pytest.param({"demo/a.py": "def f(:\n"}, ["demo/a.py"], id="broken"),
        pytest.param({"demo/a.py": "return 1\n"}, ["demo/a.py"], id="only the compiler sees it"),
        pytest.param({"demo/a.py": "x = 1\0\n"}, ["demo/a.py"], id="a zero byte"),
        pytest.param({"demo/a.py": f"x = {'(' * 5000}1{')' * 5000}\n"}, ["demo/a.py"], id="nested too deeply"),
        pytest.param(
            {"demo/a.py": f"x = {'-' * 200000}1\n", "demo/b.py": "def f(:\n"}, ["demo/a.py", "demo/b.py"], id="2"
        ),
        pytest.param(
            {"demo/a.py": "import os\nos._exit(7)\n", "demo/b.py": "x = (\n"}, ["demo/b.py"], id="runs nothing"
        ),
        pytest.param({"demo/a.py": "assert (1, 'x')\nx = '\\d'\n"}, [], id="warnings"),
        pytest.param({"demo/templates/a.py": "import {{ x }}\n", "demo/tests/data/a.py": "print 1\n"}, [], id="aside"),
        pytest.param({"demo-1.0.data/purelib/x.py": "def f(:\n"}, ["demo-1.0.data/purelib/x.py"], id="in a scheme"),
    ],
)
def test_this_python_says_what_it_refuses(tmp_path: Path, files: Mapping[str, str | bool], members: list[str]) -> None:
    said = _said(tmp_path, files, {HERE: Path(sys.executable)}, ">=3.10")
    assert said == [[HERE, member] for member in members]


@pytest.mark.skipif("3.10" not in PYTHONS or "3.11" not in PYTHONS, reason="needs the two between which it is new")
def test_each_interpreter_that_is_admitted_is_asked_about_what_one_refuses(tmp_path: Path) -> None:
    files = {"demo/a.py": GROUPS, "demo/b.py": "x = 1\n"}
    assert _said(tmp_path, files, PYTHONS, ">=3.10") == [["3.10", "demo/a.py"]]
    assert _said(tmp_path, files, PYTHONS, ">=3.11") == []
    broken = {"demo/a.py": "def f(:\n"}
    assert _said(tmp_path, broken, PYTHONS, ">=3.11") == [[p, "demo/a.py"] for p in PYTHONS if p != "3.10"]


def test_an_interpreter_that_is_not_admitted_or_gone_says_nothing(tmp_path: Path) -> None:
    broken = {"demo/a.py": "def f(:\n"}
    assert _said(tmp_path, broken, {HERE: Path(sys.executable)}, "<3") == []
    assert _said(tmp_path, broken, {HERE: tmp_path / "python"}, ">=3.10") == []


def test_only_an_interpreter_that_has_said_something_counts(tmp_path: Path) -> None:
    silent = shutil.which("true")
    assert silent is not None
    archive = Artifacts(tmp_path).archive(DEMO, recipe({"demo/a.py": "x = 1\n"}, {"Requires-Python": ">=3.8"}))
    pythons = {"3.8": Path(silent), "3.9": tmp_path / "python", HERE: Path(sys.executable)}
    said = compiled(Runner(root=tmp_path), pythons, Wheel(archive=archive))
    assert (said.pythons, said.faults, list(said.sketches)) == ((HERE,), (), ["demo/__init__.py", "demo/a.py"])
    assert compiled(Runner(root=tmp_path), {HERE: Path(silent)}, Wheel(archive=archive)).pythons == ()


def test_the_others_are_asked_about_what_the_highest_alone_refuses(tmp_path: Path) -> None:
    archive = Artifacts(tmp_path).archive(DEMO, recipe({"demo/a.py": "def f(:\n"}, {"Requires-Python": ">=3.8"}))
    pythons = {"3.9": Path(sys.executable), HERE: Path(sys.executable)}
    said = compiled(Runner(root=tmp_path), pythons, Wheel(archive=archive), only_highest=True)
    assert said.pythons == tuple(fault.python for fault in said.faults) == ("3.9", HERE)
