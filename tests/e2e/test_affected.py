# SPDX-License-Identifier: Apache-2.0
"""After random edits of a workspace: what `--since` and what is kept come to is what a full run comes to."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from noxkit.engine._plans import plan_lint
from tests._trees import Repo
from tests.e2e._nox import shared_environ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from noxkit.diagnostics.model import Report

ROOT = """\
[tool.uv.workspace]
members = ["p/*"]
[tool.ruff]
line-length = 100
[tool.ty]
environment.extra-paths = ["p/a", "p/b", "p/c", "p/d"]
[tool.noxkit]
python = ["3.10"]
"""
ONLY = ("--only", "ty,ruff,ruff_format,consistency,source")
NEEDS = {"a": (), "b": ("a",), "c": ("b",), "d": ()}


def member(name: str) -> dict[str, str]:
    """A member whose module uses those that it requires, by a function with an annotation."""
    needed = NEEDS[name]
    manifest = f'[project]\nname = "acme-{name}"\nversion = "1"\ndependencies = {[f"acme-{each}" for each in needed]}\n'
    imports = "".join(f"from {each}_lib import value as {each}_value\n" for each in needed)
    uses = "".join(f"{each}: int = {each}_value()\n" for each in needed)
    text = f"{imports}\n\ndef value() -> int:\n    return 1\n\n\n{uses}"
    return {f"p/{name}/pyproject.toml": manifest, f"p/{name}/{name}_lib.py": text}


@pytest.fixture
def repo(tmp_path: Path, tool_cache: Path) -> Repo:
    """Four members: `c` needs `b`, which needs `a`; `d` stands alone."""
    repo = Repo(tmp_path / "repo", shared_environ(tool_cache))
    files = {path: text for name in NEEDS for path, text in member(name).items()}
    repo.write({"pyproject.toml": ROOT, ".gitignore": ".nox/\n", **files}).commit()
    return repo


def _replace(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


EDITS: tuple[Callable[[str], str], ...] = (
    _replace("-> int:", "-> str:"),
    _replace("-> str:", "-> int:"),
    _replace("return 1", 'return "1"'),
    _replace('return "1"', "return 1"),
    _replace("def value(", "def other("),
    _replace("def other(", "def value("),
    lambda text: text + "import os\n",
    lambda text: text.replace("import os\n", ""),
    lambda text: text + "x = undefined\n",
    lambda text: text.replace("x = undefined\n", ""),
    lambda text: text + "y = (1,\n  2)\n",
)


def _edit(repo: Repo, chance: random.Random) -> None:
    file = repo.root / "p" / (name := chance.choice(list(NEEDS))) / f"{name}_lib.py"
    kind = chance.choice(["text", "text", "text", "move", "extra", "root", "manifest"])
    if kind == "text" and file.exists():
        file.write_text(chance.choice(EDITS)(file.read_text()))
    elif kind == "move":
        away = file.with_name(f"{name}_gone.py")
        source, target = (file, away) if file.exists() else (away, file)
        source.rename(target)
    elif kind == "extra":
        repo.write({f"p/{name}/extra_{chance.randrange(2)}.py": chance.choice(["import sys\n", "z: int = 'a'\n", ""])})
    elif kind == "root" and chance.random() < 0.3:
        repo.write({"tool.py": chance.choice(["import json\n", "q: str = 3\n"])})
    elif kind == "manifest":
        manifest = repo.root / "p" / name / "pyproject.toml"
        manifest.write_text(manifest.read_text().replace('version = "1"', 'version = "1.0"'))


def found(report: Report) -> set[tuple[str, str | None, str]]:
    """The findings without their lines, which move."""
    return {(finding.code, finding.path, finding.message) for finding in report.findings if finding.path}


@pytest.mark.parametrize("seed", range(2))
def test_affected_and_kept_runs_come_to_what_a_full_run_comes_to(repo: Repo, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same edits each time
    before = found(repo.run("--no-cache", *ONLY, planner=plan_lint))
    parts = 0
    for _ in range(8):
        for _ in range(1 + chance.randrange(2)):
            _edit(repo, chance)
        after = found(repo.run("--no-cache", *ONLY, planner=plan_lint))
        affected = found(repo.run("--no-cache", "--since", "HEAD", *ONLY, planner=plan_lint))
        kept = found(repo.run(*ONLY, planner=plan_lint))
        assert kept == after
        assert after - before <= affected <= after
        parts += affected != after
        repo.commit()
        before = after
    assert parts
