# SPDX-License-Identifier: Apache-2.0
"""Which names a module binds when it is imported, by its text alone."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["below", "bound_names", "is_dynamic", "is_starred"]

# What may bind names that the text does not show; looked for in the text, since a walk over the tree takes longer.
_DYNAMIC = re.compile(
    rb"\b(?:globals|setattr|vars|locals|exec|eval|lazy_loader|attach|attach_stub|modules|__getattr__)\b"
)
_GLOBAL = re.compile(rb"(?:^|[\n\r\f;:])[ \t\f]*global\b")  # the statement, and few words of a text
_STAR = re.compile(rb"\bimport[\s\\]*\*")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_dynamic(data: bytes) -> bool:
    """Whether a module of this text may bind names that it does not show."""
    return _DYNAMIC.search(data) is not None


def is_starred(data: bytes) -> bool:
    """Whether a module of this text may take over all names of another."""
    return _STAR.search(data) is not None


def below(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements inside of a compound one; all of them may be left out, or are meant to fail."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for inner in getattr(node, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            else:
                yield from inner.body


def bound_names(tree: ast.Module, data: bytes) -> frozenset[str] | None:
    """The names that a module of this text binds at its top level; None where the text does not show them all."""
    if is_dynamic(data):
        return None
    names: set[str] = set()
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return None
        names |= _bindings(node)
        if not isinstance(node, _SCOPES):
            waiting += below(node)
    # Few modules have these, and for them each node is looked at: names that are bound too many do no harm.
    if b":=" in data or _GLOBAL.search(data):
        names |= _anywhere(tree)
    return frozenset(names)


def _anywhere(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            names |= set(node.names)
        elif isinstance(node, ast.NamedExpr):
            names.add(node.target.id)
    return names


def _bindings(node: ast.stmt) -> set[str]:
    if isinstance(node, _SCOPES):
        return {node.name}
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, ast.Try):
        return {handler.name for handler in node.handlers if handler.name}
    if isinstance(node, ast.Match):
        return {name for case in node.cases for name in _captured(case.pattern)}
    return {name for target in _targets(node) for name in _stored(target)}


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For | ast.AsyncFor):
        return [node.target]
    if isinstance(node, ast.With | ast.AsyncWith):
        return [item.optional_vars for item in node.items if item.optional_vars is not None]
    alias = getattr(node, "name", None)  # `type X = …`, which Python knows from 3.12 on
    return [alias] if isinstance(alias, ast.Name) else []


def _stored(target: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _captured(pattern: ast.pattern) -> Iterator[str]:
    for node in ast.walk(pattern):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str):
            yield name
