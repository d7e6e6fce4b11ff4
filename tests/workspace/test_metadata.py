# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.workspace._poetry import specifier
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from noxkit.workspace.model import Package
    from tests.workspace.conftest import Tree


def _package(tree: Tree, **files: str) -> Package:
    names = {"pyproject": "pyproject.toml", "cfg": "setup.cfg", "script": "setup.py"}
    root = tree.write({names[key]: content for key, content in files.items()})
    (package,) = discover(root).workspace.packages
    return package


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^3.10", ">=3.10,<4"),
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~3.10", ">=3.10,<3.11"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~3", ">=3,<4"),
        ("~=3.10", "~=3.10"),
        ("3.11", "==3.11"),
        ("3.*", "==3.*"),
        ("*", ""),
        (">=3.10,<3.13", ">=3.10,<3.13"),
        (">= 3.10 < 3.13", ">=3.10,<3.13"),
        ("^3.10 || ^4.0", ">=3.10,<4 || >=4.0,<5"),
        ("!=3.11.1", "!=3.11.1"),
    ],
)
def test_poetry_constraint_as_a_specifier(constraint: str, expected: str) -> None:
    assert specifier(constraint) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param('"^2.1"', "Dep>=2.1,<3", id="caret"),
        pytest.param('"*"', "Dep", id="any"),
        pytest.param('{ version = "1.0", extras = ["a", "b"] }', "Dep[a,b]==1.0", id="extras"),
        pytest.param('{ version = ">=1", markers = "os_name == \'nt\'" }', "Dep>=1 ; os_name == 'nt'", id="marker"),
        pytest.param('{ git = "file:///srv/dep.git", tag = "v1" }', "Dep @ git+file:///srv/dep.git@v1", id="git"),
        pytest.param('"^1 || ^2"', "Dep", id="alternatives"),
    ],
)  # fmt: skip
def test_poetry_dependency_as_a_requirement(tree: Tree, entry: str, expected: str) -> None:
    package = _package(tree, pyproject=f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nDep = {entry}\n')
    assert package.dependencies == (expected,)


def test_poetry_path_dependency_never_comes_from_the_index(tree: Tree) -> None:
    table = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\ndep = { path = "../dep" }\n'
    package = _package(tree, pyproject=table)
    assert package.dependencies == (f"dep @ {(tree.root.parent / 'dep').as_uri()}",)


_STATIC = "setup(name='Acme_Web', version='1', python_requires='>=3.11', install_requires=['a>1', 'b'])"


@pytest.mark.parametrize(
    ("script", "name", "version", "requires_python", "dependencies"),
    [
        pytest.param(_STATIC, "acme-web", "1", ">=3.11", ("a>1", "b"), id="literals"),
        pytest.param(f"import setuptools\nsetuptools.{_STATIC}", "acme-web", "1", ">=3.11", ("a>1", "b"), id="module"),
        pytest.param("V = '2'\nsetup(name='a', version=V)", "a", "2", None, (), id="constant"),
        pytest.param("setup(name='a', version=open('V').read())", "a", None, None, (), id="computed"),
        pytest.param("setup(name='a', install_requires='x\\ny')", "a", None, None, ("x", "y"), id="text"),
        pytest.param("R = '\\d'\nsetup(name='a')", "a", None, None, (), id="invalid-escape"),
        pytest.param("if True:\n    setup(name='a')", "a", None, None, (), id="nested"),
        pytest.param("setup(**CONFIG)", "tree", None, None, (), id="name-of-the-folder"),
    ],
)  # fmt: skip
def test_setup_script_is_read_and_not_run(
    tree: Tree, script: str, name: str, version: str | None, requires_python: str | None, dependencies: tuple[str, ...]
) -> None:
    package = _package(tree, script=f"{script}\nraise SystemExit(9)\n")
    found = (package.name, package.version, package.requires_python, package.dependencies)
    assert found == (name, version, requires_python, dependencies)


@pytest.mark.parametrize("script", ["print('no setup here')", "def broken(:", "\0", "x = '" + "(" * 5000])
def test_a_script_without_setup_is_no_package(tree: Tree, script: str) -> None:
    assert discover(tree.write({"setup.py": script})).workspace.packages == ()


def test_dynamic_fields_come_from_setup_cfg(tree: Tree) -> None:
    package = _package(
        tree,
        pyproject='[project]\nname = "a"\ndynamic = ["version", "requires-python", "dependencies"]\n',
        cfg="[metadata]\nversion = 4\n[options]\npython_requires = >=3.12\ninstall_requires =\n  x\n  # no\n  y>2\n",
    )
    assert (package.version, package.requires_python, package.dependencies) == ("4", ">=3.12", ("x", "y>2"))


def test_project_table_decides_what_it_does_not_call_dynamic(tree: Tree) -> None:
    package = _package(
        tree,
        pyproject='[project]\nname = "a"\nversion = "1"\n',
        cfg="[metadata]\nname = b\nversion = 4\n[options]\npython_requires = >=3.12\n",
    )
    assert (package.name, package.version, package.requires_python) == ("a", "1", None)


_GROUPS = """
[dependency-groups]
test = ["pytest", {include-group = "Co-Ver"}]
co_ver = ["coverage"]
dev = [{include-group = "test"}, "ruff", {include-group = "dev"}, {include-group = "gone"}, "pytest"]
[tool.uv]
dev-dependencies = ["uv-dev"]
[tool.pdm.dev-dependencies]
lint = ["flake8"]
[tool.poetry.group.docs.dependencies]
sphinx = "^8"
[tool.hatch.envs.hatch-test]
dependencies = ["anyio", "here @ {root:uri}"]
extra-dependencies = ["trio"]
"""


def test_groups_of_every_kind_with_their_inclusions(tree: Tree) -> None:
    package = _package(tree, pyproject='[project]\nname = "a"\nversion = "1"\n' + _GROUPS)
    assert package.groups == {
        "test": ("pytest", "coverage"),
        "co_ver": ("coverage",),
        "dev": ("pytest", "coverage", "ruff", "uv-dev"),
        "lint": ("flake8",),
        "docs": ("sphinx>=8,<9",),
        "hatch-test": ("anyio", "trio"),
    }


@pytest.mark.parametrize(
    "project",
    [
        'name = 3\nversion = ["1"]\nrequires-python = 3.1\nclassifiers = "x"\ndependencies = "x"',
        'dependencies = [1, {}]\noptional-dependencies = ["a"]\nclassifiers = [1]',
        "",
    ],
)
def test_values_of_the_wrong_type_count_as_absent(tree: Tree, project: str) -> None:
    package = _package(tree, pyproject=f"[project]\n{project}\n[dependency-groups]\na = 3\nb = [3]\n")
    assert (package.name, package.version, package.dependencies, package.extras) == ("tree", None, (), {})
    assert package.groups == {"a": (), "b": ()}
