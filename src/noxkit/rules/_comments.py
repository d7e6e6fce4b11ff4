# SPDX-License-Identifier: Apache-2.0
"""Comments at the top of files of many languages: what is written there, and how more is written."""

from __future__ import annotations

import ast
import dataclasses
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from noxkit.rules._source import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.rules._source import TextFile

__all__ = ["SIGNS", "Syntax", "Written", "below_docstring", "first_offset", "syntax_of", "written"]


@dataclasses.dataclass(frozen=True, slots=True)
class Syntax:
    """How a language writes comments: what begins a line of one, and what begins and ends a block."""

    line: str | None = None
    block: tuple[str, str] | None = None

    def render(self, lines: Sequence[str]) -> list[str]:
        """These lines as a comment."""
        if self.line is not None:
            return [f"{self.line} {line}".rstrip() for line in lines]
        begin, end = self.block or ("", "")
        if len(lines) == 1:
            return [f"{begin} {lines[0]} {end}"]
        mark = " *" if begin == "/*" else ""
        return [begin, *(f"{mark} {line}".rstrip() if mark else line for line in lines), f"{mark[:1]}{end}"]

    def can_hold(self, line: str) -> bool:
        """Whether a line of text stays inside such a comment, and is nothing but a comment."""
        if not line.isprintable() or (self.line == "#" and _CODING.match(f"# {line}")):
            return False
        return self.line is not None or not any(mark in line for mark in (*(self.block or ()), "--"))


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """One line of a comment: its text without signs and white space, and where that stands in the file."""

    text: str
    start: int
    end: int


_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")  # PEP 263
_DIRECTIVE = re.compile(r"^#\s*(?:syntax|escape|check)\s*=", re.IGNORECASE)  # of a Dockerfile
_DECLARATION = re.compile(r"^(?:<\?xml\b.*\?>|<!doctype\b[^>]*>|@charset\b.*;)\s*$", re.IGNORECASE)
SIGNS = "#/*!-;%<> \t\f\r\n"
"""What is no text of a comment at either end of a line."""

_HASH, _SEMICOLONS, _DASHES = Syntax("#"), Syntax(";;"), Syntax("--")
_SLASHES, _STARS, _MARKUP = Syntax("//", ("/*", "*/")), Syntax(None, ("/*", "*/")), Syntax(None, ("<!--", "-->"))
_SUFFIXES = (
    (_HASH, "py pyi pyx pxd sh bash zsh ksh fish toml yml yaml cfg ini conf rb pl r jl mk cmake tf hcl nix ps1 awk"),
    (
        _SLASHES,
        "js mjs cjs jsx ts mts cts tsx go rs java kt kts scala c h cc cpp cxx hh hpp cs swift dart proto groovy",
    ),
    (_SLASHES, "scss less zig v jsonc json5"),
    (_STARS, "css"),
    (_MARKUP, "html htm xhtml xml svg md markdown vue xsd xsl xslt"),
    (_DASHES, "sql lua hs elm ada adb ads vhd vhdl"),
    (_SEMICOLONS, "el lisp lsp cl clj cljs cljc edn scm rkt asm"),
)
_BY_SUFFIX: Mapping[str, Syntax] = MappingProxyType(
    {suffix: syntax for syntax, suffixes in _SUFFIXES for suffix in suffixes.split()}
)
_HASH_NAMES = ("Dockerfile", "Containerfile", "Makefile", "GNUmakefile", "Justfile", "justfile", "Gemfile", "Rakefile")


def syntax_of(file: TextFile) -> Syntax | None:
    """The syntax of a file by its name, or by its first line; None where it is not known."""
    name = file.path.rpartition("/")[2]
    if name.startswith(_HASH_NAMES):
        return _HASH
    known = _BY_SUFFIX.get(name.rpartition(".")[2].lower()) if "." in name[1:] else None
    return known or (_HASH if file.text.startswith("#!") else None)


def _preamble(file: TextFile, syntax: Syntax) -> int:
    """How many lines have to stay first: a shebang, an encoding, a declaration, front matter."""
    lines = file.lines
    count = 1 if lines and lines[0].startswith("#!") else 0
    if syntax.line == "#":
        while count < len(lines) and count < 2 and _CODING.match(lines[count]):
            count += 1
        while count < len(lines) and _DIRECTIVE.match(lines[count]):
            count += 1
        return count
    while count < len(lines) and _DECLARATION.match(lines[count]):
        count += 1
    if lines and lines[0].rstrip() == "---" and syntax is _MARKUP:
        ends = (number for number, line in enumerate(lines[1:], 2) if line.rstrip() == "---")
        return next(ends, 0)
    return count


def first_offset(file: TextFile, syntax: Syntax) -> int:
    """Where the first comment may begin."""
    return file.offset(_preamble(file, syntax) + 1) if file.lines else 0


def written(file: TextFile, syntax: Syntax) -> list[Written]:
    """The lines of the comments that a file begins with."""
    return [each for number, text in _leading(file, syntax) if (each := _inner(file.offset(number), text)) is not None]


def _leading(file: TextFile, syntax: Syntax) -> Iterator[tuple[int, str]]:
    """The numbered lines of the comments before anything else."""
    begin, end = syntax.block or (None, "")
    mark = (syntax.line or "").replace(";;", ";")
    inside = False
    first = _preamble(file, syntax)
    for number, line in enumerate(file.lines[first:], first + 1):
        text = line.strip()
        if not inside and begin is not None and text.startswith(begin):
            inside, text = True, text[len(begin) :]
        elif not inside and text and not (mark and text.startswith(mark)):
            return
        if text:
            yield number, line
        if inside and end in text:
            inside = False
            if text.partition(end)[2].strip():
                return


def _inner(offset: int, line: str) -> Written | None:
    text = line.strip(SIGNS)
    if not text:
        return None
    start = offset + line.index(text)
    return Written(text, start, start + len(text))


def below_docstring(file: TextFile) -> Iterator[Written]:
    """The lines of the comments between a Python file's docstring and its code."""
    if not isinstance(file, SourceFile) or "#" not in file.text or ast.get_docstring(file.tree, clean=False) is None:
        return
    from_line = file.tree.body[0].end_lineno or 1
    rest = file.tree.body[1:]
    until = rest[0].lineno if rest else len(file.lines) + 1
    if not any("#" in line for line in file.lines[from_line : until - 1]):
        return
    for comment in file.comments:
        alone = not file.lines[comment.line - 1][: comment.column].strip()
        if from_line < comment.line < until and alone:
            each = _inner(file.offset(comment.line, comment.column), comment.text)
            if each is not None:
                yield each
