# SPDX-License-Identifier: Apache-2.0
"""The files that a package's configuration says are written when it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.workspace._globs import normal_path
from noxkit.workspace._tables import table, text

if TYPE_CHECKING:
    from noxkit.rules._facts import PackageFacts

__all__ = ["version_files"]

# Where tools that write a version file are told which: the way below [tool], and the key.
_SETTINGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("setuptools_scm",), "version_file"),
    (("setuptools_scm",), "write_to"),
    (("setuptools-scm",), "version_file"),
    (("setuptools-scm",), "write_to"),
    (("vcs-versioning",), "version_file"),
    (("hatch", "build", "hooks", "vcs"), "version-file"),
    (("hatch", "build", "targets", "wheel", "hooks", "vcs"), "version-file"),
    (("hatch", "build", "targets", "sdist", "hooks", "vcs"), "version-file"),
    (("hatch", "build", "hooks", "version"), "path"),
    (("hatch", "build", "targets", "wheel", "hooks", "version"), "path"),
    (("pdm", "version"), "write_to"),
    (("poetry-dynamic-versioning", "files", "persistent-substitution"), "path"),
    (("versioningit", "write"), "file"),
    (("versioneer",), "versionfile_source"),
    (("versioneer",), "versionfile_build"),
    (("setuptools-git-versioning",), "version_file"),
    (("setuptools_git_versioning",), "version_file"),
    (("maturin",), "version-file"),
)


def version_files(facts: PackageFacts) -> frozenset[str]:
    """Their paths, relative to the package's folder."""
    tool = table(facts.package.pyproject, "tool")
    named = (text(table(tool, *way).get(key)) for way, key in _SETTINGS)
    return frozenset(normal_path(path) for path in named if path)
