# SPDX-License-Identifier: Apache-2.0
"""Files that want all of the memory, or all of the time: what is read of them stays within bounds."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.artifacts.read import read_archive
from tests.artifacts._entries import Entry
from tests.artifacts._zips import write_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# The most memory that a process ever had is what its own status says: `getrusage` counts that of its parent too.
_CHILD = """
import json, pathlib, sys
from noxkit.artifacts.read import read_archive
archive = read_archive(pathlib.Path(sys.argv[1]), shown=sys.argv[2])
status = pathlib.Path("/proc/self/status").read_text()
peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
kinds = sorted({fault.kind.name for fault in archive.faults})
print(json.dumps([len(archive.members), kinds, peak // 1024, archive.unkept]))
"""
MIB = 1 << 20

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory is read from /proc")


class _Read:
    """What reading a file in a process of its own gave and cost."""

    def __init__(self, file: Path) -> None:
        command = [sys.executable, "-c", _CHILD, str(file), file.name]
        done = subprocess.run(command, capture_output=True, check=True, timeout=300)
        self.members, self.kinds, self.mib, self.unkept = json.loads(done.stdout)


def _written(folder: Path, data: bytes, name: str = "demo-1.0-py3-none-any.whl") -> Path:
    file = folder / name
    file.write_bytes(data)
    return file


def _zeros(count: int) -> bytes:
    """So many zeros, deflated without ever being there."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(MIB)
    packed = [packer.compress(block) for _ in range(count // MIB)]
    return b"".join(packed) + packer.flush()


def _entries(count: int, **options: object) -> Iterable[Entry]:
    return (Entry(name=f"demo/m{number}.py", options=options) for number in range(count))


def test_a_bomb_of_a_terabyte_is_not_unpacked(tmp_path: Path) -> None:
    """A thousand entries that announce a gigabyte each, all of them at the same place."""
    stored = _zeros(256 * MIB)
    name = b"demo/zeros.bin"
    sizes = (0, len(stored), 1 << 30)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, len(name), 0) + name + stored
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, 0)
    directory = (central + name) * 1000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1000, 1000, len(directory), len(local), 0)
    read = _Read(_written(tmp_path, local + directory + end))
    assert "BOMB" in read.kinds
    assert read.mib < 100


@pytest.mark.parametrize("announced", [10, 50 * MIB], ids=["ten-bytes", "below-the-limit"])
def test_a_bomb_that_announces_little_is_stopped(tmp_path: Path, announced: int) -> None:
    options = {"method": 8, "stored": _zeros(512 * MIB).hex(), "size": announced, "crc": 0}
    data = write_zip([Entry(name="demo/zeros.bin", options=options)])
    read = _Read(_written(tmp_path, data))
    assert read.kinds == ["BOMB"]
    assert read.mib < 100


def test_many_small_bombs_are_one(tmp_path: Path) -> None:
    """Each entry stays below the limit of one; together they grow beyond that of the file."""
    stored = _zeros(60 * MIB).hex()
    options = {"method": 8, "stored": stored, "size": 60 * MIB}
    read = _Read(_written(tmp_path, write_zip(_entries(100, **options))))
    assert "BOMB" in read.kinds
    assert read.mib < 100


def test_a_hundred_thousand_members_are_read(tmp_path: Path) -> None:
    read = _Read(_written(tmp_path, write_zip(_entries(100_000))))
    assert (read.members, read.kinds) == (100_000, [])
    assert read.mib < 200


def test_names_of_sixty_thousand_bytes_are_read_within_bounds(tmp_path: Path) -> None:
    entries = (Entry(name=f"demo/{'n' * 65000}{number:04}") for number in range(1000))
    read = _Read(_written(tmp_path, write_zip(entries)))
    assert read.kinds == ["LIMIT"]
    assert read.mib < 200


def test_text_is_kept_up_to_a_bound(tmp_path: Path) -> None:
    entries = [Entry(name=f"demo/m{number}.py", zeros=7 * MIB, options={"method": 0}) for number in range(20)]
    read = _Read(_written(tmp_path, write_zip(entries)))
    assert (read.members, read.kinds, read.unkept) == (20, [], 10 * 7 * MIB)
    assert read.mib < 200


def test_a_large_file_is_read_as_a_stream(tmp_path: Path) -> None:
    """A hole in the file stands for its content: 600 MiB that are on no disk."""
    size, name = 600 * MIB, b"demo/table.bin"
    crc = 0
    for _ in range(600):
        crc = zlib.crc32(bytes(MIB), crc)
    numbers = (crc, size, size)
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, *numbers, len(name), 0) + name
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, *numbers, len(name), 0, 0, 0, 0, 0, 0) + name
    file = _written(tmp_path, head)
    with file.open("r+b") as stream:
        stream.seek(len(head) + size)
        stream.write(central)
        stream.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(head) + size, 0))
    read = _Read(file)
    assert (read.members, read.kinds) == (1, [])
    assert read.mib < 100


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "demo.whl")
    with pytest.raises(OSError, match="demo"):
        read_archive(tmp_path / "demo.whl", shown="demo.whl")
