# SPDX-License-Identifier: Apache-2.0
"""What packages say that they depend on: bounds, pins, doubles, themselves, and addresses that an index refuses."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._manifest import is_dynamic
from noxkit.rules._requirements import Dependency, dependencies, dependency_lists, overlapping
from noxkit.workspace._tables import items, normalize, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._facts import PackageFacts

__all__ = [
    "dependency_duplicate",
    "dependency_pinned",
    "dependency_self",
    "dependency_unbound",
    "dependency_url",
]

_LOWER_BOUNDS = frozenset({">=", ">", "==", "===", "~="})


@rule(code="NK-DEPENDENCY-UNBOUNDED", scope=Scope.PACKAGE, since="1.0")
def dependency_unbound(facts: PackageFacts) -> Iterator[Found]:
    """A direct dependency has no lower bound.

    # Why
    Without one an installer may choose a release from before what the package uses existed, and does so
    where another requirement holds it back. `uv sync --resolution lowest-direct` then tests nothing real.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["httpx", "rich<15"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["httpx>=0.27", "rich>=14,<15"]
    ```

    # Fix
    Write the oldest release that the tests have passed with. There is no automatic fix: which one that is, nobody
    can tell from the files. A URL is a bound; so is a source in `[tool.uv.sources]`, where the package is
    not published. Dependency groups are not published and not looked at.

    # Options
    None.

    # When to ignore
    For a distribution of which every release will do.
    """
    for dependency in dependencies(facts):
        requirement = dependency.requirement
        bound = requirement.url or any(part.operator in _LOWER_BOUNDS for part in requirement.specifier)
        if not bound and dependency.name != facts.package.name and not _has_source(facts, dependency.name):
            yield found(
                f"`{dependency.text}` has no lower bound",
                hint=f"write the oldest release that is tested, as `{_example(facts, requirement.name)}`",
                at=dependency.place,
            )


def _example(facts: PackageFacts, name: str) -> str:
    """A requirement for a hint: of the member's own version, else the one that is locked, else one that is made up."""
    members = {normalize(each.package.name): each.package.version for each in facts.whole.packages}
    locked = facts.whole.repository.locked_versions.get(normalize(name), ())
    return f"{name}>={members.get(normalize(name)) or next(iter(locked), '1.2')}"


def _has_source(facts: PackageFacts, name: str) -> bool:
    """Whether the repository itself says where the dependency comes from, and nobody else has to find it."""
    if facts.package.publish:
        return False
    sources = (table(data, "tool", "uv", "sources") for data in (facts.package.pyproject, facts.whole.root.data))
    # An entry that names an index alone chooses no version.
    return any(
        not table(entry).keys() <= {"index", "marker", "extra", "group"}
        for key, value in itertools.chain.from_iterable(source.items() for source in sources)
        if normalize(key) == name
        for entry in (items(value) or (value,))
    )


@rule(code="NK-DEPENDENCY-PINNED", scope=Scope.PACKAGE, since="1.0")
def dependency_pinned(facts: PackageFacts) -> Iterator[Found]:
    """A package that is published allows one single version of a dependency.

    # Why
    Two packages that pin different versions of the same dependency cannot be installed together, and nobody gets
    a security release of it before the package itself is released again. Pins belong into the lock.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["httpx==0.27.2"]
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
    dependencies = ["httpx>=0.27.2,<1", "tomli>=2; python_version == '3.10'", "numpy==2.*"]
    ```

    # Fix
    Write a range. There is no automatic fix: it would change what is resolved.

    # Options
    None.

    # When to ignore
    Where both are built and released together, such as a package and its compiled part.
    """
    if not facts.package.publish:
        return
    for dependency in dependencies(facts):
        pins = [part for part in dependency.requirement.specifier if _is_pin(part.operator, part.version)]
        if pins and dependency.name != facts.package.name:
            yield found(
                f"`{dependency.requirement.name}` is pinned to one version: `{pins[0]}`",
                hint=f"write a range, as `{dependency.requirement.name}>={pins[0].version}`; pins belong into the lock",
                at=dependency.place,
            )


def _is_pin(operator: str, version: str) -> bool:
    return operator == "===" or (operator == "==" and not version.endswith(".*"))


@rule(code="NK-DEPENDENCY-DUPLICATE", scope=Scope.PACKAGE, since="1.0", standard=True)
def dependency_duplicate(facts: PackageFacts) -> Iterator[Found]:
    """One list of dependencies names the same distribution twice, with markers that can both hold.

    # Why
    Both then count, which is seldom meant: one of the two was forgotten, and whoever raises the other sees no effect.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["typing-extensions>=4.1", "rich>=14", "Typing_Extensions>=4.9"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["numpy>=1.26; python_version < '3.13'", "numpy>=2.1; python_version >= '3.13'"]

    [project.optional-dependencies]
    fast = ["numpy>=2.2"]
    ```

    # Fix
    Join them into one, or write markers of which only one can hold. There is no automatic fix: it could change what
    is resolved. An extra may name again what `dependencies` has.

    # Options
    None.

    # When to ignore
    Where a second entry is meant to narrow the first in some environments.
    """
    for listed in dependency_lists(facts):
        for first, second in itertools.combinations(listed, 2):
            if first.name == second.name and overlapping(first.requirement.marker, second.requirement.marker):
                yield found(
                    f"`{second.text}` is a second requirement of `{first.name}`, beside `{first.text}` "
                    f"in line {first.place.line}",
                    hint="join the two into one, or give them markers of which only one can hold",
                    at=second.place,
                )


@rule(code="NK-DEPENDENCY-SELF", scope=Scope.PACKAGE, since="1.0", standard=True)
def dependency_self(facts: PackageFacts) -> Iterator[Found]:
    """A package depends on itself, other than by one of its own extras.

    # Why
    It cannot be satisfied before it is installed: it is a mistake for another package, or for an extra.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["Acme>=1.0"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.optional-dependencies]
    http = ["httpx>=0.27"]
    all = ["acme[http]"]
    ```

    # Fix
    Remove it, or name the extra that is meant. There is no automatic fix: what was meant cannot be told.

    # Options
    None.

    # When to ignore
    Never.
    """
    extras = {canonicalize_name(extra) for extra in facts.package.extras}
    for dependency in dependencies(facts):
        if dependency.name != facts.package.name:
            continue
        asked = {canonicalize_name(extra) for extra in dependency.requirement.extras}
        if asked and (asked <= extras or is_dynamic(facts, "optional-dependencies")):
            continue
        yield found(_self_message(dependency, asked - extras), hint=_SELF_HINT, at=dependency.place)


_SELF_HINT = "remove it, or name the extra of this package that is meant"


def _self_message(dependency: Dependency, unknown: Iterable[str]) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(unknown))
    if names:
        return f"`{dependency.text}` is this package, which has no extra {names}"
    return f"`{dependency.text}` is this package itself"


@rule(code="NK-DEPENDENCY-URL", scope=Scope.PACKAGE, since="1.0", standard=True)
def dependency_url(facts: PackageFacts) -> Iterator[Found]:
    """A package that is published requires a direct URL.

    # Why
    The package index refuses to take it: what stands behind a URL is not on the index and may change or go away.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    dependencies = ["httpx @ git+https://github.com/encode/httpx@0.27.2"]
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
    dependencies = ["httpx>=0.27.2"]

    [dependency-groups]
    dev = ["acme-testing @ git+https://github.com/acme/testing"]

    [tool.uv.sources]
    httpx = { git = "https://github.com/encode/httpx", tag = "0.27.2" }
    ```

    # Fix
    Require a release, and name the address in `[tool.uv.sources]`, which is not published. There is no automatic fix:
    it would change what is resolved.

    # Options
    None.

    # When to ignore
    For a package that goes to an index of your own which takes such requirements.
    """
    if not facts.package.publish:
        return
    for dependency in dependencies(facts):
        if dependency.requirement.url:
            name = dependency.requirement.name
            yield found(
                f"`{name}` is required by its address, and the package index refuses that",
                hint=f"require a release, as `{_example(facts, name)}`, and put the address into [tool.uv.sources]; "
                "or give the package the classifier `Private :: Do Not Upload`",
                at=dependency.place,
            )
