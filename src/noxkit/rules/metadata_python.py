# SPDX-License-Identifier: Apache-2.0
"""Requires-Python of a built file: that it can be read, shuts nobody out, and agrees with the classifiers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._core_metadata import shown
from noxkit.rules._manifest import minor_key
from noxkit.workspace.pythons import NEWEST, admits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import FileFacts

__all__ = [
    "classifier_requires_python_conflict",
    "metadata_requires_python_invalid",
    "requires_python_capped",
    "requires_python_missing",
    "requires_python_unsatisfiable",
]

# Released, and those of the next years, whose dates are known (PEP 602).
_MINORS = (*(f"2.{minor}" for minor in range(8)), *(f"3.{minor}" for minor in range(minor_key(NEWEST) + 4)))
_CAPS = frozenset({"<", "<=", "~=", "==", "==="})
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d)(?:\.(\d+)| :: Only)?")
_MOST_CHARACTERS = 10_000


@rule(code="NK-METADATA-REQUIRES-PYTHON-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_requires_python_invalid(facts: FileFacts) -> Iterator[Found]:
    """Requires-Python is no version specifier.

    # Why
    The package index refuses the file; installers ignore the field, and give the file to every Python.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = "3.10"
    ```
    Or in the words of another tool:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = "^3.10 || >=4"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = " >= 3.10 , !=3.11.0,!=3.12.* "
    ```

    # Fix
    Write `requires-python` as PEP 440 has it, such as `>=3.10`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    stated = core.value("Requires-Python") if core is not None else None
    if core is not None and stated is not None and not _is_specifier(stated):
        yield found(
            f"`Requires-Python: {shown(stated)}` is no version specifier",
            hint="write `requires-python` of [project] such as `>=3.10`, and rebuild",
            at=facts.at_field(core.field("Requires-Python")),
        )


def _is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text[:_MOST_CHARACTERS])
    except InvalidSpecifier:
        return False
    return True


@also(code="NK-REQUIRES-PYTHON-MISSING", scope=Scope.ARCHIVE, severity=Severity.WARNING)
def requires_python_missing(facts: FileFacts) -> Iterator[Found]:
    """METADATA has no Requires-Python.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = false
    ```
    Or an empty one:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = ""
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=2.7"
    ```
    """
    if facts.core is not None and facts.core.headers.fields and facts.core.value("Requires-Python") is None:
        yield found(
            "there is no `Requires-Python`, so that installers give the file to every Python",
            hint='add the oldest Python that is tested, as `requires-python = ">=3.10"` in [project], and rebuild',
            at=facts.at_field(None),
        )


@rule(
    code="NK-REQUIRES-PYTHON-CAPPED",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
)
def requires_python_capped(facts: FileFacts) -> Iterator[Found]:
    """Requires-Python has an upper bound.

    # Why
    Nobody knows that the next Python breaks the project. Under it resolvers do not stop: they go back to an old
    release without the bound, which is sure not to work. And whoever depends on the project has to bound itself.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.10,<4"
    ```
    Or in other words:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = "~=3.10"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.10,!=3.11.0,!=3.12.*"
    ```

    # Fix
    Leave only the lower bound in `requires-python`, and rebuild. Poetry writes the upper one for `^3.10`.

    # Options
    None.

    # When to ignore
    For what is bound to an interpreter's inside, such as bytecode or its C API, and fails on the next one.
    """
    core = facts.core
    if core is None or core.requires_python is None or not _fitting(core.requires_python):
        return
    caps = sorted(str(specifier) for specifier in core.requires_python if specifier.operator in _CAPS)
    if caps:
        yield found(
            f"`Requires-Python: {shown(str(core.value('Requires-Python')))}` has the upper bound `{shown(caps[0])}`",
            hint="leave only the lower bound in `requires-python` of [project], and rebuild",
            at=facts.at_field(core.field("Requires-Python")),
        )


def _fitting(specifiers: SpecifierSet) -> list[str]:
    return [minor for minor in _MINORS if admits(str(specifiers), minor)]


@rule(code="NK-REQUIRES-PYTHON-UNSATISFIABLE", scope=Scope.ARCHIVE, since="1.0", standard=True)
def requires_python_unsatisfiable(facts: FileFacts) -> Iterator[Found]:
    """No Python that there is, or is planned, fits Requires-Python.

    # Why
    Nobody can install the file.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.12,<3.10"
    ```
    Or what will not come for long:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = ">=4"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">3.10.4,<3.10.6"
    ```
    Or a Python that has long been given up:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = "==2.7.*"
    ```

    # Fix
    Correct `requires-python`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is not None and core.requires_python is not None and not _fitting(core.requires_python):
        yield found(
            f"no Python fits `Requires-Python: {shown(str(core.value('Requires-Python')))}`",
            hint="correct `requires-python` of [project], and rebuild",
            at=facts.at_field(core.field("Requires-Python")),
        )


@rule(
    code="NK-CLASSIFIER-REQUIRES-PYTHON-CONFLICT",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
)
def classifier_requires_python_conflict(facts: FileFacts) -> Iterator[Found]:
    """A classifier names a version of Python that Requires-Python shuts out.

    # Why
    Installers follow the one, people and search pages the other.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.10"
    Classifier = ["Programming Language :: Python :: 3.9", "Programming Language :: Python :: 3.10"]
    ```
    Or a whole series:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = ">=3.10"
    Classifier = "Programming Language :: Python :: 2"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.10.5,!=3.11.0"
    Classifier = ["Programming Language :: Python :: 3 :: Only", "Programming Language :: Python :: 3.10",
      "Programming Language :: Python :: 3.11", "Programming Language :: Python :: Implementation :: CPython"]
    ```

    # Fix
    Remove the classifier, or widen `requires-python`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or core.requires_python is None:
        return
    fitting = _fitting(core.requires_python)
    series = {minor.partition(".")[0] for minor in fitting}
    outside = [
        (field, match[0])
        for field in core.fields("Classifier")[:1000]
        if (match := _CLASSIFIER.fullmatch(field.value.strip())) is not None
        and (f"{match[1]}.{match[2]}" not in fitting if match[2] else match[1] not in series)
    ]
    if outside and fitting:
        names = ", ".join(f"`{name}`" for _, name in outside)
        yield found(
            f"`Requires-Python: {shown(str(core.value('Requires-Python')))}` shuts out {names}",
            hint="remove the classifier, or widen `requires-python`, in [project]; then rebuild",
            at=facts.at_field(outside[0][0]),
        )
