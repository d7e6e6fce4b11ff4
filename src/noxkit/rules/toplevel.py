# SPDX-License-Identifier: Apache-2.0
"""What a wheel puts right into site-packages: names that all packages share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._backends import how_to_exclude, how_to_place
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._installed import admitted, installed, module_stem
from noxkit.rules._stdlib_names import stdlib_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._installed import Installed

__all__ = [
    "toplevel_common_name",
    "toplevel_init",
    "toplevel_multiple",
    "toplevel_no_modules",
    "toplevel_nonmodule",
    "toplevel_shadows_stdlib",
    "toplevel_src_prefix",
    "toplevel_unrelated_name",
]

_COMMON = frozenset(
    """
    tests test docs doc examples example scripts src lib build dist benchmarks bench demo tools conf config utils bin
    conftest.py setup.py noxfile.py tasks.py
    """.split()  # noqa: SIM905 -- two lines say what a column of thirty would
)
# The folders into which repairing tools put the libraries that a wheel brings (auditwheel, delvewheel, delocate).
_REPAIRED = (".libs", ".dylibs")


@rule(code="NK-TOPLEVEL-NO-MODULES", scope=Scope.WHEEL, since="1.0", standard=True)
def toplevel_no_modules(facts: WheelFacts) -> Iterator[Found]:
    """A top-level folder of a wheel has no module in it.

    # Why
    site-packages belongs to all packages: a folder `data` there is found by nobody, and collides with another's.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "assets/logo.svg" = "<svg/>"
    ```

    # Passes
    Modules far down, stubs, native libraries, and files for other places than site-packages:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "acme/plugins/demo/impl.py" = "x = 1\\n"
    "demo-stubs/__init__.pyi" = "x: int\\n"
    "demo-1.0.data/data/share/demo/logo.svg" = "<svg/>"
    "demo/assets/logo.svg" = "<svg/>"
    [magic]
    "demo.libs/libz-1b2c.so.1" = "elf-x86_64"
    ```

    # Fix
    Move the data into the package, where `importlib.resources` finds them, or leave them out of the wheel.

    # Options
    None.

    # When to ignore
    For a folder that another program looks for right there.
    """
    tree = installed(facts)
    for top in tree.tops:
        is_file = top in tree.files
        if is_file or top in tree.with_modules or top in tree.with_libraries or top.endswith(_REPAIRED):
            continue
        yield found(
            f"the top-level folder `{top}` holds no module",
            hint=f"move it into the package, or leave it out: {how_to_exclude(tree.generator)}",
            at=tree.place(facts, top),
        )


@rule(code="NK-TOPLEVEL-SRC-PREFIX", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def toplevel_src_prefix(facts: WheelFacts) -> Iterator[Found]:
    """A wheel installs its package below `src`, so that it can only be imported as `src.name`.

    # Why
    The build has taken the repository's layout for the package's: `import demo` fails, and `src` collides with
    every other wheel with the same fault.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "src/demo/__init__.py" = ""
    ```
    Or in the scheme that lands in the same place:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/purelib/src/demo/__init__.py" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/src/__init__.py" = ""
    "demo-1.0.data/data/src/demo.c" = "int main;"
    ```
    Or a project of that name:
    ```toml src-1.0-py3-none-any.whl
    [files]
    "src/__init__.py" = ""
    ```

    # Fix
    Tell the backend that `src` is no part of the package's name, and build again.

    # Options
    None.

    # When to ignore
    Never.
    """
    tree = installed(facts)
    if "src" not in tree.tops or tree.is_project("src") or "src" in tree.files:
        return
    inside = sorted(name for name in tree.folders["src"] if f"src/{name}" in tree.with_modules)
    said = f"`{inside[0]}` is installed as `src.{inside[0]}`" if inside else "a folder `src` is installed"
    setting = how_to_place(tree.generator).replace("NAME", inside[0] if inside else "NAME")
    yield found(
        f"{said}: the prefix of the source tree has come into the wheel",
        hint=f"say where the package is: {setting}",
        at=tree.place(facts, "src"),
        display=True,
    )


@rule(code="NK-TOPLEVEL-COMMON-NAME", scope=Scope.WHEEL, since="1.0", standard=True)
def toplevel_common_name(facts: WheelFacts) -> Iterator[Found]:
    """A wheel installs `tests`, `docs`, `utils` or the like at the top level of site-packages.

    # Why
    Such a name belongs to nobody: of two wheels that have it, the second overwrites the first, and the repository
    of whoever installs it imports these in place of its own.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "tests/__init__.py" = ""
    "tests/test_demo.py" = "def test(): ...\\n"
    ```
    Or as a module:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "conftest.py" = ""
    "utils.py" = ""
    ```

    # Passes
    The same names inside the package, and a project that is called so:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/tests/__init__.py" = ""
    "demo/conftest.py" = ""
    "demo/utils.py" = ""
    "demo_tests/__init__.py" = ""
    ```
    Or
    ```toml build-1.0-py3-none-any.whl
    ```

    # Fix
    Leave the folder out of the wheel, or move it into the package.

    # Options
    None.

    # When to ignore
    Never for a public index.
    """
    tree = installed(facts)
    for top in tree.tops:
        stem = (module_stem(top) or top) if top in tree.files else top
        if not ({top.lower(), stem.lower()} & _COMMON) or tree.is_project(stem):
            continue
        yield found(
            f"`{top}` is installed at the top level of site-packages, where other projects have theirs as well",
            hint=f"leave it out: {how_to_exclude(tree.generator)}"
            if len(tree.tops) > 1
            else "it is all that the wheel has: give it a name of its own, such as the project's",
            at=tree.place(facts, top),
        )


@rule(code="NK-TOPLEVEL-INIT", scope=Scope.WHEEL, since="1.0", standard=True)
def toplevel_init(facts: WheelFacts) -> Iterator[Found]:
    """A wheel installs an `__init__.py` right into site-packages.

    # Why
    The package's own folder is missing around it: nothing can import it, and with it site-packages looks like a
    package to tools that walk up a tree.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "__init__.py" = ""
    "demo.py" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = ""
    "__demo_init__.py" = ""
    ```

    # Fix
    Tell the backend the folder that holds the package, not the package itself.

    # Options
    None.

    # When to ignore
    Never.
    """
    tree = installed(facts)
    for top in tree.tops:
        if top in tree.files and module_stem(top) == "__init__":
            yield found(
                f"`{top}` lies right in site-packages",
                hint=f"put it into the folder of its package: {how_to_place(tree.generator)}",
                at=tree.place(facts, top),
            )


@rule(code="NK-TOPLEVEL-NONMODULE", scope=Scope.WHEEL, since="1.0", standard=True)
def toplevel_nonmodule(facts: WheelFacts) -> Iterator[Found]:
    """A file that is no module lies at the top level of a wheel.

    # Why
    Every project has a `LICENSE` and a `README.md`: the last one installed overwrites all others, and uninstalling
    one project removes another's.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "README.md" = "# demo"
    ```
    Or a stub without its module:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "other.pyi" = "x: int\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "demo.py" = ""
    "demo.pyi" = "x: int\\n"
    "demo.pth" = "demo_parts\\n"
    "py.typed" = ""
    [magic]
    "_demo.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Fix
    Leave it out of the wheel; a licence belongs into `license-files`, data into the package.

    # Options
    None.

    # When to ignore
    For a file that a program expects right in site-packages.
    """
    tree = installed(facts)
    for top in tree.tops:
        if top in tree.files and _is_alien(tree, top):
            yield found(
                f"`{top}` lies right in site-packages and is no module",
                hint=_nonmodule_hint(tree, top),
                at=tree.place(facts, top),
            )


def _is_alien(tree: Installed, name: str) -> bool:
    stem, member = module_stem(name), tree.files[name]
    if name.endswith(".pyi"):
        folder_or_module = (other for other in tree.tops if other != name)
        return all((module_stem(other) or other) != stem for other in folder_or_module)
    # A .pth file and a lost py.typed have rules of their own; a library lies beside the module that loads it.
    return stem is None and not name.endswith(".pth") and name != "py.typed" and member.native is None


def _nonmodule_hint(tree: Installed, name: str) -> str:
    if re.match(r"(?i)(?:un)?licen[cs]e|copying|notice", name):
        return f"name it in `license-files` of [project] and not among the modules: {how_to_exclude(tree.generator)}"
    return f"move it into the package, or leave it out: {how_to_exclude(tree.generator)}"


_MOST = 50  # names that are compared with each other: nobody means to install more


def _public(tree: Installed) -> list[str]:
    return [name for name in tree.import_names if not name.startswith("_")]


def _words(name: str) -> str:
    return canonicalize_name(name).replace("-", "")


def _are_related(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    return first.startswith(second) or second.startswith(first)


@rule(code="NK-TOPLEVEL-MULTIPLE", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def toplevel_multiple(facts: WheelFacts) -> Iterator[Found]:
    """A wheel installs several public top-level names.

    # Why
    Often one of them got in by accident: a folder of scripts, a second package of the repository.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "extras/__init__.py" = ""
    ```

    # Passes
    Private names, stubs and data of the one package:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "_demo_native.py" = ""
    "demo-stubs/__init__.pyi" = ""
    "demo.pth" = "demo_parts\\n"
    ```

    # Fix
    Leave out what is not meant, or publish it as a project of its own.

    # Options
    None.

    # When to ignore
    Where both are meant, as `setuptools` and `pkg_resources` are.
    """
    tree = installed(facts)
    names = _public(tree)
    if len(names) > 1:
        yield found(
            f"it installs {len(names)} top-level names: {_listed(names)}",
            hint=f"where one of them is not meant: {how_to_exclude(tree.generator)}",
            at=facts.at(),
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


@rule(code="NK-TOPLEVEL-UNRELATED-NAME", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def toplevel_unrelated_name(facts: WheelFacts) -> Iterator[Found]:
    """No top-level name of a wheel has to do with another one, or with the name of the project.

    # Why
    Who installs `demo` expects `import demo`. Names that nothing connects are the mark of a wheel that was built
    from the wrong folder; one single other name is only worth knowing.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "alpha/__init__.py" = ""
    "beta/__init__.py" = ""
    ```

    # Passes
    ```toml demo_tools-1.0-py3-none-any.whl
    [files]
    "demo_tools/__init__.py" = false
    "demo/__init__.py" = ""
    "pytest_demo.py" = ""
    ```
    Or a well-known other name that is in that of the project:
    ```toml pydemo-1.0-py3-none-any.whl
    [files]
    "pydemo/__init__.py" = false
    "demo/__init__.py" = ""
    ```

    # Fix
    Leave out what is not meant, or name the package after the project.

    # Options
    None.

    # When to ignore
    Where the import name has always been another one, as `bs4` of `beautifulsoup4`.
    """
    tree = installed(facts)
    names = _public(tree)
    others = [tree.project, *names[:_MOST]]
    pairs = [(one, other) for index, one in enumerate(others) for other in others[index + 1 :]]
    if not names or not tree.project or any(_are_related(one, other) for one, other in pairs):
        return
    if len(names) == 1 and (_words(names[0]) in _words(tree.project) or _words(tree.project) in _words(names[0])):
        return
    several = len(names) > 1
    said = "have nothing to do with each other, nor" if several else "has nothing to do"
    yield found(
        f"{_listed(names)} {said} with the project's name `{tree.project}`",
        hint=f"if it was built from the wrong folder: {how_to_place(tree.generator)}",
        at=facts.at(),
        severity=Severity.WARNING if several else Severity.INFO,
    )


@rule(code="NK-TOPLEVEL-SHADOWS-STDLIB", scope=Scope.WHEEL, since="1.0", standard=True)
def toplevel_shadows_stdlib(facts: WheelFacts) -> Iterator[Found]:
    """A top-level name of a wheel is that of a module of the standard library.

    # Why
    Python looks into the standard library first: the package cannot be imported, or where a path puts
    site-packages first, everybody else gets it in place of the real one.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "queue.py" = ""
    ```
    Or what newer Pythons have:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "tomllib/__init__.py" = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/queue.py" = ""
    "queues.py" = ""
    ```
    Or one that no Python has that it is for:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.13"
    [files]
    "telnetlib.py" = ""
    ```

    # Fix
    Rename it, or move it into the package.

    # Options
    None.

    # When to ignore
    For a backport that is only installed where the module is missing.
    """
    tree = installed(facts)
    pythons = admitted(facts)
    for name in tree.import_names:
        holders = [python for python in pythons if name in stdlib_of([python])]
        if not name.startswith("_") and holders:
            path = next(top for top in tree.tops if (module_stem(top) or top.removesuffix("-stubs")) == name)
            yield found(
                f"`{name}` is a module of the standard library of Python {', '.join(holders)}",
                hint=f"rename it, or move it into the package; if it is not meant: {how_to_exclude(tree.generator)}",
                at=tree.place(facts, path),
            )
