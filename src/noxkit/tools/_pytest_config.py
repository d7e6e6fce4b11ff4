# SPDX-License-Identifier: Apache-2.0
"""What a repository has configured for pytest and coverage, as far as noxkit must know it before it runs them."""

from __future__ import annotations

import configparser
import dataclasses
import fnmatch
import shlex
import sys
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.workspace.model import Repository

__all__ = [
    "CoverageConfig",
    "PytestConfig",
    "configured_pattern",
    "files_of_tests",
    "option_value",
    "read_coverage_config",
    "read_pytest_config",
]

_DEFAULT_PATTERNS = ("test_*.py", "*_test.py")
_PYTEST_PLACES = (
    ("pytest.toml", "pytest"),
    (".pytest.toml", "pytest"),
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", "tool.pytest"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
_COVERAGE_PLACES = (
    (".coveragerc", ""),
    (".coveragerc.toml", ""),
    ("setup.cfg", "coverage:"),
    ("tox.ini", "coverage:"),
    ("pyproject.toml", "tool.coverage"),
)
_COVERAGE_SECTIONS = ("run", "paths", "report", "html", "xml", "json", "lcov")
_SOURCE_KEYS = frozenset({"source", "source_pkgs", "source_dirs", "include"})

_Table = Mapping[str, object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PytestConfig:
    """pytest's configuration in one folder: `place` is its file, None where there is none."""

    place: str | None = None
    addopts: tuple[str, ...] = ()
    python_files: tuple[str, ...] = _DEFAULT_PATTERNS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CoverageConfig:
    """coverage's configuration in one folder: its file, and whether it says what is measured."""

    place: str | None = None
    has_source: bool = False


def read_pytest_config(folder: Path) -> PytestConfig:
    """What pytest would find when it is started in `folder`; a file that cannot be read is left to pytest to refuse."""
    for name, section in _PYTEST_PLACES:
        table = _pytest_table(folder / name, section)
        if table is not None:
            return PytestConfig(
                place=name,
                addopts=_words(table.get("addopts"), quoted=True),
                python_files=_words(table.get("python_files"), quoted=False) or _DEFAULT_PATTERNS,
            )
    return PytestConfig()


def _pytest_table(path: Path, section: str) -> _Table | None:
    if not path.is_file():
        return None
    if path.suffix == ".toml":
        found = _table(_toml(path), *section.split("."))
        ini = found.get("ini_options") if found is not None else None
        return cast("_Table", ini) if isinstance(ini, Mapping) else found
    found = _ini(path).get(section)
    return found if found is not None or path.suffix != ".ini" or path.name == "tox.ini" else {}


def read_coverage_config(folder: Path, *, file: str | None = None) -> CoverageConfig:
    """What coverage would find when it is started in `folder`; `file` is the one that it is told to read."""
    places = ((file, ""), *_COVERAGE_PLACES) if file else _COVERAGE_PLACES
    for name, prefix in places:
        tables = _coverage_tables(folder / name, prefix)
        own = not prefix and (folder / name).is_file()
        if tables or own:
            run = tables.get("run", {})
            return CoverageConfig(place=name, has_source=bool(_SOURCE_KEYS & run.keys()))
    return CoverageConfig()


def _coverage_tables(path: Path, prefix: str) -> dict[str, _Table]:
    if not path.is_file():
        return {}
    if path.suffix == ".toml":
        content = _toml(path)
        parent = _table(content, "tool", "coverage") or ({} if prefix else content)
        found = {name: _table(parent, name) for name in _COVERAGE_SECTIONS}
    else:
        ini = _ini(path)
        found = {
            name: ini.get(f"coverage:{name}") or (ini.get(name) if not prefix else None) for name in _COVERAGE_SECTIONS
        }
    return {name: table for name, table in found.items() if table}


def files_of_tests(repository: Repository, paths: Sequence[str]) -> tuple[str, ...]:
    """The files below `paths` that pytest would look into for tests, by their names.

    The names are `[tool.noxkit.tests] pattern`, else `python_files` of the repository's own
    configuration in the root or in the folder that is looked at, else pytest's own.
    """
    patterns = _patterns(repository, paths)
    return tuple(file for file in repository.python_files(paths) if file.endswith(".py") and _is_test(file, patterns))


def configured_pattern(repository: Repository) -> str | None:
    """`pattern` of `[tool.noxkit.tests]`, or None."""
    pattern = (_table(repository.pyproject, "tool", "noxkit", "tests") or {}).get("pattern")
    return pattern if isinstance(pattern, str) else None


def _patterns(repository: Repository, paths: Sequence[str]) -> tuple[str, ...]:
    own = configured_pattern(repository)
    if own:
        return (own,)
    folders = dict.fromkeys([repository.root, *(repository.root / path for path in paths)])
    return tuple(dict.fromkeys(pattern for folder in folders for pattern in read_pytest_config(folder).python_files))


def _is_test(file: str, patterns: Sequence[str]) -> bool:
    """As pytest's `python_files`: a pattern with a slash is matched against the whole path."""
    path = PurePosixPath(file)
    return any(
        fnmatch.fnmatchcase(f"/{file}", f"*/{pattern}") if "/" in pattern else fnmatch.fnmatchcase(path.name, pattern)
        for pattern in patterns
    )


def option_value(words: Sequence[str], *names: str) -> str | None:
    """The value of the last of the options `names` among `words`, as `--name=value` or `--name value`."""
    found = None
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            found = value if equals else next(iter(words[number + 1 : number + 2]), None)
    return found


def _words(value: object, *, quoted: bool) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value) if quoted else value.split())
        except ValueError:  # an unclosed quote, which pytest refuses by itself
            return tuple(value.split())
    return tuple(str(item) for item in cast("Sequence[object]", value)) if isinstance(value, (list, tuple)) else ()


def _table(table: object, *keys: str) -> _Table | None:
    for key in keys:
        table = cast("_Table", table).get(key) if isinstance(table, Mapping) else None
    return cast("_Table", table) if isinstance(table, Mapping) else None


def _toml(path: Path) -> _Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _ini(path: Path) -> dict[str, _Table]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return {}
    return {name: dict(parser.items(name)) for name in parser.sections()}
