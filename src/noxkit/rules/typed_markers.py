# SPDX-License-Identifier: Apache-2.0
"""What a wheel says to type checkers: `py.typed`, the classifier, and stubs beside modules."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._installed import Installed, installed
from noxkit.rules._module_facts import is_aside, names_of, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "classifier_typed_without_marker",
    "marker_missing",
    "py_typed_misplaced",
    "pyi_without_marker",
    "stub_conflict",
]

_MARKER = "py.typed"


def _markers(tree: Installed) -> list[str]:
    return [path for path in tree.files if path.rpartition("/")[2] == _MARKER]


def _roots(tree: Installed, namespaces: frozenset[str]) -> Iterator[str]:
    """The outermost regular packages: namespaces are passed through."""
    waiting = [top for top in tree.tops if top in tree.with_modules]
    while waiting:
        folder = waiting.pop()
        if tree.init_of(folder) is not None and folder not in namespaces:
            yield folder
        else:
            below = (f"{folder}/{name}" for name in tree.folders[folder])
            waiting += [path for path in below if path in tree.with_modules]


@also(code="NK-PY-TYPED-MISSING", scope=Scope.WHEEL)
def marker_missing(facts: WheelFacts) -> Iterator[Found]:
    """A package of a wheel has no `py.typed`, and the project wants it typed.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    typed = true
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    typed = true
    ```
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/py.typed" = ""
    "demo/plugins/__init__.py" = ""
    ```
    Or where nothing asks for it:
    ```toml demo-1.0-py3-none-any.whl
    ```
    """
    if facts.policy.typed is not True:
        return
    tree = installed(facts)
    namespaces = frozenset(name.replace(".", "/") for name in facts.policy.namespace)
    for folder in sorted(_roots(tree, namespaces)):
        if f"{folder}/{_MARKER}" not in tree.files and not folder.endswith("-stubs"):
            yield found(
                f"`{folder}` has no `py.typed`: type checkers pass over its annotations",
                hint=f"add an empty `{folder}/py.typed` to the sources, and see that the backend packs it",
                at=tree.place(facts, folder),
                display=True,
            )


@rule(code="NK-CLASSIFIER-TYPED-WITHOUT-MARKER", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def classifier_typed_without_marker(facts: WheelFacts) -> Iterator[Found]:
    """A wheel states `Typing :: Typed`, and no package of it has a `py.typed`.

    # Why
    PEP 561: without the marker type checkers pass over the annotations, and `import` of it is an error to mypy.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Typing :: Typed"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Typing :: Typed"]
    [files]
    "demo/py.typed" = ""
    ```
    Or where no marker can be: a stub package, and a module alone:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Typing :: Typed"]
    [files]
    "demo/__init__.py" = false
    "demo.py" = "x: int = 1\\n"
    "other-stubs/__init__.pyi" = ""
    ```

    # Fix
    Add an empty `py.typed` to the package, and see that the backend packs it.

    # Options
    None.

    # When to ignore
    Never: remove the classifier instead.
    """
    metadata, tree = facts.wheel.metadata, installed(facts)
    stated = metadata is not None and any(value.strip() == "Typing :: Typed" for value in metadata.values("Classifier"))
    packages = [folder for folder in _roots(tree, frozenset()) if not folder.endswith("-stubs")]
    if stated and packages and not _markers(tree):
        yield found(
            "it states `Typing :: Typed`, and has no `py.typed`",
            hint=f"add an empty `{packages[0]}/py.typed` to the sources, and see that the backend packs it",
            at=tree.place(facts, packages[0]),
            display=True,
        )


@rule(code="NK-PY-TYPED-MISPLACED", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def py_typed_misplaced(facts: WheelFacts) -> Iterator[Found]:
    """A `py.typed` lies right in site-packages, or in a folder without modules.

    # Why
    PEP 561 asks for it in the package: elsewhere it marks nothing, and right in site-packages it would be everybody's.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "py.typed" = ""
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data/py.typed" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/py.typed" = ""
    "acme/plugins/demo/py.typed" = ""
    "acme/plugins/demo/__init__.py" = ""
    "other-stubs/py.typed" = "partial\\n"
    "other-stubs/__init__.pyi" = ""
    ```

    # Fix
    Move it into the package.

    # Options
    None.

    # When to ignore
    Never.
    """
    tree = installed(facts)
    for path in _markers(tree):
        folder = path.rpartition("/")[0]
        if folder in tree.with_modules and folder:
            continue
        where = f"in `{folder}`, which holds no module" if folder else "right in site-packages"
        yield found(
            f"a `py.typed` lies {where}",
            hint="move it beside the `__init__.py` of the package",
            at=tree.place(facts, path),
            display=True,
        )


@rule(
    code="NK-PYI-WITHOUT-MARKER",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def pyi_without_marker(facts: WheelFacts) -> Iterator[Found]:
    """A wheel brings stubs beside its modules, and no `py.typed`.

    # Why
    PEP 561: type checkers do not look at the stubs of a package without the marker.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/core.py" = "x = 1\\n"
    "demo/core.pyi" = "x: int\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/py.typed" = ""
    "demo/core.pyi" = "x: int\\n"
    ```
    Or a stub package, stubs that tests read, and a module alone:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "other-stubs/__init__.pyi" = "x: int\\n"
    "demo/tests/data/core.pyi" = "x: int\\n"
    "single.py" = "x = 1\\n"
    "single.pyi" = "x: int\\n"
    ```

    # Fix
    Add an empty `py.typed` to the package.

    # Options
    None.

    # When to ignore
    For stubs that a tool reads, such as templates of them.
    """
    tree = installed(facts)
    marked = {path.partition("/")[0] for path in _markers(tree)}
    tops: dict[str, str] = {}
    for path in tree.files:
        top, _, below = path.partition("/")
        is_stub = path.endswith(".pyi") and below and not top.endswith("-stubs")
        is_data = is_aside(path) or not tree.inits_above(path)
        if is_stub and top not in marked and not is_data:
            tops.setdefault(top, path)
    for top, path in tops.items():
        yield found(
            f"`{path}` is a stub, and `{top}` has no `py.typed`: no type checker looks at it",
            hint=f"add an empty `{top}/py.typed` to the sources, and see that the backend packs it",
            at=tree.place(facts, path),
            display=True,
        )


@rule(code="NK-STUB-CONFLICT", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def stub_conflict(facts: WheelFacts) -> Iterator[Found]:
    """A stub names what the module beside it has not.

    # Why
    Type checkers believe the stub: they let pass an import that fails.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/core.py" = "def old(): ...\\n"
    "demo/core.pyi" = "def old() -> None: ...\\ndef new() -> None: ...\\n"
    ```

    # Passes
    Private names, names for types alone, and modules that make their names when they are imported:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/core.py" = "def old(): ...\\n"
    "demo/core.pyi" = "from typing import TypeVar\\nT = TypeVar('T')\\n_Alias = int\\ndef old() -> None: ...\\n"
    "demo/lazy.py" = "def __getattr__(name): ...\\n"
    "demo/lazy.pyi" = "x: int\\n"
    "demo/star.py" = "from demo._native import *\\n"
    "demo/star.pyi" = "y: int\\n"
    ```

    # Fix
    Make the stub anew.

    # Options
    None.

    # When to ignore
    For names that the module gets from native code.
    """
    tree = installed(facts)
    for path in tree.files:
        if not path.endswith(".pyi") or path.removesuffix("i") not in tree.files:
            continue
        module = tree.files[path.removesuffix("i")]
        sketch = facts.sketches.get(module.name)
        if sketch is not None and _at_most_promised(tree.files[path]) <= sketch.stored:
            continue
        stub, real = parsed(tree.files[path]), names_of(module)
        missing = sorted(_promised(stub) - real) if stub is not None and real is not None else []
        if missing:
            shown = ", ".join(f"`{name}`" for name in missing[:5])
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            yield found(
                f"{shown}{more}: in the stub, and not in `{path.removesuffix('i')}`",
                hint="make the stub anew from the module",
                at=tree.place(facts, path),
            )


_FOR_TYPES = ("TypeVar", "ParamSpec", "NewType", "NamedTuple", "TypedDict", "TypeAlias", "Protocol")


_TOP = re.compile(rb"(?m)^(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)|^([^\W\d]\w*)[ \t]*:[ \t]*[^:\s]|(;|\\\r?$)")


def _at_most_promised(stub: Member) -> set[str]:
    """Names of which those that a stub promises are some, by its text alone; where that does not show them, none's."""
    data = stub.data or b";"
    names = {(defined or annotated).decode("ascii", "replace") for defined, annotated, _ in _TOP.findall(data)}
    return {name for name in names if not name.startswith("_")} if data.isascii() else {""}


def _promised(stub: ast.Module) -> set[str]:
    """The public names that a stub defines, but for those that are there for types: aliases, protocols, variables."""
    names: set[str] = set()
    for node in stub.body:
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names |= set() if any(map(_is_for_types, bases)) else {node.name}
        elif isinstance(node, ast.AnnAssign) and not _is_for_types(node.annotation):
            names |= {node.target.id} if isinstance(node.target, ast.Name) else set()
    return {name for name in names if not name.startswith("_")}


def _is_for_types(node: ast.expr) -> bool:
    return any(word in ast.dump(node) for word in _FOR_TYPES)
