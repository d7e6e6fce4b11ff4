# SPDX-License-Identifier: Apache-2.0
"""The native files of a wheel: which one platform alone can use, and which are brought for others on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.rules._native_names import extension_of

if TYPE_CHECKING:
    from noxkit.artifacts.model import Member
    from noxkit.artifacts.native import NativeFile
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["FORMATS", "helpers", "is_any", "is_launcher", "is_loose", "is_pure", "natives", "platform_code"]

FORMATS = {"elf": "ELF (Linux)", "macho": "Mach-O (macOS)", "pe": "PE (Windows)"}
"""The formats of native files, in words."""


def natives(facts: WheelFacts) -> list[tuple[Member, NativeFile]]:
    """Every native file of the wheel."""
    return [(member, member.native) for member in facts.archive.files if member.native is not None]


def is_launcher(member: Member, native: NativeFile) -> bool:
    """Whether it is a program for Windows, such as the launchers that setuptools brings."""
    return native.format == "pe" and native.is_executable and member.name.lower().endswith(".exe")


def is_loose(member: Member) -> bool:
    """Whether it is no extension module: a program, or a library that Python code opens by its path."""
    return extension_of(member.name) is None and not member.name.endswith(".pyd")


def helpers(facts: WheelFacts) -> list[Member]:
    """What is brought for other systems on purpose: `.exe` launchers, or files for Linux, macOS and Windows alike."""
    known = [(member, native) for member, native in natives(facts) if not native.is_clr]
    loose = [(member, native) for member, native in known if is_loose(member)]
    if {native.format for _, native in loose} == FORMATS.keys():
        return [member for member, _ in loose]
    return [member for member, native in known if is_launcher(member, native)]


def platform_code(facts: WheelFacts) -> list[Member]:
    """The native files that one platform alone can use."""
    others = {id(member) for member in helpers(facts)}
    return [member for member, native in natives(facts) if not native.is_clr and id(member) not in others]


def is_pure(facts: WheelFacts) -> bool:
    """Whether WHEEL says that the root is purelib."""
    headers = facts.wheel.wheel
    return headers is not None and (headers.value("Root-Is-Purelib") or "").lower() == "true"


def is_any(facts: WheelFacts) -> bool:
    """Whether the file name promises every platform."""
    return facts.wheel.name is not None and any(tag.platform == "any" for tag in facts.wheel.name.tags)
