# SPDX-License-Identifier: Apache-2.0
"""Runs a program that looks at one wheel a time on several of them, and prints what it said of each.

    python _wheel_program.py MODULE ARGUMENT… -- PATH…

It is started with the Python of the program's own environment, where noxkit is not: nothing of it is imported here.
Each line of the output is JSON: `path`, the exit code, what was printed, the error that ended it, and the symbols
that the ELF files of the wheel define themselves, by the file's name, where the program has named symbols.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import runpy
import sys
import zipfile


def _run(module: str, arguments: list[str], path: str) -> dict[str, object]:
    """What the program said of one wheel."""
    printed, code, error = io.StringIO(), 0, None
    sys.argv = [module, *arguments, path]
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception as fault:  # noqa: BLE001 -- whatever one wheel does to the program, the others are still looked at
        code, error = 70, f"{type(fault).__name__}: {fault}"
    said = printed.getvalue()
    defined = _defined(path) if '"non_abi3_symbols": ["' in said else {}
    return {"path": path, "code": code, "said": said, "error": error, "defined": defined}


def _defined(path: str) -> dict[str, list[str]]:
    """The symbols with the prefix of Python that the ELF files of a wheel define themselves, by file name."""
    found: dict[str, set[str]] = {}
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            data = wheel.read(name) if name.endswith(".so") else b""
            if data.startswith(b"\x7fELF"):
                found.setdefault(name.rpartition("/")[2], set()).update(_symbols(data))
    return {name: sorted(symbols) for name, symbols in found.items()}


def _symbols(data: bytes) -> set[str]:
    elf = importlib.import_module("elftools.elf.elffile").ELFFile(io.BytesIO(data))
    sections = [section for name in (".symtab", ".dynsym") if (section := elf.get_section_by_name(name)) is not None]
    symbols = [symbol for section in sections for symbol in section.iter_symbols()]
    return {
        symbol.name
        for symbol in symbols
        if symbol.entry.st_shndx != "SHN_UNDEF" and symbol.name.startswith(("Py", "_Py"))
    }


if __name__ == "__main__":
    given = sys.argv[1:]
    end = given.index("--")
    for wheel_path in given[end + 1 :]:
        sys.stdout.write(json.dumps(_run(given[0], given[1:end], wheel_path)) + "\n")
        sys.stdout.flush()
