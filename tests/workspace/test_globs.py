# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.workspace._globs import expand, matcher

if TYPE_CHECKING:
    from tests.workspace.conftest import Tree


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        pytest.param(".", "a/b.py", True, id="root"),
        pytest.param("./src/", "src/a.py", True, id="folder-with-slashes"),
        pytest.param("src", "src2/a.py", False, id="folder-is-no-prefix"),
        pytest.param("src", "src", True, id="itself"),
        pytest.param("*.py", "a.py", True, id="star"),
        pytest.param("*.py", "a/b.py", False, id="star-stops-at-slash"),
        pytest.param("**/*.py", "b.py", True, id="any-depth-none"),
        pytest.param("**/*.py", "a/b/c.py", True, id="any-depth"),
        pytest.param("a/**/c.py", "a/c.py", True, id="middle-none"),
        pytest.param("a/**", "a/b/c.py", True, id="all-below"),
        pytest.param("a/**", "a", False, id="all-below-not-itself"),
        pytest.param("a/*", "a/b/c.py", True, id="below-a-matched-folder"),
        pytest.param("a/?.py", "a/b.py", True, id="one-character"),
        pytest.param("a/[bc].py", "a/c.py", True, id="set"),
        pytest.param("a/[!bc].py", "a/c.py", False, id="negated-set"),
        pytest.param("a/[^].py", "a/^.py", True, id="caret"),
        pytest.param("a/[z-a].py", "a/b.py", False, id="backward-range"),
        pytest.param("a/[b.py", "a/[b.py", True, id="unclosed-set"),
        pytest.param("a+(b).py", "a+(b).py", True, id="no-regular-expression"),
        pytest.param("**/*.py", "a\nb.py", True, id="newline"),
        pytest.param("src", "-x.py", False, id="leading-dash"),
    ],
)
def test_pattern_matches_path(pattern: str, path: str, expected: bool) -> None:
    assert (matcher((pattern,)).fullmatch(path) is not None) is expected


def test_no_pattern_matches_nothing() -> None:
    assert matcher(()).fullmatch("a") is None


def test_a_pattern_can_stand_for_itself_alone() -> None:
    exact = matcher(("plugins/*",), below=False)
    assert exact.fullmatch("plugins/a")
    assert not exact.fullmatch("plugins/a/b")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("packages/*", ["packages/.hid", "packages/a", "packages/b", "packages/r.md"], id="star"),
        pytest.param("packages/[ab]", ["packages/a", "packages/b"], id="set"),
        pytest.param("packages/*/x", ["packages/b/x"], id="through-folders-only"),
        pytest.param("packages/**", ["packages/.hid", "packages/a", "packages/b", "packages/b/x"], id="all"),
        pytest.param("./packages//a/", ["packages/a"], id="normalised"),
        pytest.param("nothing", [], id="absent"),
        pytest.param("packages/{a,b}", [], id="no-braces"),
    ],
)
def test_pattern_finds_paths(tree: Tree, pattern: str, expected: list[str]) -> None:
    root = tree.write(
        {"packages/a/f": "", "packages/b/x/f": "", "packages/.hid/f": "", "packages/r.md": ""},
    )
    (root / "packages/a/loop").symlink_to(root, target_is_directory=True)
    assert expand(root, pattern) == expected
