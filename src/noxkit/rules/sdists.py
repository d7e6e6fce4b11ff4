# SPDX-License-Identifier: Apache-2.0
"""Source distributions: the file's name, its one folder, and the two files that every build begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from noxkit.artifacts.model import MemberKind
from noxkit.artifacts.sdist import SUFFIXES
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import shown
from noxkit.rules._entries import each_of, is_whole, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import SdistFacts

__all__ = [
    "sdist_filename",
    "sdist_format",
    "sdist_pkg_info_mismatch",
    "sdist_pkg_info_missing",
    "sdist_pyproject_missing",
    "sdist_root_name",
    "sdist_single_root",
    "sdist_sparse",
]

_REBUILD = "build it again with a current release of the backend; do not rename or repack it"
_READABLE = {MemberKind.FILE, MemberKind.SYMLINK, MemberKind.HARDLINK}


@rule(code="NK-SDIST-FILENAME", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_filename(facts: SdistFacts) -> Iterator[Found]:
    """The file name of an sdist is not the normalised name and version of PEP 625.

    # Why
    The index refuses it. Installers take the name and the version of an sdist from its file name.

    # Fails
    ```toml Acme.Demo-1.0.tar.gz
    ```
    Or a version that is not in its normal form:
    ```toml demo-1.0.0-beta.tar.gz
    ```
    Or a dash, where it ends the name:
    ```toml acme-demo-1.0.tar.gz
    ```
    Or no version at all:
    ```toml demo.tar.gz
    ```

    # Passes
    ```toml acme_demo2-1!2.0rc1.post3.dev4.tar.gz
    ```
    Or a suffix that NK-SDIST-FORMAT is about:
    ```toml demo-1.0.zip
    ```

    # Fix
    Build with a current backend: setuptools from 69.3, hatchling, flit_core from 3.8, pdm and uv_build write it so.

    # Options
    None.

    # When to ignore
    Never.
    """
    name = facts.sdist.name
    if name is None:
        reason = facts.sdist.name_error or "it has no version"
        yield found(f"the file name is not that of an sdist: {shown(reason, 200)}", hint=_REBUILD, at=facts.at())
        return
    wanted = f"{name.name.replace('-', '_')}-{name.version}"
    if facts.sdist.stem != wanted:
        message = f"the file is called `{shown(facts.sdist.stem)}`, and by PEP 625 it is `{shown(wanted)}`"
        yield found(message, hint=_REBUILD, at=facts.at())


@rule(code="NK-SDIST-FORMAT", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_format(facts: SdistFacts) -> Iterator[Found]:
    """An sdist is no `.tar.gz`.

    # Why
    Since PEP 625 the index takes no other: neither `.zip` nor another compression.

    # Fails
    ```toml demo-1.0.zip
    ```
    Or another compression:
    ```toml demo-1.0.tar.bz2
    [archive]
    format = "tar.bz2"
    ```
    Or none, or a short suffix:
    ```toml demo-1.0.tar
    [archive]
    format = "tar"
    ```
    ```toml demo-1.0.tgz
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    ```

    # Fix
    Take `formats` out of `[sdist]` in setup.cfg, and `--formats` off the command line.

    # Options
    None.

    # When to ignore
    Never.
    """
    name = facts.archive.file_name
    if not name.endswith(SUFFIXES[0]):
        suffix = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), name.rpartition(".")[2])
        yield found(
            f"the sdist is a `{shown(suffix)}`, and the index takes `.tar.gz` alone",
            hint="build it with `uv build --sdist`; take `formats` out of `[sdist]` in setup.cfg",
            at=facts.at(),
        )


@rule(code="NK-SDIST-SINGLE-ROOT", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_single_root(facts: SdistFacts) -> Iterator[Found]:
    """An sdist has not exactly one folder at its top.

    # Why
    The index refuses it, and installers take the first folder for the project, whichever that is.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "README.md" = ""
    ```
    Or two folders:
    ```toml demo-1.0.tar.gz
    [files]
    "demo/data.txt" = ""
    ```
    Or no entry at all:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/PKG-INFO" = false
    "{root}/pyproject.toml" = false
    "{root}/src/demo/__init__.py" = false
    "{root}/LICENSE" = false
    "{root}/README.md" = false
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [archive.pax]
    comment = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

    [files]
    "demo-1.0/" = ""
    ```

    # Fix
    Build with a build backend instead of `tar` or `git archive`.

    # Options
    None.

    # When to ignore
    Never.
    """
    if not is_whole(facts.archive):
        return
    roots = facts.sdist.roots
    loose = [m for m in facts.archive.members if "/" not in m.name and m.kind is not MemberKind.FOLDER]
    if not roots:
        yield found("the sdist is empty", hint=_REBUILD, at=facts.at())
    elif len(roots) > 1 or loose:
        what = (
            f"{len(roots)} entries at its top, {quoted(roots)}" if len(roots) > 1 else f"no folder, but {quoted(roots)}"
        )
        yield found(
            f"the sdist has {what}, instead of the one folder `{shown(facts.sdist.stem)}`", hint=_REBUILD, at=facts.at()
        )


@rule(code="NK-SDIST-ROOT-NAME", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_root_name(facts: SdistFacts) -> Iterator[Found]:
    """The folder of an sdist is not called as the file is.

    # Why
    PEP 625 and installers expect `NAME-VERSION/`; the index looks for PKG-INFO there.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/PKG-INFO" = false
    "{root}/pyproject.toml" = false
    "{root}/src/demo/__init__.py" = false
    "{root}/LICENSE" = false
    "{root}/README.md" = false
    "demo-main/PKG-INFO" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.0\\n"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [files]
    "demo-1.0/demo-main/pyproject.toml" = ""
    ```
    Or several folders, which NK-SDIST-SINGLE-ROOT is about:
    ```toml demo-1.0.tar.gz
    [files]
    "demo/data.txt" = ""
    ```

    # Fix
    Build again, and do not rename the file.

    # Options
    None.

    # When to ignore
    Never.
    """
    sdist = facts.sdist
    if len(sdist.roots) == 1 and sdist.root not in {sdist.stem, ".", "..", "", None}:
        message = f"the folder of the sdist is `{shown(sdist.root or '')}`, and not `{shown(sdist.stem)}` as its file"
        yield found(message, hint=_REBUILD, at=facts.at(sdist.root))


@rule(code="NK-SDIST-PKG-INFO-MISSING", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_pkg_info_missing(facts: SdistFacts) -> Iterator[Found]:
    """An sdist has no PKG-INFO in its folder.

    # Why
    The index refuses it, and installers must build it to learn what it depends on.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/PKG-INFO" = false
    ```
    Or where only setuptools' copy is there:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/PKG-INFO" = false
    "{root}/src/demo.egg-info/PKG-INFO" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.0\\n"
    ```
    Or a folder of that name:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/PKG-INFO" = false
    "{root}/PKG-INFO/" = ""
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [metadata-text]
    text = ""
    ```
    Or a file that breaks off before it:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/PKG-INFO" = false

    [archive]
    tar-truncate = 1600
    ```

    # Fix
    Build with a build backend: `git archive` makes no sdist.

    # Options
    None.

    # When to ignore
    Never.
    """
    member = facts.sdist.member("PKG-INFO")
    if is_whole(facts.archive) and facts.archive.members and (member is None or not member.is_file):
        yield found(f"there is no file `{shown(facts.headers_path)}`", hint=_REBUILD, at=facts.at())


@rule(code="NK-SDIST-PKG-INFO-MISMATCH", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_pkg_info_mismatch(facts: SdistFacts) -> Iterator[Found]:
    """PKG-INFO states another name or version than the file name of the sdist.

    # Why
    The index refuses it, and installers stop when the build gives another version than was asked for.

    # Fails
    ```toml demo-1.0.tar.gz
    [metadata]
    Name = "demos"
    ```
    Or another version:
    ```toml demo-1.0.tar.gz
    [metadata]
    Version = "1.0.1"
    ```

    # Passes
    ```toml acme_demo-1.0.tar.gz
    [metadata]
    Name = "Acme.-_Demo"
    Version = "v1.0.0"
    ```

    # Fix
    Build again, and do not rename the file.

    # Options
    None.

    # When to ignore
    Never.
    """
    core, written = facts.core, facts.written
    if core is None or written is None:
        return
    name, version = core.value("Name"), core.value("Version")
    if name is not None and canonicalize_name(name) != written.name:
        message = f"PKG-INFO says `Name: {shown(name)}`, the file name `{written.written_name}`"
        yield found(message, hint=_REBUILD, at=facts.at_field(core.field("Name")))
    if version is not None and _is_other(version, written.version):
        message = f"PKG-INFO says `Version: {shown(version)}`, the file name `{written.written_version}`"
        yield found(message, hint=_REBUILD, at=facts.at_field(core.field("Version")))


def _is_other(stated: str, version: Version) -> bool:
    """Whether it is another version; what is none is another rule's."""
    try:
        return len(stated) < 1000 and Version(stated) != version
    except InvalidVersion:
        return False


@rule(code="NK-SDIST-PYPROJECT-MISSING", scope=Scope.SDIST, since="1.0", standard=True)
def sdist_pyproject_missing(facts: SdistFacts) -> Iterator[Found]:
    """An sdist has no pyproject.toml in its folder.

    # Why
    Without it nothing says what the build needs: installers guess the newest setuptools, whatever that is by then.
    Where a setup.py is there, that guess still builds, and it is a warning.

    # Fails
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/pyproject.toml" = false
    ```
    Or where it lies deeper:
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/pyproject.toml" = false
    "{root}/py/pyproject.toml" = ""
    "{root}/setup.py" = "import setuptools\\n\\nsetuptools.setup()\\n"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [files]
    "{root}/setup.py" = "import setuptools\\n\\nsetuptools.setup()\\n"
    "{root}/pyproject.toml" = ""
    ```

    # Fix
    Write a pyproject.toml with `[build-system]`, and see that the sdist includes it (`MANIFEST.in`, `sdist.include`).

    # Options
    None.

    # When to ignore
    For a project that is not changed any more.
    """
    member = facts.sdist.member("pyproject.toml")
    if not is_whole(facts.archive) or not facts.archive.members or (member is not None and member.kind in _READABLE):
        return
    yield found(
        f"there is no file `{shown(facts.sdist.root or '')}/pyproject.toml`",
        hint='add one with `[build-system]` (`requires = ["setuptools>=77"]`), and include it in the sdist',
        at=facts.at(),
        severity=Severity.WARNING if facts.sdist.member("setup.py") is not None else None,
    )


@rule(code="NK-SDIST-SPARSE", scope=Scope.SDIST, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def sdist_sparse(facts: SdistFacts) -> Iterator[Found]:
    """An sdist has a sparse file.

    # Why
    The index refuses it: a sparse file claims any size in a few bytes.

    # Fails
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/data.bin"]
    type = "sparse"
    ```
    Or as PAX writes it:
    ```toml demo-1.0.tar.gz
    [members."demo-1.0/README.md".pax]
    "GNU.sparse.major" = "1"
    "GNU.sparse.minor" = "0"
    "GNU.sparse.name" = "demo-1.0/README.md"
    "GNU.sparse.realsize" = "4096"
    ```

    # Passes
    ```toml demo-1.0.tar.gz
    [zeros]
    "demo-1.0/data.bin" = 65536

    [members."demo-1.0/data.bin".pax]
    comment = "GNU.sparse.major=1"
    ```

    # Fix
    Build with a build backend, or give `tar` no `--sparse`.

    # Options
    None.

    # When to ignore
    Never.
    """
    hits = [(member, "is a sparse file") for member in facts.archive.members if member.kind is MemberKind.SPARSE]
    for each in each_of(facts, hits, hint="build it again with a build backend, or with `tar` without `--sparse`"):
        yield found(each.message, hint=each.hint, at=each.place, display=True)
