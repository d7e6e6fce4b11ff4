# SPDX-License-Identifier: Apache-2.0
"""What [project] and [build-system] say of a package: whether they are valid, and whether they are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.diagnostics.fixes import TomlEdit
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._manifest import (
    described_in,
    has_project,
    is_dynamic,
    poetry,
)
from noxkit.rules._pep621 import project_errors
from noxkit.rules._placeholders import why_placeholder
from noxkit.workspace._tables import strings, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._facts import PackageFacts

__all__ = [
    "build_system_missing",
    "metadata_recommended",
    "metadata_required",
    "pyproject_invalid",
    "url_placeholder",
    "version_invalid",
]

_RECOMMENDED = {
    "keywords": "words by which it is found on the package index",
    "readme": "the page that the package index shows",
    "urls": "links to its source and its documentation",
}
# Where an empty value says something: nothing is required, and nothing more has to be written.
_MAY_BE_EMPTY = frozenset({"dependencies", "optional-dependencies"})


@rule(code="NK-PYPROJECT-INVALID", scope=Scope.PACKAGE, since="1.0", standard=True)
def pyproject_invalid(facts: PackageFacts) -> Iterator[Found]:
    """A pyproject.toml is not TOML, or its `[project]` breaks PEP 621 or PEP 639.

    # Why
    Build backends refuse such a package, each at another place and most of them at the first error. All errors
    are found here at once. A file that is not TOML ends the run: nothing can be said of its package.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = "3.10 and later"
    readme = "READ.md"
    authors = ["A. U. Thor"]
    dependencies = ["httpx>>0.27"]
    home-page = "https://acme.org"
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    readme = "README.md"
    authors = [{ name = "A. U. Thor" }]
    dependencies = ["httpx>=0.27"]

    [project.urls]
    homepage = "https://acme.org"
    ```
    ```markdown README.md
    # acme
    ```

    # Fix
    Write each value as the specification asks for it. There is no automatic fix.

    # Options
    None. What is wrong with the version is NK-VERSION-INVALID; with a licence expression, NK-LICENSE-EXPRESSION
    and NK-LICENSE-CLASSIFIER; with files that `[project]` names and that do not exist, NK-README-MISSING and
    NK-LICENSE-FILE-MISSING.

    # When to ignore
    Never: no build backend takes it.
    """
    if has_project(facts):
        folder = facts.whole.repository.root / facts.package.folder
        for error in project_errors(facts.package.pyproject, folder):
            place = facts.manifest.key if error.at_key else facts.manifest.value
            if error.missing is None:
                yield found(error.message, hint=error.hint, at=place(*error.way))


@rule(code="NK-BUILD-SYSTEM-MISSING", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def build_system_missing(facts: PackageFacts) -> Iterator[Found]:
    """A package of a kind that is published has no `[build-system]`.

    # Why
    Without it every tool falls back to what it deems right: an old setuptools without a version, or nothing at all.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    publish = true
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

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    publish = true
    ```

    # Fix
    Display: the hint shows the table. Which backend is right depends on the package.

    # Options
    `publish` of the package's kind.

    # When to ignore
    Never: a package that is published can say what builds it.
    """
    if facts.package.publish and "build-system" not in facts.package.pyproject:
        yield found(
            f"the kind `{facts.package.kind}` is published, and the package has no [build-system]",
            hint='add `[build-system]` with `requires = ["hatchling"]` and `build-backend = "hatchling.build"`, '
            "or those of the backend that builds it",
            at=Place(described_in(facts), 1),
            display=True,
        )


@rule(code="NK-VERSION-INVALID", scope=Scope.PACKAGE, since="1.0", standard=True)
def version_invalid(facts: PackageFacts) -> Iterator[Found]:
    """The version is none by PEP 440, or is both static and dynamic, or neither.

    # Why
    Nothing can be built, compared or published by a version that installers cannot read.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0-final"
    requires-python = ">=3.10"
    ```
    Or both:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    dynamic = ["version"]
    requires-python = ">=3.10"
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0rc1"
    requires-python = ">=3.10"
    ```
    Or computed by the build:
    ```toml pyproject.toml
    [project]
    name = "acme"
    dynamic = ["version"]
    requires-python = ">=3.10"
    ```

    # Fix
    Write a version such as `1.2.3`, `1.2.3rc1` or `1.2.3.dev4`, or name `version` in `dynamic`. There is no automatic
    fix: which one was meant cannot be told.

    # Options
    None.

    # When to ignore
    Never.
    """
    if not has_project(facts):
        if facts.package.version is not None and not _is_version(facts.package.version):
            yield _no_version(facts.package.version, _place_of_version(facts))
        return
    stated, dynamic = facts.project.get("version"), is_dynamic(facts, "version")
    place = facts.manifest.value("project", "version")
    if stated is None and not dynamic:
        hint = 'write `version = "…"`, or `dynamic = ["version"]` where the build computes it'
        yield found("[project] has no version, neither static nor dynamic", hint=hint, at=place)
    elif stated is not None and dynamic:
        hint = "remove `version`, or take it out of `dynamic`"
        yield found(f"the version is both static, `{stated}`, and dynamic", hint=hint, at=place)
    elif stated is not None and not (isinstance(stated, str) and _is_version(stated)):
        yield _no_version(stated, place)


def _no_version(stated: object, place: Place) -> Found:
    hint = "write a text such as `1.2.3`, `1.2.3rc1` or `1.2.3.dev4` (PEP 440)"
    return found(f"`{stated}` is not a version by PEP 440", hint=hint, at=place)


def _is_version(version: str) -> bool:
    try:
        Version(version)
    except InvalidVersion:
        return "%(" in version  # setup.cfg fills it in
    return True


def _place_of_version(facts: PackageFacts) -> Place:
    if "version" in table(facts.package.pyproject, "tool", "poetry"):
        return facts.manifest.value("tool", "poetry", "version")
    names = [name for name in ("setup.cfg", "setup.py") if facts.whole.repository.has_file(facts.path(name))]
    return Place(facts.path(names[0])) if names else Place(facts.manifest.path, 1)


@rule(code="NK-METADATA-REQUIRED", scope=Scope.PACKAGE, since="1.0")
def metadata_required(facts: PackageFacts) -> Iterator[Found]:
    """A field or classifier that the package's kind requires is absent.

    # Why
    The repository has decided that packages of this kind carry it. What `dynamic` names counts as present.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    required-fields = ["name", "description"]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    description = "All that an acme needs."

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    required-fields = ["name", "description"]
    ```

    # Fix
    Write it. There is no automatic fix.

    # Options
    `required-fields` and `required-classifiers` of the package's kind.

    # When to ignore
    For a package that is of its kind in everything else: by `path`.
    """
    kind = facts.kind
    if kind is None or not has_project(facts):
        return
    for field in kind.required_fields:
        if _is_absent(facts, field):
            yield found(
                f"[project] has no `{field}`, which the kind `{kind.name}` requires",
                hint=f"add `{field}`, or name it in `dynamic` where the build computes it",
                at=facts.manifest.key("project", field),
            )
    listed = strings(facts.project.get("classifiers"))
    for classifier in kind.required_classifiers:
        if classifier not in listed and not is_dynamic(facts, "classifiers"):
            yield found(
                f"there is no classifier `{classifier}`, which the kind `{kind.name}` requires",
                hint="add it to `classifiers`, or to none of the kind's required ones",
                at=facts.manifest.key("project", "classifiers"),
            )


def _is_absent(facts: PackageFacts, field: str) -> bool:
    if is_dynamic(facts, field) or poetry(facts, field):
        return False
    value = facts.project.get(field)
    return value is None or (not value and field not in _MAY_BE_EMPTY)


@rule(code="NK-METADATA-RECOMMENDED", scope=Scope.PACKAGE, since="1.0", fix=FixSafety.SAFE)
def metadata_recommended(facts: PackageFacts) -> Iterator[Found]:
    """A package that can be published has no keywords, no readme or no urls.

    # Why
    The package index shows an empty page, and nobody finds the source, or the package.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    keywords = ["acme", "anvil"]
    readme = "README.md"

    [project.urls]
    Source = "https://github.com/acme/acme"

    [tool.uv.workspace]
    members = ["web"]
    ```
    ```markdown README.md
    # acme
    ```
    ```toml web/pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme-web"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```markdown web/README.md
    # acme-web
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
    keywords = ["acme", "anvil"]
    readme = "README.md"

    [project.urls]
    Source = "https://github.com/acme/acme"

    [tool.uv.workspace]
    members = ["web"]
    ```
    ```markdown README.md
    # acme
    ```
    ```toml web/pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme-web"
    version = "1.0"
    requires-python = ">=3.10"
    keywords = ["acme", "anvil"]
    readme = "README.md"

    [project.urls]
    Source = "https://github.com/acme/acme"
    ```
    ```markdown web/README.md
    # acme-web
    ```

    # Fix
    Safe for a member whose root has the field: it is copied from there; a readme only where the member has a file of
    that name.

    # Options
    `publish` of the package's kind: what is not published, as where there is no `[build-system]`, needs none of them.

    # When to ignore
    For packages that are built and never published.
    """
    if not has_project(facts) or not facts.package.publish:
        return
    for field, what in _RECOMMENDED.items():
        if _is_absent(facts, field):
            yield found(
                f"[project] has no `{field}`: {what}",
                hint=f"add `{field}` to [project]",
                at=facts.manifest.key("project", field),
                safe=_copied(facts, field),
            )


def _copied(facts: PackageFacts, field: str) -> list[TomlEdit]:
    """The edits that give a member what its root has for a field; none where that does not fit."""
    root, path = table(facts.whole.root.data, "project"), facts.manifest.path
    if facts.package.folder == "." or not isinstance(facts.package.pyproject.get("project"), dict):
        return []
    if field == "urls":
        urls = table(root, "urls").items()
        pairs = [(label, url) for label, url in urls if isinstance(url, str)]
        return [TomlEdit(path=path, at=("project", "urls", label), action="set", value=url) for label, url in pairs]
    if field == "keywords":
        value: list[str] | str | None = list(strings(root.get("keywords")))
    else:
        readme = text(root.get("readme"))
        value = readme if readme and facts.path(readme) in facts.files else None
    return [TomlEdit(path=path, at=("project", field), action="set", value=value)] if value else []


@rule(code="NK-URL-PLACEHOLDER", scope=Scope.PACKAGE, since="1.0")
def url_placeholder(facts: PackageFacts) -> Iterator[Found]:
    """An address in `[project.urls]` is an example, or was never filled in.

    # Why
    It comes from a template, and is what people click first on the package's page.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.urls]
    Homepage = "https://example.com"
    Source = "https://github.com/your-username/acme"
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.urls]
    Homepage = "https://acme.org"
    Source = "https://github.com/acme/example"
    ```

    # Fix
    Write the real address, or remove the line. There is no automatic fix.

    # Options
    None.

    # When to ignore
    In a template from which other packages are made.
    """
    for label, url in table(facts.project, "urls").items():
        why = why_placeholder(url) if isinstance(url, str) else None
        if why:
            yield found(
                f"the address `{label}` is a placeholder: {why}",
                hint="write the real address, or remove the line",
                at=facts.manifest.value("project", "urls", label),
            )
