# SPDX-License-Identifier: Apache-2.0
"""METADATA as a file of fields: defects in every spelling, look-alikes, and crafted files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.metadata import ExceptionGroup, Metadata

from noxkit.artifacts.headers import read_headers
from noxkit.diagnostics.model import Severity
from noxkit.rules import load_families
from noxkit.rules._base import Scope
from tests.rules._core_metadata import SDIST, WHEEL, core, raw

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

HEAD = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"

_CASES = [
    pytest.param("NK-METADATA-NOT-UTF8", raw(HEAD.encode() + b"Author: \xe9\n"), [4], id="latin-1"),
    pytest.param("NK-METADATA-NOT-UTF8", raw(HEAD.encode() + b"\n\n# d\xc3\n"), [6], id="cut-sequence-in-the-body"),
    pytest.param("NK-METADATA-NOT-UTF8", raw(HEAD.encode() + "Author: é\0\n".encode()), [], id="utf-8-and-nul"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("Summary: a", "Summary: a"), [6], id="equal-values"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("name: other"), [5], id="other-letter-case"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("Keywords: a", "Keywords:"), [6], id="one-of-them-empty"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("Description: a"), [5], id="description-and-body"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("Description: a", body=" \n"), [], id="description-and-blanks"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("Platform: a", "Platform: a"), [], id="repeated-by-right"),
    pytest.param("NK-METADATA-DUPLICATE-FIELD", core("Summary: a\n Summary: b"), [], id="in-a-fold"),
    pytest.param("NK-METADATA-UNKNOWN-FIELD", core("X-Foo: a", "x-foo: b", "Extra: c"), [5, 7], id="unknown"),
    pytest.param("NK-METADATA-UNKNOWN-FIELD", core("License-Files: a"), [5], id="plural"),
    pytest.param("NK-METADATA-UNKNOWN-FIELD", core("PROJECT-url: a, https://b.org", body="X: y"), [], id="known"),
    pytest.param("NK-METADATA-VERSION-MISSING", raw(""), [1, 1], id="empty"),
    pytest.param("NK-METADATA-VERSION-MISSING", raw("\n" + HEAD), [1, 1], id="begins-with-a-blank-line"),
    pytest.param("NK-METADATA-VERSION-MISSING", raw("\ufeff" + HEAD), [1], id="byte-order-mark"),
    pytest.param("NK-METADATA-VERSION-MISSING", raw("Name : a\n" + HEAD), [1, 1], id="space-before-the-colon"),
    pytest.param("NK-METADATA-VERSION-MISSING", raw(HEAD.replace("\n", "\r\n")), [], id="crlf"),
    pytest.param("NK-METADATA-VERSION-MISSING", raw(HEAD.replace("\n", "\r")), [], id="cr"),
    pytest.param("NK-METADATA-VERSION-MISSING", core(body="\ufeff# demo"), [], id="mark-in-the-description"),
    pytest.param("NK-METADATA-VERSION-UNSUPPORTED", core(version="2.0"), [1], id="two-zero"),
    pytest.param("NK-METADATA-VERSION-UNSUPPORTED", core(version="2.6"), [1], id="too-new"),
    pytest.param("NK-METADATA-VERSION-UNSUPPORTED", core(version="2"), [1], id="short"),
    pytest.param("NK-METADATA-VERSION-UNSUPPORTED", core(version=" 1.0 "), [], id="spaces"),
    pytest.param("NK-METADATA-FIELD-TOO-NEW", core("Dynamic: Summary", version="2.1"), [5], id="dynamic"),
    pytest.param("NK-METADATA-FIELD-TOO-NEW", core(version="1.2"), [5], id="content-type"),
    pytest.param("NK-METADATA-FIELD-TOO-NEW", core("Import-Name: demo"), [5], id="import-name"),
    pytest.param("NK-METADATA-FIELD-TOO-NEW", core("License-File: LICENSE", version="2.1"), [], id="setuptools"),
    pytest.param("NK-METADATA-FIELD-TOO-NEW", core("Dynamic: Summary", version="2.0"), [], id="no-version-at-all"),
    pytest.param("NK-METADATA-HEADER-INJECTION", raw(HEAD + "\nClassifier: a\n\n# x"), [5], id="blank-line"),
    pytest.param("NK-METADATA-HEADER-INJECTION", raw(HEAD + "\n\n\nRequires-Dist: a"), [5], id="more-blank-lines"),
    pytest.param("NK-METADATA-HEADER-INJECTION", raw(HEAD + "Author: a\nb c\nRequires-Dist: a\n"), [5], id="no-field"),
    pytest.param("NK-METADATA-HEADER-INJECTION", raw(HEAD + "\nmetadata-version: 9\n"), [5], id="a-whole-file"),
    pytest.param("NK-METADATA-HEADER-INJECTION", core(body="# a\nRequires-Dist: b"), [], id="behind-a-heading"),
    pytest.param("NK-METADATA-HEADER-INJECTION", core(body="license: MIT"), [], id="in-lower-case"),
    pytest.param("NK-METADATA-HEADER-INJECTION", core(body="Version:1"), [], id="without-a-space"),
    pytest.param("NK-METADATA-HEADER-INJECTION", core(body="Name of it: a"), [], id="begins-with-the-name"),
]


@pytest.mark.parametrize(("code", "recipe", "lines"), _CASES)
def test_fields_are_as_the_index_takes_them(artifacts: Artifacts, code: str, recipe: str, lines: list[int]) -> None:
    found = artifacts.find(code, {WHEEL: recipe})
    assert [finding.line for finding in found] == lines
    assert all(finding.severity is Severity.ERROR and finding.hint for finding in found)
    assert all(finding.path == f"dist/{WHEEL}/demo-1.0.dist-info/METADATA" for finding in found)


@pytest.mark.parametrize(
    ("recipe", "count"),
    [
        pytest.param('[files]\n"{info}/METADATA" = false', 1, id="absent"),
        pytest.param('[files]\n"{info}/METADATA" = false\n"METADATA" = "Name: a"', 1, id="elsewhere"),
        pytest.param('[members."{info}/METADATA"]\nlink = "WHEEL"', 1, id="link"),
        pytest.param("[metadata]\nName = false", 0, id="there"),
        pytest.param("[metadata-text]\ntext = ''", 0, id="empty"),
    ],
)
def test_metadata_has_to_be_there(artifacts: Artifacts, recipe: str, count: int) -> None:
    assert len(artifacts.find("NK-METADATA-MISSING", {WHEEL: recipe})) == count


def test_a_million_fields_give_a_few_findings(artifacts: Artifacts) -> None:
    many = "".join(f"X-{number}: a\n" for number in range(300_000))
    found = artifacts.find("NK-METADATA-UNKNOWN-FIELD", {WHEEL: raw(HEAD + many)})
    assert len(found) == 21
    assert any("more of the same kind" in finding.message for finding in found)
    assert artifacts.find("NK-METADATA-DUPLICATE-FIELD", {WHEEL: raw(HEAD + many)})


_WORDS = [
    "Summary: a",
    "Summary: a\n b",
    "Author-email: a",
    "Author-email: A <a@b.org>",
    "Classifier: Typing :: Typed",
    "Requires-Dist: a>>1",
    "Requires-Dist: a @ https://x.org/a",
    "Requires-Dist: a>=1; extra == 'b'",
    "X: y",
    "nothing",
    "Provides-Extra: a b",
    "Provides-Extra: a",
    "Requires-Python: 3",
    "Dynamic: name",
    "Dynamic: Summary",
    "License: MIT",
    "License-Expression: MIT",
    "License-Expression: M I T",
    "License-File: ../a",
    "License-File: a*",
    "Import-Name: a-b",
    "Import-Name:",
    "Import-Namespace: a; public",
    "Project-URL: a, b",
    "Project-URL: https://a.org",
    "Description-Content-Type: a/b",
    "Description-Content-Type: text/markdown; charset=x",
    "Keywords: a",
    "Name: a",
    "Version: 1",
    "Home-page: UNKNOWN",
    "Metadata-Version: 2.4",
    "Project-URL: a, https://c.org",
    "Requires: a",
]


@pytest.mark.parametrize("word", _WORDS)
@pytest.mark.parametrize("version", ["1.1", "2.1", "2.4", "2.5", "7"])
def test_what_packaging_refuses_is_an_error(artifacts: Artifacts, version: str, word: str) -> None:
    text = f"Metadata-Version: {version}\nName: demo\nVersion: 1.0\n{word}\n{word}\n\n# demo\n"
    try:
        Metadata.from_email(text.encode())
    except ExceptionGroup:
        every = [rule for family in load_families().values() for rule in family.values()]
        rules = [rule for rule in every if rule.scope in {Scope.ARCHIVE, Scope.WHEEL}]
        families = [
            rule for rule in rules if rule.info.family.startswith(("core_", "metadata_", "desc", "import_names"))
        ]
        found = artifacts.find_by(families, {WHEEL: raw(text)})
        tolerated = word.startswith("License-File") and version in {"1.1", "2.1"}
        assert tolerated or any(finding.severity is Severity.ERROR for finding in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a:",
        ":",
        " a: b",
        "a: b\n c\n\td\n\ne: f",
        "a: b\r\nc: d\r\n\r\n\r\ne",
        "a: b\nc d: e\nf: g",
        "a:b\n\n",
    ],
)
def test_fields_are_read_as_the_email_parser_reads_them(text: str) -> None:
    import email.parser  # noqa: PLC0415 -- the oracle of this test alone
    import email.policy  # noqa: PLC0415 -- the same

    message = email.parser.Parser(policy=email.policy.compat32).parsestr(text.replace("\r\n", "\n"))
    headers = read_headers(text.encode())
    expected = [(name, value.strip()) for name, value in message.items()]
    assert [(field.name, field.value) for field in headers.fields if field.name] == expected
    assert not message.items() or headers.body.strip() == str(message.get_payload()).strip()


def test_the_same_holds_for_an_sdist(artifacts: Artifacts) -> None:
    found = artifacts.find("NK-METADATA-UNKNOWN-FIELD", {SDIST: core("X: y")})
    assert [(finding.path, finding.line) for finding in found] == [(f"dist/{SDIST}/demo-1.0/PKG-INFO", 5)]
