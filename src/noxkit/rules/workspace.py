# SPDX-License-Identifier: Apache-2.0
"""Rules on the workspace as a whole: names, versions, kinds, members and the sources of what they require."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from noxkit.config._types import Table
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._members import Need, name_place, needs, root_needs
from noxkit.rules._requirements import overlapping
from noxkit.workspace._tables import items, normalize, requirement_name, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.specifiers import Specifier

    from noxkit.rules._base import Place
    from noxkit.rules._facts import PackageFacts, TomlFile, WorkspaceFacts

__all__ = ["Options", "dependency_cycle", "kind_unmatched", "name_mismatch", "pin_floor", "version_skew"]


class Options(Table, frozen=True, kw_only=True):
    """The options of this family."""

    pins_may_lead: Annotated[
        bool,
        Meta(
            description="Whether a pin of the workspace may be newer than the floors of its members.", examples=[True]
        ),
    ] = False


@rule(code="NK-NAME-MISMATCH", scope=Scope.WORKSPACE, since="1.0")
def name_mismatch(whole: WorkspaceFacts) -> Iterator[Found]:
    """A package is not named as its kind's template says for its folder.

    # Why
    Whoever looks for a package finds it by its folder, and the other way round. Names are compared as
    PEP 503 does it, so that case, `-`, `_` and `.` do not matter.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["plugins/*"]

    [[tool.noxkit.kinds]]
    name = "plugin"
    paths = ["plugins/*"]
    package-name = "acme-plugin-{dir}"
    ```
    ```toml plugins/csv/pyproject.toml
    [project]
    name = "acme-csv"
    version = "1.0"
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["plugins/*"]

    [[tool.noxkit.kinds]]
    name = "plugin"
    paths = ["plugins/*"]
    package-name = "acme-plugin-{dir}"
    ```
    ```toml plugins/csv/pyproject.toml
    [project]
    name = "Acme.Plugin_csv"
    version = "1.0"
    ```

    # Fix
    Rename the package or its folder. There is no automatic fix: the name is what others depend on.

    # Options
    `package-name` in `[[tool.noxkit.kinds]]`.

    # When to ignore
    For a package that was published under its name before the template was chosen.
    """
    for facts in whole.packages:
        template = facts.kind.package_name if facts.kind else None
        folder = facts.package.folder
        if template is None or (folder == "." and "{dir}" in template):  # a checkout's folder may have any name
            continue
        wanted = template.replace("{dir}", folder.rpartition("/")[2])
        if normalize(wanted) != facts.package.name:
            message = f"`{facts.package.raw_name}` in `{folder}` is not called `{wanted}`"
            hint = f"rename it to `{wanted}`, as `package-name` of the kind `{facts.package.kind}` says, or its folder"
            yield found(message, hint=hint, at=name_place(facts))


@rule(code="NK-VERSION-SKEW", scope=Scope.WORKSPACE, since="1.0", fix=FixSafety.DISPLAY)
def version_skew(whole: WorkspaceFacts) -> Iterator[Found]:
    """Packages of one version group have different versions.

    # Why
    A group is released together, and its members are tested together in one version only. Versions
    are compared by PEP 440: `1.0` is `1.0.0`.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["packages/*"]
    version-group = "acme"
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.4.0"
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.3.0"
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["packages/*"]
    version-group = "acme"
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.4.0"
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.4"
    ```

    # Fix
    Give all of a group one version. It is shown and never applied by `fix`, which
    changes nothing that is published.

    # Options
    `version-group` in `[[tool.noxkit.kinds]]`.

    # When to ignore
    Never for long: take the package out of the group instead.
    """
    groups: dict[str, list[tuple[PackageFacts, Version]]] = defaultdict(list)
    for facts in whole.packages:
        version = _version(facts)
        if facts.kind and facts.kind.version_group and version is not None:
            groups[facts.kind.version_group].append((facts, version))
    for group, members in groups.items():
        wanted = _usual(version for _, version in members)
        others = [facts.package.name for facts, version in members if version == wanted]
        for facts, version in members:
            if version != wanted:
                message = f"`{facts.package.name}` has version {version}, and {len(others)} of group `{group}` "
                message += f"{'has' if len(others) == 1 else 'have'} {wanted} (`{others[0]}`)"
                hint = f"set this version to `{wanted}`"
                at = facts.manifest.value("project", "version") if "version" in facts.project else name_place(facts)
                yield found(message, hint=hint, at=at, display=True)


def _version(facts: PackageFacts) -> Version | None:
    """A package's version; None where the build computes it, or where it is none (NK-VERSION-INVALID)."""
    try:
        return Version(facts.package.version) if facts.package.version else None
    except InvalidVersion:
        return None


def _usual(versions: Iterator[Version]) -> Version:
    """The version that most have; of several the newest."""
    counted = Counter(versions)
    return max(counted, key=lambda version: (counted[version], version))


@rule(code="NK-KIND-UNMATCHED", scope=Scope.WORKSPACE, since="1.0", standard=True, severity=Severity.WARNING)
def kind_unmatched(whole: WorkspaceFacts) -> Iterator[Found]:
    """A package is of none of the configured kinds, so that no rule on kinds looks at it.

    # Why
    Where kinds are configured, they say what each package must have. One in a folder that no kind
    names is held to nothing, and nobody notices.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*", "tools/*"]

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```toml tools/release/pyproject.toml
    [project]
    name = "acme-release"
    version = "1.0"
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*", "tools/*"]

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["packages/*"]

    [[tool.noxkit.kinds]]
    name = "tool"
    paths = ["tools/*"]
    publish = false
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```toml tools/release/pyproject.toml
    [project]
    name = "acme-release"
    version = "1.0"
    ```

    # Fix
    Add its folder to the `paths` of a kind; a last kind with `paths = ["**"]` takes all that is left.

    # Options
    `[[tool.noxkit.kinds]]`. A root that has a package of its own is the path `.`.

    # When to ignore
    Better add a kind without demands.
    """
    if not whole.options.kinds:
        return
    for facts in whole.packages:
        if not facts.package.kind:
            message = f"`{facts.package.raw_name}` in `{facts.package.folder}` is of no kind"
            hint = f"add `{facts.package.folder}` to the `paths` of one of [[tool.noxkit.kinds]], or add a kind for it"
            yield found(message, hint=hint, at=name_place(facts))


@rule(code="NK-DEPENDENCY-CYCLE", scope=Scope.WORKSPACE, since="1.0", standard=True)
def dependency_cycle(whole: WorkspaceFacts) -> Iterator[Found]:
    """Members of the workspace depend on each other in a circle.

    # Why
    None of them can be installed, tested, released or understood without all the others: they are one
    package in several folders. Only `dependencies` count: an extra that brings a package which builds
    on this one is usual, and so are tests that need what depends on the tested.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-cli = { workspace = true }
    acme-core = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    dependencies = ["acme-cli>=1"]
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    dependencies = ["acme-core>=1"]
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.uv.sources]
    acme-cli = { workspace = true }
    acme-core = { workspace = true }
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"

    [project.optional-dependencies]
    cli = ["acme-cli>=1"]
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    dependencies = ["acme-core>=1"]
    ```

    # Fix
    Move what both need into one of them, or into a third; make one direction an extra. There is no automatic fix.

    # Options
    None.

    # When to ignore
    For a circle that is being taken apart, with `until`.
    """
    graph = {facts.package.name: _internal(facts, whole) for facts in whole.packages}
    by_name = {facts.package.name: facts for facts in whole.packages}
    reported: set[str] = set()
    for name in graph:
        cycle = [] if name in reported else _shortest_cycle(graph, name)
        if cycle:
            reported |= set(cycle)
            shown = " -> ".join(f"`{each}`" for each in (*cycle, name))
            hint = "move what both sides need into a package of its own, or make one of these dependencies an extra"
            at = _place_of_need(by_name[name], cycle[1])
            yield found(f"members depend on each other in a circle: {shown}", hint=hint, at=at)


def _internal(facts: PackageFacts, whole: WorkspaceFacts) -> list[str]:
    """The members that a package's `dependencies` name."""
    lines = facts.package.dependencies
    names = dict.fromkeys(name for line in lines if (name := requirement_name(line)))
    return [name for name in names if name != facts.package.name and whole.repository.workspace.package(name)]


def _shortest_cycle(graph: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """The way from `start` back to it, over as few packages as possible; empty where there is none."""
    before: dict[str, str] = {}
    waiting = [start]
    for name in waiting:
        for following in graph[name]:
            if following == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if following not in before:
                before[following] = name
                waiting.append(following)
    return []


def _place_of_need(facts: PackageFacts, name: str) -> Place:
    listed = (need for need in needs(facts) if need.name == name and need.way[:2] == ("project", "dependencies"))
    need = next(listed, None)
    return facts.manifest.value(*need.way) if need else name_place(facts)


@rule(code="NK-PIN-FLOOR", scope=Scope.WORKSPACE, since="1.0")
def pin_floor(whole: WorkspaceFacts) -> Iterator[Found]:
    """A version that the workspace pins is not the least that a member asks for.

    # Why
    `override-dependencies` wins over what members ask for, without a word: a member is then tested with a
    version that it excludes. A pin that is newer than a member's floor means that the floor is
    tested nowhere, and that users may get a version with which nothing has ever been run.

    # Fails
    ```toml pyproject.toml
    [tool.uv]
    override-dependencies = ["httpx==0.27.0"]

    [tool.uv.workspace]
    members = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    dependencies = ["httpx>=0.28"]
    ```
    Or a floor that the pin has left behind:
    ```toml pyproject.toml
    [tool.uv]
    constraint-dependencies = ["httpx==0.28.1"]

    [tool.uv.workspace]
    members = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    dependencies = ["httpx>=0.23"]
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv]
    constraint-dependencies = ["httpx==0.28.0"]

    [tool.uv.workspace]
    members = ["packages/*"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    dependencies = ["httpx>=0.28,<1"]
    ```

    # Fix
    Move the pin, or raise the floor. There is no automatic fix: both change what is resolved.

    # Options
    `pins-may-lead = true` in `[tool.noxkit.rules.workspace]` leaves pins alone that are newer than a floor.

    # When to ignore
    For a floor that a job of its own tests, with `uv sync --resolution lowest-direct`.
    """
    pins = _pins(whole.root)
    if not pins:
        return
    may_lead = whole.settings.of(Options).pins_may_lead
    asked = [(whole.root, need) for need in root_needs(whole.root)]
    asked += [(facts.manifest, need) for facts in whole.packages for need in needs(facts)]
    for manifest, need in asked:
        for pin, table_name in pins.get(need.name, ()):
            message = _disagreement(pin, need, may_lead=may_lead)
            if message is not None:
                hint = f"move the pin in `{table_name}` of [tool.uv], or the requirement, so that both say the same"
                yield found(f"{message} (`{table_name}`)", hint=hint, at=manifest.value(*need.way))


def _pins(root: TomlFile) -> Mapping[str, Sequence[tuple[Requirement, str]]]:
    """The requirements with `==` that hold for the whole workspace, by name, with the array they stand in."""
    pins: dict[str, list[tuple[Requirement, str]]] = defaultdict(list)
    for key in ("constraint-dependencies", "override-dependencies"):
        for line in items(table(root.data, "tool", "uv").get(key)):
            requirement = _requirement(line)
            if requirement is not None and any(part.operator in {"==", "==="} for part in requirement.specifier):
                pins[normalize(requirement.name)].append((requirement, key))
    return pins


def _requirement(line: object) -> Requirement | None:
    try:
        return Requirement(line) if isinstance(line, str) else None
    except InvalidRequirement:  # what is no requirement is a finding of NK-PYPROJECT-INVALID, or uv refuses it
        return None


def _disagreement(pin: Requirement, need: Need, *, may_lead: bool) -> str | None:
    """What a pin does to one requirement; None where both agree, or never hold in one environment."""
    requirement = _requirement(need.line)
    if requirement is None or requirement.url or not overlapping(pin.marker, requirement.marker):
        return None
    exact = next(part for part in pin.specifier if part.operator in {"==", "==="})
    version, floor = _base(exact), _floor(requirement)
    if version is None:
        return None
    inside = floor is not None and exact.contains(floor, prereleases=True)  # as `==1.2.*` holds a floor of 1.2.3
    if not inside and not requirement.specifier.contains(version, prereleases=True):
        return f"`{need.line}` is not satisfied by the version that the workspace pins, {exact.version}"
    if not may_lead and not inside and floor is not None and floor < version:
        return f"the workspace pins {exact.version}, which has left the floor of `{need.line}` behind"
    return None


def _base(exact: Specifier) -> Version | None:
    try:
        return Version(exact.version.removesuffix(".*"))
    except InvalidVersion:  # `===` takes any text
        return None


def _floor(requirement: Requirement) -> Version | None:
    """The least version that a requirement asks for, by its highest lower bound."""
    bounds = [part for part in requirement.specifier if part.operator in {">=", ">", "~=", "==", "==="}]
    found = [version for part in bounds if (version := _base(part)) is not None]
    return max(found, default=None)
