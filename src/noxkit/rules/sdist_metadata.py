# SPDX-License-Identifier: Apache-2.0
"""PKG-INFO of an sdist against what it is made of, and against the wheels that are made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from noxkit.rules._base import Found, Place, Scope, also, found, rule
from noxkit.rules._core_metadata import CoreMetadata, shown
from noxkit.rules._metadata_drift import file_drifts, stated_drifts
from noxkit.rules._sdist_manifest import manifest_of
from noxkit.workspace._tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.sdist import Sdist
    from noxkit.artifacts.wheel import Wheel
    from noxkit.rules._artifacts import ReleaseFacts, SdistFacts
    from noxkit.rules._metadata_drift import Drift

__all__ = ["against_wheels", "metadata_drift"]

_RELIABLE = Version("2.2")
_REBUILD = "clean the tree of `*.egg-info` and old builds, and build both again from the same commit"


@rule(code="NK-SDIST-METADATA-DRIFT", scope=Scope.SDIST, since="1.0", standard=True)
def metadata_drift(facts: SdistFacts) -> Iterator[Found]:
    """PKG-INFO of an sdist says something else than the pyproject.toml beside it, or than a wheel of the same release.

    # Why
    What [project] states is what the build must give, and from core metadata 2.2 on every field that PKG-INFO
    does not call dynamic is the same in each wheel (PEP 643): resolvers read it there without building.

    # Fails
    ```toml demo-1.0.tar.gz
    [metadata]
    Requires-Python = ">=3.8"
    ```
    Or a dependency that is not in it:
    ```toml demo-1.0.tar.gz
    [pyproject]
    text = '''
    [project]
    name = "demo"
    version = "1.0"
    dependencies = ["packaging>=24"]
    '''
    ```

    # Passes
    What means the same, and what is dynamic:
    ```toml demo-1.0.tar.gz
    [pyproject]
    text = '''
    [project]
    name = "Demo"
    version = "1.0.0"
    description = "A  demonstration"
    requires-python = ">= 3.10"
    dependencies = ["Packaging >= 24, < 30"]
    dynamic = ["license", "classifiers"]
    optional-dependencies.Dev_Tools = ["pytest; sys_platform == 'linux' or sys_platform == 'darwin'"]
    '''

    [metadata]
    Requires-Dist = [
        "packaging<30,>=24",
        "pytest; (sys_platform == 'darwin' or sys_platform == 'linux') and extra == 'dev-tools'",
    ]
    Provides-Extra = "dev-tools"
    ```

    # Fix
    Build the sdist again: an old `*.egg-info` or a PKG-INFO that is checked in is the usual cause.

    # Options
    None.

    # When to ignore
    Never.
    """
    manifest, core = manifest_of(facts.sdist), facts.core
    project = table(manifest.data if manifest is not None else None, "project")
    if core is None or not project:
        return
    for drift in stated_drifts(project, core):
        # Another name or version is told by the file's name.
        if drift.field not in {"Name", "Version"} or _agrees(facts):
            message = (
                f"pyproject.toml and PKG-INFO differ in `{drift.field}`: {_words(drift, 'pyproject.toml', 'PKG-INFO')}"
            )
            yield found(message, hint=_REBUILD, at=facts.at_field(drift.at))


def _agrees(facts: SdistFacts) -> bool:
    """Whether PKG-INFO says what the file name says, so that pyproject.toml is the one that differs."""
    name, core = facts.sdist.name, facts.core
    try:
        return name is not None and core is not None and Version(core.value("Version") or "") == name.version
    except InvalidVersion:
        return False


def _words(drift: Drift, first: str, second: str) -> str:
    """What the one and the other says, of lists what only it says."""
    said = [
        f"`{shown(text, 160)}` in {where}" for text, where in ((drift.first, first), (drift.second, second)) if text
    ]
    return " and ".join(said) if len(said) > 1 else f"{said[0] if said else 'it'} alone"


@also(code="NK-SDIST-METADATA-DRIFT", scope=Scope.RELEASE)
def against_wheels(facts: ReleaseFacts) -> Iterator[Found]:
    """METADATA of a wheel differs in a field that PKG-INFO of the sdist does not call dynamic.

    # Fails
    ```toml demo-1.0.tar.gz
    ```
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "packaging"
    ```

    # Passes
    What the sdist calls dynamic, what is written another way, and an sdist of old metadata, which promises nothing:
    ```toml demo-1.0.tar.gz
    [metadata]
    Dynamic = ["requires-dist", "Summary"]
    Requires-Python = ">=3.10,<4"
    ```
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "packaging"
    Summary = "Another"
    Requires-Python = "<4, >=3.10"
    ```
    Or
    ```toml demo-1.0.tar.gz
    [metadata]
    Metadata-Version = "2.1"
    License-Expression = false
    License-File = false
    ```
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = "packaging"
    ```
    """
    for sdist in facts.sdists:
        told: set[str] = set()
        for wheel in facts.wheels:
            for drift in _between(sdist, wheel):
                if drift.field not in told:
                    told.add(drift.field)
                    yield _difference(sdist, wheel, drift)


def _between(sdist: Sdist, wheel: Wheel) -> Iterator[Drift]:
    if sdist.name is None or wheel.name is None or sdist.name.version != wheel.name.version:
        return
    if sdist.metadata is None or wheel.metadata is None:
        return
    source, built = CoreMetadata(sdist.metadata), CoreMetadata(wheel.metadata)
    if not _is_reliable(source):
        return
    dynamic = [field.value.strip() for field in source.fields("Dynamic")]
    yield from file_drifts(source, built, (*dynamic, "name", "version"))


def _is_reliable(core: CoreMetadata) -> bool:
    try:
        return Version(core.version) >= _RELIABLE
    except InvalidVersion:
        return False


def _difference(sdist: Sdist, wheel: Wheel, drift: Drift) -> Found:
    where = f"{wheel.archive.path}/{wheel.info}/METADATA"
    return found(
        f"`{drift.field}` differs between the sdist and this wheel: {_words(drift, 'PKG-INFO', 'METADATA')}",
        hint=f"build the wheel from `{sdist.archive.file_name}`; where the value depends on the machine that builds, "
        f"name the field in `dynamic` of [project]",
        at=Place(where, drift.at.line if drift.at is not None else 1),
    )
