# SPDX-License-Identifier: Apache-2.0
"""Markdown as rules need it: headings, fenced blocks, links, code and prose, each with its line."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import re
import threading
from typing import TYPE_CHECKING, cast

from noxkit.rules._base import Place

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["Definition", "Fence", "Heading", "Markdown", "Piece", "read_markdown"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, its text as it is written, and its 1-based line."""

    level: int
    text: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: what stands behind the fence, its content, and the 1-based line of the fence."""

    info: str
    content: str
    line: int

    @property
    def language(self) -> str:
        """The first word behind the fence in lower case, without the braces and dots of some dialects."""
        words = self.info.replace(",", " ").split()
        return words[0].lower().removeprefix("{.").rstrip("}") if words else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A part of a paragraph: `kind` is text, label (a link's text), code, html, link or image.

    The `text` of a link and of an image is its address.
    """

    kind: str
    text: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True)
class Definition:
    """A link reference definition: its label in upper case, as Markdown compares it."""

    label: str
    address: str
    line: int


_QUIET = threading.RLock()


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Without the log of each rule that is tried: nox shows DEBUG. The user's own parsers keep their level."""
    logger = logging.getLogger("markdown_it")
    with _QUIET:
        before = logger.level
        logger.setLevel(logging.WARNING)
        try:
            yield
        finally:
            logger.setLevel(before)


@functools.cache
def _parser() -> MarkdownIt:
    """Blocks alone: what stands in them is parsed for those that somebody asks about."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- 40 ms in every start, for documents alone

    return MarkdownIt("commonmark").enable("table").disable("inline")


class Markdown:
    """One document, parsed by blocks when it is made and by what stands in them when that is asked for."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        front = _FRONT_MATTER.match(text)
        body = "\n" * front[0].count("\n") + text[front.end() :] if front else text
        self._environment: dict[str, object] = {}
        with _quiet():
            self._tokens = _parser().parse(body, self._environment)

    @functools.cached_property
    def headings(self) -> tuple[Heading, ...]:
        """All headings, in their order."""
        pairs = zip(self._tokens, self._tokens[1:], strict=False)
        return tuple(
            Heading(int(opened.tag[1:]), inner.content.strip(), _line(opened))
            for opened, inner in pairs
            if opened.type == "heading_open"
        )

    @functools.cached_property
    def fences(self) -> tuple[Fence, ...]:
        """All fenced blocks."""
        return tuple(
            Fence(token.info.strip(), token.content, _line(token)) for token in self._tokens if token.type == "fence"
        )

    @functools.cached_property
    def lists(self) -> tuple[int, ...]:
        """The lines of all lists that stand in no other block."""
        opened = {"bullet_list_open", "ordered_list_open"}
        return tuple(_line(token) for token in self._tokens if token.type in opened and token.level == 0)

    @functools.cached_property
    def blocks(self) -> tuple[int, ...]:
        """The lines of whatever stands at the outermost level, headings and comments apart."""
        found = (token for token in self._tokens if token.level == 0 and token.nesting >= 0 and token.map)
        return tuple(
            _line(token)
            for token in found
            if token.type != "heading_open" and not (token.type == "html_block" and token.content.startswith("<!--"))
        )

    @functools.cached_property
    def html(self) -> tuple[tuple[int, str], ...]:
        """All blocks of HTML, with their lines."""
        return tuple((_line(token), token.content) for token in self._tokens if token.type == "html_block")

    @functools.cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of each row of all tables, as they are written."""
        found: list[list[str]] = []
        for before, token in zip(self._tokens, self._tokens[1:], strict=False):
            if token.type == "tr_open":
                found.append([])
            elif before.type in {"td_open", "th_open"} and found:
                found[-1].append(token.content.strip())
        return tuple(tuple(row) for row in found)

    @functools.cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """All link reference definitions; the first of those with one label."""
        return tuple(
            Definition(label, str(entry.get("href", "")), _first_line(entry.get("map")))
            for label, entry in _references(self._environment, "references")
        )

    @functools.cached_property
    def repeated_definitions(self) -> tuple[Definition, ...]:
        """The definitions that a renderer passes over, since their label has one already."""
        return tuple(
            Definition(label, str(entry.get("href", "")), _first_line(entry.get("map")))
            for label, entry in _references(self._environment, "duplicate_refs")
        )

    @functools.cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """What stands in paragraphs, headings and cells of tables."""
        return tuple(piece for token in self._tokens if token.type == "inline" for piece in self._inside(token))

    def _inside(self, token: Token) -> Iterator[Piece]:
        children: list[Token] = []
        parser = _parser()
        with _quiet():
            parser.inline.parse(token.content, parser, self._environment, children)
        line, last = _line(token), token.map[1] if token.map else 0
        text = "text"
        for child in children:
            if child.type in {"softbreak", "hardbreak"}:
                line += 1
            elif child.type == "text" and child.content:
                yield Piece(text, child.content, line)
            elif child.type == "code_inline":
                yield Piece("code", child.content, self._line_of(child.content, line, last))
            elif child.type == "link_close":
                text = "text"
            elif child.type in {"link_open", "image"}:
                address = str(child.attrs.get("href") or child.attrs.get("src") or "")
                yield Piece("link" if child.type == "link_open" else "image", address, line)
                text = "label" if child.type == "link_open" else text
                if child.type == "image" and child.content:
                    yield Piece("text", child.content, line)
            elif child.type == "html_inline":
                yield Piece("html", child.content, line)

    def _line_of(self, text: str, line: int, last: int) -> int:
        """The line on which `text` stands, at or below `line`: code may go over several."""
        start = text.split("\n", 1)[0]
        return next((number for number in range(line, last + 1) if start in self._line_text(number)), line)

    def _line_text(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def place(self, line: int, text: str = "") -> Place:
        """The place of `text` on a line; of the whole line where it is not found there."""
        column = self._line_text(line).find(text) if text else -1
        if column < 0:
            return Place(self.path, line)
        return Place(self.path, line, column + 1, line, column + 1 + len(text))


def _references(environment: Mapping[str, object], key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The definitions by label, or the list of those that are there twice, as the parser keeps them."""
    kept = environment.get(key)
    if isinstance(kept, dict):
        yield from cast("dict[str, dict[str, object]]", kept).items()
    elif isinstance(kept, list):
        yield from ((str(entry.get("label", "")), entry) for entry in cast("list[dict[str, object]]", kept))


def _first_line(lines: object) -> int:
    return cast("list[int]", lines)[0] + 1 if isinstance(lines, (list, tuple)) and lines else 1


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def read_markdown(path: str, data: bytes) -> Markdown:
    """Parse a document; bytes that are no UTF-8 are replaced."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return Markdown(path, text)
