# SPDX-License-Identifier: Apache-2.0
"""tox: tox.ini, setup.cfg, tox.toml and [tool.tox], as https://tox.wiki/en/latest/config.html has them."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from noxkit.adopt._step import Step, python_of, words
from noxkit.errors import ErrorRecord
from noxkit.workspace._tables import items, strings, table, text
from noxkit.workspace._toml import read_toml
from noxkit.workspace.manifest import parse_ini

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from noxkit.workspace._tables import Table
    from noxkit.workspace.manifest import IniFile

__all__ = ["read"]

_BRACES = re.compile(r"\{([^{}\[\]:]*)\}")
_REFERENCE = re.compile(r"\{\[([^\]{}]+)\]([^{}]+)\}")
_VARIABLE = re.compile(r"\{env:\w+:([^{}]*)\}")
_POSARGS = re.compile(r"\{posargs:?([^{}]*)\}")
_CONDITION = re.compile(r"[\w.{},!-]+:\s+")
_DEPTH = 8  # of references to other sections; tox itself refuses a circle


def read(root: Path) -> list[Step]:
    """The environments of the first of tox's files that is there; none where there is none, or it cannot be read."""
    for path, core in (("tox.ini", "tox"), ("setup.cfg", "tox:tox")):
        content = _content(root / path)
        sections = parse_ini(content) or {}
        if core in sections or any(name.partition(":")[0] == "testenv" for name in sections):
            return _from_ini(sections, core=core, path=path, lines=content.splitlines())
    for path, parents in (("tox.toml", ()), ("pyproject.toml", ("tool", "tox"))):
        document = read_toml(root / path, path=path)
        options = table(None if isinstance(document, ErrorRecord) else document, *parents)
        legacy = text(options.get("legacy_tox_ini"))
        lines = _content(root / path).splitlines()
        if legacy is not None:
            return _from_ini(parse_ini(legacy) or {}, core="tox", path=path, lines=lines)
        if options:
            return _from_toml(options, path=path, lines=lines)
    return []


def _content(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _from_ini(sections: IniFile, *, core: str, path: str, lines: list[str]) -> list[Step]:
    options = sections.get(core, {})
    named = _split(options.get("env_list") or options.get("envlist") or "")
    own = {name: section for section in sections for name in _names_of(section)}
    found: dict[str, Step] = {}
    for name in dict.fromkeys([*named, *own]):
        section = own.get(name, "testenv")
        settings = {**sections.get("testenv", {}), **sections.get(section, {})}
        commands = _resolved(settings.get("commands", ""), sections)
        base = settings.get("base_python") or settings.get("basepython") or ""
        found[name] = Step(
            name=name,
            path=path,
            line=_line(lines, f"[{section}]"),
            commands=tuple(_commands(commands, factors=frozenset(name.split("-")))),
            pythons=_pythons(name, base),
        )
    return list(found.values())


def _names_of(section: str) -> list[str]:
    kind, _, name = section.partition(":")
    return _split(name) if kind == "testenv" and name else []


def _split(names: str) -> list[str]:
    """The names of a list, with what stands in braces multiplied out: `py{310,311}-{a,b}` are four."""
    found: dict[str, None] = {}
    for part in re.split(r"[,\s]+(?![^{]*\})", re.sub(r"(?m)#.*$", "", names)):
        pieces = [
            [choice.strip() for choice in piece.split(",")] if odd else [piece]
            for odd, piece in zip(itertools.cycle((False, True)), _BRACES.split(part), strict=False)
        ]
        found.update(dict.fromkeys("".join(each).strip("-") for each in itertools.product(*pieces)))
    return [name for name in found if name]


def _resolved(value: str, sections: IniFile) -> str:
    """`value` with references to other sections put in, and with the defaults of arguments and variables."""
    for _ in range(_DEPTH):
        replaced = _REFERENCE.sub(lambda found: sections.get(found[1], {}).get(found[2], ""), value)
        if replaced == value:
            break
        value = replaced
    return _VARIABLE.sub(r"\1", _POSARGS.sub(r"\1", value))


def _commands(value: str, *, factors: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for line in re.sub(r"\\\s*\n\s*", " ", value).splitlines():
        condition = _CONDITION.match(line.strip())
        if condition and not any(_holds(one, factors) for one in _split(condition[0].rstrip(": "))):
            continue
        command = words(line.strip()[condition.end() if condition else 0 :].lstrip("-! "))
        if command:
            yield command


def _holds(condition: str, factors: frozenset[str]) -> bool:
    return all((part.lstrip("!") in factors) != part.startswith("!") for part in condition.split("-"))


def _pythons(name: str, base: str) -> tuple[str, ...]:
    parts = [*name.split("-"), *_split(base)]
    return tuple(dict.fromkeys(python for part in parts if (python := python_of(part))))


def _from_toml(options: Table, *, path: str, lines: list[str]) -> list[Step]:
    base, own = table(options, "env_run_base"), table(options, "env")
    prefix = "tool.tox." if path == "pyproject.toml" else ""
    found: list[Step] = []
    for name in dict.fromkeys([*strings(options.get("env_list")), *own]):
        settings: Mapping[str, object] = {**base, **table(own, name)}
        commands = [command for line in items(settings.get("commands")) if (command := _toml_command(line))]
        python = text(settings.get("base_python")) or " ".join(strings(settings.get("base_python")))
        line = _line(lines, f"[{prefix}env.{name}]")
        found.append(Step(name=name, path=path, line=line, commands=tuple(commands), pythons=_pythons(name, python)))
    return found


def _toml_command(line: object) -> tuple[str, ...]:
    """The words of a command; a `replace` table stands for its default."""
    found: list[str] = []
    for word in items(line):
        said = text(word)
        found += [said] if said is not None else strings(table(word).get("default"))
    return tuple(found)


def _line(lines: list[str], heading: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if line.strip() == heading), 1)
