# SPDX-License-Identifier: Apache-2.0
"""What of a tool's inputs can be known: its configuration stays in the tree, and its environment is noxkit's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.engine._inputs import Unknowable, environment_digest
from noxkit.engine._results import refuse_elsewhere
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from pathlib import Path

    from tests._trees import Repo

STAYS = {
    "no table": ("ruff", {"pyproject.toml": ""}),
    "folders of the tree": ("ruff", {"pyproject.toml": '[tool.ruff]\nsrc = ["src", "packages/*/src"]\n'}),
    "an excluded environment": ("ruff", {"pyproject.toml": '[tool.ruff]\nexclude = [".venv", "/abs"]\n'}),
    "a rule's own words": ("ruff", {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E", "D"]\nignore = ["D107"]\n'}),
    "stubs of the tree": ("pyright", {"pyproject.toml": '[tool.pyright]\nstubPath = "typings"\n'}),
    "a comment": ("pyright", {"pyrightconfig.json": '{\n// "venv": "../x"\n"strict": ["src"]}'}),
    "an excluded folder": ("mypy", {"mypy.ini": "[mypy]\nexclude = ^/build\nstrict = true\n"}),
    "words": ("typos", {"pyproject.toml": '[tool.typos.default.extend-words]\nte = "te"\n'}),
}
LEADS_OUT = {
    "a table of a parent": ("ruff", {"pyproject.toml": '[tool.ruff]\nextend = "../ruff.toml"\n'}),
    "a path of this machine": ("ruff", {"pyproject.toml": '[tool.ruff]\nsrc = ["/srv/shared"]\n'}),
    "what git ignores": ("ruff", {"pyproject.toml": "[tool.ruff]\nrespect-gitignore = false\n"}),
    "in its own file": ("ruff", {"ruff.toml": 'extend = "../ruff.toml"\n'}),
    "another environment": ("pyright", {"pyproject.toml": '[tool.pyright]\nvenvPath = "."\nvenv = ".venv"\n'}),
    "in JSON": ("pyright", {"pyrightconfig.json": '{"extraPaths": ["../lib"]}'}),
    "the home": ("pyright", {"pyproject.toml": '[tool.pyright]\nextraPaths = ["~/lib"]\n'}),
    "another interpreter": ("mypy", {"mypy.ini": "[mypy]\npython_executable = bin/python\n"}),
    "a path for mypy": ("mypy", {"setup.cfg": "[mypy]\nmypy_path = ../stubs\n"}),
    "an environment of ty": ("ty", {"pyproject.toml": '[tool.ty.environment]\nextra-paths = ["../x"]\n'}),
    "site packages": ("pyrefly", {"pyproject.toml": '[tool.pyrefly]\nsite-package-path = ["x"]\n'}),
    "files that git ignores": ("typos", {"typos.toml": "[files]\nignore-vcs = false\n"}),
}


@pytest.mark.parametrize(("tool", "files"), STAYS.values(), ids=STAYS.keys())
def test_a_configuration_that_stays_in_the_tree_is_known(repo: Repo, tool: str, files: dict[str, str]) -> None:
    repo.write({"pyproject.toml": "", **files})
    refuse_elsewhere(repo.context(), load_tools()[tool])


@pytest.mark.parametrize(("tool", "files"), LEADS_OUT.values(), ids=LEADS_OUT.keys())
def test_one_that_may_lead_out_of_it_is_not(repo: Repo, tool: str, files: dict[str, str]) -> None:
    repo.write({"pyproject.toml": "", **files})
    with pytest.raises(Unknowable, match="may lead out of the tree"):
        refuse_elsewhere(repo.context(), load_tools()[tool])


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with a module and a package in it."""
    folder = tmp_path / "tree" / ".nox" / "3.12"
    packages = folder / "lib" / "python3.12" / "site-packages"
    (packages / "six-1.0.dist-info").mkdir(parents=True)
    (packages / "six.py").write_text("a = 1\n")
    (folder / "pyvenv.cfg").write_text("version_info = 3.12.1\n")
    return folder


def test_a_change_of_an_installed_file_is_seen(environment: Path) -> None:
    root = environment.parents[1]
    before = environment_digest(environment, root=root)
    assert environment_digest(environment, root=root) == before
    (environment / "lib/python3.12/site-packages/six.py").write_text("b = 23\n")
    assert environment_digest(environment, root=root) != before


def installed_from(environment: Path, url: str, *, editable: bool = True) -> None:
    record = {"url": url, "dir_info": {"editable": editable}}
    folder = environment / "lib/python3.12/site-packages/six-1.0.dist-info"
    (folder / "direct_url.json").write_text(json.dumps(record))


def test_what_is_edited_in_the_tree_is_known(environment: Path) -> None:
    root = environment.parents[1]
    installed_from(environment, f"file://{root}/packages/six")
    assert environment_digest(environment, root=root)


def test_what_is_edited_elsewhere_is_not(environment: Path) -> None:
    installed_from(environment, "file:///srv/six")
    with pytest.raises(Unknowable, match=r"six is installed from file:///srv/six, outside of the tree"):
        environment_digest(environment, root=environment.parents[1])


def test_packages_of_the_system_are_not_known(environment: Path) -> None:
    (environment / "pyvenv.cfg").write_text("include-system-site-packages = true\n")
    with pytest.raises(Unknowable, match="packages of the system"):
        environment_digest(environment, root=environment.parents[1])


def test_an_environment_that_is_not_there_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(Unknowable, match="cannot be read"):
        environment_digest(tmp_path / "none", root=tmp_path)
