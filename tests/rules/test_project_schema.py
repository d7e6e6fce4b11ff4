# SPDX-License-Identifier: Apache-2.0
"""What of a pyproject.toml other rules do not judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import SDIST

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.10"\n'
_SCHEMA, _BUILD = "NK-PYPROJECT-SCHEMA", "NK-PYPROJECT-BUILD-SYSTEM-MISSING"
SCRIPT = '[project.scripts]\na = "a:main"\n'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param('[build-system]\nbuild-backend = "x"', [5], id="no-requires"),
        pytest.param('[build-system]\nrequires = ["a>>1"]', [6], id="requirement"),
        pytest.param('[build-system]\nrequires = ["a"]\nbackend = "b"', [7], id="unknown-key"),
        pytest.param('[build-system]\nrequires = ["a"]\nbuild-backend = "a b"', [7], id="backend"),
        pytest.param('[build-system]\nrequires = ["a"]\nbuild-backend = ""', [7], id="empty-backend"),
        pytest.param('[build-system]\nrequires = ["a"]\nbackend-path = ["nope", "../b"]', [7, 7], id="backend-path"),
        pytest.param('[dependency-groups]\na = ["b", "c>>1"]', [6], id="group"),
        pytest.param('[dependency-groups]\na = [{ include-group = "b" }]', [6], id="absent-group"),
        pytest.param('[project.scripts]\na = "a.b"', [6], id="script-without-function"),
        pytest.param('[project.gui-scripts]\na = "a b:c"', [6], id="script-with-a-space"),
        pytest.param('[project.entry-points.b]\na = "c:d e"', [6], id="entry-point"),
        pytest.param("[tools.ruff]\na = 1", [5], id="unknown-table"),
        pytest.param("[build-sytem]\nrequires = []", [5], id="misspelt-table"),
        pytest.param('[build-system]\nrequires = "a"', [], id="type-is-another-code"),
        pytest.param('[build-system]\nrequires = []\nbuild-backend = "a.b:c.d"\nbackend-path = ["."]', [], id="right"),
        pytest.param('[dependency-groups]\nA-b = ["c>1"]\nd = [{ include-group = "a_B" }]', [], id="groups"),
        pytest.param('[project.scripts]\na-b = "a.b:c.d [e]"\n[project.entry-points."x.y"]\na = "c"', [], id="points"),
        pytest.param("[tool.anything]\na = 1", [], id="tools"),
    ],
)
def test_what_no_other_rule_judges(rules: RuleTree, text: str, lines: list[int]) -> None:
    found = rules.find(_SCHEMA, {"pyproject.toml": f"{HEAD}{text}\n"})
    assert [finding.line for finding in found] == lines
    assert all(finding.message and finding.hint for finding in found)


def test_a_build_system_of_a_package_without_a_project_table(rules: RuleTree) -> None:
    text = '[build-system]\nrequires = "setuptools"\nbuild-backend = 1\n'
    files = {"pyproject.toml": text, "setup.cfg": "[metadata]\nname = a\nversion = 1\n"}
    assert [finding.line for finding in rules.find(_SCHEMA, files)] == [2, 3]


@pytest.mark.parametrize(
    ("text", "files", "count"),
    [
        pytest.param(HEAD + SCRIPT, {}, 1, id="script"),
        pytest.param(HEAD, {"src/a/__init__.py": ""}, 1, id="package-in-src"),
        pytest.param(HEAD, {"setup.py": "from setuptools import setup\nsetup()\n"}, 1, id="setup-py"),
        pytest.param("[tool.ruff]\n", {"setup.cfg": "[metadata]\nname = a\n"}, 1, id="setup-cfg-alone"),
        pytest.param(HEAD, {"main.py": ""}, 0, id="application"),
        pytest.param(HEAD, {"a/__init__.py": "", "src/tool.py": ""}, 0, id="flat-package-of-an-application"),
        pytest.param(HEAD + SCRIPT + "[tool.uv]\npackage = false\n", {}, 0, id="says-that-it-is-none"),
        pytest.param(HEAD + 'classifiers = ["Private :: X"]\n' + SCRIPT, {}, 0, id="private"),
        pytest.param(HEAD + SCRIPT + '[build-system]\nrequires = ["hatchling"]\n', {}, 0, id="there"),
        pytest.param(HEAD + SCRIPT + '[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\npublish = true\n', {}, 0,
                     id="published-is-another-code"),
        pytest.param(HEAD + SCRIPT + '[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\npublish = false\n', {}, 0,
                     id="kind-that-is-not-published"),
    ],
)  # fmt: skip
def test_a_package_that_is_built_says_how(rules: RuleTree, text: str, files: dict[str, str], count: int) -> None:
    assert len(rules.find(_BUILD, {"pyproject.toml": text, **files})) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("[project]\\nname = 'demo'", 1, id="project-alone"),
        pytest.param("[tool.ruff]", 1, id="tools-alone"),
        pytest.param("[build-system]\\nrequires = []", 0, id="there"),
        pytest.param("not toml", 0, id="broken-is-another-code"),
    ],
)
def test_an_sdist_says_how_it_is_built(artifacts: Artifacts, text: str, count: int) -> None:
    assert len(artifacts.find(f"{_BUILD}@sdist", {SDIST: f'[pyproject]\ntext = "{text}"\n'})) == count


@pytest.mark.parametrize(
    ("code", "text", "lines"),
    [
        pytest.param("EMAIL", 'authors = [{ name = "A" }, { email = "a@b" }]', [5], id="no-dot"),
        pytest.param("EMAIL", 'maintainers = [{ email = "a at b.org" }]', [5], id="no-at"),
        pytest.param("EMAIL", 'authors = [{ email = "a@b.org" }, { email = "c@localhost" }]', [], id="second"),
        pytest.param("EMAIL", 'authors = [{ name = "a@b" }]', [], id="name"),
        pytest.param("URL", 'urls = { a = "acme.org", b = "https://acme.org" }', [5], id="no-scheme"),
        pytest.param("URL", 'urls = { a = "ftp://acme.org" }', [5], id="ftp"),
        pytest.param("URL", 'urls = { a = "https://acme.org/a b", b = 1 }', [], id="path"),
    ],
)
def test_values_that_the_index_refuses(rules: RuleTree, code: str, text: str, lines: list[int]) -> None:
    found = rules.find(f"NK-METADATA-{code}-INVALID@package", {"pyproject.toml": f"{HEAD}{text}\n"})
    assert [finding.line for finding in found] == lines
