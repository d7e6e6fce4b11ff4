# SPDX-License-Identifier: Apache-2.0
"""Whether a wheel holds what it is for: files at all, the licence's text, and nothing twice."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._backends import how_to_place
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._installed import installed
from noxkit.rules._module_facts import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["duplicate_content", "license_text_missing", "wheel_empty", "wheel_metapackage", "wheel_no_modules"]


@rule(code="NK-WHEEL-EMPTY", scope=Scope.WHEEL, since="1.0", standard=True)
def wheel_empty(facts: WheelFacts) -> Iterator[Found]:
    """A wheel installs nothing, and requires nothing.

    # Why
    The build has found no package and said nothing of it: the wheel installs, and `import` fails.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    ```
    Or with a program of which nothing is there:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo.cli:main\\n"
    [metadata]
    Requires-Dist = "rich"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "demo-1.0.data/scripts/demo" = "#!/bin/sh\\nexit 0\\n"
    ```
    Or a wheel that is there for its dependencies:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    [metadata]
    Requires-Dist = "rich"
    ```

    # Fix
    Tell the build backend where the package is.

    # Options
    None.

    # When to ignore
    For a name that is only reserved.
    """
    if not facts.wheel.content and not _is_metapackage(facts):
        hint = f"say where the package is: {how_to_place(installed(facts).generator)}"
        yield found("it holds nothing outside of its .dist-info folder", hint=hint, at=facts.at())


@rule(code="NK-WHEEL-METAPACKAGE", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def wheel_metapackage(facts: WheelFacts) -> Iterator[Found]:
    """A wheel installs nothing of its own, only what it requires.

    # Why
    A collection of other projects is made so on purpose; one that should have had a package looks just the same.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    [metadata]
    Requires-Dist = ["rich", "httpx; python_version >= '3.12'"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = ["rich"]
    ```

    # Fix
    None is needed where it is meant so; else tell the build backend where the package is.

    # Options
    None.

    # When to ignore
    For a project that is there for its dependencies.
    """
    if not facts.wheel.content and _is_metapackage(facts):
        hint = f"nothing, if it is meant so; else say where the package is: {how_to_place(installed(facts).generator)}"
        yield found("it holds no files of its own, only requirements", hint=hint, at=facts.at())


def _is_metapackage(facts: WheelFacts) -> bool:
    metadata, entries = facts.wheel.metadata, facts.wheel.entry_points
    has_scripts = entries is not None and any(point.is_script for point in entries.points)
    return metadata is not None and bool(metadata.all("Requires-Dist")) and not has_scripts


@rule(code="NK-WHEEL-NO-MODULES", scope=Scope.WHEEL, since="1.0", standard=True)
def wheel_no_modules(facts: WheelFacts) -> Iterator[Found]:
    """A wheel puts files into site-packages, and none of them can be imported.

    # Why
    Nearly always the build has looked for the package in the wrong folder: it installs, and `import` fails.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "demo/data.json" = "{}"
    ```

    # Passes
    A stub package, and a wheel that brings nothing but a program:
    ```toml types_demo-1.0-py3-none-any.whl
    [files]
    "types_demo/__init__.py" = false
    "demo-stubs/__init__.pyi" = "x: int\\n"
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = false
    "demo-1.0.data/scripts/demo" = "#!/bin/sh\\nexit 0\\n"
    ```

    # Fix
    Tell the build backend where the modules are.

    # Options
    None.

    # When to ignore
    For a wheel that brings only data on purpose. A wheel of scripts or of native libraries is no finding.
    """
    tree = installed(facts)
    if tree.files and not tree.modules and not tree.with_libraries:
        yield found(
            f"none of the {len(tree.files)} files that it installs is a module: nothing of it can be imported",
            hint=f"say where the modules are: {how_to_place(tree.generator)}",
            at=facts.at(),
        )


_LICENSE = re.compile(
    r"(?i)(?:.*[-_.])?(?:(?:un)?licen[cs]es?|copying(?:\.lesser)?|copyright|notice|legal|eula)(?:[-_.].*)?"
)
_ADD_LICENSE = (
    "add the text as `LICENSE` beside pyproject.toml; if it is there, name it in [project]: "
    '`license-files = ["LICEN[CS]E*"]`'
)
_CODE = re.compile(r"\.(?:py|pyi|pyc|so|pyd|c|h|js|json|html|css)$")


@also(code="NK-LICENSE-MISSING", scope=Scope.WHEEL)
def license_text_missing(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has no licence text in its .dist-info folder.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/licenses/LICENSE" = false
    [metadata]
    License-File = false
    ```
    Or one that lies elsewhere, which is a warning:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/licenses/LICENSE" = false
    "demo/LICENSE.txt" = "MIT License"
    [metadata]
    License-File = false
    ```

    # Passes
    Where older backends put it, and under a name of its own:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/licenses/LICENSE" = false
    "{info}/COPYING.LESSER" = "GNU LESSER GENERAL PUBLIC LICENSE"
    [metadata]
    License-File = false
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/licenses/LICENSE" = false
    "{info}/licenses/legal/MIT.txt" = "MIT License"
    [metadata]
    License-File = "legal/MIT.txt"
    ```
    """
    inside = [member for member in facts.archive.files if _is_license_text(facts, member)]
    if facts.wheel.info is None or any(member.size for member in inside):
        return
    elsewhere = next((member.name for member in facts.wheel.content if _has_license_name(member.name)), None)
    copy = f"; a copy lies at `{elsewhere}`, where no tool looks for it" if elsewhere else ""
    folder = facts.wheel.info
    said = f"the licence text at `{inside[0].name}` is empty" if inside else f"no licence text in `{folder}`"
    yield found(
        f"{said}{copy}",
        hint=_ADD_LICENSE,
        at=facts.at(folder),
        severity=Severity.WARNING if elsewhere else None,
        display=True,
    )


def _is_license_text(facts: WheelFacts, member: Member) -> bool:
    """Whether a file of .dist-info holds a licence: all below `licenses/`, what License-File names, and by its name."""
    path = member.name.removeprefix(f"{facts.wheel.info}/")
    if path == member.name:
        return False
    if path.startswith(("licenses/", "license_files/", "LICENSES/")):
        return True
    named = facts.wheel.metadata.values("License-File") if facts.wheel.metadata is not None else ()
    return path in named or _has_license_name(path)


def _has_license_name(path: str) -> bool:
    name = path.rpartition("/")[2]
    return _LICENSE.fullmatch(name) is not None and _CODE.search(name) is None


_LEAST = 1024  # bytes: what is smaller may be the same by chance
_PROGRAM = (".py", ".pyx", ".so", ".pyd", ".dll", ".dylib")


@rule(code="NK-DUPLICATE-CONTENT", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def duplicate_content(facts: WheelFacts) -> Iterator[Found]:
    """A module or a library lies in a wheel twice, byte for byte.

    # Why
    Most often a folder has been packed from two places, or a copy was forgotten: the two will drift apart.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    [zeros]
    "demo/one.so" = 2048
    "demo/two.so" = 2048
    ```

    # Passes
    Small ones, licences, `__init__.py` and data:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "x = 1\\n"
    "demo/b.py" = "x = 1\\n"
    [zeros]
    "demo/data/one.bin" = 2048
    "demo/data/two.bin" = 2048
    "demo/a/__init__.py" = 2048
    "demo/b/__init__.py" = 2048
    "demo/a/LICENSE.py" = 2048
    "demo/b/LICENSE.py" = 2048
    ```

    # Fix
    Keep one, and import it from where the other was.

    # Options
    None.

    # When to ignore
    For generated code, of which each copy stands for itself.
    """
    groups: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for path, member in installed(facts).files.items():
        suffix = path[path.rfind(".") :] if path.endswith(_PROGRAM) else ""
        if suffix and member.size > _LEAST and member.sha256 and not _may_repeat(path):
            groups[suffix, member.sha256].append(member)
    for members in groups.values():
        if len(members) > 1:
            others = ", ".join(f"`{member.name}`" for member in members[1:4])
            more = f" and {len(members) - 4} more" if len(members) > 4 else ""
            yield found(
                f"the same {members[0].size} bytes as in {others}{more}",
                hint="keep one of them and import it where the other was",
                at=facts.at(members[0].name),
            )


def _may_repeat(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (
        name.startswith(("__init__.", "__main__."))
        or re.match(r"(?i)(?:un)?licen[cs]e|copying", name) is not None
        or is_aside(path)
    )
