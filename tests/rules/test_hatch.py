# SPDX-License-Identifier: Apache-2.0
"""What hatchling is told to put into a wheel: each option in its spellings, and look-alikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "{0}"\n[project]\nname = "a"\nversion = "1"\n'
WHEEL = "[tool.hatch.build.targets.wheel]\n"
FILES = {
    "src/a/__init__.py": "",
    "src/a/b/__init__.py": "",
    "src/a/b/c.json": "{}",
    "src/ab/__init__.py": "",
    "data/c.json": "{}",
    "flat.py": "",
    "pkg/__init__.py": "",
}
_OVERLAP, _SOURCES, _NOTHING = "NK-HATCH-PACKAGES-OVERLAP", "NK-HATCH-SOURCES-MISSING", "NK-HATCH-INCLUDE-NOTHING"
_ROOT, _FORCE = "NK-HATCH-PACKAGES-ROOT-FILE", "NK-HATCH-FORCE-INCLUDE-OVERLAP"


@pytest.mark.parametrize(
    ("code", "options", "count"),
    [
        pytest.param(_OVERLAP, 'packages = ["src/a", "src/a/b"]', 1, id="inner"),
        pytest.param(_OVERLAP, 'packages = ["./src/a/b/", "/src/a"]', 1, id="other-spelling-and-order"),
        pytest.param(_OVERLAP, 'packages = ["src/a", "src/a/"]', 1, id="equal"),
        pytest.param(_OVERLAP, 'packages = ["src", "src/a", "src/ab"]', 2, id="two-inner"),
        pytest.param(_OVERLAP, 'packages = ["src/a", "src/ab"]', 0, id="prefix-of-a-name"),
        pytest.param(_OVERLAP, 'only-include = ["src/a", "src/a/b"]', 0, id="only-include"),
        pytest.param(_SOURCES, 'only-include = ["src/a"]', 1, id="only-include-keeps-src"),
        pytest.param(_SOURCES, 'include = ["/src/a", "src/ab/**"]', 2, id="include-keeps-src"),
        pytest.param(_SOURCES, 'sources = ["source"]\npackages = ["src/a"]', 1, id="absent-source"),
        pytest.param(_SOURCES, 'only-include = ["src/a"]\nsources = { "src" = "x" }', 0, id="table"),
        pytest.param(_SOURCES, 'only-include = ["src/a"]\nsources = ["./src/"]', 0, id="list"),
        pytest.param(_SOURCES, 'only-include = ["src/a"]\nsources = { "src/a" = "a" }', 0, id="source-of-the-package"),
        pytest.param(_SOURCES, 'packages = ["src/a"]', 0, id="packages-need-none"),
        pytest.param(_SOURCES, 'include = ["pkg", "*.json"]', 0, id="no-src"),
        pytest.param(_NOTHING, 'packages = ["a", "src/a"]', 1, id="absent-package"),
        pytest.param(_NOTHING, 'only-include = ["nope"]', 1, id="absent-only-include"),
        pytest.param(_NOTHING, 'include = ["/a/*.py", "nope/**"]', 1, id="patterns-of-nothing"),
        pytest.param(_NOTHING, 'force-include = { "nope.json" = "a/nope.json" }', 1, id="absent-forced"),
        pytest.param(_NOTHING, 'include = ["nope", "c.json"]', 0, id="one-pattern-of-a-file"),
        pytest.param(_NOTHING, 'packages = ["nope"]\nhooks.custom = { path = "x.py" }', 0, id="hook"),
        pytest.param(_NOTHING, 'packages = ["nope"]\nartifacts = ["nope/*.py"]', 0, id="artifacts"),
        pytest.param(_NOTHING, 'force-include = { "../x" = "x", "/etc/x" = "y" }', 0, id="forced-from-outside"),
        pytest.param(_ROOT, 'packages = ["flat.py"]', 1, id="file"),
        pytest.param(_ROOT, 'packages = ["src/a", "./"]', 1, id="root"),
        pytest.param(_ROOT, 'packages = ["pkg"]', 0, id="folder"),
        pytest.param(_ROOT, 'only-include = ["flat.py"]', 0, id="file-in-only-include"),
        pytest.param(_FORCE, 'packages = ["src/a"]\nforce-include = { "data/c.json" = "a/b/c.json" }', 1, id="same"),
        pytest.param(_FORCE, 'packages = ["src/a"]\nforce-include = { "data" = "/a/b" }', 1, id="folder-onto-a-file"),
        pytest.param(_FORCE, 'packages = ["src/a"]\nforce-include = { "src/a/b" = "b" }', 1, id="content-twice"),
        pytest.param(_FORCE, 'packages = ["src/a"]\nforce-include = { "data" = "a/data" }', 0, id="beside"),
        pytest.param(_FORCE, 'packages = ["src/a"]\nexclude = ["c.json"]\nforce-include = { "data" = "a/b" }', 0,
                     id="excluded"),
    ],
)  # fmt: skip
def test_the_selection_of_a_wheel(rules: RuleTree, code: str, options: str, count: int) -> None:
    files = {"pyproject.toml": HEAD.format("hatchling.build") + WHEEL + options + "\n", **FILES}
    assert len(rules.find(code, files)) == count


@pytest.mark.parametrize("code", [_OVERLAP, _SOURCES, _NOTHING, _ROOT])
def test_the_options_of_all_targets_hold_for_a_wheel(rules: RuleTree, code: str) -> None:
    options = '[tool.hatch.build]\npackages = ["src/a", "src/a/b", "flat.py", "nope"]\nsources = ["nope"]\n'
    files = {"pyproject.toml": HEAD.format("hatchling.build") + options, **FILES}
    assert len(rules.find(code, files)) == 1


@pytest.mark.parametrize("code", [_OVERLAP, _SOURCES, _NOTHING, _ROOT, _FORCE])
def test_another_backend_does_not_read_them(rules: RuleTree, code: str) -> None:
    options = 'packages = ["src/a", "src/a/b", "flat.py", "nope"]\nforce-include = { "data" = "a/b" }\n'
    assert rules.find(code, {"pyproject.toml": HEAD.format("uv_build") + WHEEL + options, **FILES}) == []


def test_the_same_content_at_a_second_place_is_a_warning(rules: RuleTree) -> None:
    options = 'packages = ["src/a"]\nforce-include = { "src/a/b" = "b", "data" = "a/b" }\n'
    found = rules.find(_FORCE, {"pyproject.toml": HEAD.format("hatchling.build") + WHEEL + options, **FILES})
    assert [finding.severity for finding in found] == [Severity.WARNING, Severity.ERROR]
