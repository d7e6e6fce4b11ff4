# SPDX-License-Identifier: Apache-2.0
"""Which members of a workspace a package's modules import, by the syntax tree of those few that can."""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
from typing import TYPE_CHECKING

from noxkit.rules._source import UnreadableSourceError, read_source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from noxkit.rules._base import Place
    from noxkit.rules._facts import PackageFacts, Settings
    from noxkit.rules._source import SourceFile

__all__ = ["MemberNames", "imports_of_members", "is_optional"]

_WORD = re.compile(rb"\w+")
_GUARDS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class MemberNames:
    """What is imported from which members: the normalised names of the members by dotted import name."""

    by_import: Mapping[str, frozenset[str]]

    def owners(self, dotted: str) -> frozenset[str]:
        """The members that a dotted name leads into, by the longest import name that it begins with."""
        while dotted:
            if dotted in self.by_import:
                return self.by_import[dotted]
            dotted = dotted.rpartition(".")[0]
        return frozenset()

    def words(self, names: Collection[str]) -> Sequence[tuple[frozenset[bytes], bytes]]:
        """All parts, and the last one, of each name under which the members `names` are imported."""
        found = [name.encode() for name, owners in self.by_import.items() if not owners.isdisjoint(names)]
        return [(frozenset(name.split(b".")), name.rpartition(b".")[2]) for name in found]


def imports_of_members(
    facts: PackageFacts, paths: Sequence[str], names: MemberNames, wanted: Collection[str]
) -> Iterator[tuple[str, Place]]:
    """The members of `wanted` that the files `paths` import and cannot do without, each with its place.

    A file is parsed only where one of its import statements holds the words that such a name is made of.
    """
    words = names.words(wanted)
    for path in paths:
        data = facts.whole.read(path)
        if data is None or not _may_import(data, words, upwards=b"." * _dots_out(facts, path)):
            continue
        source = _parsed(path, data, facts.whole.settings)
        if source is not None:
            yield from _imports(facts, source, names, wanted)


def _dots_out(facts: PackageFacts, path: str) -> int:
    """With how many dots a relative import in a file leaves the import package that the file lies in."""
    module = _module_of(facts, path)
    dotted = ".".join(module)
    depths = (name.count(".") + 1 for name in facts.package.import_names if f"{dotted}.".startswith(f"{name}."))
    return max(len(module) - max(depths, default=0) + 2, 1)


def _parsed(path: str, data: bytes, settings: Settings) -> SourceFile | None:
    try:
        return read_source(path, data, settings=settings)
    except UnreadableSourceError:  # a finding of NK-MODULE-SYNTAX-ERROR or NK-MODULE-ENCODING-ERROR
        return None


def _may_import(data: bytes, words: Sequence[tuple[frozenset[bytes], bytes]], *, upwards: bytes) -> bool:
    """Whether any statement with the word `import` holds all words of a name, or a last one behind these dots."""
    last = {word for _, word in words}
    start = data.find(b"import")
    while start >= 0:
        context = _statement(data, start)
        said = set(_WORD.findall(context))
        if not last.isdisjoint(said):
            leaves = upwards in context
            if any(tail in said and (leaves or parts <= said) for parts, tail in words):
                return True
        start = data.find(b"import", start + 6)
    return False


def _statement(data: bytes, position: int) -> bytes:
    """The lines around `position` that can belong to one import statement: continued ones, and up to `)`."""
    begin = data.rfind(b"\n", 0, position) + 1
    while begin > 1 and data[:begin].rstrip(b"\r\n").endswith(b"\\"):
        begin = data.rfind(b"\n", 0, begin - 1) + 1
    end = _line_end(data, position)
    while end < len(data) and data[begin:end].rstrip().endswith(b"\\"):
        end = _line_end(data, end + 1)
    if b"(" in data[position:end].partition(b"#")[0]:
        while end < len(data) and b")" not in data[position:end].rpartition(b"\n")[2].partition(b"#")[0]:
            end = _line_end(data, end + 1)
    return data[begin:end]


def _line_end(data: bytes, position: int) -> int:
    end = data.find(b"\n", position)
    return len(data) if end < 0 else end


def _imports(
    facts: PackageFacts, source: SourceFile, names: MemberNames, wanted: Collection[str]
) -> Iterator[tuple[str, Place]]:
    module = _module_of(facts, source.path)
    for node in (*source.nodes(ast.Import), *source.nodes(ast.ImportFrom)):
        for dotted in _dotted(node, module):
            owners = names.owners(dotted)
            hit = sorted(owners & frozenset(wanted))
            if hit and owners <= frozenset(wanted) and not _is_near(facts, source.path, dotted):
                if is_optional(source, node):
                    continue
                yield hit[0], source.place(node)


def _module_of(facts: PackageFacts, path: str) -> tuple[str, ...]:
    """The parts of the package that a module lies in, which relative imports start from."""
    for root in facts.package.import_roots:
        if root == "." or path.startswith(f"{root}/"):
            inside = path if root == "." else path.removeprefix(f"{root}/")
            return tuple(inside.split("/")[:-1])
    return ()


def _dotted(node: ast.Import | ast.ImportFrom, module: tuple[str, ...]) -> Iterator[str]:
    """The absolute names that a statement may import: each module, and each name behind `import`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    if node.level > len(module):
        parts: tuple[str, ...] = () if not node.level else ("",)
    else:
        parts = module[: len(module) - node.level + 1] if node.level else ()
    base = ".".join([*parts, *((node.module or "").split(".") if node.module else [])])
    yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names if alias.name != "*")
    if any(alias.name == "*" for alias in node.names) and base:
        yield base


def _is_near(facts: PackageFacts, path: str, dotted: str) -> bool:
    """Whether a name means the standard library, or a module beside the file that runs as a script."""
    top = dotted.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    folder = path.rpartition("/")[0]
    beside = f"{folder}/{top}" if folder else top
    return f"{beside}.py" in facts.whole.files or f"{beside}/__init__.py" in facts.whole.files


def is_optional(source: SourceFile, node: ast.AST) -> bool:
    """Whether an import is for type checkers alone, or made so that its failure is met."""
    below: ast.AST = node
    for above in source.ancestors(node):
        if isinstance(above, ast.If) and _is_for_types(above.test) and below in above.body:
            return True
        if isinstance(above, ast.Try) and _is_guarded(above, below):
            return True
        if isinstance(above, ast.With) and any(_suppresses(item.context_expr) for item in above.items):
            return True
        below = above
    return False


def _is_guarded(above: ast.Try, below: ast.AST) -> bool:
    """Whether a part of a `try` statement may fail to import: what is tried, and what is done instead."""
    return (below in above.body or below in above.handlers) and any(_catches(each.type) for each in above.handlers)


def _is_for_types(test: ast.expr) -> bool:
    return _name(test) == "TYPE_CHECKING"


def _catches(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(_name(each) in _GUARDS for each in kinds)


def _suppresses(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and _name(call.func) == "suppress" and any(map(_catches, call.args))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
