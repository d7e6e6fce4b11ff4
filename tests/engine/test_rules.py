# SPDX-License-Identifier: Apache-2.0
"""Which of noxkit's own rules are asked: by profile, code, family, kind and severity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.engine._plans import plan_lint

if TYPE_CHECKING:
    from tests._trees import Repo

PROJECT = '[project]\nname = "{}"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "x"\n'
ROOT = '[tool.uv.workspace]\nmembers = ["p/*"]\n[tool.noxkit]\n'
KINDS = """
[[tool.noxkit.kinds]]
name = "one"
paths = ["p/one"]
{}
[[tool.noxkit.kinds]]
name = "other"
paths = ["p/*"]
"""
MISSING, RECOMMENDED = "NK-REQUIRES-PYTHON-MISSING", "NK-METADATA-RECOMMENDED"


@pytest.fixture
def two(repo: Repo) -> Repo:
    """A workspace of two members that both lack requires-python (standard) and keywords (strict)."""
    return repo.write({f"p/{name}/pyproject.toml": PROJECT.format(name) for name in ("one", "two")})


def found(repo: Repo, options: str, *arguments: str) -> set[tuple[str, str | None]]:
    repo.write({"pyproject.toml": ROOT + options})
    findings = repo.run("--only", "consistency", *arguments, planner=plan_lint).findings
    return {(finding.code, finding.package) for finding in findings if finding.code in {MISSING, RECOMMENDED}}


def both(*codes: str) -> set[tuple[str, str | None]]:
    return {(code, name) for code in codes for name in ("one", "two")}


@pytest.mark.parametrize(
    ("options", "arguments", "expected"),
    [
        pytest.param("", (), both(MISSING), id="standard"),
        pytest.param('profile = "strict"', (), both(MISSING, RECOMMENDED), id="strict"),
        pytest.param(f'select = ["{RECOMMENDED}"]', (), both(MISSING, RECOMMENDED), id="by code"),
        pytest.param('select = ["metadata"]', (), both(MISSING, RECOMMENDED), id="by family"),
        pytest.param('profile = "strict"', ("--rule", RECOMMENDED), both(RECOMMENDED), id="this one alone"),
        pytest.param("", ("--rule", "requires_python"), both(MISSING), id="this family alone"),
        pytest.param("", ("--rule", RECOMMENDED), both(RECOMMENDED), id="one that the profile has not"),
        pytest.param(
            KINDS.format(f'ignore = ["{MISSING}"]'), (), {(MISSING, "two")}, id="not for one kind of packages"
        ),
        pytest.param(
            KINDS.format(f'select = ["{RECOMMENDED}"]'),
            (),
            both(MISSING) | {(RECOMMENDED, "one")},
            id="for one kind of packages",
        ),
        pytest.param('profile = "strict"', ("--severity", "error"), both(MISSING, RECOMMENDED), id="errors in strict"),
        pytest.param(
            KINDS.format(f'select = ["{RECOMMENDED}"]'), ("--severity", "error"), both(MISSING), id="errors alone"
        ),
    ],
)
def test_a_rule_is_asked_where_it_is_on(
    two: Repo, options: str, arguments: tuple[str, ...], expected: set[tuple[str, str | None]]
) -> None:
    assert found(two, options, *arguments) == expected


@pytest.mark.parametrize("name", [RECOMMENDED, "metadata"])
def test_what_is_selected_counts(two: Repo, name: str) -> None:
    two.write({"pyproject.toml": f'{ROOT}select = ["{name}"]\n'})
    findings = two.run("--only", "consistency", planner=plan_lint).findings
    assert {finding.severity for finding in findings if finding.code == RECOMMENDED} == {Severity.ERROR}
