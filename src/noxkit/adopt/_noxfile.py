# SPDX-License-Identifier: Apache-2.0
"""noxkit's lines in a noxfile that is there already: added, and nothing of it changed."""

from __future__ import annotations

import ast
import importlib.util
import json
import pkgutil
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord
from noxkit.workspace._tables import requirement_name, strings
from noxkit.workspace._toml import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "NOX",
    "descriptions",
    "factories",
    "has_noxkit",
    "like",
    "registered",
    "script_dependencies",
    "with_noxkit",
]

NOX = "nox>=2026.10"
"""The nox that noxkit needs, as a requirement."""

_BLOCK = re.compile(r"(?m)^# /// script$\n(?:^#(?:| .*)$\n)+?^# ///$")  # PEP 723
_DEPENDENCIES = re.compile(r"(?m)^(#\s*dependencies\s*=\s*\[)(\s*$)?")
_SCRIPT = "# /// script\n# dependencies = [{}]\n# ///\n"


def factories() -> tuple[str, ...]:
    """The names of noxkit's sessions, which are those of the files of `noxkit.sessions`; nothing of it is imported."""
    spec = importlib.util.find_spec("noxkit.sessions")
    folders = spec.submodule_search_locations if spec is not None else None
    names = {module.name for module in pkgutil.iter_modules(folders or [])}
    return tuple(sorted(name for name in names if not name.startswith("_") and name != "pipeline"))


def registered(tree: ast.Module) -> tuple[str, ...]:
    """The sessions of noxkit that a noxfile registers by `pipeline()` or by their factories, as far as calls say."""
    if not has_noxkit(tree):
        return ()
    called = {name for node in ast.walk(tree) if isinstance(node, ast.Call) and (name := _called(node.func))}
    return factories() if "pipeline" in called else tuple(name for name in factories() if name in called)


def _called(function: ast.expr) -> str | None:
    """`lint` of `lint()` and of `noxkit.sessions.lint()`."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def descriptions() -> dict[str, str]:
    """What `nox -l` says of each session of noxkit, as the session's file states it; none of them is imported."""
    folder = Path(__file__).parent.parent / "sessions"
    return {name: _description(ast.parse((folder / f"{name}.py").read_bytes())) for name in factories()}


def _description(tree: ast.Module) -> str:
    keywords = (word for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords)
    said = (word.value for word in keywords if word.arg == "description")
    return next((str(value.value) for value in said if isinstance(value, ast.Constant)), "")


def like(old: str, new: str) -> str:
    """`new`, whose lines end with a newline, with the line ends of `old` where all of those are Windows's."""
    return new.replace("\n", "\r\n") if "\r\n" in old and old.count("\r\n") == old.count("\n") else new


def has_noxkit(tree: ast.Module) -> bool:
    """Whether a noxfile imports noxkit."""
    return any(name.partition(".")[0] == "noxkit" for node in ast.walk(tree) for name in _imported(node))


def with_noxkit(text: str, tree: ast.Module, *, requirement: str, taken: Sequence[str]) -> str:
    """The noxfile `text`, whose tree is `tree`, with what registers noxkit's sessions.

    All of them by `pipeline()`; where names of them are `taken` by its own sessions, the others one by one.
    """
    lines = text.splitlines(keepends=True)
    free = [name for name in factories() if name not in taken]
    is_whole = len(free) == len(factories())
    module = "noxkit" if is_whole else "noxkit.sessions"
    calls = ["noxkit.pipeline()\n"] if is_whole else [f"{module}.{name}()\n" for name in free]
    at = _main(tree) or len(lines)
    if at == len(lines) and lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    head = lines[:at]
    while head and not head[-1].strip():
        head.pop()
    after = ["\n", "\n", *lines[at:]] if lines[at:] else []
    lines = [*head, "\n", "\n", *calls, *after]
    place = _import_place(tree)
    lines.insert(place, f"import {module}\n")
    return _with_dependency("".join(lines), tree, requirement)


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def _main(tree: ast.Module) -> int | None:
    """The line, from 0, of `if __name__ == "__main__":`; None where there is none at the end."""
    last = tree.body[-1] if tree.body else None
    is_main = isinstance(last, ast.If) and any(getattr(node, "id", "") == "__name__" for node in ast.walk(last.test))
    return last.lineno - 1 if last is not None and is_main else None


def _import_place(tree: ast.Module) -> int:
    """The line, from 0, before which an import of noxkit stands where import sorters want it: behind `import nox`."""
    body = tree.body
    for node in body:
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] == "nox" for alias in node.names):
            return node.end_lineno or node.lineno
    for node in body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "nox":
            return node.lineno - 1
    behind = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    if not behind and body and ast.get_docstring(tree) is not None:
        behind = body[:1]
    return (behind[-1].end_lineno or 0) if behind else 0


def _with_dependency(text: str, tree: ast.Module, requirement: str) -> str:
    """With noxkit among the dependencies of the script block; one is written where nox is all that is imported."""
    quoted = json.dumps(requirement, ensure_ascii=False)
    block = _BLOCK.search(text)
    if block is not None:
        added = _DEPENDENCIES.sub(
            lambda found: f"{found[1]}\n#   {quoted},{found[2]}" if found[2] is not None else f"{found[1]}{quoted}, ",
            block[0],
            count=1,
        )
        return f"{text[: block.start()]}{added}{text[block.end() :]}"
    known = {*sys.stdlib_module_names, "nox", "__future__"}
    if not all(name.partition(".")[0] in known for node in ast.walk(tree) for name in _imported(node)):
        return text
    shebang, newline, rest = text.partition("\n") if text.startswith("#!") else ("", "", text)
    return f"{shebang}{newline}{_SCRIPT.format(f'{json.dumps(NOX)}, {quoted}')}{rest}"


def script_dependencies(text: str) -> list[str]:
    """What the script block of a noxfile names beside noxkit; none where there is none, or it is not TOML."""
    block = _BLOCK.search(text)
    if block is None:
        return []
    lines = (line.removeprefix("#").removeprefix(" ") for line in block[0].splitlines()[1:-1])
    document = parse_toml("\n".join(lines).encode(), path="noxfile.py")
    if isinstance(document, ErrorRecord):
        return []
    return [line for line in strings(document.get("dependencies")) if requirement_name(line) != "noxkit"]
