# SPDX-License-Identifier: Apache-2.0
"""Type checkers look again at the packages alone that a change can reach, and come to what a full run comes to."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from noxkit.engine._plans import plan_lint
from tests._trees import PYTHON, Repo, outcome
from tests.e2e._nox import shared_environ

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

CHECKERS = ("ty", "pyrefly", "pyright")
ROOT = f"""\
[tool.uv.workspace]
members = ["p/*"]
[tool.noxkit]
python = ["{PYTHON}"]
typecheck.checkers = ["ty", "pyrefly", "pyright"]
"""
# `shop.b` needs `shop.a`, `shop.c` needs `shop.b`; the others stand alone. `shop` is a namespace.
NEEDS = {"a": (), "b": ("a",), "c": ("b",), "d": (), "e": (), "f": (), "g": ()}
SYSTEM = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def member(name: str) -> dict[str, str]:
    needed = NEEDS[name]
    listed = [f"shop-{each}" for each in needed]
    sources = "".join(f"shop-{each} = {{ workspace = true }}\n" for each in needed)
    manifest = f'{SYSTEM}[project]\nname = "shop-{name}"\nversion = "1"\nrequires-python = ">=3.10"\n'
    manifest += f"dependencies = {listed}\n[tool.uv.sources]\n{sources}"
    manifest += '[tool.hatch.build.targets.wheel]\npackages = ["src/shop"]\n'
    imports = "".join(f"from shop.{each} import value as {each}_value\n" for each in needed)
    uses = "".join(f"{each}: int = {each}_value()\n" for each in needed)
    text = f"{imports}\n\ndef value() -> int:\n    return 1\n\n\n{uses}"
    module = f"p/{name}/src/shop/{name}"
    return {f"p/{name}/pyproject.toml": manifest, f"{module}/__init__.py": text, f"{module}/other.py": "x = 1\n"}


@pytest.fixture
def repo(tmp_path: Path, tool_cache: Path) -> Repo:
    """A workspace of seven members with sources in `src` and a namespace."""
    repo = Repo(tmp_path / "repo", shared_environ(tool_cache))
    files = {path: text for name in NEEDS for path, text in member(name).items()}
    repo.write({"pyproject.toml": ROOT, ".gitignore": ".nox/\nuv.lock\n", **files}).commit()
    return repo


def checked(repo: Repo, *arguments: str) -> Report:
    return repo.run("--only", ",".join(CHECKERS), *arguments, planner=plan_lint)


def found(report: Report) -> set[tuple[str, str | None, int | None, str]]:
    return {(finding.code, finding.path, finding.line, finding.message) for finding in report.findings}


def looked_at(report: Report, checker: str) -> object:
    return outcome(report, checker).evidence.get("packages")


def init(name: str) -> str:
    return f"p/{name}/src/shop/{name}/__init__.py"


def test_a_change_makes_checkers_look_at_what_it_can_reach_alone(repo: Repo) -> None:
    first = checked(repo)
    assert [outcome(first, name).evidence["files"] for name in CHECKERS] == [14, 14, 14]
    text = (repo.root / init("b")).read_text()
    repo.write({init("b"): text.replace("def value() -> int:\n    return 1", "def value() -> str:\n    return ''")})
    second = checked(repo)
    for checker in CHECKERS:
        assert looked_at(second, checker) == "2 of 7 packages looked at again", checker
        assert {each.path for each in second.findings if each.task == checker} == {init("c")}
        assert outcome(second, checker).evidence["files"] == 14
    assert found(second) == found(checked(repo, "--no-cache"))
    assert all(outcome(checked(repo), checker).cached for checker in CHECKERS)


def test_what_may_reach_everything_makes_them_look_at_all(repo: Repo) -> None:
    checked(repo)
    repo.write({"conftest.py": "x = 1\n"})
    report = checked(repo)
    assert [looked_at(report, checker) for checker in CHECKERS] == [None] * 3
    assert [outcome(report, checker).cached for checker in CHECKERS] == [False] * 3


def _edit(repo: Repo, chance: random.Random) -> None:
    name = chance.choice(list(NEEDS))
    file = repo.root / init(name)
    kind = chance.choice(["type", "rename", "wrong", "import", "other", "move"])
    text = file.read_text()
    if kind == "type":
        text = text.replace("-> int", "-> str") if "-> int" in text else text.replace("-> str", "-> int")
    elif kind == "rename":
        text = text.replace("def value", "def worth") if "def value" in text else text.replace("def worth", "def value")
    elif kind == "wrong":
        text += chance.choice(["y: int = 'a'\n", "z = undefined\n"])
    elif kind == "import":
        other = chance.choice(list(NEEDS))
        text = (
            chance.choice([f"from shop.{other} import (\n    other as o_{other}\n)\n", f"import shop.{other}\n"]) + text
        )
    elif kind == "other":
        repo.write({f"p/{name}/src/shop/{name}/other.py": chance.choice(["x: str = 1\n", "x = 1\n"])})
    else:
        extra = repo.root / f"p/{name}/src/shop/{name}/extra.py"
        extra.unlink() if extra.exists() else extra.write_text("from shop.a import gone\n")
    file.write_text(text)


@pytest.mark.parametrize("seed", range(2))
def test_after_random_edits_the_parts_come_to_what_the_whole_comes_to(repo: Repo, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same edits each time
    checked(repo)
    parts = 0
    for _ in range(6):
        _edit(repo, chance)
        kept = checked(repo)
        assert found(kept) == found(checked(repo, "--no-cache"))
        parts += any(looked_at(kept, checker) for checker in CHECKERS)
    assert parts


def test_a_fresh_machine_takes_results_of_another_one_and_of_packages_that_have_not_changed(
    repo: Repo, tmp_path: Path
) -> None:
    shared = {"NOXKIT_SHARED_CACHE": f"file://{tmp_path}/shared"}
    credential = {"NOXKIT_SHARED_CACHE_CREDENTIAL": "{}"}
    first = repo.run("--only", ",".join(CHECKERS), planner=plan_lint, given={**shared, **credential})
    other = Repo(tmp_path / "elsewhere" / "clone", {**repo.environ, "HOME": str(tmp_path / "elsewhere" / "home")})
    repo.git("clone", "-q", ".", str(other.root))
    second = other.run("--only", ",".join(CHECKERS), planner=plan_lint, given=shared)
    assert [outcome(second, name).cached for name in CHECKERS] == [True, True, True]
    assert found(first) == found(second)
    other.write({init("d"): "x: int = ''\n"})
    shutil.rmtree(other.root / ".nox" / "noxkit" / "store")
    third = other.run("--only", ",".join(CHECKERS), planner=plan_lint, given=shared)
    assert [looked_at(third, name) for name in CHECKERS] == ["1 of 7 packages looked at again"] * 3
    assert {each.path for each in third.findings} == {init("d")}


def test_an_environment_that_is_made_anew_is_the_same(repo: Repo) -> None:
    checked(repo)
    shutil.rmtree(repo.root / ".nox" / "noxkit" / "environments")
    assert [outcome(checked(repo), name).cached for name in CHECKERS] == [True, True, True]
