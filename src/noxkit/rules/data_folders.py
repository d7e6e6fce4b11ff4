# SPDX-License-Identifier: Apache-2.0
"""The `.data` folder of a wheel: what installers put elsewhere than into site-packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._artifacts import WheelFacts

__all__ = ["data_dir_mismatch", "data_redundant_scheme", "data_scheme_unknown"]

_SCHEMES = ("purelib", "platlib", "headers", "scripts", "data")


@rule(code="NK-DATA-DIR-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True)
def data_dir_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """A top-level name ends in `.data` and is not the `.data` folder of this name and version.

    # Why
    pip installs it into the folders of its schemes, uv leaves it in site-packages.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-0.9.data/scripts/demo" = "#!python\\n"
    ```
    Or one that is meant as data of the package:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "samples.data/one.txt" = "1\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/scripts/demo" = "#!python\\n"
    "demo/samples.data/one.txt" = "1\\n"
    ```

    # Fix
    Build from a clean tree; give a folder of your own another name, inside the package.

    # Options
    None.

    # When to ignore
    Never.
    """
    for top, first in _data_folders(facts).items():
        if top != _data_name(facts):
            yield found(
                f"`{top}` is not the .data folder of this wheel, `{_data_name(facts)}`",
                hint="where it is of another version, build from a clean tree; move your own data into the package",
                at=facts.at(first),
            )


def _data_folders(facts: WheelFacts) -> dict[str, str]:
    """The top-level names that installers take for .data folders, each with the first entry in it."""
    found: dict[str, str] = {}
    for member in facts.archive.members:
        top = member.name.split("/", 1)[0]
        if top.endswith(".data"):
            found.setdefault(top, member.name)
    return found


def _data_name(facts: WheelFacts) -> str:
    name, info = facts.wheel.name, facts.wheel.info
    if info is not None:
        return f"{info.removesuffix('.dist-info')}.data"
    return f"{name.written_name}-{name.written_version}.data" if name is not None else "NAME-VERSION.data"


@rule(code="NK-DATA-SCHEME-UNKNOWN", scope=Scope.WHEEL, since="1.0", standard=True)
def data_scheme_unknown(facts: WheelFacts) -> Iterator[Found]:
    """The `.data` folder holds something that is in none of the folders that installers know.

    # Why
    They know purelib, platlib, headers, scripts and data; all else makes the installation fail.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/script/demo" = "#!python\\n"
    ```
    Or a file right in it:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/demo.cfg" = "x = 1\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/data/script/demo" = "#!python\\n"
    "demo-1.0.data/headers/demo.h" = "int x;\\n"
    ```

    # Fix
    Move the files into one of the five: shared data goes into `data`, programs into `scripts`.

    # Options
    None.

    # When to ignore
    Never.
    """
    odd: dict[str, str] = {}
    for member in facts.archive.files:
        parts = member.name.split("/")
        if parts[0].endswith(".data") and (len(parts) < 3 or parts[1] not in _SCHEMES):
            odd.setdefault("/".join(parts[:2]), member.name)
    for path, first in sorted(odd.items())[:20]:
        yield found(
            f"`{path}` is in none of the folders that installers know: {', '.join(_SCHEMES)}",
            hint="move it: shared data into `data`, programs into `scripts` (hatch: shared-data, shared-scripts)",
            at=facts.at(first),
        )


@rule(code="NK-DATA-REDUNDANT-SCHEME", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def data_redundant_scheme(facts: WheelFacts) -> Iterator[Found]:
    """Files lie in the folder of `.data` that means the same as the root of the wheel.

    # Why
    They land beside the others, but tools that read a wheel without installing it do not see them there.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo-1.0.data/purelib/demo/more.py" = "x = 1\\n"
    ```
    Or in the root of a wheel with native code:
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo-1.0.data/platlib/demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [files]
    "demo-1.0.data/purelib/demo/more.py" = "x = 1\\n"
    [magic]
    "demo/_c.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    ```

    # Fix
    Put the files into the root of the wheel.

    # Options
    None.

    # When to ignore
    Where the backend cannot do otherwise.
    """
    headers = facts.wheel.wheel
    pure = (headers.value("Root-Is-Purelib") or "").lower() if headers is not None else ""
    scheme = {"true": "purelib", "false": "platlib"}.get(pure)
    prefix = f"{_data_name(facts)}/{scheme}/"
    names = [member.name for member in facts.archive.files if scheme and member.name.startswith(prefix)]
    if names:
        yield found(
            f"{len(names)} file{'s' if len(names) > 1 else ''} in `{prefix}`, which is the root of this wheel anyway",
            hint="put them into the root of the wheel",
            at=facts.at(names[0]),
        )
