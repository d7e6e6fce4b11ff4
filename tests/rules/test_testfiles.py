# SPDX-License-Identifier: Apache-2.0
"""The rules on files of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

PROJECT = '[project]\nname = "acme"\nversion = "1.0"\n'
TEST = "def test_it():\n    assert True\n"
PATTERN = f'{PROJECT}[tool.noxkit.tests]\npattern = "*_test.py"\n'


@pytest.mark.parametrize(
    ("manifest", "path", "text", "fires"),
    [
        pytest.param(PROJECT, "tests/test_a.py", TEST, False, id="default"),
        pytest.param(PROJECT, "tests/a_test.py", TEST, False, id="default-at-the-end"),
        pytest.param(PROJECT, "tests/a.py", TEST, True, id="no-pattern"),
        pytest.param(PROJECT, "tests/testa.py", TEST, True, id="without-underscore"),
        pytest.param(PROJECT, "tests/tests_a.py", TEST, True, id="plural"),
        pytest.param(PROJECT, "tests/deep/a.py", f"async {TEST}", True, id="async"),
        pytest.param(PROJECT, "tests/a.py", "class TestA:\n    def test_it(self): ...\n", True, id="class"),
        pytest.param(
            PROJECT, "tests/a.py", "class A(unittest.TestCase):\n    def test_it(self): ...\n", True, id="unit"
        ),
        pytest.param(PATTERN, "tests/test_a.py", TEST, True, id="configured"),
        pytest.param(PATTERN, "test_a.py", TEST, True, id="in-the-root"),
        pytest.param(PATTERN, "tests/a_test.py", TEST, False, id="as-configured"),
        pytest.param(
            f'{PROJECT}[tool.pytest.ini_options]\npython_files = ["a*.py"]\n', "tests/a.py", TEST, False, id="ini"
        ),
        pytest.param(
            f'{PROJECT}[tool.pytest.ini_options]\npython_files = "x.py a*.py"\n', "tests/a.py", TEST, False, id="text"
        ),
        pytest.param(f'{PROJECT}[tool.pytest]\npython_files = ["a.py"]\n', "tests/a.py", TEST, False, id="native"),
        pytest.param(PROJECT, "tests/a.py", "def helper(): ...\n", False, id="helper"),
        pytest.param(PROJECT, "tests/a.py", f'"""\n{TEST}"""\n', False, id="text-of-a-test"),
        pytest.param(PROJECT, "tests/a.py", f"# {TEST.splitlines()[0]}\n", False, id="comment"),
        pytest.param(PROJECT, "tests/a.py", "@pytest.fixture\ndef test_data(): ...\n", False, id="fixture"),
        pytest.param(PROJECT, "tests/a.py", "class Base:\n    def test_it(self): ...\n", False, id="base-class"),
        pytest.param(PROJECT, "tests/conftest.py", TEST, False, id="conftest"),
        pytest.param(PROJECT, "src/acme/testing.py", TEST, False, id="not-in-tests"),
        pytest.param(PROJECT, "tests/fixtures/a.py", TEST, False, id="fixtures"),
        pytest.param(PROJECT, "tests/node_modules/a.py", TEST, False, id="pruned"),
        pytest.param(
            f'{PROJECT}[tool.pytest.ini_options]\ntestpaths = ["other"]\n', "tests/a.py", TEST, False, id="paths"
        ),
    ],
)
def test_files_with_tests_are_collected(rules: RuleTree, manifest: str, path: str, text: str, *, fires: bool) -> None:
    found = rules.find("NK-TEST-NAME", {"pyproject.toml": manifest, path: text})
    assert [finding.path for finding in found] == ([path] if fires else [])


@pytest.mark.parametrize("line", ["from tests.base import TestBase", "from . import base", "import base"])
def test_a_module_that_other_tests_import_may_hold_tests(rules: RuleTree, line: str) -> None:
    files = {"tests/base.py": "class TestBase:\n    def test_it(self): ...\n", "tests/test_a.py": f"{line}\n"}
    assert rules.find("NK-TEST-NAME", files) == []


def test_pytest_ini_is_read(rules: RuleTree) -> None:
    files = {"pytest.ini": "[pytest]\npython_files = check_*.py\n", "tests/check_a.py": TEST, "tests/test_a.py": TEST}
    assert [finding.path for finding in rules.find("NK-TEST-NAME", files)] == ["tests/test_a.py"]


SPACE = {
    "packages/a/pyproject.toml": PROJECT.replace("acme", "a"),
    "packages/b/pyproject.toml": PROJECT.replace("acme", "b"),
}
ROOT = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
ONE_RUN = f"{ROOT}[tool.pytest.ini_options]\n"
TWICE = {"packages/a/tests/test_x.py": TEST, "packages/b/tests/test_x.py": TEST}
SECOND = ["packages/b/tests/test_x.py"]


@pytest.mark.parametrize(
    ("root", "files", "found"),
    [
        pytest.param(ONE_RUN, TWICE, SECOND, id="two-members"),
        pytest.param(f'{ONE_RUN}addopts = "-q"\n', TWICE, SECOND, id="other-options"),
        pytest.param(f'{ONE_RUN}addopts = ["--import-mode=append"]\n', TWICE, SECOND, id="append"),
        pytest.param(f'{ONE_RUN}# addopts = ["--import-mode=importlib"]\n', TWICE, SECOND, id="comment"),
        pytest.param(
            ONE_RUN,
            {**TWICE, "packages/a/tests/__init__.py": "", "packages/b/tests/__init__.py": ""},
            SECOND,
            id="packages-of-one-name",
        ),
        pytest.param(
            ROOT, {"packages/b/tests/test_x.py": TEST, "packages/b/tests/deep/test_x.py": TEST}, SECOND, id="one-member"
        ),
        pytest.param(f"{ONE_RUN}testpaths = ['packages/**/tests']\n", TWICE, SECOND, id="testpaths-as-globs"),
        pytest.param(f"{ONE_RUN}testpaths = ['packages/?/tests/*.py']\n", TWICE, SECOND, id="files-as-globs"),
        pytest.param(f"{ONE_RUN}testpaths = ['apps/*/tests']\n", TWICE, SECOND, id="globs-of-nothing"),
        pytest.param(f"{ONE_RUN}testpaths = ['packages/a*/tests']\n", TWICE, [], id="globs-of-one"),
        pytest.param(f"{ONE_RUN}norecursedirs = '**/b/**'\n", TWICE, [], id="pruned-by-a-path"),
        pytest.param(f"{ONE_RUN}norecursedirs = 'lab/**'\n", TWICE, SECOND, id="pruned-elsewhere"),
        pytest.param(f'{ONE_RUN}addopts = "-q --import-mode importlib"\n', TWICE, [], id="importlib-as-text"),
        pytest.param(f'{ONE_RUN}addopts = ["--import-mode=importlib"]\n', TWICE, [], id="importlib"),
        pytest.param(
            f'{ONE_RUN}[tool.noxkit.tests]\narguments = ["--import-mode=importlib"]\n',
            TWICE,
            [],
            id="importlib-by-noxkit",
        ),
        pytest.param(ROOT, TWICE, [], id="a-run-for-each-member"),
        pytest.param(ONE_RUN, {**TWICE, "packages/a/tests/__init__.py": ""}, [], id="one-is-in-a-package"),
        pytest.param(f'{ONE_RUN}testpaths = ["packages/a"]\n', TWICE, [], id="one-is-not-collected"),
        pytest.param(
            ONE_RUN, {"packages/a/tests/test_x.py": TEST, "packages/b/tests/x_test.py": TEST}, [], id="other-names"
        ),
        pytest.param(
            ONE_RUN, {"packages/a/tests/helpers.py": "", "packages/b/tests/helpers.py": ""}, [], id="no-test-files"
        ),
        pytest.param(
            ONE_RUN, {"packages/a/tests/conftest.py": "", "packages/b/tests/conftest.py": ""}, [], id="conftest"
        ),
        pytest.param(
            ONE_RUN,
            {
                "packages/a/tests/test_x.py": TEST,
                "env/pyvenv.cfg": "",
                "env/lib/python3.12/site-packages/y/tests/test_x.py": TEST,
            },
            [],
            id="environment",
        ),
    ],
)
def test_two_files_of_one_name_clash(rules: RuleTree, root: str, files: dict[str, str], found: list[str]) -> None:
    actual = rules.find("NK-TEST-BASENAME", {"pyproject.toml": root, **SPACE, **files})
    if found and found[0] not in {finding.path for finding in actual}:
        pytest.fail(str(actual))
    assert len(actual) == len(found)


OFF = f"{PROJECT}[tool.noxkit.rules.testfiles]\npackages = false\n"


@pytest.mark.parametrize(
    ("manifest", "path", "fires"),
    [
        pytest.param(OFF, "tests/__init__.py", True, id="configured"),
        pytest.param(OFF, "tests/deep/__init__.py", True, id="below"),
        pytest.param(OFF, "src/acme/tests/__init__.py", True, id="inside-a-package"),
        pytest.param(OFF, "test/__init__.py", True, id="singular"),
        pytest.param(PROJECT, "tests/__init__.py", False, id="not-configured"),
        pytest.param(OFF.replace("false", "true"), "tests/__init__.py", False, id="allowed"),
        pytest.param(OFF, "src/acme/__init__.py", False, id="package"),
        pytest.param(OFF, "src/acme/testing/__init__.py", False, id="testing"),
        pytest.param(OFF, "tests/test_a.py", False, id="no-init"),
        pytest.param(OFF, "tests/fixtures/pkg/__init__.py", False, id="fixtures"),
        pytest.param(OFF, "vendor/x/tests/__init__.py", False, id="vendored"),
    ],
)
def test_tests_are_no_packages_where_that_is_configured(
    rules: RuleTree, manifest: str, path: str, *, fires: bool
) -> None:
    found = rules.find("NK-TEST-INIT", {"pyproject.toml": manifest, path: ""})
    assert [finding.path for finding in found] == ([path] if fires else [])
