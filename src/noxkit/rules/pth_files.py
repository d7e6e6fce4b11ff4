# SPDX-License-Identifier: Apache-2.0
"""Files that Python reads at each start: `.pth` in site-packages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._backends import how_to_exclude
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._installed import installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["pth_code", "pth_editable"]

_EDITABLE = re.compile(r"__editable__.*|_?_?editable_.*_finder\.py|.*\.egg-link|easy-install\.pth")
_OUTSIDE = re.compile(r"/|\\|[A-Za-z]:|\.\.(?:[/\\]|$)|.*[/\\]\.\.(?:[/\\]|$)")


def _pths(facts: WheelFacts) -> Iterator[tuple[Member, list[str]]]:
    """The files that Python reads: right in site-packages, with their lines."""
    for path, member in installed(facts).files.items():
        if path.endswith(".pth") and "/" not in path and member.data is not None:
            # Python reads at most what is UTF-8, or in the locale's encoding: other bytes do not matter here.
            yield member, member.data.decode("utf-8-sig", "replace").splitlines()


@rule(code="NK-PTH-EDITABLE", scope=Scope.WHEEL, since="1.0", standard=True)
def pth_editable(facts: WheelFacts) -> Iterator[Found]:
    """A wheel holds what an editable install leaves, or a `.pth` line that leads out of site-packages.

    # Why
    It works on the machine that has built it, since the folder is there; everywhere else nothing can be imported.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "__editable__.demo-1.0.pth" = "demo\\n"
    ```
    Or
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo.pth" = "# where the modules are\\n/home/mkovac/demo/src\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo.pth" = "demo/lib\\n# ../no path\\n\\n"
    "demo/editable.py" = ""
    "demo/data/other.pth" = "/opt/other\\n"
    ```

    # Fix
    Build the wheel from a clean tree with `python -m build` or `uv build`, not from an editable install.

    # Options
    None.

    # When to ignore
    Never for a public index.
    """
    for top in installed(facts).tops:
        if _EDITABLE.fullmatch(top):
            yield found(
                f"`{top}` is left by an editable install",
                hint="clean `build/` and the tree, and build the wheel anew",
                at=installed(facts).place(facts, top),
            )
    for member, lines in _pths(facts):
        for number, line in enumerate(lines, 1):
            if _OUTSIDE.match(line.strip()) and not line.startswith("#"):
                yield found(
                    f"`{line.strip()[:120]}` leads out of site-packages",
                    hint="write a path below site-packages, or leave the file out",
                    at=facts.at(member.name, number),
                )


# Read at each start on purpose: measuring of subprocesses, setuptools' own distutils, namespaces before PEP 420.
_KNOWN_NAMES = re.compile(r"(?:a1_)?coverage\.pth|distutils-precedence\.pth|.*-nspkg\.pth")


@rule(code="NK-PTH-CODE", scope=Scope.WHEEL, since="1.0", standard=True, severity=Severity.WARNING)
def pth_code(facts: WheelFacts) -> Iterator[Found]:
    """A `.pth` file of a wheel runs code at each start of Python.

    # Why
    It runs in every program of the environment, whether that imports the package or not: it costs each of them
    time, and a fault in it breaks them all. It is a known way to hide malware, too.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo.pth" = "import demo; demo.install()\\n"
    ```
    Or behind a tab:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo.pth" = "demo/lib\\nimport\\tdemo\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo.pth" = "imported/lib\\n# import demo\\n"
    "demo-nspkg.pth" = "import sys, types, os; sys.modules.setdefault('demo', types.ModuleType('demo'))\\n"
    "demo/data/start.pth" = "import demo\\n"
    ```

    # Fix
    Let the users call it, or offer an entry point.

    # Options
    None.

    # When to ignore
    For a tool that has to be there before everything else, such as one that measures coverage.
    """
    for member, lines in _pths(facts):
        name = member.name.rpartition("/")[2]
        if _KNOWN_NAMES.fullmatch(name):
            continue
        for number, line in enumerate(lines, 1):
            if line.startswith(("import ", "import\t")):
                excluded = how_to_exclude(installed(facts).generator)
                yield found(
                    f"`{name}` runs code at each start of Python",
                    hint=f"let users call it; if it is not meant to be there: {excluded}",
                    at=facts.at(member.name, number),
                )
                break
