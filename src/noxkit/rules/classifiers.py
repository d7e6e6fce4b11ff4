# SPDX-License-Identifier: Apache-2.0
"""What packages say of themselves by classifier, compared with what they are."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from noxkit.diagnostics.fixes import TomlEdit
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._manifest import (
    classifiers,
    has_classifier_list,
    has_project,
    is_dynamic,
    is_private,
    minor_key,
    minors_between,
    newest_minor,
)
from noxkit.workspace.pythons import OLDEST, admits, minors_of_classifiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.rules._facts import PackageFacts

__all__ = [
    "classifier_python",
    "classifier_typed",
    "classifier_unknown",
    "private_classifier",
]

_WAY = ("project", "classifiers")
_ALIKE = 0.6  # of 1, as difflib counts
_PYTHON = "Programming Language :: Python :: "
_TYPED = "Typing :: Typed"
_PRIVATE = "Private :: Do Not Upload"


def _add(facts: PackageFacts, *lines: str) -> TomlEdit:
    return TomlEdit(path=facts.manifest.path, at=_WAY, action="append", value=list(lines))


def _remove(facts: PackageFacts, line: str) -> TomlEdit:
    return TomlEdit(path=facts.manifest.path, at=_WAY, action="remove", value=[line])


@rule(code="NK-CLASSIFIER-PYTHON", scope=Scope.PACKAGE, since="1.0", fix=FixSafety.SAFE)
def classifier_python(facts: PackageFacts) -> Iterator[Found]:
    """The classifiers name other minor versions of Python than `requires-python` admits.

    # Why
    People and tools read the classifiers to learn which versions a package supports; installers read
    `requires-python`. Where both differ one of them is wrong, and in most cases that is the forgotten list.
    Minors above the newest supported one are not asked for; `Python :: 3` and `:: 3 :: Only` name none.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.12,<3.14"
    classifiers = ["Programming Language :: Python :: 3.11", "Programming Language :: Python :: 3.12"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.12,<3.14"
    classifiers = ["Programming Language :: Python :: 3.12", "Programming Language :: Python :: 3.13"]
    ```

    # Fix
    Safe: adds the classifiers that are missing, and removes those of versions that `requires-python` excludes.

    # Options
    `python` of `[tool.noxkit]` says which minor is the newest supported one.

    # When to ignore
    Where the classifiers are meant to say what is tested and not what can be installed.
    """
    specifier = facts.package.requires_python
    listed = classifiers(facts)
    if specifier is None or not has_classifier_list(facts):
        return
    named = {minor for minor in minors_of_classifiers(line for _, line in listed) if minor.startswith("3.")}
    missing = [minor for minor in _wanted(specifier, newest_minor(facts.whole), named) if minor not in named]
    if missing:
        newest = newest_minor(facts.whole)
        other = "" if newest in missing else ", or raise requires-python"  # above the newest there is none
        yield found(
            f'`requires-python = "{specifier}"` admits Python {", ".join(missing)}, which no classifier names',
            hint=f"add `{_PYTHON}{missing[0]}`{' and so on' if missing[1:] else ''}{other}",
            at=facts.manifest.key(*_WAY),
            safe=[_add(facts, *(f"{_PYTHON}{minor}" for minor in missing))],
        )
    for index, line in listed:
        minor = next(iter(minors_of_classifiers([line])), "2")
        if minor.startswith("3.") and not admits(specifier, minor):
            yield found(
                f'`requires-python = "{specifier}"` excludes Python {minor}, which a classifier names',
                hint="remove the classifier, or lower requires-python where that version is really supported",
                at=facts.manifest.value(*_WAY, index),
                safe=[_remove(facts, line)],
            )


def _wanted(specifier: str, newest: str, named: set[str]) -> Sequence[str]:
    """The minors that classifiers should name; a specifier without a lower bound asks for no ancient ones."""
    wanted = minors_between(specifier, newest)
    if "3.0" not in wanted:
        return wanted
    oldest = min({*named, OLDEST}, key=minor_key)
    return [minor for minor in wanted if minor_key(minor) >= minor_key(oldest)]


@rule(code="NK-CLASSIFIER-TYPED", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.SAFE)
def classifier_typed(facts: PackageFacts) -> Iterator[Found]:
    """`Typing :: Typed` is claimed without a `py.typed`, or there is a `py.typed` without the claim.

    # Why
    Type checkers read the marker file, people read the classifier. Without the file the annotations of an
    installed package count for nothing, whatever the classifier says (PEP 561).

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Intended Audience :: Developers"]
    ```
    ```python src/acme/__init__.py
    ```
    ```text src/acme/py.typed
    ```
    Or the reverse:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Typing :: Typed"]
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
    classifiers = ["Intended Audience :: Developers", "Typing :: Typed"]
    ```
    ```python src/acme/__init__.py
    ```
    ```text src/acme/py.typed
    ```

    # Fix
    Safe: adds the classifier where there is a marker; removes it where the kind says `typed = false`. Otherwise
    a missing marker may be the mistake as well: add an empty `py.typed` beside the `__init__.py`.

    # Options
    `typed` of the package's kind.

    # When to ignore
    For a package whose marker is only made when it is built.
    """
    listed = classifiers(facts)
    claim = next((index for index, line in listed if line == _TYPED), None)
    if claim is None:
        marker = next(iter(_markers(facts)), None)
        if marker is not None and has_classifier_list(facts):
            yield found(
                f"there is `{marker}`, and no classifier `{_TYPED}`",
                hint=f"add `{_TYPED}` to the classifiers",
                at=facts.manifest.key(*_WAY),
                safe=[_add(facts, _TYPED)],
            )
    elif facts.package.import_names and not _has_any_marker(facts):
        untyped = facts.kind is not None and facts.kind.typed is False
        yield found(
            f"the classifier `{_TYPED}` is claimed, and there is no `py.typed`",
            hint="remove the classifier" if untyped else _marker_hint(facts),
            at=facts.manifest.value(*_WAY, claim),
            safe=[_remove(facts, _TYPED)] if untyped else [],
            display=True,
        )


def _markers(facts: PackageFacts) -> Iterator[str]:
    """The `py.typed` files that stand in what the package is imported as: a vendored package's is none of them."""
    files = frozenset(facts.files)
    for root in facts.package.import_roots:
        for name in facts.package.import_names:
            path = f"{root}/{name.replace('.', '/')}/py.typed".removeprefix("./")
            if path in files:
                yield path


def _has_any_marker(facts: PackageFacts) -> bool:
    """Whether the claim may be true: there is a marker somewhere, or stubs, which need none (PEP 561)."""
    folders = (path.split("/")[:-1] for path in facts.files if path.endswith(("/py.typed", "/__init__.pyi")))
    return any(
        folder[-1].endswith("-stubs") or not {"tests", "test"} & set(folder)
        for folder in folders
        if folder[-1].endswith("-stubs") or f"{'/'.join(folder)}/py.typed" in facts.files
    )


def _marker_hint(facts: PackageFacts) -> str:
    name = facts.package.import_names[0]
    path = f"{(*facts.package.import_roots, '.')[0]}/{name.replace('.', '/')}".removeprefix("./")
    if f"{path}.py" in facts.files:
        return f"a single module cannot have one: make `{path}.py` a folder with `py.typed`, or remove the classifier"
    return f"add an empty `{path}/py.typed` where the annotations are complete, or remove the classifier"


@rule(code="NK-CLASSIFIER-UNKNOWN", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.SAFE)
def classifier_unknown(facts: PackageFacts) -> Iterator[Found]:
    """A classifier is none that the package index knows, or one that it has given up.

    # Why
    The index refuses the upload of a package with a classifier that it does not know. What begins with
    `Private ::` is meant to be refused, and allowed here.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Framework :: Django CMS :: 4.2"]
    ```
    Or a misspelt one:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Development Status :: 5 - Stable"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Framework :: Django CMS :: 5.0"]
    ```

    # Fix
    Safe where the index has given a classifier exactly one new name. For what is misspelt the hint names the nearest.

    # Options
    None.

    # When to ignore
    For a classifier that is newer than the list that is installed with noxkit (`trove-classifiers`).
    """
    listed = [(index, line) for index, line in classifiers(facts) if not is_private(line)]
    if not listed:
        return
    import trove_classifiers as trove  # noqa: PLC0415 -- a table of nine hundred names, which only this rule needs

    for index, line in listed:
        place = facts.manifest.value(*_WAY, index)
        if line in trove.deprecated_classifiers:
            new = trove.deprecated_classifiers[line]
            names = " and ".join(f"`{name}`" for name in new)
            edit = TomlEdit(path=facts.manifest.path, at=(*_WAY, index), action="set", value=new[0] if new else "")
            yield found(
                f"the classifier `{line}` is deprecated",
                hint=f"it is {names} now" if new else "remove it; nothing takes its place",
                at=place,
                safe=[edit] if len(new) == 1 and not _is_listed(listed, new[0]) else [],
            )
        elif line not in trove.classifiers:
            near = _nearest(line, trove.classifiers)
            hint = f"did you mean `{near}`?" if near else "choose one of https://pypi.org/classifiers/, or remove it"
            yield found(f"`{line}` is no classifier of the package index", hint=hint, at=place)


def _nearest(line: str, known: Iterable[str]) -> str | None:
    """The classifier that is meant: like it as a whole and in its last part, which the long beginnings would hide."""
    for near in difflib.get_close_matches(line, known, n=5) if " :: " in line else ():
        end, other = (each.rpartition(" :: ")[2].lower() for each in (line, near))
        if difflib.SequenceMatcher(None, end, other).ratio() >= _ALIKE:
            return near
    return None


def _is_listed(listed: Sequence[tuple[int, str]], line: str) -> bool:
    return any(other == line for _, other in listed)


@rule(code="NK-PRIVATE-CLASSIFIER", scope=Scope.PACKAGE, since="1.0", fix=FixSafety.SAFE)
def private_classifier(facts: PackageFacts) -> Iterator[Found]:
    """`Private :: Do Not Upload` disagrees with what the package's kind says of publishing.

    # Why
    The index refuses a package with this classifier, so it keeps what is private from being published by mistake; and
    it keeps what should be published from being so. noxkit never publishes a package that carries it, whatever the
    kind says.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Environment :: Console"]

    [[tool.noxkit.kinds]]
    name = "service"
    paths = ["."]
    publish = false
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["Environment :: Console", "Private :: Do Not Upload"]

    [[tool.noxkit.kinds]]
    name = "service"
    paths = ["."]
    publish = false
    ```

    # Fix
    Adding it is safe. Removing it is left to you: it would make a package public.

    # Options
    `publish` of the package's kind.

    # When to ignore
    Where another means keeps private packages from being uploaded.
    """
    publish = facts.kind.publish if facts.kind is not None else None
    private = next(((index, line) for index, line in classifiers(facts) if is_private(line)), None)
    if publish and private is not None:
        yield found(
            f"the kind `{facts.package.kind}` is published, and the classifier `{private[1]}` forbids it",
            hint="remove the classifier to publish the package, or set `publish = false` for its kind",
            at=facts.manifest.value(*_WAY, private[0]),
            display=True,
        )
    if publish is False and private is None and has_project(facts) and not is_dynamic(facts, "classifiers"):
        yield found(
            f"the kind `{facts.package.kind}` is not published, and no classifier keeps the package from the index",
            hint=f"add the classifier `{_PRIVATE}`",
            at=facts.manifest.key(*_WAY),
            safe=[_add(facts, _PRIVATE)],
        )
