# SPDX-License-Identifier: Apache-2.0
"""Rules of a repository's own: imported by the names in `plugins`, in a worker process without credentials."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, cast

from noxkit.rules import rules_of
from noxkit.rules._base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PluginError", "load_plugin"]


class PluginError(Exception):
    """A name in `plugins` that cannot be imported, or brings no rule."""


def load_plugin(name: str) -> dict[str, Rule[Any]]:
    """The rules that `module:attribute` holds, or that the module itself does. Raises PluginError."""
    module_name, _, attribute = name.partition(":")
    try:
        value: object = importlib.import_module(module_name)
        for part in attribute.split(".") if attribute else ():
            value = getattr(value, part)
    except Exception as error:
        raise PluginError(f"`{name}` cannot be imported: {type(error).__name__}: {error}") from error
    if callable(value) and not isinstance(value, Rule):
        value = value()
    rules = rules_of(cast("Iterable[object]", value) if isinstance(value, list | tuple | set) else vars(value).values())
    if not rules:
        raise PluginError(f"`{name}` holds no rule: a rule is a function under `noxkit.rules.rule`")
    return rules
