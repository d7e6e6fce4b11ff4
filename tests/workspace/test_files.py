# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.discovery import discover
from noxkit.workspace.files import find_git_root

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspace.conftest import Git, Tree

_NOT_UTF_8 = os.fsdecode(b"\xff.py")
_ODD = ["-leading dash.py", "a\nnewline.py", "white space.py", 'quo"te.py', "b\\slash.py", _NOT_UTF_8, "ü.py"]


def _odd_tree(tree: Tree) -> Path:
    return tree.write({f"src/{name}": "" for name in _ODD})


@pytest.mark.parametrize("with_git", [True, False], ids=["git", "walk"])
def test_odd_names_are_files_like_others(tree: Tree, git: Git, with_git: bool) -> None:
    repository = discover(_odd_tree(tree), git=git if with_git else None)
    assert set(repository.files) == {f"src/{name}" for name in _ODD}
    assert set(repository.python_files(["src"])) == set(repository.files)
    assert repository.has_git is with_git


@pytest.mark.parametrize("with_git", [True, False], ids=["git", "walk"])
def test_what_is_no_regular_file_is_left_out(tree: Tree, git: Git, with_git: bool) -> None:
    root = tree.write({"real.py": "", "folder/a.py": ""})
    (root / "broken.py").symlink_to("nowhere")
    (root / "loop.py").symlink_to("loop.py")
    (root / "linked").symlink_to("folder", target_is_directory=True)
    (root / "linked.py").symlink_to("real.py")
    os.mkfifo(root / "pipe.py")
    assert discover(root, git=git if with_git else None).files == ("folder/a.py", "linked.py", "real.py")


def test_git_names_what_it_holds_or_would_add(tree: Tree, git: Git) -> None:
    tree.write({".gitignore": "*.log\n", "kept.py": "", "deleted.py": "", "forced.log": ""})
    git.do("add", "-f", "forced.log")
    git.commit()
    (tree.root / "deleted.py").unlink()
    tree.write({"new.py": "", "x.log": ""})
    assert discover(tree.root, git=git).files == (".gitignore", "forced.log", "kept.py", "new.py")


def test_a_submodule_is_another_repository(tree: Tree, git: Git) -> None:
    inner = type(git)(tree.write({"inner/a.py": ""}) / "inner").start()
    inner.commit()
    git.commit()
    assert discover(tree.write({"b.py": ""}), git=git).files == ("b.py",)


def test_a_root_below_the_top_sees_its_own_files(tree: Tree, git: Git) -> None:
    root = tree.write({"py/a.py": "", "py/sub/b.py": "", "js/c.js": ""}) / "py"
    repository = discover(root, git=type(git)(root))
    assert repository.files == ("a.py", "sub/b.py")
    assert repository.git_root == tree.root


def test_a_root_that_git_ignores_is_walked(tree: Tree, git: Git) -> None:
    root = tree.write({".gitignore": "ignored/\n", "ignored/a.py": ""}) / "ignored"
    repository = discover(root, git=type(git)(root))
    assert (repository.files, repository.has_git) == (("a.py",), False)


def test_git_that_fails_is_as_good_as_none(tree: Tree, git: Git) -> None:
    del git
    repository = discover(tree.write({"a.py": ""}), git=lambda _: None)
    assert (repository.files, repository.has_git) == (("a.py",), False)


def test_git_is_not_asked_outside_of_a_work_tree(tree: Tree) -> None:
    def never(_: object) -> bytes:
        raise AssertionError

    repository = discover(tree.write({"a.py": ""}), git=never)
    assert (repository.files, repository.git_root) == (("a.py",), None)


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".nox/tests/a.py",
        ".tox/a.py",
        ".venv/lib/a.py",
        "my env/pyvenv.cfg",
        "my env/lib/a.py",
        "node_modules/a.py",
        "src/__pycache__/a.py",
        "build/lib/a.py",
        "dist/a.whl",
        "src/a.egg-info/PKG-INFO",
        ".mypy_cache/a.json",
        ".some-cache/CACHEDIR.TAG",
        ".some-cache/a.py",
    ],
)
def test_a_walk_leaves_out_what_tools_made(tree: Tree, path: str) -> None:
    tree.write({"my env/pyvenv.cfg": "", ".some-cache/CACHEDIR.TAG": "", path: "", ".github/workflows/a.yml": ""})
    assert discover(tree.root).files == (".github/workflows/a.yml",)


def test_the_mark_of_a_work_tree_may_be_a_file(tree: Tree) -> None:
    root = tree.write({".git": "gitdir: elsewhere\n", "a/b/c.py": ""})
    assert find_git_root(root / "a/b") == root


def test_a_folder_without_files(tree: Tree) -> None:
    repository = discover(tree.root)
    assert (repository.files, repository.python_files(["."])) == ((), ())
