# SPDX-License-Identifier: Apache-2.0
"""What the names of a source file stand for: imports under other names, single assignments, `getattr`, constants."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from noxkit.rules._source import SourceFile

__all__ = ["Function", "Meaning", "Names", "has_any", "is_credential", "names_of", "scope_of", "words_of"]

Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BUILTINS = frozenset(dir(builtins))
_DEEPEST = 8  # names that stand for names: more is a loop, or nobody's code
# What `from module import *` brings, as far as rules ask for it; ruff does not look through it.
_STARRED = {
    "os": frozenset({"system", "popen"}),
    "subprocess": frozenset({"run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"}),
    "yaml": frozenset({"load", "load_all", "full_load", "full_load_all", "unsafe_load", "unsafe_load_all", "Loader"}),
    "pickle": frozenset({"load", "loads", "Unpickler"}),
    "requests": frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "Session"}),
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CREDENTIAL = re.compile(
    r"(?:^|_)(?:secrets?|passw(?:or)?d|passphrase|pwd|token|api_?key|access_key|secret_key|private_key|signing_key"
    r"|encryption_key|auth_?key|account_key|master_key|credentials?|client_secret|jwt|bearer)"
    r"(?:_(?:value|str|text|prod|production|live|staging|default|v?\d+))?$"
)
_NO_CREDENTIAL = re.compile(
    r"(?:^|_)(?:public|publishable|csrf|xsrf|next|page|pagination|continuation|cursor|sync|resume|prev|previous|hash|hashed"
    r"|digest|checksum|encrypted|masked|redacted|hidden|id|idempotency|has|is|no|num|n|count|max|min|special|bos|eos|pad"
    r"|unk|mask|cls|sep|start|end|first|last|current|cur|peek|lex|lexer|stop|show|use|need|needs|allow|require|with|without"
    r"|cext|cancel|cancellation)(?:_|$)"
)


def words_of(name: str) -> str:
    """A name in lower case with `_` between its words."""
    return _CAMEL.sub("_", name).replace("-", "_").replace(".", "_").lower().strip("_")


def is_credential(name: str) -> bool:
    """Whether what is called so is a secret that people must not see."""
    words = words_of(name)
    return bool(_CREDENTIAL.search(words)) and not _NO_CREDENTIAL.search(words)


@dataclasses.dataclass(frozen=True, slots=True)
class Meaning:
    """The dotted name that an expression stands for; `is_hidden` where not by imports alone."""

    name: str
    is_hidden: bool = False


def has_any(text: str, words: Iterable[str]) -> bool:
    """Whether one of `words` is in `text`: many times as fast as a regular expression that ignores case."""
    return any(word in text for word in words)


class Names:
    """The names of one file. What is assigned in several places stands for nothing that is known."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self.imports = dict(_imports(source))
        self._stars = list(_stars(source))
        self.modules = {name.partition(".")[0] for name in self.imports.values()}
        stored: Counter[str] = Counter(n.id for n in source.nodes(ast.Name) if isinstance(n.ctx, ast.Store | ast.Del))
        stored.update(n.arg for n in source.nodes(ast.arg))
        for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            stored.update(n.name for n in source.nodes(kind))
        self._stored = stored
        self._values = dict(self._assigned())
        self._known: dict[int, tuple[ast.expr, Meaning | None]] = {}

    def _assigned(self) -> Iterator[tuple[str, ast.expr]]:
        for node in self._source.nodes(ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and self._stored[target.id] == 1:
                    yield target.id, node.value
        for annotated in self._source.nodes(ast.AnnAssign):
            if isinstance(annotated.target, ast.Name) and annotated.value and self._stored[annotated.target.id] == 1:
                yield annotated.target.id, annotated.value

    @functools.cached_property
    def assignments(self) -> Mapping[str, list[ast.expr]]:
        """All that is ever assigned, by the target's text (`path`, `self.root`), also by `with … as`."""
        found: dict[str, list[ast.expr]] = defaultdict(list)
        pairs: list[tuple[ast.expr, ast.expr]] = []
        pairs += [(target, node.value) for node in self._source.nodes(ast.Assign) for target in node.targets]
        pairs += [(node.target, node.value) for node in self._source.nodes(ast.AnnAssign) if node.value]
        pairs += [(node.target, node.value) for node in self._source.nodes(ast.AugAssign)]
        pairs += [(node.target, node.value) for node in self._source.nodes(ast.NamedExpr)]
        for with_item in self._source.nodes(ast.withitem):
            if with_item.optional_vars is not None:
                pairs.append((with_item.optional_vars, with_item.context_expr))
        for target, value in pairs:
            if isinstance(target, ast.Name | ast.Attribute):
                found[ast.unparse(target)].append(value)
        return found

    def value(self, node: ast.expr | None) -> ast.expr | None:
        """The expression that a name was given once; any other expression itself."""
        for _ in range(_DEEPEST):
            if not isinstance(node, ast.Name) or node.id not in self._values:
                return node
            node = self._values[node.id]
        return node

    def meaning(self, node: ast.expr, depth: int = 0) -> Meaning | None:
        """The dotted name of a function, class or module, None where it is not known."""
        if depth:
            return self._meaning(node, depth)
        if id(node) not in self._known:  # a dozen rules ask for the same functions
            self._known[id(node)] = (node, self._meaning(node, 0))
        return self._known[id(node)][1]

    def _meaning(self, node: ast.expr, depth: int) -> Meaning | None:
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self._of_name(node.id, depth)
        if isinstance(node, ast.Attribute):
            return _inside(self.meaning(node.value, depth + 1), node.attr, is_hidden=False)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "__builtins__":
            return _inside(Meaning("builtins"), _text(node.slice), is_hidden=True)
        if isinstance(node, ast.Call) and node.args:
            return self._of_call(node, depth)
        return None

    def _of_name(self, name: str, depth: int) -> Meaning | None:
        is_absent = isinstance(self._values.get(name), ast.Constant)  # `yaml = None` where it is not installed
        if name in self.imports and (is_absent or not self._stored[name]):
            return Meaning(self.imports[name])
        if name in self._values:
            inner = self.meaning(self._values[name], depth + 1)
            return inner and Meaning(inner.name, is_hidden=True)
        if self._stored[name]:
            return None
        if name == "__builtins__":
            return Meaning("builtins", is_hidden=True)
        if name in _BUILTINS:
            return Meaning(f"builtins.{name}")
        module = next((each for each in self._stars if name in _STARRED.get(each, ())), None)
        return Meaning(f"{module}.{name}", is_hidden=True) if module else None

    def _of_call(self, node: ast.Call, depth: int) -> Meaning | None:
        function = self.meaning(node.func, depth + 1)
        if function is None:
            return None
        if function.name in {"builtins.__import__", "importlib.import_module", "pytest.importorskip"}:
            return Meaning(text, is_hidden=True) if (text := _text(node.args[0])) else None
        if function.name == "builtins.getattr" and len(node.args) > 1:
            return _inside(self.meaning(node.args[0], depth + 1), _text(self.value(node.args[1])), is_hidden=True)
        return None

    def truth(self, node: ast.expr | None) -> bool | None:
        """Whether an expression is true, None where that is not known."""
        node = self.value(node)
        if isinstance(node, ast.Constant):
            return bool(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            parts = [self.truth(part) for part in node.values]
            wins = isinstance(node.op, ast.Or)
            return wins if wins in parts else None if None in parts else not wins
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            function = self.meaning(node.func)
            return self.truth(node.args[0]) if function and function.name == "builtins.bool" else None
        if isinstance(node, ast.IfExp):
            known = self.truth(node.test)
            return None if known is None else self.truth(node.body if known else node.orelse)
        return self._default(node) if isinstance(node, ast.Name) else None

    def _default(self, name: ast.Name) -> bool | None:
        """What a parameter is unless the caller says otherwise."""
        for function in self._source.ancestors(name):
            if isinstance(function, Function):
                known = dict(_defaults(function.args))
                if name.id in known:
                    return self.truth(known[name.id]) if isinstance(known[name.id], ast.Constant) else None
        return None

    def argument(self, call: ast.Call, name: str, position: int | None = None) -> tuple[ast.expr | None, bool]:
        """The value of an argument, and whether it stands in the call itself and not behind `**` or by its position."""
        for keyword in call.keywords:
            if keyword.arg == name:
                return keyword.value, True
        for keyword in call.keywords:
            if keyword.arg is None:
                value = self._spread(keyword.value, name) or self._item(keyword.value, name)
                if value is not None:
                    return value, False
        plain = not any(isinstance(each, ast.Starred) for each in call.args)
        if position is not None and plain and len(call.args) > position:
            return call.args[position], False
        return None, False

    def _spread(self, spread: ast.expr, name: str) -> ast.expr | None:
        """The item `name` of a dict behind `**`."""
        value = self.value(spread)
        if isinstance(value, ast.Dict):
            pairs = zip(value.keys, value.values, strict=True)
            return next((item for key, item in pairs if key is not None and _text(key) == name), None)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
            given = (keyword.value for keyword in value.keywords if keyword.arg == name)
            # ruff's S604 finds `dict(shell=True)` by itself
            return next((item for item in given if name != "shell" or not isinstance(item, ast.Constant)), None)
        return None

    def _item(self, spread: ast.expr, name: str) -> ast.expr | None:
        """What `spread["name"] = …` says."""
        if not isinstance(spread, ast.Name):
            return None
        targets = ((node.targets[0], node.value) for node in self._source.nodes(ast.Assign))
        items = ((target, value) for target, value in targets if isinstance(target, ast.Subscript))
        mine = (
            value for target, value in items if ast.unparse(target.value) == spread.id and _text(target.slice) == name
        )
        return next(mine, None)


def _inside(meaning: Meaning | None, name: str | None, *, is_hidden: bool) -> Meaning | None:
    if meaning is None or not name:
        return None
    return Meaning(f"{meaning.name}.{name}", meaning.is_hidden or is_hidden)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _imports(source: SourceFile) -> Iterator[tuple[str, str]]:
    for node in source.nodes(ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    for imported in source.nodes(ast.ImportFrom):
        if not imported.level:
            for alias in imported.names:
                yield alias.asname or alias.name, f"{imported.module}.{alias.name}"


def _stars(source: SourceFile) -> Iterator[str]:
    """The modules of which all names are imported."""
    for node in source.nodes(ast.ImportFrom):
        if node.module and any(alias.name == "*" for alias in node.names):
            yield node.module


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        yield argument.arg, default
    for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            yield argument.arg, value


@functools.lru_cache(maxsize=1)
def names_of(source: SourceFile) -> Names:
    """The names of a file, read once for all rules that ask."""
    return Names(source)


def scope_of(source: SourceFile, node: ast.AST) -> ast.AST:
    """The function around a node, else the module."""
    above = source.ancestors(node)
    return next((each for each in above if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)), source.tree)
