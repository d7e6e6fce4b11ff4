# SPDX-License-Identifier: Apache-2.0
"""A wheel: its file name, and the files of its .dist-info folder, as the specification of the format names them."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from noxkit.artifacts.entry_points import EntryPoints, read_entry_points
from noxkit.artifacts.headers import Headers, read_headers
from noxkit.artifacts.record import Record, read_record

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.utils import BuildTag, NormalizedName

    from noxkit.artifacts.model import Archive, Member

__all__ = ["Wheel", "WheelName"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WheelName:
    """The parts of a wheel's file name: as `packaging` reads them, and the name and version as written."""

    name: NormalizedName
    version: Version
    build: BuildTag
    tags: frozenset[Tag]
    written_name: str
    written_version: str


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Wheel:
    """A wheel in `archive`."""

    archive: Archive

    @functools.cached_property
    def _parsed(self) -> WheelName | str:
        file_name = self.archive.file_name
        try:
            name, version, build, tags = parse_wheel_filename(file_name)
        except (InvalidWheelFilename, InvalidVersion) as error:
            return str(error)
        written = file_name.split("-")
        return WheelName(
            name=name, version=version, build=build, tags=tags, written_name=written[0], written_version=written[1]
        )

    @property
    def name(self) -> WheelName | None:
        """The parts of the file name; None where it has not the form of one."""
        return self._parsed if isinstance(self._parsed, WheelName) else None

    @property
    def name_error(self) -> str | None:
        """Why the file name has not the form of one."""
        return self._parsed if isinstance(self._parsed, str) else None

    @functools.cached_property
    def info_folders(self) -> tuple[str, ...]:
        """The top-level folders that end in `.dist-info`, in their order."""
        tops = dict.fromkeys(member.name.split("/", 1)[0] for member in self.archive.members if "/" in member.name)
        return tuple(top for top in tops if top.endswith(".dist-info"))

    @functools.cached_property
    def info(self) -> str | None:
        """The .dist-info folder: the one that the file name asks for, else one that means the same, else the first."""
        name = self.name
        if name is not None:
            wanted = f"{name.written_name}-{name.written_version}.dist-info"
            if wanted in self.info_folders:
                return wanted
            alike = (folder for folder in self.info_folders if _means(folder, name))
            return next(alike, next(iter(self.info_folders), None))
        return next(iter(self.info_folders), None)

    def info_member(self, name: str) -> Member | None:
        """A file of the .dist-info folder."""
        return self.archive.by_name.get(f"{self.info}/{name}") if self.info else None

    @functools.cached_property
    def metadata(self) -> Headers | None:
        """METADATA; None where it is not there or cannot be read."""
        return self._headers("METADATA")

    @functools.cached_property
    def wheel(self) -> Headers | None:
        """The file WHEEL; None where it is not there or cannot be read."""
        return self._headers("WHEEL")

    def _headers(self, name: str) -> Headers | None:
        member = self.info_member(name)
        return read_headers(member.data) if member is not None and member.data is not None else None

    @functools.cached_property
    def record(self) -> Record | None:
        """RECORD; None where it is not there or cannot be read."""
        member = self.info_member("RECORD")
        return read_record(member.data) if member is not None and member.data is not None else None

    @functools.cached_property
    def entry_points(self) -> EntryPoints | None:
        """entry_points.txt; None where it is not there or cannot be read."""
        member = self.info_member("entry_points.txt")
        return read_entry_points(member.data) if member is not None and member.data is not None else None

    @functools.cached_property
    def content(self) -> tuple[Member, ...]:
        """The files outside of every .dist-info folder, those of `.data` folders among them."""
        return tuple(m for m in self.archive.files if not m.name.split("/", 1)[0].endswith(".dist-info"))

    @functools.cached_property
    def installed(self) -> tuple[tuple[str, Member], ...]:
        """What lands in site-packages: the path there and the file, `.data/purelib` and `.data/platlib` unfolded."""
        found: list[tuple[str, Member]] = []
        for member in self.content:
            parts = member.name.split("/")
            if not parts[0].endswith(".data"):
                found.append((member.name, member))
            elif len(parts) > 2 and parts[1] in {"purelib", "platlib"}:
                found.append(("/".join(parts[2:]), member))
        return tuple(found)


def _means(folder: str, name: WheelName) -> bool:
    written, _, version = folder.removesuffix(".dist-info").rpartition("-")
    try:
        return canonicalize_name(written) == name.name and Version(version) == name.version
    except InvalidVersion:
        return False
