# SPDX-License-Identifier: Apache-2.0
"""Which Pythons packages admit: defects in every spelling, and look-alikes that stay silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "acme"\nversion = "1.0"\n'
SET = '[tool.noxkit]\npython = ["3.10", "3.11", "3.12"]\n'
POETRY = '[tool.poetry]\nname = "acme"\nversion = "1"\n[tool.poetry.dependencies]\n'

_MISSING = [
    pytest.param(HEAD, 1, id="absent"),
    pytest.param(HEAD + 'requires-python = ""\n', 4, id="empty"),
    pytest.param(HEAD + '# requires-python = ">=3.10"\n', 1, id="commented-out"),
    pytest.param(HEAD + 'requires_python = ">=3.10"\n', 1, id="underscore"),
    pytest.param(HEAD + 'dynamic = ["readme"]\n', 1, id="another-dynamic-field"),
    pytest.param(HEAD + '[tool.x]\nrequires-python = ">=3.10"\n', 1, id="another-table"),
    pytest.param(HEAD + 'classifiers = ["Programming Language :: Python :: 3.12"]\n', 1, id="classifier"),
    pytest.param(HEAD + SET, 1, id="configured"),
    pytest.param("\n\n" + HEAD, 3, id="further-down"),
    pytest.param(HEAD + '[tool.uv]\npackage = false\n', 1, id="virtual"),
    pytest.param(HEAD + 'requires-python = ">=3.10"\n', None, id="present"),
    pytest.param(HEAD + 'requires-python = ">=2.7"\n', None, id="wide"),
    pytest.param(HEAD + 'requires-python = "nonsense"\n', None, id="invalid"),
    pytest.param(HEAD + 'dynamic = ["requires-python"]\n', None, id="dynamic"),
    pytest.param(HEAD + '[tool.poetry.dependencies]\npython = "^3.10"\n', None, id="poetry-beside-project"),
    pytest.param(POETRY + 'python = "^3.10"\n', None, id="poetry"),
    pytest.param(POETRY, None, id="poetry-without"),
    pytest.param("[tool.x]\n", None, id="no-package"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "line"), _MISSING)
def test_a_package_says_which_pythons_it_supports(rules: RuleTree, pyproject: str, line: int | None) -> None:
    found = rules.find("NK-REQUIRES-PYTHON-MISSING", {"pyproject.toml": pyproject})
    assert [(finding.line, finding.fix) for finding in found] == ([(line, FixSafety.DISPLAY)] if line else [])


_MISMATCH = [
    pytest.param(">=3.9", "admits 3.9", id="too-old"),
    pytest.param(">=3.8", "admits 3.8, 3.9", id="two-too-old"),
    pytest.param(">=3.11", "excludes 3.10", id="too-new"),
    pytest.param(">=3.9,<3.12", "admits 3.9 and excludes 3.12", id="both"),
    pytest.param(">=3.10,!=3.11.*", "excludes 3.11", id="hole"),
    pytest.param("~=3.10.0", "excludes 3.11, 3.12", id="compatible-release"),
    pytest.param("==3.12.*", "excludes 3.10, 3.11", id="one-minor"),
    pytest.param(">3.10", None, id="greater-than-the-first-patch"),
    pytest.param("<=3.11", "admits 3.0, ", id="upper-bound-alone"),
    pytest.param(">=4", "excludes 3.10, 3.11, 3.12", id="none"),
    pytest.param(">=3.10", None, id="same"),
    pytest.param(">=3.10.2,<4", None, id="patch-release"),
    pytest.param(">=3.10,<3.13", None, id="capped"),
    pytest.param("~=3.10", None, id="below-4"),
    pytest.param(">= 3.10 , != 3.10.1", None, id="spaces"),
]  # fmt: skip


@pytest.mark.parametrize(("specifier", "said"), _MISMATCH)
def test_a_package_admits_the_configured_pythons(rules: RuleTree, specifier: str, said: str | None) -> None:
    pyproject = f'{HEAD}requires-python = "{specifier}"\n{SET}'
    found = rules.find("NK-REQUIRES-PYTHON-MISMATCH", {"pyproject.toml": pyproject})
    assert [(finding.line, finding.column) for finding in found] == ([(4, 19)] if said else [])
    assert all(said is not None and said in finding.message for finding in found)


def _workspace(**specifiers: str | None) -> dict[str, str]:
    files = {"pyproject.toml": f"[tool.uv.workspace]\nmembers = {sorted(specifiers)}\n"}
    for name, specifier in specifiers.items():
        line = f'requires-python = "{specifier}"\n' if specifier else ""
        files[f"{name}/pyproject.toml"] = f'[project]\nname = "{name}"\nversion = "1"\n{line}'
    return files


_MEMBERS = [
    pytest.param({"a": ">=3.10", "b": ">=3.10", "c": ">=3.9"}, ["c"], id="one-is-older"),
    pytest.param({"a": ">=3.12", "b": ">=3.10", "c": ">=3.10"}, ["a"], id="first-is-newer"),
    pytest.param({"a": ">=3.10", "b": ">=3.11"}, ["b"], id="the-first-decides-between-two"),
    pytest.param({"a": ">=3.10", "b": ">=3.10,<3.13", "c": ">=3.10"}, ["b"], id="capped"),
    pytest.param({"a": ">=3.10", "b": ">=3.10.0", "c": "<4,>=3.10"}, [], id="in-other-words"),
    pytest.param({"a": ">=3.10", "b": None}, [], id="one-says-nothing"),
    pytest.param({"a": ">=3.9"}, [], id="alone"),
    pytest.param({"a": None, "b": None}, [], id="none-says-anything"),
]  # fmt: skip


@pytest.mark.parametrize(("specifiers", "found"), _MEMBERS)
def test_members_admit_the_same_pythons(rules: RuleTree, specifiers: dict[str, str | None], found: list[str]) -> None:
    findings = rules.find("NK-REQUIRES-PYTHON-MISMATCH", _workspace(**specifiers))
    assert [finding.package for finding in findings] == found
    assert all((finding.line, finding.fix) == (4, FixSafety.DISPLAY) for finding in findings)


def test_poetry_s_constraint_is_found_at_its_place(rules: RuleTree) -> None:
    found = rules.find("NK-REQUIRES-PYTHON-MISMATCH", {"pyproject.toml": POETRY + 'python = "^3.9"\n' + SET})
    assert [(finding.line, finding.column) for finding in found] == [(5, 10)]
