# SPDX-License-Identifier: Apache-2.0
"""nox: the sessions of a noxfile.py, read without running it."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from noxkit.adopt._step import Step, python_of
from noxkit.errors import ErrorRecord, NoxkitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["parse", "read"]

_NOXFILE = "noxfile.py"
_RUNS = frozenset({"run", "run_always"})
_UNKNOWN = "…"


def read(root: Path) -> list[Step]:
    """The sessions that noxfile.py registers by a decorator; none where there is no noxfile.

    Raises NoxkitError (NK-INIT-NOXFILE) where it is not Python.
    """
    file = root / _NOXFILE
    if not file.is_file():
        return []
    tree = parse(file)
    values = dict(_constants(tree))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [step for function in functions for step in _steps(function, values)]


def parse(file: Path) -> ast.Module:
    """The tree of a noxfile. Raises NoxkitError (NK-INIT-NOXFILE) with the place where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the noxfile's own text, such as an invalid escape
            return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        record = ErrorRecord(
            code="NK-INIT-NOXFILE",
            message=f"noxfile.py cannot be read: {getattr(error, 'msg', None) or error}",
            path=_NOXFILE,
            line=line,
            column=getattr(error, "offset", None) or 1,
            hint="mend it, or move it away and let `noxkit init` write one",
        )
        raise NoxkitError(record) from error


def _constants(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that the module gives a list of texts."""
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            yield target.id, _texts(value, {})


def _texts(node: ast.expr, values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if isinstance(node, ast.Constant):
        return (node.value,) if isinstance(node.value, str) else ()
    if isinstance(node, ast.Name):
        return values.get(node.id, ())
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return tuple(text for item in node.elts for text in _texts(item, values))
    return ()


def _steps(function: ast.FunctionDef | ast.AsyncFunctionDef, values: Mapping[str, tuple[str, ...]]) -> Iterator[Step]:
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", None)
        if name != "session":
            continue
        keywords = {word.arg: word.value for word in decorator.keywords} if isinstance(decorator, ast.Call) else {}
        named = _texts(keywords["name"], values) if "name" in keywords else ()
        pythons = keywords.get("python", keywords.get("py"))
        yield Step(
            name=named[0] if named else function.name,
            path=_NOXFILE,
            line=function.lineno,
            commands=tuple(_commands(function, values)),
            pythons=tuple(minor for each in (_texts(pythons, values) if pythons else ()) if (minor := python_of(each))),
        )


def _commands(function: ast.AST, values: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RUNS:
            found = tuple(word for argument in node.args for word in _words(argument, values))
            if found:
                yield found


def _words(node: ast.expr, values: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if isinstance(node, ast.Starred):
        return _texts(node.value, values)
    return _texts(node, values) or (_UNKNOWN,)
