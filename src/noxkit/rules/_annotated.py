# SPDX-License-Identifier: Apache-2.0
"""Whether a package is typed throughout: every public function of it has all annotations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from noxkit.rules._source import UnreadableSourceError, read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._facts import WorkspaceFacts

__all__ = ["is_annotated"]


def is_annotated(whole: WorkspaceFacts, paths: Iterable[str]) -> bool:
    """Whether the modules `paths` have public functions, all of them annotated; what cannot be read is not.

    The first function without annotations ends it, so that of an untyped package little is parsed.
    """
    count = 0
    for path in paths:
        data = whole.read(path)
        if data is None:
            return False
        if b"def " not in data:
            continue
        try:
            tree = read_source(path, data, settings=whole.settings).tree
        except UnreadableSourceError:
            return False
        for function, is_method in _public(tree.body, in_class=False):
            if not _has_annotations(function, is_method=is_method):
                return False
            count += 1
    return count > 0


def _public(
    body: Iterable[ast.stmt], *, in_class: bool
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, bool]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if not node.name.startswith("_") or node.name == "__init__":
                yield node, in_class
        elif isinstance(node, ast.ClassDef):
            if not node.name.startswith("_"):
                yield from _public(node.body, in_class=True)
        elif isinstance(node, ast.If | ast.Try):
            yield from _public([*node.body, *node.orelse], in_class=in_class)


def _has_annotations(function: ast.FunctionDef | ast.AsyncFunctionDef, *, is_method: bool) -> bool:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in function.decorator_list)
    if is_method and not static:
        named = named[1:]
    named += [*arguments.kwonlyargs, *(each for each in (arguments.vararg, arguments.kwarg) if each)]
    complete = all(argument.annotation is not None for argument in named)
    return complete and (function.returns is not None or function.name == "__init__")
