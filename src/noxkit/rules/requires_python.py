# SPDX-License-Identifier: Apache-2.0
"""Which versions of Python packages admit: that they say so, and that they agree."""

from __future__ import annotations

import collections
import functools
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._manifest import described_in, has_project, is_dynamic, minors_between, newest_minor, poetry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.rules._facts import PackageFacts

__all__ = ["requires_python_mismatch", "requires_python_missing"]


@rule(code="NK-REQUIRES-PYTHON-MISSING", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def requires_python_missing(facts: PackageFacts) -> Iterator[Found]:
    """A package does not say which versions of Python it supports.

    # Why
    Installers then give it to every Python, and it fails when it is imported; resolvers and type checkers
    have to guess.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    ```

    # Fix
    Display: add the oldest version that is tested. noxkit does not: it would change who can install the package.

    # Options
    None.

    # When to ignore
    Never: `requires-python` may be as wide as you like.
    """
    missing = has_project(facts) and not facts.project.get("requires-python")
    if missing and not is_dynamic(facts, "requires-python") and not poetry(facts, "requires-python"):
        oldest = next(iter(facts.whole.options.python or ()), None)
        example = f'`requires-python = ">={oldest or "3.10"}"`'
        yield found(
            "[project] has no `requires-python`",
            hint=f"add {example}" if oldest else f"add the oldest Python that is tested, as {example}",
            at=facts.manifest.key("project", "requires-python"),
            display=True,
        )


@rule(code="NK-REQUIRES-PYTHON-MISMATCH", scope=Scope.PACKAGE, since="1.0", fix=FixSafety.DISPLAY)
def requires_python_mismatch(facts: PackageFacts) -> Iterator[Found]:
    """`requires-python` admits other minor versions than the configured ones, or than most other members do.

    # Why
    A version that is admitted and not in the set is promised and never tested; one that is in the set and not
    admitted is tested for nothing. Minors above the newest of the set are not looked at.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.9"

    [tool.noxkit]
    python = ["3.10", "3.11", "3.12"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [tool.noxkit]
    python = ["3.10", "3.11", "3.12"]
    ```

    # Fix
    Display: change one of the two. noxkit does not: it would change who can install the package.

    # Options
    `python` of `[tool.noxkit]`; without it the members are compared with each other.

    # When to ignore
    For a member that is meant to support less, or more, than the others: by `path`.
    """
    specifier = facts.package.requires_python
    if specifier is None:
        return
    packages = facts.whole.repository.workspace.packages
    everyones = tuple(package.requires_python for package in packages if package.requires_python is not None)
    newest = newest_minor(facts.whole)
    configured = facts.whole.options.python
    wanted = configured or _usual(everyones, newest)
    admitted = minors_between(specifier, newest)
    too_many = [minor for minor in admitted if minor not in wanted]
    too_few = [minor for minor in wanted if minor not in admitted]
    if too_many or too_few:
        against = "the configured `python`" if configured else "most packages of the workspace"
        parts = [f"admits {', '.join(too_many)}"] * bool(too_many) + [f"excludes {', '.join(too_few)}"] * bool(too_few)
        yield found(
            f'`requires-python = "{specifier}"` {" and ".join(parts)}, unlike {against}',
            hint="give it the bounds of the others, or change `python` of [tool.noxkit]",
            at=_place(facts),
            display=True,
        )


@functools.lru_cache(maxsize=8)
def _usual(specifiers: tuple[str, ...], newest: str) -> Sequence[str]:
    """The minors that most packages admit; the first of them decides where two sets are as frequent."""
    sets = [tuple(minors_between(specifier, newest)) for specifier in specifiers]
    return collections.Counter(sets).most_common(1)[0][0]


def _place(facts: PackageFacts) -> Place:
    """Where the package says which Pythons it admits."""
    if facts.project.get("requires-python"):
        return facts.manifest.value("project", "requires-python")
    if poetry(facts, "requires-python"):
        return facts.manifest.value("tool", "poetry", "dependencies", "python")
    return Place(described_in(facts))
