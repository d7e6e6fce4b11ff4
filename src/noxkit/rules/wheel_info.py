# SPDX-License-Identifier: Apache-2.0
"""The .dist-info folder of a wheel, its file WHEEL, and the `.data` folder: what installers read before all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._several import several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "distinfo_installer_leftover",
    "distinfo_missing",
    "distinfo_multiple",
    "distinfo_name_mismatch",
]

# What pip and uv write when they install.
_LEFT = frozenset(
    ["INSTALLER", "REQUESTED", "direct_url.json", "provenance_url.json", "uv_build.json", "uv_cache.json"]
)
_CLEAN = "remove build/ and *.egg-info, and build again from a clean checkout"


@rule(code="NK-DISTINFO-MISSING", scope=Scope.WHEEL, since="1.0", standard=True)
def distinfo_missing(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has no .dist-info folder.

    # Why
    It is what makes a zip file a wheel; no installer takes one without.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/METADATA" = false
    "{info}/WHEEL" = false
    "{info}/licenses/LICENSE" = false
    "{info}/RECORD" = false
    ```
    Or one that is not at the top:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/METADATA" = false
    "{info}/WHEEL" = false
    "{info}/licenses/LICENSE" = false
    "{info}/RECORD" = false
    "demo/demo-1.0.dist-info/METADATA" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.0\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Build the wheel with a build backend; a zip file under another name is none.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.archive.members and not facts.wheel.info_folders:
        yield found(
            "the wheel has no .dist-info folder",
            hint="build it with a build backend (`uv build`): the name alone makes no wheel of a zip file",
            at=facts.at(),
        )


@rule(code="NK-DISTINFO-MULTIPLE", scope=Scope.WHEEL, since="1.0", standard=True)
def distinfo_multiple(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has more than one .dist-info folder at its top.

    # Why
    Installers refuse it, or take one of them.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-0.9.dist-info/METADATA" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 0.9\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/_vendor/other-2.0.dist-info/METADATA" = "Metadata-Version: 2.4\\nName: other\\nVersion: 2.0\\n"
    ```

    # Fix
    Build from a clean tree: the other one is left over from an earlier build.

    # Options
    None.

    # When to ignore
    Never.
    """
    folders = facts.wheel.info_folders
    if len(folders) > 1:
        yield found(
            f"the wheel has {len(folders)} .dist-info folders: {several(sorted(folders))}",
            hint=_CLEAN,
            at=facts.at(next(folder for folder in folders if folder != facts.wheel.info)),
        )


@rule(code="NK-DISTINFO-NAME-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def distinfo_name_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """The .dist-info folder of a wheel is not called after the name and version in the file name.

    # Why
    Installers and the package index look for `name-version.dist-info`, letter by letter.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/METADATA" = false
    "{info}/WHEEL" = false
    "{info}/licenses/LICENSE" = false
    "{info}/RECORD" = false
    "demo-1.1.dist-info/METADATA" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.1\\n"
    "demo-1.1.dist-info/WHEEL" = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    ```
    Or the same version, written otherwise:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/METADATA" = false
    "{info}/WHEEL" = false
    "{info}/licenses/LICENSE" = false
    "{info}/RECORD" = false
    "demo-1.0.0.dist-info/METADATA" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.0\\n"
    ```

    # Passes
    ```toml demo-1.0-2-py3-none-any.whl
    ```

    # Fix
    Build the wheel again; a renamed one keeps its old folders.

    # Options
    None.

    # When to ignore
    Never.
    """
    name, info = facts.wheel.name, facts.wheel.info
    if name is None or info is None:
        return
    wanted = f"{name.written_name}-{name.written_version}.dist-info"
    if info != wanted:
        yield found(
            f"the folder is `{info}`, and the file name asks for `{wanted}`",
            hint=f"build it again, and do not rename it by hand; where the version is old, {_CLEAN}",
            at=facts.at(info),
        )


@rule(code="NK-DISTINFO-INSTALLER-LEFTOVER", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def distinfo_installer_leftover(facts: WheelFacts) -> Iterator[Found]:
    """A wheel holds what an installer writes, or the file list of another distribution.

    # Why
    It was packed from an installed copy: its RECORD and scripts are those of one machine.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/INSTALLER" = "pip\\n"
    "{info}/direct_url.json" = "{}"
    ```
    Or the file list of another:
    ```toml demo-1.0-py3-none-any.whl
    [record]
    add = [["other-2.0.dist-info/METADATA", "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "0"]]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/_vendor/other-2.0.dist-info/INSTALLER" = "pip\\n"
    "demo/_vendor/other-2.0.dist-info/RECORD" = "other/__init__.py,,\\n"
    ```

    # Fix
    Build the wheel from the source tree, not from site-packages.

    # Options
    None.

    # When to ignore
    Never.
    """
    folders = set(facts.wheel.info_folders)
    left = [
        member.name
        for member in facts.archive.files
        for folder, _, rest in [member.name.partition("/")]
        if folder in folders and (rest in _LEFT or (rest == "RECORD" and folder != facts.wheel.info))
    ]
    if left:
        yield found(
            f"the wheel holds {several(left)}, which belongs to an installed distribution",
            hint="build the wheel from the source tree, not from what is installed",
            at=facts.at(left[0]),
        )
    yield from _foreign_rows(facts, folders)


def _foreign_rows(facts: WheelFacts, folders: set[str]) -> Iterator[Found]:
    record = facts.wheel.record
    for row in record.rows if record is not None else ():
        folder, slash, _ = row.path.partition("/")
        if slash and folder.endswith(".dist-info") and folder not in folders:
            yield found(
                f"RECORD lists files of `{folder}`, which is not in the wheel: it is the list of another distribution",
                hint="build the wheel from the source tree: the backend writes its RECORD",
                at=facts.at(f"{facts.wheel.info}/RECORD", row.line),
            )
            return
