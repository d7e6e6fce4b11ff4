# SPDX-License-Identifier: Apache-2.0
"""What can stand next behind the `--` of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.config._fields import all_options, choices
from noxkit.engine._names import task_names
from noxkit.report import format_names
from noxkit.rules import load_families
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.config._fields import Option
    from noxkit.engine._context import Context

__all__ = ["candidates"]

_TASKS = frozenset({"run.only", "run.skip", "run.why"})
_RULES = frozenset({"run.rule", "select"})


def candidates(context: Context, words: Sequence[str]) -> list[str]:
    """What the last of `words`, which is being typed and may be empty, can become; the others stand before it.

    None where a file is asked for.
    """
    if not words:
        return []
    current = words[-1]
    options = {option.flag: option for option in all_options() if option.in_text}
    before = options.get(words[-2]) if len(words) > 1 else None
    if before is not None and "bool" not in type(before.shape.core).__name__.lower():
        done, comma, _ = current.rpartition(",")
        return sorted(
            word for value in _values(context, before) if (word := f"{done}{comma}{value}").startswith(current)
        )
    return sorted(flag for flag in options if flag.startswith(current))


def _values(context: Context, option: Option) -> Sequence[str]:
    if option.name in _TASKS:
        return sorted(task_names(context))
    if option.name in _RULES:
        families = load_families()
        rules = (rule for rules in families.values() for rule in rules.values() if not rule.secondary)
        return [*families, *(rule.info.code for rule in rules)]
    if option.name == "run.package":
        return [package.name for package in context.repository.workspace.packages]
    if option.name == "run.format":
        return format_names()
    if option.name == "run.report":
        return [f"{name}=" for name in format_names()]
    if option.name == "typecheck.checkers":
        return [name for name, tool in load_tools().items() if tool.type_checker]
    return choices(option.shape.core)
