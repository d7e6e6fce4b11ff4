# SPDX-License-Identifier: Apache-2.0
"""A built file as a whole: what is no archive, cannot be read, or is too much; and what only looks so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

NOTHING: set[str] = set()
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
ADDED = '[files]\n"demo/a.py" = "import x\\n"\n[members."demo/a.py"]\n'

_FORMATS = [
    pytest.param(WHEEL, "", NOTHING, id="wheel"),
    pytest.param(SDIST, "", NOTHING, id="sdist"),
    pytest.param(WHEEL, 'format = "tar"', {"NOT-ZIP"}, id="wheel-tar"),
    pytest.param(WHEEL, 'format = "tar.gz"', {"NOT-ZIP"}, id="wheel-tar-gz"),
    pytest.param(WHEEL, 'format = "tar.bz2"', {"NOT-ZIP"}, id="wheel-tar-bz2"),
    pytest.param(WHEEL, 'format = "empty"', {"NOT-ZIP"}, id="wheel-empty"),
    pytest.param(WHEEL, 'format = "garbage"', {"NOT-ZIP"}, id="wheel-garbage"),
    pytest.param(WHEEL, "truncate = 4", {"NOT-ZIP"}, id="wheel-magic-alone"),
    pytest.param(WHEEL, "truncate = -22", {"NOT-ZIP"}, id="wheel-without-its-end"),
    pytest.param(WHEEL, 'append = "x"', NOTHING, id="wheel-with-more"),
    pytest.param(SDIST, 'format = "tar"', {"NOT-TAR"}, id="sdist-tar"),
    pytest.param(SDIST, 'format = "tar.bz2"', {"NOT-TAR"}, id="sdist-tar-bz2"),
    pytest.param(SDIST, 'format = "zip"', {"NOT-TAR"}, id="sdist-zip"),
    pytest.param(SDIST, 'format = "empty"', {"NOT-TAR"}, id="sdist-empty"),
    pytest.param(SDIST, 'format = "garbage"', {"NOT-TAR"}, id="sdist-garbage"),
    pytest.param("demo-1.0.zip", "", NOTHING, id="zip-sdist"),
    pytest.param("demo-1.0.zip", 'format = "tar.gz"', {"NOT-ZIP"}, id="zip-sdist-tar"),
]


@pytest.mark.parametrize(("name", "archive", "codes"), _FORMATS)
def test_a_file_is_the_archive_that_its_name_says(
    artifacts: Artifacts, name: str, archive: str, codes: set[str]
) -> None:
    found = {
        code: artifacts.find(f"NK-ARCHIVE-{code}", {name: f"[archive]\n{archive}"}) for code in ("NOT-ZIP", "NOT-TAR")
    }
    assert {code for code, findings in found.items() if findings} == codes
    assert all(len(findings) <= 1 for findings in found.values())


_BOTH = [
    pytest.param(WHEEL, 'format = "zip+tar"', 1, id="wheel"),
    pytest.param(SDIST, 'format = "zip+tar"', 1, id="sdist"),
    pytest.param("demo-1.0.zip", 'format = "zip+tar"', 1, id="zip"),
    pytest.param(WHEEL, 'prepend = "PK"', 0, id="zip-behind-bytes"),
    pytest.param(WHEEL, "concatenate = true", 0, id="two-zips"),
    pytest.param(SDIST, 'append-hex = "504b0506"', 0, id="a-mark-alone"),
    pytest.param(SDIST, "", 0, id="tar"),
]


@pytest.mark.parametrize(("name", "archive", "count"), _BOTH)
def test_a_file_is_not_two_archives_of_two_kinds(artifacts: Artifacts, name: str, archive: str, count: int) -> None:
    assert len(artifacts.find("NK-ARCHIVE-ZIP-AND-TAR", {name: f"[archive]\n{archive}"})) == count


def test_a_tar_that_holds_an_archive_without_compression_is_no_zip(artifacts: Artifacts) -> None:
    """Random data are stored as they are by gzip, and a zip among them keeps its records."""
    inner = build(WHEEL, '[archive]\nprepend = "stored"').hex()
    recipe = f'[archive]\ntar-append-hex = "{inner}"'
    assert artifacts.find("NK-ARCHIVE-ZIP-AND-TAR", {SDIST: recipe}) == []


_CORRUPT = [
    pytest.param(WHEEL, ADDED + 'method = 8\nstored = "ff00ff"', "demo/a.py", id="no-deflate"),
    pytest.param(WHEEL, ADDED + "size = 10", "demo/a.py", id="other-size"),
    pytest.param(WHEEL, ADDED + "central-only = true", "demo-1.0.dist-info/RECORD", id="no-local-header"),
    pytest.param(WHEEL, "[archive.end]\ncount = 4", None, id="miscounted"),
    pytest.param(WHEEL, "[archive.end]\noffset = 1", None, id="elsewhere"),
    pytest.param(WHEEL, '[files]\n"demo/" = "content"', "demo", id="folder-with-content"),
    pytest.param(SDIST, "[archive]\ntruncate = -1", None, id="sdist-cut"),
    pytest.param(SDIST, "[archive]\ntruncate = 200", None, id="sdist-cut-early"),
    pytest.param(SDIST, "[archive]\ntar-truncate = 5000", None, id="sdist-without-its-end"),
    pytest.param(SDIST, '[members."{root}/README.md"]\ncrc = 1', None, id="sdist-header"),
]


@pytest.mark.parametrize(("name", "recipe", "member"), _CORRUPT)
def test_an_archive_that_cannot_be_read_is_corrupt(
    artifacts: Artifacts, name: str, recipe: str, member: str | None
) -> None:
    found = artifacts.find("NK-ARCHIVE-CORRUPT", {name: recipe})
    path = f"dist/{name}" if member is None else f"dist/{name}/{member}"
    assert path in [finding.path for finding in found]


_WHOLE = [
    pytest.param(WHEEL, ADDED + "method = 8", id="deflated"),
    pytest.param(WHEEL, '[files]\n"demo/a.py" = ""\n[members."demo/a.py"]\nmethod = 8', id="deflated-nothing"),
    pytest.param(WHEEL, '[files]\n"demo/" = ""', id="folder"),
    pytest.param(WHEEL, ADDED + "crc = 1", id="crc"),
    pytest.param(WHEEL, '[archive]\nprepend = "x"', id="bytes-before"),
    pytest.param(WHEEL, '[archive]\nappend = "x"', id="bytes-behind"),
    pytest.param(WHEEL, "[archive.end]\nzip64 = true", id="zip64"),
    pytest.param(WHEEL, '[archive]\nformat = "empty"', id="no-archive-at-all"),
    pytest.param(SDIST, '[files]\n"{root}/empty" = ""\n"{root}/folder/" = ""', id="sdist"),
    pytest.param(SDIST, '[archive]\nappend-hex = "00"', id="sdist-with-a-zero"),
]


@pytest.mark.parametrize(("name", "recipe"), _WHOLE)
def test_what_can_be_read_is_not_corrupt(artifacts: Artifacts, name: str, recipe: str) -> None:
    assert artifacts.find("NK-ARCHIVE-CORRUPT", {name: recipe}) == []


def test_a_wrong_checksum_is_shown_at_its_entry(artifacts: Artifacts) -> None:
    (finding,) = artifacts.find("NK-ARCHIVE-CRC", {WHEEL: ADDED + "crc = 1"})
    assert finding.path == f"dist/{WHEEL}/demo/a.py"
    assert "00000001" in finding.message


def test_the_checksum_of_gzip_is_compared(artifacts: Artifacts) -> None:
    data = bytearray(build(SDIST, ""))
    data[-8] ^= 1
    assert len(artifacts.find("NK-ARCHIVE-CRC", {SDIST: bytes(data)})) == 1
    assert artifacts.find("NK-ARCHIVE-CRC", {SDIST: build(SDIST, "")}) == []


_STORED = [
    pytest.param("flags = 1", "ENCRYPTED", id="password"),
    pytest.param("flags = 65", "ENCRYPTED", id="strong"),
    pytest.param("flags = 8192", "ENCRYPTED", id="masked"),
    pytest.param("method = 12", "COMPRESSION-METHOD", id="bzip2"),
    pytest.param("method = 14", "COMPRESSION-METHOD", id="lzma"),
    pytest.param("method = 93", "COMPRESSION-METHOD", id="zstandard"),
    pytest.param("method = 9", "COMPRESSION-METHOD", id="deflate64"),
    pytest.param("method = 8", None, id="deflate"),
    pytest.param("method = 0", None, id="stored"),
    pytest.param("flags = 2054", None, id="other-flags"),
]


@pytest.mark.parametrize(("option", "code"), _STORED)
def test_entries_are_stored_as_every_installer_reads_them(artifacts: Artifacts, option: str, code: str | None) -> None:
    for each in ("ENCRYPTED", "COMPRESSION-METHOD"):
        found = artifacts.find(f"NK-ARCHIVE-{each}", {WHEEL: ADDED + option})
        assert len(found) == (each == code)


_BOMBS = [
    pytest.param(WHEEL, "demo/t.bin", 68_000_000, "", 2, id="wheel"),
    pytest.param(WHEEL, "demo/t.bin", 68_000_000, "size = 5", 1, id="wheel-that-lies"),
    pytest.param(WHEEL, "demo/t.bin", 68_000_000, "method = 0", 0, id="wheel-stored"),
    pytest.param(WHEEL, "demo/t.bin", 66_000_000, "", 0, id="wheel-smaller"),
    pytest.param(SDIST, "{root}/t.bin", 68_000_000, "", 1, id="sdist"),
    pytest.param(SDIST, "{root}/t.bin", 66_000_000, "", 0, id="sdist-smaller"),
]


@pytest.mark.parametrize(("name", "member", "size", "option", "count"), _BOMBS)
def test_a_bomb_is_what_grows_out_of_proportion(
    artifacts: Artifacts, name: str, member: str, size: int, option: str, count: int
) -> None:
    recipe = f'[zeros]\n"{member}" = {size}\n[members."{member}"]\n{option}'
    assert len(artifacts.find("NK-ARCHIVE-BOMB", {name: recipe})) == count


_SIZES = [
    pytest.param(100_000, None, id="small"),
    pytest.param(10_000, Severity.ERROR, id="beyond"),
    pytest.param(24_100, Severity.ERROR, id="just-beyond"),
    pytest.param(25_500, Severity.WARNING, id="just-below"),
    pytest.param(32_000, Severity.WARNING, id="three-quarters"),
    pytest.param(35_000, None, id="less-than-that"),
]


@pytest.mark.parametrize(("limit", "severity"), _SIZES)
def test_a_file_stays_below_the_limit_of_the_index(artifacts: Artifacts, limit: int, severity: Severity | None) -> None:
    recipe = '[zeros]\n"demo/t.bin" = 23600\n[members."demo/t.bin"]\nmethod = 0\n'
    found = artifacts.find("NK-SIZE-LIMIT", {WHEEL: recipe}, size_limit=limit)
    assert [finding.severity for finding in found] == [severity] * (severity is not None)


# Put together: written out, they would make the index refuse the sdist with these tests.
HOOK, BEGIN, END = "__pyarmor_" + "enter__", "---BEGIN" + " PYE FILE---", "---END" + " PYE FILE---"
_FORBIDDEN = [
    pytest.param("demo/a.py", f"{HOOK}(1)", True, id="pyarmor-hook"),
    pytest.param("demo/a.py", f"__pyarmor_{'bcc'}__", True, id="pyarmor-bcc"),
    pytest.param("demo/a.py", "__pyarmor__" + "(__name__, __file__, b'')", True, id="pyarmor-call"),
    pytest.param("demo/A.PY", HOOK, True, id="capital-suffix"),
    pytest.param("demo/a.pye", HOOK, True, id="pyarmor-in-pye"),
    pytest.param("demo/a.pye", f"{BEGIN} AAAA {END}", True, id="sourcedefender"),
    pytest.param("demo/a.py", f"# {END} {BEGIN}", True, id="sourcedefender-in-py"),
    pytest.param("demo/a.pye", BEGIN, False, id="begin-alone"),
    pytest.param("demo/a.py", "from pyarmor import __pyarmor__", False, id="name-alone"),
    pytest.param("demo/a.py", "__pyarmor__(__name__, path)", False, id="other-call"),
    pytest.param("demo/a.txt", HOOK, False, id="text"),
    pytest.param("demo/a.pyi", HOOK, False, id="stub"),
    pytest.param("demo/a.py", HOOK + " " * (5 << 20), False, id="too-long-to-be-looked-at"),
]


@pytest.mark.parametrize(("name", "text", "fires"), _FORBIDDEN)
def test_encrypted_code_is_found_as_the_index_finds_it(
    artifacts: Artifacts, name: str, text: str, *, fires: bool
) -> None:
    assert bool(artifacts.find("NK-CONTENT-FORBIDDEN", {WHEEL: f'[files]\n"{name}" = "{text}"'})) == fires
    assert bool(artifacts.find("NK-CONTENT-FORBIDDEN", {SDIST: f'[files]\n"{{root}}/{name}" = "{text}"'})) == fires
