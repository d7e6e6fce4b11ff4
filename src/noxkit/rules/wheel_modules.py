# SPDX-License-Identifier: Apache-2.0
"""Whether the modules of a wheel lie where Python looks for them: namespaces, packages, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._backends import how_to_exclude
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._installed import installed, is_importable, module_stem
from noxkit.rules._module_facts import is_aside, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._installed import Installed

__all__ = ["module_unimportable_path", "namespace_file_collision", "namespace_init", "namespace_leaf_init_missing"]


def _namespaces(facts: WheelFacts) -> dict[str, str]:
    """The folders of the shared namespaces by their dotted names, as the policy has them."""
    return {name: name.replace(".", "/") for name in facts.policy.namespace}


@also(code="NK-NAMESPACE-INIT", scope=Scope.WHEEL)
def namespace_init(facts: WheelFacts) -> Iterator[Found]:
    """A namespace that several projects share has an `__init__.py` in a wheel.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme-demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    namespace = ["acme", "acme.plugins"]
    ```
    ```toml acme_demo-1.0-py3-none-any.whl
    [files]
    "acme_demo/__init__.py" = false
    "acme/__init__.py" = ""
    "acme/demo/__init__.py" = ""
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme-demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    namespace = ["acme", "acme.plugins"]
    ```
    ```toml acme_demo-1.0-py3-none-any.whl
    [files]
    "acme_demo/__init__.py" = false
    "acme/plugins/demo/__init__.py" = ""
    "acme/demo/__init__.py" = ""
    ```
    """
    tree = installed(facts)
    kind = facts.package.kind if facts.package is not None else None
    for name, folder in _namespaces(facts).items():
        init = tree.init_of(folder)
        if init is None or (kind is not None and name not in kind.namespace and _extends_path(tree, init)):
            continue
        yield found(
            f"`{name}` is a namespace that others share, and the wheel installs `{init}`",
            hint="remove it: a namespace has no `__init__.py`; what it holds belongs into a package below",
            at=tree.place(facts, init),
            display=True,
        )


def _extends_path(tree: Installed, init: str) -> bool:
    names = names_of(tree.files[init])
    return names is not None and "__path__" in names


@rule(
    code="NK-NAMESPACE-LEAF-INIT-MISSING",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def namespace_leaf_init_missing(facts: WheelFacts) -> Iterator[Found]:
    """A folder with modules and no package below it has no `__init__.py`.

    # Why
    It is a namespace then: any project can add to it, tools that look for packages pass over it, and so does the
    next build that does. Below a namespace of the project's policy it is an error.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/plugins/one.py" = "x = 1\\n"
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "demo/core.py" = "x = 1\\n"
    ```

    # Passes
    Namespaces above packages, and modules that are data:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "acme/shared/demo/__init__.py" = ""
    "demo/templates/project/app.py" = "x = 1\\n"
    "demo/tests/data/sample.py" = "x = 1\\n"
    "demo/data/1-first.py" = "x = 1\\n"
    "demo/_vendor/thing/impl.py" = "x = 1\\n"
    "demo/stubs/other.pyi" = "x: int\\n"
    ```

    # Fix
    Add an `__init__.py`.

    # Options
    `namespace` in `[[tool.noxkit.kinds]]` makes it an error below these.

    # When to ignore
    For modules that are run or copied as files.
    """
    tree = installed(facts)
    shared = tuple(f"{folder}/" for folder in _namespaces(facts).values())
    for folder in sorted({path.rpartition("/")[0] for path in tree.modules if path.endswith(".py")}):
        inside = [f"{folder}/{name}" for name in tree.folders.get(folder, ())]
        if not folder or tree.init_of(folder) is not None or any(path in tree.with_modules for path in inside):
            continue
        modules = sorted(path for path in inside if path.endswith(".py"))
        if all(is_importable(path) and not _is_data(path) for path in modules):
            yield found(
                f"`{folder}` holds {len(modules)} modules, and no `__init__.py`",
                hint=f"add an empty `{folder}/__init__.py`",
                at=tree.place(facts, modules[0]),
                severity=Severity.ERROR if f"{folder}/".startswith(shared) and shared else None,
                display=True,
            )


_DATA = re.compile(
    r"(?i)(?:^|/)(?:data|resources?|assets?|static|scripts?|share|examples?|stubs|bin|include|files|macros|node_modules)/"
)


def _is_data(path: str) -> bool:
    """Whether a module lies among data, tests, templates or what was taken over: there it may be a file of any kind."""
    return bool(_DATA.search(path)) or is_aside(path)


@rule(code="NK-NAMESPACE-FILE-COLLISION", scope=Scope.WHEEL, since="1.0", standard=True)
def namespace_file_collision(facts: WheelFacts) -> Iterator[Found]:
    """A file lies right in the folder of a namespace that several projects share.

    # Why
    Of two projects that have a file of that name there, the second overwrites the first, and removing one removes
    the other's. Only folders of projects belong there.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme-demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    namespace = ["acme"]
    ```
    ```toml acme_demo-1.0-py3-none-any.whl
    [files]
    "acme_demo/__init__.py" = false
    "acme/py.typed" = ""
    "acme/utils.py" = ""
    "acme/demo/__init__.py" = ""
    ```
    Or in one that the wheel itself states:
    ```toml acme_demo-1.0-py3-none-any.whl
    [files]
    "acme_demo/__init__.py" = false
    "{info}/namespace_packages.txt" = "acme\\n"
    "acme/LICENSE" = "MIT"
    "acme/demo/__init__.py" = ""
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme-demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    namespace = ["acme"]
    ```
    ```toml acme_demo-1.0-py3-none-any.whl
    [files]
    "acme_demo/__init__.py" = false
    "acme/demo/py.typed" = ""
    "acme/demo/__init__.py" = ""
    ```

    # Fix
    Move it into the package.

    # Options
    `namespace` in `[[tool.noxkit.kinds]]`.

    # When to ignore
    For a module that is its project's own, and of whose name nobody else has one.
    """
    tree = installed(facts)
    folders = {*_namespaces(facts).values(), *(name.replace(".", "/") for name in _stated(facts))}
    for folder in sorted(folders):
        for name in sorted(tree.folders.get(folder, ())):
            path = f"{folder}/{name}"
            if path in tree.files and module_stem(name) != "__init__":
                yield found(
                    f"`{path}` lies right in the namespace `{folder.replace('/', '.')}`, which others share",
                    hint=f"move it into the package below; if it is not meant: {how_to_exclude(tree.generator)}",
                    at=tree.place(facts, path),
                )


def _stated(facts: WheelFacts) -> list[str]:
    """The namespaces that the wheel itself states: by `Import-Namespace`, or to setuptools."""
    metadata, member = facts.wheel.metadata, facts.wheel.info_member("namespace_packages.txt")
    stated = metadata.values("Import-Namespace") if metadata is not None else ()
    lines = (member.text or "").split() if member is not None else []
    return [name for line in (*stated, *lines) if (name := line.partition(";")[0].strip())]


# Where modules are found by their number, their language, or a convention of the tool that loads them.
_LOADED = re.compile(
    r"(?:^|/)(?:migrations?|versions|alembic|revisions?|patches|locales?|langs?)/|/hook-[^/]*$|/__[^/]*-[^/]*__\.py$"
)


@rule(code="NK-MODULE-UNIMPORTABLE-PATH", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def module_unimportable_path(facts: WheelFacts) -> Iterator[Found]:
    """A module's path cannot stand in an import statement.

    # Why
    `import demo.my-module` is a syntax error: the module is there for nobody.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/my-module.py" = "x = 1\\n"
    ```
    Or a keyword:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/async/__init__.py" = ""
    ```

    # Passes
    Migrations, templates, stub packages, and scripts among data:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/migrations/0001_initial.py" = ""
    "demo/templates/my-module.py" = ""
    "demo/{{ name }}/app.py" = ""
    "demo/_vendor/some-thing/x.py" = ""
    "demo/tests/data/bad-name.py" = ""
    "demo-stubs/__init__.pyi" = ""
    "30fcd23745efe32ce681__mypyc.cpython-312-x86_64-linux-gnu.so" = ""
    ```

    # Fix
    Rename it, or leave it out.

    # Options
    None.

    # When to ignore
    For modules that are run as files, or loaded by their path.
    """
    tree = installed(facts)
    folders: dict[str, list[str]] = {}
    for path in tree.modules:
        if path.endswith(".py") and not is_importable(path) and not _is_passed_over(tree, path):
            folders.setdefault(path.rpartition("/")[0], []).append(path)
    for paths in folders.values():
        more = f", nor can {len(paths) - 1} more beside it" if len(paths) > 1 else ""
        yield found(
            f"`{paths[0]}` cannot be imported by its name{more}",
            hint=f"rename it, or leave it out: {how_to_exclude(tree.generator)}",
            at=tree.place(facts, paths[0]),
        )


def _is_passed_over(tree: Installed, path: str) -> bool:
    return _is_data(path) or _LOADED.search(path) is not None or not tree.inits_above(path)
