# SPDX-License-Identifier: Apache-2.0
"""A wheel as it lies in site-packages: its folders, its modules, and what they are called."""

from __future__ import annotations

import functools
import keyword
import re
import weakref
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.rules._backends import generator_of
from noxkit.workspace.pythons import admits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._base import Place

__all__ = [
    "Installed",
    "admitted",
    "below_top",
    "installed",
    "is_importable",
    "is_template",
    "is_test_path",
    "module_stem",
]

_MODULE = re.compile(r"(?P<stem>[^./]+)\.(?:py|pyi|pyc|pyo|pyd|so|(?:cpython-|cp|abi3|pypy|graalpy)[^/]*\.(?:so|pyd))")
_LIBRARY = re.compile(r"\.(?:so|dylib|dll|a|lib)(?:\.[\d.]+)?$", re.IGNORECASE)
_TEMPLATES = re.compile(
    r"\{\{|\}\}|\{%|(?i:(?:^|/)[^/]*(?:templates?|cookiecutters?|skeletons?|scaffold(?:ing)?s?|starters?|starter_project|boilerplates?|blueprints?)(?:/|$))"
)
_TESTS = re.compile(
    r"(?i)(?:^|/)(?:[^/]*[_-])?(?:tests?|testing|testdata|test[_-]data|testsuite|fixtures?|examples?|samples?|docs?|tutorials?|benchmarks?|cassettes|mocks?)(?:[_-][^/]*)?/"
)

_TEST_NAME = re.compile(
    r"(?:test|bench|benchmark)_.*|.*_(?:tests?|bench|benchmark)\.pyi?|(?:.*_)?conftest\.py|tests\.py"
)

_NO_PACKAGES = frozenset({"test", "tests", "docs", "examples"})


def module_stem(name: str) -> str | None:
    """What a file of this name (no path) is imported as; None for what is no module."""
    match = _MODULE.fullmatch(name)
    return match["stem"] if match else None


def is_importable(path: str) -> bool:
    """Whether each part of a module's path can stand in an import statement."""
    *folders, name = path.split("/")
    stem = module_stem(name)
    if stem is None:
        return False
    top = folders[0].removesuffix("-stubs") if folders else ""
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in (top or "x", *folders[1:], stem))


def is_template(path: str) -> bool:
    """Whether a file is there to be filled in or copied, and not to be imported."""
    return _TEMPLATES.search(path) is not None


def below_top(path: str) -> str:
    """A path without its first folder, which is the package itself, whatever it is called; of tests it is whole."""
    top, _, below = path.partition("/")
    return path if not below or top.lower() in _NO_PACKAGES else below


def is_test_path(path: str) -> bool:
    """Whether a file lies in a folder of tests or of their data, or is one of their modules by its name."""
    name = path.rpartition("/")[2]
    return _TESTS.search(path) is not None or _TEST_NAME.fullmatch(name) is not None


class Installed:
    """What lands in site-packages: paths there with `/`, the archive's entries behind them."""

    def __init__(self, facts: WheelFacts) -> None:
        wheel = facts.wheel
        self.files: Mapping[str, Member] = {path: member for path, member in wheel.installed if path}
        self._names = {name for name in (_file_name(facts), _metadata_name(facts)) if name}
        self.generator = generator_of(wheel.wheel)

    @functools.cached_property
    def project(self) -> str:
        """The normalised name of the project; empty where nothing says it."""
        return next(iter(sorted(self._names)), "")

    def is_project(self, name: str) -> bool:
        """Whether a top-level name is that of the project."""
        return canonicalize_name(name.removesuffix("-stubs")) in self._names

    @functools.cached_property
    def folders(self) -> Mapping[str, frozenset[str]]:
        """The names right in each folder; the top-level one is the empty path."""
        found: dict[str, set[str]] = defaultdict(set)
        for path in self.files:
            below = path
            while below:
                folder, _, name = below.rpartition("/")
                if name in found[folder]:
                    break
                found[folder].add(name)
                below = folder
        return {folder: frozenset(names) for folder, names in found.items()}

    @functools.cached_property
    def modules(self) -> tuple[str, ...]:
        """The files that Python can take for a module, whether their names can be written in an import or not."""
        return tuple(path for path in self.files if module_stem(path.rpartition("/")[2]) is not None)

    @functools.cached_property
    def with_modules(self) -> frozenset[str]:
        """The folders with a module anywhere below them."""
        return _above(self.modules)

    @functools.cached_property
    def with_libraries(self) -> frozenset[str]:
        """The folders with native code anywhere below them."""
        libraries = (p for p, member in self.files.items() if member.native is not None or _LIBRARY.search(p))
        return _above(libraries)

    @functools.cached_property
    def tops(self) -> tuple[str, ...]:
        """The top-level names, folders and files, in the order of the archive."""
        return tuple(dict.fromkeys(path.partition("/")[0] for path in self.files))

    @functools.cached_property
    def import_names(self) -> tuple[str, ...]:
        """The top-level names that can be imported, in the order of the archive; a stub package is its package."""
        found: dict[str, None] = {}
        for top in self.tops:
            name = top.removesuffix("-stubs") if top in self.with_modules else module_stem(top)
            if name and name.isidentifier() and not name.endswith("__mypyc"):
                found[name] = None
        return tuple(found)

    def init_of(self, folder: str) -> str | None:
        """The `__init__` of a package; None for a folder that is none, or only part of a namespace."""
        return self._inits.get(folder)

    @functools.cached_property
    def _inits(self) -> Mapping[str, str]:
        """The `__init__` of each package; the first by name where there are several."""
        found: dict[str, str] = {}
        for path in sorted(self.modules):
            folder, _, name = path.rpartition("/")
            if name.startswith("__init__.") and module_stem(name) == "__init__":
                found.setdefault(folder, path if folder else f"/{name}")
        return found

    def inside(self, path: str) -> str:
        """A path without the folders of namespaces and of the package itself, whatever these are called."""
        parts = path.split("/")
        ends = range(1, len(parts))
        first = next((end for end in ends if self.init_of("/".join(parts[:end])) is not None), 0)
        return below_top(path) if not first or parts[0] in _NO_PACKAGES else "/".join(parts[first:])

    def inits_above(self, path: str) -> bool:
        """Whether every folder from the outermost regular package down to `path` is a regular one."""
        folder, missing = path.rpartition("/")[0], False
        while folder:
            has = self.init_of(folder) is not None
            if has and missing:
                return False
            missing = missing or not has
            folder = folder.rpartition("/")[0]
        return True

    @functools.cached_property
    def _first_below(self) -> Mapping[str, str]:
        """One file of each top-level folder: where that lies in the archive, all of it does, as a rule."""
        return {path.partition("/")[0]: path for path in reversed(tuple(self.files))}

    def place(self, facts: WheelFacts, path: str, line: int | None = None) -> Place:
        """The place of a file or a folder of site-packages, as it lies in the archive."""
        if path in self.files:
            return facts.at(self.files[path].name, line)
        below = self._first_below.get(path.partition("/")[0])
        if below is None:
            return facts.at(path)
        name = self.files[below].name
        return facts.at(f"{name[: len(name) - len(below)]}{path}")


def _above(paths: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


def _file_name(facts: WheelFacts) -> str | None:
    return facts.wheel.name.name if facts.wheel.name is not None else None


def _metadata_name(facts: WheelFacts) -> str | None:
    name = facts.wheel.metadata.value("Name") if facts.wheel.metadata is not None else None
    return canonicalize_name(name) if name else None


_KNOWN: weakref.WeakKeyDictionary[WheelFacts, Installed] = weakref.WeakKeyDictionary()


def installed(facts: WheelFacts) -> Installed:
    """The wheel of `facts` as it is installed; made once."""
    if facts not in _KNOWN:
        _KNOWN[facts] = Installed(facts)
    return _KNOWN[facts]


def admitted(facts: WheelFacts) -> tuple[str, ...]:
    """The minors of Python that are supported and that Requires-Python admits; all of them where it says nothing."""
    metadata = facts.wheel.metadata
    specifier = metadata.value("Requires-Python") if metadata is not None else None
    return tuple(python for python in facts.pythons if admits(specifier or "", python))
