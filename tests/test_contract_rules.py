# SPDX-License-Identifier: Apache-2.0
"""Every rule: its page is whole, its examples do what they say, its safe fix turns the first into the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import FixSafety
from noxkit.rules import load_families
from noxkit.rules._base import Rule, Scope
from tests.artifacts._facts import SCOPES, Artifacts
from tests.rules._fixed import fixed
from tests.rules._trees import PYPROJECT, RuleTree, examples

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Finding

RULES = [rule for family in load_families().values() for rule in family.values()]
# Those are asked about more than a few files; their own tests run the examples.
ELSEWHERE = {
    Scope.COVERAGE,
    Scope.GENERATED,
    Scope.RUN,
    Scope.HISTORY,
    Scope.NETWORK,
    Scope.BUILD,
    Scope.REHEARSAL,
    Scope.MOMENT,
    Scope.DEPENDENCY,
}
HERE = [rule for rule in RULES if rule.scope not in ELSEWHERE]
SECTIONS = ("# Why", "# Fails", "# Passes", "# Fix", "# Options", "# When to ignore")


def _id(rule: Rule[Any]) -> str:
    return f"{rule.info.code}@{rule.scope.name.lower()}" if rule.secondary else rule.info.code


@pytest.fixture
def tree(tmp_path: Path) -> RuleTree:
    return RuleTree(tmp_path / "tree")


def _found(rule: Rule[Any], tree: RuleTree, files: dict[str, str]) -> list[Finding]:
    """What one source of a rule finds: in built files, which recipes describe, or in a tree."""
    if rule.scope in SCOPES:
        return Artifacts(tree.root).find_by([rule], files)
    return tree.find(_id(rule), files)


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_the_page_of_a_rule_is_whole(rule: Rule[Any]) -> None:
    sections = ("# Fails", "# Passes") if rule.secondary else SECTIONS
    places = [rule.info.page.find(f"\n{section}\n") for section in sections]
    assert -1 not in places
    assert places == sorted(places)
    assert rule.info.summary.endswith(".")
    assert rule.info.code.isupper()


@pytest.mark.parametrize("rule", HERE, ids=_id)
def test_a_rule_fires_on_each_example_that_fails(rule: Rule[Any], tree: RuleTree) -> None:
    trees = examples(rule.info.page, "Fails")
    assert trees
    for files in trees:
        found = _found(rule, tree, files)
        assert found, files
        assert all(finding.message and finding.hint for finding in found)


@pytest.mark.parametrize("rule", HERE, ids=_id)
def test_a_rule_is_silent_on_each_example_that_passes(rule: Rule[Any], tree: RuleTree) -> None:
    trees = examples(rule.info.page, "Passes")
    assert trees
    for files in trees:
        assert _found(rule, tree, files) == [], files


@pytest.mark.parametrize("rule", [rule for rule in HERE if rule.info.fix is FixSafety.SAFE], ids=_id)
def test_the_safe_fix_makes_the_first_example_that_passes_of_the_first_that_fails(
    rule: Rule[Any], tree: RuleTree
) -> None:
    before, after = (examples(rule.info.page, section)[0] for section in ("Fails", "Passes"))
    made = fixed(tree, rule.info.code, before)
    assert {path: content.decode() for path, content in made.items()} == {"pyproject.toml": PYPROJECT, **after}
    assert fixed(tree, rule.info.code, made) == made


@pytest.mark.parametrize(
    "rule", [rule for rule in HERE if rule.info.fix is not FixSafety.SAFE and not rule.secondary], ids=_id
)
def test_no_finding_offers_a_better_fix_than_its_rule(rule: Rule[Any], tree: RuleTree) -> None:
    order = [FixSafety.SAFE, FixSafety.UNSAFE, FixSafety.DISPLAY, None]
    for files in examples(rule.info.page, "Fails"):
        offered = {finding.fix for finding in _found(rule, tree, files)}
        assert all(order.index(fix) >= order.index(rule.info.fix) for fix in offered)
