# SPDX-License-Identifier: Apache-2.0
"""Tars under gzip: what is read of healthy ones, which fault each broken one has, and what hostile ones cost."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import subprocess
import sys
import tarfile
import zlib
from typing import TYPE_CHECKING

import pytest

from noxkit.artifacts._tar import read_tar
from noxkit.artifacts.model import FaultKind, MemberKind
from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from noxkit.artifacts.model import Archive, Member

MIB = 1 << 20
CHANCE = random.Random(1)  # noqa: S311 -- the same noise in every run
BLOCK = 512
HEALTHY = build("demo-1.0.tar.gz", "")
INNER = gzip.decompress(HEALTHY)


def _read(data: bytes) -> Archive:
    return read_tar(io.BytesIO(data), path="dist/demo-1.0.tar.gz", size=len(data), sha256="00")


def _kinds(data: bytes) -> set[FaultKind]:
    return {fault.kind for fault in _read(data).faults}


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def _plain(data: bytes) -> bytes:
    return data


def _header(name: str = "demo-1.0/a", *, size: int = 0, kind: bytes = b"0", link: str = "") -> bytes:
    """One block as the standard library writes it; the content is for the caller to add."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info.tobuf(tarfile.GNU_FORMAT)


def _block(name: str = "demo-1.0/a", *, content: bytes = b"", kind: bytes = b"0", link: str = "") -> bytes:
    return _header(name, size=len(content), kind=kind, link=link) + content + bytes(-len(content) % BLOCK)


def _pax(records: dict[str, str], kind: bytes = b"x") -> bytes:
    lines = b""
    for key, value in records.items():
        line = f" {key}={value}\n".encode()
        length = len(line) + len(str(len(line)))
        length += len(str(length)) - len(str(len(line)))
        lines += str(length).encode() + line
    return _block("pax", content=lines, kind=kind)


def _tar(*blocks: bytes) -> bytes:
    return _packed(b"".join(blocks) + bytes(2 * BLOCK))


def _only(*blocks: bytes) -> Member:
    archive = _read(_tar(*blocks))
    assert archive.faults == ()
    assert len(archive.members) == 1
    return archive.members[0]


def test_a_healthy_sdist_has_no_fault() -> None:
    archive = _read(HEALTHY)
    assert archive.faults == ()
    assert archive.format == "tar"
    assert [member.name for member in archive.members][:2] == ["demo-1.0/PKG-INFO", "demo-1.0/pyproject.toml"]
    assert all(member.mode == 0o644 and member.sha256 and member.data is not None for member in archive.members)


def test_an_entry_is_read_as_it_is_written() -> None:
    info = tarfile.TarInfo("demo-1.0/é.py")
    info.size, info.mode, info.mtime, info.uname, info.gname = 3, 0o4755, 1.5, "alice", "staff"
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(info, io.BytesIO(b"x=1"))
    (member,) = _read(stream.getvalue()).members
    assert (member.name, member.raw, member.size, member.mode) == ("demo-1.0/é.py", "demo-1.0/é.py".encode(), 3, 0o4755)
    assert (member.time, member.user, member.group, member.data, member.head) == (1.5, "alice", "staff", b"x=1", b"x=1")


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
@pytest.mark.parametrize("length", [99, 100, 101, 255, 5000, 65536])
def test_a_long_name_is_read_whole(form: int, length: int) -> None:
    name = "demo-1.0/" + "n" * (length - 9)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=form) as tar:
        tar.addfile(tarfile.TarInfo(name))
    assert [member.name for member in _read(stream.getvalue()).members] == [name]


def test_a_name_of_two_parts_is_joined() -> None:
    name = "demo-1.0/" + "a" * 90 + "/" + "b" * 90
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.USTAR_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo(name))
    assert [member.name for member in _read(stream.getvalue()).members] == [name]


@pytest.mark.parametrize(
    ("blocks", "kind"),
    [
        ([_block(kind=b"0", content=b"x")], MemberKind.FILE),
        ([_block(kind=b"\0", content=b"x")], MemberKind.FILE),
        ([_block("demo/a/", kind=b"\0")], MemberKind.FOLDER),
        ([_block(kind=b"7", content=b"x")], MemberKind.FILE),
        ([_block(kind=b"1", link="demo-1.0/b")], MemberKind.HARDLINK),
        ([_block(kind=b"2", link="b")], MemberKind.SYMLINK),
        ([_block(kind=b"3")], MemberKind.DEVICE),
        ([_block(kind=b"4")], MemberKind.DEVICE),
        ([_block(kind=b"5")], MemberKind.FOLDER),
        ([_block(kind=b"6")], MemberKind.FIFO),
        ([_block(kind=b"Z", content=b"x")], MemberKind.OTHER),
        ([_block(kind=b"S", content=b"x")], MemberKind.SPARSE),
        ([_pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}), _block(content=b"1\n")], MemberKind.SPARSE),
        ([_pax({"GNU.sparse.size": "9", "GNU.sparse.numblocks": "1"}), _block(content=b"x")], MemberKind.SPARSE),
        ([_pax({"GNU.sparse.map": "0,1"}), _block(content=b"x")], MemberKind.SPARSE),
        ([_pax({"SCHILY.realsize": "4096"}), _block(content=b"x")], MemberKind.SPARSE),
        ([_pax({"GNU.sparse.major": "1"}, b"g"), _block(content=b"x")], MemberKind.SPARSE),
        ([_pax({"comment": "GNU.sparse.major=1"}), _block(content=b"x")], MemberKind.FILE),
        ([_pax({"comment": "a" * 300}, b"g"), _block(content=b"x")], MemberKind.FILE),
    ],
)
def test_the_kind_of_an_entry(blocks: list[bytes], kind: MemberKind) -> None:
    assert _only(*blocks).kind is kind


@pytest.mark.parametrize(
    ("blocks", "name"),
    [
        ([_pax({"path": "b"}), _block("a")], "b"),
        ([_pax({"path": "b"}, b"g"), _block("a")], "b"),
        ([_pax({"path": "c"}, b"g"), _pax({"path": "b"}), _block("a")], "b"),
        ([_pax({"path": "b"}), _pax({"path": "c"}), _block("a")], "b"),
        ([_block("l", content=b"b\0", kind=b"L"), _block("a")], "b"),
        ([_block("l", content=b"b\0", kind=b"L"), _pax({"path": "c"}), _block("a")], "b"),
        ([_pax({"path": "b"}), _block("l", content=b"c\0", kind=b"L"), _block("a")], "b"),
        ([_pax({"GNU.sparse.name": "c", "path": "b"}), _block("a")], "b"),
        ([_pax({"path": "c", "GNU.sparse.name": "b"}), _block("a")], "b"),
    ],
)
def test_of_several_names_the_one_counts_that_the_standard_library_takes(blocks: list[bytes], name: str) -> None:
    assert _only(*blocks).name == name
    with tarfile.open(fileobj=io.BytesIO(_tar(*blocks))) as tar:
        assert tar.getnames() == [name]


def test_a_size_in_base_256_is_read() -> None:
    field = (3).to_bytes(12, "big")
    block = bytearray(_header())
    block[124:136] = bytes([0x80]) + field[1:]
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    assert _only(bytes(block) + b"abc" + bytes(509)).size == 3


def test_the_size_of_a_pax_header_counts() -> None:
    archive = _read(_tar(_pax({"size": "3"}), _header() + b"abc" + bytes(509)))
    assert archive.members[0].size == 3
    assert "two sizes" in archive.faults[0].message


BAD_CHECKSUM = bytearray(_block())
BAD_CHECKSUM[0:1] = b"X"
NEGATIVE = bytearray(_header())
NEGATIVE[124:136] = b"\xff" * 12
NEGATIVE[148:156] = b" " * 8
NEGATIVE[148:156] = f"{sum(NEGATIVE):06o}\0 ".encode()


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        pytest.param(b"", {FaultKind.NOT_TAR}, id="empty"),
        pytest.param(b"PK\3\4", {FaultKind.NOT_TAR}, id="zip"),
        pytest.param(CHANCE.randbytes(4096), {FaultKind.NOT_TAR}, id="garbage"),
        pytest.param(_packed(b""), {FaultKind.NOT_TAR}, id="gzip-of-nothing"),
        pytest.param(_packed(b"x" * 2048), {FaultKind.NOT_TAR}, id="gzip-of-text"),
        pytest.param(_packed(HEALTHY), {FaultKind.NOT_TAR}, id="gzip-of-gzip"),
        pytest.param(INNER, {FaultKind.NOT_TAR}, id="plain-tar"),
        pytest.param(bz2.compress(INNER), {FaultKind.NOT_TAR}, id="bzip2"),
        pytest.param(lzma.compress(INNER), {FaultKind.NOT_TAR}, id="xz"),
        pytest.param(b"\x1f\x8b", {FaultKind.CORRUPT}, id="two-bytes"),
        pytest.param(b"\x1f\x8b\x09" + bytes(20), {FaultKind.CORRUPT}, id="unknown-method"),
        pytest.param(_packed(bytes(10240)), set[FaultKind](), id="no-entries"),
        pytest.param(HEALTHY + HEALTHY, {FaultKind.CONCATENATED}, id="twice"),
        pytest.param(_packed(INNER + INNER), {FaultKind.CONCATENATED}, id="twice-inside"),
        pytest.param(_packed(INNER[:1024]) + _packed(INNER[1024:]), set[FaultKind](), id="two-gzip-members"),
        pytest.param(HEALTHY + bytes(100), set[FaultKind](), id="zeros-behind"),
        pytest.param(HEALTHY + b"x", {FaultKind.TRAILING}, id="a-byte-behind"),
        pytest.param(HEALTHY + bytes(9) + b"text", {FaultKind.TRAILING}, id="text-behind-zeros"),
        pytest.param(HEALTHY + b"\x1f\x8bno", {FaultKind.CORRUPT}, id="a-broken-gzip-member-behind"),
        pytest.param(_packed(INNER + b"text" + bytes(508)), {FaultKind.TRAILING}, id="text-behind-the-end-mark"),
        pytest.param(_packed(_block()), {FaultKind.CORRUPT}, id="no-end-mark"),
        pytest.param(_packed(_block() + bytes(BLOCK)), set[FaultKind](), id="half-an-end-mark"),
        pytest.param(_packed(_header(size=10)), {FaultKind.CORRUPT}, id="no-content"),
        pytest.param(_packed(_header(size=600) + bytes(600)), {FaultKind.CORRUPT}, id="half-a-block"),
        pytest.param(_tar(_block(), bytes(BAD_CHECKSUM)), {FaultKind.CORRUPT}, id="wrong-checksum"),
        pytest.param(_tar(_block(), bytes(NEGATIVE)), {FaultKind.CORRUPT}, id="negative-size"),
        pytest.param(_tar(_block(), _header(size=1 << 62)), {FaultKind.CORRUPT}, id="endless-size"),
        pytest.param(_tar(_header(kind=b"1", size=5, link="b")), {FaultKind.CORRUPT}, id="hard-link-with-size"),
        pytest.param(_tar(_header(kind=b"5", size=512), _block()), {FaultKind.CORRUPT}, id="folder-with-size"),
        pytest.param(_tar(_pax({"size": "x"}), _block()), {FaultKind.CORRUPT}, id="pax-size-no-number"),
        pytest.param(_tar(_pax({"size": "9" * 30}), _block()), {FaultKind.CORRUPT}, id="pax-size-endless"),
        pytest.param(_tar(_block("p", content=b"99 path=x\n", kind=b"x")), {FaultKind.CORRUPT}, id="pax-too-long"),
        pytest.param(_tar(_block("p", content=b"path=x\n", kind=b"x")), {FaultKind.CORRUPT}, id="pax-no-length"),
        pytest.param(_tar(_block("p", content=b"0 a=b\n", kind=b"x")), {FaultKind.CORRUPT}, id="pax-length-zero"),
        pytest.param(_tar(_header("p", size=1 << 30, kind=b"x")), {FaultKind.LIMIT}, id="pax-of-a-gigabyte"),
        pytest.param(_tar(_header("p", size=1 << 30, kind=b"L")), {FaultKind.LIMIT}, id="name-of-a-gigabyte"),
        pytest.param(HEALTHY[:-8] + b"\0\0\0\0" + HEALTHY[-4:], {FaultKind.CRC}, id="wrong-crc"),
        pytest.param(HEALTHY[:-4] + b"\0\0\0\0", {FaultKind.CRC}, id="wrong-length"),
    ],
)
def test_the_faults_of_a_file(data: bytes, kinds: set[FaultKind]) -> None:
    assert _kinds(data) == kinds


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (INNER, "without compression"),
        (bz2.compress(INNER), "bzip2"),
        (lzma.compress(INNER), "xz"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "zstd"),
    ],
    ids=["plain", "bzip2", "xz", "zstd"],
)
def test_what_is_no_gzip_is_named(data: bytes, words: str) -> None:
    archive = _read(data)
    assert words in archive.faults[0].message
    assert archive.members == ()


def test_what_came_before_a_fault_stays() -> None:
    archive = _read(_tar(_block("demo-1.0/a", content=b"x"), bytes(BAD_CHECKSUM)))
    assert [member.name for member in archive.members] == ["demo-1.0/a"]
    assert "behind `demo-1.0/a`" in archive.faults[0].message


def test_a_file_that_is_cut_off_anywhere_has_a_fault() -> None:
    assert all(_read(HEALTHY[:length]).faults for length in range(len(HEALTHY)))


def test_a_tar_that_is_cut_off_anywhere_has_a_fault() -> None:
    ends = INNER.rindex(b"\n") + 1
    ends += -ends % BLOCK
    assert all(_read(_packed(INNER[:length])).faults for length in range(0, ends + 1, 37))


@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_in_a_file_raise_nothing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same bytes in every run
    for whole, pack in ((HEALTHY, _plain), (INNER[:4096], _packed)):
        for _ in range(150):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            archive = _read(pack(bytes(data)))
            assert all(fault.message for fault in archive.faults)


# The most memory that a process ever had is what its own status says: `getrusage` counts that of its parent too.
_CHILD = """
import json, pathlib, sys, time
from noxkit.artifacts.read import read_archive
began = time.perf_counter()
archive = read_archive(pathlib.Path(sys.argv[1]), shown="demo-1.0.tar.gz")
seconds = time.perf_counter() - began
status = pathlib.Path("/proc/self/status").read_text()
peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
print(json.dumps([len(archive.members), sorted({fault.kind.name for fault in archive.faults}), peak // 1024, seconds]))
"""


def _cost(folder: Path, chunks: Iterable[bytes]) -> tuple[int, list[str], int, float]:
    """What reading the file of these chunks gave and cost: members, faults, MiB, seconds."""
    file = folder / "demo-1.0.tar.gz"
    with file.open("wb") as stream:
        stream.writelines(chunks)
    done = subprocess.run([sys.executable, "-c", _CHILD, str(file)], capture_output=True, check=True, timeout=120)
    members, kinds, mib, seconds = json.loads(done.stdout)
    return members, kinds, mib, seconds


def _zipped(chunks: Iterable[bytes], level: int = 1) -> Iterator[bytes]:
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _many(count: int, name: Callable[[int], str]) -> Iterator[bytes]:
    """Empty files: the header of one, with the names of the others and the checksums that go with them."""
    blank = bytearray(_header(""))
    blank[148:156] = b" " * 8
    total = sum(blank)
    for number in range(count):
        written = name(number).encode()
        blank[:100] = written.ljust(100, b"\0")
        blank[148:156] = f"{total + sum(written):06o}\0 ".encode()
        yield bytes(blank)
    yield bytes(2 * BLOCK)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory is read from /proc")
class TestCost:
    """Nothing that a file holds costs more than 200 MB, or more than a few seconds."""

    def test_a_bomb_is_stopped(self, tmp_path: Path) -> None:
        blocks = [_header("demo-1.0/zeros", size=4096 * MIB), *(bytes(MIB) for _ in range(160))]
        _, kinds, mib, seconds = _cost(tmp_path, _zipped(blocks, 9))
        assert kinds == ["BOMB"]
        assert mib < 100
        assert seconds < 5

    def test_a_member_that_is_a_bomb_is_stopped_in_a_file_that_is_none(self, tmp_path: Path) -> None:
        """Beside content that cannot be compressed, the file as a whole does not grow fifty times."""
        noise = CHANCE.randbytes(6 * MIB)
        blocks = [_block("demo-1.0/noise", content=noise), _header("demo-1.0/zeros", size=96 * MIB)]
        _, kinds, mib, _ = _cost(tmp_path, _zipped([*blocks, *(bytes(MIB) for _ in range(96)), bytes(1024)], 9))
        assert kinds == ["BOMB"]
        assert mib < 100

    def test_zeros_behind_the_end_mark_are_no_way_around(self, tmp_path: Path) -> None:
        _, kinds, mib, _ = _cost(tmp_path, _zipped([_block(), *(bytes(MIB) for _ in range(96))], 9))
        assert kinds == ["BOMB"]
        assert mib < 100

    def test_a_hundred_thousand_members_are_read(self, tmp_path: Path) -> None:
        noise = _block("demo-1.0/noise", content=CHANCE.randbytes(2 * MIB))
        chunks = [noise, *_many(99_999, lambda number: f"demo-1.0/a/{number}.py")]
        members, kinds, mib, seconds = _cost(tmp_path, _zipped(chunks))
        assert (members, kinds) == (100_000, [])
        assert mib < 200
        assert seconds < 20

    def test_names_of_sixty_thousand_bytes_are_bounded(self, tmp_path: Path) -> None:
        noise = _block("demo-1.0/noise", content=CHANCE.randbytes(4 * MIB))
        names = (f"demo-1.0/\N{SNAKE}{'n' * 65000}{number}" for number in range(1500))
        chunks = [noise, *(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT) for name in names)]
        members, kinds, mib, _ = _cost(tmp_path, _zipped(chunks))
        assert members > 50
        assert kinds == ["LIMIT"]
        assert mib < 200

    def test_content_that_rules_would_read_is_bounded(self, tmp_path: Path) -> None:
        files = (_block(f"demo-1.0/{number}.py", content=CHANCE.randbytes(7 * MIB)) for number in range(20))
        members, kinds, mib, _ = _cost(tmp_path, _zipped([*files, bytes(1024)], 0))
        assert (members, kinds) == (20, [])
        assert mib < 200

    def test_endless_attributes_cost_nothing(self, tmp_path: Path) -> None:
        records = (_pax({f"GNU.sparse.x{number}": "y" * 400}, b"g") for number in range(20_000))
        noise = _block("demo-1.0/noise", content=CHANCE.randbytes(2 * MIB))
        members, kinds, mib, _ = _cost(tmp_path, _zipped([noise, *records, bytes(1024)]))
        assert (members, kinds) == (1, [])
        assert mib < 100

    def test_a_hundred_thousand_gzip_members_are_too_many(self, tmp_path: Path) -> None:
        _, kinds, mib, seconds = _cost(tmp_path, [HEALTHY, *(gzip.compress(b"", mtime=0) for _ in range(100_000))])
        assert kinds == ["LIMIT"]
        assert mib < 100
        assert seconds < 20
