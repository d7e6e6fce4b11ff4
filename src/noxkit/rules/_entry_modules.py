# SPDX-License-Identifier: Apache-2.0
"""Where the modules of entry points come from, and what they have, as far as a wheel shows that without running it."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import enum
import functools
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from noxkit.rules._bound_names import bound_names
from noxkit.rules._installed import installed, module_stem
from noxkit.rules._stdlib_names import ANY_PYTHON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.rules._artifacts import WheelFacts

__all__ = ["EntryModules", "Origin"]

# No project has as many requirements; each is compared with each script.
_MOST = 2000
_FINDERS = re.compile(rb"\b(?:__path__|meta_path|modules|path_hooks)\b")


class Origin(enum.Enum):
    """Where a module comes from."""

    HERE = "the wheel"
    NOWHERE = "it would have to be in the wheel, and is not"
    ELSEWHERE = "another distribution may bring it"
    UNKNOWN = "code of the wheel may make it"


@dataclasses.dataclass(frozen=True, slots=True)
class _Source:
    """A module that parses, and its text."""

    tree: ast.Module
    data: bytes

    def names(self, body: list[ast.stmt]) -> frozenset[str] | None:
        """The names that some of its statements bind; None where the text does not show them all."""
        return bound_names(ast.Module(body, type_ignores=[]), self.data)


class EntryModules:
    """The modules of one wheel. What is found out of one is kept: a file may name it a hundred thousand times."""

    def __init__(self, facts: WheelFacts) -> None:
        self._trees = facts.trees
        self._metadata = facts.wheel.metadata
        self._installed = installed(facts)
        self._finders: dict[str, bool] = {}
        self._names: dict[str, frozenset[str] | None] = {}

    def origin(self, module: str) -> Origin:
        """Where `module`, a dotted name, comes from."""
        path = module.replace(".", "/")
        if path in self._installed.folders or path in self._files:
            return Origin.HERE
        if self._has_paths:
            return Origin.UNKNOWN
        parents = [path.rsplit("/", count)[0] for count in range(1, path.count("/") + 1)]
        regular = [parent for parent in parents if self._is_regular(parent)]
        if not regular:
            return Origin.ELSEWHERE
        return Origin.UNKNOWN if any(self._finds_modules(parent) for parent in regular) else Origin.NOWHERE

    def may_be_required(self, module: str) -> bool:
        """Whether a module may come from the standard library or from a requirement, whose name is like it."""
        top = module.partition(".")[0]
        mine = canonicalize_name(top).replace("-", "")
        return top in ANY_PYTHON or any(mine in name or name in mine for name in self._required)

    def lacks(self, module: str, attribute: str) -> str | None:
        """The part of `attribute`, a dotted path, that a module certainly does not have; None in any doubt."""
        first, _, rest = attribute.partition(".")
        source = self._source(module)
        if source is None or self.origin(f"{module}.{first}") is Origin.HERE:
            return None
        names = self._bound(module, source)
        if names is not None and first not in names:
            return first
        is_simple = rest and "." not in rest and not rest.startswith("__")
        if names is None or not is_simple or rest in self._set_somewhere(module, source):
            return None
        inside = self._of_class(module, first, source)
        return attribute if inside is not None and rest not in inside else None

    @functools.cached_property
    def _has_paths(self) -> bool:
        return any(top.endswith(".pth") for top in self._installed.tops)

    @functools.cached_property
    def _files(self) -> Mapping[str, list[str]]:
        """The files of each module, stubs left out, by its path without a suffix."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._installed.modules:
            folder, slash, name = path.rpartition("/")
            if not name.endswith(".pyi"):
                found[f"{folder}{slash}{module_stem(name)}"].append(path)
        return dict(found)

    @functools.cached_property
    def _required(self) -> frozenset[str]:
        names: set[str] = set()
        stated_all = self._metadata.values("Requires-Dist") if self._metadata is not None else ()
        for stated in stated_all[:_MOST]:
            with contextlib.suppress(InvalidRequirement):
                names.add(canonicalize_name(Requirement(stated).name).replace("-", ""))
        return frozenset(names)

    def _is_regular(self, package: str) -> bool:
        return f"{package}/__init__" in self._files or package in self._files

    def _finds_modules(self, package: str) -> bool:
        """Whether a package changes how modules in it are found: then only running it can tell."""
        if package not in self._finders:
            source = self._source(package.replace("/", "."))
            self._finders[package] = source is None or _FINDERS.search(source.data) is not None
        return self._finders[package]

    def _source(self, module: str) -> _Source | None:
        """The source of a module; None where there is none that parses, or native code takes its place."""
        path = module.replace(".", "/")
        files = self._files.get(f"{path}/__init__", self._files.get(path, []))
        if len(files) != 1 or not files[0].endswith(".py"):
            return None
        tree, data = self._trees.get(files[0]), self._installed.files[files[0]].data
        return _Source(tree, data) if tree is not None and data is not None else None

    def _bound(self, key: str, source: _Source) -> frozenset[str] | None:
        if key not in self._names:
            self._names[key] = bound_names(source.tree, source.data)
        return self._names[key]

    def _of_class(self, module: str, name: str, source: _Source) -> frozenset[str] | None:
        """The names in a class that takes everything from its own body; None where there is no such class."""
        key = f"{module}:{name}"
        if key not in self._names:
            body = _class_body(source, name)
            self._names[key] = source.names(body) if body is not None else None
        return self._names[key]

    def _set_somewhere(self, module: str, source: _Source) -> frozenset[str]:
        """The attributes that the module sets on anything."""
        key = f"{module}:"
        if key not in self._names:
            nodes = (node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute))
            self._names[key] = frozenset(node.attr for node in nodes if isinstance(node.ctx, ast.Store))
        return self._names[key] or frozenset()


def _class_body(source: _Source, name: str) -> list[ast.stmt] | None:
    """The body of the class of this name, where it has no base and nothing else binds the name."""
    classes = [each for each in source.tree.body if isinstance(each, ast.ClassDef) and each.name == name]
    again = source.names([each for each in source.tree.body if each not in classes])
    if len(classes) != 1 or again is None or name in again:
        return None
    only = classes[0]
    return None if only.bases or only.keywords or only.decorator_list else only.body
