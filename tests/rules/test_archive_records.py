# SPDX-License-Identifier: Apache-2.0
"""The records of a zip: each departure has its code, and no look-alike has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Severity

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

NOTHING: set[str] = set()
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
ADDED = '[files]\n"demo/a.py" = "import x\\n"\n"demo/b.py" = "import y\\n"\n[members."demo/a.py"]\n'
CODES = (
    "CD-COMMENT",
    "COMMENT",
    "CONCATENATED",
    "DATA-DESCRIPTOR",
    "DUPLICATE-ENTRY",
    "HEADER-MISMATCH",
    "HIDDEN-MEMBER",
    "PREPENDED-DATA",
    "TRAILING-DATA",
    "ZIP64-MALFORMED",
)

_RECORDS = [
    pytest.param("", NOTHING, id="healthy"),
    pytest.param("repeat = 2", {"DUPLICATE-ENTRY"}, id="twice"),
    pytest.param("repeat = 5", {"DUPLICATE-ENTRY"}, id="five-times"),
    pytest.param('name = "demo/b.py"', {"DUPLICATE-ENTRY"}, id="under-the-name-of-another"),
    pytest.param('name = "demo/B.py"', NOTHING, id="in-other-letters"),
    pytest.param('name = "demo//b.py"', NOTHING, id="with-two-slashes"),
    pytest.param('local = "demo/b.py"', {"DUPLICATE-ENTRY", "HEADER-MISMATCH"}, id="local-duplicate"),
    pytest.param('local = "demo/c.py"', {"HEADER-MISMATCH"}, id="local-name"),
    pytest.param('local = "demo/A.py"', {"HEADER-MISMATCH"}, id="local-letter-case"),
    pytest.param('name = "demo/ä.py"', NOTHING, id="utf8"),
    pytest.param('name = "demo/ä.py"\nutf8 = false', {"HEADER-MISMATCH"}, id="utf8-without-its-flag"),
    pytest.param('raw = "64656d6f2f84"', NOTHING, id="no-utf8-without-its-flag"),
    pytest.param("local-size = 1", {"HEADER-MISMATCH"}, id="local-size"),
    pytest.param("hidden = true", {"HIDDEN-MEMBER"}, id="hidden"),
    pytest.param("flags = 8", {"DATA-DESCRIPTOR"}, id="data-descriptor"),
    pytest.param("flags = 8\nmethod = 8", {"DATA-DESCRIPTOR"}, id="data-descriptor-deflated"),
    pytest.param('comment = "x"', {"CD-COMMENT"}, id="comment"),
    pytest.param('comment = ""', NOTHING, id="comment-of-nothing"),
    pytest.param('extra = "01"', {"ZIP64-MALFORMED"}, id="extra-of-a-byte"),
    pytest.param('extra = "0100020000ff"', {"ZIP64-MALFORMED"}, id="zip64-of-two-bytes"),
    pytest.param('local-extra = "0100000001000000"', {"ZIP64-MALFORMED"}, id="zip64-twice"),
    pytest.param('extra = "75700000"', {"ZIP64-MALFORMED"}, id="unicode-path-of-nothing"),
    pytest.param('extra = "01000000"', NOTHING, id="zip64-of-nothing"),
    pytest.param('extra = "fefe0000fefe0000"', NOTHING, id="unknown-extra-twice"),
]


@pytest.mark.parametrize(("option", "codes"), _RECORDS)
def test_what_is_wrong_with_an_entry_has_its_code(artifacts: Artifacts, option: str, codes: set[str]) -> None:
    assert _codes(artifacts, WHEEL, ADDED + option) == codes


_WHOLE = [
    pytest.param(WHEEL, 'prepend = "x"', {"PREPENDED-DATA"}, id="before"),
    pytest.param(WHEEL, 'prepend = "#!/usr/bin/python\\n"', {"PREPENDED-DATA"}, id="zipapp"),
    pytest.param(WHEEL, 'prepend = "PK"', {"PREPENDED-DATA"}, id="before-like-a-record"),
    pytest.param(WHEEL, 'append = "x"', {"TRAILING-DATA"}, id="behind"),
    pytest.param(WHEEL, 'append-hex = "00"', {"TRAILING-DATA"}, id="zero-behind"),
    pytest.param(WHEEL, 'prepend = "x"\nappend = "x"', {"PREPENDED-DATA", "TRAILING-DATA"}, id="both"),
    pytest.param(WHEEL, "concatenate = true", {"CONCATENATED"}, id="twice"),
    pytest.param(WHEEL, 'concatenate = true\nappend = "x"', {"CONCATENATED", "TRAILING-DATA"}, id="twice-and-more"),
    pytest.param(WHEEL, 'comment = "x"', {"COMMENT"}, id="comment"),
    pytest.param(WHEEL, "[archive.end]\nzip64 = true", NOTHING, id="zip64"),
    pytest.param(WHEEL, "[archive.end]\nzip64 = true\nzip64-length = 45", {"ZIP64-MALFORMED"}, id="extensible"),
    pytest.param(WHEEL, "[archive.end]\nzip64 = true\nzip64-offset = 1", {"ZIP64-MALFORMED"}, id="locator"),
    pytest.param(WHEEL, '[archive.end]\ngap = "ffff"', {"TRAILING-DATA"}, id="gap"),
    pytest.param(SDIST, "", NOTHING, id="sdist"),
    pytest.param(SDIST, 'append = "x"', {"TRAILING-DATA"}, id="sdist-behind"),
    pytest.param(SDIST, 'append-hex = "0000"', NOTHING, id="sdist-zeros-behind"),
    pytest.param(SDIST, f'tar-append-hex = "{"ff" * 512}"', {"TRAILING-DATA"}, id="sdist-behind-its-end"),
]


@pytest.mark.parametrize(("name", "archive", "codes"), _WHOLE)
def test_every_byte_of_a_file_belongs_to_one_archive(
    artifacts: Artifacts, name: str, archive: str, codes: set[str]
) -> None:
    assert _codes(artifacts, name, f"[archive]\n{archive}") == codes


def _codes(artifacts: Artifacts, name: str, recipe: str) -> set[str]:
    return {code for code in CODES if artifacts.find(f"NK-ARCHIVE-{code}", {name: recipe})}


def test_a_name_that_is_there_twice_is_one_finding_with_its_cause(artifacts: Artifacts) -> None:
    (finding,) = artifacts.find("NK-ARCHIVE-DUPLICATE-ENTRY", {WHEEL: ADDED + "repeat = 3"})
    assert "`demo/a.py` stands 3 times" in finding.message
    assert "hatch" in finding.hint
    assert finding.path == f"dist/{WHEEL}/demo/a.py"


def test_names_that_are_there_twice_stay_few(artifacts: Artifacts) -> None:
    files = "".join(f'"demo/a{number}.py" = ""\n' for number in range(60))
    members = "".join(f'[members."demo/a{number}.py"]\nrepeat = 2\n' for number in range(60))
    assert len(artifacts.find("NK-ARCHIVE-DUPLICATE-ENTRY", {WHEEL: f"[files]\n{files}{members}"})) == 26


def test_a_comment_of_the_archive_is_a_warning(artifacts: Artifacts) -> None:
    (finding,) = artifacts.find("NK-ARCHIVE-COMMENT", {WHEEL: '[archive]\ncomment = "x"'})
    assert (finding.severity, finding.fix) == (Severity.WARNING, FixSafety.DISPLAY)


def test_a_descriptor_is_accounted_for_with_and_without_its_mark(artifacts: Artifacts) -> None:
    assert artifacts.find("NK-ARCHIVE-CORRUPT", {WHEEL: ADDED + "flags = 8"}) == []
