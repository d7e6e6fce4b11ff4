# SPDX-License-Identifier: Apache-2.0
"""Where things stand in a TOML file: tree-sitter gives the positions, tomllib the values."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec
import tree_sitter
import tree_sitter_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TomlPositions", "TomlSpan"]


class TomlSpan(msgspec.Struct, frozen=True, kw_only=True):
    """One line's part: 1-based `line` and `column`, exclusive `end_column`, counted in characters."""

    line: int
    column: int
    end_column: int


@functools.cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))


def _key_parts(node: tree_sitter.Node) -> tuple[str, ...]:
    if node.type == "dotted_key":
        return tuple(part for child in node.named_children for part in _key_parts(child))
    text = (node.text or b"").decode("utf-8", "replace")
    return (text.strip("\"'"),)


class TomlPositions:
    """The places of all keys and array items of one TOML document.

    A place is asked for by its path, the way it would be subscripted: `("tool", "noxkit", "kinds",
    0, "name")`. Works on a document with errors too, as far as it can be read.
    """

    def __init__(self, content: bytes) -> None:
        self._lines = content.split(b"\n")
        self._keys: dict[tuple[str | int, ...], TomlSpan] = {}
        self._values: dict[tuple[str | int, ...], TomlSpan] = {}
        self._arrays: dict[tuple[str | int, ...], int] = {}
        self._read_document(_parser().parse(content).root_node)

    def key(self, path: tuple[str | int, ...]) -> TomlSpan | None:
        """The place of the key at `path`; of the nearest table that holds it where it is absent."""
        return self._nearest(self._keys, path)

    def value(self, path: tuple[str | int, ...]) -> TomlSpan | None:
        """The place of the value at `path`, or of its key where it has none of its own."""
        return self._values.get(path) or self.key(path)

    def _nearest(self, spans: dict[tuple[str | int, ...], TomlSpan], path: tuple[str | int, ...]) -> TomlSpan | None:
        while path:
            if path in spans:
                return spans[path]
            path = path[:-1]
        return None

    def _span(self, node: tree_sitter.Node) -> TomlSpan:
        row, start = node.start_point
        end_row, end = node.end_point
        line = self._lines[row]
        stop = end if end_row == row else len(line.rstrip(b"\r"))
        return TomlSpan(
            line=row + 1,
            column=len(line[:start].decode("utf-8", "replace")) + 1,
            end_column=len(line[:stop].decode("utf-8", "replace")) + 1,
        )

    def _read_document(self, root: tree_sitter.Node) -> None:
        for node in root.named_children:
            if node.type == "pair":
                self._read_pair(node, ())
            elif node.type in {"table", "table_array_element"}:
                self._read_table(node)

    def _read_table(self, node: tree_sitter.Node) -> None:
        header = next(
            (child for child in node.named_children if child.type in {"bare_key", "quoted_key", "dotted_key"}), None
        )
        if header is None:
            return
        path = self._resolve(_key_parts(header))
        if node.type == "table_array_element":
            index = self._arrays[path] = self._arrays.get(path, -1) + 1
            self._keys.setdefault(path, self._span(header))
            path = (*path, index)
        self._keys[path] = self._span(header)
        for end in range(1, len(path)):
            self._keys.setdefault(path[:end], self._span(header))
        for child in node.named_children:
            if child.type == "pair":
                self._read_pair(child, path)

    def _resolve(self, parts: tuple[str, ...]) -> tuple[str | int, ...]:
        """Insert the current index behind each prefix that is an array of tables."""
        path: tuple[str | int, ...] = ()
        for number, part in enumerate(parts):
            path = (*path, part)
            if path in self._arrays and number < len(parts) - 1:
                path = (*path, self._arrays[path])
        return path

    def _read_pair(self, node: tree_sitter.Node, prefix: tuple[str | int, ...]) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if not children:
            return
        path = prefix
        for part in _key_parts(children[0]):
            path = (*path, part)
            self._keys.setdefault(path, self._span(children[0]))
        if len(children) > 1:
            self._read_value(children[1], path)

    def _read_value(self, node: tree_sitter.Node, path: tuple[str | int, ...]) -> None:
        self._values[path] = self._span(node)
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._read_pair(child, path)
        elif node.type == "array":
            for index, child in enumerate(self._items(node)):
                self._keys[(*path, index)] = self._span(child)
                self._read_value(child, (*path, index))

    @staticmethod
    def _items(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
        return (child for child in node.named_children if child.type != "comment")
