# SPDX-License-Identifier: Apache-2.0
"""Whether imports of the repository's own packages can work, by their files alone: nothing is imported."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from noxkit.workspace.model import Package

__all__ = ["OwnModules"]

_DYNAMIC = frozenset({"globals", "setattr", "vars", "lazy_loader", "attach", "attach_stub"})
_WRITTEN_BY_BUILD = re.compile(r"_?version(?:_info)?|__version__|__about__|\w+_pb2(?:_grpc)?")
_COMPILED = (".so", ".pyd", ".pyx", ".c", ".cpp", ".rs", ".f90")


class OwnModules:
    """The modules of all packages of a repository; `read` gives the bytes of one of `files`."""

    def __init__(
        self, packages: Iterable[Package], *, files: frozenset[str], read: Callable[[str], bytes | None]
    ) -> None:
        self._roots = [
            (root, tuple(name.split(".")))
            for each in packages
            for root in each.import_roots
            for name in each.import_names
        ]
        self._files = files
        self._read = read
        self._known: dict[tuple[str, ...], frozenset[str] | None] = {}

    @functools.cached_property
    def _folders(self) -> Mapping[str, list[str]]:
        """The names in each folder, of files and of folders."""
        found: dict[str, set[str]] = defaultdict(set)
        for path in self._files:
            below = path
            while below:
                folder, _, name = below.rpartition("/")
                if name in found[folder]:
                    break
                found[folder].add(name)
                below = folder
        return {folder: sorted(names) for folder, names in found.items()}

    def missing(self, tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
        """Each import of an own module, or of a name from it, that does not exist, and how it is called.

        What stands in `try` is meant to fail now and then.
        """
        guarded = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if id(node) in guarded:
                continue
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names if not self._exists(alias.name))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((node, name) for name in self._missing_names(node, node.module))

    def _missing_names(self, node: ast.ImportFrom, module: str) -> Iterator[str]:
        if not self._exists(module):
            yield module
            return
        for alias in node.names:
            if not self._offers(tuple(module.split(".")), alias.name):
                yield f"{module}.{alias.name}"

    def _bases(self, parts: tuple[str, ...]) -> list[str] | None:
        """The paths, without suffix, at which a module may lie; None where it is not known to be an own one."""
        bases = [
            "/".join(part for part in (root if root != "." else "", *parts) if part)
            for root, name in self._roots
            if parts[: len(name)] == name or name[: len(parts)] == parts
        ]
        return bases or None

    def _exists(self, module: str) -> bool:
        parts = tuple(module.split("."))
        bases = self._bases(parts)
        if bases is None or _WRITTEN_BY_BUILD.fullmatch(parts[-1]):
            return True
        return any(self._names_at(base) for base in bases) or self._may_be_made(parts)

    def _names_at(self, base: str) -> list[str]:
        """What lies in the folder of `base` under its name: the folder itself, or the name with a suffix."""
        folder, _, stem = base.rpartition("/")
        return [name for name in self._folders.get(folder, ()) if name == stem or name.startswith(f"{stem}.")]

    def _may_be_made(self, parts: tuple[str, ...]) -> bool:
        """Whether a package above makes modules when it is imported."""
        return any(self._offered(parts[:end]) is None for end in range(1, len(parts)) if self._bases(parts[:end]))

    def _offers(self, parts: tuple[str, ...], name: str) -> bool:
        if self._bases(parts) is None or name in {"*", "_"} or _WRITTEN_BY_BUILD.fullmatch(name):
            return True
        names = self._offered(parts)
        submodule = any(self._names_at(f"{base}/{name}") for base in self._bases(parts) or ())
        return names is None or name in names or submodule

    def _offered(self, parts: tuple[str, ...]) -> frozenset[str] | None:
        """The names that a module binds; None where that cannot be told from its text."""
        if parts not in self._known:
            self._known[parts] = None  # a module that imports all of itself over others
            self._known[parts] = self._read_names(parts)
        return self._known[parts]

    def _read_names(self, parts: tuple[str, ...]) -> frozenset[str] | None:
        names: set[str] = {"__name__", "__doc__", "__file__", "__path__", "__spec__", "__package__", "__all__"}
        seen = False
        for base in self._bases(parts) or ():
            for path in self._sources(base):
                seen = True
                found = self._names_of(path, parts)
                if found is None:
                    return None
                names |= found
        # a namespace has no names but its modules, and others may add to it
        return frozenset(names) if seen else None

    def _sources(self, base: str) -> list[str]:
        candidates = (f"{base}{end}" for end in (".py", ".pyi", "/__init__.py", "/__init__.pyi", *_COMPILED))
        compiled = [f"{base.rpartition('/')[0]}/{name}" for name in self._names_at(base) if name.endswith(_COMPILED)]
        return [path for path in candidates if path in self._files] + compiled

    def _names_of(self, path: str, parts: tuple[str, ...]) -> frozenset[str] | None:
        data = self._read(path) if path.endswith((".py", ".pyi")) else None
        if data is None:
            return None
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError, RecursionError):
            return None
        package = path.endswith(("/__init__.py", "/__init__.pyi"))
        return self._bound(tree, parts if package else parts[:-1])

    def _bound(self, tree: ast.Module, package: tuple[str, ...]) -> frozenset[str] | None:
        names: set[str] = set()
        for node in _at_module_level(tree):
            found = self._starred(node, package) if isinstance(node, ast.ImportFrom) else _bindings(node)
            if found is None:
                return None
            names |= found
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                names |= set(node.names)
            elif _is_dynamic(node):
                return None
        return None if "__getattr__" in names else frozenset(names)

    def _starred(self, node: ast.ImportFrom, package: tuple[str, ...]) -> set[str] | None:
        if all(alias.name != "*" for alias in node.names):
            return {alias.asname or alias.name for alias in node.names}
        above = package[: len(package) - node.level + 1] if node.level else ()
        target = (*above, *(node.module.split(".") if node.module else ()))
        found = self._offered(target) if target and self._bases(target) is not None else None
        return set(found) if found is not None else None


def _is_dynamic(node: ast.AST) -> bool:
    """Whether a node may bind names that its text does not show."""
    if isinstance(node, ast.Name):
        return node.id in _DYNAMIC
    return isinstance(node, ast.Attribute) and node.attr in {"modules", *_DYNAMIC}


def _at_module_level(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes that run when the module is imported: none in functions, lambdas and classes."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _bindings(node: ast.AST) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ExceptHandler) and node.name:
        return {node.name}
    if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
        return {node.name}
    return set()
