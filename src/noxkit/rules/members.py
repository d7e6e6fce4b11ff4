# SPDX-License-Identifier: Apache-2.0
"""Rules on the members of a workspace: which there are, where they come from, and who imports whom."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Glob, Table
from noxkit.diagnostics.fixes import TomlEdit
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._facts import TomlFile
from noxkit.rules._foreign import is_foreign
from noxkit.rules._member_imports import MemberNames, imports_of_members
from noxkit.rules._members import (
    EXEMPT_FOLDERS,
    files_of,
    needs,
    root_needs,
    workspace_sources,
)
from noxkit.workspace._globs import is_excluded, matcher, normal_path
from noxkit.workspace._tables import items, normalize, requirement_name, strings, table, text
from noxkit.workspace._toml import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.rules._base import Place
    from noxkit.rules._facts import PackageFacts, WorkspaceFacts
    from noxkit.rules._members import Need

__all__ = ["Options", "member_source", "member_undeclared", "member_unlisted"]

_PYPROJECT = "pyproject.toml"


class Options(Table, frozen=True, kw_only=True):
    """The options of this family."""

    optional_paths: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Files that may import members which their package does not declare.",
            examples=[["packages/*/src/**/devtools/**"]],
        ),
    ] = ()


@rule(code="NK-MEMBER-UNLISTED", scope=Scope.WORKSPACE, since="1.0", standard=True, fix=FixSafety.SAFE)
def member_unlisted(whole: WorkspaceFacts) -> Iterator[Found]:
    """A folder of a uv workspace holds a project that neither its members nor its exclusions name.

    # Why
    Such a project is locked, installed, tested and checked by nothing, and looks like all the others.
    Projects of tests, fixtures, templates and examples are left alone, and those that stand apart on
    purpose: with a workspace or a uv.lock of their own, not managed by uv, or the path of a source.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```toml services/api/pyproject.toml
    [project]
    name = "acme-api"
    version = "1.0"
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*", "services/api"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```toml services/api/pyproject.toml
    [project]
    name = "acme-api"
    version = "1.0"
    ```

    # Fix
    The folder is added to `members`; run `uv lock` afterwards. It is not added where another member
    has the same name, which uv refuses.

    # Options
    None. `exclude` in `[tool.uv.workspace]` is where folders are named that are no members.

    # When to ignore
    Better add the folder to `exclude`, which tells uv as well.
    """
    if not whole.repository.workspace.is_uv:
        return
    names = {facts.package.name for facts in whole.packages}
    for path, manifest, name in _unlisted(whole):
        hint = "add it to `members` in [tool.uv.workspace], or to `exclude`"
        edit = TomlEdit(path=_PYPROJECT, at=("tool", "uv", "workspace", "members"), action="append", value=[path])
        taken = normalize(name) in names
        if taken:
            hint = f"add it to `exclude` in [tool.uv.workspace], or rename it: a member is called `{name}` already"
        message = f"`{path}` holds the project `{name}`, and is neither a member of the workspace nor excluded"
        yield found(message, hint=hint, at=manifest.key("project"), safe=[] if taken else [edit])
        names.add(normalize(name))


def _unlisted(whole: WorkspaceFacts) -> Iterator[tuple[str, TomlFile, str]]:
    """Folders with a named project that nothing names, each with its manifest and the project's name."""
    workspace = table(whole.root.data, "tool", "uv", "workspace")
    excluded = [normal_path(pattern) for pattern in strings(workspace.get("exclude"))]
    listed = matcher(tuple(strings(workspace.get("members"))), below=False)
    known = {facts.package.folder for facts in whole.packages} | _path_sources(whole)
    apart: list[str] = []
    for path in whole.repository.files:
        folder, _, file = path.rpartition("/")
        if file != _PYPROJECT or not folder or folder in known or listed.fullmatch(folder) or _is_exempt(folder):
            continue
        if any(is_excluded(part, excluded) or part in apart for part in _upwards(folder)):
            continue
        data = parse_toml(whole.read(path) or b"", path=path)
        name = text(table(data, "project").get("name"))
        uv = table(data, "tool", "uv")
        if "workspace" in uv or uv.get("managed") is False or f"{folder}/uv.lock" in whole.files:
            apart.append(folder)
        elif name is not None:
            yield folder, TomlFile(path, table(data), whole.read(path) or b""), name


def _is_exempt(folder: str) -> bool:
    parts = folder.split("/")
    is_hidden = any(part.startswith(".") for part in parts)  # programs of a CI or an editor, and no packages
    return is_hidden or not EXEMPT_FOLDERS.isdisjoint(parts) or is_foreign(folder)


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _path_sources(whole: WorkspaceFacts) -> set[str]:
    """The folders that sources name by their path: uv refuses those as members."""
    found: set[str] = set()
    manifests = [(".", whole.root.data), *((facts.package.folder, facts.package.pyproject) for facts in whole.packages)]
    for folder, data in manifests:
        for value in table(data, "tool", "uv", "sources").values():
            paths = (text(table(entry).get("path")) for entry in (items(value) or (value,)))
            found |= {normal_path(f"{folder}/{path}") for path in paths if path}
    return found


@rule(code="NK-MEMBER-SOURCE", scope=Scope.WORKSPACE, since="1.0", standard=True, fix=FixSafety.SAFE)
def member_source(whole: WorkspaceFacts) -> Iterator[Found]:
    """A member requires another one without `workspace = true` among the sources, or a source names no member.

    # Why
    uv refuses to lock a workspace in which a member is required like a package of the index: it could
    be another one than the member. A source with `workspace = true` for what is no member is refused
    as soon as something requires it. A member's own sources win over those of the root.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-core = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```toml packages/store/pyproject.toml
    [project]
    name = "acme-store"
    version = "1.0"
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    dependencies = ["acme-core>=1", "acme-store>=1"]
    ```
    Or a source of what is no member:
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-gone = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-core = { workspace = true }
    acme-store = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```toml packages/store/pyproject.toml
    [project]
    name = "acme-store"
    version = "1.0"
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    dependencies = ["acme-core>=1", "acme-store>=1"]
    ```

    # Fix
    `workspace = true` is added to the sources of the root, or of the member where only that keeps
    some. A source of no member is removed where nothing requires it. A source of another kind is not
    replaced: somebody has chosen it.

    # Options
    None.

    # When to ignore
    Never: uv does not lock such a workspace.
    """
    if not whole.repository.workspace.is_uv:
        return
    names = {facts.package.name: facts.package.name for facts in whole.packages}
    at_root = workspace_sources(whole.root)
    own = {facts.package.name: workspace_sources(facts.manifest) for facts in whole.packages}
    own |= {facts.package.name: at_root for facts in whole.packages if facts.package.folder == "."}
    required: set[str] = set()
    for need in root_needs(whole.root):
        required.add(need.name)
        if need.name in names:
            yield from _judged(need, whole.root, at_root, {})
    for facts in whole.packages:
        for need in needs(facts):
            required.add(need.name)
            if need.name in names and need.name != facts.package.name:
                yield from _judged(need, facts.manifest, at_root, own[facts.package.name])
    manifests = [whole.root, *(facts.manifest for facts in whole.packages if facts.package.folder != ".")]
    for manifest in manifests:
        yield from _of_no_member(manifest, names, required)


def _judged(
    need: Need, manifest: TomlFile, at_root: Mapping[str, tuple[str, bool]], mine: Mapping[str, tuple[str, bool]]
) -> Iterator[Found]:
    """What is wrong with the source of one internal requirement."""
    stated = mine.get(need.name) or at_root.get(need.name)
    if stated is not None and stated[1]:
        return
    at = manifest.value(*need.way)
    if stated is not None:
        message = f"`{need.name}` is a member of the workspace, and its source is another one"
        place = manifest.path if need.name in mine else _PYPROJECT
        hint = f"make it `{need.name} = {{ workspace = true }}` in [tool.uv.sources] of {place}; it is not replaced "
        yield found(message, hint=f"{hint}by itself, since somebody has chosen what stands there", at=at)
        return
    file = manifest.path if mine and not at_root else _PYPROJECT
    edit = TomlEdit(path=file, at=("tool", "uv", "sources", need.name), action="set", value={"workspace": True})
    message = f"`{need.name}` is a member of the workspace, and has no source that says so"
    hint = f"add `{need.name} = {{ workspace = true }}` to [tool.uv.sources] of {file}"
    yield found(message, hint=hint, at=at, safe=[edit])


def _of_no_member(manifest: TomlFile, names: Mapping[str, str], required: set[str]) -> Iterator[Found]:
    for name, (key, is_workspace) in workspace_sources(manifest).items():
        if name in names or not is_workspace:
            continue
        way = ("tool", "uv", "sources", key)
        edit = TomlEdit(path=manifest.path, at=way, action="remove")
        hint = "remove it, or add the member that it means to `members` in [tool.uv.workspace]"
        message = f"the source `{key}` says `workspace = true`, and no member is called that"
        yield found(message, hint=hint, at=manifest.key(*way), safe=[] if name in required else [edit])


@rule(code="NK-MEMBER-UNDECLARED", scope=Scope.WORKSPACE, since="1.0", standard=True, fix=FixSafety.SAFE)
def member_undeclared(whole: WorkspaceFacts) -> Iterator[Found]:
    """A package imports another member of the workspace that it does not declare.

    # Why
    In the workspace everything is installed, so that the import works; for whoever installs the package
    alone it fails. Names are resolved to members through namespace packages, and relative imports
    too. What is imported only for type checkers (`TYPE_CHECKING`), or under `try` with
    `except ImportError`, is optional. A dependency group is no declaration: it is not published.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-core = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```python packages/core/src/acme/core/__init__.py
    VALUE = 1
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    dependencies = ["aaa>=1"]
    ```
    ```python packages/cli/src/acme/cli/__init__.py
    from acme import core

    print(core.VALUE)
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-core = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```python packages/core/src/acme/core/__init__.py
    VALUE = 1
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    dependencies = ["aaa>=1", "acme-core>=1.0"]
    ```
    ```python packages/cli/src/acme/cli/__init__.py
    from acme import core

    print(core.VALUE)
    ```

    # Fix
    The member is added to `dependencies`, with its version as the floor. Not where that would close a
    circle, where the member admits fewer Pythons, or where a published package would need one that is not.

    # Options
    `optional-paths` in `[tool.noxkit.rules.members]`: files that may import what is not declared.

    # When to ignore
    For a module that users never import, with `path`.
    """
    if len(whole.packages) < 2:
        return
    names = _member_names(whole)
    allowed = matcher(whole.settings.of(Options).optional_paths)
    by_name = {facts.package.name: facts for facts in whole.packages}
    for facts in whole.packages:
        declared = _declared(facts)
        if declared is None:
            continue
        wanted = by_name.keys() - declared - {facts.package.name}
        paths = [path for path in _shipped(facts) if not allowed.fullmatch(path)]
        first: dict[str, list[Place]] = defaultdict(list)
        for name, place in imports_of_members(facts, paths, names, wanted):
            first[name].append(place)
        for name, places in sorted(first.items()):
            yield _undeclared(facts, by_name[name], places)


def _member_names(whole: WorkspaceFacts) -> MemberNames:
    owners: dict[str, set[str]] = defaultdict(set)
    for facts in whole.packages:
        for name in facts.package.import_names:
            owners[name].add(facts.package.name)
    return MemberNames(by_import={name: frozenset(members) for name, members in owners.items()})


def _declared(facts: PackageFacts) -> frozenset[str] | None:
    """What a package declares, normalised; None where its build computes that.

    What is built is installed without its dependency groups; where nothing is built, they count as well.
    """
    package = facts.package
    if "dependencies" in strings(facts.project.get("dynamic")) and not package.dependencies:
        return None
    if not package.dependencies and not facts.project and not table(package.pyproject, "tool", "poetry"):
        return None  # of a setup.py only literals can be read
    groups = () if "build-system" in package.pyproject else package.groups.values()
    lists = (package.dependencies, *package.extras.values(), *groups)
    return _with_extras(facts.whole, [line for lines in lists for line in lines])


def _with_extras(whole: WorkspaceFacts, lines: list[str]) -> frozenset[str]:
    """The names that lines require; with those that an extra of a member brings, where a line names the extra."""
    names: set[str] = set()
    seen: set[str] = set()
    while lines:
        line = lines.pop()
        name = requirement_name(line)
        if name is None or line in seen:
            continue
        seen.add(line)
        names.add(name)
        member = whole.repository.workspace.package(name) if "[" in line else None
        if member is not None:
            asked = {normalize(extra) for extra in line.partition("[")[2].partition("]")[0].split(",")}
            lines += [each for extra, listed in member.extras.items() if normalize(extra) in asked for each in listed]
    return frozenset(names)


def _shipped(facts: PackageFacts) -> list[str]:
    """The modules below a package's import names, without tests among them."""
    starts: list[str] = []
    for name in facts.package.import_names:
        inside = name.replace(".", "/")
        roots = ["" if root == "." else f"{root}/" for root in facts.package.import_roots]
        starts += [f"{root}{inside}{suffix}" for root in roots for suffix in ("/", ".py")]
    found = [path for path in files_of(facts) if path.endswith(".py") and path.startswith(tuple(starts))]
    return [path for path in found if not _is_test(facts, path) and not is_foreign(path)]


def _is_test(facts: PackageFacts, path: str) -> bool:
    inside = path if facts.package.folder == "." else path.removeprefix(f"{facts.package.folder}/")
    *folders, name = inside.split("/")
    return not {"test", "tests"}.isdisjoint(folders) or name == "conftest.py" or name.startswith("test_")


def _undeclared(facts: PackageFacts, member: PackageFacts, places: list[Place]) -> Found:
    name = member.package.name
    files = sorted({place.path for place in places if place.path})
    place = min(places, key=lambda each: (each.path or "", each.line or 0))
    more = f" and {len(files) - 1} other files" if len(files) > 2 else " and another file" if len(files) == 2 else ""
    message = f"`{facts.package.name}` imports the member `{name}` here{more}, and does not declare it"
    line = f"{name}>={member.package.version}" if member.package.version else name
    hint = f"add `{line}` to `dependencies` of {facts.package.pyproject_path}"
    why_not = _no_fix(facts, member)
    if why_not is not None:
        return found(message, hint=f"{hint}, or import it under `try`; not done by `fix`: {why_not}", at=place)
    at = ("project", "dependencies")
    edit = TomlEdit(path=facts.package.pyproject_path, at=at, action="append", value=[line])
    return found(message, hint=hint, at=place, safe=[edit])


def _no_fix(facts: PackageFacts, member: PackageFacts) -> str | None:
    """Why adding a member to a package's dependencies cannot be proven safe."""
    workspace = facts.whole.repository.workspace
    if not facts.project or "dependencies" in strings(facts.project.get("dynamic")):
        return "its dependencies do not stand in [project]"
    if facts.package.name in _reached(facts.whole, member.package.name):
        return f"`{member.package.name}` depends on `{facts.package.name}`, which would close a circle"
    if facts.package.publish and not member.package.publish:
        return f"`{member.package.name}` is not published"
    if any(facts.package.admits(python) and not member.package.admits(python) for python in facts.whole.pythons):
        return f"`{member.package.name}` admits fewer Pythons"
    return None if workspace.is_uv else "there is no uv workspace that would install the member itself"


def _reached(whole: WorkspaceFacts, name: str) -> set[str]:
    """All members that a member depends on, itself included."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        package = whole.repository.workspace.package(current)
        if package is None or current in reached:
            continue
        reached.add(current)
        waiting += [needed for line in package.dependencies if (needed := requirement_name(line))]
    return reached
