# SPDX-License-Identifier: Apache-2.0
"""What counts as a leftover, and what keeps one: git, other repositories, environments, people's own files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.leftovers import GIT_SILENT, Search, find_leftovers, mount_points

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.workspace.leftovers import Leftover
    from tests.workspace.conftest import Git, Tree

DATA = b"SQLite format 3\0rest"
IGNORE = ".gitignore"
EVERYTHING = {"pyproject.toml": "", IGNORE: "*\n!pyproject.toml\n"}


def found(root: Path, git: Git | None, *, environments: bool = False, in_use: Path | None = None) -> list[Leftover]:
    searched = find_leftovers(Search(root=root, git=git, environments=environments, in_use=in_use, outputs=("out/x",)))
    assert not isinstance(searched, str)
    return searched[0]


def due(root: Path, git: Git | None, *, environments: bool = False) -> list[str]:
    return [each.path for each in found(root, git, environments=environments) if each.kept is None]


def kept(root: Path, git: Git | None, *, environments: bool = False) -> dict[str, str]:
    return {each.path: each.kept for each in found(root, git, environments=environments) if each.kept is not None}


@pytest.mark.parametrize(
    ("path", "leftover"),
    [
        ("__pycache__/a.pyc", "__pycache__"),
        ("src/a/__pycache__/a.pyc", "src/a/__pycache__"),
        (".pytest_cache/x", ".pytest_cache"),
        (".mypy_cache/x", ".mypy_cache"),
        (".ruff_cache/x", ".ruff_cache"),
        ("src/acme.egg-info/PKG-INFO", "src/acme.egg-info"),
        ("htmlcov/index.html", "htmlcov"),
        ("dist/a.whl", "dist"),
        ("build/lib/a.py", "build"),
        ("out/x/a.whl", "out/x"),
        ("coverage.xml", "coverage.xml"),
        ("a.pyc", "a.pyc"),
        (".nox/noxkit/store/x", ".nox/noxkit/store"),
        (".nox/noxkit/coverage/x", ".nox/noxkit/coverage"),
        (".coverage", ".coverage"),
        (".coverage.host.1.x", ".coverage.host.1.x"),
    ],
)
def test_a_known_name_that_git_ignores_is_a_leftover(tree: Tree, git: Git, path: str, leftover: str) -> None:
    root = tree.write({**EVERYTHING, path: DATA})
    assert due(root, git) == [leftover]


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "notes.txt",
        "data/big.bin",
        ".idea/x",
        "node_modules/dist/x",
        "node_modules/a/__pycache__/x.pyc",
        "src/acme/build/__init__.py",
        "web/dist/index.js",
        "sub/coverage.xml",
        ".nox/noxkit/report/x",
        ".nox/lint/x",
        ".hypothesis/examples/x",
        ".coverage.toml",
        ".coveragerc",
        "dist.txt",
    ],
)
def test_what_git_ignores_but_has_no_known_name_is_none(tree: Tree, git: Git, path: str) -> None:
    root = tree.write({**EVERYTHING, path: "x"})
    assert found(root, git) == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param({"dist/a.whl": "x"}, "git does not ignore it", id="a-person-may-have-made-it"),
        pytest.param({"build/a/b.py": "x"}, "git does not ignore it", id="a-file-deep-in-it"),
        pytest.param({"coverage.xml": "x"}, "git does not ignore it", id="a-file"),
    ],
)
def test_a_name_that_people_use_too_stays_unless_git_ignores_it(
    tree: Tree, git: Git, files: dict[str, str], reason: str
) -> None:
    root = tree.write({"pyproject.toml": "", **files})
    assert [reason in why for why in kept(root, git).values()] == [True]


def test_a_name_that_only_programs_use_goes_although_git_does_not_ignore_it(tree: Tree, git: Git) -> None:
    root = tree.write({"pyproject.toml": "", "__pycache__/a.pyc": "x", ".coverage": DATA})
    assert due(root, git) == [".coverage", "__pycache__"]


@pytest.mark.parametrize("path", ["dist/kept.txt", "__pycache__/kept.pyc", "htmlcov/deep/kept.html", "a.pyc"])
def test_what_git_tracks_stays_with_all_around_it(tree: Tree, git: Git, path: str) -> None:
    root = tree.write({**EVERYTHING, path: "x"})
    git.do("add", "-f", path)
    (root / path).parent.joinpath("other").write_text("x")
    assert [why.startswith("git tracks") for why in kept(root, git).values()] == [True]


def test_a_tracked_file_that_was_deleted_still_keeps_its_folder(tree: Tree, git: Git) -> None:
    root = tree.write({**EVERYTHING, "dist/kept.txt": "x", "dist/other": "x"})
    git.do("add", "-f", "dist/kept.txt")
    (root / "dist/kept.txt").unlink()
    assert list(kept(root, git)) == ["dist"]


@pytest.mark.parametrize(
    ("files", "path", "reason"),
    [
        pytest.param({"dist/sub/.git/HEAD": "x"}, "dist", "a git repository", id="repository"),
        pytest.param({"dist/sub/.git": "gitdir: /x"}, "dist", "a git repository", id="worktree"),
        pytest.param({"dist/b/HEAD": "", "dist/b/objects/x": "", "dist/b/refs/x": ""}, "dist", "a git", id="bare"),
        pytest.param({"dist/.env": "KEY=1"}, "dist", "a .env", id="secrets"),
        pytest.param({"build/a/.env.local": "KEY=1"}, "build", "a .env", id="secrets-deep"),
        pytest.param({"build/venv/pyvenv.cfg": ""}, "build", "a virtual environment", id="environment"),
    ],
)
def test_a_leftover_that_holds_more_than_leftovers_stays(
    tree: Tree, git: Git, files: dict[str, str], path: str, reason: str
) -> None:
    root = tree.write({**EVERYTHING, **files})
    assert reason in kept(root, git)[path]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"sub/.git/HEAD": "x", "sub/__pycache__/a.pyc": "x"}, id="repository"),
        pytest.param({"sub/.git": "gitdir: /x", "sub/__pycache__/a.pyc": "x"}, id="worktree-or-submodule"),
        pytest.param({"sub/HEAD": "", "sub/objects/x": "", "sub/refs/x": "", "sub/__pycache__/x": ""}, id="bare"),
    ],
)
def test_other_repositories_in_the_tree_are_not_entered(tree: Tree, git: Git, files: dict[str, str]) -> None:
    root = tree.write({**EVERYTHING, **files})
    assert found(root, git) == []


ENVIRONMENTS = {
    ".venv/pyvenv.cfg": "",
    ".venv/lib/__pycache__/x.pyc": "x",
    "member/env/pyvenv.cfg": "",
    ".tox/py/x": "",
    ".nox/tests/pyvenv.cfg": "",
    ".nox/noxkit/environments/3.12/pyvenv.cfg": "",
}
FOLDERS = [".nox/noxkit/environments", ".nox/tests", ".tox", ".venv", "member/env"]


def test_virtual_environments_stay_unless_they_are_asked_for(tree: Tree, git: Git) -> None:
    root = tree.write({**EVERYTHING, **ENVIRONMENTS})
    assert (due(root, git), list(kept(root, git))) == ([], FOLDERS)
    assert due(root, git, environments=True) == FOLDERS


def test_the_environment_that_runs_this_stays_even_then(tree: Tree, git: Git) -> None:
    root = tree.write({**EVERYTHING, ".venv/pyvenv.cfg": ""})
    (only,) = found(root, git, environments=True, in_use=(root / ".venv").resolve())
    assert only.kept == "it runs this very session"


def test_without_git_only_names_that_nobody_else_uses_go(tree: Tree) -> None:
    root = tree.write({"pyproject.toml": "", "dist/a": "x", "__pycache__/a.pyc": "x", "a.egg-info/PKG-INFO": "x"})
    assert due(root, None) == ["__pycache__", "a.egg-info"]
    assert list(kept(root, None)) == ["dist"]


def test_a_tree_that_the_repository_around_it_ignores_counts_as_without_git(tree: Tree, git: Git) -> None:
    root = tree.write({IGNORE: "*\n", "inner/pyproject.toml": "", "inner/dist/a": "x"})
    inner = type(git)(root / "inner")
    assert list(kept(root / "inner", inner)) == ["dist"]


def test_git_that_does_not_answer_ends_it(tree: Tree) -> None:
    root = tree.write({"__pycache__/a.pyc": "x"})
    assert find_leftovers(Search(root=root, git=lambda _: None)) == GIT_SILENT


def test_a_link_is_measured_as_a_link_and_not_entered(tree: Tree, git: Git, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "__pycache__").mkdir(parents=True)
    (outside / "big").write_bytes(b"x" * 10_000)
    root = tree.write(EVERYTHING)
    (root / "dist").symlink_to(outside)
    (root / "src").symlink_to(outside)
    (only,) = found(root, git)
    assert (only.path, only.is_folder, only.size < 1000) == ("dist", False, True)


def test_the_size_is_that_of_all_files(tree: Tree, git: Git) -> None:
    root = tree.write({**EVERYTHING, "dist/a": b"x" * 100, "dist/b/c": b"x" * 23})
    assert [each.size for each in found(root, git)] == [123]


def test_a_name_that_is_not_utf8_is_found(tree: Tree, git: Git) -> None:
    root = tree.write(EVERYTHING)
    os.makedirs(os.fsencode(root) + b"/a\xff/__pycache__")  # noqa: PTH103 -- bytes, which no Path takes
    assert due(root, git) == [os.fsdecode(b"a\xff/__pycache__")]


def test_where_something_is_mounted_nothing_is_entered_or_taken(tree: Tree, git: Git) -> None:
    root = tree.write({**EVERYTHING, "dist/a/x": "x", "mnt/__pycache__/x.pyc": "x"})
    searched = find_leftovers(Search(root=root, git=git, mounts=frozenset({"dist/a", "mnt"})))
    assert not isinstance(searched, str)
    assert [(each.path, each.kept) for each in searched[0]] == [("dist", "something is mounted in it")]


def test_the_mounts_of_this_machine_can_be_read(tmp_path: Path) -> None:
    assert mount_points(tmp_path) == frozenset()
    assert mount_points(type(tmp_path)("/")) != frozenset()
