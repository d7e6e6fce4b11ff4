# SPDX-License-Identifier: Apache-2.0
"""Imports that stand elsewhere than at the top of their module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Glob, Table
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._directives import directives
from noxkit.rules._import_moves import Late, moves_of
from noxkit.workspace._globs import matcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.rules._source import SourceFile

__all__ = ["Options", "import_in_function"]

_MISSING = frozenset({"ImportError", "ModuleNotFoundError"})
_EXPECTING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
_CHECKING = "TYPE_CHECKING"
_TRIES = frozenset({"Try", "TryStar"})
_OF_RUFF = "PLC0415"


class Options(Table, frozen=True, kw_only=True):
    """The options of the rules on imports."""

    allowed_paths: Annotated[
        tuple[Glob, ...],
        Meta(description="Files in which imports may be late.", examples=[["src/acme/cli/**"]]),
    ] = ()


@rule(code="NK-IMPORT-IN-FUNCTION", scope=Scope.SOURCE, since="1.0", fix=FixSafety.SAFE)
def import_in_function(source: SourceFile) -> Iterator[Found]:
    """An import stands inside a function or a class instead of at the top of its module.

    # Why
    The top of a module says what it needs. An import further down fails only when it is reached, hides a cycle
    instead of resolving it, and is made anew in each function that needs it.

    # Fails
    ```python src/acme/store.py
    \"\"\"Where orders are kept.\"\"\"

    import os


    def load(path):
        import json

        with open(os.fspath(path)) as file:
            return json.load(file)
    ```

    Or a class, an import that has to wait, and one behind a condition:

    ```python src/acme/late.py
    class Handler:
        import logging


    def connect(url):
        from acme.pool import Pool

        if url.startswith("ldap:"):
            import ldap3

            return ldap3.Connection(url)
        return Pool(url)
    ```

    # Passes
    ```python src/acme/store.py
    \"\"\"Where orders are kept.\"\"\"

    import json
    import os


    def load(path):
        with open(os.fspath(path)) as file:
            return json.load(file)
    ```

    Or what is only there for type checkers, and what may be missing:

    ```python src/acme/optional.py
    from typing import TYPE_CHECKING


    def render(text):
        if TYPE_CHECKING:
            from acme.text import Text
        try:
            import markdown
        except ImportError:
            return text
        return markdown.markdown(text)
    ```

    # Fix
    `nox -s fix` moves an import of the standard library where it can prove that nothing else changes: it is the
    first thing that the function does, its module is part of every supported Python on every platform, its name
    means nothing else anywhere in the file, no comment speaks of it, and the file parses to an equal tree
    otherwise. The hint of each other finding says why it is left alone: of the repository's own modules
    and of others' one file cannot show that no cycle needs them late.

    # Options
    `allowed-paths` in `[tool.noxkit.rules.imports]`: globs of files in which imports may be late, such as a command
    line that has to start fast.

    # When to ignore
    For an import that is expensive and seldom needed, or that resolves a cycle for now: on its line, with that
    reason. Where ruff's `PLC0415`, the same rule, is accepted there by its code, as in
    `import yaml  # noqa: PLC0415 -- slow, and seldom needed`, that holds here as well: nothing need be said twice.
    """
    candidates = [node for kind in (ast.Import, ast.ImportFrom) for node in source.nodes(kind) if node.col_offset]
    if not candidates:
        return
    allowed = source.settings.of(Options).allowed_paths
    if allowed and matcher(allowed).fullmatch(source.path):
        return
    checking = _checking_names(source)
    late = [
        Late(node=node, scope=scope)
        for node in sorted(candidates, key=lambda node: (node.lineno, node.col_offset))
        if (scope := _scope_of(source, node, checking)) is not None
    ]
    if not late:
        return
    accepted = _accepted(source)
    late = [each for each in late if _comment_line(source, each.node) not in accepted]
    moves = moves_of(source, late)
    for each in late:
        why = moves.reasons.get(id(each.node))
        kind = "class" if isinstance(each.scope, ast.ClassDef) else "function"
        verb = "is" if len(each.node.names) == 1 else "are"
        yield found(
            f"{_named(each.node)} {verb} imported inside the {kind} `{each.scope.name}`",
            hint="move it to the top of the module, as `nox -s fix` does"
            if why is None
            else f"move it to the top of the module, or say on the line why it is late; `nox -s fix` leaves it: {why}",
            at=source.place(each.node),
            safe=moves.actions if why is None else (),
        )


def _accepted(source: SourceFile) -> frozenset[int]:
    """The lines on which ruff is told by its code to accept a late import."""
    found = (each for each in directives(source) if each.linter and not each.of_file)
    return frozenset(each.line for each in found if _OF_RUFF in each.codes)


def _comment_line(source: SourceFile, node: ast.Import | ast.ImportFrom) -> int:
    """The line on which ruff looks for a comment on a statement: its first, or the end of that where it goes on."""
    line, last = node.lineno, node.end_lineno or node.lineno
    while line < last and source.lines[line - 1].rstrip("\r\n").endswith("\\"):
        line += 1
    return line


def _named(node: ast.Import | ast.ImportFrom) -> str:
    if isinstance(node, ast.Import):
        return ", ".join(f"`{alias.name}`" for alias in node.names)
    names = ", ".join(f"`{alias.name}`" for alias in node.names)
    return f"{names} of `{'.' * node.level}{node.module or ''}`"


def _scope_of(
    source: SourceFile, node: ast.stmt, checking: frozenset[str]
) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
    """The innermost function or class around an import; None where there is none, or the import may stand there."""
    scope: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None = None
    child: ast.AST = node
    called_later = False
    for above in source.ancestors(node):
        if isinstance(above, ast.If) and _is_for_checkers(above, child, checking):
            return None
        if not called_later and _is_guard(above, child):
            return None
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope = scope or above
            called_later = called_later or not isinstance(above, ast.ClassDef)
        child = above
    return scope


def _checking_names(source: SourceFile) -> frozenset[str]:
    """What TYPE_CHECKING is called in this file."""
    aliases = (alias for node in source.nodes(ast.ImportFrom) for alias in node.names if alias.name == _CHECKING)
    return frozenset({_CHECKING, *(alias.asname or alias.name for alias in aliases)})


def _is_for_checkers(above: ast.If, child: ast.AST, names: frozenset[str]) -> bool:
    """Whether `child` is in the part of an `if` that type checkers alone look at."""
    test = above.test
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _is_checking(test.operand, names) and child in above.orelse
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    return any(_is_checking(part, names) for part in parts) and child in above.body


def _is_checking(test: ast.expr, names: frozenset[str]) -> bool:
    if isinstance(test, ast.Attribute):
        return test.attr == _CHECKING
    return isinstance(test, ast.Name) and test.id in names


def _is_guard(above: ast.AST, child: ast.AST) -> bool:
    """Whether `above` reckons with an import that fails: a `try` with a handler for it, or such a `with`."""
    if type(above).__name__ in _TRIES:
        handlers: Sequence[ast.ExceptHandler] = getattr(above, "handlers", [])
        if isinstance(child, ast.ExceptHandler):
            return _is_missing(child.type)
        inside = child in getattr(above, "body", []) or child in getattr(above, "orelse", [])
        return inside and any(_is_missing(handler.type) for handler in handlers)
    if isinstance(above, ast.With | ast.AsyncWith):
        return any(_expects_failure(item.context_expr) for item in above.items)
    return False


def _is_missing(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(_is_missing(part) for part in kind.elts)
    return _last_name(kind) in _MISSING


def _expects_failure(expression: ast.expr) -> bool:
    if not isinstance(expression, ast.Call) or _last_name(expression.func) not in _EXPECTING:
        return False
    return any(_is_missing(argument) for argument in expression.args)


def _last_name(expression: ast.expr | None) -> str | None:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else None
