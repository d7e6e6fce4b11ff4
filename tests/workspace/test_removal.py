# SPDX-License-Identifier: Apache-2.0
"""Removing one path of a tree: whole, and never anything outside of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.removal import remove_below

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspace.conftest import Tree


def test_a_folder_goes_with_all_that_is_in_it_and_nothing_else(tree: Tree) -> None:
    root = tree.write({"a/dist/x/y": "1", "a/dist/z": "2", "a/keep": "3"})
    assert remove_below(root, "a/dist") == []
    assert sorted(path.name for path in (root / "a").iterdir()) == ["keep"]


@pytest.mark.parametrize("path", ["gone", "gone/deeper", "a/gone"])
def test_what_has_vanished_is_no_failure(tree: Tree, path: str) -> None:
    root = tree.write({"a/x": ""})
    assert remove_below(root, path) == []


@pytest.mark.parametrize("folder", ["dist", "dist/deep"])
def test_a_link_goes_and_what_it_points_to_stays(tree: Tree, tmp_path: Path, folder: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    root = tree.write({})
    link = root / folder / "link" if folder == "dist/deep" else root / "dist"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside)
    assert remove_below(root, "dist") == []
    assert not os.path.lexists(root / "dist")
    assert (outside / "precious").exists()


def test_a_link_on_the_way_is_not_followed(tree: Tree, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "dist").mkdir(parents=True)
    root = tree.write({})
    (root / "a").symlink_to(outside)
    (refused,) = remove_below(root, "a/dist")
    assert (refused.path, refused.why) == ("a/dist", "a link or a file has taken the place of a folder")
    assert (outside / "dist").is_dir()


@pytest.mark.parametrize(
    ("files", "mounts", "why"),
    [
        pytest.param({"dist/a": "", "dist/sub/.git/HEAD": ""}, frozenset[str](), "a git repository", id="repository"),
        pytest.param({"dist/a": "", "dist/sub/x": ""}, frozenset({"dist/sub"}), "another file system", id="mount"),
    ],
)
def test_what_must_stay_stays_with_the_folders_above_it(
    tree: Tree, files: dict[str, str], mounts: frozenset[str], why: str
) -> None:
    root = tree.write(dict(files))
    (refused,) = remove_below(root, "dist", mounts=mounts)
    assert (refused.path, why in refused.why) == ("dist/sub", True)
    assert [path.name for path in (root / "dist").iterdir()] == ["sub"]


def test_a_name_that_is_not_utf8_goes(tree: Tree) -> None:
    root = tree.write({})
    os.mkdir(os.fsencode(root) + b"/\xff")  # noqa: PTH102 -- bytes, which no Path takes
    assert remove_below(root, os.fsdecode(b"\xff")) == []
    assert list(root.iterdir()) == []


def test_folders_that_are_nested_without_end_are_refused_and_no_crash(tree: Tree) -> None:
    root = tree.write({"/".join(["dist", *["d"] * 400, "x"]): ""})
    (refused,) = remove_below(root, "dist")
    assert refused.why == "it is nested too deeply"
