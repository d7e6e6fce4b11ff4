# SPDX-License-Identifier: Apache-2.0
"""What building a package shows: that it can be built, from its sdist too, and without complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._builds import Target
from noxkit.rules._differences import differing_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._builds import BuildFacts, Failure

__all__ = [
    "build_fails",
    "build_warning",
    "build_writes_outside",
    "sdist_build_fails",
    "sdist_wheel_differs",
]

_SHOWN = 20  # entries that differ, a finding each
_OUTSIDE = 5  # paths in one message


@rule(code="NK-BUILD-FAILS", scope=Scope.BUILD, since="1.0", standard=True, always=True)
def build_fails(facts: BuildFacts) -> Iterator[Found]:
    """A package cannot be built from its tree.

    # Why
    Nothing can be released, and nobody can install it from its repository. The build runs as an installer runs it:
    in a copy of the tree, in an environment that holds what `[build-system]` names and nothing else, without
    credentials.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    readme = "ABSENT.md"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Fix
    Mend what the backend's last lines say. What it needs and `[build-system] requires` does not name is named there.

    # Options
    `builder` of `[tool.noxkit.build]`, and `timeout` of `[tool.noxkit]`, after which a build is ended.

    # When to ignore
    Never.
    """
    for target in (Target.SDIST, Target.TREE_WHEEL):
        failure = facts.failure(target)
        if failure is not None:
            yield _failed(facts, failure, "mend what the build backend reports")
            return


def _failed(facts: BuildFacts, failure: Failure, hint: str) -> Found:
    before = [line for line in failure.lines if line not in failure.reason]
    said = f"; its last lines: {' / '.join(before[-4:])}" if before else ""
    return found(f"{failure.target.value} cannot be built: {failure.reason}", hint=f"{hint}{said}", at=facts.place)


@rule(code="NK-SDIST-BUILD-FAILS", scope=Scope.BUILD, since="1.0", standard=True, always=True)
def sdist_build_fails(facts: BuildFacts) -> Iterator[Found]:
    """The wheel cannot be built from the unpacked sdist.

    # Why
    Whoever has no wheel for his platform builds from the sdist, and so do distributions. Mostly a file is missing in it
    that the build reads: a version file, a requirements file, a script of the build.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    dynamic = ["version"]
    requires-python = ">=3.10"
    ```
    ```python setup.py
    import pathlib
    import setuptools

    setuptools.setup(version=pathlib.Path("VERSION.txt").read_text())
    ```
    ```text VERSION.txt
    1.0
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    dynamic = ["version"]
    requires-python = ">=3.10"
    ```
    ```python setup.py
    import pathlib
    import setuptools

    setuptools.setup(version=pathlib.Path("VERSION.txt").read_text())
    ```
    ```text VERSION.txt
    1.0
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```text MANIFEST.in
    include VERSION.txt
    ```

    # Fix
    Let the sdist hold what the build reads: `only-include` or `include` (hatch), MANIFEST.in (setuptools),
    `source-include` (uv_build), `tool.flit.sdist.include` (flit), `source-includes` (pdm), `include` (poetry).

    # Options
    None.

    # When to ignore
    Never.
    """
    failure = facts.failure(Target.WHEEL)
    if failure is None or facts.failure(Target.TREE_WHEEL) is not None:
        return  # from the tree it cannot be built either: that is the finding
    hint = "the tree does build: let the sdist hold what the build reads there (include settings, or MANIFEST.in)"
    yield _failed(facts, failure, hint)


@rule(code="NK-SDIST-WHEEL-DIFFERS", scope=Scope.BUILD, since="1.0", standard=True)
def sdist_wheel_differs(facts: BuildFacts) -> Iterator[Found]:
    """The wheel that is built from the sdist is not the one that is built from the tree.

    # Why
    The tests ran on the tree, and users install what comes from the sdist: a module or a data file that the sdist
    lacks is missing there, and nobody notices before the release. Compared are names, bytes and the metadata; of a
    version file that setuptools-scm or its like writes, the line with the commit, which no sdist has, is left out.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch]
    build.targets.sdist.exclude = ["*.json"]
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```json src/demo/table.json
    {}
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch]
    build.targets.sdist.exclude = ["/docs"]
    build.targets.wheel.exclude = ["*.json"]
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```
    ```json src/demo/table.json
    {}
    ```
    ```markdown docs/index.md
    # Demo
    ```

    # Fix
    Let the sdist hold what the wheel is made of, or keep it out of both.

    # Options
    None.

    # When to ignore
    Where a file is meant to be made anew in each build and differs for a reason; better make it deterministic.
    """
    if facts.wheel is None or facts.tree_wheel is None:
        return
    differing = list(differing_entries(facts.tree_wheel.archive, facts.wheel.archive, facts.package))
    for entry in differing[:_SHOWN]:
        holder = facts.tree_wheel if entry.only_in_tree else facts.wheel
        yield found(entry.message, hint=entry.hint, at=facts.at(holder, entry.member))
    if len(differing) > _SHOWN:
        message = f"{len(differing) - _SHOWN} more entries differ between the two wheels"
        yield found(message, hint="mend those that are shown first", at=facts.at(facts.wheel))


@rule(code="NK-BUILD-WARNING", scope=Scope.BUILD, since="1.0", standard=True, severity=Severity.WARNING)
def build_warning(facts: BuildFacts) -> Iterator[Found]:
    """The build backend warns of the configuration, or of something that it will refuse one day.

    # Why
    Whoever builds sees pages of output and not this line; when the backend's next version makes an error of it, no
    release can be built, and old ones cannot be built again.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["uv_build"]
    build-backend = "uv_build"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Fix
    Do what the warning says; the backend's own documentation names the setting.

    # Options
    None.

    # When to ignore
    Where the backend's advice would drop a version that is still supported.
    """
    for warning in facts.warnings:
        message = f"{facts.backend or 'the build backend'} warns: {warning}"
        yield found(message, hint="do what the warning says, before the backend makes an error of it", at=facts.place)


@rule(code="NK-BUILD-WRITES-OUTSIDE", scope=Scope.BUILD, since="1.0", standard=True)
def build_writes_outside(facts: BuildFacts) -> Iterator[Found]:
    """A build writes files outside of its package's folder.

    # Why
    An installer builds in a folder of its own and as somebody's user: a build that writes elsewhere changes what is
    not its own, fails where it may not, and leaves what the next build takes for sources.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python setup.py
    import pathlib
    import setuptools

    pathlib.Path("..", "built.txt").write_text("now")
    setuptools.setup()
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python setup.py
    import pathlib
    import setuptools

    pathlib.Path("src", "demo", "_built.py").write_text("NOW = 1\\n")
    setuptools.setup()
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Fix
    Write into the folders that the backend hands to its hooks, or below the package's own folder.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.outside:
        shown = ", ".join(f"`{path}`" for path in facts.outside[:_OUTSIDE])
        more = f" and {len(facts.outside) - _OUTSIDE} more" if len(facts.outside) > _OUTSIDE else ""
        message = f"while it was built, files outside of the package have changed: {shown}{more}"
        hint = "let the build write into its own folder only; nothing of the tree was taken from there"
        yield found(message, hint=hint, at=facts.place)
