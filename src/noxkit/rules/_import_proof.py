# SPDX-License-Identifier: Apache-2.0
"""The proof that imports were moved to the top of a module, and nothing else of it was changed."""

from __future__ import annotations

import ast
import contextlib
import io
import symtable
import warnings
from typing import TYPE_CHECKING, TypeAlias

from noxkit.rules._source import same_tree

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from noxkit.rules._source import SourceFile

__all__ = ["Function", "Import", "is_proven"]

Import: TypeAlias = ast.Import | ast.ImportFrom
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def is_proven(
    source: SourceFile, text: str, *, moved: Sequence[tuple[Import, Function]], new: Mapping[int, Sequence[str]]
) -> bool:
    """Whether `text` parses to the tree of the file but for the imports `moved` from their functions, and compiles.

    `new` are the lines of the top, by the index of the statement that they come before.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            got = ast.parse(text)
            if source.nodes(ast.Nonlocal) or source.nodes(ast.Global):  # without these, names forbid nothing
                symtable.symtable(text, source.path, "exec")
    except (SyntaxError, ValueError, RecursionError):
        return False
    changed = {id([node, *source.ancestors(node)][-2]) for node, _ in moved}  # statements of the module
    untouched = {id(each) for each in source.tree.body} - changed
    lines = tuple(io.StringIO(text, newline=""))
    with _moved(source.tree, moved, new) as wanted:
        return len(wanted.body) == len(got.body) and all(
            (id(one) in untouched and _written(one, source.lines) == _written(other, lines)) or same_tree(one, other)
            for one, other in zip(wanted.body, got.body, strict=True)
        )


@contextlib.contextmanager
def _moved(
    tree: ast.Module, moved: Sequence[tuple[Import, Function]], new: Mapping[int, Sequence[str]]
) -> Generator[ast.Module]:
    """The tree with these imports moved, for as long as it is looked at: a copy of it would cost a parse."""
    gone = {id(node) for node, _ in moved}
    kept = [(holder, holder.body) for holder in (tree, *(scope for _, scope in moved))]
    try:
        for holder, body in kept:
            holder.body = [each for each in body if id(each) not in gone]
        for index in sorted(new, reverse=True):
            tree.body[index:index] = [each for line in new[index] for each in ast.parse(line).body]
        yield tree
    finally:
        for holder, body in kept:
            holder.body = body


def _written(node: ast.stmt, lines: Sequence[str]) -> tuple[int, int | None, Sequence[str]]:
    """The text of a statement of a module: where it stands makes no difference to what it is parsed to."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return node.col_offset, node.end_col_offset, lines[first - 1 : node.end_lineno]
