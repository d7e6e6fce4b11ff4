# SPDX-License-Identifier: Apache-2.0
"""Core metadata against the tree that they were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import SDIST, WHEEL, core

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

HEAD = '[project]\nname = "demo"\nversion = "1.0"\n'
_DEPENDENCIES, _FIELDS = "NK-METADATA-DEPENDENCY-DRIFT", "NK-TREE-METADATA-DRIFT"


@pytest.mark.parametrize(
    ("project", "lines", "count"),
    [
        pytest.param('dependencies = ["a>=1"]', ["Requires-Dist: a>=2"], 2, id="other-bound"),
        pytest.param('dependencies = ["a"]', [], 1, id="lost"),
        pytest.param("", ["Requires-Dist: a"], 1, id="added"),
        pytest.param('dependencies = ["a; os_name == \'nt\'"]', ["Requires-Dist: a"], 2, id="lost-marker"),
        pytest.param('dependencies = ["a[b]"]', ["Requires-Dist: a"], 2, id="lost-extra"),
        pytest.param('optional-dependencies = { b = ["a"] }', ["Requires-Dist: a; extra=='b'"], 1, id="undeclared"),
        pytest.param('optional-dependencies = { b = ["a"] }', ["Provides-Extra: b", "Requires-Dist: a"], 2,
                     id="extra-for-everybody"),
        pytest.param("", ["Provides-Extra: b"], 1, id="added-extra"),
        pytest.param('dependencies = ["A_b >= 1.0, <2"]', ["Requires-Dist: a-b<2,>=1"], 0, id="spelling"),
        pytest.param('dependencies = ["a", "b"]', ["Requires-Dist: b", "Requires-Dist: a"], 0, id="order"),
        pytest.param('dependencies = ["a~=1.4"]', ["Requires-Dist: a (>=1.4,<2.0)"], 0, id="poetry"),
        pytest.param('dependencies = ["a; python_version<\'3.11\' or os_name==\'nt\'"]',
                     ["Requires-Dist: a; os_name == 'nt' or python_version < '3.11'"], 0, id="marker-turned-round"),
        pytest.param('optional-dependencies = { B_c = ["a; os_name==\'nt\'"] }',
                     ["Provides-Extra: b-c", "Requires-Dist: a; extra == 'b-c' and (os_name == 'nt')"], 0, id="extra"),
        pytest.param('optional-dependencies = { b = ["a"], c = ["demo[b]"] }',
                     ["Provides-Extra: b", "Provides-Extra: c", "Requires-Dist: a; extra=='b'",
                      "Requires-Dist: a; extra=='c'"], 0, id="expanded-by-hatchling"),
        pytest.param('dynamic = ["dependencies", "optional-dependencies"]',
                     ["Provides-Extra: b", "Requires-Dist: a"], 0, id="dynamic"),
        pytest.param('dependencies = ["a @ {root:uri}/a"]', ["Requires-Dist: a @ file:///x/a"], 0, id="hatch-context"),
    ],
)  # fmt: skip
def test_requirements_against_the_tree(artifacts: Artifacts, project: str, lines: list[str], count: int) -> None:
    tree = {"pyproject.toml": f"{HEAD}{project}\n"}
    assert len(artifacts.find(_DEPENDENCIES, {WHEEL: core(*lines), **tree})) == count


@pytest.mark.parametrize(
    ("project", "lines", "count"),
    [
        pytest.param('description = "a"', ["Summary: b"], 1, id="description"),
        pytest.param('description = " a\\n b "', ["Summary: a b"], 0, id="description-in-lines"),
        pytest.param('requires-python = ">=3.11"', [], 1, id="python"),
        pytest.param('requires-python = ">= 3.10.0"', [], 0, id="python-spelling"),
        pytest.param('license = "MIT"', ["License-Expression: Apache-2.0"], 1, id="licence"),
        pytest.param('license = "mit"', ["License-Expression: MIT"], 0, id="licence-case"),
        pytest.param('license = { text = "a\\n b" }', ["License: a\n        b"], 0, id="licence-text"),
        pytest.param('license = { text = "a" }', ["License: b"], 1, id="another-licence-text"),
        pytest.param('license = { text = "a" }', [], 0, id="licence-text-as-flit-writes"),
        pytest.param('license-files = ["LIC*"]', [], 1, id="licence-file-lost"),
        pytest.param('license-files = ["LIC*"]', ["License-File: LICENSE", "License-File: a"], 1, id="added-file"),
        pytest.param('license-files = ["LIC*"]', ["License-File: LICENSE"], 0, id="licence-files"),
        pytest.param('authors = [{ name = "A", email = "a@b.org" }]', ["Author: A"], 1, id="lost-address"),
        pytest.param('authors = [{ name = "A" }, { name = "B" }]', ["Author: A"], 1, id="lost-author"),
        pytest.param('authors = [{ name = "D, J", email = "A@B.org" }, { name = "É" }]',
                     ['Author-email: "D, J" <a@b.org>', "Author: É"], 0, id="authors"),
        pytest.param('maintainers = [{ email = "a@b.org" }]', ["Author-email: a@b.org"], 1, id="wrong-role"),
        pytest.param('keywords = ["a", "b"]', ["Keywords: a"], 1, id="keyword"),
        pytest.param('keywords = ["a b", "c"]', ["Keywords: c,a b"], 0, id="keywords"),
        pytest.param('classifiers = ["Typing :: Typed"]', [], 1, id="classifier"),
        pytest.param("classifiers = []", ["Classifier: Typing :: Typed"], 1, id="added-classifier"),
        pytest.param('urls = { a = "https://b.org" }', ["Project-URL: a, https://c.org"], 1, id="url"),
        pytest.param('urls = { homepage = "https://b.org" }', ["Home-page: https://b.org"], 0, id="home-page"),
        pytest.param('urls = { Source_Code = "https://b.org" }', ["Project-URL: source code, https://b.org"], 0,
                     id="label-spelling"),
        pytest.param('readme = "README.md"', [], 1, id="readme"),
        pytest.param('readme = { text = "# demo", content-type = "text/markdown; charset=UTF-8" }', [], 0,
                     id="readme-text"),
        pytest.param('readme = { text = "# demo", content-type = "text/x-rst" }', [], 1, id="readme-type"),
        pytest.param('readme = "SAME.md"', [], 0, id="readme-line-ends"),
        pytest.param('dynamic = ["description", "readme", "classifiers"]', ["Summary: a"], 0, id="dynamic"),
        pytest.param("", ["Summary: a", "Keywords: a"], 0, id="not-stated"),
    ],
)  # fmt: skip
def test_fields_against_the_tree(artifacts: Artifacts, project: str, lines: list[str], count: int) -> None:
    tree: dict[str, str | bytes] = {"pyproject.toml": f"{HEAD}{project}\n", "LICENSE": "MIT", "README.md": "# other\n"}
    tree["SAME.md"] = b"\xef\xbb\xbf# demo  \r\n\r\n\r\n"
    assert len(artifacts.find(_FIELDS, {SDIST: core(*lines), **tree})) == count


def test_another_version_is_another_code(artifacts: Artifacts) -> None:
    tree = {"pyproject.toml": '[project]\nname = "demo"\nversion = "2.0"\ndescription = "new"\ndependencies = ["a"]\n'}
    assert artifacts.find(_FIELDS, {WHEEL: core("Summary: old"), **tree}) == []
    assert artifacts.find(_DEPENDENCIES, {WHEEL: core("Summary: old"), **tree}) == []


def test_without_a_tree_nothing_drifts(artifacts: Artifacts) -> None:
    assert artifacts.find(_FIELDS, {WHEEL: core("Summary: old")}) == []
