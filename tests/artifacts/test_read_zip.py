# SPDX-License-Identifier: Apache-2.0
"""Zips from their bytes: what is in a healthy one, and a fault for whatever is wrong with another."""

from __future__ import annotations

import hashlib
import io
import random
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from noxkit.artifacts.model import FaultKind, MemberKind
from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

NOTHING: set[FaultKind] = set()
WHEEL = "demo-1.0-py3-none-any.whl"
ADDED = '[files]\n"demo/a.py" = "import x\\n"\n[members."demo/a.py"]\n'
MORE = """
[files]
"demo/a.py" = "import x\\n"
"demo/text.txt" = "a long text, a long text, a long text, a long text, a long text, a long text"
"demo/empty.txt" = ""
"demo/folder/" = ""
[zeros]
"demo/zeros.bin" = 100000
[magic]
"demo/_x.abi3.so" = "elf-x86_64"
"""
K = FaultKind


def _kinds(artifacts: Artifacts, recipe: str | bytes, name: str = WHEEL) -> set[FaultKind]:
    return {fault.kind for fault in artifacts.archive(name, recipe).faults}


def test_a_healthy_wheel_is_read_as_the_standard_library_reads_it(artifacts: Artifacts) -> None:
    archive = artifacts.archive(WHEEL, MORE)
    data = build(WHEEL, MORE)
    with zipfile.ZipFile(io.BytesIO(data)) as reference:
        expected = [(info.filename, info.file_size, info.compress_size) for info in reference.infolist()]
        digests = [hashlib.sha256(reference.read(info)).hexdigest() for info in reference.infolist()]
    assert [(member.name, member.size, member.stored) for member in archive.members] == expected
    assert [member.sha256 for member in archive.members] == digests
    assert (archive.faults, archive.unkept, archive.format) == ((), 0, "zip")
    assert (archive.sha256, archive.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_the_members_keep_what_rules_read(artifacts: Artifacts) -> None:
    members = artifacts.archive(WHEEL, MORE).by_name
    assert members["demo/a.py"].text == "import x\n"
    assert members["demo/zeros.bin"].data is None
    assert members["demo/zeros.bin"].head == bytes(64)
    assert members["demo/folder/"].kind is MemberKind.FOLDER
    native = members["demo/_x.abi3.so"].native
    assert native is not None
    assert native.machines == ("x86_64",)
    assert members["demo/a.py"].mode == 0o644
    assert members["demo/a.py"].time == 1704067200


_MODES = [
    pytest.param("mode = 0o4755", MemberKind.FILE, 0o4755, id="setuid"),
    pytest.param("mode = 0", MemberKind.FILE, 0, id="nothing-allowed"),
    pytest.param('link = "b.py"', MemberKind.SYMLINK, 0o644, id="symlink"),
    pytest.param('type = "fifo"', MemberKind.FIFO, 0o644, id="fifo"),
    pytest.param('type = "char"', MemberKind.DEVICE, 0o644, id="device"),
]


@pytest.mark.parametrize(("option", "kind", "mode"), _MODES)
def test_the_mode_says_what_an_entry_is(artifacts: Artifacts, option: str, kind: MemberKind, mode: int) -> None:
    member = artifacts.archive(WHEEL, ADDED + option).by_name["demo/a.py"]
    assert (member.kind, member.mode) == (kind, mode)


def test_the_target_of_a_link_is_read_whatever_the_link_is_called(artifacts: Artifacts) -> None:
    recipe = f'[members."demo/a.so"]\nlink = "{"b/" * 60}c"\n'
    assert artifacts.archive(WHEEL, recipe).by_name["demo/a.so"].target == "b/" * 60 + "c"


def test_an_archive_of_another_system_has_no_modes(artifacts: Artifacts) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo("demo/a.py", (1980, 1, 1, 0, 0, 0))
        info.create_system = 0
        info.external_attr = 0o100644 << 16
        archive.writestr(info, "import x\n")
    member = artifacts.archive(WHEEL, data.getvalue()).by_name["demo/a.py"]
    assert (member.mode, stat.S_ISREG(0o100644), member.kind) == (None, True, MemberKind.FILE)


_TIMES = [
    pytest.param("2024-02-29T12:34:56", 1709210096, id="leap-day"),
    pytest.param("1970-01-02T00:00:00", 86400, id="before-1980"),
    pytest.param("2107-12-31T23:59:58", 4354819198, id="last"),
]


@pytest.mark.parametrize(("written", "seconds"), _TIMES)
def test_times_are_utc(artifacts: Artifacts, written: str, seconds: int) -> None:
    assert artifacts.archive(WHEEL, f"{ADDED}time = {written}").by_name["demo/a.py"].time == seconds


_NAMES = [
    pytest.param("ff61", "\udcffa", id="not-utf8"),
    pytest.param("c3a4", "ä", id="utf8"),
    pytest.param("2e2e2f61", "../a", id="traversal"),
    pytest.param("6100 62".replace(" ", ""), "a\0b", id="zero-byte"),
    pytest.param("", "", id="empty"),
    pytest.param("5c5c615c62", "\\\\a\\b", id="unc"),
]


@pytest.mark.parametrize(("raw", "name"), _NAMES)
def test_names_are_what_is_written(artifacts: Artifacts, raw: str, name: str) -> None:
    archive = artifacts.archive(WHEEL, f'{ADDED}raw = "{raw}"')
    assert archive.by_name[name].raw == bytes.fromhex(raw)
    assert archive.faults == ()


_ENTRIES = [
    pytest.param("crc = 1", {K.CRC}, id="crc"),
    pytest.param("flags = 8", {K.DATA_DESCRIPTOR}, id="data-descriptor"),
    pytest.param("flags = 1", {K.ENCRYPTED}, id="encrypted"),
    pytest.param("flags = 65", {K.ENCRYPTED}, id="strong-encryption"),
    pytest.param("method = 9", {K.COMPRESSION}, id="deflate64"),
    pytest.param("method = 14", {K.COMPRESSION}, id="lzma"),
    pytest.param("method = 93", {K.COMPRESSION}, id="zstandard"),
    pytest.param("repeat = 2", {K.LOCAL_DUPLICATE}, id="twice"),
    pytest.param('comment = "x"', {K.ENTRY_COMMENT}, id="comment"),
    pytest.param('local = "demo/b.py"', {K.HEADER_MISMATCH}, id="local-name"),
    pytest.param("local-size = 3", {K.HEADER_MISMATCH}, id="local-size"),
    pytest.param("hidden = true", {K.HIDDEN_MEMBER}, id="hidden"),
    pytest.param("hidden = true\nrepeat = 2", {K.HIDDEN_MEMBER, K.LOCAL_DUPLICATE}, id="hidden-twice"),
    pytest.param("size = 99", {K.CORRUPT}, id="size"),
    pytest.param("size = 0", {K.CORRUPT}, id="size-zero"),
    pytest.param("version = 64", {K.CORRUPT}, id="newer-version"),
    pytest.param('stored = "ff"', {K.CORRUPT}, id="stored-short"),
    pytest.param('method = 8\nstored = "ff00ff"', {K.CORRUPT}, id="no-deflate"),
    pytest.param('method = 8\nstored = ""', {K.CORRUPT}, id="deflate-empty"),
    pytest.param('method = 8\nstored = "cbcc2d"', {K.CORRUPT}, id="deflate-breaks-off"),
    pytest.param('method = 8\nstored = "cbcc2dc82f2a51a8e00200aabb"', {K.CORRUPT}, id="bytes-behind-deflate"),
    pytest.param('extra = "010001"', {K.ZIP64}, id="extra-cut"),
    pytest.param('extra = "0100030000000000"', {K.ZIP64}, id="zip64-length"),
    pytest.param('central-extra = "0100000001000000"', {K.ZIP64}, id="zip64-twice"),
    pytest.param('local-extra = "0100100009000000000000000a00000000000000"', {K.ZIP64}, id="zip64-other-size"),
    pytest.param('local-extra = "010008000900000000000000"', NOTHING, id="zip64-one-value-of-stored"),
    pytest.param('method = 8\nlocal-extra = "010008000900000000000000"', {K.ZIP64}, id="zip64-one-value"),
    pytest.param('extra = "757004000100000000"', {K.ZIP64}, id="unicode-path-short"),
    pytest.param('extra = "757006000100000000ff"', {K.ZIP64}, id="unicode-path-crc"),
    pytest.param('extra = "fecafeca"', {K.ZIP64}, id="extra-announces-more"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "kinds"), _ENTRIES)
def test_what_is_wrong_with_an_entry_is_a_fault(artifacts: Artifacts, option: str, kinds: set[FaultKind]) -> None:
    archive = artifacts.archive(WHEEL, ADDED + option)
    assert {fault.kind for fault in archive.faults} == kinds
    assert all(fault.member for fault in archive.faults)


_LOOK_ALIKES = [
    pytest.param("flags = 6", id="best-compression"),
    pytest.param("flags = 2048", id="utf8-flag-on-ascii"),
    pytest.param("method = 8", id="deflate-of-little"),
    pytest.param('extra = "5554050003000000007578040001000000"', id="time-and-owner"),
    pytest.param('local-extra = "0100100009000000000000000900000000000000"', id="zip64-of-the-same"),
    pytest.param('extra = "fefe0000"', id="unknown-extra"),
    pytest.param("version = 63", id="newest-version"),
    pytest.param("version = 788", id="version-of-another-system"),
]


@pytest.mark.parametrize("option", _LOOK_ALIKES)
def test_what_is_only_unusual_is_none(artifacts: Artifacts, option: str) -> None:
    assert _kinds(artifacts, ADDED + option) == set()


_FILES = [
    pytest.param('prepend = "abc"', {K.PREPENDED}, id="before"),
    pytest.param('append = "abc"', {K.TRAILING}, id="behind"),
    pytest.param("concatenate = true", {K.CONCATENATED}, id="twice"),
    pytest.param('comment = "x"', {K.ARCHIVE_COMMENT}, id="comment"),
    pytest.param('comment = "PK\\u0005\\u0006"', {K.NOT_ZIP}, id="comment-like-a-record"),
    pytest.param('format = "empty"', {K.NOT_ZIP}, id="empty"),
    pytest.param('format = "garbage"', {K.NOT_ZIP}, id="garbage"),
    pytest.param('format = "tar.gz"', {K.NOT_ZIP}, id="tar"),
    pytest.param('format = "zip+tar"', {K.ZIP_AND_TAR, K.PREPENDED}, id="zip-and-tar"),
    pytest.param("truncate = 30", {K.NOT_ZIP}, id="cut"),
    pytest.param("truncate = -1", {K.NOT_ZIP}, id="cut-by-a-byte"),
    pytest.param('comment = "abcd"\ntruncate = -1', {K.CORRUPT, K.ARCHIVE_COMMENT}, id="comment-cut"),
    pytest.param("[archive.end]\ncount = 4", {K.CORRUPT}, id="counts-less"),
    pytest.param("[archive.end]\ncount = 6", {K.CORRUPT}, id="counts-more"),
    pytest.param("[archive.end]\ncount-here = 4", {K.CORRUPT}, id="of-several-parts"),
    pytest.param("[archive.end]\ndisk = 1", {K.CORRUPT}, id="second-disk"),
    pytest.param("[archive.end]\nsize = 3", {K.CORRUPT}, id="directory-smaller"),
    pytest.param("[archive.end]\nsize = 999999", {K.CORRUPT}, id="directory-larger"),
    pytest.param("[archive.end]\noffset = 0", {K.CORRUPT}, id="offset-zero"),
    pytest.param("[archive.end]\noffset = 999999", {K.CORRUPT}, id="offset-behind-the-end"),
    pytest.param('[archive.end]\ngap = "00"', {K.TRAILING}, id="byte-behind-the-directory"),
    pytest.param("[archive.end]\nzip64 = true\nzip64-length = 60", {K.ZIP64}, id="extensible-data"),
    pytest.param("[archive.end]\nzip64 = true\nzip64-disks = 2", {K.ZIP64}, id="zip64-disks"),
    pytest.param("[archive.end]\nzip64 = true\ncount-here = 4", {K.ZIP64}, id="zip64-of-several-parts"),
    pytest.param("[archive.end]\nzip64 = true\nzip64-offset = 7", {K.ZIP64}, id="locator-elsewhere"),
    pytest.param("[archive.end]\nzip64 = true\nzip64-count = 4", {K.ZIP64, K.CORRUPT}, id="zip64-counts-less"),
    pytest.param("[archive.end]\ncount = 65535", {K.ZIP64, K.CORRUPT}, id="zip64-missing"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "kinds"), _FILES)
def test_what_is_wrong_with_the_whole_file_is_a_fault(artifacts: Artifacts, option: str, kinds: set[FaultKind]) -> None:
    archive = artifacts.archive(WHEEL, f"[archive]\n{option}")
    assert {fault.kind for fault in archive.faults} - {K.NOT_TAR} == kinds


def test_zip64_records_are_read(artifacts: Artifacts) -> None:
    archive = artifacts.archive(WHEEL, "[archive.end]\nzip64 = true")
    assert (archive.faults, len(archive.members)) == ((), 5)


@pytest.mark.parametrize("twentieth", range(20))
def test_a_file_that_is_cut_off_is_never_whole(artifacts: Artifacts, twentieth: int) -> None:
    data = build(WHEEL, MORE)
    assert _kinds(artifacts, data[: len(data) * twentieth // 20])


def test_no_byte_that_is_changed_raises_anything(artifacts: Artifacts) -> None:
    data, chance = build(WHEEL, MORE), _chance(20261125)
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        archive = artifacts.archive(WHEEL, bytes(changed))
        assert all(fault.message for fault in archive.faults)


def test_no_record_that_is_changed_raises_anything(artifacts: Artifacts) -> None:
    data, chance = build(WHEEL, "[archive.end]\nzip64 = true"), _chance(4)
    places = [place for mark in (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7") for place in _all(data, mark)]
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 2, 4))):
            place = chance.choice(places) + chance.randrange(4, 46)
            changed[min(place, len(data) - 1)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        artifacts.archive(WHEEL, bytes(changed))


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- the same changes in every run


def _all(data: bytes, mark: bytes) -> list[int]:
    found = [data.find(mark)]
    while found[-1] >= 0:
        found.append(data.find(mark, found[-1] + 1))
    return found[:-1]


def test_whatever_bytes_of_content_are_changed_it_is_noticed(artifacts: Artifacts) -> None:
    data, chance = build(WHEEL, MORE), _chance(7)
    start = data.index(b"import x\n")
    for _ in range(20):
        changed = bytearray(data)
        changed[start + chance.randrange(9)] ^= 1 << chance.randrange(8)
        assert _kinds(artifacts, bytes(changed)) == {K.CRC}


def test_an_archive_in_an_archive_is_content(artifacts: Artifacts) -> None:
    inner = build(WHEEL, "")
    for _ in range(5):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("inner.whl", inner)
        inner = data.getvalue()
    assert _kinds(artifacts, inner) == set()


def test_a_folder_cannot_hold_content_unseen(artifacts: Artifacts) -> None:
    archive = artifacts.archive(WHEEL, '[files]\n"demo/folder/" = "import x"')
    assert {fault.kind for fault in archive.faults} == {K.CORRUPT}


def test_faults_of_one_kind_stay_few(artifacts: Artifacts) -> None:
    files = "".join(f'"demo/a{number}.py" = ""\n' for number in range(100))
    members = "".join(f'[members."demo/a{number}.py"]\ncomment = "x"\n' for number in range(100))
    faults = artifacts.archive(WHEEL, f"[files]\n{files}{members}").faults
    assert len(faults) == 26
    assert "75" in faults[-1].message


def test_no_place_of_a_fault_is_longer_than_what_can_be_shown(artifacts: Artifacts) -> None:
    recipe = f'[members."demo/a.py"]\nname = "{"n" * 60000}"\ncomment = "x"\n'
    (fault,) = artifacts.archive(WHEEL, recipe).faults
    assert len(fault.message) < 400
