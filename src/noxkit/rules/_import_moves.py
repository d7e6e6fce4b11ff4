# SPDX-License-Identifier: Apache-2.0
"""Moving imports from functions to the top of their module, where that can be proven to change nothing else."""

from __future__ import annotations

import ast
import dataclasses
import functools
import itertools
import symtable
import sys
import warnings
from typing import TYPE_CHECKING, TypeAlias

from noxkit.diagnostics.fixes import TextEdit
from noxkit.rules._import_proof import Function, Import, is_proven
from noxkit.rules._stdlib import MODULES, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from noxkit.rules._source import SourceFile

__all__ = ["Late", "Moves", "moves_of"]

_Target: TypeAlias = tuple[str | None, str, str | None]  # module of a `from`, name, the name after `as`

_BY_NAME = frozenset({"globals", "locals", "vars", "dir", "eval", "exec"})
_HARMLESS = frozenset(
    {
        *("abstractmethod", "classmethod", "staticmethod", "property", "setter", "deleter", "final", "override"),
        *("cache", "cached_property", "lru_cache", "contextmanager", "asynccontextmanager", "fixture"),
    }
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Late:
    """An import, and the innermost function or class around it."""

    node: Import
    scope: Function | ast.ClassDef


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """`reasons` says by the id of an import's node why it is left; `actions` move all the others of the file at once.

    All at once, since each goes to the same place: one after another they would need a pass each.
    """

    reasons: Mapping[int, str]
    actions: tuple[TextEdit, ...] = ()


def moves_of(source: SourceFile, late: Sequence[Late]) -> Moves:
    """What becomes of each of `late`."""
    reasons = {id(each.node): why for each in late if (why := _standing(source, each)) is not None}
    open_ones = [each for each in late if id(each.node) not in reasons]
    if not open_ones:
        return Moves(reasons=reasons)
    names = _Names(source)
    for each in open_ones:
        why = names.refuses(each)
        if why is not None:
            reasons[id(each.node)] = why
    chosen = [each for each in open_ones if id(each.node) not in reasons]
    actions = _Top(source, names).actions(chosen) if chosen else ()
    if not actions:
        unproven = "the file could not be proven equal otherwise"
        return Moves(reasons={**reasons, **{id(each.node): unproven for each in chosen}})
    return Moves(reasons=reasons, actions=actions)


def _standing(source: SourceFile, late: Late) -> str | None:
    """Why an import is left for what it is and where it stands; None where that speaks for moving it."""
    node, scope = late.node, late.scope
    if isinstance(scope, ast.ClassDef):
        return "in a class it makes its names attributes of that class"
    if node not in scope.body:
        return "it is conditional"
    before = scope.body[: scope.body.index(node)]
    if any(not isinstance(each, Import) for each in before[1 if _is_docstring(before[:1]) else 0 :]):
        return "what stands before it may end the function first"
    if all(isinstance(each, Import) or _is_docstring([each]) for each in scope.body):
        return "nothing else stands in the function"
    return _origin(source, node) or _around(source, scope) or _layout(source, node)


def _origin(source: SourceFile, node: Import) -> str | None:
    for module, name, _ in _targets(node):
        whole = name if module is None else f"{module}.{name}"
        if (isinstance(node, ast.ImportFrom) and node.level) or whole.split(".", 1)[0] not in sys.stdlib_module_names:
            return "one file cannot show that its module is needed late by nothing in a cycle, and is always there"
        if whole not in MODULES and (module is None or name not in NAMES.get(module, ())):
            return f"`{whole}` is not part of every supported Python, on every platform, or is replaced by tests"
        top = whole.split(".", 1)[0]
        beside = f"{source.path.rpartition('/')[0]}/{top}".removeprefix("/")
        if {top, beside} & source.shadowed or top in {part.partition(".")[0] for part in source.path.split("/")}:
            return f"this repository has a `{top}` of its own"
    return None


def _around(source: SourceFile, scope: Function) -> str | None:
    """What of the file or of a function around it forbids to move it."""
    name = source.path.rpartition("/")[2]
    if name == "__init__.py" or name.endswith(".pyi"):
        return "its names would become attributes of the package" if name == "__init__.py" else "a stub is not run"
    functions = [scope, *(above for above in source.ancestors(scope) if isinstance(above, Function))]
    decorators = [decorator for each in functions for decorator in each.decorator_list]
    if any(_last_name(decorator) not in _HARMLESS for decorator in decorators):
        return "a decorator may have the function run elsewhere"
    return _whole(source)


@functools.lru_cache(maxsize=1)
def _whole(source: SourceFile) -> str | None:
    """What of the whole file forbids to move anything to its top."""
    if any(each.name == "__getattr__" for each in source.tree.body if isinstance(each, Function)):
        return "the module has a `__getattr__`"
    if any(node.id in _BY_NAME for node in source.nodes(ast.Name)):
        return "the file looks up names by their text"
    if any(alias.name == "*" for node in source.nodes(ast.ImportFrom) for alias in node.names):
        return "a star import may bring the same name"
    return None


def _layout(source: SourceFile, node: Import) -> str | None:
    first, last = node.lineno, node.end_lineno or node.lineno
    if not _is_alone(source, node):
        return "it shares its line"
    comments = {comment.line for comment in source.comments}
    if comments & set(range(first, last + 1)):
        return "a comment stands on its line"
    if first - 1 in comments and source.lines[first - 2].lstrip().startswith("#"):
        return "the comment above it speaks of it"
    return None


def _is_alone(source: SourceFile, node: ast.stmt) -> bool:
    """Whether nothing but a comment stands on the lines of a statement."""
    start, end = source.span(node)
    last = node.end_lineno or node.lineno
    behind = source.text[end : source.offset(last + 1)].strip()
    return not source.text[source.offset(node.lineno) : start].strip() and (not behind or behind.startswith("#"))


def _is_docstring(body: Sequence[ast.stmt]) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _last_name(expression: ast.expr) -> str | None:
    if isinstance(expression, ast.Call):
        return _last_name(expression.func)
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else None


def _targets(node: Import) -> list[_Target]:
    module = node.module or "" if isinstance(node, ast.ImportFrom) else None
    return [(module, alias.name, alias.asname) for alias in node.names]


def _bound(target: _Target) -> str:
    """The name that an import binds."""
    module, name, alias = target
    return alias or (name.split(".", 1)[0] if module is None else name)


class _Names:
    """What the names of a file mean, by Python's own symbol tables."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._claimed: dict[str, _Target] = {}

    @functools.cached_property
    def _tables(self) -> list[tuple[symtable.SymbolTable, tuple[symtable.SymbolTable, ...]]]:
        """Every table with those around it, the module's first."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = symtable.symtable(self._source.text, self._source.path, "exec")
        found: list[tuple[symtable.SymbolTable, tuple[symtable.SymbolTable, ...]]] = []
        waiting: list[tuple[symtable.SymbolTable, tuple[symtable.SymbolTable, ...]]] = [(top, ())]
        while waiting:
            table, around = waiting.pop()
            found.append((table, around))
            waiting += [(child, (*around, table)) for child in table.get_children()]
        return found

    @functools.cached_property
    def _imported(self) -> dict[str, list[tuple[int | None, _Target]]]:
        """For each name the imports that bind it: the id of their function or class, None for the module's."""
        found: dict[str, list[tuple[int | None, _Target]]] = {}
        for kind in (ast.Import, ast.ImportFrom):
            for node in self._source.nodes(kind):
                around = self._source.ancestors(node) if node.col_offset else ()
                scope = next((id(each) for each in around if isinstance(each, Function | ast.ClassDef)), None)
                for target in _targets(node):
                    found.setdefault(_bound(target), []).append((scope, target))
        return found

    @functools.cached_property
    def leading(self) -> list[Import]:
        """The imports that the module begins with, behind its docstring."""
        body = self._source.tree.body
        rest = body[1:] if _is_docstring(body[:1]) else body
        found: list[Import] = []
        for each in rest:
            if not isinstance(each, Import):
                break
            found.append(each)
        return found

    def is_at_top(self, target: _Target) -> bool:
        """Whether the module itself begins with this very import."""
        return any(target in _targets(node) for node in self.leading)

    def refuses(self, late: Late) -> str | None:
        """Why the names of an import forbid to move it. One that is not refused has claimed its names."""
        try:
            here = [
                (table, around)
                for table, around in self._tables
                if (table.get_type(), table.get_name(), table.get_lineno())
                == ("function", late.scope.name, late.scope.lineno)
            ]
        except (SyntaxError, ValueError, RecursionError):
            return "Python cannot compile the file"
        targets = _targets(late.node)
        if len(here) != 1:
            return "its function cannot be told from another"
        for target in targets:
            name = _bound(target)
            if self._is_bound_again(name, late, *here[0]) or self._means_more(name, target, here[0][0]):
                return f"`{name}` means something else in the file as well"
            if self._claimed.get(name, target) != target:
                return f"another import that is moved gives the name `{name}`"
        self._claimed |= {_bound(target): target for target in targets}
        return None

    def _is_bound_again(
        self, name: str, late: Late, table: symtable.SymbolTable, around: Sequence[symtable.SymbolTable]
    ) -> bool:
        """Whether the name is bound in the function, below it, or in a function around it, by more than the import."""
        if name.startswith("__"):
            return True
        here = table.lookup(name)
        imports = [scope for scope, _ in self._imported.get(name, []) if scope == id(late.scope)]
        if here.is_assigned() or here.is_parameter() or here.is_global() or len(imports) != 1:
            return True
        inner = (each for each, outer in self._tables if table in outer)
        if any(_binds(each, name) for each in inner):
            return True
        functions = (each for each in around[1:] if each.get_type() != "class")
        return any(_binds(each, name) or _is_free(each, name) for each in functions)

    def _means_more(self, name: str, target: _Target, table: symtable.SymbolTable) -> bool:
        """Whether the name is used as one of the module's, for anything but what this import brings."""
        others = [each for each, outer in self._tables if each is not table and table not in outer]
        uses = [each.lookup(name) for each in others if name in each.get_identifiers()]
        top = self._tables[0][0]
        if not self.is_at_top(target):
            return name in top.get_identifiers() or any(symbol.is_global() for symbol in uses)
        at_module = [imported for scope, imported in self._imported[name] if scope is None]
        rebound = any(symbol.is_global() and (symbol.is_assigned() or symbol.is_imported()) for symbol in uses[1:])
        return at_module != [target] or top.lookup(name).is_assigned() or rebound


def _binds(table: symtable.SymbolTable, name: str) -> bool:
    if name not in table.get_identifiers():
        return False
    symbol = table.lookup(name)
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_parameter() or symbol.is_local()


def _is_free(table: symtable.SymbolTable, name: str) -> bool:
    return name in table.get_identifiers() and table.lookup(name).is_free()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """A line of the top: where it is sorted in, and its text."""

    module: str
    text: str = ""
    is_from: bool

    @property
    def key(self) -> tuple[bool, str]:
        return (self.is_from, self.module.lower())


class _Top:
    """The top of a file, to which imports are moved."""

    def __init__(self, source: SourceFile, names: _Names) -> None:
        self._source, self._names = source, names
        self._newline = source.decoded.newline

    def actions(self, chosen: Sequence[Late]) -> tuple[TextEdit, ...]:
        """The edits that move all of `chosen`; none where the result cannot be proven."""
        placed = self._placed(list(self._new_lines(chosen)))
        if placed is None:
            return ()
        edits = (*self._removals(chosen), *(self._insertion(index, lines) for index, lines in placed.items()))
        text = self._source.text
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        moved = [(each.node, each.scope) for each in chosen if isinstance(each.scope, Function)]
        new = {index: [line.text for line in lines] for index, lines in placed.items()}
        return edits if is_proven(self._source, text, moved=moved, new=new) else ()

    def _new_lines(self, chosen: Iterable[Late]) -> Iterator[_New]:
        seen: set[_Target] = set()
        for late in chosen:
            fresh = [target for target in _targets(late.node) if target not in seen]
            seen.update(fresh)
            missing = [target for target in fresh if not self._names.is_at_top(target)]
            names = ", ".join(f"{name} as {alias}" if alias else name for _, name, alias in missing)
            if isinstance(late.node, ast.ImportFrom):
                module = late.node.module or ""
                if names:
                    yield _New(is_from=True, module=module, text=f"from {module} import {names}")
            else:
                for _, name, alias in missing:
                    text = f"import {name} as {alias}" if alias else f"import {name}"
                    yield _New(is_from=False, module=name, text=text)

    @functools.cached_property
    def _head(self) -> int:
        """How many statements have to stay first: the docstring, and imports from `__future__`."""
        body = self._source.tree.body
        start = 1 if _is_docstring(body[:1]) else 0
        future = itertools.takewhile(
            lambda each: isinstance(each, ast.ImportFrom) and each.module == "__future__", body[start:]
        )
        return start + len(list(future))

    @functools.cached_property
    def _standard(self) -> list[_New]:
        """The imports of the standard library that follow at once."""
        found: list[_New] = []
        for each in itertools.takewhile(lambda each: isinstance(each, Import), self._source.tree.body[self._head :]):
            targets = _targets(each) if isinstance(each, Import) else []
            module = targets[0][0] if targets[0][0] is not None else targets[0][1]
            is_relative = isinstance(each, ast.ImportFrom) and each.level
            if is_relative or module.split(".", 1)[0] not in sys.stdlib_module_names:
                break
            found.append(_New(is_from=isinstance(each, ast.ImportFrom), module=module))
        return found

    def _placed(self, lines: Sequence[_New]) -> dict[int, list[_New]] | None:
        """The new lines by the index of the statement that they come before; None where lines are shared."""
        placed: dict[int, list[_New]] = {}
        for line in sorted(lines, key=lambda line: (line.key, line.text)):
            later = (number for number, each in enumerate(self._standard) if each.key > line.key)
            before = next(later, len(self._standard))
            placed.setdefault(self._head + before, []).append(line)
        body = self._source.tree.body
        near = {each for index in placed for each in (index - 1, index) if 0 <= each < self._head + len(self._standard)}
        return placed if all(_is_alone(self._source, body[index]) for index in near) else None

    def _insertion(self, index: int, lines: Sequence[_New]) -> TextEdit:
        """The lines before the statement `index`, or behind the one before it, with the blank lines they need."""
        source, newline, body = self._source, self._newline, self._source.tree.body
        text = "".join(f"{line.text}{newline}" for line in lines)
        behind = (body[index - 1].end_lineno or 1) if index else 0
        if self._standard:
            line = behind + 1 if index > self._head else body[index].lineno
        elif index:
            line = behind + 1
            text = newline + text + (newline if source.lines[behind].strip() else "")
        else:
            line = self._first_line(index)
            text += newline * (2 if isinstance(body[index], Function | ast.ClassDef) else 1)
        at = source.offset(line)
        return TextEdit(path=source.path, start=at, end=at, text=text)

    def _first_line(self, index: int) -> int:
        """The first line of a statement: of its decorators, and of the comment above it unless that begins the file."""
        node = self._source.tree.body[index]
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        above = first
        while above > 1 and self._source.lines[above - 2].lstrip().startswith("#"):
            above -= 1
        return first if above == 1 else above

    def _removals(self, chosen: Sequence[Late]) -> Iterator[TextEdit]:
        source = self._source
        moved = {id(each.node) for each in chosen}
        for each in chosen:
            body, node = each.scope.body, each.node
            index = body.index(node)
            while index and id(body[index - 1]) in moved:
                index -= 1
            last = node.end_lineno or node.lineno
            is_first = not index or not source.lines[body[index].lineno - 2].strip()
            while is_first and last < len(source.lines) and not source.lines[last].strip():
                last += 1
            yield TextEdit(path=source.path, start=source.offset(node.lineno), end=source.offset(last + 1), text="")
