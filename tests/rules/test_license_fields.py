# SPDX-License-Identifier: Apache-2.0
"""The licence that a package states: defects in every spelling, and look-alikes that stay silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety
from tests.rules._fixed import fixed

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "acme"\nversion = "1.0"\n'
BUILD = '\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
OSI = "License :: OSI Approved :: MIT License"

_CLASSIFIER = [
    pytest.param(f'license = "MIT"\nclassifiers = ["{OSI}"]', [5], id="beside"),
    pytest.param(f'classifiers = ["{OSI}"]\nlicense = "MIT"', [4], id="before"),
    pytest.param(f'license = "MIT"\nclassifiers = [\n  "Typing :: Typed",\n  "{OSI}", # ours\n]', [7],
                 id="on-its-line"),
    pytest.param(f'license = "MIT"\nclassifiers = ["License :: OSI Approved", "{OSI}"]', [5, 5], id="two"),
    pytest.param('license = "MIT"\nclassifiers = ["License :: Other/Proprietary License"]', [5], id="proprietary"),
    pytest.param('license = "LicenseRef-X"\nclassifiers = ["License :: Public Domain"]', [5], id="reference"),
    pytest.param(f"license = 'MIT'\nlicense-files = ['LICENSE']\nclassifiers = ['{OSI}']", [6], id="single-quotes"),
    pytest.param(f'license = """MIT"""\nclassifiers = ["{OSI}"]', [5], id="triple-quotes"),
    pytest.param(f'license = "no"\nclassifiers = ["{OSI}"]', [5], id="invalid-expression"),
    pytest.param(f'license = "MIT"\n# classifiers = ["{OSI}"]', [], id="commented-out"),
    pytest.param(f'license = {{ text = "MIT" }}\nclassifiers = ["{OSI}"]', [], id="text-table"),
    pytest.param(f'license = {{ file = "LICENSE" }}\nclassifiers = ["{OSI}"]', [], id="file-table"),
    pytest.param(f'classifiers = ["{OSI}"]', [], id="no-expression"),
    pytest.param(f'license-files = ["LICENSE"]\nclassifiers = ["{OSI}"]', [], id="files-alone"),
    pytest.param(f'dynamic = ["license"]\nclassifiers = ["{OSI}"]', [], id="dynamic"),
    pytest.param('license = "MIT"\nclassifiers = ["Typing :: Typed"]', [], id="no-licence-classifier"),
    pytest.param(f'license = "MIT"\nkeywords = ["{OSI}"]', [], id="among-the-keywords"),
    pytest.param(f'license = "MIT"\n[tool.poetry]\nclassifiers = ["{OSI}"]', [], id="another-table"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "lines"), _CLASSIFIER)
def test_no_licence_classifier_beside_an_expression(rules: RuleTree, pyproject: str, lines: list[int]) -> None:
    found = rules.find("NK-LICENSE-CLASSIFIER", {"pyproject.toml": HEAD + pyproject, "LICENSE": "MIT"})
    assert [finding.line for finding in found] == lines
    wanted = None if '"no"' in pyproject else FixSafety.SAFE
    assert all(finding.fix is wanted for finding in found)


def test_the_fix_removes_every_licence_classifier_and_keeps_the_rest(rules: RuleTree) -> None:
    before = f"""{HEAD}license = "MIT"
classifiers = [
  "Environment :: Console", # a comment
  "License :: OSI Approved",
  "{OSI}",
  "Typing :: Typed",
]
"""
    after = fixed(rules, "NK-LICENSE-CLASSIFIER", {"pyproject.toml": before})["pyproject.toml"].decode()
    assert after == before.replace('  "License :: OSI Approved",\n', "").replace(f'  "{OSI}",\n', "")


_MISSING = [
    pytest.param(HEAD + BUILD, {}, 1, id="nothing"),
    pytest.param(HEAD + f'classifiers = ["{OSI}"]\n' + BUILD, {}, 1, id="classifier-alone"),
    pytest.param(HEAD + 'license = ""\n' + BUILD, {}, 1, id="empty"),
    pytest.param(HEAD + "license-files = []\n" + BUILD, {}, 1, id="no-files-on-purpose"),
    pytest.param(HEAD + '# license = "MIT"\n' + BUILD, {}, 1, id="commented-out"),
    pytest.param(HEAD + BUILD, {"docs/LICENSE": "MIT"}, 1, id="file-elsewhere"),
    pytest.param(HEAD + BUILD, {"src/acme/_vendor/LICENSE": "MIT"}, 1, id="a-vendored-one-s"),
    pytest.param(HEAD + BUILD, {"NOTICE": "x", "AUTHORS": "x"}, 1, id="notice"),
    pytest.param(HEAD + BUILD + '[tool.other]\nlicense = "MIT"', {}, 1, id="another-table"),
    pytest.param(HEAD + '[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\npublish = true', {}, 1, id="kind"),
    pytest.param(HEAD + 'license = "MIT"\n' + BUILD, {}, None, id="expression"),
    pytest.param(HEAD + 'license = { text = "MIT" }\n' + BUILD, {}, None, id="text"),
    pytest.param(HEAD + 'license = { file = "LICENSE" }\n' + BUILD, {}, None, id="file-table"),
    pytest.param(HEAD + 'license-files = ["LEGAL*"]\n' + BUILD, {"LEGAL": "x"}, None, id="files"),
    pytest.param(HEAD + 'dynamic = ["license"]\n' + BUILD, {}, None, id="dynamic"),
    pytest.param(HEAD + 'dynamic = ["license-files"]\n' + BUILD, {}, None, id="dynamic-files"),
    pytest.param(HEAD + BUILD, {"LICENSE": "MIT"}, None, id="file"),
    pytest.param(HEAD + BUILD, {"licence.txt": "MIT"}, None, id="british-file"),
    pytest.param(HEAD + BUILD, {"COPYING": "GPL"}, None, id="copying"),
    pytest.param(HEAD + BUILD, {"UNLICENSE": "x"}, None, id="unlicense"),
    pytest.param(HEAD + BUILD, {"LICENSES/MIT.txt": "MIT", "LICENSES/BSD": "x"}, None, id="reuse-folder"),
    pytest.param(HEAD + BUILD + '[tool.setuptools]\nlicense-files = ["LEGAL"]', {}, None, id="setuptools"),
    pytest.param(HEAD + BUILD + '[tool.poetry]\nlicense = "MIT"', {}, None, id="poetry-beside-project"),
    pytest.param(HEAD, {}, None, id="not-published"),
    pytest.param(HEAD + 'classifiers = ["Private :: Do Not Upload"]\n' + BUILD, {}, None, id="private"),
    pytest.param('[tool.poetry]\nname = "acme"\nversion = "1"\n' + BUILD, {}, None, id="poetry"),
    pytest.param(BUILD, {"setup.cfg": "[metadata]\nname = acme\nlicense = MIT\n"}, None, id="setup-cfg"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "files", "line"), _MISSING)
def test_what_can_be_published_has_a_licence(
    rules: RuleTree, pyproject: str, files: dict[str, str], line: int | None
) -> None:
    found = rules.find("NK-LICENSE-MISSING", {"pyproject.toml": pyproject, **files})
    assert [finding.line for finding in found] == ([] if line is None else [line])


def test_the_licence_of_the_root_is_not_the_member_s(rules: RuleTree) -> None:
    root = HEAD + 'license = "MIT"\n' + BUILD + '[tool.uv.workspace]\nmembers = ["m"]\n'
    files = {"pyproject.toml": root, "LICENSE": "MIT", "m/pyproject.toml": HEAD.replace("acme", "m") + BUILD}
    assert [finding.path for finding in rules.find("NK-LICENSE-MISSING", files)] == ["m/pyproject.toml"]


_EXPRESSION = [
    pytest.param('license = "mit"', "write `MIT`", id="lower-case"),
    pytest.param('license = "APACHE-2.0"', "write `Apache-2.0`", id="upper-case"),
    pytest.param('license = "MIT or Apache-2.0"', "write `MIT OR Apache-2.0`", id="lower-case-operator"),
    pytest.param('license = "MIT  AND (BSD-3-Clause)"', "write `MIT AND (BSD-3-Clause)`", id="spaces"),
    pytest.param('license = "licenseref-acme"', "write `LicenseRef-acme`", id="reference"),
    pytest.param('license = "Apache 2.0"', "`Apache-2.0`", id="apache-by-name"),
    pytest.param('license = "BSD"', "`BSD-3-Clause`", id="which-bsd"),
    pytest.param('license = "GPLv3"', "`GPL-3.0-only`", id="which-gpl"),
    pytest.param('license = "MIT License"', "`MIT`", id="name"),
    pytest.param('license = "Proprietary"', "`LicenseRef-Proprietary`", id="proprietary"),
    pytest.param('license = "MIT / Apache-2.0"', "spdx.org", id="slash"),
    pytest.param('license = "MIT,"', "`MIT`", id="comma"),
    pytest.param('license = "MIT OR"', "spdx.org", id="operator-alone"),
    pytest.param('license = "(MIT"', "spdx.org", id="open-parenthesis"),
    pytest.param('license = "LICENSE"', "spdx.org", id="file-name"),
    pytest.param('license = ""', "spdx.org", id="empty"),
    pytest.param('license = "GPL-2.0-only WITH no-exception"', "spdx.org", id="unknown-exception"),
    pytest.param('license = "MIT"', None, id="canonical"),
    pytest.param('license = "Apache-2.0 WITH LLVM-exception OR (MIT AND BSD-2-Clause)"', None, id="long"),
    pytest.param('license = "GPL-2.0+"', None, id="or-later"),
    pytest.param('license = "LicenseRef-Proprietary"', None, id="canonical-reference"),
    pytest.param('license = { text = "mit" }', None, id="text-table"),
    pytest.param('license = { file = "LICENSE" }', None, id="file-table"),
    pytest.param('dynamic = ["license"]', None, id="dynamic"),
    pytest.param('# license = "mit"', None, id="commented-out"),
    pytest.param('[tool.poetry]\nlicense = "mit"', None, id="another-table"),
    pytest.param("", None, id="none"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "hint"), _EXPRESSION)
def test_the_licence_is_a_canonical_expression(rules: RuleTree, line: str, hint: str | None) -> None:
    found = rules.find("NK-LICENSE-EXPRESSION", {"pyproject.toml": HEAD + line + "\n"})
    assert len(found) == (hint is not None)
    if hint is not None:
        assert hint in found[0].hint
        assert (found[0].line, found[0].column) == (4, 11)
        assert (found[0].fix is FixSafety.SAFE) == hint.startswith("write `")
