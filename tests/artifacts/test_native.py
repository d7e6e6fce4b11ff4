# SPDX-License-Identifier: Apache-2.0
"""Native files by their headers, and what only begins as one."""

from __future__ import annotations

import random
import struct
import sys
from pathlib import Path

import pytest

from noxkit.artifacts.native import NativeFile, read_native
from tests.artifacts._natives import NATIVES


def _read(data: bytes) -> NativeFile | None:
    return read_native(data[: 64 << 10], data[-(256 << 10) :], len(data))


_KINDS = [
    pytest.param("elf-x86_64", NativeFile(format="elf", machines=("x86_64",)), id="elf"),
    pytest.param("elf-aarch64", NativeFile(format="elf", machines=("aarch64",)), id="elf-arm"),
    pytest.param("elf-i686", NativeFile(format="elf", machines=("i686",)), id="elf-32-bits"),
    pytest.param("elf-armv7l", NativeFile(format="elf", machines=("armv7l",)), id="elf-arm-32-bits"),
    pytest.param("elf-program", NativeFile(format="elf", machines=("x86_64",), is_executable=True), id="elf-program"),
    pytest.param("elf-debug", NativeFile(format="elf", machines=("x86_64",), has_debug=True), id="elf-debug"),
    pytest.param("elf-stripped", NativeFile(format="elf", machines=("x86_64",)), id="elf-with-sections"),
    pytest.param("macho-arm64", NativeFile(format="macho", machines=("arm64",)), id="macho"),
    pytest.param("macho-x86_64", NativeFile(format="macho", machines=("x86_64",)), id="macho-intel"),
    pytest.param("macho-program", NativeFile(format="macho", machines=("arm64",), is_executable=True), id="macho-exe"),
    pytest.param("macho-fat", NativeFile(format="macho", machines=("x86_64", "arm64")), id="macho-universal"),
    pytest.param("pe-amd64", NativeFile(format="pe", machines=("amd64",)), id="pe"),
    pytest.param("pe-x86", NativeFile(format="pe", machines=("x86",)), id="pe-32-bits"),
    pytest.param("pe-arm64", NativeFile(format="pe", machines=("arm64",)), id="pe-arm"),
    pytest.param("pe-clr", NativeFile(format="pe", machines=("x86",), is_clr=True), id="pe-clr"),
    pytest.param("pe-exe", NativeFile(format="pe", machines=("amd64",), is_executable=True), id="pe-program"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), _KINDS)
def test_the_headers_say_what_a_native_file_is(name: str, expected: NativeFile) -> None:
    assert _read(NATIVES[name]) == expected


_OTHERS = [
    pytest.param(b"", id="empty"),
    pytest.param(b"\x7fEL", id="cut-magic"),
    pytest.param(b"MZ is how this text begins, which is long enough to have a place for an offset" * 2, id="text"),
    pytest.param(b"MZ" + bytes(200), id="dos-program"),
    pytest.param(bytes.fromhex("cafebabe00000034") + bytes(100), id="java-class"),
    pytest.param(bytes.fromhex("cafebabe00000000"), id="fat-of-nothing"),
    pytest.param(b"#!/bin/sh\n", id="script"),
    pytest.param(b"PK\3\4" + bytes(60), id="zip"),
]


@pytest.mark.parametrize("data", _OTHERS)
def test_what_is_no_native_file_is_none(data: bytes) -> None:
    assert _read(data) is None


@pytest.mark.parametrize("name", sorted(NATIVES))
def test_a_native_file_that_is_cut_off_or_changed_raises_nothing(name: str) -> None:
    data, chance = NATIVES[name], random.Random(name)  # noqa: S311 -- the same changes in every run
    for length in range(len(data)):
        _read(data[:length])
    for _ in range(200):
        changed = bytearray(data)
        changed[chance.randrange(4, len(data))] = chance.choice((0, 1, 0x7F, 0xFF))
        _read(bytes(changed))


def test_the_sections_of_a_large_file_are_found_at_its_end() -> None:
    debug = NATIVES["elf-debug"]
    names = debug.index(b"\0.text")
    table = struct.unpack_from("<Q", debug, 40)[0]
    # The same file with 2 MiB of code between its header and its sections.
    far = 2 << 20
    moved = bytearray(debug[:64] + bytes(far) + debug[64:])
    struct.pack_into("<Q", moved, 40, table + far)
    struct.pack_into("<Q", moved, table + far + 4 * 64 + 24, names + far)
    native = _read(bytes(moved))
    assert native is not None
    assert native.has_debug


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the interpreter is an ELF file there")
def test_the_running_interpreter_is_a_program() -> None:
    data = Path(sys.executable).resolve().read_bytes()
    native = _read(data)
    assert native is not None
    assert (native.format, native.is_executable) == ("elf", True)
