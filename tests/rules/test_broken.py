# SPDX-License-Identifier: Apache-2.0
"""Files that do not parse or decode: an error where Python is to import them, an info where they may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

SYNTAX, ENCODING = "NK-MODULE-SYNTAX-ERROR", "NK-MODULE-ENCODING-ERROR"
CONTENT = {SYNTAX: b"def answer(:\n", ENCODING: b"name = '\xe9'\n"}

ERROR = [
    "src/acme/broken.py",
    "broken.py",
    "src/acme/_types.pyi",
    "tests/test_broken.py",
    "tests/conftest.py",
    "tests/unit/__init__.py",
    "packages/core/src/core/a.py",
    "src/acme/data/loader.py",
    "noxfile.py",
]
INFO = [
    "tests/data/broken.py",
    "tests/data/test_broken.py",
    "tests/test_data/test_broken.py",
    "tests/fixtures/pkg/__init__.py",
    "testing/example_scripts/collect/test_a.py",
    "test/cases/pep_572.py",
    "examples/python2.py",
    "docs/snippet.py",
    "src/acme/templates/main.py",
    "{{cookiecutter.name}}/main.py",
]


@pytest.mark.parametrize("code", [SYNTAX, ENCODING])
@pytest.mark.parametrize(
    ("path", "severity"), [*((path, Severity.ERROR) for path in ERROR), *((path, Severity.INFO) for path in INFO)]
)
def test_what_python_is_to_import_is_an_error(rules: RuleTree, code: str, path: str, severity: Severity) -> None:
    [found] = rules.find(code, {path: CONTENT[code]})
    assert (found.path, found.severity) == (path, severity)


@pytest.mark.parametrize(
    ("code", "content"),
    [
        pytest.param(SYNTAX, b"def answer():\n    return 42\n", id="parses"),
        pytest.param(SYNTAX, CONTENT[ENCODING], id="the encoding is another rule's"),
        pytest.param(ENCODING, CONTENT[SYNTAX], id="the syntax is another rule's"),
        pytest.param(ENCODING, b"# coding: latin-1\nname = '\xe9'\n", id="declared"),
        pytest.param(SYNTAX, b"", id="empty"),
    ],
)
def test_a_file_that_can_be_read_is_none(rules: RuleTree, code: str, content: bytes) -> None:
    assert rules.find(code, {"src/acme/a.py": content}) == []
