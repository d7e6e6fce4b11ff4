# SPDX-License-Identifier: Apache-2.0
"""Native code in a wheel: whether its tags and its file WHEEL admit that it is there, and what else comes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.artifacts.model import FaultKind
from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._natives import helpers, is_any, is_pure, natives, platform_code
from noxkit.rules._several import several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "native_clr",
    "native_debug_symbols",
    "native_helper",
    "native_in_any_tag",
    "platlib_without_native",
    "purelib_with_native",
]

_PLATFORM_WHEEL = "build a wheel for each platform (cibuildwheel): setuptools does where `ext_modules` names the code"
# WebAssembly and static libraries are no programs for a machine here, and still for one platform alone.
_OTHER_CODE = (b"\0asm", b"!<arch>\n")


@rule(code="NK-PURELIB-WITH-NATIVE", scope=Scope.WHEEL, since="1.0", standard=True)
def purelib_with_native(facts: WheelFacts) -> Iterator[Found]:
    """A wheel with native code says that its root is purelib.

    # Why
    Installers put it into the folder that all architectures of a machine may share, and repair tools refuse it.

    # Fails
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [wheel]
    Root-Is-Purelib = "true"
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```
    Or a library that ctypes opens, whatever its suffix:
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo/data/engine.bin" = "macho-arm64"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [wheel]
    Root-Is-Purelib = "true"
    [magic]
    "demo-1.0.data/platlib/demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```
    Or launchers for Windows, as setuptools brings them, and assemblies of .NET:
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo/cli.exe" = "pe-exe"
    "demo/runtime/Demo.dll" = "pe-clr"
    ```

    # Fix
    Declare the code to the backend: `ext_modules` (setuptools), `pure_python` in the build hook (hatch).

    # Options
    None.

    # When to ignore
    Where the file is data that nobody loads, such as a sample for tests.
    """
    if not is_pure(facts):
        return
    # What lies in platlib goes where it belongs in any case.
    names = [member.name for member in platform_code(facts) if not _in_platlib(member.name)]
    if names:
        yield found(
            f"Root-Is-Purelib is true, and the wheel has native code: {several(names)}",
            hint="declare the code to the backend: `ext_modules` (setuptools), `pure_python` in the build hook (hatch)",
            at=facts.at(names[0]),
        )


def _in_platlib(name: str) -> bool:
    parts = name.split("/", 2)
    return len(parts) > 2 and parts[0].endswith(".data") and parts[1] == "platlib"


@rule(code="NK-NATIVE-IN-ANY-TAG", scope=Scope.WHEEL, since="1.0", standard=True)
def native_in_any_tag(facts: WheelFacts) -> Iterator[Found]:
    """A wheel with native code is tagged for any platform.

    # Why
    It installs everywhere, and fails at the first import on all platforms but one.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```
    Or a program among the scripts:
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo-1.0.data/scripts/demo" = "elf-program"
    ```
    Or with Root-Is-Purelib rightly false:
    ```toml demo-1.0-cp312-cp312-any.whl
    [wheel]
    Root-Is-Purelib = "false"
    [magic]
    "demo/_c.pyd" = "pe-amd64"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/_c.so" = "no native code at all"
    [magic]
    "demo/t64.exe" = "pe-exe"
    "demo/Demo.dll" = "pe-clr"
    ```
    Or programs for all three systems, of which it runs the right one:
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo/linux/helper" = "elf-program"
    "demo/macos/helper" = "macho-program"
    "demo/windows/helper.exe" = "pe-exe"
    ```

    # Fix
    Build a wheel for each platform, with its tag.

    # Options
    None.

    # When to ignore
    Where the file is data that nobody loads, such as a sample for tests.
    """
    names = [member.name for member in platform_code(facts)] if is_any(facts) else []
    if names:
        yield found(
            f"the wheel is tagged `any`, and has native code: {several(names)}",
            hint=_PLATFORM_WHEEL,
            at=facts.at(names[0]),
        )


@rule(code="NK-NATIVE-CLR", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def native_clr(facts: WheelFacts) -> Iterator[Found]:
    """A wheel for any platform holds assemblies of .NET.

    # Why
    They run wherever a .NET runtime is installed, which no metadata of a wheel can ask for.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo/Demo.Runtime.dll" = "pe-clr"
    ```

    # Passes
    ```toml demo-1.0-py3-none-win_amd64.whl
    [magic]
    "demo/Demo.Runtime.dll" = "pe-clr"
    "demo/native.dll" = "pe-amd64"
    ```

    # Fix
    Nothing to mend: say in the description that .NET is needed.

    # Options
    None.

    # When to ignore
    Where it is meant.
    """
    names = [member.name for member, native in natives(facts) if native.is_clr]
    if names and (is_any(facts) or is_pure(facts)):
        yield found(
            f"the wheel holds assemblies of .NET: {several(names)}",
            hint="say in the description that a .NET runtime is needed",
            at=facts.at(names[0]),
        )


@rule(code="NK-NATIVE-HELPER", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def native_helper(facts: WheelFacts) -> Iterator[Found]:
    """A wheel for any platform holds programs: launchers for Windows, or one for each system.

    # Why
    It works, but each user downloads the programs of all systems, and one for a rarer machine is not among them.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [magic]
    "demo/gui-64.exe" = "pe-exe"
    ```

    # Passes
    ```toml demo-1.0-py3-none-win_amd64.whl
    [magic]
    "demo/gui-64.exe" = "pe-exe"
    ```

    # Fix
    Nothing to mend; wheels for each platform are smaller.

    # Options
    None.

    # When to ignore
    Where it is meant.
    """
    names = [member.name for member in helpers(facts)]
    if names and (is_any(facts) or is_pure(facts)):
        yield found(
            f"the wheel holds programs of other systems: {several(names)}",
            hint="nothing to mend; a wheel for each platform would be smaller",
            at=facts.at(names[0]),
        )


@rule(code="NK-PLATLIB-WITHOUT-NATIVE", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def platlib_without_native(facts: WheelFacts) -> Iterator[Found]:
    """A wheel is made for one platform, and has no native code.

    # Why
    Either the code was not built, or the wheel could serve everybody: all other platforms build the sdist.

    # Fails
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    ```
    Or by Root-Is-Purelib alone:
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Root-Is-Purelib = "false"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo-1.0.data/scripts/demo" = "elf-program"
    ```
    Or for the web:
    ```toml demo-1.0-cp313-cp313-pyemscripten_2025_0_wasm32.whl
    [bytes]
    "demo/_c.cpython-313-wasm32-emscripten.so" = "AGFzbQEAAAA="
    ```

    # Fix
    See the log of the build: an optional extension that fails is left out silently. Else build a pure wheel.

    # Options
    None.

    # When to ignore
    Where the wheel holds scripts or data for one platform.
    """
    name, headers = facts.wheel.name, facts.wheel.wheel
    if not facts.archive.files or facts.archive.faults_of(FaultKind.LIMIT, FaultKind.CORRUPT):
        return
    if any(member.native is not None or member.head.startswith(_OTHER_CODE) for member in facts.archive.files):
        return
    platforms = sorted({tag.platform for tag in name.tags} - {"any"}) if name is not None else []
    false = headers is not None and (headers.value("Root-Is-Purelib") or "").lower() == "false"
    if platforms or false:
        told = f"is tagged for {several(platforms)}" if platforms else "says `Root-Is-Purelib: false`"
        yield found(
            f"the wheel {told}, and has no native code",
            hint="see the log of the build for an extension that was left out; else build it as `py3-none-any`",
            at=facts.at(),
        )


@rule(code="NK-NATIVE-DEBUG-SYMBOLS", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def native_debug_symbols(facts: WheelFacts) -> Iterator[Found]:
    """Native files of a wheel hold debug information.

    # Why
    It is of use to few, and often the larger part of the download.

    # Fails
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-debug"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-stripped"
    ```

    # Fix
    Strip it: `auditwheel repair --strip`, `strip = true` in the release profile of cargo, `-g0` for a C compiler.

    # Options
    None.

    # When to ignore
    Where the symbols are meant for your users' traces.
    """
    names = [member.name for member, native in natives(facts) if native.has_debug]
    if names:
        yield found(
            f"{len(names)} native file{'s hold' if len(names) > 1 else ' holds'} debug information: {several(names)}",
            hint="strip it: `auditwheel repair --strip`, `strip = true` in cargo's profile, `-g0` for a C compiler",
            at=facts.at(names[0]),
        )
