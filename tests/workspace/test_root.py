# SPDX-License-Identifier: Apache-2.0
"""Where the root is, seen from a folder below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.root import root_above

if TYPE_CHECKING:
    from tests.workspace.conftest import Tree

WORKSPACE = '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old*"]\n'
PROJECT = '[project]\nname = "a"\nversion = "1"\n'
GIT, ROOT = ".git/HEAD", "pyproject.toml"
MEMBER = {ROOT: WORKSPACE, "packages/a/pyproject.toml": PROJECT}
NOXFILE, HOLDS, TOP, NEAREST = "has the noxfile.py", "holds this folder", "top of the git", "nearest pyproject.toml"


@pytest.mark.parametrize(
    ("files", "folder", "root", "fact"),
    [
        pytest.param({"noxfile.py": ""}, "a/b", ".", NOXFILE, id="a noxfile"),
        pytest.param({"noxfile.py": "", "a/noxfile.py": ""}, "a/b", "a", NOXFILE, id="the nearest noxfile"),
        pytest.param({GIT: "", "noxfile.py": "", "a/pyproject.toml": ""}, "a/b", ".", NOXFILE, id="in a work tree"),
        pytest.param({**MEMBER, "packages/noxfile.py": ""}, "packages/a", "packages", NOXFILE, id="noxfile first"),
        pytest.param(MEMBER, "packages/a", ".", HOLDS, id="a member"),
        pytest.param(MEMBER, "packages/a/src/a", ".", HOLDS, id="below a member"),
        pytest.param(MEMBER, "docs", ".", HOLDS, id="beside the members"),
        pytest.param({**MEMBER, "packages/a/.git/HEAD": ""}, "packages/a", ".", HOLDS, id="a submodule"),
        pytest.param({"w/x": "", ROOT: WORKSPACE + PROJECT}, "w", ".", HOLDS, id="a workspace with a package"),
        pytest.param({GIT: "", ROOT: PROJECT}, "src/a", ".", TOP, id="below a package"),
        pytest.param({GIT: "", ROOT: PROJECT, "x/pyproject.toml": PROJECT}, "x", ".", TOP, id="another package"),
        pytest.param({ROOT: PROJECT}, "src/a", ".", NEAREST, id="no git"),
        pytest.param({GIT: "", "py/pyproject.toml": PROJECT}, "py/src", "py", NEAREST, id="a root below the top"),
        pytest.param(
            {**MEMBER, GIT: "", "packages/old1/pyproject.toml": PROJECT}, "packages/old1", ".", TOP, id="excluded"
        ),
        pytest.param({ROOT: "[", GIT: "", "a/pyproject.toml": PROJECT}, "a", ".", TOP, id="broken"),
    ],
)
def test_the_root_is_named_with_the_fact_that_says_so(
    tree: Tree, files: dict[str, str], folder: str, root: str, fact: str
) -> None:
    (tree.write(files) / folder).mkdir(parents=True, exist_ok=True)
    found = root_above(tree.root / folder)
    assert found is not None
    assert (found[0], fact in found[1]) == (tree.root / root, True)


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        pytest.param({"noxfile.py": "", "a/noxfile.py": ""}, "a", id="a noxfile of its own"),
        pytest.param({**MEMBER, "packages/a/noxfile.py": ""}, "packages/a", id="a member with a noxfile"),
        pytest.param({GIT: "", ROOT: PROJECT}, ".", id="the top of a work tree"),
        pytest.param({GIT: "", ROOT: WORKSPACE}, ".", id="a workspace"),
        pytest.param({GIT: "", ROOT: PROJECT, "py/pyproject.toml": WORKSPACE}, "py", id="a workspace in a work tree"),
        pytest.param({"noxfile.py": "", "a/.git/HEAD": "", "a/x": ""}, "a", id="a noxfile of another work tree"),
        pytest.param({ROOT: PROJECT, "a/.git/HEAD": "", "a/b/x": ""}, "a/b", id="a manifest of another work tree"),
        pytest.param({**MEMBER, "packages/old1/pyproject.toml": PROJECT}, "packages/old1", id="excluded, no git"),
        pytest.param({}, ".", id="nothing"),
        pytest.param({ROOT: PROJECT, "a/pyproject.toml": PROJECT}, "a", id="a package in a folder without git"),
    ],
)
def test_a_folder_that_may_be_the_root_is_left_alone(tree: Tree, files: dict[str, str], folder: str) -> None:
    assert root_above(tree.write(files) / folder) is None
