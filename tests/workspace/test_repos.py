# SPDX-License-Identifier: Apache-2.0
"""The trees of tests/repos, as the workspace sees them."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest
import uv

from noxkit.workspace.discovery import discover

REPOS = Path(__file__).parents[1] / "repos"

_PLUGINS = ["acme-plugin-batch", "acme-plugin-csv", "acme-plugin-ini", "acme-plugin-json"]


@pytest.mark.parametrize(
    ("repo", "name", "version", "roots", "names", "pythons", "publish"),
    [
        ("flat", "flat-scales", "2.1.0", ["."], ["flat_scales"], "3.11 3.12 3.13 3.14", True),
        ("src", "src-scales", None, ["src"], ["src_scales"], "3.12 3.13", True),
        ("module", "module-scales", "3", ["."], ["module_scales"], "3.10 3.11 3.12 3.13 3.14", False),
        ("poetry", "poetry-scales", "1.2.3", ["lib"], ["poetry_scales"], "3.10 3.11 3.12 3.13 3.14", True),
        ("setup_cfg", "cfg-scales", None, ["src"], ["cfg_scales"], "3.10 3.11 3.12", False),
    ],
)
def test_a_single_package(
    repo: str, name: str, version: str | None, roots: list[str], names: list[str], pythons: str, publish: bool
) -> None:  # fmt: skip
    repository = discover(REPOS / repo)
    (package,) = repository.workspace.packages
    assert (package.name, package.version, package.publish) == (name, version, publish)
    assert (list(package.import_roots), list(package.import_names)) == (roots, names)
    assert " ".join(repository.pythons) == pythons
    assert repository.development_places("pytest") or repo not in {"poetry", "setup_cfg"}


def test_acme_is_a_virtual_workspace_of_a_dozen_members() -> None:
    workspace = discover(REPOS / "acme").workspace
    assert (len(workspace.packages), workspace.is_uv, workspace.is_virtual) == (12, True, True)


def test_uv_lists_the_same_members_of_acme(tmp_path: Path) -> None:
    command = [uv.find_uv_bin(), "workspace", "list", "--offline", "--no-config", "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=REPOS / "acme", capture_output=True, text=True, check=True)
    members = {package.name for package in discover(REPOS / "acme").workspace.packages}
    assert set(done.stdout.split()) == members


def test_acme_shares_its_namespaces() -> None:
    packages = discover(REPOS / "acme").workspace.packages
    names = [name for package in packages for name in package.import_names]
    assert len(names) == len(set(names)) == 12
    assert {"acme.core", "acme.plugins.csv", "acme.plugins.json", "acme_testing"} <= set(names)


@pytest.mark.parametrize(
    ("names", "untouched"),
    [
        (["acme-core"], {"acme-config", "acme-events"}),
        (["acme-events"], {"acme-config", "acme-core", "acme-pricing", "acme-testing", *_PLUGINS}),
        (["acme-cli"], None),
    ],
)
def test_dependents_in_acme(names: list[str], untouched: set[str] | None) -> None:
    workspace = discover(REPOS / "acme").workspace
    everything = {package.name for package in workspace.packages}
    reached = set(workspace.closure_of_dependents(names))
    assert reached == (set(names) if untouched is None else everything - untouched)


def test_one_member_of_acme_needs_a_newer_python() -> None:
    repository = discover(REPOS / "acme")
    assert repository.pythons == ("3.10", "3.11", "3.12", "3.13", "3.14")
    assert [package.name for package in repository.workspace.packages if not package.admits("3.11")] == [
        "acme-plugin-batch"
    ]


@dataclasses.dataclass(frozen=True)
class _Kind:
    name: str
    paths: list[str]
    publish: bool | None = None


def test_kinds_of_acme() -> None:
    kinds = [
        _Kind("plugin", ["plugins/*"]),
        _Kind("private", ["services/*", "tools/*"]),
        _Kind("library", ["packages/*"]),
    ]
    packages = discover(REPOS / "acme", kinds=kinds).workspace.packages
    assert {package.kind for package in packages} == {"plugin", "private", "library"}
    assert {package.name for package in packages if not package.publish} == {"acme-api", "acme-testing"}


def test_no_lock_is_kept_in_the_repository() -> None:
    done = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "--", "*uv.lock"], cwd=REPOS, capture_output=True, check=False
    )
    assert done.stdout == b""
