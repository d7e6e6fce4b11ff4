# SPDX-License-Identifier: Apache-2.0
"""Rules of a repository's own: imported by the names in `plugins`, in a worker process without credentials."""

from __future__ import annotations

import dataclasses
import importlib
from typing import TYPE_CHECKING, Any, cast

import msgspec

from noxkit.diagnostics.model import Severity
from noxkit.rules import rules_of
from noxkit.rules._base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PluginError", "load_plugin"]


class PluginError(Exception):
    """A name in `plugins` that cannot be imported, or brings no rule."""


def load_plugin(name: str) -> dict[str, Rule[Any]]:
    """The rules that `module:attribute` holds, is or returns, or that the module itself holds. Raises PluginError.

    What a repository has chosen counts: they are errors, unless they say what else they are.
    """
    module_name, _, attribute = name.partition(":")
    try:
        value: object = importlib.import_module(module_name)
        for part in attribute.split(".") if attribute else ():
            value = getattr(value, part)
        made: object = value() if callable(value) and not isinstance(value, Rule) else cast("object", value)
    except Exception as error:
        raise PluginError(f"`{name}` cannot be imported: {type(error).__name__}: {error}") from error
    rules = rules_of(_values(made))
    if not rules:
        raise PluginError(f"`{name}` holds no rule: a rule is a function under `noxkit.rules.rule`")
    return {key: rule if rule.graded else _as_error(rule) for key, rule in rules.items()}


def _values(value: object) -> Iterable[object]:
    if isinstance(value, Rule):
        return [cast("object", value)]
    if isinstance(value, list | tuple | set | frozenset):
        return cast("Iterable[object]", value)
    return list(getattr(value, "__dict__", {}).values())


def _as_error(rule: Rule[Any]) -> Rule[Any]:
    return dataclasses.replace(rule, info=msgspec.structs.replace(rule.info, severity=Severity.ERROR))
