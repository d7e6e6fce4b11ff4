# SPDX-License-Identifier: Apache-2.0
"""The file WHEEL: what installers read before all else, and what has to agree with the file name."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING

from packaging.tags import Tag, parse_tag

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._several import LIMIT, several

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.artifacts.headers import Headers
    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "wheel_build_mismatch",
    "wheel_file_invalid",
    "wheel_file_missing",
    "wheel_tag_mismatch",
    "wheel_version_unsupported",
]

_VERSION = re.compile(r"\d+\.\d+")
_TAG = re.compile(r"[^-\s]+-[^-\s]+-[^-\s]+")
_MOST = 100_000
_BUILD = re.compile(r"0*(\d+)(.*)")


@rule(code="NK-WHEEL-FILE-MISSING", scope=Scope.WHEEL, since="1.0", standard=True)
def wheel_file_missing(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has no file WHEEL in its .dist-info folder.

    # Why
    It says how the wheel is installed; the package index and all installers ask for it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/WHEEL" = false
    ```
    Or under another name:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/WHEEL" = false
    "{info}/wheel" = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Build the wheel with a build backend, which writes it.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.wheel.info is not None and facts.wheel.info_member("WHEEL") is None:
        yield found(
            f"`{facts.wheel.info}/WHEEL` is missing",
            hint="build the wheel with a build backend (`uv build`), which writes it",
            at=facts.at(facts.wheel.info),
        )


@rule(code="NK-WHEEL-FILE-INVALID", scope=Scope.WHEEL, since="1.0", standard=True)
def wheel_file_invalid(facts: WheelFacts) -> Iterator[Found]:
    """The file WHEEL lacks Wheel-Version, Root-Is-Purelib or Tag, or holds what none of them can be.

    # Why
    Installers read those three: without them they guess, or refuse the wheel.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Wheel-Version = false
    ```
    Or a blank line before the fields, which ends them:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/WHEEL" = "Wheel-Version: 1.0\\n\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    ```
    Or a word that is neither true nor false:
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Root-Is-Purelib = "yes"
    ```
    Or a tag of two parts:
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Tag = ["py3-none-any", "py3-any"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/WHEEL" = "wheel-version: 1.0\\r\\nROOT-IS-PURELIB: True\\r\\nTag: py3-none-any\\r\\nX-Other: 1"
    ```

    # Fix
    Build the wheel with a build backend, which writes it.

    # Options
    None.

    # When to ignore
    Never.
    """
    member = facts.wheel.info_member("WHEEL")
    if member is None:
        return
    for line, message in itertools.islice(_wheel_faults(facts.wheel.wheel), LIMIT):
        yield found(
            message,
            hint="build the wheel with a build backend (`uv build`), and do not edit the file",
            at=facts.at(member.name, line),
        )


def _wheel_faults(headers: Headers | None) -> Iterator[tuple[int | None, str]]:
    if headers is None:
        yield None, "WHEEL cannot be read"
        return
    if headers.text is None:
        yield None, "WHEEL is not UTF-8"
    if headers.stopped is not None:
        yield headers.stopped, "this line of WHEEL is no field"
    for name, is_right, wanted in (
        ("Wheel-Version", _is_version, "a version such as `1.0`"),
        ("Root-Is-Purelib", _is_bool, "`true` or `false`"),
        ("Tag", _is_tag, "`python-abi-platform`"),
    ):
        fields = headers.all(name)
        if not fields:
            yield None, f"WHEEL has no `{name}`"
        for field in fields:
            if not is_right(field.value):
                yield field.line, f"`{name}: {field.value[:100]}` is not {wanted}"
        if name != "Tag" and len({field.value.lower() for field in fields}) > 1:
            yield fields[1].line, f"WHEEL has `{name}` twice, with different values"


def _is_version(value: str) -> bool:
    return _VERSION.fullmatch(value) is not None


def _is_bool(value: str) -> bool:
    return value.lower() in {"true", "false"}


def _is_tag(value: str) -> bool:
    if _TAG.fullmatch(value) is None or not all(all(part.split(".")) for part in value.split("-")):
        return False
    return all(each.isidentifier() for each in value.partition("-")[0].split("."))


@rule(code="NK-WHEEL-VERSION-UNSUPPORTED", scope=Scope.WHEEL, since="1.0", standard=True)
def wheel_version_unsupported(facts: WheelFacts) -> Iterator[Found]:
    """Wheel-Version is of another major version than 1.

    # Why
    Installers have to refuse a major version that they do not know, and know 1.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Wheel-Version = "2.0"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Wheel-Version = "1.9"
    ```

    # Fix
    Build the wheel with a released version of the backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    field = facts.wheel.wheel.field("Wheel-Version") if facts.wheel.wheel is not None else None
    if field is not None and _is_version(field.value) and int(field.value.partition(".")[0][:9]) != 1:
        yield found(
            f"Wheel-Version is `{field.value}`; installers know major version 1",
            hint="build it with a released version of the backend",
            at=facts.at(f"{facts.wheel.info}/WHEEL", field.line),
        )


@rule(code="NK-WHEEL-TAG-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def wheel_tag_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """The tags in the file WHEEL are not those of the file name.

    # Why
    What an installer chooses by its name, tools that read the installed copy judge by its WHEEL.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Tag = ["py2-none-any", "py3-none-any"]
    ```
    Or a wheel that was renamed after its build:
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [wheel]
    Tag = "cp312-cp312-linux_x86_64"
    ```

    # Passes
    ```toml demo-1.0-py2.py3-none-any.whl
    [wheel]
    Tag = ["py3-none-any", "py2-none-any"]
    ```
    Or packed into one line:
    ```toml demo-1.0-py2.py3-none-any.whl
    [wheel]
    Tag = "py2.py3-none-any"
    ```

    # Fix
    Shown only: change tags with `wheel tags`, which writes both; a repair tool does so too.

    # Options
    None.

    # When to ignore
    Never.
    """
    name, headers = facts.wheel.name, facts.wheel.wheel
    stated = headers.values("Tag") if headers is not None else ()
    if name is None or not stated or not all(_is_tag(value) for value in stated):
        return
    # Tags of a thousand parts each would be a thousand million: no file name holds so many.
    tags = _expanded(stated) if sum(map(_count, stated)) <= _MOST else frozenset[Tag]()
    if tags != name.tags:
        yield found(
            f"WHEEL and the file name do not have the same tags: {_difference(tags, name.tags)}",
            hint="build or repair it again, or change its tags with `wheel tags`, which writes both",
            at=facts.at(f"{facts.wheel.info}/WHEEL"),
            display=True,
        )


def _count(value: str) -> int:
    return math.prod(part.count(".") + 1 for part in value.split("-"))


def _expanded(stated: Iterable[str]) -> frozenset[Tag]:
    return frozenset(tag for value in stated for tag in parse_tag(value))


def _difference(inside: frozenset[Tag], outside: frozenset[Tag]) -> str:
    only = (sorted(map(str, inside - outside)), sorted(map(str, outside - inside)))
    told = [
        f"{several(tags)} only {where}" for tags, where in zip(only, ("in WHEEL", "in the name"), strict=True) if tags
    ]
    return ", ".join(told)


@rule(
    code="NK-WHEEL-BUILD-MISMATCH",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def wheel_build_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """Build in the file WHEEL is not the build tag of the file name.

    # Why
    Of two builds of one version the tag decides which is newer; an installed copy must say the same.

    # Fails
    ```toml demo-1.0-2-py3-none-any.whl
    [wheel]
    Build = "1"
    ```
    Or a build that the name does not tell:
    ```toml demo-1.0-py3-none-any.whl
    [wheel]
    Build = "1"
    ```

    # Passes
    ```toml demo-1.0-2-py3-none-any.whl
    [wheel]
    Build = "2"
    ```

    # Fix
    Shown only: change it with `wheel tags --build`, which writes both.

    # Options
    None.

    # When to ignore
    Never.
    """
    name, headers = facts.wheel.name, facts.wheel.wheel
    if name is None or headers is None:
        return
    field = headers.field("Build")
    stated, wanted = field.value if field is not None else "", "".join(map(str, name.build))
    if _BUILD.sub(r"\1\2", stated) != wanted:
        told = f"`Build: {stated[:100]}`" if stated else "no Build"
        yield found(
            f"WHEEL has {told}, and the file name {f'the build tag `{wanted}`' if wanted else 'no build tag'}",
            hint="build it again, or set it with `wheel tags --build`, which writes both",
            at=facts.at(f"{facts.wheel.info}/WHEEL", field.line if field is not None else None),
            display=True,
        )
