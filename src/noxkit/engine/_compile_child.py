# SPDX-License-Identifier: Apache-2.0
"""A program that compiles modules and says which of them Python refuses; it runs none of them.

It needs nothing but the standard library of whichever CPython from 3.8 on is asked. The file that it is given
holds the modules one after the other, each behind its length (8 bytes, the highest first). It prints `@N` before
module N, a line of JSON `[N, line, message]` for each that is refused, and `.` at the end. Where a second file is
named, it gets a line `{"number": N, "imports": [[module, level, names or null], …], "stored": […]}` for each that is
not: what its code imports and stores when it is imported, which takes far less time than to find it in a syntax tree.
"""

from __future__ import annotations

import json
import opcode
import os
import pathlib
import resource
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterator

__all__ = ["main"]

_MEMORY = 2 << 30  # bytes of address space: a module of a megabyte takes a tenth of it
_SECONDS = 300


_KNOWN = (3, 8), (3, 14)  # the versions whose instructions are read below; of others nothing is said
_OPTIMIZED = 1  # the flag of code of functions: that of modules and classes has it not
_WIDE = opcode.opmap["EXTENDED_ARG"]
_IMPORT = opcode.opmap["IMPORT_NAME"]
_CONSTANT = opcode.opmap["LOAD_CONST"]
_SMALL = opcode.opmap.get("LOAD_SMALL_INT", -1)
_STORES = [opcode.opmap[name] for name in ("STORE_NAME", "STORE_GLOBAL")]


def main(path: str, start: int, sketches: str = os.devnull) -> None:
    """Compile the modules in the file `path` from number `start` on."""
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CPU, _SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    with pathlib.Path(path).open("rb") as stream, pathlib.Path(sketches).open("a", encoding="ascii") as out:
        number = 0
        while True:
            head = stream.read(8)
            if len(head) < 8:
                break
            data = stream.read(struct.unpack(">Q", head)[0])
            if number >= start:
                _say(f"@{number}")
                answer = _compiled(data)
                if isinstance(answer, tuple):
                    _say(json.dumps([number, answer[0], answer[1]]))
                elif sketches != os.devnull and _KNOWN[0] <= sys.version_info[:2] <= _KNOWN[1]:
                    out.write(_sketch(answer, number))
            number += 1
    _say(".")


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _sketch(code: types.CodeType, number: int) -> str:
    imports: list[object] = []
    try:
        for each in _at_import(code):
            imports += _Instructions(each).imports()
        stored = sorted(_Instructions(code).stored())
    except (IndexError, ValueError):  # instructions in an order that nobody foresaw
        return ""
    return json.dumps({"number": number, "imports": imports, "stored": stored}) + "\n"


def _at_import(code: types.CodeType) -> list[types.CodeType]:
    """The code that runs with a module: its own, and that of its classes, generic ones too."""
    found = [code]
    for each in found:
        inner = [const for const in each.co_consts if isinstance(const, type(code))]
        found += [one for one in inner if not one.co_flags & _OPTIMIZED or one.co_name.startswith("<generic param")]
    return found


class _Instructions:
    """The instructions of some code, of two bytes each: what it does, and the lowest byte of its argument."""

    def __init__(self, code: types.CodeType) -> None:
        self._names, self._constants = code.co_names, code.co_consts
        text = code.co_code
        self._kinds, self._arguments = text[::2], text[1::2]

    def imports(self) -> list[object]:
        """Each import with its level and the names that it asks for, which the two before it load."""
        found: list[object] = []
        for at in self._each(_IMPORT):
            first, name = self._argument(at)
            second, asked = self._argument(first - 1)
            depth, level = self._kinds[second - 1], self._argument(second - 1)[1]
            if second < 1 or self._kinds[first - 1] != _CONSTANT or depth not in {_CONSTANT, _SMALL}:
                raise ValueError(at)
            level = level if depth == _SMALL else self._constants[level]
            found.append([self._names[name], level, self._constants[asked]])
        return found

    def stored(self) -> set[str]:
        """The names that it binds outside of functions."""
        return {self._names[self._argument(at)[1]] for kind in _STORES for at in self._each(kind)}

    def _each(self, kind: int) -> Iterator[int]:
        at = self._kinds.find(kind)
        while at != -1:
            yield at
            at = self._kinds.find(kind, at + 1)

    def _argument(self, at: int) -> tuple[int, int]:
        """Where an instruction begins, with those before it that widen its argument, and the argument."""
        value, shift = self._arguments[at], 0
        while at > 0 and self._kinds[at - 1] == _WIDE:
            at, shift = at - 1, shift + 8
            value |= self._arguments[at] << shift
        return at, value


def _compiled(data: bytes) -> types.CodeType | tuple[int | None, str]:
    try:
        return compile(data, "<module>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno, error.msg
    except MemoryError:
        return None, "it is too large or nested too deeply to compile"
    except (ValueError, RecursionError, OverflowError) as error:  # zero bytes are a ValueError in some versions
        return None, f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
