# SPDX-License-Identifier: Apache-2.0
"""entry_points.txt of a wheel: it can be read, each name is one, and each object is there, as far as the text tells."""

from __future__ import annotations

import itertools
import keyword
import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._entry_modules import EntryModules, Origin
from noxkit.rules._installed import installed
from noxkit.rules._several import LIMIT, several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.entry_points import EntryPoint
    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._base import Place

__all__ = [
    "entrypoint_file_invalid",
    "entrypoint_invalid",
    "entrypoint_name_path",
    "entrypoint_unresolvable",
    "top_level_txt_stale",
]

_REFERENCE = re.compile(r"(?P<module>[\w.]+)(?:\s*:\s*(?P<attribute>[\w.]+))?(?:\s*\[[^\[\]]*\])?")
_NAME = re.compile(r"[\w.-]+")
_LONGEST, _MOST = 1000, 5000


def _place(facts: WheelFacts) -> Place:
    return facts.at(f"{facts.wheel.info}/entry_points.txt")


def _points(facts: WheelFacts) -> tuple[EntryPoint, ...]:
    return facts.wheel.entry_points.points if facts.wheel.entry_points is not None else ()


@rule(code="NK-ENTRYPOINT-FILE-INVALID", scope=Scope.WHEEL, since="1.0", standard=True)
def entrypoint_file_invalid(facts: WheelFacts) -> Iterator[Found]:
    """entry_points.txt cannot be read.

    # Why
    The package index refuses the file; installers make no script of it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "demo = demo:main\\n"
    ```
    Or with a colon in place of `=`:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo: demo.main\\n"
    ```
    Or a name twice:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo:main\\ndemo = demo:other\\n"
    ```
    Or bytes that are not UTF-8:
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "{info}/entry_points.txt" = "W2NvbnNvbGVfc2NyaXB0c10K/w=="
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "def main(): ...\\n"
    "{info}/entry_points.txt" = '''
    # by hand
    [console_scripts]
    demo = demo:main
    Demo = demo:main

    [acme.plugins]
    %(a)s = demo
    '''
    ```

    # Fix
    Write entry points as `[project.scripts]` and `[project.entry-points]` in pyproject.toml, not as a file.

    # Options
    None.

    # When to ignore
    Never.
    """
    member = facts.wheel.info_member("entry_points.txt")
    if member is None or not member.is_file:
        return
    points = facts.wheel.entry_points
    error = "its bytes cannot be had" if points is None else points.error
    if error is not None:
        yield found(
            f"entry_points.txt cannot be read: {error[:300]}",
            hint="write `[project.scripts]` and `[project.entry-points]` in pyproject.toml; the backend makes the file",
            at=_place(facts),
        )


@rule(code="NK-ENTRYPOINT-INVALID", scope=Scope.WHEEL, since="1.0", standard=True)
def entrypoint_invalid(facts: WheelFacts) -> Iterator[Found]:
    """The value of an entry point is no object reference, or that of a script names nothing to call.

    # Why
    The script fails when it is started, or the installer refuses the wheel.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo\\n"
    ```
    Or a path:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo/cli.py:main\\n"
    ```
    Or a call:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[gui_scripts]\\ndemo = demo:main()\\n"
    ```
    Or a hyphen, in a plugin:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[acme.plugins]\\ndemo = demo-plugin:Plugin\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "class App:\\n    def main(): ...\\n"
    "{info}/entry_points.txt" = '''
    [console_scripts]
    demo = demo : App.main [extra, more]
    [acme.plugins]
    demo = demo
    '''
    ```

    # Fix
    Write `package.module:function` in `[project.scripts]`.

    # Options
    None.

    # When to ignore
    Where a plugin's group is not read by importlib.metadata, and asks for something else.
    """
    for point, fault in itertools.islice(_faults(facts), LIMIT):
        yield found(
            f"`{point.name} = {point.value[:150]}` in [{point.group}] {fault}",
            hint="write `package.module:function`",
            at=_place(facts),
        )


def _faults(facts: WheelFacts) -> Iterator[tuple[EntryPoint, str]]:
    for point in _points(facts):
        reference = _reference(point)
        if reference is None:
            yield point, "is no object reference"
        elif point.is_script and not reference[1]:
            yield point, "names a module and nothing in it to call"


def _reference(point: EntryPoint) -> tuple[str, str] | None:
    """The module and the attribute of an entry point; None where its value has not that form."""
    match = _REFERENCE.fullmatch(point.value.strip()) if len(point.value) <= _LONGEST else None
    if match is None:
        return None
    module, attribute = match["module"], match["attribute"] or ""
    parts = [*module.split("."), *(attribute.split(".") if attribute else ())]
    # A script is Python code with an import statement in it, in which no keyword can stand.
    if not all(part.isidentifier() and not (point.is_script and keyword.iskeyword(part)) for part in parts):
        return None
    return module, attribute


@rule(code="NK-ENTRYPOINT-NAME-PATH", scope=Scope.WHEEL, since="1.0", standard=True)
def entrypoint_name_path(facts: WheelFacts) -> Iterator[Found]:
    """The name of a script is no file name: it holds something else than letters, digits, `_`, `.` and `-`.

    # Why
    Installers make a file of that name; a path in it would lie outside of their folder. The package index refuses it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "def main(): ...\\n"
    "{info}/entry_points.txt" = "[console_scripts]\\n../demo = demo:main\\n"
    ```
    Or a space:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "def main(): ...\\n"
    "{info}/entry_points.txt" = "[gui_scripts]\\nmy demo = demo:main\\n"
    ```
    Or the folder above:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "def main(): ...\\n"
    "{info}/entry_points.txt" = "[console_scripts]\\n.. = demo:main\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "def main(): ...\\n"
    "{info}/entry_points.txt" = "[console_scripts]\\nDémo-3.14_x = demo:main\\n[acme.plugins]\\na/b c = demo:main\\n"
    ```

    # Fix
    Give the script another name in `[project.scripts]`.

    # Options
    None.

    # When to ignore
    Never.
    """
    names = [point.name for point in _points(facts) if point.is_script and not _is_name(point.name)]
    for name in names[:LIMIT]:
        yield found(
            f"`{name[:150]}` is no name for a script",
            hint="use letters, digits, `_`, `.` and `-` alone in the names of [project.scripts]",
            at=_place(facts),
        )


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name not in {".", ".."}


@rule(code="NK-ENTRYPOINT-UNRESOLVABLE", scope=Scope.WHEEL, since="1.0", standard=True)
def entrypoint_unresolvable(facts: WheelFacts) -> Iterator[Found]:
    """An entry point names a module that is not in the wheel, or something that the module does not have.

    # Why
    The script fails when it is started, the plugin when it is loaded. The rehearsal loads them, and so sees the rest.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/cli.py" = "def run(): ...\\n"
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo.cli:main\\n"
    ```
    Or a module that was not packed:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo_cli:main\\n"
    ```
    Or a plugin below its own package:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/entry_points.txt" = "[acme.plugins]\\ndemo = demo.plugin:Plugin\\n"
    ```
    Or a method that the class has not:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/cli.py" = "class App:\\n    def run(): ...\\n"
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo.cli:App.main\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "try:\\n    from fast import main\\nexcept ImportError:\\n    main = None\\n"
    "demo/b.py" = "from demo.a import *\\n"
    "demo/c.py" = "def __getattr__(name): ...\\n"
    "demo/d.py" = "class App(Base): ...\\n"
    "{info}/entry_points.txt" = '''
    [console_scripts]
    a = demo.a:main
    b = demo.b:main
    c = demo.c:main
    d = demo.d:App.main
    '''
    ```
    Or what another distribution brings:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Dist = ["demo-core>=1"]
    [files]
    "{info}/entry_points.txt" = '''
    [console_scripts]
    a = demo_core.cli:main
    b = json.tool:main
    [acme.plugins]
    x = other.plugin:X
    '''
    ```
    Or native code:
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "demo/cli.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    [files]
    "{info}/entry_points.txt" = "[console_scripts]\\ndemo = demo.cli:main\\n"
    ```

    # Fix
    Correct `[project.scripts]`, or pack the module (`packages` of the backend).

    # Options
    None.

    # When to ignore
    Where code of the wheel makes the module when it is imported.
    """
    for point, fault in itertools.islice(_unresolved(facts), LIMIT):
        yield found(
            f"`{point.name} = {point.value[:150]}` in [{point.group}]: {fault}",
            hint="correct the entry point in pyproject.toml, or see why the backend leaves the module out",
            at=_place(facts),
        )


def _unresolved(facts: WheelFacts) -> Iterator[tuple[EntryPoint, str]]:
    points = _points(facts)
    modules = EntryModules(facts) if points else None
    for point in points[:_MOST]:
        reference = _reference(point)
        if reference is not None and modules is not None:
            fault = _missing(modules, *reference, is_script=point.is_script)
            if fault is not None:
                yield point, fault


def _missing(modules: EntryModules, module: str, attribute: str, *, is_script: bool) -> str | None:
    """What is missing; None in any doubt."""
    where = modules.origin(module)
    if where is Origin.NOWHERE or (
        # The plugins of other distributions, and scripts of a requirement, are theirs to bring.
        where is Origin.ELSEWHERE and is_script and not modules.may_be_required(module)
    ):
        return f"the wheel has no module `{module}`"
    absent = modules.lacks(module, attribute) if where is Origin.HERE and attribute else None
    return f"`{module}` has no `{absent}`" if absent is not None else None


@rule(code="NK-TOP-LEVEL-TXT-STALE", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.INFO)
def top_level_txt_stale(facts: WheelFacts) -> Iterator[Found]:
    """top_level.txt names a module of which the wheel has no file.

    # Why
    Tools that map modules to distributions read it, and then believe that the module is here.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/top_level.txt" = "demo\\ntests\\n"
    ```

    # Passes
    ```toml demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
    [magic]
    "_demo.cpython-312-x86_64-linux-gnu.so" = "elf-x86_64"
    [files]
    "demo-1.0.data/purelib/more.py" = "x = 1\\n"
    "{info}/top_level.txt" = "_demo\\ndemo\\nmore\\n\\n"
    ```

    # Fix
    Remove `*.egg-info` and build/, and build again: setuptools writes the file from what it finds.

    # Options
    None.

    # When to ignore
    Where a name is that of an optional extension that was not built.
    """
    member = facts.wheel.info_member("top_level.txt")
    if member is None or member.text is None:
        return
    tops = installed(facts).tops
    known = {top.partition(".")[0] for top in tops} | set(tops)
    lines = [(number, line.strip()) for number, line in enumerate(member.text.splitlines(), 1) if line.strip()]
    stale = [(number, name) for number, name in lines if re.split(r"[/\\]", name)[0] not in known]
    if stale:
        yield found(
            f"top_level.txt names {several([name for _, name in stale])}, of which the wheel has no file",
            hint="remove *.egg-info and build/, and build again",
            at=facts.at(member.name, stale[0][0]),
        )
