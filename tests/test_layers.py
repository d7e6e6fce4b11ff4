# SPDX-License-Identifier: Apache-2.0
"""Imports point down only, and the files of a plugin folder do not know each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "noxkit"
LEVELS = {
    "errors": 0,
    "diagnostics": 1,
    **dict.fromkeys(("artifacts", "config", "workspace", "tasks", "report"), 2),
    **dict.fromkeys(("rules", "tools", "environments"), 3),
    **dict.fromkeys(("adopt", "engine"), 4),
    "release": 5,
    **dict.fromkeys(("sessions", "commands", "tox_plugin", "__main__", "__init__"), 6),
}
PLUGINS = {"rules", "tools", "report", "commands"}
FILES = sorted(file.relative_to(SOURCE) for file in SOURCE.rglob("*.py"))


def _imports(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse((SOURCE / file).read_bytes())))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _own(file: Path) -> set[tuple[str, ...]]:
    return {tuple(name.split(".")[1:3]) for name in _imports(file) if name.startswith("noxkit.")}


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_imports_only_from_lower_levels_or_its_own_folder(file: Path) -> None:
    folder = file.parts[0].removesuffix(".py")
    level = LEVELS[folder]
    wrong = [".".join(parts) for parts in _own(file) if parts[0] != folder and LEVELS.get(parts[0], 9) >= level]
    assert not wrong or folder in {"__main__", "__init__"}


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.parts[0] in PLUGINS and not file.name.startswith("_")], ids=str
)
def test_a_plugin_imports_no_sibling_but_underscored_ones(file: Path) -> None:
    siblings = {other.stem for other in FILES if other.parent == file.parent and not other.name.startswith("_")}
    used = {parts[1] for parts in _own(file) if len(parts) > 1 and parts[0] == file.parts[0]}
    assert not used & siblings - {file.stem}


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("nox", {"sessions"}),
        ("subprocess", {"tasks"}),
        ("tomlkit", {"engine"}),
    ],
)
def test_some_modules_have_one_home(module: str, allowed: set[str]) -> None:
    users = {file.parts[0] for file in FILES if any(name.split(".")[0] == module for name in _imports(file))}
    assert users <= allowed
