# SPDX-License-Identifier: Apache-2.0
"""Rules on the modules that a package offers: their names, and what a facade says of its own."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._foreign import is_foreign
from noxkit.rules._members import files_of, import_folders
from noxkit.rules._source import UnreadableSourceError, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._facts import PackageFacts
    from noxkit.rules._source import SourceFile

__all__ = ["all_missing", "utils_module"]

_WORD = re.compile(r"[^\W\d]\w*")


@rule(code="NK-UTILS-MODULE", scope=Scope.PACKAGE, since="1.0")
def utils_module(facts: PackageFacts) -> Iterator[Found]:
    """An import package has a bare `utils.py` at its top.

    # Why
    The name says nothing, so that everything ends up in it and everybody imports it. What it holds
    belongs to the module that needs it, or to one that is named after what it does.

    # Fails
    ```python src/acme/__init__.py
    NAME = "acme"
    ```
    ```python src/acme/utils.py
    def double(number):
        return number * 2
    ```

    # Passes
    ```python src/acme/__init__.py
    NAME = "acme"
    ```
    ```python src/acme/numbers.py
    def double(number):
        return number * 2
    ```

    # Fix
    Move each of its functions where it belongs. There is no automatic fix: users may import it.

    # Options
    None.

    # When to ignore
    For a module that was published under this name and has to stay importable.
    """
    for name, folder in import_folders(facts):
        path = f"{folder}/utils.py"
        if path in facts.whole.files and not is_foreign(path):
            hint = "name modules after what they do; a private helper is `_something.py` beside what needs it"
            yield found(f"`{name}.utils` is named after nothing that it does", hint=hint, at=Place(path, 1))


@rule(code="NK-ALL-MISSING", scope=Scope.PACKAGE, since="1.0")
def all_missing(facts: PackageFacts) -> Iterator[Found]:
    """The `__init__.py` of a public package re-exports names without listing them in `__all__`.

    # Why
    Without `__all__` nobody can tell what is meant to be imported from there: type checkers refuse the names
    in strict modes, `import *` brings the submodules along, and linters remove the imports as
    unused. A package of which any part of the name begins with `_` is not public.

    # Fails
    ```python src/acme/__init__.py
    from acme._numbers import double
    ```
    ```python src/acme/_numbers.py
    def double(number):
        return number * 2
    ```

    # Passes
    ```python src/acme/__init__.py
    from acme._numbers import double

    __all__ = ["double"]
    ```
    ```python src/acme/_numbers.py
    def double(number):
        return number * 2
    ```

    # Fix
    Add `__all__` with the names that are meant for users. There is no automatic fix: which they are is not known.

    # Options
    None.

    # When to ignore
    For a package whose names are all meant for itself; better begin its name with `_`.
    """
    for name, folder in import_folders(facts):
        for path in files_of(facts):
            inside = path.removeprefix(f"{folder}/")
            if inside == path or not path.endswith("/__init__.py") or is_foreign(path):
                continue
            dotted = ".".join([name, *inside.split("/")[:-1]])
            parts = dotted.split(".")
            if any(part.startswith("_") for part in parts) or not {"test", "tests"}.isdisjoint(parts):
                continue
            yield from _without_all(facts, path, dotted)


def _without_all(facts: PackageFacts, path: str, dotted: str) -> Iterator[Found]:
    data = facts.whole.read(path)
    if data is None or b"import" not in data:
        return
    try:
        source = read_source(path, data, settings=facts.whole.settings)
    except UnreadableSourceError:  # a finding of NK-MODULE-SYNTAX-ERROR or NK-MODULE-ENCODING-ERROR
        return
    if _has_all(source):
        return
    used = {node.id for node in source.nodes(ast.Name) if isinstance(node.ctx, ast.Load)} | _quoted(source)
    exported = [(name, node) for name, node in _re_exports(source, dotted.partition(".")[0]) if name not in used]
    if exported:
        names = list(dict.fromkeys(name for name, _ in exported))
        shown = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
        message = f"`{dotted}` re-exports {shown}, and has no `__all__`"
        hint = "list in `__all__` what is meant to be imported from here; import what is not under a name with `_`"
        yield found(message, hint=hint, at=source.place(min((node for _, node in exported), key=_line)))


def _quoted(source: SourceFile) -> set[str]:
    """The words of short texts: annotations may stand in quotes."""
    texts = (node.value for node in source.nodes(ast.Constant) if isinstance(node.value, str))
    return {word for text in texts if len(text) < 200 and "\n" not in text for word in _WORD.findall(text)}


def _line(node: ast.stmt) -> int:
    return node.lineno


def _has_all(source: SourceFile) -> bool:
    """Whether `__all__` is given a value anywhere, or imported."""
    stored = any(node.id == "__all__" and not isinstance(node.ctx, ast.Del) for node in source.nodes(ast.Name))
    return stored or any(
        "__all__" in {alias.name, alias.asname} for node in source.nodes(ast.ImportFrom) for alias in node.names
    )


def _re_exports(source: SourceFile, top: str) -> Iterator[tuple[str, ast.ImportFrom]]:
    """The public names that a module takes from its own package at its top level; `*` for all of a module."""
    for node in source.nodes(ast.ImportFrom):
        own = node.level > 0 or (node.module or "").partition(".")[0] == top
        if not own or not _is_at_top(source, node):
            continue
        for alias in node.names:
            name = alias.asname or alias.name
            if not name.startswith("_"):
                yield name, node


def _is_at_top(source: SourceFile, node: ast.AST) -> bool:
    """Whether it runs when the module is imported: neither in a function or class, nor for type checkers alone."""
    for above in source.ancestors(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return False
        if isinstance(above, ast.If) and "TYPE_CHECKING" in ast.dump(above.test):
            return False
    return True
