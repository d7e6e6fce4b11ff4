# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.errors import NoxkitError
from noxkit.workspace.lock import read_lock

if TYPE_CHECKING:
    from tests.workspace.conftest import Tree

_HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n[manifest]\nmembers = ["a"]\n'


def _package(name: str, version: str | None, further: str = "") -> str:
    stated = f'version = "{version}"\n' if version else ""
    return f'[[package]]\nname = "{name}"\n{stated}source = {{ registry = "x" }}\n{further}\n'


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        pytest.param(_HEAD, {}, id="empty"),
        pytest.param(_package("ruff", "0.17.6"), {"ruff": ("0.17.6",)}, id="one"),
        pytest.param(_package("Ruff_X", "1"), {"ruff-x": ("1",)}, id="normalised"),
        pytest.param(_package("a", "1") + _package("a", "2"), {"a": ("1", "2")}, id="forked"),
        pytest.param(_package("a", None), {}, id="dynamic-version"),
        pytest.param(_package("a", "1", 'dependencies = [{ name = "b", version = "9" }]'), {"a": ("1",)}, id="nested"),
        pytest.param(_package("a", "1", "[package.metadata]\nversion = '7'\n"), {"a": ("1",)}, id="sub-table"),
        pytest.param(_HEAD + "# [[package]]\n# name = 'b'\n" + _package("a", "1"), {"a": ("1",)}, id="comment"),
        pytest.param(_package("a", "1", 'x = """\n[[package]]\nname = "b"\nversion = "1"\n"""'), {"a": ("1",)},
                     id="text"),
        pytest.param("[[package]]\nname = 'a' # one\nversion = '1.0' # two\n", {"a": ("1.0",)}, id="literal-strings"),
        pytest.param(_package("a", "1").replace("\n", "\r\n"), {"a": ("1",)}, id="carriage-returns"),
    ],
)  # fmt: skip
def test_locked_versions(tree: Tree, lock: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert read_lock(tree.write({"uv.lock": lock}) / "uv.lock") == expected


def test_no_lock_locks_nothing(tree: Tree) -> None:
    assert read_lock(tree.root / "uv.lock") == {}


@pytest.mark.parametrize(
    ("lock", "line"),
    [
        pytest.param(_HEAD + "<<<<<<< ours\n" + _package("a", "1"), 6, id="conflict"),
        pytest.param("version = 1\n[[package]]\nname = \n", 3, id="no-value"),
    ],
)
def test_a_broken_lock_is_said_with_its_line(tree: Tree, lock: str, line: int) -> None:
    with pytest.raises(NoxkitError) as caught:
        read_lock(tree.write({"uv.lock": lock}) / "uv.lock")
    (record,) = caught.value.records
    assert (record.code, record.path, record.line) == ("NK-CONFIG-INVALID", "uv.lock", line)


def test_a_lock_that_is_a_folder(tree: Tree) -> None:
    with pytest.raises(NoxkitError, match="NK-FILE-UNREADABLE"):
        read_lock(tree.write({"uv.lock/file": ""}) / "uv.lock")
