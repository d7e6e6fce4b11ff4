# SPDX-License-Identifier: Apache-2.0
"""What the names of platform tags and of native files say: the format, the machines and the interpreter."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag

__all__ = ["Extension", "Platform", "extension_of", "machine_of", "names_machine", "names_system", "platform_of"]

_MACHINES = {
    **dict.fromkeys(("amd64", "x86_64"), "x86_64"),
    **dict.fromkeys(("arm64", "aarch64", "arm64_v8a", "arm64ec"), "arm64"),
    **dict.fromkeys(("x86", "i386", "i486", "i586", "i686", "win32"), "x86"),
    **dict.fromkeys(("arm", "arm32", "armv6l", "armv7", "armv7l", "armv8l", "armeabi_v7a", "armhf"), "arm"),
}
_MAC = {
    "universal2": ("x86_64", "arm64"),
    "intel": ("x86", "x86_64"),
    "fat": ("ppc", "x86"),
    "fat3": ("ppc", "x86", "x86_64"),
    "fat64": ("ppc64", "x86_64"),
    "universal": ("ppc", "ppc64", "x86", "x86_64"),
}
_TAGS = (
    ("pe", re.compile(r"(?P<machine>win32)|win_(?P<other>\w+)")),
    ("macho", re.compile(r"macosx_\d+_\d+_(?P<machine>\w+)")),
    ("macho", re.compile(r"ios_\d+_\d+_(?P<machine>\w+)_(?:iphoneos|iphonesimulator)")),
    ("elf", re.compile(r"android_\d+_(?P<machine>\w+)")),
    ("elf", re.compile(r"(?:linux|manylinux(?:\d+|_\d+_\d+)|musllinux_\d+_\d+)_(?P<machine>\w+)")),
)
_EXTENSION = re.compile(
    r"\.(?:(?:cpython-|cp)(?P<cpython>3\d+)(?P<flags>[a-z]*)(?:-[\w-]+)?|pypy(?P<pypy>3\d+)-\w+(?:-[\w-]+)?"
    r"|(?P<stable>abi3t?))\.(?:so|pyd)\Z"
)
# Words of a path that tell for which machine or system a file beside the others is meant.
_MACHINE_WORDS = {
    "x86": r"x86(?![-_]?64)|i[3-6]86|ia32|win32|32bit|[a-z]{0,12}-?32",
    "x86_64": r"x86[-_]64|amd64|x64|win64|64bit|[a-z]{1,12}-?64",
    "arm64": r"arm64(?:ec)?|aarch64",
    "arm": r"arm(?:v\d\w*|hf|32)?",
}
_SYSTEM_WORDS = {
    "elf": "linux|manylinux|musllinux|gnu|musl|android|freebsd|unix",
    "macho": "macosx?|darwin|osx|mac|ios|apple",
    "pe": "win(?:dows|32|64)?|mingw|msvc",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Platform:
    """The format of native files on a platform, and the machines that it has to serve."""

    format: str
    machines: frozenset[str]


def machine_of(word: str) -> str:
    """One name for a machine that tags and headers call otherwise."""
    return _MACHINES.get(word, word)


def platform_of(tag: str) -> Platform | None:
    """The platform of a platform tag; None for `any` and for what is not known."""
    for kind, pattern in _TAGS:
        match = pattern.fullmatch(tag)
        if match is not None:
            word = next(group for group in match.groups() if group is not None)
            words = _MAC.get(word, (word,)) if kind == "macho" else (word,)
            return Platform(kind, frozenset(map(machine_of, words)))
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class Extension:
    """For which interpreter an extension module is, by its name: `kind` is cpython, pypy, abi3 or abi3t."""

    kind: str
    version: str = ""
    flags: str = ""

    def fits(self, tag: Tag) -> bool:
        """Whether each interpreter of the tag imports it."""
        if self.kind == "abi3t":
            return True
        if self.kind == "abi3":
            return re.fullmatch(r"cp\d+t|abi3t", tag.abi) is None
        if self.kind == "pypy":
            return tag.interpreter == f"pp{self.version}"
        # `m` marked the allocator up to 3.7.
        abi = f"cp{self.version}{self.flags}".rstrip("m")
        return tag.interpreter == f"cp{self.version}" and tag.abi.rstrip("m") in {abi, "none"}

    def __str__(self) -> str:
        """As in the name of a file."""
        return f"{self.kind}-{self.version}{self.flags}" if self.version else self.kind


def extension_of(name: str) -> Extension | None:
    """What the name of a file says of an extension module; None where it says nothing."""
    base = name.rpartition("/")[2]
    match = _EXTENSION.search(base)
    if match is None:
        return None
    if match["cpython"]:
        return Extension("cpython", match["cpython"], match["flags"])
    return Extension("pypy", match["pypy"]) if match["pypy"] else Extension(match["stable"])


def names_machine(path: str, machines: Iterable[str]) -> bool:
    """Whether the path says itself that the file is for one of these machines."""
    words = "|".join(_MACHINE_WORDS.get(machine, re.escape(machine)) for machine in machines)
    return re.search(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", path.lower()) is not None


def names_system(path: str, kind: str) -> bool:
    """Whether the path says itself that the file is for another system: the one that has this format."""
    return re.search(rf"(?<![a-z])(?:{_SYSTEM_WORDS[kind]})(?![a-z])", path.lower()) is not None
