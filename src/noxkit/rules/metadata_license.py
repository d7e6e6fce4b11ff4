# SPDX-License-Identifier: Apache-2.0
"""The licence that METADATA states: one field, a valid expression, and files that are where it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._core_metadata import VERSIONS, limited, refused, shown
from noxkit.rules._manifest import has_project
from noxkit.rules._pep621 import project_errors
from noxkit.workspace._tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._facts import PackageFacts

__all__ = [
    "license_both",
    "license_expression_invalid",
    "license_file_bad_path",
    "license_file_missing",
    "license_file_missing_in_tree",
]

_MOST_FILES = 2000
# License-File means something since then; before, setuptools put the files elsewhere.
_SINCE = VERSIONS.index("2.4")


@rule(code="NK-LICENSE-BOTH", scope=Scope.ARCHIVE, since="1.0", standard=True)
def license_both(facts: FileFacts) -> Iterator[Found]:
    """METADATA has License and License-Expression.

    # Why
    The package index refuses the file: the old field and the one that takes its place exclude each other (PEP 639).

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License = "MIT"
    License-Expression = "MIT"
    ```
    Or with the text of the licence:
    ```toml demo-1.0.tar.gz
    [metadata]
    License = "Permission is hereby granted, free of charge, to any person"
    License-Expression = "MIT"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License = "UNKNOWN"
    License-Expression = "MIT"
    License-File = "LICENSE"
    ```

    # Fix
    Write `license` of `[project]` as one text, an SPDX expression, and rebuild with a current release of the backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    old = core.field("License") if core is not None else None
    if core is not None and old is not None and core.field("License-Expression") is not None:
        yield found(
            f"`License: {shown(old.value, 40)}` stands beside "
            f"`License-Expression: {shown(core.value('License-Expression') or '', 40)}`",
            hint='write `license = "…"` in [project], an SPDX expression alone, and rebuild',
            at=facts.at_field(old),
        )


@rule(code="NK-LICENSE-EXPRESSION-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def license_expression_invalid(facts: FileFacts) -> Iterator[Found]:
    """License-Expression is no SPDX expression.

    # Why
    The package index refuses the file. In a tree it is NK-LICENSE-EXPRESSION.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-Expression = "Apache 2.0"
    ```
    Or with an identifier that is none:
    ```toml demo-1.0.tar.gz
    [metadata]
    License-Expression = "MIT OR Use-it-after-midnight"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-Expression = "mit or (Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0) and LicenseRef-Acme"
    ```

    # Fix
    Write identifiers of https://spdx.org/licenses/, or `LicenseRef-…`, in `license` of `[project]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    stated = core.value("License-Expression") if core is not None else None
    reason = refused("license_expression", stated) if stated is not None else None
    if core is not None and stated is not None and reason is not None:
        yield found(
            f"`License-Expression: {shown(stated)}` is no SPDX expression: {reason}",
            hint="join identifiers of https://spdx.org/licenses/ by AND, OR and WITH, or write `LicenseRef-…`",
            at=facts.at_field(core.field("License-Expression")),
        )


@rule(code="NK-LICENSE-FILE-MISSING", scope=Scope.ARCHIVE, since="1.0", standard=True)
def license_file_missing(facts: FileFacts) -> Iterator[Found]:
    """A licence file that is named does not exist.

    # Why
    The package index looks for each License-File: below `licenses/` of a wheel's .dist-info folder, below the folder
    of an sdist. It refuses the file where one is missing. In a tree, backends refuse to build, or leave the licence
    out.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-File = ["LICENSE", "NOTICE"]
    ```
    Or not where it has to be:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/licenses/LICENSE" = false
    "{info}/LICENSE" = "MIT License"
    ```
    Or in an sdist:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/LICENSE" = false
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-File = "LICENSES/MIT (1).txt"
    [files]
    "{info}/licenses/LICENSES/MIT (1).txt" = "MIT License"
    ```
    Or of metadata from before they meant it:
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nLicense-File: COPYING\\n"
    ```

    # Fix
    Correct `license-files` of `[project]`, or add the file, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or core.age < _SINCE:
        return
    folder = facts.headers_path.rpartition("/")[0]
    prefix = f"{folder}/licenses/" if facts.headers_path.endswith("/METADATA") else f"{folder}/"
    names = facts.archive.by_name
    findings = (
        found(
            f"`License-File: {shown(field.value)}` names a file that is not in the archive",
            hint=f"add it as `{shown(prefix + field.value)}`: correct `license-files` of [project], and rebuild",
            at=facts.at_field(field),
        )
        for field in core.fields("License-File")[:_MOST_FILES]
        if prefix + field.value.strip() not in names and _why_bad(field) is None
    )
    yield from limited(findings, facts.at(facts.headers_path))


@also(code="NK-LICENSE-FILE-MISSING", scope=Scope.PACKAGE)
def license_file_missing_in_tree(facts: PackageFacts) -> Iterator[Found]:
    """A licence file or pattern of `[project]` stands for no file.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "MIT"
    license-files = ["LICENSE", "NOTICE*"]
    ```
    ```text LICENSE
    MIT License
    ```
    Or in the old form:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = { file = "LICENSE" }
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    license = "MIT"
    license-files = ["LICEN[CS]E*", "legal/**/*.txt"]
    ```
    ```text LICENCE.md
    MIT License
    ```
    ```text legal/a/b.txt
    MIT License
    ```
    """
    named = "license-files" in facts.project or "file" in table(facts.project, "license")
    if has_project(facts) and named:  # what follows costs a few milliseconds a package
        folder = facts.whole.repository.root / facts.package.folder
        for error in project_errors(facts.package.pyproject, folder):
            if error.missing == "license":
                hint = "write the path of a file that is there, relative to pyproject.toml, or add the file"
                yield found(error.message, hint=hint, at=facts.manifest.value(*error.way))


@rule(code="NK-LICENSE-FILE-BAD-PATH", scope=Scope.ARCHIVE, since="1.0", standard=True)
def license_file_bad_path(facts: FileFacts) -> Iterator[Found]:
    """A License-File is a path that leads out, is absolute, has backslashes, or is a pattern.

    # Why
    The package index refuses the file (PEP 639).

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-File = "../LICENSE"
    ```
    Or a path of Windows:
    ```toml demo-1.0.tar.gz
    [metadata]
    License-File = 'legal\\LICENSE'
    ```
    Or a pattern:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-File = ["LICENSE", "LICEN[CS]E*"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    License-File = "a/LICENSE[1].v1 ü.txt"
    [files]
    "{info}/licenses/a/LICENSE[1].v1 ü.txt" = "MIT License"
    ```

    # Fix
    Name files below pyproject.toml in `license-files` of `[project]`, and rebuild with a current release of the
    backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or core.age < _SINCE:
        return
    findings = (
        found(
            f"`License-File: {shown(field.value)}` is refused: {reason}",
            hint="name files below pyproject.toml in `license-files` of [project], with `/`, and rebuild",
            at=facts.at_field(field),
        )
        for field in core.fields("License-File")[:_MOST_FILES]
        if (reason := _why_bad(field)) is not None
    )
    yield from limited(findings, facts.at(facts.headers_path))


def _why_bad(field: Field) -> str | None:
    path = field.value.strip()
    return refused("license_files", [path]) if len(path) < 4096 else f"it has {len(path)} characters"
