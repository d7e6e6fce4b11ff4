# SPDX-License-Identifier: Apache-2.0
"""pre-commit: the hooks of .pre-commit-config.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.adopt._step import Step, words
from noxkit.workspace._places import pre_commit_document
from noxkit.workspace._tables import items, strings, table, text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read"]

_PATH = ".pre-commit-config.yaml"


def read(root: Path) -> list[Step]:
    """The hooks, with the command of those that stand in the file itself, else their ids; none where there is no file.

    Raises NoxkitError where it is not YAML.
    """
    document = pre_commit_document(root / _PATH, path=_PATH)
    found: list[Step] = []
    for repository in map(table, items(table(document).get("repos"))):
        for hook in map(table, items(repository.get("hooks"))):
            name = text(hook.get("id"))
            if name:
                entry = text(hook.get("entry"))
                command = (*words(entry), *strings(hook.get("args"))) if entry else (name,)
                found.append(Step(name=name, path=_PATH, line=0, commands=(command,)))
    return _placed(found, (root / _PATH).read_bytes().decode("utf-8", "replace").splitlines() if found else [])


def _placed(steps: list[Step], lines: list[str]) -> list[Step]:
    """The steps with the lines on which their ids stand, in order."""
    at = 0
    placed: list[Step] = []
    for step in steps:
        pattern = re.compile(rf"""[\s{{,-]*\bid:\s*["']?{re.escape(step.name)}["']?\s*([,}}#].*)?""")
        line = next((number for number in range(at, len(lines)) if pattern.search(lines[number])), at)
        at = line + 1 if line > at or pattern.search("".join(lines[line : line + 1])) else at
        placed.append(Step(name=step.name, path=step.path, line=line + 1, commands=step.commands))
    return placed
