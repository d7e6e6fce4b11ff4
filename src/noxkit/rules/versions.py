# SPDX-License-Identifier: Apache-2.0
"""The version that a package says it has when it is asked."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import WheelFacts

__all__ = ["version_attr_mismatch"]

_NAME = "__version__"


@rule(code="NK-VERSION-ATTR-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def version_attr_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """`__version__` of a package is another version than the wheel's.

    # Why
    Users report what `demo.__version__` says, and code branches on it.

    # Fails
    ```toml demo-1.1-py3-none-any.whl
    [files]
    "demo/__init__.py" = "__version__ = '1.0'\\n"
    ```
    Or where it comes from another module of the package:
    ```toml demo-1.1-py3-none-any.whl
    [files]
    "demo/__init__.py" = "from demo._version import __version__\\n"
    "demo/_version.py" = "__version__: str = '1.0'\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "__version__ = '1.0.0'\\n"
    "demo/vendored/__init__.py" = "__version__ = '7.2'\\n"
    ```
    Or what is computed, or set in two ways:
    ```toml demo-1.1-py3-none-any.whl
    [files]
    "demo/__init__.py" = "from importlib.metadata import version\\n\\ntry:\\n    __version__ = version('demo')\\nexcept LookupError:\\n    __version__ = '0.0'\\n"
    ```
    ```toml other-1.1-py3-none-any.whl
    [files]
    "other/__init__.py" = "from other._version import version as __version__\\n"
    "other/_version.py" = "version = __version__ = get()\\n"
    ```

    # Fix
    Let one be made of the other: `dynamic = ["version"]` with `path` in [tool.hatch.version], `attr` in
    [tool.setuptools.dynamic], or `importlib.metadata.version("demo")` in the module.

    # Options
    None.

    # When to ignore
    Where `__version__` is that of something else, such as of a specification.
    """  # noqa: E501 -- text of a file on one line
    name = facts.wheel.name
    if name is None:
        return
    for path in _roots(facts):
        hit = _version_in(facts, path, _NAME, depth=3)
        stated = _read(hit[1]) if hit is not None else None
        if hit is not None and stated is not None and stated != name.version:
            member, line = dict(facts.wheel.installed)[hit[0]], hit[2]
            yield found(
                f"`{_NAME}` is `{shown(hit[1])}`, and the wheel is of version {name.version}",
                hint='make one of the other: `dynamic = ["version"]` with the backend\'s setting for this file, '
                "or `importlib.metadata.version` in the module",
                at=facts.at(member.name, line),
            )


def _read(text: str) -> Version | None:
    try:
        return Version(text) if len(text) < 1000 else None
    except InvalidVersion:
        return None


def _roots(facts: WheelFacts) -> list[str]:
    """The module or package that has the project's name, else the only one."""
    tops = [path for path in facts.trees.paths if path.endswith(".py") and _module(path) is not None]
    project = facts.wheel.name.name if facts.wheel.name is not None else ""
    named = [path for path in tops if canonicalize_name(_module(path) or "") == project]
    return named or (tops if len(tops) == 1 else [])


def _module(path: str) -> str | None:
    """The name of a top-level module or regular package."""
    folder, _, name = path.rpartition("/")
    if not folder:
        return name.removesuffix(".py")
    return folder if name == "__init__.py" and "/" not in folder else None


def _version_in(facts: WheelFacts, path: str, name: str, *, depth: int) -> tuple[str, str, int] | None:
    """The file, the text and the line where a module gives `name` a text, once and unconditionally."""
    tree = facts.trees.get(path)
    if tree is None or not depth:
        return None
    bound = [node for node in tree.body if _is_binding(node, name)]
    if len(bound) != 1 or sum(_bindings(node, name) for node in ast.walk(tree)) != 1:
        return None
    node = bound[0]
    if isinstance(node, ast.ImportFrom):
        return _imported(facts, path, node, name=name, depth=depth)
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return path, value.value, value.lineno
    return None


def _is_binding(node: ast.stmt, name: str) -> bool:
    """Whether a statement gives a name its value, and nothing else."""
    if isinstance(node, ast.ImportFrom):
        return any((alias.asname or alias.name) == name for alias in node.names)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name


def _bindings(node: ast.AST, name: str) -> int:
    if isinstance(node, ast.ImportFrom | ast.Import):
        return sum((alias.asname or alias.name) == name for alias in node.names)
    return int(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))


def _imported(
    facts: WheelFacts, path: str, node: ast.ImportFrom, *, name: str, depth: int
) -> tuple[str, str, int] | None:
    """The same where the name comes from a module of the same package."""
    package = path.rpartition("/")[0]
    module = (node.module or "").replace(".", "/")
    if node.level == 1 and package:
        module = f"{package}/{module}"
    elif node.level or not package or not module.startswith(f"{package}/"):
        return None
    original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
    return _version_in(facts, f"{module}.py", original, depth=depth - 1)
