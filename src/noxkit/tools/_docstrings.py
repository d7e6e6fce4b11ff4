# SPDX-License-Identifier: Apache-2.0
"""Template docstrings made of the words of a name, each where Python takes it for a docstring."""

from __future__ import annotations

import ast
import dataclasses
import re
import warnings
from typing import TYPE_CHECKING, TypeAlias

from noxkit.diagnostics.decoding import DecodedText, decode_python
from noxkit.diagnostics.fixes import TextEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Template", "templates"]

_Documented: TypeAlias = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")


_SPECIAL = {
    "__init__": "Make one from its arguments.",
    "__new__": "Make one from its arguments.",
    "__repr__": "Return how it is shown to developers.",
    "__str__": "Return it as text.",
    "__bytes__": "Return it as bytes.",
    "__bool__": "Return whether it counts as true.",
    "__len__": "Return how many items it has.",
    "__iter__": "Return an iterator over its items.",
    "__next__": "Return the next item.",
    "__contains__": "Return whether it holds an item.",
    "__getitem__": "Return the item of a key.",
    "__setitem__": "Set the item of a key.",
    "__delitem__": "Remove the item of a key.",
    "__eq__": "Return whether the other is equal.",
    "__hash__": "Return its hash.",
    "__call__": "Call it.",
    "__enter__": "Enter the context.",
    "__exit__": "Leave the context.",
    "__aenter__": "Enter the context.",
    "__aexit__": "Leave the context.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """For what a line defines: its name, None for a module, and the edit that documents it, None where none can."""

    name: str | None = None
    edit: TextEdit | None = None


def templates(path: str, data: bytes, lines: Iterable[int | None]) -> dict[int | None, Template]:
    """A template for what is defined on each of `lines`; None among them stands for the module.

    Each edit is proven: the file with all of them parses to the tree that has these docstrings and is
    equal otherwise. Where it does not, each is tried alone.
    """
    try:
        decoded = decode_python(data)
        nodes = _definitions(decoded.text)
    except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError):
        return {}
    found = {line: Template(_name(nodes.get(line)), _edit(path, decoded, nodes.get(line))) for line in set(lines)}
    edits = {line: template.edit for line, template in found.items() if template.edit is not None}
    if _is_proven(decoded.text, edits):
        return found
    return {
        line: template
        if template.edit is None or _is_proven(decoded.text, {line: template.edit})
        else Template(template.name)
        for line, template in found.items()
    }


def _definitions(text: str) -> dict[int | None, _Documented]:
    """The functions and classes by the line of their `def`, and the module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    found: dict[int | None, _Documented] = {None: tree}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.lineno] = node
    return found


def _name(node: _Documented | None) -> str | None:
    return None if node is None or isinstance(node, ast.Module) else node.name


def _words(name: str) -> str:
    """A sentence of the words in a name: `HTTPServer` gives `HTTP server.`; for special methods, what they do."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    words = [word if word.isupper() and len(word) > 1 else word.lower() for word in _BOUNDARY.split(name) if word]
    text = " ".join(words)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _edit(path: str, decoded: DecodedText, node: _Documented | None) -> TextEdit | None:
    if node is None:
        return None
    if isinstance(node, ast.Module):
        parts = path.removesuffix(".py").split("/")
        sentence = _words((parts[-2] if len(parts) > 1 else "package") if parts[-1] == "__init__" else parts[-1])
    else:
        sentence = _words(node.name)
    try:
        sentence.encode(decoded.encoding)
    except UnicodeEncodeError:
        return None
    if not sentence:
        return None
    return (
        _of_module(path, decoded, sentence)
        if isinstance(node, ast.Module)
        else _of_definition(path, decoded, node, sentence)
    )


def _of_module(path: str, decoded: DecodedText, sentence: str) -> TextEdit:
    """Below the comment that the file begins with."""
    lines = _lines(decoded.text)
    first = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    at, newline = sum(map(len, lines[:first])), decoded.newline
    begin = newline if first and not lines[first - 1].endswith(("\n", "\r")) else ""
    follows = first < len(lines) and bool(lines[first].strip())
    text = f'{begin}"""{sentence}"""{newline}{newline if follows else ""}'
    return TextEdit(path=path, start=at, end=at, text=text)


def _of_definition(
    path: str, decoded: DecodedText, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, sentence: str
) -> TextEdit | None:
    """Above the first statement; nowhere where that shares the line of the `def`."""
    lines, body = _lines(decoded.text), node.body[0]
    decorators: list[ast.expr] = getattr(body, "decorator_list", [])
    number = min([body.lineno, *(each.lineno for each in decorators)])
    line = lines[number - 1]
    indent = line[: len(line) - len(line.lstrip(" \t\f"))]
    if number <= node.lineno or (number == body.lineno and len(indent.encode()) != body.col_offset):
        return None
    at, newline = sum(map(len, lines[: number - 1])), decoded.newline
    is_block = isinstance(node, ast.ClassDef) or isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    text = f'{indent}"""{sentence}"""{newline}{newline if is_block else ""}'
    return TextEdit(path=path, start=at, end=at, text=text)


def _lines(text: str) -> list[str]:
    """The lines as Python counts them: form feeds end none."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)


def _is_proven(text: str, edits: Mapping[int | None, TextEdit]) -> bool:
    changed = text
    for edit in sorted(edits.values(), key=lambda edit: edit.start, reverse=True):
        changed = changed[: edit.start] + edit.text + changed[edit.end :]
    try:
        wanted, got = _definitions(text), _definitions(changed)[None]
    except (SyntaxError, ValueError, RecursionError):
        return False
    for line, edit in edits.items():
        sentence = edit.text.strip().strip('"')
        wanted[line].body.insert(0, ast.Expr(ast.Constant(sentence)))
    return ast.dump(wanted[None]) == ast.dump(got)
