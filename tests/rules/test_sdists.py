# SPDX-License-Identifier: Apache-2.0
"""Source distributions: name, format, folder, PKG-INFO, pyproject.toml and sparse files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.rules import load_families

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

RULES = list(load_families()["sdists"].values())
EMPTY = "".join(
    f'"{{root}}/{name}" = false\n'
    for name in ("PKG-INFO", "pyproject.toml", "src/demo/__init__.py", "LICENSE", "README.md")
)
SETUP = '"{root}/setup.py" = "import setuptools"\n'


def _codes(artifacts: Artifacts, file: str, recipe: str | bytes = "") -> list[str]:
    return sorted({finding.code.removeprefix("NK-SDIST-") for finding in artifacts.find_by(RULES, {file: recipe})})


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        ("demo-1.0.tar.gz", []),
        ("demo-1!2.0rc1.post2.dev3.tar.gz", []),
        ("acme_demo-1.0.tar.gz", []),
        ("acme2_demo-1.0.tar.gz", []),
        ("demo-1.0+local.1.tar.gz", []),
        ("Demo-1.0.tar.gz", ["FILENAME"]),
        ("acme-demo-1.0.tar.gz", ["FILENAME"]),
        ("acme.demo-1.0.tar.gz", ["FILENAME"]),
        ("acme__demo-1.0.tar.gz", ["FILENAME"]),
        ("demo-v1.0.tar.gz", ["FILENAME"]),
        ("demo-1.0.0-beta.tar.gz", ["FILENAME"]),
        ("demo-1.0.RC1.tar.gz", ["FILENAME"]),
        ("demo-01.0.tar.gz", ["FILENAME"]),
        ("demo-1.0-1.tar.gz", ["FILENAME"]),
        ("demo.tar.gz", ["FILENAME"]),
        ("demo-latest.tar.gz", ["FILENAME"]),
        ("demo-1.0.zip", ["FORMAT"]),
        ("demo-1.0.tgz", ["FORMAT"]),
        ("Demo-1.0.zip", ["FILENAME", "FORMAT"]),
    ],
)
def test_file_names(artifacts: Artifacts, file: str, codes: list[str]) -> None:
    found = [code for code in _codes(artifacts, file) if code in {"FILENAME", "FORMAT"}]
    assert found == codes


@pytest.mark.parametrize("form", ["tar", "tar.bz2", "garbage", "empty"])
def test_what_is_no_tar_under_gzip_lacks_nothing(artifacts: Artifacts, form: str) -> None:
    """Of a file that cannot be read nothing is known to be missing."""
    assert _codes(artifacts, "demo-1.0.tar.gz", f'[archive]\nformat = "{form}"') == []


@pytest.mark.parametrize("suffix", ["tar", "tar.bz2"])
def test_other_compressions_are_named(artifacts: Artifacts, suffix: str) -> None:
    (finding,) = artifacts.find_by(RULES, {f"demo-1.0.{suffix}": f'[archive]\nformat = "{suffix}"'})
    assert f"a `.{suffix}`" in finding.message


@pytest.mark.parametrize(
    ("recipe", "codes"),
    [
        ('[files]\n"demo-1.0/" = ""', []),
        ('[files]\n"demo-1.0/other-2.0/x" = ""', []),
        ('[archive.pax]\ncomment = "abc"', []),
        ('[files]\n"README.md" = ""', ["SINGLE-ROOT"]),
        ('[files]\n"demo/x" = ""', ["SINGLE-ROOT"]),
        ('[files]\n"demo-1.0.egg-info/x" = ""\n"x/y" = ""', ["SINGLE-ROOT"]),
        (f"[files]\n{EMPTY}", ["SINGLE-ROOT"]),
        (f'[files]\n{EMPTY}"demo-1.0" = ""', ["PKG-INFO-MISSING", "PYPROJECT-MISSING", "SINGLE-ROOT"]),
        (f'[files]\n{EMPTY}"demo-main/PKG-INFO" = "Name: demo\\n"\n"demo-main/pyproject.toml" = ""', ["ROOT-NAME"]),
        (f'[files]\n{EMPTY}"Demo-1.0/PKG-INFO" = "Name: demo\\n"\n"Demo-1.0/pyproject.toml" = ""', ["ROOT-NAME"]),
        ('[files]\n"{root}/PKG-INFO" = false', ["PKG-INFO-MISSING"]),
        ('[files]\n"{root}/PKG-INFO" = false\n"{root}/pkg-info" = ""', ["PKG-INFO-MISSING"]),
        ('[files]\n"{root}/PKG-INFO" = false\n"{root}/demo.egg-info/PKG-INFO" = ""', ["PKG-INFO-MISSING"]),
        ('[members."{root}/PKG-INFO"]\nlink = "README.md"', ["PKG-INFO-MISSING"]),
        ('[files]\n"{root}/pyproject.toml" = false', ["PYPROJECT-MISSING"]),
        ('[files]\n"{root}/pyproject.toml" = false\n"{root}/x/pyproject.toml" = ""', ["PYPROJECT-MISSING"]),
        ('[files]\n"{root}/pyproject.toml" = ""', []),
        ('[members."{root}/x"]\ntype = "sparse"', ["SPARSE"]),
        ('[members."{root}/x".pax]\n"GNU.sparse.map" = "0,1"', ["SPARSE"]),
        ('[members."{root}/x".pax]\n"comment" = "GNU.sparse.map"', []),
    ],
)
def test_what_is_in_an_sdist(artifacts: Artifacts, recipe: str, codes: list[str]) -> None:
    assert _codes(artifacts, "demo-1.0.tar.gz", recipe) == codes


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ('Name = "Demo"', []),
        ('Version = "1"', []),
        ('Version = "v1.0.0"', []),
        ("Name = false", []),
        ("Version = false", []),
        ('Version = "latest"', []),
        ('Name = "demos"', ["Name"]),
        ('Name = "demo-1"', ["Name"]),
        ('Version = "1.0.1"', ["Version"]),
        ('Version = "1.0rc1"', ["Version"]),
        ('Version = "1.0+local"', ["Version"]),
        ('Name = "other"\nVersion = "2"', ["Name", "Version"]),
    ],
)
def test_pkg_info_against_the_file_name(artifacts: Artifacts, metadata: str, words: list[str]) -> None:
    found = artifacts.find("NK-SDIST-PKG-INFO-MISMATCH", {"demo-1.0.tar.gz": f"[metadata]\n{metadata}"})
    assert sorted(word for finding in found for word in ("Name", "Version") if f"`{word}:" in finding.message) == words
    assert all(finding.line for finding in found)


@pytest.mark.parametrize(
    ("more", "severity"), [("", Severity.ERROR), (SETUP, Severity.WARNING)], ids=["nothing", "setup.py"]
)
def test_a_project_with_a_setup_py_still_builds(artifacts: Artifacts, more: str, severity: Severity) -> None:
    recipe = f'[files]\n"{{root}}/pyproject.toml" = false\n{more}'
    (finding,) = artifacts.find("NK-SDIST-PYPROJECT-MISSING", {"demo-1.0.tar.gz": recipe})
    assert finding.severity is severity


def test_nothing_is_missing_from_a_file_that_breaks_off(artifacts: Artifacts) -> None:
    recipe = '[files]\n"{root}/PKG-INFO" = false\n[archive]\ntar-truncate = 1600'
    assert _codes(artifacts, "demo-1.0.tar.gz", recipe) == []
