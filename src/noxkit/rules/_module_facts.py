# SPDX-License-Identifier: Apache-2.0
"""What each module of a wheel imports and binds: parsed one after the other, and no syntax tree is kept."""

from __future__ import annotations

import ast
import dataclasses
import warnings
import weakref
from types import MappingProxyType
from typing import TYPE_CHECKING

from noxkit.rules._bound_names import below, bound_names
from noxkit.rules._foreign import is_vendored
from noxkit.rules._installed import below_top, installed, is_template, is_test_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["Imported", "ModuleFacts", "is_aside", "module_facts", "names_of", "parsed"]


@dataclasses.dataclass(frozen=True, slots=True)
class Imported:
    """One import that runs when its module is imported: `names` is None for `import module`.

    `guarded` says that it may fail, or need not run: in `try` with a handler, below `if`, in `with`.
    """

    line: int
    module: str
    level: int = 0
    names: tuple[str, ...] | None = None
    guarded: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What a module imports, and the names that it binds, None where its text does not show them all."""

    imports: tuple[Imported, ...]
    names: frozenset[str] | None


def parsed(member: Member) -> ast.Module | None:
    """The syntax tree of a module; None for what does not parse, or was too much to keep."""
    if member.data is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(member.data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def names_of(member: Member) -> frozenset[str] | None:
    """The names that a module binds; None where its text does not show them all."""
    tree = parsed(member)
    return bound_names(tree, member.data) if tree is not None and member.data is not None else None


_KNOWN: weakref.WeakKeyDictionary[WheelFacts, Mapping[str, ModuleFacts]] = weakref.WeakKeyDictionary()


def module_facts(facts: WheelFacts) -> Mapping[str, ModuleFacts]:
    """The modules of a wheel that parse, by their path in site-packages, but for those that lie aside; made once."""
    if facts not in _KNOWN:
        _KNOWN[facts] = MappingProxyType(dict(_all(facts)))
    return _KNOWN[facts]


def _all(facts: WheelFacts) -> Iterator[tuple[str, ModuleFacts]]:
    for path, member in installed(facts).files.items():
        if not path.endswith(".py") or member.data is None or is_aside(path):
            continue
        if b"import" not in member.data and len(member.data) > _TABLE:
            yield path, ModuleFacts((), None)  # a table of data: what it binds nobody has to know
            continue
        tree = parsed(member)
        if tree is not None:
            yield path, ModuleFacts(tuple(_imports(tree)), bound_names(tree, member.data))


_TABLE = 1 << 16  # bytes from which a module without imports is not parsed


def is_aside(path: str) -> bool:
    """Whether a file lies among tests, samples, templates, or what was taken over: there it may be of any kind."""
    inside = below_top(path)
    return is_test_path(inside) or is_template(inside) or is_vendored(path)


def _imports(tree: ast.Module) -> Iterator[Imported]:
    """The imports that run with the module, with what is around them."""
    waiting: list[tuple[ast.stmt, bool]] = [(node, False) for node in reversed(tree.body)]
    while waiting:
        node, guarded = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (Imported(node.lineno, alias.name, guarded=guarded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            yield Imported(node.lineno, node.module or "", node.level, names, guarded)
        elif isinstance(node, ast.ClassDef):
            waiting += [(inner, guarded) for inner in reversed(node.body)]
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [(inner, True) for inner in reversed(list(below(node)))]
            if _always_raises(node):
                return


def _always_raises(node: ast.stmt) -> bool:
    """Whether nothing behind it runs: a module that refuses to be imported."""
    return isinstance(node, ast.Raise)
