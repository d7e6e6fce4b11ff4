# SPDX-License-Identifier: Apache-2.0
"""The classifiers of METADATA, and the fields and classifiers that a repository's own policy asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.errors import did_you_mean
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import limited, shown
from noxkit.rules._manifest import is_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._core_metadata import CoreMetadata

__all__ = [
    "classifier_deprecated",
    "classifier_invalid",
    "classifier_private",
    "classifier_required",
    "license_classifier_with_expression",
    "metadata_required_field",
]

# What of METADATA shows that a key of [project] had a value.
_FIELDS_OF = {
    "name": ("Name",),
    "version": ("Version",),
    "description": ("Summary",),
    "readme": ("Description",),
    "license": ("License-Expression", "License"),
    "license-files": ("License-File",),
    "requires-python": ("Requires-Python",),
    "authors": ("Author", "Author-email"),
    "maintainers": ("Maintainer", "Maintainer-email"),
    "keywords": ("Keywords",),
    "classifiers": ("Classifier",),
    "urls": ("Project-URL", "Home-page", "Download-URL"),
    "optional-dependencies": ("Provides-Extra",),
    "import-names": ("Import-Name",),
    "import-namespaces": ("Import-Namespace",),
}
# Current releases of these refuse to build what has both: what they have built is of an older one.
_REFUSING = ("setuptools", "flit", "bdist_wheel")


@rule(code="NK-CLASSIFIER-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def classifier_invalid(facts: FileFacts) -> Iterator[Found]:
    """A classifier is none of those that the package index knows.

    # Why
    The index refuses the file. In a tree it is NK-CLASSIFIER-UNKNOWN.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Typing :: Typed", "Programming Language :: Python :: 3.1O"]
    ```
    Or with another letter case:
    ```toml demo-1.0.tar.gz
    [metadata]
    Classifier = "typing :: typed"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Typing :: Typed", "Private :: X", "Topic :: Communications :: Chat :: AOL Instant Messenger"]
    ```

    # Fix
    Correct it in `classifiers` of `[project]`, and rebuild.

    # Options
    None.

    # When to ignore
    For a classifier that is newer than the list that is installed with noxkit (`trove-classifiers`).
    """
    if facts.core is not None and facts.core.fields("Classifier"):
        yield from limited(_unknown_classifiers(facts, facts.core), facts.at(facts.headers_path))


def _classifiers(core: CoreMetadata) -> Iterator[tuple[str, Field]]:
    for field in core.fields("Classifier"):
        if field.value.strip() not in {"", "UNKNOWN"}:
            yield field.value.strip(), field


def _unknown_classifiers(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    import trove_classifiers as trove  # noqa: PLC0415 -- a table of nine hundred names

    hints = 0
    for line, field in _classifiers(core):
        if line in trove.classifiers or line in trove.deprecated_classifiers or is_private(line):
            continue
        hints += 1
        near = did_you_mean(line, trove.classifiers) if " :: " in line[:200] and hints < 10 else ""
        hint = near if near.startswith("did") else "choose one of https://pypi.org/classifiers/, or remove it"
        message = f"`{shown(line)}` is no classifier of the package index"
        yield found(message, hint=f"{hint}; then rebuild", at=facts.at_field(field))


@rule(code="NK-CLASSIFIER-DEPRECATED", scope=Scope.ARCHIVE, since="1.0", standard=True)
def classifier_deprecated(facts: FileFacts) -> Iterator[Found]:
    """A classifier is one that the package index has given up.

    # Why
    The index refuses new files that carry it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = "Topic :: Communications :: Chat :: AOL Instant Messenger"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Topic :: Communications :: Chat", "Development Status :: 7 - Inactive"]
    ```

    # Fix
    Write the one that takes its place, in `classifiers` of `[project]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or not core.fields("Classifier"):
        return
    import trove_classifiers as trove  # noqa: PLC0415 -- a table of nine hundred names

    for line, field in dict(_classifiers(core)).items():
        new = trove.deprecated_classifiers.get(line)
        if new is not None:
            names = " and ".join(f"`{name}`" for name in new)
            hint = f"write {names} instead, and rebuild" if new else "remove it, and rebuild; nothing takes its place"
            yield found(f"the classifier `{line}` is deprecated", hint=hint, at=facts.at_field(field))


@rule(code="NK-CLASSIFIER-PRIVATE", scope=Scope.ARCHIVE, since="1.0", standard=True)
def classifier_private(facts: FileFacts) -> Iterator[Found]:
    """A classifier keeps the file from the package index.

    # Why
    The index refuses everything below `Private ::`. That is what it is for; where the package is to be published, it is
    one classifier too many.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = "Private :: Do Not Upload"
    ```
    Or any other below it:
    ```toml demo-1.0.tar.gz
    [metadata]
    Classifier = ["Typing :: Typed", "Private :: Acme"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = "Intended Audience :: Developers"
    Keywords = "Private :: Do Not Upload"
    ```

    # Fix
    Remove it from `classifiers` of `[project]` where the package is to be published, and rebuild.

    # Options
    None.

    # When to ignore
    For a package that goes to an index of your own.
    """
    core = facts.core
    private = ((line, field) for line, field in (_classifiers(core) if core is not None else ()) if is_private(line))
    findings = (
        found(
            f"the classifier `{shown(line)}` keeps the file from the package index",
            hint="remove it from `classifiers` of [project] to publish the package, and rebuild",
            at=facts.at_field(field),
        )
        for line, field in private
    )
    yield from limited(findings, facts.at(facts.headers_path))


@rule(
    code="NK-LICENSE-CLASSIFIER-WITH-EXPRESSION",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def license_classifier_with_expression(facts: FileFacts) -> Iterator[Found]:
    """A licence classifier stands beside License-Expression.

    # Why
    PEP 639 forbids it. The package index takes it; current releases of setuptools and flit refuse to build such a
    package, and then it is an error. In a tree it is NK-LICENSE-CLASSIFIER.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-Expression = "MIT"
    Classifier = ["Typing :: Typed", "License :: OSI Approved :: MIT License"]
    ```
    Or built by setuptools:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-Expression = "MIT"
    Classifier = "License :: OSI Approved"
    [wheel]
    Generator = "setuptools (77.0.0)"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-Expression = false
    License = "MIT"
    Classifier = "License :: OSI Approved :: MIT License"
    ```

    # Fix
    Display: remove the classifier from `classifiers` of `[project]`, and rebuild.

    # Options
    None.

    # When to ignore
    While releases of a tool that read classifiers alone must be served.
    """
    core = facts.core
    if core is None or core.value("License-Expression") is None:
        return
    backend = facts.backend
    refuses = backend.startswith(_REFUSING)
    for line, field in dict(_classifiers(core)).items():
        if line.startswith("License ::"):
            why = f", and `{shown(backend, 40)}` refuses to build it in its current release" if refuses else ""
            yield found(
                f"the classifier `{shown(line)}` stands beside `License-Expression`{why}",
                hint="remove the classifier from `classifiers` of [project], and rebuild: the expression says it all",
                at=facts.at_field(field),
                severity=Severity.ERROR if refuses else None,
                display=True,
            )


@rule(code="NK-METADATA-REQUIRED-FIELD", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_required_field(facts: FileFacts) -> Iterator[Found]:
    """A field that the repository's policy asks for is not in METADATA.

    # Why
    The repository has decided that what it publishes carries it; what a build computes shows only here. In a tree it is
    NK-METADATA-REQUIRED.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    required-fields = ["description", "authors"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author-email = "A <a@acme.org>"
    Keywords = ""
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    required-fields = ["name", "version", "description", "authors", "license", "requires-python", "readme"]
    ```

    # Fix
    Write it in `[project]`, and rebuild.

    # Options
    `required-fields` of the package's kind.

    # When to ignore
    For a package that is of its kind in everything else.
    """
    core = facts.core
    if core is None:
        return
    for key in facts.policy.required_fields:
        names = _FIELDS_OF.get(key, ())
        has_text = key == "readme" and core.description.strip()
        if names and not has_text and not any(core.value(name) for name in names):
            yield found(
                f"there is no `{'` or `'.join(names)}`, and the policy requires `{key}`",
                hint=f"write `{key}` in [project], and rebuild",
                at=facts.at_field(None),
            )


@rule(code="NK-CLASSIFIER-REQUIRED", scope=Scope.ARCHIVE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def classifier_required(facts: FileFacts) -> Iterator[Found]:
    """A classifier that the repository's policy asks for is not in METADATA.

    # Why
    The repository has decided that what it publishes carries it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = "Typing :: Stubs Only"
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    required-classifiers = ["Typing :: Typed"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Classifier = ["Typing :: Stubs Only", "  Typing :: Typed "]
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    required-classifiers = ["Typing :: Typed"]
    ```

    # Fix
    Display: add it to `classifiers` of `[project]`, and rebuild.

    # Options
    `required-classifiers` of the package's kind.

    # When to ignore
    For a package that is of its kind in everything else.
    """
    core = facts.core
    stated = {line for line, _ in _classifiers(core)} if core is not None else set[str]()
    for line in facts.policy.required_classifiers if core is not None else ():
        if line not in stated:
            yield found(
                f"there is no classifier `{line}`, which the policy requires",
                hint="add it to `classifiers` of [project], and rebuild",
                at=facts.at_field(None),
                display=True,
            )
