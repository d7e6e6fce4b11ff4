# SPDX-License-Identifier: Apache-2.0
"""The Pythons that a noxfile registers sessions for are those that the repository has when they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.discovery import discover
from noxkit.workspace.registration import declared_pythons

if TYPE_CHECKING:
    from tests.workspace.conftest import Tree

REPOS = Path(__file__).parents[1] / "repos"
PYTHON = "Programming Language :: Python ::"
WORKSPACE = "[tool.uv.workspace]\nmembers = ['p/*']\n"


def _member(specifier: str, *, more: str = "") -> str:
    return f"[project]\nname = 'm'\nversion = '1'\n{specifier}\n{more}"


@pytest.mark.parametrize("repo", sorted(folder.name for folder in REPOS.iterdir() if folder.is_dir()))
def test_a_real_tree_has_the_same_pythons_either_way(repo: str) -> None:
    assert declared_pythons(REPOS / repo) == discover(REPOS / repo).pythons


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"pyproject.toml": ""}, "3.10 3.11 3.12 3.13 3.14", id="no package"),
        pytest.param(
            {
                "pyproject.toml": WORKSPACE,
                "p/a/pyproject.toml": _member("requires-python = '>=3.12,<3.14'"),
                "p/b/pyproject.toml": _member("requires-python = '>=3.13'").replace("'m'", "'n'"),
            },
            "3.12 3.13 3.14",
            id="the union of the members",
        ),
        pytest.param(
            {
                "pyproject.toml": WORKSPACE + "exclude = ['p/a*']\n",
                "p/a/pyproject.toml": _member("requires-python = '>=3.10'"),
                "p/b/pyproject.toml": _member("requires-python = '>=3.13'"),
            },
            "3.13 3.14",
            id="an excluded folder does not count",
        ),
        pytest.param(
            {
                "pyproject.toml": WORKSPACE,
                "p/a/pyproject.toml": _member("requires-python = '>=3.10'", more="[tool.uv]\nmanaged = false\n"),
                "p/b/pyproject.toml": _member("requires-python = '>=3.14'").replace("'m'", "'n'"),
            },
            "3.14",
            id="nor one that uv does not manage",
        ),
        pytest.param(
            {"pyproject.toml": WORKSPACE, "p/a/pyproject.toml": _member(f"classifiers = ['{PYTHON} 3.11']")},
            "3.11",
            id="classifiers where there is no requires-python",
        ),
        pytest.param(
            {
                "pyproject.toml": WORKSPACE,
                "setup.cfg": "[metadata]\nname = r\n[options]\npython_requires = >=3.10\n",
                "p/a/pyproject.toml": _member("requires-python = '>=3.14'"),
            },
            "3.10 3.11 3.12 3.13 3.14",
            id="a root that setup.cfg describes",
        ),
    ],
)  # fmt: skip
def test_a_workspace_has_the_same_pythons_either_way(tree: Tree, files: dict[str, str], expected: str) -> None:
    root = tree.write(files)
    assert " ".join(discover(root).pythons) == expected
    assert declared_pythons(root) == discover(root).pythons
