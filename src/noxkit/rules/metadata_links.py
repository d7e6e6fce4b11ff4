# SPDX-License-Identifier: Apache-2.0
"""The links of METADATA: addresses that the package index takes, and labels that it can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import limited, shown
from noxkit.rules._form import why_no_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._core_metadata import CoreMetadata

__all__ = ["metadata_url_invalid", "metadata_url_label"]

_LONGEST_LABEL = 32


@rule(code="NK-METADATA-URL-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_url_invalid(facts: FileFacts) -> Iterator[Found]:
    """The address in Project-URL, Home-page or Download-URL is no http or https address.

    # Why
    The package index refuses the file.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Home-page = "acme.org/demo"
    ```
    Or another scheme:
    ```toml demo-1.0.tar.gz
    [metadata]
    Project-URL = ["Docs, https://acme.org", "Source, git+ssh://git@acme.org/demo.git"]
    ```
    Or no address:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Project-URL = "Source,"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Project-URL = ["Docs , HTTPS://u@acme.org:8443/a,b?c=d#e", "Six, http://[::1]/a path with spaces"]
    Home-page = "UNKNOWN"
    ```

    # Fix
    Write the whole address, with `https://`, in `[project.urls]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.core is not None:
        yield from limited(_wrong_links(facts, facts.core), facts.at(facts.headers_path))


def _wrong_links(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    links = [
        (name, field, core.value(name) or "") for name in ("Home-page", "Download-URL") if (field := core.field(name))
    ]
    for field in core.fields("Project-URL"):
        label, comma, url = (part.strip() for part in field.value.partition(","))
        if comma:
            links.append((f"Project-URL: {shown(label, 40)}", field, url))
    for name, field, url in links:
        why = why_no_link(url) if url else "there is none"
        if why is not None:
            message = f"the address `{shown(url)}` of `{name}` is no http or https URI: {why}"
            hint = "write the whole address, with `https://`, in [project.urls], and rebuild"
            yield found(message, hint=hint, at=facts.at_field(field))


@rule(code="NK-METADATA-URL-LABEL", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_url_label(facts: FileFacts) -> Iterator[Found]:
    """A Project-URL has no label, one of more than 32 characters, or one that stands twice.

    # Why
    The package index or the uploaders refuse the file.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Project-URL = "https://acme.org"
    ```
    Or one that is too long:
    ```toml demo-1.0.tar.gz
    [metadata]
    Project-URL = "Where the documentation of it lies, https://acme.org"
    ```
    Or twice the same:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Project-URL = ["Docs, https://acme.org/1", " Docs ,https://acme.org/2"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Project-URL = ["Where the documentation öf it be, https://acme.org/a,b", "docs, https://a.b", "Docs, https://a.b"]
    ```

    # Fix
    Give each address of `[project.urls]` a short key of its own, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.core is not None:
        yield from limited(_wrong_labels(facts, facts.core), facts.at(facts.headers_path))


def _wrong_labels(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    hint = f"give it a key of at most {_LONGEST_LABEL} characters of its own in [project.urls], and rebuild"
    seen: dict[str, Field] = {}
    for field in core.fields("Project-URL"):
        label, comma, _ = (part.strip() for part in field.value.partition(","))
        first = seen.setdefault(label, field)
        if not comma or not label:
            message = f"`Project-URL: {shown(field.value)}` has no label before a comma"
        elif len(label) > _LONGEST_LABEL:
            message = f"the label `{shown(label)}` has {len(label)} characters, and may have {_LONGEST_LABEL}"
        elif first is not field:
            message = f"the label `{shown(label)}` stands twice, first in line {first.line}"
        else:
            continue
        yield found(message, hint=hint, at=facts.at_field(field))
