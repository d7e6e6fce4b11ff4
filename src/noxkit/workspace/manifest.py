# SPDX-License-Identifier: Apache-2.0
"""What a package's folder says of itself: pyproject.toml, setup.cfg and setup.py, read and never run."""

from __future__ import annotations

import ast
import configparser
import dataclasses
import warnings
from typing import TYPE_CHECKING, TypeAlias, cast

from noxkit.workspace._tables import table, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from noxkit.workspace._tables import Table

__all__ = ["IniFile", "Manifest", "parse_ini", "read_ini", "read_manifest"]

IniFile: TypeAlias = "Mapping[str, Mapping[str, str]]"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The parsed metadata files of one folder.

    `setup_py` holds the keywords of the `setup()` call whose values are literals; it is None where
    there is no setup.py that calls `setup()`. `setup_cfg` is empty where there is none.
    """

    folder: Path
    pyproject: Table
    setup_cfg: IniFile = dataclasses.field(default_factory=dict[str, "Mapping[str, str]"])
    setup_py: Table | None = None

    @property
    def backend(self) -> str | None:
        """The build backend as `[build-system]` names it."""
        return text(table(self.pyproject, "build-system").get("build-backend"))


def read_manifest(folder: Path, pyproject: Table) -> Manifest:
    """Read what stands beside the `pyproject` table of `folder`.

    A setup.cfg or setup.py that cannot be read says nothing: a package's own tools report it.
    """
    cfg, script = folder / "setup.cfg", folder / "setup.py"
    return Manifest(
        folder=folder,
        pyproject=pyproject,
        setup_cfg=(read_ini(cfg) or {}) if cfg.is_file() else {},
        setup_py=_setup_keywords(script) if script.is_file() else None,
    )


def read_ini(file: Path) -> IniFile | None:
    """The sections of an INI file, or None where it cannot be read as one."""
    try:
        return parse_ini(file.read_bytes().decode("utf-8-sig", "replace"))
    except OSError:
        return None


def parse_ini(content: str) -> IniFile | None:
    """The sections of an INI file's text, or None where it is not one."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(content)
    except configparser.Error:
        return None
    return {name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()}


def _setup_keywords(file: Path) -> Table | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the script's own text, such as an invalid escape
            tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = _literal(node.value, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_setup(node.func):
            pairs = ((keyword.arg, _literal(keyword.value, names)) for keyword in node.keywords)
            return {name: value for name, value in pairs if name is not None and value is not None}
    return None


def _is_setup(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "setup" and isinstance(function.value, ast.Name)
    return isinstance(function, ast.Name) and function.id == "setup"


def _literal(node: ast.expr, names: Mapping[str, object]) -> object:
    """The value of a literal, or of a name that the module gave one; None for everything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Call):  # packages=find_packages("src") or find_packages(where="src")
        return _found_packages(node)
    try:
        return cast("object", ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _found_packages(node: ast.Call) -> Table | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in {"find_packages", "find_namespace_packages"}:
        return None
    given = dict(zip(("where", "exclude", "include"), node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    where = given.get("where")
    chosen = {name: _names_in(given[name]) for name in ("exclude", "include") if name in given}
    return {"where": where.value if isinstance(where, ast.Constant) else ".", **chosen}


def _names_in(node: ast.expr) -> list[str]:
    """The patterns of a literal; all packages where it is none, since nobody knows then."""
    try:
        value = cast("object", ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ["*"]
    return (
        [item for item in cast("list[object]", value) if isinstance(item, str)]
        if isinstance(value, list | tuple)
        else ["*"]
    )
