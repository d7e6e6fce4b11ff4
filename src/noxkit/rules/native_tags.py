# SPDX-License-Identifier: Apache-2.0
"""Native code against the tags of its wheel: is it for this interpreter, this architecture and this system?"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._native_names import (
    Platform,
    extension_of,
    machine_of,
    names_machine,
    names_system,
    platform_of,
)
from noxkit.rules._natives import FORMATS, is_launcher, is_loose, natives
from noxkit.rules._several import LIMIT, several

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from noxkit.artifacts.model import Member
    from noxkit.artifacts.native import NativeFile
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["abi_tag_mismatch", "native_arch_mismatch", "native_platform_mismatch"]


@rule(code="NK-ABI-TAG-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def abi_tag_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """An extension module is for another interpreter than the wheel's tags.

    # Why
    The interpreter that installs the wheel does not see the module.

    # Fails
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-311-x86_64-linux-gnu.so" = "elf-x86_64"
    ```
    Or one interpreter only, under a tag for many:
    ```toml demo-1.0-cp39-abi3-win_amd64.whl
    [magic]
    "demo/_c.cp312-win_amd64.pyd" = "pe-amd64"
    ```
    Or with the lock, for a build without it:
    ```toml demo-1.0-cp313-cp313t-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-313-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [files]
    "demo/_c.cpython-311-x86_64-linux-gnu.so.txt" = "what was built before"
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    "demo/_stable.abi3.so" = "elf-x86_64"
    "demo/_plain.so" = "elf-x86_64"
    ```
    Or one file for each of several interpreters:
    ```toml demo-1.0-py3-none-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-311-x86_64-linux-gnu.so" = "elf-x86_64"
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Fix
    Remove `build/` and `*.so` from the tree, and build with the interpreter of the tag.

    # Options
    None.

    # When to ignore
    Never.
    """
    name = facts.wheel.name
    if name is None:
        return
    named = [(member, extension_of(member.name)) for member in facts.archive.files]
    fat = _fat_modules([member.name for member, extension in named if extension is not None and extension.version])
    open_tags = all(tag.abi in {"none", "abi3"} for tag in name.tags)
    count = 0
    for member, extension in named:
        if extension is None or any(extension.fits(tag) for tag in name.tags):
            continue
        if (open_tags and _module(member.name) in fat) or count == LIMIT:
            continue
        count += 1
        tags = sorted({f"{tag.interpreter}-{tag.abi}" for tag in name.tags})
        yield found(
            f"this module is for `{extension}`, and the wheel for {several(tags)}",
            hint="remove build/ and the built modules from the tree, and build with the interpreter of the tag",
            at=facts.at(member.name),
        )


def _module(name: str) -> str:
    folder, slash, base = name.rpartition("/")
    return f"{folder}{slash}{base.partition('.')[0]}"


def _fat_modules(names: Iterable[str]) -> set[str]:
    """The modules of which there is more than one file, each for another interpreter."""
    counted = collections.Counter(map(_module, names))
    return {module for module, count in counted.items() if count > 1}


@rule(code="NK-NATIVE-ARCH-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def native_arch_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """A native file is for another architecture than the wheel's tags.

    # Why
    The loader refuses it where the wheel is installed.

    # Fails
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_aarch64.whl
    [magic]
    "demo/_c.cpython-312-aarch64-linux-gnu.so" = "elf-x86_64"
    ```
    Or half of what a universal wheel promises:
    ```toml demo-1.0-cp312-cp312-macosx_11_0_universal2.whl
    [magic]
    "demo/_c.cpython-312-darwin.so" = "macho-arm64"
    ```
    Or on Windows:
    ```toml demo-1.0-cp312-cp312-win32.whl
    [magic]
    "demo/_c.cp312-win32.pyd" = "pe-amd64"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-win_amd64.whl
    [magic]
    "demo/_c.cp312-win_amd64.pyd" = "pe-amd64"
    "demo/attach_x86.dll" = "pe-x86"
    ```
    Or more than is asked for:
    ```toml demo-1.0-cp312-cp312-macosx_11_0_arm64.whl
    [magic]
    "demo/_c.cpython-312-darwin.so" = "macho-fat"
    ```

    # Fix
    Build on the architecture of the tag, or for it; where it is crossed, tell the backend the target.

    # Options
    None.

    # When to ignore
    Where the file is brought for another machine on purpose; one whose path names that machine is not told.
    """
    platforms = _platforms(facts)
    known = [(member, native) for member, native in natives(facts) if native.machines and not native.is_clr]
    others = {_machines(native) for _, native in known}
    wrong = [(member, told) for member, native in known if (told := _wrong_machine(member, native, platforms, others))]
    for member, told in wrong[:LIMIT]:
        yield found(
            told,
            hint="build it on the architecture of the tag (cibuildwheel), or for it (`ARCHFLAGS` on macOS)",
            at=facts.at(member.name),
        )


def _platforms(facts: WheelFacts) -> list[Platform]:
    tags = {tag.platform for tag in facts.wheel.name.tags} if facts.wheel.name is not None else set[str]()
    return [platform for tag in sorted(tags) if (platform := platform_of(tag)) is not None]


def _machines(native: NativeFile) -> frozenset[str]:
    return frozenset(map(machine_of, native.machines))


def _wrong_machine(
    member: Member,
    native: NativeFile,
    platforms: Sequence[Platform],
    others: AbstractSet[frozenset[str]],
) -> str | None:
    """What is wrong with the machines of a file; None for nothing, or where its path says that it is meant."""
    wanted = frozenset[str]().union(*(each.machines for each in platforms if each.format == native.format))
    have = _machines(native)
    if not wanted or (is_loose(member) and names_machine(member.name, have)):
        return None
    told = f"the file is for {several(sorted(have))}"
    if not have & (wanted | _emulated(member, native, wanted)):
        return f"{told}, and the wheel for {several(sorted(wanted))}"
    missing = wanted - have
    if missing and not is_launcher(member, native) and not _is_elsewhere(missing, have, others):
        return f"{told} alone, and the wheel for {several(sorted(wanted))}"
    return None


def _emulated(member: Member, native: NativeFile, wanted: frozenset[str]) -> set[str]:
    """The machines whose programs Windows runs as well."""
    if not is_launcher(member, native):
        return set()
    return {"x86", "x86_64"} if "arm64" in wanted else {"x86"}


def _is_elsewhere(missing: frozenset[str], have: frozenset[str], others: AbstractSet[frozenset[str]]) -> bool:
    """Whether another file is there for the rest alone: two thin files instead of a universal one."""
    return any(missing <= other and not have <= other for other in others)


@rule(code="NK-NATIVE-PLATFORM-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def native_platform_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """A native file is for another system than the wheel's tags.

    # Why
    The loader refuses it where the wheel is installed.

    # Fails
    ```toml demo-1.0-cp312-cp312-macosx_11_0_arm64.whl
    [magic]
    "demo/_c.cpython-312-darwin.so" = "elf-aarch64"
    ```
    Or a library of Windows under a tag of Linux:
    ```toml demo-1.0-py3-none-manylinux_2_28_x86_64.whl
    [magic]
    "demo/engine.dll" = "pe-amd64"
    ```

    # Passes
    ```toml demo-1.0-py3-none-manylinux_2_28_x86_64.whl
    [magic]
    "demo/engine.so" = "elf-x86_64"
    "demo/launch.exe" = "pe-exe"
    "demo/Demo.dll" = "pe-clr"
    "demo/windows/engine.dll" = "pe-amd64"
    ```

    # Fix
    Build from a clean tree on the platform of the tag.

    # Options
    None.

    # When to ignore
    Where the file is brought for another system on purpose; one whose path names that system is not told.
    """
    platforms = _platforms(facts)
    formats = {platform.format for platform in platforms}
    wrong = [
        (member, native)
        for member, native in natives(facts)
        if formats and native.format not in formats and not native.is_clr and not is_launcher(member, native)
        if not (is_loose(member) and names_system(member.name, native.format))
    ]
    for member, native in wrong[:LIMIT]:
        told = " and ".join(FORMATS[each] for each in sorted(formats))
        yield found(
            f"the file is {FORMATS[native.format]}, and the wheel for {told}",
            hint="remove build/ and the built files from the tree, and build on the platform of the tag",
            at=facts.at(member.name),
        )
