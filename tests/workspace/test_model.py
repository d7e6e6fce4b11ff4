# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.errors import NoxkitError
from noxkit.workspace.discovery import discover
from noxkit.workspace.model import Package, Workspace

if TYPE_CHECKING:
    from noxkit.workspace.model import Repository
    from tests.workspace.conftest import Tree

_GRAPH = Workspace(
    packages=(
        Package(name="root", raw_name="root", folder=".", dependencies=("App-One",)),
        Package(name="core", raw_name="core", folder="packages/core"),
        Package(name="storage", raw_name="storage", folder="packages/storage",
                dependencies=("core>=1; os_name == 'nt'",)),
        Package(name="app-one", raw_name="app_one", folder="apps/one", extras={"disk": ("storage[x]",)}),
        Package(name="fixtures", raw_name="fixtures", folder="tools/fixtures", groups={"dev": ("core", "other")}),
        Package(name="left", raw_name="left", folder="left", dependencies=("right", "left[all]")),
        Package(name="right", raw_name="right", folder="left/right", dependencies=("left",)),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "dependencies", "dependents"),
    [
        ("core", (), ("fixtures", "storage")),
        ("storage", ("core",), ("app-one",)),
        ("App_One", ("storage",), ("root",)),
        ("fixtures", ("core",), ()),
        ("left", ("right",), ("right",)),
        ("unknown", (), ()),
    ],
)
def test_dependencies_between_members(name: str, dependencies: tuple[str, ...], dependents: tuple[str, ...]) -> None:
    assert (_GRAPH.dependencies(name), _GRAPH.dependents(name)) == (dependencies, dependents)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["core"], ("root", "core", "storage", "app-one", "fixtures"), id="everything-above"),
        pytest.param(["storage"], ("root", "storage", "app-one"), id="through-an-extra"),
        pytest.param(["left"], ("left", "right"), id="cycle"),
        pytest.param(["root"], ("root",), id="top"),
        pytest.param(["fixtures", "Right"], ("fixtures", "left", "right"), id="several"),
        pytest.param(["unknown"], (), id="unknown"),
        pytest.param([], (), id="none"),
    ],
)
def test_closure_of_dependents(names: list[str], expected: tuple[str, ...]) -> None:
    assert _GRAPH.closure_of_dependents(names) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("packages/core/src/core/__init__.py", "core"),
        ("packages/core", "core"),
        ("packages/core2/a.py", "root"),
        ("left/right/a.py", "right"),
        ("left/a.py", "left"),
        ("README.md", "root"),
        (".", "root"),
    ],
)
def test_the_innermost_package_holds_a_file(path: str, expected: str) -> None:
    package = _GRAPH.package_of(path)
    assert package is not None
    assert package.name == expected


def test_no_package_holds_a_file_beside_a_virtual_root() -> None:
    workspace = Workspace(packages=(Package(name="a", raw_name="a", folder="a"),), is_virtual=True)
    assert workspace.package_of("README.md") is None


# As those of sortedcontainers.
_OLD_CLASSIFIERS = ("Programming Language :: Python :: 2.7", "Programming Language :: Python :: 3.9")
_CLASSIFIERS = ("Programming Language :: Python :: 3.11", "Programming Language :: Python :: 3.12")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param([(">=3.13", ())], ("3.13", "3.14"), id="one"),
        pytest.param([(">=3.13", ()), ("<3.11", ())], ("3.10", "3.13", "3.14"), id="union"),
        pytest.param([(">=3.14", _CLASSIFIERS)], ("3.14",), id="requires-python-before-classifiers"),
        pytest.param([(None, _CLASSIFIERS)], ("3.11", "3.12"), id="classifiers"),
        pytest.param([(None, _OLD_CLASSIFIERS)], ("3.10", "3.11", "3.12", "3.13", "3.14"), id="old-classifiers"),
        pytest.param([(None, ())], ("3.10", "3.11", "3.12", "3.13", "3.14"), id="nothing-stated"),
        pytest.param([("<3.10", ())], (), id="only-older"),
        pytest.param([], ("3.10", "3.11", "3.12", "3.13", "3.14"), id="no-package"),
    ],
)
def test_supported_pythons(stated: list[tuple[str | None, tuple[str, ...]]], expected: tuple[str, ...]) -> None:
    packages = tuple(
        Package(name=f"p{number}", raw_name="p", folder=f"p{number}", requires_python=specifier, classifiers=lines)
        for number, (specifier, lines) in enumerate(stated)
    )
    assert Workspace(packages=packages).requires_python_minors() == expected


def test_minors_are_those_that_are_asked_for() -> None:
    package = Package(name="p", raw_name="p", folder=".", requires_python=">=3.9")
    assert Workspace(packages=(package,)).requires_python_minors(("3.8", "3.9", "3.12")) == ("3.9", "3.12")


_ROOT = """
[dependency-groups]
dev = ["Ruff>=0.10", {include-group = "test"}]
test = ["pytest"]
[tool.ruff]
[tool.pytest.ini_options]
[tool.uv]
dev-dependencies = ["mypy"]
[tool.uv.workspace]
members = ["pk/*"]
[tool.pdm.dev-dependencies]
lint = ["flake8"]
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.poetry.dev-dependencies]
black = "*"
[tool.hatch.envs.types]
dependencies = ["pyright"]
extra-dependencies = ["ruff"]
"""
_MEMBER = """
[project]
name = "a"
version = "1"
optional-dependencies = { lint = ["ruff"], redis = ["redis"], all_tests = ["pytest_cov"] }
[tool.ruff]
[tool.mypy]
"""
_HOOKS = """
repos:
- repo: https://git.invalid/astral-sh/ruff-pre-commit.git
  hooks:
  - id: ruff-check
  - id: ruff-format
- repo: local
  hooks: [{id: own-mypy, name: x}]
# - repo: https://git.invalid/psf/black
- repo: 3
"""


def _repository(tree: Tree) -> Repository:
    files = {
        "pyproject.toml": _ROOT,
        "pk/a/pyproject.toml": _MEMBER,
        "pk/a/src/a/__init__.py": "",
        "setup.cfg": "[mypy]\n[flake8]\nx = %(y)s\n",
        "tox.ini": "[tox]\n[flake8]\n",
        ".pre-commit-config.yaml": _HOOKS,
        "uv.lock": '[[package]]\nname = "ruff"\nversion = "1"\n',
    }
    return discover(tree.write(files))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("ruff", ["pyproject.toml", "pk/a/pyproject.toml"]),
        ("mypy", ["pk/a/pyproject.toml"]),
        ("pytest.ini_options", ["pyproject.toml"]),
        ("uv.workspace", ["pyproject.toml"]),
        ("pytest.missing", []),
        ("black", []),
    ],
)
def test_places_of_a_tool_table(tree: Tree, table: str, expected: list[str]) -> None:
    assert _repository(tree).tool_table_places(table) == expected


@pytest.mark.parametrize(
    ("section", "expected"),
    [("mypy", ["[mypy] in setup.cfg"]), ("flake8", ["[flake8] in setup.cfg", "[flake8] in tox.ini"]), ("x", [])],
)
def test_places_of_an_ini_section(tree: Tree, section: str, expected: list[str]) -> None:
    assert _repository(tree).ini_section_places(section) == expected


@pytest.mark.parametrize(
    ("distribution", "expected"),
    [
        ("ruff", ["the dependency group `dev`", "the Hatch environment `types`", "the extra `lint` of pk/a"]),
        ("pytest", ["the dependency group `test`"]),
        ("mypy", ["[tool.uv] dev-dependencies"]),
        ("flake8", ["the PDM group `lint`"]),
        ("Sphinx", ["the Poetry group `docs`"]),
        ("black", ["[tool.poetry] dev-dependencies"]),
        ("pyright", ["the Hatch environment `types`"]),
        ("pytest-cov", ["the extra `all_tests` of pk/a"]),
        ("redis", []),
    ],
)
def test_places_of_a_development_requirement(tree: Tree, distribution: str, expected: list[str]) -> None:
    assert _repository(tree).development_places(distribution) == expected


def test_hooks_by_their_ids_and_repositories(tree: Tree) -> None:
    hooks = {"ruff-pre-commit", "ruff-check", "ruff-format", "local", "own-mypy"}
    assert _repository(tree).pre_commit_hooks == hooks


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param("repos:\n  - a: [\n", 3, id="cut-off"),
        pytest.param("repos:\n\t- a\n", 2, id="tab"),
        pytest.param(b"repos: \xff\n", None, id="not-utf-8"),
    ],
)
def test_hooks_that_cannot_be_read_are_said(tree: Tree, content: str | bytes, line: int | None) -> None:
    repository = discover(tree.write({".pre-commit-config.yaml": content}))
    with pytest.raises(NoxkitError) as caught:
        _ = repository.pre_commit_hooks
    (record,) = caught.value.records
    assert (record.code, record.path, record.line) == ("NK-FILE-UNREADABLE", ".pre-commit-config.yaml", line)


@pytest.mark.parametrize(
    ("repository", "revision", "expected"),
    [
        pytest.param("https://example.org/astral-sh/ruff-pre-commit", "v0.15.16", {"ruff": "0.15.16"}, id="suffix"),
        pytest.param("https://example.org/pre-commit/mirrors-mypy/", "'v1.19.1'", {"mypy": "1.19.1"}, id="mirror"),
        pytest.param("https://example.org/x/pyright-python.git", "v1.1.408", {"pyright": "1.1.408"}, id="python"),
        pytest.param("https://example.org/crate-ci/typos", "v1.40.0", {"typos": "1.40.0"}, id="its-own"),
        pytest.param("https://example.org/crate-ci/typos", "v1", {}, id="a-tag-that-moves"),
        pytest.param("https://example.org/crate-ci/typos", "main", {}, id="a-branch"),
        pytest.param("local", "''", {}, id="local"),
    ],
)
def test_releases_that_hooks_pin(tree: Tree, repository: str, revision: str, expected: dict[str, str]) -> None:
    content = f"repos:\n  - repo: {repository}\n    rev: {revision}\n    hooks: []\n"
    assert discover(tree.write({".pre-commit-config.yaml": content})).pre_commit_versions == expected


@pytest.mark.parametrize("content", ["", "[]", "repos: 3", "repos: [3, {hooks: 3}, {hooks: [3]}]"])
def test_hooks_of_another_shape_are_none(tree: Tree, content: str) -> None:
    assert not discover(tree.write({".pre-commit-config.yaml": content})).pre_commit_hooks


def test_locked_versions_of_the_root(tree: Tree) -> None:
    assert dict(_repository(tree).locked_versions) == {"ruff": ("1",)}


def test_files_of_the_root_by_name(tree: Tree) -> None:
    repository = _repository(tree)
    assert repository.has_file("tox.ini")
    assert not repository.has_file("pk")
    assert not repository.has_file("mypy.ini")


def test_files_by_patterns(tree: Tree) -> None:
    repository = _repository(tree)
    assert repository.files_matching(["**/pyproject.toml"]) == ("pk/a/pyproject.toml", "pyproject.toml")
    assert repository.python_files(["pk", "docs"]) == ("pk/a/src/a/__init__.py",)
    assert repository.python_files(["docs"]) == ()


def test_nothing_changes_while_a_repository_lives(tree: Tree) -> None:
    repository = _repository(tree)
    before = (repository.files, repository.locked_versions, repository.pre_commit_hooks)
    tree.write({"new.py": "", "uv.lock": "", ".pre-commit-config.yaml": ""})
    assert (repository.files, repository.locked_versions, repository.pre_commit_hooks) == before
