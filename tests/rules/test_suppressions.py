# SPDX-License-Identifier: Apache-2.0
"""Comments that have other tools keep quiet, in every spelling, and what only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

BROAD, REASON, FILE = "NK-SUPPRESSION-BROAD", "NK-SUPPRESSION-REASON", "NK-SUPPRESSION-FILE"
PYPROJECT = '[project]\nname = "acme"\nversion = "1"\n'

SPELLINGS = [
    "# type: ignore",
    "#type:ignore",
    "# type:  ignore",
    "# type: ignore[]",
    "# type: ignore[ ]",
    "# type: ignore # why",
    "# type: ignore, because",
    "# pyright: ignore",
    "#pyright:ignore",
    "# pyright: ignore[]",
    "# pyrefly: ignore",
    "# ty: ignore",
    "# ty:ignore",
    "# noqa",
    "#noqa",
    "# NOQA",
    "# NoQA",
    "# noqa:",
    "# noqa: because of x",
    "# noqa F401",
    "# noqa, really",
    "# noqa -- it is fine",
    "# noqa is fine here",
    "## noqa",
    "# see below # noqa",
    "# type: ignore[misc] # noqa",
    "# noqa: F401 # type: ignore",
    "# ruff: noqa",
    "#ruff:noqa",
    "# RUFF: noqa".replace("RUFF", "ruff"),
    "# flake8: noqa",
    "# flake8:NOQA",
    "# mypy: ignore-errors",
    "# mypy: ignore_errors",
    "# mypy: ignore-errors=True",
    "# mypy: disallow-any-expr, ignore-errors",
    "# pyrefly: ignore-errors",
]
NARROW = [
    "# type: ignore[misc]",
    "# type: ignore [misc]",
    "#type:ignore[misc,arg-type]",
    "# type: ignore[misc]  # why",
    "# pyright: ignore[reportCallIssue]",
    "# pyrefly: ignore[bad-return]",
    "# ty: ignore[invalid-return-type, call-non-callable]",
    "# noqa: F401",
    "# noqa:F401,E501",
    "# noqa: F401 E501",
    "# noqa : F401",
    "# NOQA: f401",
    "# noqa: RUF100 -- why",
    "# ruff: noqa: F401",
    "# flake8: noqa: E501",
    "# mypy: ignore-errors=False",
    "# mypy: disallow-untyped-defs",
    "# pyright: basic",
    "# pyright: strict, reportUnusedImport=false",
    "# ruff: disable[F401]",
    "# type: int",
    "# type: ignored by the parser",
    "# a noqa would not help",
    "# we write type: ignore only with a code",
    "# write `# noqa` behind it",
    "# `# type: ignore` is not enough",
    "# noqa-like comments",
    "# quality: ignore",
    "# types: ignore",
    "# noqa_codes = 1",
    "# pylint: disable=all",
]


@pytest.mark.parametrize("comment", SPELLINGS)
def test_a_suppression_without_a_code_is_found(rules: RuleTree, comment: str) -> None:
    [finding] = rules.find(BROAD, {"a.py": f"x = 1  {comment}\n"})
    assert finding.line == 1
    assert finding.column is not None
    assert finding.column >= 8
    assert finding.severity.value == "error"


@pytest.mark.parametrize("comment", NARROW)
def test_a_suppression_with_a_code_and_what_is_none_is_not_found(rules: RuleTree, comment: str) -> None:
    assert rules.find(BROAD, {"a.py": f"x = 1  {comment}\n"}) == []


@pytest.mark.parametrize(
    "comment", ["# type: ignore", "# noqa", "# flake8: noqa", "# mypy: ignore-errors", "# ty: ignore"]
)
def test_a_suppression_on_a_line_of_its_own_is_found(rules: RuleTree, comment: str) -> None:
    assert len(rules.find(BROAD, {"a.py": f"{comment}\nx = 1\n", "b.pyi": f"x: int  {comment}\n"})) == 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('x = "# type: ignore"\n', id="a string"),
        pytest.param('"""\nx = 1  # noqa\n"""\n', id="a docstring"),
        pytest.param('x = f"""{1}\n# noqa\n"""\n', id="an f-string"),
        pytest.param("# x = f()  # type: ignore\n", id="code that is commented out"),
        pytest.param("# Lines that end in # noqa are left out.\n", id="prose"),
        pytest.param("# import os  # noqa\n", id="an import that is commented out"),
        pytest.param("# x = f()  # noqa: F821\n", id="commented out, with a code"),
        pytest.param("# see f()  # type: ignore\n", id="prose for a type checker"),
        pytest.param('x = r"#\\s*noqa"  # a pattern\n', id="a pattern"),
        pytest.param("x = noqa\n", id="a name"),
    ],
)
def test_text_that_looks_like_a_suppression_is_none(rules: RuleTree, text: str) -> None:
    assert rules.find(BROAD, {"a.py": text}) == []
    assert rules.find(REASON, {"a.py": text}) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        pytest.param(BROAD, "# https://acme.example/a-long-one  # noqa\n", id="all about an address"),
        pytest.param(BROAD, "# see the long page  # NOQA\n", id="all about prose"),
        pytest.param(REASON, "# https://acme.example/a-long-one  # noqa: E501\n", id="an address that is too long"),
        pytest.param(REASON, "# a long line of prose  # noqa: E501, RUF003\n", id="several"),
        pytest.param(REASON, "#     continue  # noqa: ERA001\n", id="code that may be commented out"),
    ],
)
def test_a_suppression_of_what_a_comment_says_is_found(rules: RuleTree, code: str, text: str) -> None:
    assert [finding.line for finding in rules.find(code, {"a.py": text})] == [1]


def test_each_suppression_of_a_comment_has_its_place(rules: RuleTree) -> None:
    found = rules.find(BROAD, {"a.py": 'ä = "ö"  # type: ignore # noqa\n'})
    assert [(finding.column, finding.end_column) for finding in found] == [(10, 24), (25, 31)]


@pytest.mark.parametrize(
    ("comment", "hint"),
    [
        ("# type: ignore", "# type: ignore[CODE]"),
        ("# noqa", "# noqa: CODE"),
        ("# noqa:", "# noqa: CODE"),
        ("# flake8: noqa", "# flake8: noqa: CODE"),
        ("# pyrefly: ignore-errors", "# pyrefly: ignore[CODE]"),
        ("# mypy: ignore-errors", '# mypy: disable-error-code="CODE"'),
    ],
)
def test_the_hint_shows_how_a_code_is_named(rules: RuleTree, comment: str, hint: str) -> None:
    [finding] = rules.find(BROAD, {"a.py": f"x = 1  {comment}\n"})
    assert f"`{hint}`" in finding.hint


WITHOUT = [
    "# type: ignore",
    "# type: ignore[misc]",
    "#type:ignore[misc]",
    "# type: ignore[misc]  #",
    "# type: ignore[misc] --",
    "# noqa: F401",
    "# noqa: F401,E501",
    "# noqa: F401 E501",
    "# noqa:F401 -",
    "# noqa",
    "# pyright: ignore[reportCallIssue]",
    "# pyrefly: ignore[bad-return]",
    "# ty: ignore[call-non-callable]",
    "# ruff: noqa: F401",
    "# flake8: noqa",
    "# mypy: ignore-errors",
    "# ruff: disable[F401]",
    "# noqa: F401 # pragma: no cover",
    "# noqa: F401  # pylint: disable=unused-import",
    "# re-exported # noqa: F401",
    "# noqa: S404  # nosec B404",
    "# noqa: S404  # nosec: B404, B603",
    "# noqa: F401  # pragma: no cover - seldom",
]
WITH = [
    "# type: ignore[misc]  # the stub is wrong",
    "# type: ignore[misc] the stub is wrong",
    "# type: ignore  # why",
    "# noqa: F401 -- re-exported",
    "# noqa: F401 - re-exported",
    "# noqa: F401, re-exported",
    "# noqa: F401 (re-exported)",
    "# noqa: F401 # re-exported",
    "# noqa: F401 -- переэкспорт",
    "# noqa: F401 #123",
    "# noqa: F401 https://example.org/1",
    "# pyright: ignore[reportCallIssue] why",
    "# ty: ignore[call-non-callable]: why",
    "# ruff: noqa: F401 -- why",
    "# type: ignore[misc]  # noqa: F401 -- both since the stub is wrong",
    "# noqa: S404  # nosec B404 - a constant command",
    "# ruff: ignore[S603]  # nosec B603 -- trusted arguments",
    "# noqa: S603  # nosec B603 \u2014 trusted arguments",
    "# noqa: F401  # pylint: disable=unused-import -- re-exported",
    "# pragma: no cover",
    "# a reason for nothing",
]


@pytest.mark.parametrize("comment", WITHOUT)
def test_a_suppression_without_a_reason_is_found(rules: RuleTree, comment: str) -> None:
    [finding] = rules.find(REASON, {"a.py": f"x = 1  {comment}\n"})
    assert finding.severity.value == "warning"


@pytest.mark.parametrize("comment", WITH)
def test_a_suppression_with_a_reason_is_not_found(rules: RuleTree, comment: str) -> None:
    assert rules.find(REASON, {"a.py": f"x = 1  {comment}\n"}) == []


def test_two_suppressions_without_a_reason_are_two_findings(rules: RuleTree) -> None:
    assert len(rules.find(REASON, {"a.py": "x = 1  # type: ignore[misc] # noqa: F401\n"})) == 2


OFF = [
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["S101"]\n', (5, 11), id="the table"),
    pytest.param('[tool.ruff.lint]\nper-file-ignores = { "a.py" = ["E501", "S602"] }\n', (5, 40), id="inline"),
    pytest.param('[tool.ruff.lint.extend-per-file-ignores]\n"a.py" = ["S"]\n', (5, 11), id="the extended table"),
    pytest.param('[tool.ruff.per-file-ignores]\n"a.py" = ["S6"]\n', (5, 11), id="the old table"),
    pytest.param('[tool.ruff]\nlint.per-file-ignores."a.py" = ["ALL"]\n', (5, 33), id="dotted keys"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["E722"]\n', (5, 11), id="the bare except"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S"]\n', (5, 15), id="all of it in tests"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S101", "S105"]\n', (5, 23), id="more in tests"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"!src/**" = ["S602"]\n', (5, 14), id="all but a folder"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["exec-builtin"]\n', (5, 11), id="by its name"),
]
ON = [
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["E501", "SIM", "SLF001"]\n', id="other rules"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S101"]\n', id="assert in tests"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["assert"]\n', id="assert in tests, by its name"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["print"]\n', id="another rule, by its name"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"test_*.py" = ["S101"]\n', id="assert in test files"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"**/conftest.py" = ["S101"]\n', id="assert in conftest"),
    pytest.param('[tool.ruff.lint]\nignore = ["S101"]\n', id="a rule that is off everywhere"),
    pytest.param('# [tool.ruff.lint.per-file-ignores]\n# "a.py" = ["S101"]\n', id="a comment"),
    pytest.param('[tool.other.per-file-ignores]\n"a.py" = ["S101"]\n', id="another tool"),
    pytest.param('[tool.ruff.lint]\nper-file-ignores = ["S101"]\n', id="no table"),
    pytest.param('[tool.ruff.lint.per-file-ignores]\n"a.py" = "S101"\n', id="no list"),
]


@pytest.mark.parametrize(("text", "place"), OFF)
def test_security_rules_off_for_files_are_found(rules: RuleTree, text: str, place: tuple[int, int]) -> None:
    [finding] = rules.find(FILE, {"pyproject.toml": PYPROJECT + text})
    assert (finding.path, finding.line, finding.column) == ("pyproject.toml", *place)


@pytest.mark.parametrize("text", ON)
def test_other_settings_are_not_found(rules: RuleTree, text: str) -> None:
    assert rules.find(FILE, {"pyproject.toml": PYPROJECT + text}) == []


@pytest.mark.parametrize("path", ["ruff.toml", ".ruff.toml", "packages/a/ruff.toml"])
def test_the_files_of_ruff_are_read(rules: RuleTree, path: str) -> None:
    found = rules.find(FILE, {path: '[lint.per-file-ignores]\n"a.py" = ["S101"]\n'})
    assert [(finding.path, finding.line, finding.column) for finding in found] == [(path, 2, 11)]


def test_a_file_of_ruff_that_is_test_data_or_broken_is_not_read(rules: RuleTree) -> None:
    text = '[lint.per-file-ignores]\n"a.py" = ["S101"]\n'
    assert rules.find(FILE, {"tests/data/ruff.toml": text, "ruff.toml": "[lint.per-file-ignores"}) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("# ruff: noqa\n", 1, id="everything"),
        pytest.param("# flake8: noqa\n", 1, id="everything, in flake8's words"),
        pytest.param("# ruff: noqa: S602\n", 1, id="a rule"),
        pytest.param("# ruff: noqa: E501, S602\n", 1, id="a rule among others"),
        pytest.param("# flake8: noqa: S602\n", 1, id="a rule, in flake8's words"),
        pytest.param('"""Doc."""\n\n#ruff:noqa:S1\n', 1, id="further down"),
        pytest.param("# ruff: file-ignore[S602]\n", 1, id="a rule, in ruff's newer words"),
        pytest.param("# ruff:file-ignore[print, suspicious-pickle-import]\n", 1, id="a rule by its name"),
        pytest.param("# ruff: file-ignore[print]\n", 0, id="another rule by its name"),
        pytest.param("x = 1  # ruff: ignore[S602]\n", 0, id="a line, in ruff's newer words"),
        pytest.param("# ruff: noqa: E501\n", 0, id="another rule"),
        pytest.param("x = 1  # noqa: S602\n", 0, id="a line"),
        pytest.param("x = 1  # noqa\n", 0, id="all of a line"),
        pytest.param('x = "# ruff: noqa"\n', 0, id="a string"),
        pytest.param("# mypy: ignore-errors\n", 0, id="a type checker"),
        pytest.param("# ruff: noqa\ndef f(:\n", 0, id="a file that does not parse"),
    ],
)
def test_a_comment_for_a_whole_file_is_found(rules: RuleTree, text: str, count: int) -> None:
    found = rules.find(FILE, {"src/acme/a.py": text})
    assert len(found) == count


def test_assert_in_a_test_file_and_foreign_files_are_not_found(rules: RuleTree) -> None:
    files = {"tests/test_a.py": "# ruff: noqa: S101\n", "src/acme/_vendor/b.py": "# ruff: noqa\n"}
    assert rules.find(FILE, files) == []
