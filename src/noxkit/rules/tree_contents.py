# SPDX-License-Identifier: Apache-2.0
"""A wheel against the tree that it comes from: each module and each file, by name and by its bytes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Glob, Table
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._tree_compared import compared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._tree_compared import Compared

__all__ = ["Options", "tree_content_differs", "tree_extra_file", "tree_missing_file", "tree_missing_module"]

_SHOWN = 20
_NAMED = "name it in `generated` of [tool.noxkit.rules.tree_contents]"


class Options(Table, frozen=True, kw_only=True):
    """Options of `[tool.noxkit.rules.tree_contents]`."""

    generated: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Files of the tree or the wheel that are written when the package is built.",
            examples=[["src/acme/_pb2/**"]],
        ),
    ] = ()


def _compared(facts: WheelFacts) -> Compared | None:
    return compared(facts, facts.settings.of(Options).generated) if facts.package is not None else None


def _limited(findings: Iterable[Found], facts: WheelFacts, what: str) -> Iterator[Found]:
    """The first findings, and how many more there are."""
    rest = iter(findings)
    yield from itertools.islice(rest, _SHOWN)
    more = sum(1 for _ in rest)
    if more:
        yield found(f"{more} more {what}", hint="mend those that are shown first", at=facts.at())


@rule(code="NK-TREE-MISSING-MODULE", scope=Scope.WHEEL, since="1.0", standard=True)
def tree_missing_module(facts: WheelFacts) -> Iterator[Found]:
    """A module of the tree is not in the wheel.

    # Why
    The tests import it from the tree, and users get an ImportError. Mostly a subpackage is not listed, or has no
    `__init__.py`, or `.gitignore` hides it from the backend. Tests, and what the backend's settings leave out, are not
    missed. Compared is a wheel of the tree's own version, for hatchling, setuptools, uv_build, flit, pdm and poetry.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"

    [tool.setuptools]
    packages = ["demo"]
    package-dir = { "" = "src" }
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```python src/demo/web/__init__.py
    \"\"\"Not listed.\"\"\"
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"

    [tool.setuptools.packages.find]
    where = ["src"]
    exclude = ["demo.web*"]
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```python src/demo/web/__init__.py
    \"\"\"Left out on purpose.\"\"\"
    ```
    ```python src/demo/tests/test_demo.py
    \"\"\"Nobody misses tests.\"\"\"
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    List the subpackage, or let the backend find packages; add `__init__.py`; take it out of `.gitignore`. Or exclude it
    in the settings of the backend.

    # Options
    `generated` in `[tool.noxkit.rules.tree_contents]`.

    # When to ignore
    Where a hook of the build leaves modules out.
    """
    tree = _compared(facts)
    if tree is not None:
        yield from _limited(_missing(tree.missing_modules, "module"), facts, "modules of the tree are missing")


@rule(code="NK-TREE-MISSING-FILE", scope=Scope.WHEEL, since="1.0", standard=True)
def tree_missing_file(facts: WheelFacts) -> Iterator[Found]:
    """A data file beside modules of the tree is not in the wheel.

    # Why
    The tests read it from the tree, and users get a FileNotFoundError; without `py.typed`, their type checker ignores
    every annotation. With setuptools, which takes no data without being told, it is a data file that a module of the
    wheel names.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```text src/demo/py.typed
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

    [tool.hatch]
    build.targets.wheel.exclude = ["*.json"]
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```json src/demo/table.json
    {}
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Name it in `package-data` (setuptools), or take it out of what the backend or `.gitignore` excludes.

    # Options
    `generated` in `[tool.noxkit.rules.tree_contents]`.

    # When to ignore
    Where the file is only for the development.
    """
    tree = _compared(facts)
    if tree is not None:
        yield from _limited(_missing(tree.missing_data, "data file"), facts, "data files of the tree are missing")


def _missing(pairs: Iterable[tuple[str, str]], what: str) -> Iterator[Found]:
    hint = "let the backend take it (packages, package-data, .gitignore), exclude it there, or build the wheel again"
    for site, tree in pairs:
        yield found(f"the {what} `{tree}` is not in the wheel, where it would be `{site}`", hint=hint, at=Place(tree))


@rule(code="NK-TREE-EXTRA-FILE", scope=Scope.WHEEL, since="1.0", standard=True)
def tree_extra_file(facts: WheelFacts) -> Iterator[Found]:
    """The wheel holds a file that the tree does not.

    # Why
    It is a leftover of an earlier build, such as a module that was deleted and still lies in `build/`, or the wheel is
    not from this tree. Native code, files that lie in the tree although git ignores them, version files that
    setuptools-scm and its like write, and whatever a hook of the build may have made, are known.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/deleted.py" = "OLD = 1\\n"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling", "hatch-vcs"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"

    [tool.hatch]
    build.hooks.vcs.version-file = "src/demo/_version.py"
    build.targets.wheel.force-include."data/table.json" = "demo/data.json"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```json data/table.json
    {}
    ```
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/_version.py" = "version = '1.0'\\n"
    "demo/data.json" = "{}\\n"
    ```

    # Fix
    Remove `build/` and `*.egg-info`, and build again: `nox -s build` builds in a clean copy.

    # Options
    `generated` in `[tool.noxkit.rules.tree_contents]`.

    # When to ignore
    Where the build generates it: name it in `generated`.
    """
    tree = _compared(facts)
    if tree is not None:
        hint = f"remove `build/` and build again (`nox -s build`), or {_NAMED}"
        findings = (
            found(f"`{site}` is in the wheel and not in the tree", hint=hint, at=facts.at(member.name))
            for site, member in tree.extra
        )
        yield from _limited(findings, facts, "files are in the wheel and not in the tree")


@rule(code="NK-TREE-CONTENT-DIFFERS", scope=Scope.WHEEL, since="1.0", standard=True)
def tree_content_differs(facts: WheelFacts) -> Iterator[Found]:
    """A file of the wheel has other bytes than in the tree.

    # Why
    What was tested is not what is published: the wheel is of an earlier state, or the build changes what it packs.
    Files that are written when the package is built, such as version files, are known.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo, changed since.\"\"\"
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools", "setuptools-scm"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    dynamic = ["version"]

    [tool.setuptools_scm]
    version_file = "src/demo/release.py"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```python src/demo/release.py
    version = "0.9"
    ```
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/release.py" = "version = '1.0'\\n"
    ```

    # Fix
    Build again: `nox -s build`.

    # Options
    `generated` in `[tool.noxkit.rules.tree_contents]`.

    # When to ignore
    Where the build rewrites it: name it in `generated`.
    """
    tree = _compared(facts)
    if tree is not None:
        hint = f"build again (`nox -s build`), or {_NAMED}"
        findings = (
            found(
                f"`{site}` has other bytes in the wheel than `{path}` in the tree", hint=hint, at=facts.at(member.name)
            )
            for site, member, path in tree.different
        )
        yield from _limited(findings, facts, "files have other bytes than in the tree")
