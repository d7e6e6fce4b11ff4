# SPDX-License-Identifier: Apache-2.0
"""What each module of a wheel imports and binds: parsed where that has to be known, and no syntax tree is kept."""

from __future__ import annotations

import ast
import dataclasses
import functools
import warnings
import weakref
from types import MappingProxyType
from typing import TYPE_CHECKING

from noxkit.rules._bound_names import below, bound_names, is_dynamic, is_starred
from noxkit.rules._foreign import is_vendored
from noxkit.rules._installed import below_top, installed, is_template, is_test_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import Sketch, WheelFacts

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


class ModuleFacts:
    """What a module imports, and the names that it binds, None where its text does not show them all.

    Both are read from a syntax tree that is made when somebody asks, which is seldom: `possible`, `shows` and
    `may_bind` answer by what the module's code was seen to do, where that is known and enough.
    """

    def __init__(self, member: Member, sketch: Sketch | None = None) -> None:
        self._member = member
        self._sketch = sketch

    @functools.cached_property
    def _read(self) -> tuple[tuple[Imported, ...], frozenset[str] | None] | None:
        data = self._member.data or b""
        if _is_table(data):
            return (), None
        tree = parsed(self._member)
        return (tuple(_imports(tree)), bound_names(tree, data)) if tree is not None else None

    @functools.cached_property
    def _is_dynamic(self) -> bool:
        return is_dynamic(self._member.data or b"")

    @property
    def parses(self) -> bool:
        """Whether it is a module of Python at all."""
        return self._sketch is not None or self._read is not None

    @functools.cached_property
    def imports(self) -> tuple[Imported, ...]:
        """The imports that run with it."""
        if self._sketch is not None:  # few ask for the names of such a module: they are not looked for here
            tree = None if _is_table(self._member.data or b"") else parsed(self._member)
            return tuple(_imports(tree)) if tree is not None else ()
        return self._read[0] if self._read is not None else ()

    @property
    def names(self) -> frozenset[str] | None:
        """The names that it binds."""
        return self._read[1] if self._read is not None else None

    @functools.cached_property
    def possible(self) -> tuple[Imported, ...]:
        """All of `imports` and maybe more, without what is around them and on which lines they stand."""
        if self._sketch is None:
            return self.imports
        return tuple(Imported(0, module, level, names) for module, level, names in self._sketch.imports)

    @functools.cached_property
    def is_open(self) -> bool:
        """Whether it changes its `__path__`, or may bind names that its text does not show."""
        data = self._member.data or b""
        if self._is_dynamic or _is_table(data):
            return True
        if self._sketch is not None and b"__path__" not in data and data.isascii() and not is_starred(data):
            return "__path__" in self._sketch.stored
        return self.names is None or "__path__" in self.names

    def may_bind(self, name: str) -> bool:
        """Whether it binds a name, or may do so in a way that its text does not show."""
        if self._sketch is not None and (name in self._sketch.stored or self._is_dynamic):
            return True
        return self.names is None or name in self.names


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
        module = ModuleFacts(member, facts.sketches.get(member.name))
        if module.parses:
            yield path, module


_TABLE = 1 << 16  # bytes from which a module without imports is not parsed


def _is_table(data: bytes) -> bool:
    """Whether a module holds data: what it binds nobody has to know."""
    return len(data) > _TABLE and b"import" not in data


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
