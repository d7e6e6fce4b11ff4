# SPDX-License-Identifier: Apache-2.0
"""METADATA against the [project] table that it was made from: a file that says something else is of another tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import limited, shown
from noxkit.rules._drift import Drift, drifting_extras, drifting_fields, drifting_requirements
from noxkit.rules._manifest import has_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import FileFacts

__all__ = ["metadata_dependency_drift", "tree_metadata_drift"]


@rule(code="NK-METADATA-DEPENDENCY-DRIFT", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_dependency_drift(facts: FileFacts) -> Iterator[Found]:
    """A built file requires other things, or has other extras, than `[project]` says.

    # Why
    What is published then installs other things than what was tested. The file is older than the tree, or a plugin of
    the build has changed it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "httpx>=0.26"
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    dependencies = ["httpx>=0.27"]
    ```
    Or an extra:
    ```toml demo-1.0.tar.gz
    [metadata]
    Provides-Extra = "cli"
    Requires-Dist = "rich; extra == 'cli'"
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Provides-Extra = "cli-tools"
    Requires-Dist = [
      "Rich (>=14.0) ; extra == 'cli-tools' and (os_name=='nt' or python_version<'3.12')",
      "HTTPX<1,>=0.27",
    ]
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    dependencies = ["httpx >= 0.27, <1"]
    optional-dependencies = { CLI_tools = ["rich>=14; python_version < '3.12' or os_name == 'nt'"] }
    ```
    Or what the build computes:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "httpx"
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    dynamic = ["dependencies"]
    ```

    # Fix
    Rebuild from the tree, without what is left in `build/`.

    # Options
    None.

    # When to ignore
    Where a step of the build is meant to change them: name them in `dynamic` instead.
    """
    yield from limited(_findings(facts, of_dependencies=True), facts.at(facts.headers_path))


@rule(code="NK-TREE-METADATA-DRIFT", scope=Scope.ARCHIVE, since="1.0", standard=True)
def tree_metadata_drift(facts: FileFacts) -> Iterator[Found]:
    """A field of METADATA differs from the value that `[project]` states.

    # Why
    The file is older than the tree, or was made from another one.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.11"
    ```
    Or the readme:
    ```toml demo-1.0.tar.gz
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    readme = "README.md"
    ```
    ```markdown README.md
    # demo

    New.
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Author-email = '"Doe, J." <J@acme.org>, B <b@acme.org>'
    Keywords = "a,b"
    Classifier = ["Typing :: Typed", "Environment :: Console"]
    Project-URL = "homepage, https://acme.org"
    Requires-Python = "!=3.11.0,>=3.10"
    ```
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    readme = "README.md"
    license = "mit"
    license-files = ["LICEN[CS]E*"]
    requires-python = ">= 3.10, != 3.11.0"
    authors = [{ name = "Doe, J.", email = "j@acme.org" }, { email = "b@acme.org" }]
    keywords = ["b", "a"]
    classifiers = ["Environment :: Console", "Typing :: Typed"]
    urls = { Homepage = "https://acme.org" }
    ```
    ```markdown README.md
    # demo
    ```
    ```text LICENSE
    MIT License
    ```

    # Fix
    Rebuild from the tree, without what is left in `build/`.

    # Options
    None. Another version is NK-TREE-VERSION-MISMATCH, and then nothing else is compared.

    # When to ignore
    Where a step of the build is meant to change it: name it in `dynamic` instead.
    """
    yield from limited(_findings(facts, of_dependencies=False), facts.at(facts.headers_path))


def _findings(facts: FileFacts, *, of_dependencies: bool) -> Iterator[Found]:
    package, core = facts.package, facts.core
    if package is None or core is None or not has_project(package) or not core.headers.fields:
        return
    if not _is_same_version(package.package.version, core.value("Version")):
        return
    if of_dependencies:
        drifts = [*drifting_requirements(package, core), *drifting_extras(package, core)]
    else:
        drifts = list(drifting_fields(package, core))
    for drift in drifts:
        yield _finding(facts, drift)


def _is_same_version(stated: str | None, built: str | None) -> bool:
    if stated is None or built is None:
        return True
    try:
        return Version(stated) == Version(built)
    except InvalidVersion:
        return True


def _finding(facts: FileFacts, drift: Drift) -> Found:
    said, built = f"`{shown(drift.stated)}`", f"`{shown(drift.built)}`"
    if not drift.stated:
        message = f"`{drift.key}` of [project] has no {built}, which the file has"
    elif not drift.built:
        message = f"`{drift.key}` of [project] has {said}, which the file has not"
    else:
        message = f"`{drift.key}` of [project] is {said}, and in the file {built}"
    return found(
        message, hint="rebuild from the tree, without what is left in `build/`", at=facts.at_field(drift.field)
    )
