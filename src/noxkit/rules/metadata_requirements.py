# SPDX-License-Identifier: Apache-2.0
"""What METADATA requires: requirements that can be read and that the index takes, and extras that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import limited, read_requirement, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._core_metadata import CoreMetadata

__all__ = [
    "extra_collision",
    "extra_undeclared",
    "metadata_direct_url",
    "metadata_requires_dist_invalid",
    "metadata_self_dependency",
]


@rule(code="NK-METADATA-REQUIRES-DIST-INVALID", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_requires_dist_invalid(facts: FileFacts) -> Iterator[Found]:
    """A Requires-Dist, Provides-Dist or Obsoletes-Dist field is no requirement.

    # Why
    The package index refuses the file, and installers stop at it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = ["rich>=14", "httpx>>0.27"]
    ```
    Or a marker that is none:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Dist = "httpx; python_version > 3.10"
    ```
    Or an address where only a name may stand:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Provides-Dist = "httpx @ https://acme.org/httpx.whl"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = ["httpx [http2,socks] (>=0.27,!=0.28.*) ; (python_version<'3.12' and extra=='a') or os_name=='nt'"]
    Provides-Dist = "demo (1.0)"
    ```

    # Fix
    Write it as PEP 508 has it, in `dependencies` or `optional-dependencies` of `[project]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.core is not None:
        yield from limited(_wrong_requirements(facts, facts.core), facts.at(facts.headers_path))


def _wrong_requirements(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    hint = "write it as PEP 508 has it: a name, then a version specifier, then a marker behind `;`; then rebuild"
    for field, value in core.requirements:
        if isinstance(value, str):
            message = f"`{shown(field.value)}` is no requirement: {value}"
            yield found(message, hint=hint, at=facts.at_field(field))
    if core.unread:
        message = f"there are {core.unread} more `Requires-Dist` fields than are read"
        yield found(message, hint="remove what writes so many of them, and rebuild", at=facts.at(facts.headers_path))
    for name in ("Provides-Dist", "Obsoletes-Dist"):
        for field in core.fields(name)[:1000]:
            reason = _why_no_name(field)
            if reason is not None:
                message = f"`{shown(field.value)}` of `{name}` is refused: {reason}"
                yield found(message, hint=hint, at=facts.at_field(field))


def _why_no_name(field: Field) -> str | None:
    text = field.value.strip()
    name, _, version = text.partition("(")
    # PEP 345 has a bare version in the parentheses, which is no specifier.
    bare = version and version[:1].isdigit()
    value = read_requirement(name.strip() if bare else text)
    if isinstance(value, str):
        return value
    return "it is an address" if value.url is not None else None


@rule(code="NK-METADATA-DIRECT-URL", scope=Scope.ARCHIVE, since="1.0", standard=True)
def metadata_direct_url(facts: FileFacts) -> Iterator[Found]:
    """A requirement is an address instead of a name and versions.

    # Why
    The package index refuses it, behind an extra as well: what it serves depends on nothing from elsewhere. In a tree
    it is NK-DEPENDENCY-URL.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "httpx @ https://acme.org/httpx-0.27-py3-none-any.whl"
    ```
    Or behind an extra:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Dist = ["rich", "httpx@git+https://acme.org/httpx.git ; extra == 'a'"]
    Provides-Extra = "a"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "httpx>=0.27; platform_version == ' @ https://acme.org'"
    ```

    # Fix
    Publish what stands at the address, and require its name. For development, `[tool.uv.sources]` holds addresses
    that are not published.

    # Options
    None.

    # When to ignore
    For a package that goes to an index of your own.
    """
    core = facts.core
    findings = (
        found(
            f"`{shown(dependency.field.value)}` is an address, which the index does not take",
            hint=f"require `{dependency.name}` by name and version, and rebuild; an address for development "
            "belongs into [tool.uv.sources]",
            at=facts.at_field(dependency.field),
        )
        for dependency in (core.dependencies if core is not None else ())
        if dependency.requirement.url is not None
    )
    yield from limited(findings, facts.at(facts.headers_path))


@rule(
    code="NK-EXTRA-UNDECLARED",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def extra_undeclared(facts: FileFacts) -> Iterator[Found]:
    """A marker names an extra that no Provides-Extra field declares.

    # Why
    Installers say that there is no such extra, and what it requires is never installed.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "httpx; python_version >= '3.11' and extra == 'web'"
    Provides-Extra = "www"
    ```
    Or none is declared:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Dist = "httpx; 'web' == extra"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "httpx[http2]; extra == 'Web__Client' or sys_platform == 'web'"
    Provides-Extra = ["web-client", "empty"]
    ```

    # Fix
    Display: declare it in `[project.optional-dependencies]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None:
        return
    declared = {canonicalize_name(field.value) for field in core.fields("Provides-Extra")}
    missing = {
        canonicalize_name(extra): (extra, dependency.field)
        for dependency in reversed(core.dependencies)
        for extra in dependency.extras
        if canonicalize_name(extra) not in declared
    }
    findings = (
        found(
            f"`{shown(field.value)}` belongs to the extra `{shown(extra)}`, which no `Provides-Extra` declares",
            hint=f"declare `{shown(extra)}` in [project.optional-dependencies], and rebuild",
            at=facts.at_field(field),
            display=True,
        )
        for extra, field in missing.values()
    )
    yield from limited(findings, facts.at(facts.headers_path))


@rule(
    code="NK-EXTRA-COLLISION",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def extra_collision(facts: FileFacts) -> Iterator[Found]:
    """Two extras have the same name once they are normalised.

    # Why
    Installers take them for one, or only the first: what the other requires comes along or is lost.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Provides-Extra = ["dev-tools", "Dev_Tools"]
    ```
    Or the same twice:
    ```toml demo-1.0.tar.gz
    [metadata]
    Provides-Extra = ["dev", "docs", "dev"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Provides-Extra = ["dev-tools", "devtools", "dev"]
    ```

    # Fix
    Display: leave one of the two in `[project.optional-dependencies]`, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    yield from limited(_collisions(facts), facts.at(facts.headers_path))


def _collisions(facts: FileFacts) -> Iterator[Found]:
    seen: dict[str, Field] = {}
    for field in facts.core.fields("Provides-Extra") if facts.core is not None else ():
        first = seen.setdefault(canonicalize_name(field.value), field)
        if first is not field:
            names = f"`{shown(first.value)}` and `{shown(field.value)}` are the same extra"
            same = first.value.strip() == field.value.strip()
            yield found(
                f"the extra `{shown(field.value)}` is declared twice" if same else names,
                hint="leave one of them in [project.optional-dependencies], and rebuild",
                at=facts.at_field(field),
                display=True,
            )


@rule(
    code="NK-METADATA-SELF-DEPENDENCY",
    scope=Scope.ARCHIVE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def metadata_self_dependency(facts: FileFacts) -> Iterator[Found]:
    """A project requires itself.

    # Why
    It is always there, and a version that it asks for may not be this one: then nothing can be installed. An extra
    that is made of other extras of the project (`demo[a,b]; extra == "all"`) is something else. In a tree it is
    NK-DEPENDENCY-SELF.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = ["Demo>=1", "rich"]
    ```
    Or for an extra, without extras of its own:
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Dist = "demo; extra == 'all'"
    Provides-Extra = "all"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = ["demo[a]; extra == 'all'", "demo-extras", "demo.a; extra == 'a'"]
    Provides-Extra = ["a", "all"]
    ```

    # Fix
    Display: remove it from `dependencies`, or name the extras that are meant; then rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    own = canonicalize_name(core.value("Name") or "") if core is not None else ""
    findings = (
        found(
            f"the project requires itself: `{shown(dependency.field.value)}`",
            hint=f"remove it, or name the extras that are meant, as `{own}[a,b]` of another extra; then rebuild",
            at=facts.at_field(dependency.field),
            display=True,
        )
        for dependency in (core.dependencies if core is not None else ())
        if dependency.name == own and not (dependency.requirement.extras and dependency.extras)
    )
    yield from limited(findings, facts.at(facts.headers_path))
