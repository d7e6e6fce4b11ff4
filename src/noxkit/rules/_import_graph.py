# SPDX-License-Identifier: Apache-2.0
"""Which module of a wheel imports which: what a dotted name leads to, and what is reached from where."""

from __future__ import annotations

import functools
import re
import weakref
from typing import TYPE_CHECKING

from noxkit.rules._installed import installed, is_importable, module_stem
from noxkit.rules._module_facts import module_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._module_facts import Imported, ModuleFacts

__all__ = ["ImportGraph", "import_graph", "is_for_platform"]

_PLATFORM = re.compile(
    r"(?i)(?:^|[_./])(?:win(?:dows|32|64|_?nt|rt)?|nt|w32|msw|darwin|macos(?:x)?|mac|osx|cocoa|linux|posix|unix|bsd|freebsd|solaris|cygwin"
    r"|android|ios|java|jython|ironpython|pypy|graalpy|wasm|emscripten|pyodide|py2|py27|python2|compat2?)(?:[_./\d]|$)"
)
_ALWAYS = frozenset("__name__ __doc__ __file__ __path__ __spec__ __package__ __loader__ __dict__ __builtins__".split())  # noqa: SIM905 -- as one reads them


def is_for_platform(path: str) -> bool:
    """Whether a module is there for one platform or implementation alone, by its name."""
    return _PLATFORM.search(path) is not None


class ImportGraph:
    """The modules of one wheel by their dotted names."""

    def __init__(self, facts: WheelFacts) -> None:
        self._tree = installed(facts)
        self.modules: Mapping[str, ModuleFacts] = module_facts(facts)
        self._entries = facts.wheel.entry_points

    def package_of(self, path: str) -> tuple[str, ...]:
        """The package to which the relative imports of a module refer."""
        return tuple(path.split("/")[:-1])

    def target(self, path: str, item: Imported) -> tuple[str, ...] | None:
        """The absolute name of the module that an import names; None for one that leads out of site-packages."""
        own = tuple(part for part in item.module.split(".") if part not in {"", "__init__"})
        if not item.level:
            return own
        package = self.package_of(path)
        if item.level > len(package):
            return None
        return (*package[: len(package) - item.level + 1], *own)

    def is_own(self, name: tuple[str, ...]) -> bool:
        """Whether a name lies in a regular package of this wheel, which no other distribution adds to."""
        for end in range(1, len(name) + 1):
            init = self._tree.init_of("/".join(name[:end]))
            if init is not None:
                return not self.is_open(init)
        return False

    def is_open(self, init: str) -> bool:
        """Whether a package takes in modules from elsewhere, or makes some: its `__path__` is changed, or its names."""
        facts = self.modules.get(init)
        return facts is None or facts.is_open

    def missing(self, name: tuple[str, ...]) -> str | None:
        """The first part of a module's name that is not in the wheel; None where all is, or where that is in doubt."""
        for end in range(1, len(name) + 1):
            part = "/".join(name[:end])
            if self._path_of(part) is not None or self._is_folder(part):
                continue
            # Others may add to a folder without `__init__`, and a package may make modules when it is imported.
            if self._may_be_made(name[: end - 1], name[end - 1]):
                return None
            return ".".join(name[:end])
        return None

    def _is_folder(self, part: str) -> bool:
        return part in self._tree.folders

    def _may_be_made(self, above: tuple[str, ...], last: str) -> bool:
        init = self._path_of("/".join(above)) if above else None
        facts = self.modules.get(init) if init else None
        return init is None or facts is None or facts.may_bind(last)

    @functools.cached_property
    def _paths(self) -> Mapping[str, str]:
        """The file of each module by its name with slashes; Python's own before stubs, packages before modules."""
        found: dict[str, str] = {}
        for path in sorted(
            self._tree.modules, key=lambda path: ("/__init__." not in path, path.endswith(".pyi"), path)
        ):
            folder, _, name = path.rpartition("/")
            stem = module_stem(name)
            found.setdefault(folder if stem == "__init__" else f"{folder}/{stem}".lstrip("/"), path)
        return found

    def _path_of(self, part: str) -> str | None:
        return self._paths.get(part)

    def lacks(self, module: tuple[str, ...], name: str) -> bool:
        """Whether a module that is there surely has no such name, and no such submodule."""
        part = "/".join(module)
        path = self._path_of(part)
        if path is None or not path.endswith(".py") or name in _ALWAYS or name == "*":
            return False
        facts = self.modules.get(path)
        below = f"{part}/{name}"
        if facts is None or self._path_of(below) is not None or self._is_folder(below):
            return False
        return not facts.may_bind(name)

    @functools.cached_property
    def reached(self) -> frozenset[str]:
        """The files that importing a public package, or loading a script, surely imports."""
        waiting = [path for path in self._starts() if path in self.modules]
        seen = set(waiting)
        while waiting:
            path = waiting.pop()
            for item in self.modules[path].imports:
                for found in self._files(path, item) if not item.guarded else ():
                    if found not in seen and found in self.modules:
                        seen.add(found)
                        waiting.append(found)
        return frozenset(seen)

    @functools.cached_property
    def conditional(self) -> frozenset[str]:
        """The files that the wheel itself imports, and nowhere without a condition around it."""
        how: dict[bool, set[str]] = {True: set(), False: set()}
        for path, module in self.modules.items():
            for item in module.imports:
                how[item.guarded].update(self._files(path, item)[-1:])
        return frozenset(how[True] - how[False])

    def _starts(self) -> Iterator[str]:
        for top in self._tree.tops:
            if not top.startswith("_") and top in self.modules:
                yield top
        folders = [top for top in self._tree.tops if not top.startswith("_") and top in self._tree.with_modules]
        while folders:
            folder = folders.pop()
            init = self._tree.init_of(folder)
            if init is not None:
                yield init
            else:
                below = (f"{folder}/{name}" for name in self._tree.folders[folder] if not name.startswith("_"))
                folders += [path for path in below if path in self._tree.with_modules]
        for point in self._entries.points if self._entries is not None else ():
            if point.is_script:
                module = point.value.partition(":")[0].strip()
                yield from self._on_the_way(tuple(module.split(".")))

    def _on_the_way(self, name: tuple[str, ...]) -> list[str]:
        parts = ("/".join(name[:end]) for end in range(1, len(name) + 1))
        return [path for part in parts if (path := self._path_of(part)) is not None]

    def _files(self, path: str, item: Imported) -> list[str]:
        target = self.target(path, item)
        if target is None:
            return []
        below = [found for name in item.names or () if (found := self._path_of("/".join((*target, name)))) is not None]
        return [*self._on_the_way(target), *below]

    def judged(self) -> Iterator[tuple[str, ModuleFacts]]:
        """The modules whose imports must work: none of tests, samples, templates, vendored or for one platform."""
        for path, facts in self.modules.items():
            if is_importable(path) and self._tree.inits_above(path) and not is_for_platform(path):
                yield path, facts


_KNOWN: weakref.WeakKeyDictionary[WheelFacts, ImportGraph] = weakref.WeakKeyDictionary()


def import_graph(facts: WheelFacts) -> ImportGraph:
    """The graph of a wheel; made once."""
    if facts not in _KNOWN:
        _KNOWN[facts] = ImportGraph(facts)
    return _KNOWN[facts]
