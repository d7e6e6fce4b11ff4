# SPDX-License-Identifier: Apache-2.0
"""Wheels that were installed in a fresh environment: their requirements resolve, their modules import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._stdlib_names import ANY_PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._rehearsals import ImportFailure, RehearsalFacts

__all__ = ["deps_unresolvable", "entrypoint_unresolvable", "extras_unresolvable", "import_smoke"]

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})


@rule(code="NK-DEPS-UNRESOLVABLE", scope=Scope.REHEARSAL, since="1.0", standard=True)
def deps_unresolvable(facts: RehearsalFacts) -> Iterator[Found]:
    """No set of versions satisfies what the wheel requires, on a Python that it admits.

    # Why
    `pip install` fails for every user of that Python. In the tree it goes unnoticed where the lock file, sources
    or another member of the workspace bring what the index does not have.

    # Fails
    A wheel with `Requires-Dist: idna>=99` and `Requires-Python: >=3.10`. Or `acme-io` 2.0 with
    `Requires-Dist: acme-core>=2`, built beside `acme-core` 1.0.

    # Passes
    A wheel whose requirements are met by the index and by the wheels of the workspace that were built with it.

    # Fix
    Correct the bounds in `dependencies`, or release what they name first.

    # Options
    `release.rehearse` in [tool.noxkit]: the lowest and the highest Python, or each.

    # When to ignore
    Where the index that users have brings more than yours.
    """
    for each in facts.unresolved:
        if each.extra is None:
            wheels = "the wheels of the workspace together" if facts.together else f"`{facts.wheel.rpartition('/')[2]}`"
            yield found(
                f"what {wheels} requires cannot be resolved on Python {facts.python}: {each.reason}",
                hint="correct the bounds in `dependencies` of [project], or release what they name first",
                at=facts.place,
            )


@rule(code="NK-EXTRAS-UNRESOLVABLE", scope=Scope.REHEARSAL, since="1.0", standard=True)
def extras_unresolvable(facts: RehearsalFacts) -> Iterator[Found]:
    """No set of versions satisfies an extra of the wheel, on a Python that it admits.

    # Why
    Tests rarely install each extra by itself, and so nobody sees that one has stopped working.

    # Fails
    A wheel with `Provides-Extra: web` and `Requires-Dist: idna>=99; extra == "web"`.

    # Passes
    A wheel each of whose extras resolves together with its base requirements, one extra at a time.

    # Fix
    Correct the bounds in `optional-dependencies`.

    # Options
    `release.rehearse` in [tool.noxkit].

    # When to ignore
    For an extra that is for one Python only: say so by a marker instead.
    """
    for each in facts.unresolved:
        if each.extra is not None:
            yield found(
                f"the extra `{each.extra}` cannot be resolved on Python {facts.python}: {each.reason}",
                hint="correct its bounds in `optional-dependencies`, or say by a marker where it is for",
                at=facts.place,
            )


@rule(code="NK-IMPORT-SMOKE", scope=Scope.REHEARSAL, since="1.0", standard=True)
def import_smoke(facts: RehearsalFacts) -> Iterator[Found]:
    """A public module of the wheel cannot be imported where only the wheel and its requirements are installed.

    # Why
    In the tree everything is there: test data, development tools, modules that the wheel leaves out. This is what the
    first user meets.

    # Fails
    `acme/__init__.py` imports `yaml`, and the wheel does not require PyYAML. Or `acme.io` reads a file of the tree,
    calls `sys.exit()`, or waits for ever.

    # Passes
    `acme.contrib.django` imports `django`, which only an extra brings: an optional module is information, no error.

    # Fix
    Require what is imported, include what is missing, and do nothing while being imported that can fail.

    # Options
    `release.skip-imports`: modules that are not imported, as globs; `release.import-timeout`, in seconds.

    # When to ignore
    For a module that only works inside of another program, name it in `release.skip-imports`.
    """
    for failure in facts.failures:
        if failure.kind == "module" and not _is_implied(facts, failure):
            severity = _severity(facts, failure)
            yield found(
                f"`import {failure.name}` {_how(failure)} on Python {facts.python}",
                hint=_hint(facts, failure, optional=severity is Severity.INFO),
                at=facts.place,
                severity=severity,
            )


@also(code="NK-ENTRYPOINT-UNRESOLVABLE", scope=Scope.REHEARSAL)
def entrypoint_unresolvable(facts: RehearsalFacts) -> Iterator[Found]:
    """A script or an entry point cannot be loaded where only the wheel and its requirements are installed.

    # Fails
    `[project.scripts]` names `acme.cli:main`, and `acme/cli.py` has no `main`, or cannot be imported.

    # Passes
    The entry point `acme.plugin:Plugin` of another project's group imports that project, which only an extra brings.
    """
    for failure in facts.failures:
        if failure.kind == "module":
            continue
        severity = _severity(facts, failure)
        shown = f"{failure.name} = {failure.value}"
        yield found(
            f"the {failure.kind} `{shown}` of the group {failure.group} {_how(failure)} on Python {facts.python}",
            hint=_hint(facts, failure, optional=severity is Severity.INFO),
            at=facts.place,
            severity=severity,
        )


def _is_implied(facts: RehearsalFacts, failure: ImportFailure) -> bool:
    """Whether a package that the module is in has failed in the same words."""
    said = (failure.way, failure.error, failure.message)
    return any(
        other.kind == "module"
        and failure.name.startswith(f"{other.name}.")
        and (other.way, other.error, other.message) == said
        for other in facts.failures
    )


def _severity(facts: RehearsalFacts, failure: ImportFailure) -> Severity:
    """An error; but information where an optional part misses what only an extra, or another platform, brings."""
    if failure.way != "raised" or failure.kind == "script":
        return Severity.ERROR
    is_top = failure.kind == "module" and failure.name in facts.roots
    root = (failure.missing or "").partition(".")[0]
    if failure.error in _IMPORT_ERRORS or root:
        if root in facts.own:
            return Severity.ERROR
        if root in ANY_PYTHON:
            return Severity.INFO  # a module of another platform, or one that a later Python has dropped
        return Severity.ERROR if is_top or root in facts.required else Severity.INFO
    # An error of a class of somebody else's: a framework that wants to be set up first.
    foreign = failure.home not in {"builtins", *facts.own, *ANY_PYTHON}
    return Severity.INFO if foreign and not is_top else Severity.ERROR


def _how(failure: ImportFailure) -> str:
    if failure.way == "ended":
        return f"ends the interpreter ({failure.message})"
    if failure.way == "hung":
        return f"does not return ({failure.message})"
    return f"raises {failure.error}: {failure.message}" if failure.message else f"raises {failure.error}"


def _hint(facts: RehearsalFacts, failure: ImportFailure, *, optional: bool) -> str:
    root = (failure.missing or "").partition(".")[0]
    if failure.way == "hung":
        return "do nothing at import that can wait; or raise `release.import-timeout` in [tool.noxkit]"
    if failure.way == "ended":
        return 'put what the module does when it is run below `if __name__ == "__main__":`'
    if optional:
        return "it is optional as it stands; `release.skip-imports` in [tool.noxkit] names what is not to be imported"
    if root in facts.own:
        return f"`{failure.missing}` is not in the wheel: include it, or do not import it"
    if failure.error == "ModuleNotFoundError":
        return f"add the distribution that brings `{root}` to `dependencies` of [project]"
    return "mend it; one that only works inside of another program is named in `release.skip-imports` of [tool.noxkit]"
