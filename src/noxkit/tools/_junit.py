# SPDX-License-Identifier: Apache-2.0
"""JUnit XML of tests as frozen data; the file is written by project code and is not trusted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Case", "JunitError", "Trouble", "read_junit"]

_TEXT_LIMIT = 1 << 16  # characters of one traceback; its end is what says where


class JunitError(Exception):
    """Raised where a file is not JUnit XML, or tries what no such file needs; the message says which."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One failure or error of a test; `message` has its lines as they were, `text` is the traceback."""

    error: bool
    message: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test. `line` is 1-based; `file` and `line` are None where the XML does not tell."""

    classname: str
    name: str
    file: str | None
    line: int | None
    seconds: float
    skipped: bool = False
    xfailed: bool = False
    troubles: tuple[Trouble, ...] = ()


def read_junit(path: Path) -> tuple[Case, ...]:
    """The tests of the JUnit XML file `path`. Raises JunitError, and OSError where it cannot be read.

    A document type is refused: no test report has one, and entities are declared in it.
    """
    reader = _Reader()
    try:
        with path.open("rb") as file:
            reader.parser.ParseFile(file)
    except expat.ExpatError as error:
        raise JunitError(f"not well-formed XML: {error}") from None
    if not reader.is_junit:
        raise JunitError("no <testsuites> or <testsuite> in it")
    return tuple(reader.cases)


class _Reader:
    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.is_junit = False
        self._case: Case | None = None
        self._message: str | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _refuse(self, *_declaration: object) -> None:
        raise JunitError("a document type, which no test report needs")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"testsuites", "testsuite"}:
            self.is_junit = True
        elif name == "testcase":
            self._case = _case(attributes)
        elif name in {"failure", "error"}:
            self._message, self._text = attributes.get("message", ""), []
        elif name == "skipped" and self._case is not None:
            xfailed = attributes.get("type") == "pytest.xfail"
            self._case = dataclasses.replace(self._case, skipped=not xfailed, xfailed=xfailed)

    def _data(self, data: str) -> None:
        if self._message is not None:
            self._text.append(data)

    def _end(self, name: str) -> None:
        if name in {"failure", "error"} and self._message is not None:
            if self._case is not None:
                trouble = Trouble(error=name == "error", message=self._message, text="".join(self._text)[-_TEXT_LIMIT:])
                self._case = dataclasses.replace(self._case, troubles=(*self._case.troubles, trouble))
            self._message = None
        elif name == "testcase" and self._case is not None:
            self.cases.append(self._case)
            self._case = None


def _case(attributes: Mapping[str, str]) -> Case:
    line, seconds = attributes.get("line", ""), attributes.get("time", "")
    try:
        took = float(seconds or 0)
    except ValueError:
        took = 0.0
    return Case(
        classname=attributes.get("classname", ""),
        name=attributes.get("name", ""),
        file=attributes.get("file"),
        line=int(line) + 1 if line.isascii() and line.isdigit() else None,  # pytest counts from 0
        seconds=took,
    )
