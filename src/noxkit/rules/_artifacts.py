# SPDX-License-Identifier: Apache-2.0
"""What rules on built files are asked about: a wheel or an sdist, the policy of the run, and the tree, if any."""

from __future__ import annotations

import ast
import dataclasses
import functools
import time
import warnings
from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord
from noxkit.rules._base import Place
from noxkit.rules._core_metadata import CoreMetadata
from noxkit.rules._facts import Settings
from noxkit.workspace._tables import table, text
from noxkit.workspace._toml import parse_toml
from noxkit.workspace.pythons import SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.artifacts.headers import Field, Headers
    from noxkit.artifacts.model import Archive
    from noxkit.artifacts.sdist import Sdist, SdistName
    from noxkit.artifacts.wheel import Wheel, WheelName
    from noxkit.rules._facts import PackageFacts
    from noxkit.workspace._tables import Table

__all__ = [
    "ATTESTATION_SUFFIXES",
    "MOST_ATTESTED",
    "Attestation",
    "FileFacts",
    "Policy",
    "ReleaseFacts",
    "SdistFacts",
    "Sketch",
    "SyntaxFault",
    "Trees",
    "WheelFacts",
]


_KEPT = 64  # syntax trees at once


@dataclasses.dataclass(frozen=True, kw_only=True)
class Policy:
    """What `[tool.noxkit]` of the run asks of a file; empty without one, and then silent.

    `namespace` are shared packages without `__init__.py`, those that sibling packages of a workspace share among
    them; `required_fields` are keys of `[project]`; `size_limit` is in bytes.
    """

    namespace: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    required_classifiers: tuple[str, ...] = ()
    typed: bool | None = None
    size_limit: int = 100 << 20


@dataclasses.dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A member that an interpreter refuses to compile: `python` is its minor, `line` 1-based where it is known."""

    python: str
    member: str
    message: str
    line: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Sketch:
    """What the code of a module does when it is imported, guarded or not: more than a syntax tree shows, and sooner.

    `imports` are modules with their level and the names that are asked for; `stored` is bound outside of functions.
    """

    imports: tuple[tuple[str, int, tuple[str, ...] | None], ...]
    stored: frozenset[str]


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class FileFacts:
    """What is known of any file. `package` is the package of the tree that it was built from, where there is a tree."""

    policy: Policy = dataclasses.field(default_factory=Policy)
    settings: Settings = dataclasses.field(default_factory=Settings)
    package: PackageFacts | None = None
    now: float = dataclasses.field(default_factory=time.time)
    pythons: tuple[str, ...] = SUPPORTED

    @property
    def archive(self) -> Archive:
        """The file's entries."""
        raise NotImplementedError

    @property
    def headers(self) -> Headers | None:
        """METADATA of a wheel, PKG-INFO of an sdist; None where it is not there or cannot be read."""
        raise NotImplementedError

    @property
    def headers_path(self) -> str:
        """Where that file lies, or should lie, in the archive."""
        raise NotImplementedError

    @property
    def written(self) -> WheelName | SdistName | None:
        """The parts of the file name; None where it has not the form of one."""
        raise NotImplementedError

    @property
    def backend(self) -> str:
        """What says that it has built the file, or what the file says is to build it; empty where nothing does."""
        raise NotImplementedError

    @functools.cached_property
    def core(self) -> CoreMetadata | None:
        """The core metadata in `headers`; None where there are none."""
        return CoreMetadata(self.headers) if self.headers is not None else None

    def at_field(self, field: Field | None) -> Place:
        """The place of a field of `headers`; of the file where there is no such field."""
        return self.at(self.headers_path, field.line if field is not None else 1)

    def at(self, member: str | None = None, line: int | None = None, column: int | None = None) -> Place:
        """The place of the file, or of an entry in it, as if the file were a folder."""
        path = self.archive.path
        if member is None:
            return Place(path)
        shown = member.encode("utf-8", "backslashreplace").decode("utf-8").strip("/")
        return Place(f"{path}/{shown}", line, column)


class Trees:
    """Syntax trees of modules and stubs: each is made when it is asked for, and few are kept, since they are large."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = {path: data for path, data in sources.items() if path.endswith((".py", ".pyi"))}
        self._kept: dict[str, ast.Module | None] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that there are, whether or not they parse."""
        return tuple(self._sources)

    def get(self, path: str) -> ast.Module | None:
        """The tree of one file; None for one that is not there, or does not parse."""
        if path not in self._kept:
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[path] = self._parse(path)
        return self._kept[path]

    def all(self) -> Iterator[ast.Module]:
        """Each tree, one after the other."""
        for path in self._sources:
            tree = self._parse(path)
            if tree is not None:
                yield tree

    def _parse(self, path: str) -> ast.Module | None:
        data = self._sources.get(path)
        return parse(data) if data is not None else None


def parse(data: bytes) -> ast.Module | None:
    """The syntax tree of a module; None for what does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class WheelFacts(FileFacts):
    """A wheel. `syntax` is what the interpreters in `interpreters` (minors) said of its modules.

    `sketches` are what the highest of them said of those that it does not refuse, by their members; it may be empty.
    """

    wheel: Wheel
    syntax: tuple[SyntaxFault, ...] = ()
    sketches: Mapping[str, Sketch] = dataclasses.field(default_factory=dict[str, Sketch])
    interpreters: tuple[str, ...] = ()

    @property
    def archive(self) -> Archive:
        """The file's entries."""
        return self.wheel.archive

    @property
    def headers(self) -> Headers | None:
        """METADATA; None where it is not there or cannot be read."""
        return self.wheel.metadata

    @property
    def headers_path(self) -> str:
        """Where METADATA lies, or should lie."""
        return f"{self.wheel.info}/METADATA"

    @property
    def written(self) -> WheelName | None:
        """The parts of the file name; None where it has not the form of one."""
        return self.wheel.name

    @property
    def backend(self) -> str:
        """Generator of the file WHEEL, such as `hatchling 1.27.0`."""
        return (self.wheel.wheel.value("Generator") or "") if self.wheel.wheel is not None else ""

    @functools.cached_property
    def trees(self) -> Trees:
        """The syntax trees of modules and stubs, by their path in site-packages."""
        return Trees({path: member.data for path, member in self.wheel.installed if member.data is not None})


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class SdistFacts(FileFacts):
    """An sdist."""

    sdist: Sdist

    @property
    def archive(self) -> Archive:
        """The file's entries."""
        return self.sdist.archive

    @property
    def headers(self) -> Headers | None:
        """PKG-INFO; None where it is not there or cannot be read."""
        return self.sdist.metadata

    @property
    def headers_path(self) -> str:
        """Where PKG-INFO lies, or should lie."""
        return f"{self.sdist.root}/PKG-INFO"

    @property
    def written(self) -> SdistName | None:
        """The parts of the file name; None where it has not the form of one."""
        return self.sdist.name

    @property
    def backend(self) -> str:
        """`build-backend` of its pyproject.toml, or what stands in where there is none: setuptools."""
        return text(table(self.pyproject, "build-system").get("build-backend")) or "setuptools"

    @functools.cached_property
    def pyproject(self) -> Table:
        """Its pyproject.toml; empty where there is none that can be read."""
        member = self.sdist.member("pyproject.toml")
        if member is None or member.data is None:
            return {}
        parsed = parse_toml(member.data, path="pyproject.toml")
        return parsed if not isinstance(parsed, ErrorRecord) else {}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A file of attestations: the `path` as it is shown, and that of the file that it is about.

    `data` is None where it cannot be read or has more than `MOST_ATTESTED` bytes.
    """

    path: str
    about: str
    data: bytes | None = None


MOST_ATTESTED = 1 << 20
"""How large a file of attestations may be."""

ATTESTATION_SUFFIXES = (".publish.attestation", ".slsa.attestation")
"""What is behind a file's name in that of its attestations."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class ReleaseFacts:
    """The files of one project that lie together, of all its versions; `package` is that of the tree.

    `attestations` are those that lie beside the files, `tags` the git tags of the commit that the tree stands on.
    """

    name: str
    wheels: tuple[Wheel, ...] = ()
    sdists: tuple[Sdist, ...] = ()
    policy: Policy = dataclasses.field(default_factory=Policy)
    package: PackageFacts | None = None
    attestations: tuple[Attestation, ...] = ()
    tags: tuple[str, ...] = ()
