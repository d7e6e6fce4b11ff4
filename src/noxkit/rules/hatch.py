# SPDX-License-Identifier: Apache-2.0
"""What hatchling is told to put into a wheel: nothing twice, nothing that is not there, nothing at a wrong place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._hatch import HatchWheel, hatch_wheel, normal
from noxkit.workspace._globs import is_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._facts import PackageFacts

__all__ = [
    "hatch_force_include_overlap",
    "hatch_include_nothing",
    "hatch_packages_overlap",
    "hatch_packages_root_file",
    "hatch_sources_missing",
]

# Folders that hold packages and are none.
_ROOTS = ("src", "lib", "python")


@rule(code="NK-HATCH-PACKAGES-OVERLAP", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def hatch_packages_overlap(facts: PackageFacts) -> Iterator[Found]:
    """One entry of hatch's `packages` lies within another.

    # Why
    hatchling up to 1.27 writes the inner files twice, and the package index refuses such a wheel; current releases
    refuse to build it.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["src/acme", "src/acme/plugins"]
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["src/acme", "src/acme_plugins"]
    ```

    # Fix
    Display: leave the outer one, or name what is wanted in `only-include`, with `sources = ["src"]`.

    # Options
    None.

    # When to ignore
    Never.
    """
    wheel = hatch_wheel(facts)
    if wheel is None:
        return
    entries = wheel.list("packages")
    for index, entry in enumerate(entries):
        others = (other for at, other in enumerate(entries) if at != index and _contains(other, entry, at < index))
        outer = next(others, None)
        if outer is not None:
            yield found(
                f"`{entry}` of `packages` lies within `{outer}`, which brings its files already",
                hint=f'remove `{entry}`, or write `only-include` and `sources = ["src"]` instead of `packages`',
                at=facts.manifest.value(*wheel.way("packages"), index),
                display=True,
            )


def _contains(outer: str, inner: str, is_before: bool) -> bool:  # noqa: FBT001 -- of two equal ones the second is told
    one, other = normal(outer), normal(inner)
    return is_before if one == other else is_below(other, one)


@rule(code="NK-HATCH-SOURCES-MISSING", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def hatch_sources_missing(facts: PackageFacts) -> Iterator[Found]:
    """Hatch includes what lies in `src` without `sources`, or `sources` names a folder that is not there.

    # Why
    `include` and `only-include` keep the path: the wheel then holds `src/acme`, and `import acme` fails.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    only-include = ["src/acme"]
    ```
    ```python src/acme/__init__.py
    ```
    Or a folder that is not there:
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    only-include = ["source/acme"]
    sources = ["src"]
    ```
    ```python source/acme/__init__.py
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build]
    sources = ["src"]

    [tool.hatch.build.targets.wheel]
    only-include = ["src/acme"]
    ```
    ```python src/acme/__init__.py
    ```
    Or `packages`, which needs none:
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["src/acme"]
    ```
    ```python src/acme/__init__.py
    ```

    # Fix
    Display: add `sources = ["src"]`.

    # Options
    None.

    # When to ignore
    Never.
    """
    wheel = hatch_wheel(facts)
    if wheel is None:
        return
    sources = wheel.sources
    for path in sources:
        if path != "." and not wheel.exists(path) and not wheel.makes_files:
            yield found(
                f"`{path}` of `sources` does not exist",
                hint="name the folder whose name is to be left out of the paths in the wheel",
                at=facts.manifest.value(*wheel.way("sources")),
            )
    yield from _unmapped(facts, wheel) if not wheel.list("packages") else ()


def _unmapped(facts: PackageFacts, wheel: HatchWheel) -> Iterator[Found]:
    for option in ("only-include", "include"):
        for index, entry in enumerate(wheel.list(option)):
            root = normal(entry).partition("/")[0]
            mapped = any(is_below(normal(entry), path) or is_below(path, root) for path in wheel.sources)
            if root in _ROOTS and not mapped and not wheel.is_file(f"{root}/__init__.py"):
                yield found(
                    f"`{entry}` of `{option}` keeps `{root}` in the wheel's paths: no `sources` takes it away",
                    hint=f'add `sources = ["{root}"]` to [tool.hatch.build.targets.wheel]',
                    at=facts.manifest.value(*wheel.way(option), index),
                    display=True,
                )


@rule(code="NK-HATCH-INCLUDE-NOTHING", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def hatch_include_nothing(facts: PackageFacts) -> Iterator[Found]:
    """Hatch is told to include what is not there.

    # Why
    hatchling builds a wheel without it, and says nothing; of `force-include` it refuses.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["acme"]
    ```
    ```python src/acme/__init__.py
    ```
    Or patterns:
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    include = ["/acme/**/*.py"]
    ```
    ```python src/acme/__init__.py
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    include = ["acme/*.py", "*.pyi"]
    only-include = ["./acme/"]
    force-include = { "acme/__init__.py" = "acme_copy.py" }
    ```
    ```python acme/__init__.py
    ```

    # Fix
    Display: correct the path; it is relative to pyproject.toml.

    # Options
    None.

    # When to ignore
    For what an earlier step makes, which is not a hook of the build.
    """
    wheel = hatch_wheel(facts)
    if wheel is None or wheel.makes_files:
        return
    for option in ("packages", "only-include"):
        for index, entry in enumerate(wheel.list(option)):
            if not wheel.exists(normal(entry)):
                yield _absent(facts, f"`{entry}` of `{option}` does not exist", *wheel.way(option), index)
    patterns = wheel.list("include")
    if patterns and not wheel.matching(patterns):
        names = ", ".join(f"`{pattern}`" for pattern in patterns[:5])
        yield _absent(facts, f"`include` matches no file: {names}", *wheel.way("include"))
    for source in wheel.forced:
        if not source.startswith(("/", "~", "..")) and not wheel.exists(source):
            message = f"`{source}` of `force-include` does not exist"
            yield _absent(facts, message, *wheel.way("force-include"), source)


def _absent(facts: PackageFacts, message: str, *way: str | int) -> Found:
    hint = "write a path that is there, relative to pyproject.toml"
    return found(message, hint=hint, at=facts.manifest.value(*way), display=True)


@rule(code="NK-HATCH-PACKAGES-ROOT-FILE", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def hatch_packages_root_file(facts: PackageFacts) -> Iterator[Found]:
    """An entry of hatch's `packages` is a file, or the root of the project.

    # Why
    `packages` is for folders. A file there is not found by every release of hatchling and not by an editable
    installation; the root puts everything into the wheel, tests and pyproject.toml too, with `./` before each name.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["acme.py"]
    ```
    ```python acme.py
    ```
    Or the root:
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["."]
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    only-include = ["acme.py"]
    packages = ["acme.d"]
    ```
    ```python acme.py
    ```
    ```python acme.d/__init__.py
    ```

    # Fix
    Display: name the file in `only-include`.

    # Options
    None.

    # When to ignore
    Never.
    """
    wheel = hatch_wheel(facts)
    for index, entry in enumerate(wheel.list("packages") if wheel is not None else ()):
        path = normal(entry)
        if wheel is not None and (path == "." or wheel.is_file(path)):
            what = "is the root of the project" if path == "." else "is a file, and no package"
            instead = "the package's folder" if path == "." else f'`only-include = ["{path}"]`'
            yield found(
                f"`{entry}` of `packages` {what}",
                hint=f"write {instead} instead",
                at=facts.manifest.value(*wheel.way("packages"), index),
                display=True,
            )


@rule(code="NK-HATCH-FORCE-INCLUDE-OVERLAP", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def hatch_force_include_overlap(facts: PackageFacts) -> Iterator[Found]:
    """Hatch's `force-include` puts a file where `packages` puts one, or once more what `packages` brings.

    # Why
    Two files of one name make a wheel that the package index refuses, or one that hatchling refuses to build: an
    error. The same content at a second place is a warning.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["src/acme"]
    force-include = { "data/a.json" = "acme/a.json" }
    ```
    ```python src/acme/__init__.py
    ```
    ```json src/acme/a.json
    {}
    ```
    ```json data/a.json
    {}
    ```
    Or a whole folder once more:
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["src/acme"]

    [tool.hatch.build.targets.wheel.force-include]
    "src/acme/data" = "acme_data"
    ```
    ```python src/acme/__init__.py
    ```
    ```json src/acme/data/a.json
    {}
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.hatch.build.targets.wheel]
    packages = ["src/acme"]
    exclude = ["src/acme/b.json"]
    force-include = { "data" = "acme/data", "src/acme/b.json" = "acme/b.json" }
    ```
    ```python src/acme/__init__.py
    ```
    ```json src/acme/b.json
    {}
    ```
    ```json data/a.json
    {}
    ```

    # Fix
    Display: remove the entry, or keep the file out of the package with `exclude`.

    # Options
    None.

    # When to ignore
    Never for the error.
    """
    wheel = hatch_wheel(facts)
    if wheel is None:
        return
    taken, origins = wheel.packed, frozenset(wheel.packed.values())
    for source, target in wheel.forced.items():
        path, to = normal(source), normal(target)
        moved = {name: _moved(name, path, to) for name in wheel.files if is_below(name, path)} or {path: to}
        twice = sorted(name for name in moved.values() if name in taken)
        again = sorted(name for name in moved if name in origins)
        if twice or again:
            what = f"puts `{twice[0]}` where `packages` puts a file" if twice else f"brings `{again[0]}` a second time"
            yield found(
                f"`{source}` of `force-include` {what}",
                hint="remove the entry, or keep the file of the package out with `exclude`",
                at=facts.manifest.value(*wheel.way("force-include"), source),
                severity=None if twice else Severity.WARNING,
                display=True,
            )


def _moved(name: str, source: str, target: str) -> str:
    """Where a file of `source` goes when that becomes `target`."""
    rest = name if source == "." else name[len(source) :].strip("/")
    return "/".join(part for part in (target if target != "." else "", rest) if part)
