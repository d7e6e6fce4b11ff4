# SPDX-License-Identifier: Apache-2.0
"""Wheels that were installed in a fresh environment: their requirements resolve, their modules import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._import_graph import is_for_platform
from noxkit.rules._import_owners import HOSTS, any_brings, owners_of
from noxkit.rules._installed import below_top, is_template, is_test_path
from noxkit.rules._stdlib_names import ANY_PYTHON, stdlib_of
from noxkit.workspace.pythons import SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._rehearsals import ImportFailure, RehearsalFacts

__all__ = ["deps_unresolvable", "entrypoint_unresolvable", "extras_unresolvable", "import_smoke", "may_want_extra"]

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_PLAIN = ("No module named ", "cannot import name ")
_FRAMEWORKS = frozenset(
    {
        "babel",
        "distutils",
        "django",
        "docutils",
        "hypothesis",
        "mypy",
        "pkg_resources",
        "pytest",
        "setuptools",
        "sphinx",
    }
)
"""What is there wherever the part of a distribution is used that imports it."""
_OPTIONAL = re.compile(
    r"(?:^|/)(?:contrib|compat|ext|[^/]*(?:adapter|addon|backend|bench|connector|dialect|driver|engine|extension|exporter|"
    r"frontend|inputhook|integration|plugin|provider|serializer|storage|testing|transport|writer)s?|sphinxext)(?:/|$)"
)
_OF_ONE_PYTHON = re.compile(r"(?:^|[._]|py|python)3_?1\d(?:\D|$)")
_BACKPORTS = {"tomllib": "tomli", "annotationlib": "typing_extensions", "compression": "backports.zstd"}


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
                f"what {wheels} requires cannot be resolved: {each.reason}",
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
                f"the extra `{each.extra}` cannot be resolved: {each.reason}",
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
    calls `sys.exit()`, waits for ever, or imports `tomllib` and the wheel admits Python 3.10. A module that nothing
    else needs and that imports what neither a requirement nor an extra brings is a warning.

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
                f"`import {failure.name}` {_how(failure)}",
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
    Or a script that works once the extras are installed, and says so without them: that is information.
    """
    for failure in facts.failures:
        if failure.kind == "module":
            continue
        severity = _severity(facts, failure)
        shown = f"{failure.name} = {failure.value}"
        yield found(
            f"the {failure.kind} `{shown}` of the group {failure.group} {_how(failure)}",
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


def may_want_extra(facts: RehearsalFacts, failure: ImportFailure) -> bool:
    """Whether it is worth installing the extras to see what something fails for: a script, an optional part."""
    return _severity(facts, failure) is not Severity.INFO and not _is_top(facts, failure)


def _is_top(facts: RehearsalFacts, failure: ImportFailure) -> bool:
    return failure.kind == "module" and failure.name in facts.roots


def _root(failure: ImportFailure) -> str:
    return (failure.missing or "").partition(".")[0]


def _severity(facts: RehearsalFacts, failure: ImportFailure) -> Severity:
    """An error; but less where an optional part misses what only an extra, another platform or its host brings."""
    optional = not _is_top(facts, failure)
    if optional and failure.extras:
        return Severity.INFO
    if failure.way != "raised" or _root(failure) in facts.own:
        return Severity.ERROR
    return Severity.INFO if optional and _is_for_elsewhere(failure) else _of_error(facts, failure)


def _of_error(facts: RehearsalFacts, failure: ImportFailure) -> Severity:
    """That of something that raises, and does not miss a module of the wheel."""
    root = _root(failure)
    if root in ANY_PYTHON:
        return _of_the_standard_library(facts, failure, root)
    if failure.kind == "script" and failure.error in _IMPORT_ERRORS and not failure.message.startswith(_PLAIN):
        return Severity.WARNING  # it says itself what it wants
    if failure.kind == "script" or _is_top(facts, failure) or root in facts.required:
        return Severity.ERROR
    if failure.error in _IMPORT_ERRORS or root:
        return Severity.WARNING if _is_forgotten(facts, failure, root) else Severity.INFO
    return _of_class(facts, failure.home)


def _of_class(facts: RehearsalFacts, home: str) -> Severity:
    """Less than an error where its class is the wheel's own or somebody else's: what wants to be set up first."""
    if home in ANY_PYTHON:
        return Severity.ERROR
    return Severity.WARNING if home in facts.own else Severity.INFO


def _is_for_elsewhere(failure: ImportFailure) -> bool:
    """Whether a module is for tests, to be copied, or misses what another platform has, by its path in the package."""
    if failure.kind != "module":
        return False
    path = below_top(f"{failure.name.replace('.', '/')}.py")
    misses = failure.error in {*_IMPORT_ERRORS, "AttributeError", "OSError"}
    return is_template(path) or is_test_path(path) or (misses and is_for_platform(path.removesuffix(".py")))


def _of_the_standard_library(facts: RehearsalFacts, failure: ImportFailure, root: str) -> Severity:
    """Information where another platform has the module, or where the name of what failed says for which Python it is.

    One that this Python has no longer leaves an optional part behind; one that it does not have yet is simply wrong.
    """
    below = failure.name.partition(".")[2]
    if root in stdlib_of([facts.python]) or _OF_ONE_PYTHON.search(below):
        return Severity.INFO
    is_new = _first_with(root, facts.python) is not None
    if is_new or failure.kind == "script" or _is_top(facts, failure):
        return Severity.ERROR
    return Severity.WARNING if failure.kind == "module" and root not in _FRAMEWORKS else Severity.INFO


def _first_with(root: str, python: str) -> str | None:
    """The first Python after `python` whose standard library has a module."""
    after = SUPPORTED[SUPPORTED.index(python) + 1 :] if python in SUPPORTED else ()
    return next((later for later in after if root in stdlib_of([later])), None)


def _is_forgotten(facts: RehearsalFacts, failure: ImportFailure, root: str) -> bool:
    """Whether a module simply imports what nothing of the distribution brings, not even one of its extras.

    Left alone is what says so itself, in an ImportError of its own, and what is for a program that brings the other:
    by the entry points that name it, by what it imports, or by what its folders are called.
    """
    plain = failure.error == "ModuleNotFoundError" and failure.message.startswith(_PLAIN)
    if not plain or failure.kind != "module" or root in HOSTS or root in _FRAMEWORKS:
        return False
    named = {other.value.partition(":")[0].strip() for other in facts.failures if other.kind != "module"}
    optional = _OPTIONAL.search(below_top(failure.name.replace(".", "/"))) or failure.name in named
    return not optional and not any_brings(facts.optional, root)


def _how(failure: ImportFailure) -> str:
    if failure.way == "ended":
        return f"ends the interpreter ({failure.message})"
    if failure.way == "hung":
        return f"does not return ({failure.message})"
    return f"raises {failure.error}: {failure.message}" if failure.message else f"raises {failure.error}"


def _hint(facts: RehearsalFacts, failure: ImportFailure, *, optional: bool) -> str:
    if failure.extras:
        return f"with the extras it works ({', '.join(failure.extras)}): say in the documentation which one it wants"
    if failure.way == "hung":
        return "do nothing at import that can wait; or raise `release.import-timeout` in [tool.noxkit]"
    if failure.way == "ended":
        return 'put what the module does when it is run below `if __name__ == "__main__":`'
    if optional:
        return "it is optional as it stands; `release.skip-imports` in [tool.noxkit] names what is not to be imported"
    missing = failure.error == "ModuleNotFoundError" and failure.missing
    return _missing_hint(facts, failure) if missing else f"mend it; {_WITHIN}"


_WITHIN = "one that only works inside of another program is named in `release.skip-imports` of [tool.noxkit]"


def _missing_hint(facts: RehearsalFacts, failure: ImportFailure) -> str:
    root = _root(failure)
    if root in facts.own:
        return f"`{failure.missing}` is not in the wheel: include it, or do not import it"
    if root in ANY_PYTHON:
        return _newer_or_older(facts.python, root)
    owners = owners_of(root)
    named = f"`{owners[0]}`" if owners else f"the distribution that brings `{root}`"
    if _is_top(facts, failure) or failure.kind == "script":
        return f"add {named} to `dependencies` of [project]"
    return f"add {named} to `dependencies` of [project] or to an extra; {_WITHIN}"


def _newer_or_older(python: str, root: str) -> str:
    first = _first_with(root, python)
    if first is None:
        return f"Python {python} has no `{root}` any more: replace it, or lower what `requires-python` admits"
    instead = _BACKPORTS.get(root)
    require = f'; or require `{instead}; python_version < "{first}"` and import that there' if instead else ""
    return f'Python has `{root}` from {first} on: raise `requires-python` to ">={first}"{require}'
