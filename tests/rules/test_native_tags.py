# SPDX-License-Identifier: Apache-2.0
"""Native code against the tags of its wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.rules._native_names import Platform, platform_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.artifacts._facts import Artifacts

Files = tuple[tuple[str, str], ...]


def magic(files: Sequence[tuple[str, str]]) -> str:
    """A wheel with these native files."""
    return "[magic]\n" + "".join(f'"{name}" = "{kind}"\n' for name, kind in files)


def module(suffix: str, kind: str = "elf-x86_64") -> Files:
    """One extension module."""
    return ((f"demo/_c{suffix}", kind),)


GNU = "-x86_64-linux-gnu.so"
ABIS: dict[str, tuple[str, Files, int]] = {
    "an older one": ("cp312-cp312", module(f".cpython-311{GNU}"), 1),
    "one left behind": ("cp312-cp312", module(f".cpython-311{GNU}") + module(f".cpython-312{GNU}"), 1),
    "of another implementation": ("cp311-cp311", module(f".pypy311-pp73{GNU}"), 1),
    "with the lock": ("cp313-cp313t", module(f".cpython-313{GNU}"), 1),
    "without the lock": ("cp313-cp313", module(f".cpython-313t{GNU}"), 1),
    "a debug build": ("cp312-cp312", module(f".cpython-312d{GNU}"), 1),
    "one version under the stable ABI": ("cp39-abi3", module(f".cpython-39{GNU}"), 1),
    "one version under none": ("py3-none", module(f".cpython-312{GNU}"), 1),
    "of Windows": ("cp312-cp312", module(".cp311-win_amd64.pyd", "pe-amd64"), 1),
    "stable, without the lock": ("cp313-cp313t", module(".abi3.so"), 1),
    "its own": ("cp312-cp312", module(f".cpython-312{GNU}"), 0),
    "its own, of Windows": ("cp312-cp312", module(".cp312-win_amd64.pyd", "pe-amd64"), 0),
    "its own without the lock": ("cp313-cp313t", module(f".cpython-313t{GNU}"), 0),
    "its own with m": ("cp37-cp37m", module(f".cpython-37m{GNU}"), 0),
    "its own of PyPy": ("pp311-pypy311_pp73", module(f".pypy311-pp73{GNU}"), 0),
    "no ABI": ("cp312-none", module(f".cpython-312{GNU}"), 0),
    "stable": ("cp39-abi3", module(".abi3.so"), 0),
    "stable, in one version": ("cp312-cp312", module(".abi3.so"), 0),
    "stable with and without the lock": ("cp315-abi3.abi3t", module(".abi3t.so"), 0),
    "no interpreter in the name": ("cp312-cp312", module(".so"), 0),
    "a library with a version": ("cp312-cp312", (("demo.libs/libx-3e2a.so.3.cpython-311.1", "elf-x86_64"),), 0),
    "several under none": ("py3-none", module(f".cpython-311{GNU}") + module(f".cpython-312{GNU}"), 0),
    "two interpreters": ("cp311.cp312-none", module(f".cpython-311{GNU}") + module(f".cpython-312{GNU}"), 0),
}


@pytest.mark.parametrize(("tags", "files", "count"), ABIS.values(), ids=ABIS)
def test_an_extension_is_for_the_interpreter_of_the_tag(
    artifacts: Artifacts, tags: str, files: Files, count: int
) -> None:
    wheel = f"demo-1.0-{tags}-manylinux_2_28_x86_64.whl"
    assert len(artifacts.find("NK-ABI-TAG-MISMATCH", {wheel: magic(files)})) == count


def test_of_a_thousand_modules_twenty_are_told(artifacts: Artifacts) -> None:
    files = [(f"demo/_c{number}.cpython-311{GNU}", "elf-x86_64") for number in range(1000)]
    wheel = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
    assert len(artifacts.find("NK-ABI-TAG-MISMATCH", {wheel: magic(files)})) == 20


SO, PYD, DARWIN = f".cpython-312{GNU}", ".cp312-win_amd64.pyd", ".cpython-312-darwin.so"
MACHINES: dict[str, tuple[str, Files, int]] = {
    "built on the host": ("manylinux_2_28_aarch64", module(SO), 1),
    "the other way round": ("manylinux_2_28_x86_64", module(SO, "elf-aarch64"), 1),
    "32 bits": ("manylinux2014_i686", module(SO), 1),
    "ARM of 32 bits": ("linux_armv7l", module(SO, "elf-aarch64"), 1),
    "musl": ("musllinux_1_2_aarch64", module(SO), 1),
    "macOS": ("macosx_11_0_arm64", module(DARWIN, "macho-x86_64"), 1),
    "half of a universal one": ("macosx_11_0_universal2", module(DARWIN, "macho-arm64"), 1),
    "half of two tags": ("macosx_10_9_x86_64.macosx_11_0_arm64", module(DARWIN, "macho-x86_64"), 1),
    "Windows": ("win32", module(PYD, "pe-amd64"), 1),
    "Windows on ARM": ("win_arm64", module(PYD, "pe-amd64"), 1),
    "a library of no machine in its name": ("win_amd64", (("demo/engine.dll", "pe-x86"),), 1),
    "a launcher that cannot run": ("win32", (("demo/run.exe", "pe-exe"),), 1),
    "an extension that names its machine": ("manylinux_2_28_aarch64", (("demo/x86_64/_c.abi3.so", "elf-x86_64"),), 1),
    "right": ("manylinux_2_28_x86_64", module(SO), 0),
    "right on ARM": ("manylinux2014_aarch64", module(SO, "elf-aarch64"), 0),
    "right on ARM of 32 bits": ("linux_armv6l", module(SO, "elf-armv7l"), 0),
    "right with 32 bits": ("manylinux1_i686", module(SO, "elf-i686"), 0),
    "right on macOS": ("macosx_11_0_arm64", module(DARWIN, "macho-arm64"), 0),
    "universal": ("macosx_11_0_universal2", module(DARWIN, "macho-fat"), 0),
    "universal where one is asked for": ("macosx_11_0_arm64", module(DARWIN, "macho-fat"), 0),
    "universal under two tags": ("macosx_10_9_x86_64.macosx_11_0_arm64", module(DARWIN, "macho-fat"), 0),
    "two halves": (
        "macosx_11_0_universal2",
        (("demo/one.dylib", "macho-arm64"), ("demo/two.dylib", "macho-x86_64")),
        0,
    ),
    "two machines of Windows": ("win32.win_amd64", (("demo/a32.dll", "pe-x86"), ("demo/a64.dll", "pe-amd64")), 0),
    "a library for another process": ("win_amd64", (("demo/attach_x86.dll", "pe-x86"),), 0),
    "a folder for another machine": ("manylinux_2_28_x86_64", (("demo/aarch64/lib.so", "elf-aarch64"),), 0),
    "a launcher that Windows runs": ("win_arm64", (("demo/run.exe", "pe-exe"),), 0),
    "a launcher that names its machine": ("win_amd64", (("demo/t64-arm64.exe", "pe-arm64"),), 0),
    "an assembly": ("win_amd64", (("demo/Demo.dll", "pe-clr"),), 0),
    "any platform": ("any", module(SO), 0),
    "an unknown platform": ("haiku_1_x86", module(SO, "elf-aarch64"), 0),
}


@pytest.mark.parametrize(("platform", "files", "count"), MACHINES.values(), ids=MACHINES)
def test_a_native_file_is_for_the_machine_of_the_tag(
    artifacts: Artifacts, platform: str, files: Files, count: int
) -> None:
    found = artifacts.find("NK-NATIVE-ARCH-MISMATCH", {f"demo-1.0-cp312-cp312-{platform}.whl": magic(files)})
    assert len(found) == count


SYSTEMS: dict[str, tuple[str, Files, int]] = {
    "Linux in macOS": ("macosx_11_0_arm64", module(DARWIN, "elf-aarch64"), 1),
    "Linux in Windows": ("win_amd64", module(".so"), 1),
    "macOS in Linux": ("manylinux_2_28_x86_64", module(DARWIN, "macho-x86_64"), 1),
    "macOS in Windows": ("win_amd64", (("demo/engine.dylib", "macho-x86_64"),), 1),
    "Windows in Linux": ("manylinux_2_28_x86_64", (("demo/engine.dll", "pe-amd64"),), 1),
    "Windows in Android": ("android_24_x86_64", module(PYD, "pe-amd64"), 1),
    "an extension that names its system": ("win_amd64", (("demo/linux/_c.abi3.so", "elf-x86_64"),), 1),
    "a word that only ends so": ("manylinux_2_28_x86_64", (("demo/darling/twin.dll", "pe-amd64"),), 1),
    "right": ("manylinux_2_28_x86_64", module(SO), 0),
    "right on musl": ("musllinux_1_2_x86_64", module(SO), 0),
    "right on Android": ("android_24_x86_64", module(SO), 0),
    "right on iOS": ("ios_13_0_arm64_iphoneos", module(DARWIN, "macho-arm64"), 0),
    "a launcher": ("manylinux_2_28_x86_64", (("demo/t64.exe", "pe-exe"),), 0),
    "an assembly": ("macosx_11_0_arm64", (("demo/Demo.dll", "pe-clr"),), 0),
    "a folder for another system": ("manylinux_2_28_x86_64", (("demo/win-x64/a.dll", "pe-amd64"),), 0),
    "one of two tags": ("manylinux_2_28_x86_64.win_amd64", (("demo/a.dll", "pe-amd64"), *module(SO)), 0),
    "any platform": ("any", module(SO), 0),
}


@pytest.mark.parametrize(("platform", "files", "count"), SYSTEMS.values(), ids=SYSTEMS)
def test_a_native_file_is_for_the_system_of_the_tag(
    artifacts: Artifacts, platform: str, files: Files, count: int
) -> None:
    found = artifacts.find("NK-NATIVE-PLATFORM-MISMATCH", {f"demo-1.0-cp312-cp312-{platform}.whl": magic(files)})
    assert len(found) == count


@pytest.mark.parametrize(
    ("tag", "kind", "machines"),
    [
        ("win32", "pe", {"x86"}),
        ("win_amd64", "pe", {"x86_64"}),
        ("macosx_10_9_intel", "macho", {"x86", "x86_64"}),
        ("macosx_11_0_universal2", "macho", {"x86_64", "arm64"}),
        ("manylinux1_i686", "elf", {"x86"}),
        ("manylinux_2_28_ppc64le", "elf", {"ppc64le"}),
        ("android_24_arm64_v8a", "elf", {"arm64"}),
    ],
)
def test_a_platform_tag_says_format_and_machines(tag: str, kind: str, machines: set[str]) -> None:
    assert platform_of(tag) == Platform(kind, frozenset(machines))


@pytest.mark.parametrize("tag", ["any", "pyemscripten_2025_0_wasm32", "manylinux_x86_64", "haiku_1_x86"])
def test_of_other_tags_nothing_is_known(tag: str) -> None:
    assert platform_of(tag) is None
