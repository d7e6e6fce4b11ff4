# SPDX-License-Identifier: Apache-2.0
"""Which names a module binds when it is imported, by its text alone."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["at_import", "bound_names"]

# What may bind names that the text does not show; looked for in the text, since a walk over the tree takes longer.
_DYNAMIC = re.compile(
    rb"\b(?:globals|setattr|vars|locals|exec|eval|lazy_loader|attach|attach_stub|modules|__getattr__)\b"
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes that run when the module is imported: none in functions and lambdas, nor in classes."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def bound_names(tree: ast.Module, data: bytes) -> frozenset[str] | None:
    """The names that a module of this text binds at its top level; None where the text does not show them all."""
    if _DYNAMIC.search(data):
        return None
    names: set[str] = set()
    for node in at_import(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return None
        names |= _bindings(node)
    for node in ast.walk(tree) if b"global " in data else ():
        names |= set(node.names) if isinstance(node, ast.Global) else set()
    return frozenset(names)


def _bindings(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, ast.ExceptHandler) and node.name:
        return {node.name}
    if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
        return {node.name}
    return set()
