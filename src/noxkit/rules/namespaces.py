# SPDX-License-Identifier: Apache-2.0
"""Rules on the namespace packages that members share."""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING

from noxkit.diagnostics.fixes import DeleteFile
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._members import prefixes, shared_namespaces
from noxkit.workspace._globs import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._facts import PackageFacts, WorkspaceFacts

__all__ = ["namespace_init"]


@rule(code="NK-NAMESPACE-INIT", scope=Scope.WORKSPACE, since="1.0", standard=True, fix=FixSafety.SAFE)
def namespace_init(whole: WorkspaceFacts) -> Iterator[Found]:
    """A folder that several packages share as a namespace has an `__init__.py` in one of them.

    # Why
    PEP 420: Python takes the first folder with an `__init__.py` for the whole of the package, and the
    other members of the namespace cannot be imported any more. A namespace is what the kind names as
    such, or a folder of several members below which one has its import package.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```python packages/core/src/acme/core/__init__.py
    VALUE = 1
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    ```
    ```python packages/cli/src/acme/__init__.py
    ```
    ```python packages/cli/src/acme/cli/__init__.py
    VALUE = 2
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```python packages/core/src/acme/core/__init__.py
    VALUE = 1
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    ```
    ```python packages/cli/src/acme/cli/__init__.py
    VALUE = 2
    ```

    # Fix
    The file is removed: by `fix` where it is empty, with `--unsafe` where it holds anything, which is then lost.

    # Options
    `namespace` in `[[tool.noxkit.kinds]]`.

    # When to ignore
    For a namespace in the older style of `pkgutil.extend_path` that a kind names; elsewhere it is left alone.
    """
    detected = shared_namespaces(whole.packages)
    holders = _holders(whole, detected)
    for facts in whole.packages:
        configured = facts.kind.namespace if facts.kind else ()
        for name in sorted({*configured, *detected}):
            init = _init_of(facts, name)
            if init is None:
                continue
            content = whole.read(init) or b""
            if name not in configured and (len(holders.get(name, ())) < 2 or _extends_path(content)):
                continue
            others = sorted(holders.get(name, set()) - {facts.package.name})
            shared = f", which `{others[0]}` has a part in" if others else ""
            empty = not content.strip()
            hint = "remove it: a namespace has no `__init__.py`" + ("" if empty else "; move what it holds elsewhere")
            delete = [DeleteFile(path=init)]
            message = f"`{name}` is a namespace{shared}, and has an `__init__.py` in `{facts.package.name}`"
            item = found(message, hint=hint, at=Place(init, 1), safe=delete if empty else (), unsafe=delete)
            yield dataclasses.replace(item, package=facts.package.name)


def _holders(whole: WorkspaceFacts, names: Iterable[str]) -> dict[str, set[str]]:
    """The packages that have a folder for each of `names`."""
    wanted = set(names)
    holders: dict[str, set[str]] = {name: set() for name in wanted}
    for facts in whole.packages:
        own = {prefix for name in facts.package.import_names for prefix in (name, *prefixes(name))}
        for name in own & wanted:
            holders[name].add(facts.package.name)
    return holders


def _init_of(facts: PackageFacts, name: str) -> str | None:
    for root in facts.package.import_roots:
        path = normal_path(f"{root}/{name.replace('.', '/')}/__init__.py")
        if path in facts.whole.files:
            return path
    return None


def _extends_path(content: bytes) -> bool:
    """Whether a package takes in others of its name, as pkgutil's and setuptools' namespaces do."""
    if b"extend_path" not in content and b"declare_namespace" not in content:
        return False
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return False
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return bool(names & {"extend_path", "declare_namespace"})
