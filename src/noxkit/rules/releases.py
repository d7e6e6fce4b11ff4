# SPDX-License-Identifier: Apache-2.0
"""The files of one project that lie together: one release, whole, of the version that the tree says."""

from __future__ import annotations

import collections
import re
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.artifacts.sdist import Sdist
from noxkit.artifacts.wheel import Wheel
from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._changelog import is_changelog, versions_named
from noxkit.rules._core_metadata import CoreMetadata, shown
from noxkit.rules._entries import quoted
from noxkit.rules._metadata_drift import file_drifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.rules._artifacts import ReleaseFacts
    from noxkit.rules._facts import PackageFacts

__all__ = ["set_duplicate_sdist", "set_metadata_differs", "set_stale_file", "tree_version_mismatch", "version_sync"]

_MOST = 10
# What the licences of bundled libraries make different on each platform, and what is compared elsewhere.
_PER_WHEEL = ("license", "license-file", "name", "version")


def _by_version(facts: ReleaseFacts) -> Mapping[Version, Sequence[Wheel | Sdist]]:
    """The files whose names can be read, by version, the oldest first."""
    found_: dict[Version, list[Wheel | Sdist]] = collections.defaultdict(list)
    for file in (*facts.sdists, *facts.wheels):
        if file.name is not None:
            found_[file.name.version].append(file)
    return dict(sorted(found_.items()))


def _tree_version(facts: PackageFacts) -> Version | None:
    """The version that the tree states itself; None where the build computes it."""
    try:
        return Version(facts.package.version) if facts.package.version else None
    except InvalidVersion:
        return None


def _names(files: Sequence[Wheel | Sdist]) -> str:
    return quoted([file.archive.file_name for file in files])


@rule(code="NK-SET-METADATA-DIFFERS", scope=Scope.RELEASE, since="1.0", standard=True)
def set_metadata_differs(facts: ReleaseFacts) -> Iterator[Found]:
    """Wheels of one version have different metadata.

    # Why
    The index shows and resolves by the metadata of the file that came first, whichever that is; installers may take
    another wheel and find that it needs something else. The licences of bundled libraries may differ. The sdist is
    compared by NK-SDIST-METADATA-DRIFT.

    # Fails
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    ```
    ```toml demo-1.0-cp312-cp312-win_amd64.whl
    [metadata]
    Requires-Dist = "pywin32"
    ```
    Or another range of Pythons:
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml demo-1.0-cp312-cp312-win_amd64.whl
    [metadata]
    Requires-Python = ">=3.12"
    ```

    # Passes
    The same, written in another order and with the line ends of Windows, and another version:
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [metadata]
    Requires-Dist = ["pywin32; sys_platform == 'win32'", "packaging>=24,<30"]
    License-File = ["LICENSE", "openblas.txt"]
    body = "# demo\\n\\nText\\n"
    ```
    ```toml demo-1.0-cp312-cp312-win_amd64.whl
    [metadata]
    Requires-Dist = ["Packaging<30,>=24", "pywin32; sys_platform=='win32'"]
    body = "# demo\\r\\n\\r\\nText\\r\\n"
    ```
    ```toml demo-2.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.12"
    ```

    # Fix
    Write conditions as markers (`pywin32; sys_platform == 'win32'`), never as code in setup.py, and build
    all wheels from one commit.

    # Options
    None.

    # When to ignore
    Never.
    """
    for files in _by_version(facts).values():
        wheels = [file for file in files if isinstance(file, Wheel) and file.metadata is not None]
        told: set[str] = set()
        for wheel in wheels[1:]:
            for item in _differences(wheels[0], wheel, told):
                if len(told) <= _MOST:
                    yield item


def _differences(first: Wheel | Sdist, wheel: Wheel | Sdist, told: set[str]) -> Iterator[Found]:
    if first.metadata is None or wheel.metadata is None:
        return
    for drift in file_drifts(CoreMetadata(first.metadata), CoreMetadata(wheel.metadata), _PER_WHEEL):
        if drift.field not in told:
            told.add(drift.field)
            said = [(drift.first, first), (drift.second, wheel)]
            words = [f"`{shown(text, 160)}` in {file.archive.file_name}" for text, file in said if text]
            yield found(
                f"`{drift.field}` differs among wheels of one version: {' and '.join(words)}",
                hint="write what depends on the platform as a marker in `dependencies`, and build all from one commit",
                at=Place(wheel.archive.path),
            )


@rule(code="NK-SET-DUPLICATE-SDIST", scope=Scope.RELEASE, since="1.0", standard=True)
def set_duplicate_sdist(facts: ReleaseFacts) -> Iterator[Found]:
    """There are two sdists of one version.

    # Why
    The index takes one a release, and refuses the second in the middle of an upload.

    # Fails
    ```toml demo-1.0.tar.gz
    ```
    ```toml demo-1.0.zip
    ```
    Or by another spelling:
    ```toml acme_demo-1.0.tar.gz
    ```
    ```toml Acme.Demo-1.0.0.tar.gz
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    ```
    ```toml demo-1.0.post1.tar.gz
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Delete the one that is older, or has no `.tar.gz`.

    # Options
    None.

    # When to ignore
    Never.
    """
    for version, files in _by_version(facts).items():
        sdists = [file for file in files if isinstance(file, Sdist)]
        if len(sdists) > 1:
            yield found(
                f"there are {len(sdists)} sdists of version {version}: {_names(sdists)}",
                hint="delete all but the `.tar.gz` that belongs to the wheels; empty the folder before a build",
                at=Place(sdists[1].archive.path),
            )


@rule(code="NK-SET-STALE-FILE", scope=Scope.RELEASE, since="1.0", standard=True, severity=Severity.WARNING)
def set_stale_file(facts: ReleaseFacts) -> Iterator[Found]:
    """Files of another version lie beside those of the newest one, or of that of the tree.

    # Why
    `twine upload dist/*` uploads them too: an old version again, which fails, or one that was never to be published.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml demo-1.1-py3-none-any.whl
    ```
    Or a newer one than the tree's:
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0"
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml demo-1.1.dev1.tar.gz
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml demo-1.0.0.tar.gz
    ```
    ```toml other-2.0-py3-none-any.whl
    ```

    # Fix
    Empty the folder before a build; `nox -s build` does.

    # Options
    None.

    # When to ignore
    For a folder that is an index of its own.
    """
    versions = _by_version(facts)
    if len(versions) < 2:
        return
    tree = _tree_version(facts.package) if facts.package is not None else None
    wanted = tree if tree in versions else list(versions)[-1]
    stale = [file for version, files in versions.items() if version != wanted for file in files]
    verb = "is" if len(stale) == 1 else "are"
    yield found(
        f"{_names(stale)} {verb} beside the files of version {wanted}",
        hint="delete what is not to be released: an upload of `dist/*` takes all of it",
        at=Place(stale[0].archive.path),
    )


@rule(code="NK-TREE-VERSION-MISMATCH", scope=Scope.RELEASE, since="1.0", standard=True)
def tree_version_mismatch(facts: ReleaseFacts) -> Iterator[Found]:
    """All built files of a package are of another version than its pyproject.toml states.

    # Why
    What would be published is not what the tree says: it was built before the version was raised.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.1"
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```
    ```toml demo-1.0.tar.gz
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.0.0"
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```
    Or a version that the build computes:
    ```toml pyproject.toml
    [project]
    name = "demo"
    dynamic = ["version"]
    ```
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Build again: `nox -s build`.

    # Options
    None.

    # When to ignore
    Never.
    """
    versions = _by_version(facts)
    tree = _tree_version(facts.package) if facts.package is not None else None
    if facts.package is None or tree is None or not versions or tree in versions:
        return
    files = [file for each in versions.values() for file in each]
    others = ", ".join(map(str, versions))
    yield found(
        f"{_names(files)}: version {others}, and {facts.package.manifest.path} says {tree}",
        hint="build again with `nox -s build`, or set the version that is meant",
        at=Place(files[0].archive.path),
    )


@rule(code="NK-VERSION-SYNC", scope=Scope.RELEASE, since="1.0", standard=True)
def version_sync(facts: ReleaseFacts) -> Iterator[Found]:
    """The version of a release is not that of the changelog, of the commit's tag, or of its siblings.

    # Why
    Packages of one version group are released together under one number: who reads the changelog or the
    tag must find the file that belongs to it.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.1"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    version-group = "demo"
    ```
    ```markdown CHANGELOG.md
    # Changelog

    ## [1.0] - 2026-01-31
    ```
    ```toml demo-1.1-py3-none-any.whl
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.1"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    version-group = "demo"
    ```
    ```markdown CHANGELOG.md
    # Changelog

    ## [1.1.0] - 2026-01-31
    ```
    ```toml demo-1.1-py3-none-any.whl
    ```
    Or without a version group:
    ```toml pyproject.toml
    [project]
    name = "demo"
    version = "1.1"
    ```
    ```markdown CHANGELOG.md
    # Changelog

    ## [1.0] - 2026-01-31
    ```
    ```toml demo-1.1-py3-none-any.whl
    ```

    # Fix
    Set all of them to the version that is released.

    # Options
    `version-group` in `[[tool.noxkit.kinds]]`, and `tag` in `[tool.noxkit.release]`.

    # When to ignore
    Never for long: take the package out of the group instead.
    """
    package, versions = facts.package, _by_version(facts)
    if package is None or package.kind is None or not package.kind.version_group or not versions:
        return
    tree = _tree_version(package)
    version = tree if tree in versions else list(versions)[-1]
    if version is None or version.is_devrelease:
        return
    at = Place(versions[version][0].archive.path)
    for others in (_changelog(package, version), _tag(facts, package, version), _siblings(package, version)):
        for what in others:
            yield found(
                f"the files are of version {version}, and {what}",
                hint=f"set all of group `{package.kind.version_group}` to the version that is released",
                at=at,
            )


def _changelog(package: PackageFacts, version: Version) -> Iterator[str]:
    """The changelog beside the manifest, unless a rule of the tree asks for its entry anyway."""
    kind = package.kind
    if kind is not None and any(is_changelog(name.rpartition("/")[2]) for name in kind.required_files):
        return
    paths = [path for path in package.files if path == package.path(path.rpartition("/")[2])]
    for path in (path for path in paths if is_changelog(path.rpartition("/")[2])):
        named = versions_named(path, package.whole.read(path) or b"")
        if named and version not in named:
            yield f"the newest that {path} names is {max(named)}"


def _tag(facts: ReleaseFacts, package: PackageFacts, version: Version) -> Iterator[str]:
    """The tags of the commit that are of this package."""
    several = len(package.whole.packages) > 1
    template = package.whole.options.release.tag or ("{name}-v{version}" if several else "v{version}")
    pattern = re.escape(template).replace(r"\{name\}", re.escape(package.package.name))
    shape = re.compile(pattern.replace(r"\{version\}", "(?P<version>.+)"))
    tagged = [(tag, found_) for tag in facts.tags if (match := shape.fullmatch(tag)) and (found_ := _read(match[1]))]
    if tagged and all(found_ != version for _, found_ in tagged):
        yield f"the commit has the tag {quoted([tag for tag, _ in tagged])}"


def _read(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _siblings(package: PackageFacts, version: Version) -> Iterator[str]:
    group = package.kind.version_group if package.kind is not None else None
    others = [
        other
        for other in package.whole.packages
        if other.kind is not None and other.kind.version_group == group and _tree_version(other) not in {version, None}
    ]
    others = [other for other in others if other.package.name != package.package.name]
    if others:
        rest = f" and {len(others) - 1} more" if len(others) > 1 else ""
        yield f"{others[0].manifest.path} of the same group says {others[0].package.version}{rest}"
