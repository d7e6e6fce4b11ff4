# SPDX-License-Identifier: Apache-2.0
"""`sbom`: documents that their own libraries take, with the same bytes for the same files."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from noxkit.diagnostics.model import Status
from noxkit.environments.uv import find_uv
from noxkit.release._files import plan_sbom
from noxkit.tasks.process import Runner
from tests._trees import BACKEND, PYTHON, Repo, outcome, wheel

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = f"""\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"
license = "MIT"
requires-python = ">={PYTHON}"
dependencies = ["alpha"]

[project.optional-dependencies]
more = ["gamma"]

[dependency-groups]
dev = ["delta"]

[tool.uv]
find-links = ["links"]
no-index = true

[tool.noxkit]
python = ["{PYTHON}"]
"""
FILE = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def built(repo: Repo) -> Repo:
    """A project with a lock, whose wheel lies in `dist/`: `alpha` needs `beta`, an extra `gamma`, its group `delta`."""
    repo.write({"pyproject.toml": PROJECT, "backend.py": BACKEND, "src/demo/__init__.py": "", ".gitignore": ".nox/\n"})
    wheel(repo.root / "links", "alpha", "1.0", requires=["beta"])
    for name in ("beta", "gamma", "delta"):
        wheel(repo.root / "links", name, "2.0")
    wheel(repo.root / "dist", "demo", "1.0")
    uv = find_uv(Runner(root=repo.root), repo.environ, root=repo.root, required=None)
    assert uv.run(["lock"], task="setup").returncode == 0
    repo.commit("chore: begin")
    return repo


def documents(repo: Repo) -> tuple[dict[str, Any], dict[str, Any]]:
    folder = repo.root / ".nox" / "noxkit" / "sbom"
    return json.loads((folder / f"{FILE}.cdx.json").read_text()), json.loads((folder / f"{FILE}.spdx.json").read_text())


def test_what_a_file_brings_along(built: Repo) -> None:
    done = outcome(built.run(planner=plan_sbom, session="sbom"), "sbom")
    assert (done.status, done.evidence["distributions"]) == (Status.PASSED, 3)
    cyclonedx, spdx = documents(built)
    own = cyclonedx["metadata"]["component"]
    digest = hashlib.sha256((built.root / "dist" / FILE).read_bytes()).hexdigest()
    assert (own["name"], own["version"], own["licenses"]) == ("demo", "1.0", [{"expression": "MIT"}])
    assert own["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert {each["name"]: each["version"] for each in cyclonedx["components"]} == {
        "alpha": "1.0",
        "beta": "2.0",
        "gamma": "2.0",
    }
    edges = {each["ref"]: each["dependsOn"] for each in cyclonedx["dependencies"]}
    assert edges[own["bom-ref"]] == ["pkg:pypi/alpha@1.0", "pkg:pypi/gamma@2.0"]
    assert edges["pkg:pypi/alpha@1.0"] == ["pkg:pypi/beta@2.0"]
    relations = {(each["spdxElementId"], each["relatedSpdxElement"]) for each in spdx["relationships"]}
    assert ("SPDXRef-alpha-1.0", "SPDXRef-beta-2.0") in relations
    assert ("SPDXRef-DOCUMENT", "SPDXRef-demo-1.0") in relations


def test_the_libraries_of_both_formats_take_the_documents(built: Repo) -> None:
    built.run(planner=plan_sbom, session="sbom")
    folder = built.root / ".nox" / "noxkit" / "sbom"
    validator = JsonStrictValidator(SchemaVersion.V1_5)
    assert validator.validate_str((folder / f"{FILE}.cdx.json").read_text()) is None
    assert validate_full_spdx_document(parse_file(str(folder / f"{FILE}.spdx.json"))) == []


def test_the_same_files_give_the_same_bytes(built: Repo, tmp_path: Path) -> None:
    built.run(planner=plan_sbom, session="sbom")
    first = documents(built)
    other = Repo(tmp_path / "elsewhere", built.environ)
    built.git("clone", "-q", ".", str(other.root))
    other.run(planner=plan_sbom, session="sbom")
    assert documents(other) == first


def test_without_a_built_file_nothing_is_said(built: Repo) -> None:
    (built.root / "dist" / FILE).unlink()
    done = outcome(built.run(planner=plan_sbom, session="sbom"), "sbom")
    assert (done.status, done.reason) == (Status.INCONCLUSIVE, "no built file of demo is in dist/")


def test_without_a_lock_it_is_not_due(built: Repo) -> None:
    (built.root / "uv.lock").unlink()
    done = outcome(built.run(planner=plan_sbom, session="sbom"), "sbom")
    assert done.status is Status.SKIPPED
