# SPDX-License-Identifier: Apache-2.0
"""Values that are believed: commands made of text, and paths that are judged before they are resolved."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._names import Names, has_any, names_of, scope_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import SourceFile

__all__ = ["command_from_text", "path_unresolved"]

_RUNNERS = ("subprocess", "Popen", "create_subprocess_exec", "execv", "spawnv", ".run(")
_RUN = frozenset(
    {"run", "call", "check_call", "check_output", "Popen", "create_subprocess_exec", "execv", "execvp"}
    | {"execvpe", "spawnv", "spawnvp"}
)


@rule(code="NK-COMMAND-FROM-TEXT", scope=Scope.SOURCE, since="1.0")
def command_from_text(source: SourceFile) -> Iterator[Found]:
    """A command is put together as text, then split and run.

    # Why
    A space or a quote in a value makes more arguments of it, and so other options and files.

    # Fails
    ```python src/acme/run.py
    import shlex
    import subprocess


    def show(path):
        subprocess.run(shlex.split(f"git show {path}"))
    ```

    # Passes
    ```python src/acme/run.py
    import subprocess


    def show(path):
        subprocess.run(["git", "show", path])
    ```

    # Fix
    Make the list of arguments directly. There is no automatic fix: which spaces were meant to split is not known.

    # Options
    None. Text of which every value goes through `shlex.quote` is passed over, as are constants.

    # When to ignore
    Where the values are constants of the program itself.
    """
    if "split(" not in source.text or not has_any(source.text, _RUNNERS):
        return
    names = names_of(source)
    for call in source.nodes(ast.Call):
        if _called(call.func, names) in _RUN:
            text = _Text(call, source, names)
            for argument in [*call.args[:2], *(each.value for each in call.keywords if each.arg == "args")]:
                value = argument.value if isinstance(argument, ast.Starred) else argument
                if text.is_split(value):
                    said = "the command is put together as text, then split and run"
                    yield found(said, hint="make a list of arguments, one value each", at=source.place(call))
                    break


def _called(function: ast.expr, names: Names) -> str:
    meaning = names.meaning(function)
    text = meaning.name if meaning else ast.unparse(function)
    return text.rpartition(".")[2]


class _Text:
    """What the text of one call is made of, as far as its function and its module tell."""

    def __init__(self, call: ast.Call, source: SourceFile, names: Names) -> None:
        self._call, self._source, self._names = call, source, names

    def is_split(self, value: ast.expr, depth: int = 0) -> bool:
        """Whether the list comes of splitting a text that is put together."""
        if depth > _DEEPEST:
            return False
        inner: list[ast.expr] = []
        if isinstance(value, ast.Name):
            inner = self._given(value)
        elif isinstance(value, ast.BinOp):
            inner = [value.left, value.right]
        elif isinstance(value, ast.List | ast.Tuple):
            inner = [each.value for each in value.elts if isinstance(each, ast.Starred)]
        elif isinstance(value, ast.Call):
            text = self._split_of(value)
            return text is not None and self.is_made(text)
        return any(self.is_split(each, depth + 1) for each in inner)

    def _split_of(self, value: ast.Call) -> ast.expr | None:
        """The text that a call splits."""
        meaning = self._names.meaning(value.func)
        if meaning is not None and meaning.name == "shlex.split" and value.args:
            return value.args[0]
        is_method = isinstance(value.func, ast.Attribute) and value.func.attr in {"split", "rsplit"}
        return value.func.value if is_method and isinstance(value.func, ast.Attribute) and not value.args else None

    def is_made(self, node: ast.expr, depth: int = 0) -> bool:
        """Whether a text is put together of values that are not quoted for a shell."""
        if depth > _DEEPEST:
            return False
        if isinstance(node, ast.Name):
            return any(self.is_made(each, depth + 1) for each in self._given(node))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = (node.left, node.right)
            sums = [each for each in sides if isinstance(each, ast.BinOp | ast.JoinedStr)]
            plain = [each for each in sides if each not in sums]
            return any(self.is_made(each, depth + 1) for each in sums) or self._are_loose(plain)
        return self._are_loose(self._values(node))

    def _values(self, node: ast.expr) -> list[ast.expr]:
        """What is put into a text."""
        if isinstance(node, ast.JoinedStr):
            return [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            return node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        meaning = self._names.meaning(node.func) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or (meaning is not None and meaning.name == "shlex.join"):
            return []
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in {"format", "join"}:
            return []
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        if values and isinstance(values[0], ast.GeneratorExp | ast.ListComp):
            values[0] = values[0].elt
        return values

    def _are_loose(self, values: list[ast.expr]) -> bool:
        return any(not _is_harmless(each, self._names) for each in values)

    def _given(self, name: ast.Name) -> list[ast.expr]:
        """What is assigned to a name in the function around, else in the module."""
        for where in (scope_of(self._source, self._call), self._source.tree):
            given = [value for node in ast.walk(where) if (value := _assigned(node, name.id)) is not None]
            if given:
                return given
        return []


def _assigned(node: ast.AST, name: str) -> ast.expr | None:
    """What a statement gives to a name; for `+=` the sum."""
    if isinstance(node, ast.Assign):
        return node.value if any(isinstance(each, ast.Name) and each.id == name for each in node.targets) else None
    if not isinstance(node, ast.AnnAssign | ast.AugAssign) or not isinstance(node.target, ast.Name):
        return None
    if node.target.id != name or node.value is None:
        return None
    return ast.BinOp(node.target, ast.Add(), node.value) if isinstance(node, ast.AugAssign) else node.value


def _is_harmless(node: ast.expr, names: Names) -> bool:
    """Whether it is a constant, a number, or quoted for a shell."""
    known = names.value(node)
    if isinstance(known, ast.Constant):
        return True
    if isinstance(known, ast.List | ast.Tuple):
        return all(_is_harmless(each, names) for each in known.elts)
    meaning = names.meaning(known.func) if isinstance(known, ast.Call) else None
    return meaning is not None and meaning.name in _HARMLESS


_DEEPEST = 3  # names that stand for names
_HARMLESS = frozenset({"shlex.quote", "shlex.join", "pipes.quote", "builtins.int", "builtins.len"})


_INSIDE = ("is_relative_to", "startswith", "commonpath", "commonprefix")
_RESOLVED = re.compile(
    r"\b(?:resolve|realpath|readlink)\(|\b(?:Pure|PurePosix|PureWindows)Path\(|\bsafe_join\(|strict=True"
)
_RESOLVED_NAME = re.compile(r"(?i)resolved|real_?path|canonical|realroot|real_")
_PATHLIKE = re.compile(
    r"(?i)(?:^|_)(?:path|file|filename|filepath|target|dest|destination|source_path|full|fullpath|abspath|candidate)$"
)
_ROOTLIKE = re.compile(
    r"(?i)(?:^|_)(?:root|dir|directory|folder|base|basedir|base_dir|base_path|rootdir|cwd|home|workdir|upload_folder|static_folder)$"
)
_CLAIMS = frozenset({"assert_type", "reveal_type", "assertTrue", "assertFalse"})
_TO_TEXT = frozenset({"builtins.str", "os.fspath", "os.path.abspath", "os.path.normpath", "os.path.join"})


@rule(code="NK-PATH-UNRESOLVED", scope=Scope.SOURCE, since="1.0")
def path_unresolved(source: SourceFile) -> Iterator[Found]:
    """A path is judged to lie inside another one, and has not been resolved.

    # Why
    `..` and symbolic links lead out of a folder whose name the path begins with; as text `/data-old` begins with
    `/data`, too.

    # Fails
    ```python src/acme/serve.py
    from pathlib import Path


    def read(root: Path, name: str) -> bytes:
        path = root / name
        if not path.is_relative_to(root):
            raise PermissionError(name)
        return path.read_bytes()
    ```

    # Passes
    ```python src/acme/serve.py
    from pathlib import Path


    def read(root: Path, name: str) -> bytes:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise PermissionError(name)
        return path.read_bytes()
    ```

    # Fix
    `resolve()` (or `os.path.realpath`) both paths, then `is_relative_to`. There is no automatic fix, since the
    path that is used afterwards has to be the resolved one.

    # Options
    None.

    # When to ignore
    Where both paths are names that no file system is asked for, such as those of an archive's index.
    """
    if not has_any(source.text, _INSIDE):
        return
    names = names_of(source)
    hint = "resolve both paths (`resolve()`, `os.path.realpath`), then ask `is_relative_to`"
    for call in source.nodes(ast.Call):
        paths = _judged(call, names, source)
        if paths and not any(_is_resolved(each, names) or _is_pure(each, call, source) for each in paths):
            said = f"`{ast.unparse(paths[0])[:60]}` is judged to lie inside another path, and is not resolved"
            yield found(said, hint=hint, at=source.place(call))


def _judged(call: ast.Call, names: Names, source: SourceFile) -> list[ast.expr]:
    """The paths that are said to lie inside of another, none where no such thing is asked."""
    attribute = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    meaning = names.meaning(call.func)
    if meaning is not None and meaning.name in {"os.path.commonpath", "os.path.commonprefix"} and call.args:
        is_asked = any(isinstance(each, ast.Compare) and not _is_search(each) for each in _around(call, source))
        return call.args[0].elts if is_asked and isinstance(call.args[0], ast.List | ast.Tuple) else []
    if not isinstance(call.func, ast.Attribute) or not call.args:
        return []
    receiver, inside = call.func.value, call.args[0]
    if attribute == "is_relative_to":
        shown = _is_for_show(receiver, [call], source) or _is_for_show(receiver, _uses(call, source), source)
        only_said = shown or any(isinstance(each, ast.Assert) or _is_claim(each) for each in source.ancestors(call))
        return [] if only_said else [receiver]
    if attribute != "startswith":
        return []
    if _is_path_text(receiver, names) and (_is_path_text(inside, names) or _is_root(inside)):
        return [receiver]
    return [receiver] if _is_named(receiver, _PATHLIKE) and _is_path_text(inside, names) else []


def _is_search(node: ast.Compare) -> bool:
    """Whether a text that is written here is looked for somewhere in a path."""
    return isinstance(node.left, ast.Constant) and any(isinstance(each, ast.In | ast.NotIn) for each in node.ops)


def _is_claim(node: ast.AST) -> bool:
    """Whether a test or a type checker is told what the answer is."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _CLAIMS


def _uses(call: ast.Call, source: SourceFile) -> list[ast.expr]:
    """Where the answer is looked at that a statement has only kept under a name: `inside = a.is_relative_to(b)`."""
    kept = source.parent(call)
    if not isinstance(kept, ast.Assign) or len(kept.targets) != 1 or not isinstance(kept.targets[0], ast.Name):
        return []
    names = [node for node in ast.walk(scope_of(source, call)) if isinstance(node, ast.Name)]
    return [node for node in names if node.id == kept.targets[0].id and isinstance(node.ctx, ast.Load)]


def _around(node: ast.expr, source: SourceFile) -> Iterator[ast.AST]:
    """The expressions around one."""
    for each in source.ancestors(node):
        if isinstance(each, ast.stmt):
            return
        yield each


def _is_for_show(receiver: ast.expr, answers: list[ast.expr], source: SourceFile) -> bool:
    """Whether the answers only choose between the relative path and the whole one: `a.relative_to(b) if … else a`."""
    wanted = re.compile(
        rf"\b{re.escape(ast.unparse(receiver))}\.relative_to\(|\brelpath\({re.escape(ast.unparse(receiver))}\b"
    )
    choices = (ast.IfExp, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    chosen = (
        any(isinstance(each, choices) and wanted.search(ast.unparse(each)) for each in _around(answer, source))
        for answer in answers
    )
    return bool(answers) and all(chosen)


def _is_path_text(node: ast.expr, names: Names) -> bool:
    """Whether it is a path made text: `str(path)`, `os.path.abspath(…)`, `path.as_posix()`, or that and a separator."""
    node = names.value(node) or node
    if isinstance(node, ast.BinOp):
        with_separator = ast.unparse(node.right) in {"os.sep", "os.path.sep", "sep"}
        return _is_path_text(node.left, names) or (with_separator and _is_root(node.left))
    if isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
        with_separator = "sep}" in ast.unparse(node)
        return isinstance(first, ast.FormattedValue) and (
            _is_path_text(first.value, names) or (with_separator and _is_root(first.value))
        )
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "as_posix":
        return True
    meaning = names.meaning(node.func)
    if meaning is None or meaning.name not in _TO_TEXT or not node.args:
        return False
    return meaning.name != "builtins.str" or _is_named(node.args[0], _PATHLIKE) or _is_root(node.args[0])


def _is_root(node: ast.expr) -> bool:
    return _is_named(node, _ROOTLIKE)


def _is_named(node: ast.expr, pattern: re.Pattern[str]) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return bool(pattern.search(words_of(name)))


def _is_resolved(node: ast.expr, names: Names, depth: int = 0) -> bool:
    """Whether the path has been resolved, as far as this file tells, or is one that no file system knows."""
    text = ast.unparse(node)
    if _RESOLVED.search(text) or _RESOLVED_NAME.search(text):
        return True
    inner = [each for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute)]
    given = [value for each in inner for value in names.assignments.get(ast.unparse(each), ())]
    return depth < _DEEPEST and any(_is_resolved(value, names, depth + 1) for value in given if value is not node)


def _is_pure(node: ast.expr, near: ast.AST, source: SourceFile) -> bool:
    """Whether it is a parameter that is said to be a `PurePath`."""
    scope = scope_of(source, near)
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    inner = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    arguments = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
    return any(each.arg in inner and each.annotation and "Pure" in ast.unparse(each.annotation) for each in arguments)
