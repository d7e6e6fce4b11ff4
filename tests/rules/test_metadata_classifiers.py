# SPDX-License-Identifier: Apache-2.0
"""Classifiers of core metadata, and what a policy asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from tests.rules._core_metadata import SDIST, WHEEL, core

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

LICENSED = ("License-Expression: MIT", "Classifier: License :: OSI Approved :: MIT License")

_CASES = [
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier: Foo :: Bar"), 1, id="unknown"),
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier: Topic::Utilities"), 1, id="no-spaces"),
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier: Typing :: Typed\n  Topic :: Utilities"), 1, id="folded"),
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier: " + "a :: " * 10_000), 1, id="endless"),
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier:  Typing :: Typed \t"), 0, id="spaces-around"),
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier: Natural Language :: Ukranian"), 0, id="deprecated"),
    pytest.param("NK-CLASSIFIER-INVALID", core("Classifier: Private :: X", "Classifier: UNKNOWN"), 0, id="private"),
    pytest.param("NK-CLASSIFIER-DEPRECATED", core("Classifier: Natural Language :: Ukranian"), 1, id="old-name"),
    pytest.param("NK-CLASSIFIER-DEPRECATED", core("Classifier: Natural Language :: Ukrainian"), 0, id="new-name"),
    pytest.param("NK-CLASSIFIER-DEPRECATED", core("Classifier: Foo :: Bar"), 0, id="unknown-is-not-old"),
    pytest.param("NK-CLASSIFIER-PRIVATE", core("Classifier: Private :: Do Not Upload"), 1, id="do-not-upload"),
    pytest.param("NK-CLASSIFIER-PRIVATE", core("Classifier: Private :: A", "Classifier: Private :: B"), 2, id="two"),
    pytest.param("NK-CLASSIFIER-PRIVATE", core("Classifier: Privateer"), 0, id="begins-alike"),
    pytest.param("NK-LICENSE-CLASSIFIER-WITH-EXPRESSION", core(*LICENSED), 1, id="both"),
    pytest.param("NK-LICENSE-CLASSIFIER-WITH-EXPRESSION", core(LICENSED[0]), 0, id="expression"),
    pytest.param("NK-LICENSE-CLASSIFIER-WITH-EXPRESSION", core(LICENSED[1]), 0, id="classifier"),
    pytest.param("NK-LICENSE-CLASSIFIER-WITH-EXPRESSION", core(LICENSED[1], "License: MIT"), 0, id="old-field"),
]


@pytest.mark.parametrize(("code", "recipe", "count"), _CASES)
def test_classifiers_are_as_the_index_takes_them(artifacts: Artifacts, code: str, recipe: str, count: int) -> None:
    assert len(artifacts.find(code, {WHEEL: recipe})) == count


@pytest.mark.parametrize(
    ("generator", "severity"),
    [
        pytest.param("setuptools (84.0)", Severity.ERROR, id="setuptools"),
        pytest.param("bdist_wheel (0.45)", Severity.ERROR, id="wheel"),
        pytest.param("flit 4.2", Severity.ERROR, id="flit"),
        pytest.param("hatchling 1.33", Severity.WARNING, id="hatchling"),
        pytest.param("uv 0.13", Severity.WARNING, id="uv"),
    ],
)
def test_a_licence_classifier_is_an_error_where_the_backend_refuses_it(
    artifacts: Artifacts, generator: str, severity: Severity
) -> None:
    recipe = f'{core(*LICENSED)}[wheel]\nGenerator = "{generator}"\n'
    found = artifacts.find("NK-LICENSE-CLASSIFIER-WITH-EXPRESSION", {WHEEL: recipe})
    assert [finding.severity for finding in found] == [severity]


@pytest.mark.parametrize(
    ("backend", "severity"),
    [("setuptools.build_meta", Severity.ERROR), ("flit_core.buildapi", Severity.ERROR), ("uv_build", Severity.WARNING)],
)
def test_an_sdist_says_what_is_to_build_it(artifacts: Artifacts, backend: str, severity: Severity) -> None:
    recipe = f"{core(*LICENSED)}[pyproject]\ntext = \"build-system.build-backend = '{backend}'\"\n"
    found = artifacts.find("NK-LICENSE-CLASSIFIER-WITH-EXPRESSION", {SDIST: recipe})
    assert [finding.severity for finding in found] == [severity]


@pytest.mark.parametrize(
    ("fields", "lines", "count"),
    [
        pytest.param(("description", "authors"), (), 2, id="absent"),
        pytest.param(("description",), ("Summary:",), 1, id="empty"),
        pytest.param(("license",), ("License: UNKNOWN",), 1, id="unknown"),
        pytest.param(("license",), ("License: MIT",), 0, id="old-field"),
        pytest.param(("authors",), ("Author-email: a@b.org",), 0, id="address-alone"),
        pytest.param(("name", "version", "requires-python", "readme"), (), 0, id="there"),
        pytest.param(("urls",), ("Home-page: https://a.org",), 0, id="home-page"),
        pytest.param(("scripts",), (), 0, id="no-field-of-metadata"),
    ],
)
def test_fields_that_a_policy_asks_for(
    artifacts: Artifacts, fields: tuple[str, ...], lines: tuple[str, ...], count: int
) -> None:
    found = artifacts.find("NK-METADATA-REQUIRED-FIELD", {WHEEL: core(*lines)}, required_fields=fields)
    assert len(found) == count


def test_classifiers_that_a_policy_asks_for(artifacts: Artifacts) -> None:
    asked = ("Typing :: Typed", "Environment :: Console")
    recipe = core("Classifier: Typing :: Typed", "Classifier: environment :: console")
    found = artifacts.find("NK-CLASSIFIER-REQUIRED", {WHEEL: recipe}, required_classifiers=asked)
    assert [finding.message for finding in found] == [
        "there is no classifier `Environment :: Console`, which the policy requires"
    ]
    assert artifacts.find("NK-CLASSIFIER-REQUIRED", {WHEEL: recipe}) == []
