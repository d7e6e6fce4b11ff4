# SPDX-License-Identifier: Apache-2.0
"""What an sdist holds that nobody wants, and what only looks like it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.rules import load_families

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

SDIST = "demo-1.0.tar.gz"
RULES = list(load_families()["sdist_contents"].values())
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n"
PASSWORD = "DB_PASSWORD=k8Qz2vTn5Lw9RbXe4HsY\n"  # noqa: S105 -- made up
TOKEN = "glpat-" + "Zq7vR2mXk9LtB4wYpN3s"


def _found(artifacts: Artifacts, files: dict[str, str]) -> list[tuple[str, Severity]]:
    recipe = "[files]\n" + "".join(f"{json.dumps(f'demo-1.0/{k}')} = {json.dumps(v)}\n" for k, v in files.items())
    return sorted(
        {(each.code.removeprefix("NK-"), each.severity) for each in artifacts.find_by(RULES, {SDIST: recipe})}
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (".git/HEAD", "SDIST-JUNK"),
        ("vendor/x/.git/config", "SDIST-JUNK"),
        (".hg/store", "SDIST-JUNK"),
        (".svn/entries", "SDIST-JUNK"),
        ("CVS/Root", "SDIST-JUNK"),
        (".venv/bin/python", "SDIST-JUNK"),
        ("env/pyvenv.cfg", "SDIST-JUNK"),
        (".tox/py312/x", "SDIST-JUNK"),
        (".nox/lint/x", "SDIST-JUNK"),
        (".mypy_cache/3.12/a.json", "SDIST-JUNK"),
        ("src/.pytest_cache/v", "SDIST-JUNK"),
        (".ruff_cache/x", "SDIST-JUNK"),
        (".ipynb_checkpoints/a.ipynb", "SDIST-JUNK"),
        (".coverage", "SDIST-JUNK"),
        (".coverage.host.123.XyZ", "SDIST-JUNK"),
        ("src/demo/core.py.orig", "SDIST-JUNK"),
        ("src/demo/core.py.rej", "SDIST-JUNK"),
        ("src/demo/core_BACKUP_1234.py", "SDIST-JUNK"),
        ("src/demo/core.py~", "SDIST-JUNK"),
        ("src/demo/#core.py#", "SDIST-JUNK"),
        ("src/demo/.#core.py", "SDIST-JUNK"),
        ("src/demo/.core.py.swp", "SDIST-JUNK"),
        (".github/workflows/ci.yml", "SDIST-CI-FILES"),
        (".gitignore", None),  # hatchling adds it whatever is excluded
        (".gitattributes", "SDIST-CI-FILES"),
        ("lib/.git", "SDIST-CI-FILES"),
        (".travis.yml", "SDIST-CI-FILES"),
        (".vscode/settings.json", "SDIST-CI-FILES"),
        ("src/.DS_Store", "JUNK-FILE"),
        ("._pyproject.toml", "JUNK-FILE"),
        ("__MACOSX/x", "JUNK-FILE"),
        ("docs2/Thumbs.db", "JUNK-FILE"),
        ("src/demo/__pycache__/a.cpython-312.pyc", "BYTECODE"),
        ("src/demo/a.pyo", "BYTECODE"),
        ("tests/__pycache__/a.cpython-312.pyc", "BYTECODE"),
        (".gitattributes.md", None),
        ("src/git/a.py", None),
        ("src/github/a.py", None),
        ("src/demo/orig.py", None),
        ("src/demo/coverage.py", None),
        (".coveragerc", None),
        (".pre-commit-config.yaml", None),
        ("tox.ini", None),
        ("tests/data/a.orig", None),
        ("tests/repos/one/.git/HEAD", None),
        ("src/demo/templates/.gitignore", None),
        ("tests/data/a.pyc", None),
        ("src/demo/pycache.py", None),
        ("src/demo/_a.py", None),
        ("ui/package.json.orig", None),
        ("venv.py", None),
    ],
)
def test_leftovers(artifacts: Artifacts, path: str, code: str | None) -> None:
    severity = Severity.INFO if code == "SDIST-CI-FILES" else Severity.ERROR
    assert _found(artifacts, {path: "x"}) == ([(code, severity)] if code else [])


@pytest.mark.parametrize(
    ("backend", "hint"),
    [
        ("setuptools.build_meta", "MANIFEST.in"),
        ("uv_build", "[tool.uv.build-backend]"),
        ("flit_core.buildapi", "[tool.flit.sdist]"),
        ("pdm.backend", "[tool.pdm.build]"),
        ("own", "[tool.hatch.build.targets.sdist], `prune`"),
    ],
)
def test_the_hint_is_that_of_the_backend(artifacts: Artifacts, backend: str, hint: str) -> None:
    manifest = f"[build-system]\nrequires = []\nbuild-backend = '{backend}'\n"
    recipe = f'[files]\n"demo-1.0/.gitignore" = "x"\n[pyproject]\ntext = """{manifest}"""\n'
    (finding,) = artifacts.find("NK-SDIST-CI-FILES", {SDIST: recipe})
    assert hint in finding.hint


def test_a_folder_is_one_finding_with_the_number_of_its_files(artifacts: Artifacts) -> None:
    recipe = "[files]\n" + "".join(f'"demo-1.0/.git/objects/{number}" = ""\n' for number in range(40))
    (finding,) = artifacts.find("NK-SDIST-JUNK", {SDIST: recipe})
    assert "(40 files)" in finding.message
    assert (finding.path or "").endswith("demo-1.0/.git")


def test_many_leftovers_are_twenty_findings(artifacts: Artifacts) -> None:
    recipe = "[files]\n" + "".join(f'"demo-1.0/a{number}.orig" = ""\n' for number in range(50))
    found = artifacts.find("NK-SDIST-JUNK", {SDIST: recipe})
    assert len(found) == 20
    assert any("30 more" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        (".env", PASSWORD, Severity.ERROR),
        (".env.production", PASSWORD, Severity.ERROR),
        ("deploy/.pypirc", "", Severity.ERROR),
        (".netrc", "", Severity.ERROR),
        ("_netrc", "", Severity.ERROR),
        ("deploy/id_rsa", KEY, Severity.ERROR),
        ("deploy/server.pem", KEY, Severity.ERROR),
        ("deploy/server.key", "# made by hand\n" + KEY, Severity.ERROR),
        ("src/demo/settings.py", f"TOKEN = '{TOKEN}'\n", Severity.ERROR),
        ("tests/server.pem", KEY, Severity.INFO),
        ("dummyserver/certs/server.key", KEY, Severity.INFO),
        ("tests/.env", PASSWORD, Severity.INFO),
        ("deploy/ca.pem", "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n", None),
        ("deploy/id_rsa.pub", "ssh-rsa AAAA", None),
        (".env.example", PASSWORD, None),
        (".env.sample", PASSWORD, None),
        (".envrc", "use nix", None),
        ("id_map.py", "x = 1", None),
        ("src/demo/a.py", f"TOKEN = '{'ghp_' + 'x' * 36}'\n", None),
    ],
)
def test_secrets(artifacts: Artifacts, path: str, text: str, severity: Severity | None) -> None:
    assert _found(artifacts, {path: text}) == ([("SECRET-FILE", severity)] if severity else [])


def test_the_keys_of_tests_are_one_finding(artifacts: Artifacts) -> None:
    recipe = "[files]\n" + "".join(f'"demo-1.0/tests/{number}.pem" = {json.dumps(KEY)}\n' for number in range(9))
    (finding,) = artifacts.find("NK-SECRET-FILE", {SDIST: recipe})
    assert "the first of 9 entries" in finding.message


def test_no_finding_shows_the_secret(artifacts: Artifacts) -> None:
    recipe = f'[files]\n"demo-1.0/src/demo/a.py" = "TOKEN = \'{TOKEN}\'"\n"demo-1.0/.env" = {json.dumps(PASSWORD)}'
    found = artifacts.find("NK-SECRET-FILE", {SDIST: recipe})
    assert len(found) == 2
    assert not any(TOKEN in finding.message or "k8Qz" in finding.message for finding in found)
