# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import subprocess
from typing import TYPE_CHECKING

import pytest
import uv

from noxkit.errors import NoxkitError
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspace.conftest import Tree


def _project(name: str, further: str = "") -> str:
    return f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.10"\n{further}'


def _members(members: str, exclude: str = "[]", *, project: str = "") -> str:
    return f"{project}[tool.uv.workspace]\nmembers = {members}\nexclude = {exclude}\n"


_TREE = {
    "pk/a/pyproject.toml": _project("a"),
    "pk/b/pyproject.toml": _project("B.b_b"),
    "pk/.hidden/pyproject.toml": _project("hidden"),
    "pk/.empty/file": "",
    "pk/deep/c/pyproject.toml": _project("c"),
    "pk/README.md": "",
    "one/pyproject.toml": _project("one", "[tool.uv]\nmanaged = false\n"),
}

_WORKSPACES = [
    pytest.param(_members('["pk/a"]'), {"a"}, id="literal"),
    pytest.param(_members('["./pk/a/", "pk/a"]'), {"a"}, id="spelled-twice"),
    pytest.param(_members('["pk/*"]', '["pk/deep"]'), {"a", "b-b-b", "hidden"}, id="star"),
    pytest.param(_members('["pk/[ab]"]'), {"a", "b-b-b"}, id="set"),
    pytest.param(_members('["pk/deep/**"]'), {"c"}, id="recursive"),
    pytest.param(_members('["pk/*/*", "pk/a"]', '["pk/d*"]'), {"a"}, id="exclude-crosses-slashes"),
    pytest.param(_members('["pk/*", "pk/deep/*"]', '["pk/deep", "pk/.hidden"]'), {"a", "b-b-b", "c"}, id="nested"),
    pytest.param(_members('["pk/a", "one"]'), {"a"}, id="unmanaged"),
    pytest.param(_members('["pk/a"]', project=_project("root")), {"root", "a"}, id="root-package"),
    pytest.param(_members('["pk/a", "."]', project=_project("root")), {"root", "a"}, id="root-listed-too"),
    pytest.param(_members("[]", project=_project("root")), {"root"}, id="root-alone"),
]


@pytest.mark.parametrize(("pyproject", "expected"), _WORKSPACES)
def test_members_of_a_uv_workspace(tree: Tree, pyproject: str, expected: set[str]) -> None:
    workspace = discover(tree.write({**_TREE, "pyproject.toml": pyproject})).workspace
    assert {package.name for package in workspace.packages} == expected
    assert workspace.is_uv
    assert workspace.is_virtual == ("root" not in expected)


@pytest.mark.parametrize(("pyproject", "expected"), _WORKSPACES)
def test_uv_lists_the_same_members(tree: Tree, pyproject: str, expected: set[str]) -> None:
    root = tree.write({**_TREE, "pyproject.toml": pyproject})
    command = [uv.find_uv_bin(), "workspace", "list", "--offline", "--no-config"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == expected


def test_members_keep_the_order_of_their_entries(tree: Tree) -> None:
    pyproject = _members('["pk/deep/c", "pk/[ab]"]', project=_project("root"))
    packages = discover(tree.write({**_TREE, "pyproject.toml": pyproject})).workspace.packages
    assert [(package.name, package.raw_name, package.folder) for package in packages] == [
        ("root", "root", "."),
        ("c", "c", "pk/deep/c"),
        ("a", "a", "pk/a"),
        ("b-b-b", "B.b_b", "pk/b"),
    ]


@dataclasses.dataclass(frozen=True)
class _Record:
    code: str
    place: str
    says: str


_BAD = [
    pytest.param({"pyproject.toml": _members('["no"]')},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:2:12", "`no` matches no folder")], id="absent"),
    pytest.param({"pyproject.toml": _members('[\n  "no/*",\n]')},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:3:3", "`no/*` matches no folder")], id="glob-empty"),
    pytest.param({"pyproject.toml": _members('["f"]'), "f": ""},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:2:12", "`f` is not a folder")], id="file"),
    pytest.param({"pyproject.toml": _members('["d"]'), "d/m.py": ""},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:2:12", "the member `d` has no pyproject.toml")],
                 id="no-pyproject"),
    pytest.param({"pyproject.toml": _members('["d"]'), "d/pyproject.toml": "[tool.x]"},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:2:12", "the member `d` has no [project]")],
                 id="no-project"),
    pytest.param({"pyproject.toml": _members('["d", "e"]'), "d/pyproject.toml": _project("x_y"),
                  "e/pyproject.toml": _project("X-Y")},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:2:17", "`d` and `e` are both named `x-y`")],
                 id="one-name-twice"),
    pytest.param({"pyproject.toml": _members('["d"]', project=_project("d")), "d/pyproject.toml": _project("d")},
                 [_Record("NK-WORKSPACE-MEMBER", "pyproject.toml:6:12", "`.` and `d` are both named `d`")],
                 id="name-of-the-root"),
    pytest.param({"pyproject.toml": "[project\n"},
                 [_Record("NK-PYPROJECT-INVALID", "pyproject.toml:1:9", "pyproject.toml is not valid TOML: expected")],
                 id="root-not-toml"),
    pytest.param({"pyproject.toml": "a = 1\nb = '\xff'\n".encode("latin-1")},
                 [_Record("NK-PYPROJECT-INVALID", "pyproject.toml:2:6", "not UTF-8")], id="root-not-utf-8"),
    pytest.param({"pyproject.toml": "a = 1\nproject = 3\n"},
                 [_Record("NK-PYPROJECT-INVALID", "pyproject.toml:2:1", "`project` in pyproject.toml is not a table")],
                 id="project-is-a-number"),
    pytest.param({"pyproject.toml": _members('["d"]'), "d/pyproject.toml": "[[project]]\nname = 'a'\n"},
                 [_Record("NK-PYPROJECT-INVALID", "d/pyproject.toml:1:3", "in d/pyproject.toml is not a table")],
                 id="member-project-is-an-array"),
    pytest.param({"pyproject.toml": "a = [1,"},
                 [_Record("NK-PYPROJECT-INVALID", "pyproject.toml:1:8", "end of the file")], id="root-cut-off"),
    pytest.param({"pyproject.toml": _members('["d"]'), "d/pyproject.toml": "[project]\nname = a\n"},
                 [_Record("NK-PYPROJECT-INVALID", "d/pyproject.toml:2:8", "d/pyproject.toml is not valid TOML")],
                 id="member-not-toml"),
    pytest.param({"pyproject.toml/file": ""},
                 [_Record("NK-FILE-UNREADABLE", "pyproject.toml:None:None", "cannot be read")], id="root-is-a-folder"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), _BAD)
def test_what_is_no_workspace_is_said_with_its_place(
    tree: Tree, files: dict[str, str | bytes], expected: list[_Record]
) -> None:
    with pytest.raises(NoxkitError) as caught:
        discover(tree.write(files))
    records = caught.value.records
    assert [(record.code, f"{record.path}:{record.line}:{record.column}") for record in records] == [
        (record.code, record.place) for record in expected
    ]
    assert all(want.says in record.message for want, record in zip(expected, records, strict=True))
    assert all(record.hint for record in records)


def test_all_that_is_wrong_is_said_at_once(tree: Tree) -> None:
    files = {"f": "", "d/m.py": "", "e/pyproject.toml": "=", "ok/pyproject.toml": _project("ok")}
    root = tree.write({**files, "pyproject.toml": _members('["f", "d", "e", "ok", "gone/*"]')})
    with pytest.raises(NoxkitError) as caught:
        discover(root)
    said = sorted((record.code, record.column) for record in caught.value.records)
    assert said == [
        ("NK-PYPROJECT-INVALID", 1),
        ("NK-WORKSPACE-MEMBER", 12),
        ("NK-WORKSPACE-MEMBER", 17),
        ("NK-WORKSPACE-MEMBER", 33),
    ]


def test_left_overs_of_a_member_are_passed_over(tree: Tree) -> None:
    left = {"pk/old/__pycache__/x.pyc": "", "pk/old/src/a/__pycache__/y.pyc": "", "pk/old/a.egg-info/PKG-INFO": ""}
    root = tree.write({**left, "pk/a/pyproject.toml": _project("a"), "pyproject.toml": _members('["pk/*"]')})
    assert [package.name for package in discover(root).workspace.packages] == ["a"]


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        pytest.param({"a.py": ""}, True, id="no-pyproject"),
        pytest.param({"pyproject.toml": ""}, False, id="empty-pyproject"),
        pytest.param({"pyproject.toml": "[tool.ruff]\n"}, False, id="tools-alone"),
        pytest.param({"setup.cfg": "[mypy]\nstrict = true\n"}, True, id="setup.cfg-for-tools"),
        pytest.param({"pyproject.toml": "dependency-groups = 3\ntool = []\n"}, False, id="no-tables"),
    ],
)
def test_a_repository_without_a_package(tree: Tree, files: dict[str, str], missing: bool) -> None:
    repository = discover(tree.write(files))
    assert repository.pyproject_missing is missing
    assert repository.workspace.packages == ()
    assert not repository.workspace.is_uv
    assert repository.pythons == ("3.10", "3.11", "3.12", "3.13", "3.14")


@dataclasses.dataclass(frozen=True)
class _Kind:
    name: str
    paths: list[str]
    publish: bool | None = None


_BUILT = '[build-system]\nrequires = ["hatchling"]\n'
_PRIVATE = 'classifiers = ["Private :: Do Not Upload"]\n'


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        pytest.param([], {".": "package", "pk/a": "package", "pk/b": "package"}, id="none"),
        pytest.param([_Kind("p", ["pk/*"])], {".": "", "pk/a": "p", "pk/b": "p"}, id="unmatched"),
        pytest.param([_Kind("x", ["pk/a"]), _Kind("p", ["pk/*", "."])], {".": "p", "pk/a": "x", "pk/b": "p"},
                     id="first"),
        pytest.param([_Kind("all", ["**"])], {".": "all", "pk/a": "all", "pk/b": "all"}, id="everything"),
        pytest.param([_Kind("root", ["."])], {".": "root", "pk/a": "", "pk/b": ""}, id="root-alone"),
        pytest.param([_Kind("no", ["pk"])], {".": "", "pk/a": "", "pk/b": ""}, id="folder-above"),
        pytest.param([_Kind("p", ["./pk/*/"])], {".": "", "pk/a": "p", "pk/b": "p"}, id="normalised"),
    ],
)  # fmt: skip
def test_the_first_kind_that_matches_wins(tree: Tree, kinds: list[_Kind], expected: dict[str, str]) -> None:
    files = {"pk/a/pyproject.toml": _project("a"), "pk/b/pyproject.toml": _project("b")}
    root = tree.write({**files, "pyproject.toml": _members('["pk/*"]', project=_project("root"))})
    packages = discover(root, kinds=kinds).workspace.packages
    assert {package.folder: package.kind for package in packages} == expected


@pytest.mark.parametrize(
    ("pyproject", "publish", "expected"),
    [
        pytest.param(_BUILT + _project("a"), None, True, id="build-system"),
        pytest.param(_project("a"), None, False, id="no-build-system"),
        pytest.param(_BUILT + _project("a", _PRIVATE), None, False, id="private"),
        pytest.param(_BUILT + _project("a", _PRIVATE), True, False, id="private-whatever-the-kind-says"),
        pytest.param(_project("a"), True, True, id="kind-publishes"),
        pytest.param(_BUILT + _project("a"), False, False, id="kind-does-not"),
        pytest.param(_BUILT + _project("a", f"#{_PRIVATE}"), None, True, id="private-in-a-comment"),
    ],
)
def test_what_is_published(tree: Tree, pyproject: str, publish: bool | None, expected: bool) -> None:
    root = tree.write({"pyproject.toml": pyproject})
    (package,) = discover(root, kinds=[_Kind("one", ["."], publish)]).workspace.packages
    assert package.publish is expected


def test_kinds_name_the_packages_where_there_is_no_uv_workspace(tree: Tree) -> None:
    files = {"libs/a/pyproject.toml": _project("a"), "libs/b/setup.cfg": "[metadata]\nname = b\n", "libs/c/x.py": ""}
    workspace = discover(tree.write(files), kinds=[_Kind("lib", ["libs/*"])]).workspace
    assert [(package.name, package.kind) for package in workspace.packages] == [("a", "lib"), ("b", "lib")]
    assert (workspace.is_uv, workspace.is_virtual) == (False, True)


def test_the_root_is_absolute_and_without_links(tree: Tree, tmp_path: Path) -> None:
    tree.write({"pyproject.toml": _project("a")})
    (tmp_path / "link").symlink_to(tree.root, target_is_directory=True)
    assert discover(tmp_path / "link").root == tree.root.resolve()


def test_a_path_of_two_hundred_characters(tree: Tree) -> None:
    folder = "/".join(["a-rather-long-name-of-a-folder"] * 7)
    root = tree.write({f"{folder}/pyproject.toml": _project("a"), f"{folder}/src/a/__init__.py": ""})
    (package,) = discover(root / folder).workspace.packages
    assert package.import_names == ("a",)
