# SPDX-License-Identifier: Apache-2.0
"""The licence that a package states: one expression, in its canonical form, and nothing that contradicts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from noxkit.diagnostics.fixes import TomlEdit
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._manifest import classifiers, has_project, is_dynamic, poetry
from noxkit.workspace._tables import strings, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._facts import PackageFacts

__all__ = ["license_classifier", "license_expression", "license_missing"]

_LICENSE_FILE = re.compile(r"(un)?licen[cs]e|copying", re.IGNORECASE)
# Names that people write, and the identifier that each of them most likely means.
_USUAL = {
    "apache": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache license": "Apache-2.0",
    "bsd": "BSD-3-Clause` or `BSD-2-Clause",
    "gpl": "GPL-3.0-only` or `GPL-3.0-or-later",
    "gplv3": "GPL-3.0-only` or `GPL-3.0-or-later",
    "gplv2": "GPL-2.0-only` or `GPL-2.0-or-later",
    "lgpl": "LGPL-3.0-only` or `LGPL-3.0-or-later",
    "mit": "MIT",
    "mpl": "MPL-2.0",
    "private": "LicenseRef-Proprietary",
    "proprietary": "LicenseRef-Proprietary",
    "psf": "PSF-2.0",
    "public domain": "LicenseRef-Public-Domain",
}


@rule(code="NK-LICENSE-CLASSIFIER", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.SAFE)
def license_classifier(facts: PackageFacts) -> Iterator[Found]:
    """A licence classifier stands beside a licence expression.

    # Why
    PEP 639 forbids it, and current build backends (setuptools from 77, flit, pdm) refuse to build such a package.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "MIT"
    classifiers = ["Environment :: Console", "License :: OSI Approved :: MIT License"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "MIT"
    classifiers = ["Environment :: Console"]
    ```

    # Fix
    Safe: removes the classifier, where the expression is a valid one.

    # Options
    None.

    # When to ignore
    Never: the package cannot be built by every backend.
    """
    expression = text(facts.project.get("license"))
    if expression is None:
        return
    for index, line in classifiers(facts):
        if line.startswith("License ::"):
            edit = TomlEdit(path=facts.manifest.path, at=("project", "classifiers"), action="remove", value=[line])
            yield found(
                f'the classifier `{line}` stands beside `license = "{expression}"`',
                hint="remove the classifier: the expression says it all",
                at=facts.manifest.value("project", "classifiers", index),
                safe=[edit] if _canonical(expression) is not None else [],
            )


@rule(code="NK-LICENSE-MISSING", scope=Scope.PACKAGE, since="1.0", standard=True)
def license_missing(facts: PackageFacts) -> Iterator[Found]:
    """A package that can be published has neither a licence expression nor a licence file.

    # Why
    What has no licence nobody may use. A file in the workspace's root does not reach the packages of its members.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    classifiers = ["License :: OSI Approved :: MIT License"]
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
    license = "MIT"
    ```

    # Fix
    Write `license = "…"` with an SPDX expression, and add the licence's text as `LICENSE`. There is no automatic
    fix: the licence is yours to choose.

    # Options
    `publish` of the package's kind.

    # When to ignore
    For a package that goes to an index of your own.
    """
    if facts.package.publish and has_project(facts) and not _has_license(facts):
        yield found(
            "the package can be published, and has neither a licence expression nor a licence file",
            hint='write `license = "MIT"`, or what else holds, and add the text as `LICENSE` beside pyproject.toml',
            at=facts.manifest.key("project"),
        )


def _has_license(facts: PackageFacts) -> bool:
    stated = facts.project.get("license") or strings(facts.project.get("license-files")) or poetry(facts, "license")
    setuptools = strings(table(facts.package.pyproject, "tool", "setuptools").get("license-files"))
    if stated or setuptools or is_dynamic(facts, "license") or is_dynamic(facts, "license-files"):
        return True
    prefix = "" if facts.package.folder == "." else f"{facts.package.folder}/"
    names = (path.removeprefix(prefix) for path in facts.files)
    # A file of that name in the folder itself, or any in `LICENSES/` (the REUSE specification).
    return any(_LICENSE_FILE.match(name) is not None and _is_top(name) for name in names)


def _is_top(name: str) -> bool:
    return "/" not in name or name.startswith("LICENSES/")


@rule(code="NK-LICENSE-EXPRESSION", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.SAFE)
def license_expression(facts: PackageFacts) -> Iterator[Found]:
    """`license` is not an SPDX expression, or not in its canonical form.

    # Why
    PEP 639 asks for one, build backends refuse what they cannot read, and tools that judge licences compare text.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "apache-2.0 or mit"
    ```
    Or what is no expression at all:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "Apache 2.0 License"
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "Apache-2.0 OR MIT"
    ```

    # Fix
    Safe where only letter case and spaces differ from the canonical form.

    # Options
    None.

    # When to ignore
    Never: write `LicenseRef-…` for a licence that SPDX has no name for.
    """
    stated = text(facts.project.get("license"))
    if stated is None:
        return
    place, canonical = facts.manifest.value("project", "license"), _canonical(stated)
    if canonical is None:
        yield found(f"`{stated}` is not an SPDX licence expression", hint=_expression_hint(stated), at=place)
    elif canonical != stated:
        yield found(
            f"`{stated}` is not the canonical form of its SPDX licence expression",
            hint=f"write `{canonical}`",
            at=place,
            safe=[TomlEdit(path=facts.manifest.path, at=("project", "license"), action="set", value=canonical)],
        )


def _canonical(expression: str) -> str | None:
    try:
        return canonicalize_license_expression(expression)
    except InvalidLicenseExpression:
        return None


def _expression_hint(stated: str) -> str:
    usual = _USUAL.get(re.sub(r"[-\s]*(v?\d[\d.]*|licen[cs]e|the|software)", "", stated.lower()).strip(" ,-"))
    usual = _USUAL.get(stated.lower().strip(), usual)
    if usual:
        return f"write the identifier that is meant: `{usual}`"
    return "use identifiers of https://spdx.org/licenses/ with AND, OR and WITH; `LicenseRef-…` for any other licence"
