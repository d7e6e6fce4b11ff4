# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.git import (
    Base,
    NotDue,
    Unresolved,
    changed_files,
    changed_lines,
    default_base,
    head_tree,
    is_clean,
    merge_base,
    parse_changed_lines,
    resolve,
    tree_id,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from noxkit.workspace.git import GitRunner
    from tests.workspace.conftest import Git, Tree

_BASE = Base(revision="x", commit="HEAD", source="a test")


def _clone(git: Git, tmp_path: Path, *options: str) -> Git:
    """A clone beside the repository, as CI makes one."""
    git.do("clone", "-q", *options, f"file://{git.root}", str(tmp_path / "clone"))
    return type(git)(tmp_path / "clone")


def _branched(git: Git, tree: Tree) -> tuple[str, str]:
    """Commit on main, leave it for `feature`, commit on both: where they part, and feature's end."""
    tree.write({"a.py": "1\n"})
    fork = git.commit("fork")
    git.do("checkout", "-q", "-b", "feature")
    tree.write({"b.py": "1\n"})
    end = git.commit("feature")
    git.do("checkout", "-q", "main")
    tree.write({"c.py": "1\n"})
    git.commit("main")
    git.do("checkout", "-q", "feature")
    return fork, end


@pytest.mark.parametrize(
    ("revision", "reason"),
    [
        pytest.param("no-such", "`no-such` (from --since) is not a revision of this repository", id="unknown"),
        pytest.param("--output=x", "is not a revision", id="option"),
        pytest.param("", "is not a revision", id="empty"),
        pytest.param("a..b", "is not a revision", id="range"),
        pytest.param("a\0b", "is not a revision", id="null"),
        pytest.param("HEAD:a.py", "is not a revision", id="a-file"),
    ],
)
def test_a_revision_that_does_not_resolve_says_why(tree: Tree, git: Git, revision: str, reason: str) -> None:
    tree.write({"a.py": ""})
    git.commit()
    found = resolve(git, revision)
    assert isinstance(found, Unresolved)
    assert reason in found.reason
    assert "git fetch" in found.hint


@pytest.mark.parametrize("revision", ["HEAD", "main", "v1", "@~1"])
def test_a_revision_resolves_to_its_commit(git: Git, revision: str) -> None:
    first, second = git.commit("one"), git.commit("two")
    git.do("tag", "-a", "-m", "x", "v1", second)
    found = resolve(git, revision, source="X")
    assert found == Base(revision=revision, commit=first if "~" in revision else second, source="X")


def test_merge_base_is_where_head_has_left(tree: Tree, git: Git) -> None:
    fork, _ = _branched(git, tree)
    assert merge_base(git, "main") == Base(revision="main", commit=fork, source="--since")


def test_histories_without_a_common_commit(tree: Tree, git: Git) -> None:
    _branched(git, tree)
    git.do("checkout", "-q", "--orphan", "other")
    git.commit()
    assert isinstance(found := merge_base(git, "main"), Unresolved)
    assert found.reason == "HEAD and `main` share no history"


def test_a_shallow_clone_says_so(tree: Tree, git: Git, tmp_path: Path) -> None:
    fork, _ = _branched(git, tree)
    shallow = _clone(git, tmp_path, "--depth=1")
    for found in (resolve(shallow, fork), merge_base(shallow, "HEAD~1")):
        assert isinstance(found, Unresolved)
        assert "shallow clone" in found.reason
        assert "git fetch --unshallow" in found.hint
        assert "fetch-depth: 0" in found.hint


def test_a_merge_base_beyond_a_shallow_history(tree: Tree, git: Git, tmp_path: Path) -> None:
    _branched(git, tree)
    shallow = _clone(git, tmp_path, "--depth=1", "--no-single-branch")
    assert isinstance(found := merge_base(shallow, "origin/main"), Unresolved)
    assert "cut off in this shallow clone" in found.reason


def test_a_folder_where_git_does_not_work(tree: Tree, git: Git) -> None:
    (tree.root / ".git/HEAD").write_text("nonsense")
    assert isinstance(found := resolve(git, "HEAD"), Unresolved)
    assert "git does not work" in found.reason


def test_the_default_branch_of_the_remote_is_the_base(tree: Tree, git: Git, tmp_path: Path) -> None:
    fork, _ = _branched(git, tree)
    git.do("checkout", "-q", "main")
    clone = _clone(git, tmp_path)
    clone.do("checkout", "-q", "feature")
    found = default_base(clone, {})
    assert found == Base(revision="refs/remotes/origin/main", commit=fork, source="the default branch")


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({"GITHUB_BASE_REF": "main"}, id="github"),
        pytest.param({"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}, id="gitlab"),
        pytest.param({"GITHUB_BASE_REF": "", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}, id="empty-variable"),
    ],
)
@pytest.mark.parametrize("detached", [False, True])
def test_the_target_of_a_merge_request_is_the_base(
    tree: Tree, git: Git, tmp_path: Path, environ: Mapping[str, str], detached: bool
) -> None:  # fmt: skip
    fork, end = _branched(git, tree)
    clone = _clone(git, tmp_path)
    clone.do("checkout", "-q", *(["--detach", end] if detached else ["feature"]))
    found = default_base(clone, environ)
    assert isinstance(found, Base)
    assert (found.commit, found.source) == (fork, next(name for name, value in environ.items() if value))


def test_gitlab_names_the_base_itself(tree: Tree, git: Git) -> None:
    fork, _ = _branched(git, tree)
    environ = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": fork, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "gone"}
    found = default_base(git, environ)
    assert found == Base(revision=fork, commit=fork, source="CI_MERGE_REQUEST_DIFF_BASE_SHA")


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"])
def test_a_target_that_was_not_fetched_is_never_passed_over(
    tree: Tree, git: Git, tmp_path: Path, variable: str
) -> None:
    _branched(git, tree)
    found = default_base(_clone(git, tmp_path, "--depth=1"), {variable: "main"})
    assert isinstance(found, Unresolved)
    assert "fetch-depth: 0" in found.hint


def test_a_feature_branch_in_a_shallow_clone_does_not_resolve(tree: Tree, git: Git, tmp_path: Path) -> None:
    _branched(git, tree)
    clone = _clone(git, tmp_path, "--depth=1")
    clone.do("remote", "set-head", "origin", "--delete")
    assert isinstance(found := default_base(clone, {}), Unresolved)
    assert "--unshallow" in found.hint


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        pytest.param(["commit -q --allow-empty -m x"], "on the default branch `main` itself", id="main-without-remote"),
        pytest.param(["commit -q --allow-empty -m x", "branch -m trunk"], "no remote and no branch", id="another-name"),
        pytest.param([], "no commit yet", id="no-commit"),
        pytest.param(["commit -q --allow-empty -m x", "checkout -q --detach"], "HEAD is detached on a commit of `main`",
                     id="detached-on-main"),
    ],
)  # fmt: skip
def test_without_a_base_nothing_is_due(git: Git, prepare: list[str], reason: str) -> None:
    for command in prepare:
        git.do(*command.split())
    assert isinstance(found := default_base(git, {}), NotDue)
    assert reason in found.reason


def test_on_the_default_branch_of_the_remote_nothing_is_due(tree: Tree, git: Git, tmp_path: Path) -> None:
    _branched(git, tree)
    git.do("branch", "-m", "main", "trunk")
    git.do("checkout", "-q", "trunk")
    clone = _clone(git, tmp_path)
    assert default_base(clone, {}) == NotDue(reason="on the default branch `trunk` itself")
    clone.do("checkout", "-q", "--detach", "HEAD~1")
    assert default_base(clone, {}) == NotDue(reason="HEAD is detached on a commit of `trunk`")


def _failing(_: Sequence[str]) -> bytes | None:
    return None


@pytest.mark.parametrize("runner", [None, _failing], ids=["no-git", "failing-git"])
def test_without_git_nothing_is_due(runner: GitRunner | None) -> None:
    assert default_base(runner, {}) == NotDue(reason="no git work tree here")


def test_a_fork_is_compared_with_what_it_was_forked_from(tree: Tree, git: Git, tmp_path: Path) -> None:
    fork, _ = _branched(git, tree)
    clone = _clone(git, tmp_path)
    clone.do("remote", "rename", "origin", "upstream")
    clone.do("remote", "add", "origin", f"file://{git.root}")
    clone.do("checkout", "-q", "feature")
    found = default_base(clone, {"CI_DEFAULT_BRANCH": "main"})
    assert isinstance(found, Base)
    assert (found.revision, found.commit) == ("refs/remotes/upstream/main", fork)


def test_changed_is_whatever_differs(tree: Tree, git: Git) -> None:
    tree.write({"same.py": "1\n", "edited.py": "1\n", "gone.py": "1\n", "moved.py": "x\n" * 9, ".gitignore": "*.log\n"})
    base = Base(revision="x", commit=git.commit(), source="x")
    tree.write({"committed.py": ""})
    git.commit()
    git.do("mv", "moved.py", "arrived.py")
    (tree.root / "gone.py").unlink()
    tree.write({"edited.py": "2\n", "new\nfile.py": "", "-x.py": "", "ignored.log": ""})
    names = {"committed.py", "moved.py", "arrived.py", "gone.py", "edited.py", "new\nfile.py", "-x.py"}
    assert changed_files(git, base) == tuple(sorted(names))


def test_changes_outside_of_the_root_are_none(tree: Tree, git: Git) -> None:
    tree.write({"py/a.py": "1\n", "js/c.js": "1\n"})
    base = Base(revision="x", commit=git.commit(), source="x")
    tree.write({"py/a.py": "1\n2\n", "py/n.py": "1\n", "js/c.js": "2\n", "js/d.py": "1\n"})
    inner = type(git)(tree.root / "py")
    assert changed_files(inner, base) == ("a.py", "n.py")
    assert changed_lines(inner, base, root=inner.root) == {"a.py": {2}, "n.py": {1}}


_LONG = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("a\nb\nc\n", "a\nB\nc\n", {2}, id="altered"),
        pytest.param("a\nc\n", "a\nb\nb\nc\n", {2, 3}, id="added"),
        pytest.param("a\nb\nc\n", "a\nc\n", None, id="removed"),
        pytest.param("a\nb\n", "a\nb", {2}, id="no-newline-at-the-end"),
        pytest.param("a", "a\nb", {1, 2}, id="no-newline-before-either"),
        pytest.param("a\n", "a\n++ b/other.py\n@@ -1 +1,50 @@\n-- x\n", {2, 3, 4}, id="text-like-a-header"),
        pytest.param("a\n--- a/x\n", "a\nb\n", {2}, id="removed-like-a-header"),
        pytest.param(b"a\n\xff\n", b"a\n\xfe\n", {2}, id="not-utf-8"),
        pytest.param(b"a\n\0\n", b"a\n\0\nb\n", {3}, id="null-byte"),
        pytest.param("a\r\nb\r\n", "a\r\nc\r\n", {2}, id="carriage-returns"),
        pytest.param(_LONG, _LONG.replace("line 2\n", "x\n").replace("line 19\n", "y\n"), {2, 19}, id="two-places"),
    ],
)
def test_lines_that_changed(
    tree: Tree, git: Git, before: str | bytes, after: str | bytes, expected: set[int] | None
) -> None:
    tree.write({"a.py": before})
    base = Base(revision="x", commit=git.commit(), source="x")
    tree.write({"a.py": after})
    lines = changed_lines(git, base, root=tree.root)
    assert lines is not None
    assert lines.get("a.py") == expected


@pytest.mark.parametrize(
    "name",
    ["w s.py", "a\nb.py", "-x.py", 'q"uote.py', "b\\s.py", "ü.py", "tab\t.py", os.fsdecode(b"\xff.py"), "b/a.py"],
)
@pytest.mark.parametrize("tracked", [True, False])
def test_lines_of_files_with_odd_names(tree: Tree, git: Git, name: str, tracked: bool) -> None:
    tree.write({name: "1\n"} if tracked else {"other": ""})
    base = Base(revision="x", commit=git.commit(), source="x")
    tree.write({name: "2\n3"})
    assert changed_lines(git, base, root=tree.root) == {name: {1, 2}}


def test_a_renamed_file_counts_by_what_changed_in_it(tree: Tree, git: Git) -> None:
    tree.write({"old.py": _LONG})
    base = Base(revision="x", commit=git.commit(), source="x")
    git.do("mv", "old.py", "new.py")
    tree.write({"new.py": _LONG + "more\n"})
    assert changed_lines(git, base, root=tree.root) == {"new.py": {21}}


def test_new_deleted_empty_and_linked_files(tree: Tree, git: Git) -> None:
    tree.write({"gone.py": "1\n"})
    base = Base(revision="x", commit=git.commit(), source="x")
    (tree.root / "gone.py").unlink()
    tree.write({"new.py": "1\n2\n", "empty.py": "", "text.md": "1\n"})
    (tree.root / "broken.py").symlink_to("nowhere")
    assert changed_lines(git, base, root=tree.root) == {"new.py": {1, 2}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.relative", "false"),
        ("diff.interHunkContext", "50"),
        ("diff.context", "9"),
        ("diff.renames", "false"),
        ("color.diff", "always"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
        ("diff.algorithm", "histogram"),
    ],
)
def test_the_users_configuration_changes_nothing(tree: Tree, git: Git, key: str, value: str) -> None:
    tree.write({"ü.py": _LONG})
    base = Base(revision="x", commit=git.commit(), source="x")
    git.do("config", key, value)
    tree.write({"ü.py": _LONG.replace("line 2\n", "x\n").replace("line 9\n", "y\n"), ".gitattributes": "*.py -diff\n"})
    assert changed_lines(git, base, root=tree.root) == {"ü.py": {2, 9}}
    assert changed_files(git, base) == (".gitattributes", "ü.py")


def test_git_that_fails_gives_no_changes_to_believe_in(tree: Tree) -> None:
    assert changed_files(_failing, _BASE) is None
    assert changed_lines(_failing, _BASE, root=tree.root) is None


def test_a_diff_without_content() -> None:
    assert parse_changed_lines(b"") == {}


def test_the_tree_is_that_of_the_root(tree: Tree, git: Git) -> None:
    tree.write({"py/a.py": "1\n", "js/c.js": "1\n"})
    git.commit()
    inner = type(git)(tree.root / "py")
    assert tree_id(git) == git.do("rev-parse", "HEAD^{tree}")
    assert tree_id(inner) == git.do("rev-parse", "HEAD:py")
    tree.write({"js/c.js": "2\n"})
    assert (is_clean(git), is_clean(inner)) == (False, True)


@pytest.mark.parametrize("path", ["a.py", "untracked.py"])
def test_a_tree_that_was_not_committed_has_no_id(tree: Tree, git: Git, path: str) -> None:
    tree.write({"a.py": "1\n"})
    git.commit()
    tree.write({path: "2\n"})
    assert tree_id(git) is None
    assert head_tree(git) is not None


def test_a_repository_without_commits_has_no_tree(git: Git) -> None:
    assert (tree_id(git), head_tree(git)) == (None, None)
