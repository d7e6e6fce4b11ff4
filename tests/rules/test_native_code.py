# SPDX-License-Identifier: Apache-2.0
"""Native code in a wheel: whether its tags and WHEEL admit it, and what comes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

ANY = "demo-1.0-py3-none-any.whl"
LINUX = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"


def magic(*files: tuple[str, str], root: str | None = None) -> str:
    """A wheel with these native files; `root` is Root-Is-Purelib."""
    wheel = f'[wheel]\nRoot-Is-Purelib = "{root}"\n' if root else ""
    return wheel + "[magic]\n" + "".join(f'"{name}" = "{kind}"\n' for name, kind in files)


CODE = {
    "an extension of Linux": [("demo/_c.cpython-312-x86_64-linux-gnu.so", "elf-x86_64")],
    "an extension of macOS": [("demo/_c.cpython-312-darwin.so", "macho-fat")],
    "an extension of Windows": [("demo/_c.cp312-win_amd64.pyd", "pe-amd64")],
    "a library under any name": [("demo/data.bin", "elf-aarch64")],
    "a program without a suffix": [("demo/bin/run", "elf-program")],
    "a library of Windows": [("demo/engine.dll", "pe-x86")],
    "a program of Linux beside a launcher": [("demo/run", "elf-program"), ("demo/run.exe", "pe-exe")],
    "an extension beside programs for all": [
        ("demo/linux/run", "elf-program"),
        ("demo/macos/run", "macho-program"),
        ("demo/windows/run.exe", "pe-exe"),
        ("demo/_c.cp312-win_amd64.pyd", "pe-amd64"),
    ],
}
NO_CODE = {
    "a launcher": [("demo/t64.exe", "pe-exe"), ("demo/t32.exe", "pe-exe")],
    "an assembly": [("demo/Demo.dll", "pe-clr")],
    "an assembly that is a program": [("demo/Demo.exe", "pe-clr")],
    "programs for all": [
        ("demo/linux/run", "elf-program"),
        ("demo/macos/run", "macho-program"),
        ("demo/windows/run.exe", "pe-exe"),
    ],
    "libraries for all": [
        ("demo/a_linux_amd64.so", "elf-x86_64"),
        ("demo/a.dylib", "macho-fat"),
        ("demo/a_amd64.dll", "pe-amd64"),
    ],
}


@pytest.mark.parametrize("files", CODE.values(), ids=CODE)
def test_code_for_one_platform_is_in_no_wheel_for_any(artifacts: Artifacts, files: list[tuple[str, str]]) -> None:
    assert len(artifacts.find("NK-NATIVE-IN-ANY-TAG", {ANY: magic(*files)})) == 1
    assert len(artifacts.find("NK-NATIVE-IN-ANY-TAG", {ANY: magic(*files, root="false")})) == 1
    assert len(artifacts.find("NK-PURELIB-WITH-NATIVE", {ANY: magic(*files)})) == 1
    assert artifacts.find("NK-PURELIB-WITH-NATIVE", {ANY: magic(*files, root="false")}) == []


@pytest.mark.parametrize("files", NO_CODE.values(), ids=NO_CODE)
def test_what_every_platform_can_use_may_be(artifacts: Artifacts, files: list[tuple[str, str]]) -> None:
    for code in ("NK-NATIVE-IN-ANY-TAG", "NK-PURELIB-WITH-NATIVE"):
        assert artifacts.find(code, {ANY: magic(*files)}) == []
    told = artifacts.find("NK-NATIVE-HELPER", {ANY: magic(*files)})
    told += artifacts.find("NK-NATIVE-CLR", {ANY: magic(*files)})
    assert [each.severity for each in told] == [Severity.INFO]


TEXTS = {
    "text under the name of native code": '[files]\n"demo/_c.cpython-312-x86_64-linux-gnu.so" = "text\\n"',
    "two letters of a program": '[files]\n"demo/notes.txt" = "MZ is what DOS programs begin with\\n"',
    "the file of a Java class": '[bytes]\n"demo/A.class" = "yv66vgAAADQ="',
    "WebAssembly": '[bytes]\n"demo/a.wasm" = "AGFzbQEAAAA="',
    "healthy": "",
}


@pytest.mark.parametrize("recipe", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    "code", ["NK-NATIVE-IN-ANY-TAG", "NK-PURELIB-WITH-NATIVE", "NK-NATIVE-HELPER", "NK-NATIVE-CLR"]
)
def test_what_is_no_native_code_is_not_told(artifacts: Artifacts, code: str, recipe: str) -> None:
    assert artifacts.find(code, {ANY: recipe}) == []


def test_many_files_are_one_finding(artifacts: Artifacts) -> None:
    files = [(f"demo/_c{number}.so", "elf-x86_64") for number in range(9)]
    (found,) = artifacts.find("NK-NATIVE-IN-ANY-TAG", {ANY: magic(*files)})
    assert "and 6 more" in found.message
    assert found.path == f"dist/{ANY}/demo/_c0.so"


PURE = {
    "in the root": ("demo/_c.so", True),
    "in purelib": ("demo-1.0.data/purelib/demo/_c.so", True),
    "in platlib": ("demo-1.0.data/platlib/demo/_c.so", False),
}


@pytest.mark.parametrize(("name", "fires"), PURE.values(), ids=PURE)
def test_native_code_lies_in_platlib(artifacts: Artifacts, name: str, *, fires: bool) -> None:
    recipe = magic((name, "elf-x86_64"), root="true")
    assert bool(artifacts.find("NK-PURELIB-WITH-NATIVE", {LINUX: recipe})) is fires


@pytest.mark.parametrize("code", ["NK-NATIVE-HELPER", "NK-NATIVE-CLR"])
def test_a_wheel_of_one_platform_may_bring_what_it_likes(artifacts: Artifacts, code: str) -> None:
    recipe = magic(("demo/t64.exe", "pe-exe"), ("demo/Demo.dll", "pe-clr"))
    assert artifacts.find(code, {"demo-1.0-py3-none-win_amd64.whl": recipe}) == []


EMPTY = {
    "a platform": (LINUX, "", True),
    "a platform without an ABI": ("demo-1.0-py3-none-win_amd64.whl", "", True),
    "one of two tags": ("demo-1.0-py3-none-any.win32.whl", "", True),
    "root is platlib": (ANY, '[wheel]\nRoot-Is-Purelib = "false"', True),
    "text under such a name": (LINUX, '[files]\n"demo/_c.cpython-312-x86_64-linux-gnu.so" = "x"', True),
    "an extension": (LINUX, magic(("demo/_c.abi3.so", "elf-x86_64")), False),
    "a program": (LINUX, magic(("demo-1.0.data/scripts/demo", "elf-program")), False),
    "an assembly": ("demo-1.0-py3-none-win_amd64.whl", magic(("demo/Demo.dll", "pe-clr")), False),
    "a static library": (LINUX, '[files]\n"demo/lib/libdemo.a" = "!<arch>\\n"', False),
    "WebAssembly": ("demo-1.0-py3-none-any.whl", '[bytes]\n"demo/a.wasm" = "AGFzbQEAAAA="', False),
    "pure": (ANY, "", False),
}


@pytest.mark.parametrize(("wheel", "recipe", "fires"), EMPTY.values(), ids=EMPTY)
def test_a_wheel_of_one_platform_has_native_code(artifacts: Artifacts, wheel: str, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-PLATLIB-WITHOUT-NATIVE", {wheel: recipe})) is fires


@pytest.mark.parametrize(("kind", "fires"), [("elf-debug", True), ("elf-stripped", False), ("elf-x86_64", False)])
def test_debug_information_is_told(artifacts: Artifacts, kind: str, *, fires: bool) -> None:
    recipe = magic(("demo/_c.abi3.so", kind))
    assert bool(artifacts.find("NK-NATIVE-DEBUG-SYMBOLS", {LINUX: recipe})) is fires
