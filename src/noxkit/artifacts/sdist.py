# SPDX-License-Identifier: Apache-2.0
"""A source distribution: its file name, its one folder, PKG-INFO and pyproject.toml."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from packaging.utils import InvalidSdistFilename, parse_sdist_filename
from packaging.version import InvalidVersion, Version

from noxkit.artifacts.headers import Headers, read_headers

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from noxkit.artifacts.model import Archive, Member

__all__ = ["Sdist", "SdistName"]

SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz", ".tar")
"""What the names of source distributions end in, the one that PEP 625 allows first."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SdistName:
    """The parts of an sdist's file name: as `packaging` reads them, and as written."""

    name: NormalizedName
    version: Version
    written_name: str
    written_version: str


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Sdist:
    """A source distribution in `archive`."""

    archive: Archive

    @property
    def stem(self) -> str:
        """The file name without its suffix: what the one folder is called."""
        name = self.archive.file_name
        return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)

    @functools.cached_property
    def _parsed(self) -> SdistName | str:
        try:
            name, version = parse_sdist_filename(f"{self.stem}.tar.gz")
        except (InvalidSdistFilename, InvalidVersion) as error:
            return str(error)
        written, _, written_version = self.stem.rpartition("-")
        return SdistName(name=name, version=version, written_name=written, written_version=written_version)

    @property
    def name(self) -> SdistName | None:
        """The parts of the file name; None where it has not the form of one."""
        return self._parsed if isinstance(self._parsed, SdistName) else None

    @property
    def name_error(self) -> str | None:
        """Why the file name has not the form of one."""
        return self._parsed if isinstance(self._parsed, str) else None

    @functools.cached_property
    def roots(self) -> tuple[str, ...]:
        """The top-level names, in their order."""
        return tuple(dict.fromkeys(member.name.split("/", 1)[0] for member in self.archive.members))

    @functools.cached_property
    def root(self) -> str | None:
        """The one folder: the one of the file's name, else the first."""
        return self.stem if self.stem in self.roots else next(iter(self.roots), None)

    def member(self, path: str) -> Member | None:
        """The entry at `path` below the root."""
        return self.archive.by_name.get(f"{self.root}/{path}") if self.root else None

    @functools.cached_property
    def metadata(self) -> Headers | None:
        """PKG-INFO; None where it is not there or cannot be read."""
        member = self.member("PKG-INFO")
        return read_headers(member.data) if member is not None and member.data is not None else None
