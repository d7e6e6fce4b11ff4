# SPDX-License-Identifier: Apache-2.0
"""A program that compiles modules and says which of them Python refuses; it runs none of them.

It needs nothing but the standard library of whichever CPython from 3.8 on is asked. The file that it is given
holds the modules one after the other, each behind its length (8 bytes, the highest first). It prints `@N` before
module N, a line of JSON `[N, line, message]` for each that is refused, and `.` at the end.
"""

from __future__ import annotations

import json
import pathlib
import resource
import struct
import sys

__all__ = ["main"]

_MEMORY = 2 << 30  # bytes of address space: a module of a megabyte takes a tenth of it
_SECONDS = 300


def main(path: str, start: int) -> None:
    """Compile the modules in the file `path` from number `start` on."""
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CPU, _SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    with pathlib.Path(path).open("rb") as stream:
        number = 0
        while True:
            head = stream.read(8)
            if len(head) < 8:
                break
            data = stream.read(struct.unpack(">Q", head)[0])
            if number >= start:
                _say(f"@{number}")
                fault = _fault(data)
                if fault is not None:
                    _say(json.dumps([number, fault[0], fault[1]]))
            number += 1
    _say(".")


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _fault(data: bytes) -> tuple[int | None, str] | None:
    try:
        compile(data, "<module>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno, error.msg
    except MemoryError:
        return None, "it is too large or nested too deeply to compile"
    except (ValueError, RecursionError, OverflowError) as error:  # zero bytes are a ValueError in some versions
        return None, f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
