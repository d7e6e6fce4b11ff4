# SPDX-License-Identifier: Apache-2.0
"""A wheel against the tree that it is built from: what is missing, what is more, and what is not the same."""

from __future__ import annotations

import ast
import functools
import hashlib
import re
import weakref
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.rules._installed import is_importable, is_template, is_test_path
from noxkit.rules._tree_layout import layout_of
from noxkit.rules._tree_patterns import matches_any
from noxkit.workspace._tables import strings, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._facts import PackageFacts
    from noxkit.rules._tree_layout import TreeLayout

__all__ = ["Compared", "compared"]

_NEVER = frozenset({"conftest.py", "setup.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py"})
# Names that tools give to what they write, when the version is not a fixed one.
_VERSION = re.compile(r"\w*version(?:_info)?_*\.pyi?|\w*(?:build_?info|metadata|config)_*\.py", re.IGNORECASE)
_NATIVE = re.compile(r"\.(?:so|pyd|dylib|dll|a|lib|exe|mo|pyc|pyo|pth)(?:\.[\d.]+)?$", re.IGNORECASE)
_SOURCE = re.compile(
    r"\.(?:c|cc|cpp|cxx|h|hpp|pyx|pxd|pxi|rs|f|f90|cu|po|pot|md|rst|orig|in|toml\.lock)$", re.IGNORECASE
)


class Compared:
    """What differs between the wheel of `facts` and the tree of `package`."""

    def __init__(
        self, facts: WheelFacts, package: PackageFacts, layout: TreeLayout, generated: tuple[str, ...]
    ) -> None:
        self._facts = facts
        self._package = package
        self._layout = layout
        self._is_generated = matches_any(generated)
        self._site: Mapping[str, Member] = dict(facts.wheel.installed)
        self._folders = {folder for path in self._site for folder in _above(path)}

    @functools.cached_property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """The files of the tree that the wheel lacks: their path in site-packages, and that in the tree."""
        lacking = ((site, tree) for site, tree in self._layout.expected.items() if site not in self._site)
        return tuple((site, tree) for site, tree in lacking if not self._is_made(site, tree) and not _is_beside(site))

    @property
    def missing_modules(self) -> Iterator[tuple[str, str]]:
        """Those that can be imported."""
        return ((site, tree) for site, tree in self.missing if site.endswith((".py", ".pyi")) and is_importable(site))

    @property
    def missing_data(self) -> Iterator[tuple[str, str]]:
        """Those that lie beside modules, as far as the wheel is meant to hold them."""
        for site, tree in self.missing:
            name, folder = site.rpartition("/")[2], site.rpartition("/")[0]
            is_module = site.endswith((".py", ".pyi"))
            if is_module or not folder or name.startswith(".") or _SOURCE.search(name):
                continue
            if self._holds_modules(folder) and (self._layout.ships_data or name == "py.typed" or self._is_read(site)):
                yield site, tree

    def _holds_modules(self, folder: str) -> bool:
        """Whether the wheel has the package that a data file belongs to."""
        return folder in self._folders or any(above in self._folders for above in _above(folder))

    def _is_read(self, site: str) -> bool:
        """Whether a module of the wheel names the file."""
        name = site.rpartition("/")[2]
        return any(text == name or text.endswith(f"/{name}") for text in self._texts)

    @functools.cached_property
    def _texts(self) -> frozenset[str]:
        nodes = (node for tree in self._facts.trees.all() for node in ast.walk(tree))
        return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))

    @functools.cached_property
    def _others(self) -> tuple[tuple[str, Member, str | None], ...]:
        """What is installed and is not, byte by byte, a file of the tree; with the file that it should be."""
        found: list[tuple[str, Member, str | None]] = []
        for site, member in self._site.items():
            if member.native is not None or _NATIVE.search(site):
                continue
            tree = self._layout.in_tree(site)
            data = self._package.whole.read(tree) if tree is not None else None
            if data is not None and _is_same(data, member):
                continue
            if not self._is_made(site, tree) and not self._is_elsewhere(site, member):
                found.append((site, member, tree if data is not None else None))
        return tuple(found)

    @property
    def different(self) -> Iterator[tuple[str, Member, str]]:
        """What has other bytes than in the tree."""
        return ((site, member, tree) for site, member, tree in self._others if tree is not None)

    @property
    def extra(self) -> Iterator[tuple[str, Member]]:
        """What is not in the tree; data alone is only told of where nothing generates any."""
        for site, member, tree in self._others:
            if tree is None and not self._layout.generates:
                known = self._layout.in_tree(site) is not None
                if site.endswith((".py", ".pyi")) or known:
                    yield site, member

    def _is_made(self, site: str, tree: str | None) -> bool:
        """Whether a file is written when the package is built: by configuration, or by the name that tools give it."""
        plain = tree.removesuffix(".gz").removesuffix(".br") if tree is not None else None
        if plain is not None and plain != tree and self._package.whole.read(plain) is not None:
            return True  # a compressed form of what is there
        if self._is_generated(site) or (
            tree is not None and (self._is_generated(tree) or tree in self._layout.written)
        ):
            return True
        may_be = self._has_computed_version or self._layout.generates
        return may_be and _VERSION.fullmatch(site.rpartition("/")[2]) is not None

    @functools.cached_property
    def _has_computed_version(self) -> bool:
        pyproject = self._package.package.pyproject
        dynamic = "version" in strings(table(pyproject, "project").get("dynamic"))
        return (
            dynamic
            or self._package.package.version is None
            or bool(table(pyproject, "tool", "poetry-dynamic-versioning"))
        )

    def _is_elsewhere(self, site: str, member: Member) -> bool:
        """Whether the tree has this very file in another place: then it is the layout that was not understood."""
        paths = self._by_name.get(site.rpartition("/")[2], ())
        return any(
            hashlib.sha256(self._package.whole.read(path) or b"\0").hexdigest() == member.sha256 for path in paths
        )

    @functools.cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._package.whole.repository.files:
            found[path.rpartition("/")[2]].append(path)
        return {name: tuple(paths) for name, paths in found.items()}


def _is_same(data: bytes, member: Member) -> bool:
    """Whether a file is the entry, but for the ends of lines, which git writes as the platform has them."""
    if hashlib.sha256(data).hexdigest() == member.sha256:
        return True
    return member.data is not None and data.replace(b"\r\n", b"\n") == member.data.replace(b"\r\n", b"\n")


def _above(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _is_beside(site: str) -> bool:
    """Whether a file belongs to the development of a package, so that nobody misses it."""
    return site.rpartition("/")[2] in _NEVER or is_test_path(site) or is_template(site)


_KNOWN: weakref.WeakKeyDictionary[WheelFacts, Compared | None] = weakref.WeakKeyDictionary()


def compared(facts: WheelFacts, generated: tuple[str, ...]) -> Compared | None:
    """The comparison, made once; None without a tree, for a file of another version, and for an unknown backend."""
    if facts not in _KNOWN:
        _KNOWN[facts] = _compared(facts, generated)
    return _KNOWN[facts]


def _compared(facts: WheelFacts, generated: tuple[str, ...]) -> Compared | None:
    package = facts.package
    if package is None or facts.wheel.name is None or facts.wheel.name.name != package.package.name:
        return None
    if _is_of_another_version(facts, package):
        return None
    layout = layout_of(package)
    if layout is None or not layout.placed:
        return None
    return Compared(facts, package, layout, generated)


def _is_of_another_version(facts: WheelFacts, package: PackageFacts) -> bool:
    stated = package.package.version
    try:
        return stated is not None and facts.wheel.name is not None and Version(stated) != facts.wheel.name.version
    except InvalidVersion:
        return False
