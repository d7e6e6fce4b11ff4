# SPDX-License-Identifier: Apache-2.0
"""What the configurations of ruff in a repository select, ignore and leave to others."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.tools._ruff import CONFIG_FILES
from noxkit.tools._settings import Settings, strings, subtable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["configuration", "external", "ignored"]

_DEFAULT = ("E4", "E7", "E9", "F")  # what ruff selects where nothing is said
_DIGITS = "0123456789"


def configuration(folder: Path) -> tuple[Path | None, Settings]:
    """The file of `folder` that configures ruff, by ruff's own order, and its settings."""
    for file in (*(folder / name for name in CONFIG_FILES), folder / "pyproject.toml"):
        settings = _settings(file)
        if settings is not None:
            return file, settings
    return None, {}


def ignored(file: Path, settings: Settings) -> frozenset[str]:
    """The selectors under `ignore` of these settings and of those that they extend."""
    return frozenset(code for each in _chain(file, settings) for code in _listed(each, "ignore", "extend-ignore"))


def external(job: Job) -> list[str]:
    """The option that has ruff keep each `noqa` of a code that noxkit enforces and the repository does not.

    To ruff, with the rule off, it suppresses nothing: RUF100 reports it, and `--fix` deletes it with its reason.
    Codes that a configuration selects stay out, since ruff calls no `noqa` of an external code unused. What the
    configurations call external themselves is named again: the option takes their place.
    """
    chains = [list(_chain(file, settings)) for file, settings in _configurations(job.repository)]
    kept = {code for chain in chains for code in _without(job.enforced, _selected(chain))}
    if not kept or not job.is_at_least("0.4"):
        return []
    own = {code for chain in chains for each in chain for code in _listed(each, "external")}
    return ["--config", f"lint.external = {json.dumps(sorted(kept | own))}"]


def _configurations(repository: Repository) -> Iterator[tuple[Path, Settings]]:
    names = (*CONFIG_FILES, "pyproject.toml")
    folders = {file.rpartition("/")[0] for file in repository.files if file.rpartition("/")[2] in names}
    for folder in sorted(folders):
        file, settings = configuration(repository.root / folder)
        if file is not None:
            yield file, settings


def _selected(chain: Iterable[Settings]) -> frozenset[str]:
    """What is on: `select` of the nearest that has one, and all that extends it."""
    settings = list(chain)
    select = next((found for each in settings if (found := _listed(each, "select"))), _DEFAULT)
    return frozenset((*select, *(code for each in settings for code in _listed(each, "extend-select"))))


def _without(codes: Iterable[str], selected: frozenset[str]) -> Iterator[str]:
    """The prefixes `codes` without what `selected` holds of them: `S1` without `S101` is `S100`, `S102`, …, `S11`."""
    for code in codes:
        if "ALL" in selected or any(code.startswith(selector) for selector in selected):
            continue
        if any(selector.startswith(code) for selector in selected):
            yield from _without((code + digit for digit in _DIGITS), selected)
        else:
            yield code


def _listed(settings: Settings, *keys: str) -> tuple[str, ...]:
    tables = (settings, subtable(settings, "lint"))
    return tuple(code for table in tables for key in keys for code in strings(table.get(key)))


def _chain(file: Path, settings: Settings) -> Iterator[Settings]:
    """These settings, and those that they extend."""
    seen: set[Path] = set()
    while file not in seen:
        yield settings
        seen.add(file)
        extended = strings(settings.get("extend"))
        if extended:
            file = (file.parent / Path(extended[0]).expanduser()).resolve()
            settings = _settings(file) or {}


def _settings(file: Path) -> Settings | None:
    """The settings of ruff in a file; None where it has none. What is not TOML counts as empty: ruff reports it."""
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {} if file.name != "pyproject.toml" and file.is_file() else None
    if file.name != "pyproject.toml":
        return read
    tools = subtable(read, "tool")
    return subtable(tools, "ruff") if "ruff" in tools else None
