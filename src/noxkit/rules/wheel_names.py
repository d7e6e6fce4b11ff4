# SPDX-License-Identifier: Apache-2.0
"""The file name of a wheel: the project, the version, and the interpreters and platforms that its tags promise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._several import several

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.tags import Tag

    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "filename_invalid",
    "filename_not_normalized",
    "filename_version_not_normalized",
    "tag_order",
    "tag_platform_unsupported",
    "tag_too_narrow",
    "tag_vs_requires_python",
]

# What the package index takes, as of 2026-08: the static list, and one pattern for each family that has versions.
_PLATFORMS = frozenset(
    ["any", "win32", "win_arm64", "win_amd64", "win_ia64", "linux_armv6l", "linux_armv7l"]
    + [f"manylinux{kind}_{machine}" for kind in ("1", "2010") for machine in ("x86_64", "i686")]
    + [f"manylinux2014_{machine}" for machine in ("x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x")]
)
_MAC = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
_LINUX = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
_FAMILIES = re.compile(
    rf"macosx_10_\d+_(?:{_MAC})|macosx_(?:1[1-5]|26)_0_(?:{_MAC})"
    rf"|manylinux_\d+_\d+_(?:{_LINUX}|ppc64)|musllinux_\d+_\d+_(?:{_LINUX})"
    r"|ios_\d+_\d+_(?:arm64|x86_64)_(?:iphoneos|iphonesimulator)"
    r"|android_\d+_(?:armeabi_v7a|arm64_v8a|x86|x86_64)"
    r"|pyemscripten_\d+_\d+_wasm32"
)
_LONGEST = 1000
_INTERPRETER = re.compile(r"(?P<kind>py|cp|pp|ip|jy|graalpy)(?P<major>\d)(?P<minor>\d*)")


@rule(code="NK-FILENAME-INVALID", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def filename_invalid(facts: WheelFacts) -> Iterator[Found]:
    """The name of a wheel has not the form `name-version(-build)-python-abi-platform.whl`.

    # Why
    Installers and the package index read everything from the name; a file that they cannot read is refused.

    # Fails
    ```toml demo-1.0-any.whl
    ```
    Or a version with an underscore:
    ```toml demo-1_0-py3-none-any.whl
    ```
    Or a build tag that does not begin with a digit:
    ```toml demo-1.0-beta-py3-none-any.whl
    ```

    # Passes
    ```toml demo-1.0-1beta-py2.py3-none-any.whl
    ```

    # Fix
    Shown only: build the wheel again with a current backend; renaming it leaves the folders inside with other names.

    # Options
    None.

    # When to ignore
    Never.
    """
    error = facts.wheel.name_error
    if error is not None:
        yield found(
            f"the file name is not that of a wheel: {_told(error)}",
            hint="build it again: `name-version-python-abi-platform.whl` is what backends write",
            at=facts.at(),
            display=True,
        )


def _told(error: str) -> str:
    text = error.removeprefix("Invalid wheel filename ").strip()
    return text[:1].lower() + text[1:]


@rule(code="NK-FILENAME-NOT-NORMALIZED", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def filename_not_normalized(facts: WheelFacts) -> Iterator[Found]:
    """The project in the name of a wheel is not written in its normalised form with underscores.

    # Why
    The package index compares the name with the normalised one, letter by letter, and refuses what differs.

    # Fails
    ```toml Demo.App-1.0-py3-none-any.whl
    ```
    Or capitals alone:
    ```toml Demo-1.0-py3-none-any.whl
    ```

    # Passes
    ```toml demo_app-1.0-py3-none-any.whl
    ```

    # Fix
    Shown only: build the wheel again with a current backend (setuptools from 75.8, wheel from 0.45).

    # Options
    None.

    # When to ignore
    Never.
    """
    name = facts.wheel.name
    if name is None:
        return
    wanted = name.name.replace("-", "_")
    if name.written_name != wanted:
        yield found(
            f"the file name begins with `{name.written_name}`, and the package index asks for `{wanted}`",
            hint="build it again with a current backend (setuptools from 75.8 with wheel from 0.45, hatchling, flit)",
            at=facts.at(),
            display=True,
        )


@rule(
    code="NK-FILENAME-VERSION-NOT-NORMALIZED",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def filename_version_not_normalized(facts: WheelFacts) -> Iterator[Found]:
    """The version in the name of a wheel is not written in its normalised form.

    # Why
    Tools that look for the file of a version by its name do not find it, and the folders inside go by another name.

    # Fails
    ```toml demo-1.0.RC1-py3-none-any.whl
    ```
    Or a leading zero:
    ```toml demo-2026.01-py3-none-any.whl
    ```

    # Passes
    ```toml demo-1!1.0rc1.post2.dev3+local.4-py3-none-any.whl
    ```

    # Fix
    Shown only: write the version in its normalised form in pyproject.toml, and build again.

    # Options
    None.

    # When to ignore
    Where an index of your own asks for the other form.
    """
    name = facts.wheel.name
    if name is not None and name.written_version != str(name.version):
        yield found(
            f"the file name says version `{name.written_version}`; normalised that is `{name.version}`",
            hint=f'write `version = "{name.version}"` in pyproject.toml, and build again',
            at=facts.at(),
            display=True,
        )


@rule(code="NK-TAG-PLATFORM-UNSUPPORTED", scope=Scope.WHEEL, since="1.0", standard=True)
def tag_platform_unsupported(facts: WheelFacts) -> Iterator[Found]:
    """A platform tag of a wheel is none that the package index takes.

    # Why
    The index refuses the upload: what a bare `linux_x86_64` runs on, nobody can know.

    # Fails
    ```toml demo-1.0-cp312-cp312-linux_x86_64.whl
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```
    Or a minor version of macOS 11 and later:
    ```toml demo-1.0-cp312-cp312-macosx_14_4_arm64.whl
    [magic]
    "demo/_c.cpython-312-darwin.so" = "macho-arm64"
    ```
    Or one of several:
    ```toml demo-1.0-cp312-cp312-linux_aarch64.manylinux_2_28_aarch64.whl
    [magic]
    "demo/_c.cpython-312-aarch64-linux-gnu.so" = "elf-aarch64"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```
    Or the last minor version of macOS 10:
    ```toml demo-1.0-cp312-cp312-macosx_10_16_x86_64.whl
    [magic]
    "demo/_c.cpython-312-darwin.so" = "macho-x86_64"
    ```

    # Fix
    Repair the wheel: auditwheel on Linux, delocate on macOS, delvewheel on Windows; cibuildwheel runs them.

    # Options
    None.

    # When to ignore
    For an index of your own that takes it.
    """
    name = facts.wheel.name
    for platform in sorted({tag.platform for tag in name.tags} if name is not None else ()):
        if platform not in _PLATFORMS and _FAMILIES.fullmatch(platform) is None:
            yield found(
                f"`{platform}` is no platform tag that the package index takes (as of 2026-08)",
                hint=_repair(platform),
                at=facts.at(),
            )


def _repair(platform: str) -> str:
    if platform.startswith("linux"):
        return "run `auditwheel repair` on it, or build it in a manylinux or musllinux image, as cibuildwheel does"
    if platform.startswith("macosx"):
        return "set `MACOSX_DEPLOYMENT_TARGET` to a whole version (`11.0`), build again and run `delocate-wheel`"
    if platform.startswith("win"):
        return (
            "build it with the Python of the platform (`win_amd64`, `win_arm64`, `win32`) and run `delvewheel repair`"
        )
    return "build it for a platform that the index takes, or with the tag `any` where it holds no native code"


@rule(code="NK-TAG-ORDER", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def tag_order(facts: WheelFacts) -> Iterator[Found]:
    """The tags that are packed into one part of a wheel's name are not sorted.

    # Why
    The specification asks for an order, so that the same wheel always has the same name.

    # Fails
    ```toml demo-1.0-py3.py2-none-any.whl
    ```

    # Passes
    ```toml demo-1.0-py2.py3-none-any.whl
    ```
    Or sorted as text, not as numbers:
    ```toml demo-1.0-py310.py39-none-any.whl
    ```

    # Fix
    Build the wheel again with a current backend or repair tool.

    # Options
    None.

    # When to ignore
    Where the tool that writes the name has not changed yet.
    """
    if facts.wheel.name is None:
        return
    for part in facts.archive.file_name.removesuffix(".whl").split("-")[-3:]:
        tags = part.split(".")
        if tags != sorted(tags):
            yield found(
                f"the tags `{part}` are not sorted: `{'.'.join(sorted(tags))}`",
                hint="build it again with a current backend, or rename it with `wheel tags`",
                at=facts.at(),
            )


@rule(code="NK-TAG-TOO-NARROW", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def tag_too_narrow(facts: WheelFacts) -> Iterator[Found]:
    """A wheel without native code is tagged for one interpreter.

    # Why
    Pure Python installs on every version of it; with `cp312` all others build the sdist, or find nothing.

    # Fails
    ```toml demo-1.0-cp312-none-any.whl
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    ```
    Or one that has native code:
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Fix
    Leave out `python-tag` of `[bdist_wheel]`, or `infer_tag` and the build hook of hatchling.

    # Options
    None.

    # When to ignore
    Where the wheel holds what was generated for one version, such as byte code.
    """
    name = facts.wheel.name
    if name is None or any(member.native is not None for member in facts.archive.files):
        return
    narrow = sorted({tag.interpreter for tag in name.tags})
    if all(tag.platform == "any" for tag in name.tags) and not any(each.startswith("py") for each in narrow):
        yield found(
            f"the wheel has no native code, and is tagged for {several(narrow)} alone",
            hint="tag it `py3-none-any`: leave out `python-tag` (setuptools) or `infer_tag` (hatchling)",
            at=facts.at(),
        )


@rule(code="NK-TAG-VS-REQUIRES-PYTHON", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def tag_vs_requires_python(facts: WheelFacts) -> Iterator[Found]:
    """A tag of a wheel promises an interpreter that its Requires-Python refuses.

    # Why
    One of both is wrong: nobody can install the wheel by that tag.

    # Fails
    ```toml demo-1.0-py2.py3-none-any.whl
    ```
    Or a version that is not admitted any more:
    ```toml demo-1.0-cp39-cp39-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.cpython-39-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Passes
    ```toml demo-1.0-cp39-abi3-manylinux_2_28_x86_64.whl
    [magic]
    "demo/_c.abi3.so" = "elf-x86_64"
    ```
    Or one that both admit:
    ```toml demo-1.0-py2.py3-none-any.whl
    [metadata]
    Requires-Python = ">=2.7, !=3.0.*, !=3.1.*"
    ```

    # Fix
    Remove `universal = 1` of `[bdist_wheel]`, or build for the interpreters that are supported.

    # Options
    None.

    # When to ignore
    Never.
    """
    name, metadata = facts.wheel.name, facts.wheel.metadata
    stated = metadata.value("Requires-Python") if metadata is not None else None
    if name is None or not stated or len(stated) > _LONGEST:
        return
    try:
        allowed = SpecifierSet(stated)
    except InvalidSpecifier:
        return
    refused = sorted({tag.interpreter for tag in name.tags if not _admits(allowed, tag)})
    if refused:
        yield found(
            f"the file is tagged for {several(refused)}, which Requires-Python `{stated}` refuses",
            hint="remove `universal = 1` of [bdist_wheel] (setuptools)"
            if any(each.startswith("py2") for each in refused)
            else "build it for the interpreters that Requires-Python admits, or correct `requires-python`",
            at=facts.at(),
        )


def _admits(allowed: SpecifierSet, tag: Tag) -> bool:
    match = _INTERPRETER.fullmatch(tag.interpreter)
    if match is None:
        return True
    major, minor = match["major"], match["minor"]
    # `pyXY` and the stable ABI hold from that version on, `pyX` for the whole of X.
    open_end = match["kind"] == "py" or tag.abi.startswith("abi3")
    minors = range(int(minor or 0), 100) if open_end or not minor else [int(minor)]
    return any(_any_of(allowed, f"{major}.{number}") for number in minors)


def _any_of(allowed: SpecifierSet, minor: str) -> bool:
    """Whether any release of a minor version is admitted: the first, a late one, or one that a bound names."""
    named = {spec.version for spec in allowed if spec.version.startswith(f"{minor}.") and "*" not in spec.version}
    candidates: Iterable[str] = {f"{minor}.0", f"{minor}.1", f"{minor}.99", *named}
    return any(allowed.contains(version, prereleases=True) for version in candidates)
