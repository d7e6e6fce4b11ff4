# SPDX-License-Identifier: Apache-2.0
"""What of a pyproject.toml no other rule judges: [build-system], [dependency-groups], entry points, and its tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.errors import did_you_mean
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._form import first_address, why_no_address, why_no_link
from noxkit.rules._manifest import has_project, is_private
from noxkit.workspace._tables import items, normalize, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import SdistFacts
    from noxkit.rules._facts import PackageFacts

__all__ = [
    "metadata_email_invalid_in_tree",
    "metadata_url_invalid_in_tree",
    "pyproject_build_system_missing",
    "pyproject_build_system_missing_in_sdist",
    "pyproject_schema",
]

_TABLES = ("build-system", "project", "dependency-groups", "tool")
_KEYS = ("requires", "build-backend", "backend-path")
_ADD = (
    'add `[build-system]` with `requires = ["hatchling"]` and `build-backend = "hatchling.build"`, or those of another'
)
# The grammar of the entry points specification, with spaces where installers let them pass.
_REFERENCE = re.compile(r"\s*\w+(?:\.\w+)*\s*(?::\s*(?P<object>\w+(?:\.\w+)*))?\s*(?:\[[^\]]*\]\s*)?")
_BACKEND = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")


@rule(code="NK-PYPROJECT-SCHEMA", scope=Scope.PACKAGE, since="1.0", standard=True)
def pyproject_schema(facts: PackageFacts) -> Iterator[Found]:
    """A pyproject.toml has what its specifications do not allow, outside of what NK-PYPROJECT-INVALID judges.

    # Why
    Frontends stop at such a `[build-system]`, installers at such an entry point or dependency group, and a table that
    no specification knows is read by nobody.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling>>1"]
    build-backend = "hatchling build"
    backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.scripts]
    acme = "acme.__main__"

    [dependency-groups]
    test = ["pytest", { include-group = "lint" }]

    [tools.ruff]
    line-length = 100
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling>1"]
    build-backend = "hatchling.build:hooks.main"
    backend-path = ["."]

    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.scripts]
    acme = "acme.__main__:main [cli]"

    [project.entry-points.pytest11]
    acme = "acme.plugin"

    [dependency-groups]
    Test_Kit = ["pytest", { include-group = "lint" }]
    Lint = []

    [tool.ruff]
    line-length = 100
    ```

    # Fix
    Write it as the message says. There is no automatic fix.

    # Options
    None.

    # When to ignore
    Never.
    """
    for name in facts.package.pyproject:
        if name not in _TABLES:
            near = did_you_mean(name, _TABLES)
            hint = near if near.startswith("did") else "move it below [tool], or remove it"
            yield found(f"`{name}` is no table of a pyproject.toml", hint=hint, at=facts.manifest.key(name))
    if isinstance(facts.package.pyproject.get("build-system"), dict):
        yield from _build_system(facts)
    yield from _dependency_groups(facts)
    yield from _entry_points(facts)


def _build_system(facts: PackageFacts) -> Iterator[Found]:
    stated = table(facts.package.pyproject, "build-system")
    for key in stated:
        if key not in _KEYS:
            near = did_you_mean(key, _KEYS)
            hint = near if near.startswith("did") else "remove it: PEP 518 has no such key"
            yield found(f"`{key}` is no key of [build-system]", hint=hint, at=facts.manifest.key("build-system", key))
    if "requires" not in stated:
        hint = 'add what the backend needs, such as `requires = ["hatchling"]`'
        yield found("[build-system] has no `requires`", hint=hint, at=facts.manifest.key("build-system"))
    elif not isinstance(stated["requires"], list) and not has_project(facts):
        yield _wrong_type(facts, "requires", "a list of requirements")
    for index, line in enumerate(items(stated.get("requires"))):
        if isinstance(line, str) and not _is_requirement(line):
            hint = "write it as PEP 508 has it: a name, then a version specifier, then a marker behind `;`"
            place = facts.manifest.value("build-system", "requires", index)
            yield found(f"`{line}` is no requirement", hint=hint, at=place)
    backend = text(stated.get("build-backend"))
    if backend is not None and not _BACKEND.fullmatch(backend):
        hint = "write a module such as `hatchling.build`, with `:object` behind it where one is needed"
        place = facts.manifest.value("build-system", "build-backend")
        yield found(f"`{backend}` is no module that can be a build backend", hint=hint, at=place)
    elif backend is None and "build-backend" in stated and not has_project(facts):
        yield _wrong_type(facts, "build-backend", "a text")
    yield from _backend_path(facts, strings(stated.get("backend-path")))


def _wrong_type(facts: PackageFacts, key: str, wanted: str) -> Found:
    place = facts.manifest.value("build-system", key)
    return found(f"`{key}` of [build-system] is not {wanted}", hint=f"write {wanted}", at=place)


def _backend_path(facts: PackageFacts, paths: tuple[str, ...]) -> Iterator[Found]:
    root = facts.whole.repository.root / facts.package.folder
    for index, path in enumerate(paths):
        leaves = path.startswith("/") or ".." in path.split("/")
        if leaves or not (root / path).is_dir():
            what = "leads out of the project" if leaves else "is no folder"
            hint = "name a folder beside pyproject.toml, with the backend's module in it"
            place = facts.manifest.value("build-system", "backend-path", index)
            yield found(f"`{path}` of `backend-path` {what}", hint=hint, at=place)


def _is_requirement(line: str) -> bool:
    try:
        Requirement(line)
    except InvalidRequirement:
        return False
    return True


def _dependency_groups(facts: PackageFacts) -> Iterator[Found]:
    groups = table(facts.package.pyproject, "dependency-groups")
    names = {normalize(name) for name in groups}
    for group, listed in groups.items():
        for index, item in enumerate(items(listed)):
            place = facts.manifest.value("dependency-groups", group, index)
            included = text(table(item).get("include-group"))
            if isinstance(item, str) and not _is_requirement(item) and "{" not in item:
                hint = "write it as PEP 508 has it: a name, then a version specifier, then a marker behind `;`"
                yield found(f"`{item}` of the group `{group}` is no requirement", hint=hint, at=place)
            elif included is not None and normalize(included) not in names:
                hint = did_you_mean(included, groups) if groups else ""
                message = f"the group `{group}` includes `{included}`, which does not exist"
                yield found(message, hint=hint or "name a group of this table", at=place)


def _entry_points(facts: PackageFacts) -> Iterator[Found]:
    ways = [(name,) for name in ("scripts", "gui-scripts")]
    groups = table(facts.project, "entry-points")
    for way in [*ways, *(("entry-points", group) for group in groups)]:
        for name, value in table(facts.project, *way).items():
            match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
            if not isinstance(value, str) or (match is not None and (match["object"] or len(way) > 1)):
                continue
            what = "names no function behind a `:`" if match is not None else "is no reference to an object"
            yield found(
                f"`{value}` of `{name}` {what}",
                hint="write `package.module:function`",
                at=facts.manifest.value("project", *way, name),
            )


@rule(
    code="NK-PYPROJECT-BUILD-SYSTEM-MISSING",
    scope=Scope.PACKAGE,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def pyproject_build_system_missing(facts: PackageFacts) -> Iterator[Found]:
    """What looks like a package that is built has no `[build-system]`.

    # Why
    Frontends then fall back to an old way of setuptools, and uv installs neither the package nor its scripts. Of a
    kind that is published it is NK-BUILD-SYSTEM-MISSING; an application without scripts or package needs none.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.scripts]
    acme = "acme:main"
    ```
    Or beside a setup.py:
    ```toml pyproject.toml
    [tool.ruff]
    line-length = 100
    ```
    ```python setup.py
    from setuptools import setup

    setup(name="acme", version="1.0")
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python main.py
    print("an application")
    ```
    Or one that says that it is none:
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"

    [project.scripts]
    acme = "acme:main"

    [tool.uv]
    package = false
    ```

    # Fix
    Display: the hint shows the table. Which backend is right depends on the package.

    # Options
    None.

    # When to ignore
    For an application that is only run from its tree: say so by `package = false` in `[tool.uv]`.
    """
    document = facts.package.pyproject
    if "build-system" in document or not facts.package.has_pyproject or not document or facts.package.publish:
        return
    if table(document, "tool", "uv").get("package") is False or any(map(is_private, facts.package.classifiers)):
        return
    why = _why_built(facts)
    if why is not None and not (facts.kind is not None and facts.kind.publish is False):
        message = f"there is no [build-system], and {why}"
        yield found(
            message,
            hint=f"{_ADD}; for an application, `package = false` in [tool.uv]",
            at=facts.manifest.key("project" if has_project(facts) else "tool"),
            display=True,
        )


def _why_built(facts: PackageFacts) -> str | None:
    """What says that a package is meant to be built; None where it may as well be an application."""
    for key in ("scripts", "gui-scripts", "entry-points"):
        if table(facts.project, key):
            return f"`{key}` are only there once the package is built and installed"
    for name in ("setup.py", "setup.cfg"):
        if facts.whole.repository.has_file(facts.path(name)) and facts.package.name:
            return f"`{name}` describes a package"
    prefix = facts.path("src/")
    has_package = any(path.startswith(prefix) and path.endswith("/__init__.py") for path in facts.files)
    return "`src` holds a package, which is not found until it is installed" if has_package else None


@also(code="NK-PYPROJECT-BUILD-SYSTEM-MISSING", scope=Scope.SDIST, severity=Severity.WARNING)
def pyproject_build_system_missing_in_sdist(facts: SdistFacts) -> Iterator[Found]:
    """The pyproject.toml of an sdist has no `[build-system]`.

    # Fails
    ```toml demo-1.0.tar.gz
    [pyproject]
    text = "[project]\\nname = 'demo'\\nversion = '1.0'\\n"
    ```
    Or only what tools read:
    ```toml demo-1.0.tar.gz
    [pyproject]
    text = "[tool.build-system]\\nrequires = ['hatchling']\\n"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [pyproject]
    text = "build-system.requires = ['setuptools']\\n"
    ```
    """
    if facts.pyproject and "build-system" not in facts.pyproject:
        message = "pyproject.toml has no [build-system], so that every frontend builds with what it deems right"
        yield found(message, hint=_ADD, at=facts.at(f"{facts.sdist.root}/pyproject.toml"), display=True)


@also(code="NK-METADATA-EMAIL-INVALID", scope=Scope.PACKAGE)
def metadata_email_invalid_in_tree(facts: PackageFacts) -> Iterator[Found]:
    """An author or maintainer in `[project]` has an e-mail address that the index refuses.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    authors = [{ name = "A", email = "a@localhost" }]
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    authors = [{ name = "A @ home" }, { email = "a+b@acme.co" }]
    ```
    """
    for key in ("authors", "maintainers"):
        people = enumerate(items(facts.project.get(key)))
        mailed = ((index, email) for index, person in people if (email := text(table(person).get("email"))))
        index, email = next(mailed, (0, ""))  # the index looks at the first one
        address = first_address(email)
        why = why_no_address(address) if address is not None else None
        if why is not None:
            yield found(
                f"`{email}` is no e-mail address: {why}",
                hint="correct it, or leave `email` out",
                at=facts.manifest.value("project", key, index, "email"),
            )


@also(code="NK-METADATA-URL-INVALID", scope=Scope.PACKAGE)
def metadata_url_invalid_in_tree(facts: PackageFacts) -> Iterator[Found]:
    """An address in `[project.urls]` is no http or https address.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    urls = { Source = "git@github.com:acme/acme.git" }
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"
    requires-python = ">=3.10"
    urls = { Source = "HTTP://acme.org:8080/?a,b" }
    ```
    """
    for label, url in table(facts.project, "urls").items():
        why = why_no_link(url.strip()) if isinstance(url, str) and url.strip() else None
        if why is not None:
            yield found(
                f"the address `{url}` of `{label}` is no http or https URI: {why}",
                hint="write the whole address, with `https://`",
                at=facts.manifest.value("project", "urls", label),
            )
