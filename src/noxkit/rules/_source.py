# SPDX-License-Identifier: Apache-2.0
"""One file as rules on source see it: decoded, parsed and walked once, whatever the number of rules."""

from __future__ import annotations

import ast
import bisect
import contextlib
import dataclasses
import functools
import io
import itertools
import tokenize
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar, cast

from noxkit.diagnostics.decoding import DecodedText, decode_python, decode_text
from noxkit.rules._base import Place
from noxkit.rules._facts import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Comment", "SourceFile", "TextFile", "UnreadableSourceError", "read_source", "read_text_file", "same_tree"]

NodeT = TypeVar("NodeT", bound=ast.AST)

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "testdata", "fixtures"})


class UnreadableSourceError(Exception):
    """A Python file that cannot be decoded (`is_encoding`) or parsed; `place` says where, as far as it is known."""

    def __init__(self, message: str, *, place: Place, is_encoding: bool) -> None:
        super().__init__(message)
        self.place, self.is_encoding = place, is_encoding


@dataclasses.dataclass(frozen=True, slots=True)
class Comment:
    """A comment: 1-based line, 0-based column in characters, and its text from `#` on."""

    line: int
    column: int
    text: str


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class TextFile:
    """One text file. `license_header` is the header that it must have, None where none is asked for."""

    path: str
    decoded: DecodedText
    settings: Settings = dataclasses.field(default_factory=Settings)
    license_header: str | None = None

    @property
    def text(self) -> str:
        """All characters, newlines as they are."""
        return self.decoded.text

    @functools.cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines with their ends, as `ast` and tokenize count them: form feeds end none."""
        return tuple(io.StringIO(self.text, newline=""))

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [0, *itertools.accumulate(len(line) for line in self.lines)]

    def offset(self, line: int, column: int = 0) -> int:
        """The 0-based offset in `text` of a 1-based line and a 0-based column in characters."""
        return min(self._starts[min(line - 1, len(self._starts) - 1)] + column, len(self.text))

    def place_at(self, start: int, end: int | None = None) -> Place:
        """The place of the characters `start` to `end` of `text`."""
        line = bisect.bisect_right(self._starts, start)
        line = max(1, min(line, len(self.lines) or 1))
        column = start - self._starts[line - 1] + 1
        width = (end - start) if end is not None else 0
        return Place(self.path, line, column, line, column + width if width else None)

    @property
    def in_tests(self) -> bool:
        """Whether it lies in a folder of tests or is a test file by its name."""
        *folders, name = self.path.split("/")
        return bool(_TEST_FOLDERS & set(folders)) or name.startswith("test_") or name.endswith("_test.py")


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class SourceFile(TextFile):
    """One Python file or stub, parsed. `shadowed` are the repository's modules that are named as a standard one."""

    tree: ast.Module
    shadowed: frozenset[str] = frozenset()

    @functools.cached_property
    def _walked(self) -> tuple[Mapping[type[ast.AST], list[ast.AST]], Mapping[int, ast.AST]]:
        """The nodes by type, and the parent of each by its identity: one walk for all rules."""
        found: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        parents: dict[int, ast.AST] = {}
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            found[node.__class__].append(node)
            children = _children(node)
            if children:
                waiting += children
                for child in children:
                    parents[id(child)] = node
        return found, parents

    def nodes(self, kind: type[NodeT]) -> Sequence[NodeT]:
        """All nodes of exactly this type, in no order that matters; operators and contexts are not among them."""
        return cast("Sequence[NodeT]", self._walked[0].get(kind, ()))

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that `node` is a part of; None for the module."""
        return self._walked[1].get(id(node))

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, the innermost first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    @functools.cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, by the tokenizer: a `#` in a string is none."""
        found: list[Comment] = []
        try:
            for first, last in itertools.pairwise((1, *_beginnings(self.tree.body, self.lines), len(self.lines) + 1)):
                if self.text.find("#", self._starts[first - 1], self._starts[last - 1]) >= 0:
                    found += _comments(self.lines[first - 1 : last - 1], first)
        except (tokenize.TokenError, SyntaxError):  # a statement that cannot be read by itself: all of them, then
            found.clear()
            with contextlib.suppress(tokenize.TokenError, SyntaxError):
                found.extend(_comments(self.lines, 1))
        return tuple(found)

    def column(self, line: int, byte_column: int) -> int:
        """The 0-based column in characters for one in UTF-8 bytes, as `ast` counts them."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return byte_column if text.isascii() else len(text.encode()[:byte_column].decode("utf-8", "replace"))

    def place(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg | ast.alias | ast.excepthandler) -> Place:
        """The place of a node's text."""
        end_line = node.end_lineno or node.lineno
        end = node.end_col_offset if node.end_col_offset is not None else node.col_offset
        start = self.column(node.lineno, node.col_offset) + 1
        return Place(self.path, node.lineno, start, end_line, self.column(end_line, end) + 1)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The offsets in `text` between which a node stands."""
        end_line = node.end_lineno or node.lineno
        end = node.end_col_offset if node.end_col_offset is not None else node.col_offset
        return (
            self.offset(node.lineno, self.column(node.lineno, node.col_offset)),
            self.offset(end_line, self.column(end_line, end)),
        )


def _beginnings(body: Sequence[ast.stmt], lines: Sequence[str]) -> Iterator[int]:
    """The lines on which statements begin that have nothing before them, but for those in loops, branches and the like.

    What is between two of them can be tokenized by itself, and most of it has no comment.
    """
    for node in body:
        start: ast.stmt | ast.expr = node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.decorator_list:
            start = node.decorator_list[0]
        before = lines[start.lineno - 1][: start.col_offset].strip()
        if start.lineno > 1 and before == ("" if start is node else "@"):
            yield start.lineno
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _beginnings(node.body, lines)


def _comments(lines: Sequence[str], first: int) -> Iterator[Comment]:
    """The comments of `lines`, of which the first has the number `first`. Raises TokenError and SyntaxError."""
    for token in tokenize.generate_tokens(iter(lines).__next__):
        if token.type == tokenize.COMMENT:
            yield Comment(token.start[0] + first - 1, token.start[1], token.string)


_NO_NODES = frozenset({"ctx", "op", "ops", "type_ignores", "kind", "type_comment"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: ()}


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, without contexts and operators, of which there is one object for a whole tree."""
    kind = node.__class__
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(name for name in kind._fields if name not in _NO_NODES)
    children: list[ast.AST] = []
    for name in names:
        value: object = getattr(node, name, None)
        if value.__class__ is list:
            children += [item for item in cast("list[object]", value) if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            children.append(value)
    return children


def same_tree(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees are equal but for their positions: as comparing `ast.dump` of both, five times as fast."""
    waiting: list[tuple[object, object]] = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if left.__class__ is not right.__class__:
            return False
        if isinstance(left, ast.AST):
            waiting += [(getattr(left, name, None), getattr(right, name, None)) for name in left._fields]
        elif isinstance(left, list):
            ours, theirs = cast("list[object]", left), cast("list[object]", right)
            if len(ours) != len(theirs):
                return False
            waiting += zip(ours, theirs, strict=True)
        elif left != right:
            return False
    return True


def read_source(path: str, data: bytes, *, settings: Settings, license_header: str | None = None) -> SourceFile:
    """Decode and parse a Python file. Raises UnreadableSourceError."""
    try:
        decoded = decode_python(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the file's own text, such as an invalid escape
            tree = ast.parse(data, path)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not {error.encoding}"
        raise UnreadableSourceError(message, place=Place(path, line), is_encoding=True) from error
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 1)
        raise UnreadableSourceError(error.msg or str(error), place=place, is_encoding=not error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        why = str(error) or f"nested too deeply for Python's parser ({type(error).__name__})"
        raise UnreadableSourceError(why, place=Place(path), is_encoding=False) from error
    return SourceFile(path=path, decoded=decoded, tree=tree, settings=settings, license_header=license_header)


def read_text_file(path: str, data: bytes, *, settings: Settings, license_header: str | None = None) -> TextFile | None:
    """A text file of any kind; None where it is binary, or in no encoding that can be told."""
    if b"\0" in data[:8192]:
        return None
    try:
        decoded = decode_text(data)
    except UnicodeDecodeError:
        decoded = DecodedText(text=data.decode("latin-1"), encoding="latin-1")
    return TextFile(path=path, decoded=decoded, settings=settings, license_header=license_header)
