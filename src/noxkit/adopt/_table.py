# SPDX-License-Identifier: Apache-2.0
"""The `[tool.noxkit]` table that a repository's present setup asks for: what differs from the defaults."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from noxkit.adopt._mapping import program
from noxkit.tools import load_tools
from noxkit.workspace._tables import table
from noxkit.workspace.pythons import SUPPORTED, minors_of_classifiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.adopt._step import Step
    from noxkit.workspace.model import Repository

__all__ = ["table_for"]

_SPDX = re.compile(r"#\s*(SPDX-License-Identifier:\s*\S.*?)\s*")
_HEAD = 5  # lines in which a header stands
_FEW = 3  # files from which on a header is a habit
_OWN_PATHS = {"mypy": ("files", "packages", "modules"), "pyright": ("include",), "pyrefly": ("project-includes",)}


def table_for(repository: Repository, steps: Sequence[Step]) -> list[str]:
    """The lines below `[tool.noxkit]`; none where the defaults do."""
    return [*_pythons(repository, steps), *_paths(repository, steps), *_header(repository)]


def _pythons(repository: Repository, steps: Sequence[Step]) -> Iterator[str]:
    """The Pythons that are tested today, where these are others than what requires-python admits.

    Not where a package's classifiers name more of them: then the list that is tested has been forgotten.
    """
    named = {minor for package in repository.workspace.packages for minor in minors_of_classifiers(package.classifiers)}
    tested = {
        python
        for step in steps
        if any(program(command)[:1] in {("pytest",), ("coverage",), ("py.test",)} for command in step.commands)
        for python in step.pythons
    }
    wanted = [python for python in SUPPORTED if python in tested and python in repository.pythons]
    if len(wanted) > 1 and wanted != list(repository.pythons) and named & {*repository.pythons} <= tested:
        yield f"python = {_array(wanted)}"


def _paths(repository: Repository, steps: Sequence[Step]) -> Iterator[str]:
    """What each type checker is run on today, where its own configuration does not say it."""
    found: dict[str, list[str]] = {}
    checkers = {name for name, tool in load_tools().items() if tool.type_checker}
    for step in steps:
        for command in step.commands:
            name, *arguments = program(command) or ("",)
            if name in checkers and not _says_paths(repository, name):
                paths = [word.rstrip("/") for word in arguments if (repository.root / word).exists()]
                found.setdefault(name, []).extend(path for path in paths if path not in {"", "."} and ".." not in path)
    named = {name: list(dict.fromkeys(paths)) for name, paths in found.items() if paths}
    if named:
        yield "paths = { " + ", ".join(f"{name} = {_array(paths)}" for name, paths in sorted(named.items())) + " }"


def _says_paths(repository: Repository, name: str) -> bool:
    options = table(repository.pyproject, "tool", name)
    files = load_tools()[name].chooser.files
    return any(key in options for key in _OWN_PATHS.get(name, ())) or any(map(repository.has_file, files))


def _header(repository: Repository) -> Iterator[str]:
    """The SPDX line with which every Python file begins that is not empty."""
    found: set[str | None] = set()
    count = 0
    for path in repository.python_files():
        lines = (repository.root / path).read_bytes().decode("utf-8", "replace").splitlines()
        if any(line.strip() for line in lines):
            count += 1
            found.add(next((match[1] for line in lines[:_HEAD] if (match := _SPDX.fullmatch(line))), None))
        if len(found) > 1:
            return
    line = next(iter(found), None)
    if line is not None and count >= _FEW:
        yield f'license-header = {{ text = {json.dumps(line, ensure_ascii=False)}, paths = ["**/*.py"] }}'


def _array(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
