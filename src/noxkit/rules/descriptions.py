# SPDX-License-Identifier: Apache-2.0
"""The description of a built file: that there is one, of a type that the index knows, and that it can be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._core_metadata import refused, shown
from noxkit.rules._manifest import has_project
from noxkit.rules._pep621 import project_errors
from noxkit.rules._rendering import Rendering, content_type, links, render
from noxkit.workspace._tables import table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._base import Place
    from noxkit.rules._core_metadata import CoreMetadata
    from noxkit.rules._facts import PackageFacts

__all__ = [
    "description_content_type_invalid",
    "description_content_type_missing",
    "readme_missing",
    "readme_missing_in_tree",
    "readme_relative_link",
    "readme_render",
]

# A readme has a dozen of them or none: one finding tells of all.
_SHOWN = 3
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@rule(code="NK-DESCRIPTION-CONTENT-TYPE-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def description_content_type_invalid(facts: FileFacts) -> Iterator[Found]:
    """Description-Content-Type is none that the package index takes.

    # Why
    It takes text/plain, text/x-rst and text/markdown, in UTF-8, Markdown as GFM or CommonMark.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = "text/rst"
    ```
    Or in another encoding:
    ```toml demo-1.0.tar.gz
    [metadata]
    Description-Content-Type = "text/markdown; charset=latin-1"
    ```
    Or an unknown variant:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = "text/markdown; variant=gfm"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = 'Text/Markdown;variant="CommonMark" ; charset=utf-8'
    ```

    # Fix
    Give `readme` of `[project]` a `content-type`, or a file with the suffix .md, .rst or .txt, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    stated = core.value("Description-Content-Type") if core is not None else None
    reason = refused("description_content_type", stated) if stated is not None else None
    if core is not None and stated is not None and reason is not None:
        yield found(
            f"`Description-Content-Type: {shown(stated)}` is refused: {reason}",
            hint='write `readme = { file = "README.md", content-type = "text/markdown" }`, or what fits, and rebuild',
            at=facts.at_field(core.field("Description-Content-Type")),
        )


@rule(
    code="NK-DESCRIPTION-CONTENT-TYPE-MISSING",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
)
def description_content_type_missing(facts: FileFacts) -> Iterator[Found]:
    """There is a description, and no Description-Content-Type.

    # Why
    The package index then renders it as reStructuredText, and refuses Markdown that happens to be none.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = false
    body = "demo\\n====\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = false
    body = " \\n\\t\\n"
    ```

    # Fix
    Give `readme` of `[project]` a `content-type`, and rebuild; `long_description_content_type` in setup.py.

    # Options
    None.

    # When to ignore
    For reStructuredText that is rendered well.
    """
    core = facts.core
    if core is not None and core.description.strip() and core.value("Description-Content-Type") is None:
        yield found(
            "the description has no `Description-Content-Type`, and is taken for reStructuredText",
            hint='write `readme = { file = "README.md", content-type = "text/markdown" }`, or what fits, and rebuild',
            at=facts.at_field(None),
        )


@rule(code="NK-README-RENDER", scope=Scope.ARCHIVE, since="1.0", standard=True)
def readme_render(facts: FileFacts) -> Iterator[Found]:
    """The description cannot be rendered in its content type.

    # Why
    The package index refuses the file. It renders with readme_renderer, as noxkit does here: of reStructuredText
    every warning counts, such as a directive or role of Sphinx.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = "text/x-rst"
    body = "demo\\n====\\n\\n.. automodule:: demo\\n"
    ```
    Or a type that is missing, and then is rst:
    ```toml demo-1.0.tar.gz
    [metadata]
    Description-Content-Type = false
    body = "# demo\\n\\n`a` and `b <"
    ```
    Or Markdown of which nothing is left:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = "text/markdown"
    body = "[a]: https://acme.org"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Description-Content-Type = "text/markdown"
    body = "<details>\\n\\n.. automodule:: demo\\n\\n| a |\\n<script>\\n```nolang\\n"
    ```
    Or reStructuredText:
    ```toml demo-1.0.tar.gz
    [metadata]
    Description-Content-Type = "text/x-rst; charset=UTF-8"
    body = "demo\\n====\\n\\n.. code:: nolang\\n\\n   a\\n\\n|b|\\n\\n.. |b| replace:: *c*\\n"
    ```

    # Fix
    Mend the readme as the message says, and rebuild. Directives and roles of Sphinx have to go.

    # Options
    None. What is so large or so deeply nested that it would take minutes is not rendered, which is information.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or not core.description.strip():
        return
    kind, variant = content_type(core.value("Description-Content-Type"))
    rendering = render(core.description, kind, variant)
    if rendering.html is not None:
        return
    if rendering.skipped:
        yield found(
            f"the description was not rendered: {rendering.reason}",
            hint="shorten it, or look at it with `twine check`; the package index may take it",
            at=facts.at(facts.headers_path, core.headers.body_line),
            severity=Severity.INFO,
        )
        return
    name = {"rst": "reStructuredText", "markdown": "Markdown", "text": "text"}[kind]
    yield found(
        f"the description cannot be rendered as {name}: {shown(rendering.reason, 200)}",
        hint="mend the readme there, and rebuild; where it is of another type, say so in `content-type` of `readme`",
        at=_place(facts, core, rendering),
    )


def _place(facts: FileFacts, core: CoreMetadata, rendering: Rendering) -> Place:
    in_body = bool(core.headers.body.strip())
    line = core.headers.body_line + (rendering.line or 1) - 1 if in_body else None
    return facts.at(facts.headers_path, line) if in_body else facts.at_field(core.field("Description"))


@rule(code="NK-README-MISSING", scope=Scope.ARCHIVE, since="1.0", standard=True, severity=Severity.WARNING)
def readme_missing(facts: FileFacts) -> Iterator[Found]:
    """A built file has no description, or `[project]` names a readme that does not exist.

    # Why
    The package index shows an empty page; where the readme is named and missing, build backends refuse to build.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    body = false
    ```
    Or only blanks:
    ```toml demo-1.0.tar.gz
    [metadata]
    body = "  \\n\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata-text]
    text = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\nDescription: one\\n        two\\n"
    ```

    # Fix
    Write a readme, name it in `readme` of `[project]`, and rebuild.

    # Options
    None.

    # When to ignore
    For a file that nobody will look up.
    """
    core = facts.core
    if core is not None and core.headers.fields and not core.description.strip():
        yield found(
            "there is no description, and the package's page will be empty",
            hint='write a readme, name it as `readme = "README.md"` in [project], and rebuild',
            at=facts.at_field(None),
        )


@also(code="NK-README-MISSING", scope=Scope.PACKAGE)
def readme_missing_in_tree(facts: PackageFacts) -> Iterator[Found]:
    """The readme that `[project]` names does not exist.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    readme = "README.rst"
    ```
    ```markdown README.md
    # acme
    ```
    Or as a table:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    readme = { file = "docs/README.md", content-type = "text/markdown" }
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    readme = { file = "docs/../README", content-type = "text/markdown" }
    ```
    ```markdown README
    # acme
    ```
    ```markdown docs/index.md
    # acme
    ```
    """
    readme = facts.project.get("readme")
    path = text(readme) or text(table(readme).get("file"))
    if has_project(facts) and path is not None:  # what follows costs a few milliseconds a package
        folder = facts.whole.repository.root / facts.package.folder
        if (folder / path).is_file():
            return
        for error in project_errors(facts.package.pyproject, folder):
            if error.missing == "readme":
                hint = "write the path of a file that is there, relative to pyproject.toml, or add the file"
                yield found(error.message, hint=hint, at=facts.manifest.value(*error.way))


@rule(code="NK-README-RELATIVE-LINK", scope=Scope.ARCHIVE, since="1.0", standard=True, severity=Severity.INFO)
def readme_relative_link(facts: FileFacts) -> Iterator[Found]:
    """A link or an image of the description is relative.

    # Why
    It works beside the source, and leads nowhere on the page of the package index.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    body = "See [the guide](docs/guide.md) and ![a picture](./logo.svg)."
    ```
    Or in reStructuredText:
    ```toml demo-1.0.tar.gz
    [metadata]
    Description-Content-Type = "text/x-rst"
    body = ".. image:: logo.png\\n\\n`guide </docs/guide>`_\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    body = "[a](#usage) [b](https://acme.org/docs/guide.md) <me@acme.org> `[c](docs/c.md)` [d](//acme.org/d)"
    ```

    # Fix
    Write the whole address, or let a plugin of the backend do it (hatch-fancy-pypi-readme), and rebuild.

    # Options
    None.

    # When to ignore
    Where the description is only read beside the source.
    """
    core = facts.core
    if core is None or not core.description.strip():
        return
    rendering = render(core.description, *content_type(core.value("Description-Content-Type")))
    relative = [
        link
        for link, _ in (links(rendering.html) if rendering.html is not None else ())
        if not link.startswith(("#", "//")) and _SCHEME.match(link) is None
    ]
    if relative:
        names = ", ".join(f"`{shown(link)}`" for link in relative[:_SHOWN])
        rest = f" and {len(relative) - _SHOWN} more" if len(relative) > _SHOWN else ""
        yield found(
            f"links and images of the description are relative, and lead nowhere at the index: {names}{rest}",
            hint="write the whole address, with `https://`, in the readme, and rebuild",
            at=facts.at(facts.headers_path, core.headers.body_line),
        )
