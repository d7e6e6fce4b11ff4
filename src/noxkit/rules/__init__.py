# SPDX-License-Identifier: Apache-2.0
"""noxkit's own rules, one file per family; whoever adds a rule adds a function under `rule`, and nothing else."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import msgspec

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Place, Rule, Scope, also, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noxkit.diagnostics.model import RuleInfo

__all__ = [
    "Found",
    "Place",
    "Rule",
    "Scope",
    "Severity",
    "also",
    "family_options",
    "found",
    "load_families",
    "load_rules",
    "rule",
    "rules_of",
    "rules_on",
]


@functools.cache
def load_families() -> Mapping[str, Mapping[str, Rule[Any]]]:
    """The rules of each family by code, found by walking this folder. Raises ValueError for a code declared twice."""
    families: dict[str, Mapping[str, Rule[Any]]] = {}
    seen: set[str] = set()
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")):
        rules = rules_of(vars(importlib.import_module(f"{__name__}.{name}")).values(), module=f"{__name__}.{name}")
        if seen & rules.keys():
            raise ValueError(f"declared twice: {', '.join(sorted(seen & rules.keys()))}")
        seen |= rules.keys()
        families[name] = MappingProxyType(rules)
    return MappingProxyType(families)


def family_options() -> dict[str, type[msgspec.Struct]]:
    """The record of options, `Options`, of each family that declares one, by the family's name."""
    found = {name: vars(importlib.import_module(f"{__name__}.{name}")).get("Options") for name in load_families()}
    return {
        name: cast("type[msgspec.Struct]", kind)
        for name, kind in found.items()
        if kind is not None and kind.__module__ == f"{__name__}.{name}"
    }


def rules_of(values: Iterable[object], *, module: str | None = None) -> dict[str, Rule[Any]]:
    """The rules among `values` by code, sorted; those alone that `module` declares itself, where one is named.

    A further source of a rule stands there as its code with the scope behind an `@`.
    """
    found = [cast("Rule[Any]", value) for value in values if isinstance(value, Rule)]
    own = {_key(rule): rule for rule in found if module is None or rule.function.__module__ == module}
    return dict(sorted(own.items()))


def _key(rule: Rule[Any]) -> str:
    return f"{rule.info.code}@{rule.scope.name.lower()}" if rule.secondary else rule.info.code


@functools.cache
def load_rules() -> Mapping[str, RuleInfo]:
    """What is known of each code of noxkit's own, by code; its page tells of every source in which it is seen.

    Raises ValueError for a source of a code that no rule declares.
    """
    every = [each for family in load_families().values() for each in family.values()]
    known = {each.info.code: each.info for each in every if not each.secondary}
    for each in (each for each in every if each.secondary):
        code = each.info.code
        if code not in known:
            raise ValueError(f"{each.info.family} has a source of {code}, which no rule declares")
        page = f"{known[code].page}\n\n# Seen in: {each.scope.value}\n{_deeper(each.info.page)}"
        known[code] = msgspec.structs.replace(known[code], page=page)
    return MappingProxyType(dict(sorted(known.items())))


def _deeper(page: str) -> str:
    """The page of a further source, its headings one level down."""
    fenced = False
    lines: list[str] = []
    for line in page.splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("# ") and not fenced else line)
    return "\n".join(lines)


def rules_on(rules: Iterable[Rule[Any]], *, strict: bool, selected: Iterable[str] = ()) -> list[Rule[Any]]:
    """Those rules that a profile has, and those that are selected by code or family."""
    names = frozenset(selected)
    return [rule for rule in rules if strict or rule.info.standard or names & {rule.info.code, rule.info.family}]
