# SPDX-License-Identifier: Apache-2.0
"""One file for each external program; whoever adds one adds its file and its test, and nothing else."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import types
from types import MappingProxyType
from typing import TYPE_CHECKING

from noxkit.tools._base import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["load_tools"]


@functools.cache
def load_tools() -> Mapping[str, Tool]:
    """Every tool of this folder by the name of its task, in alphabetical order.

    Raises ValueError where two files declare the same name.
    """
    tools: dict[str, Tool] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")):
        for kind in _declared(f"{__name__}.{module}"):
            if kind.name in tools:
                raise ValueError(f"two tools are called {kind.name!r}")
            tools[kind.name] = kind()
    return MappingProxyType(dict(sorted(tools.items())))


def _declared(module_name: str) -> Iterator[type[Tool]]:
    """The tools that a module declares itself, without those that it imports."""
    module = importlib.import_module(module_name)
    for _, member in inspect.getmembers(module, inspect.isclass):
        # On 3.10 `list[str]` counts as a class there, and `issubclass` refuses it.
        if (
            not isinstance(member, types.GenericAlias)
            and issubclass(member, Tool)
            and member.__module__ == module_name
            and not inspect.isabstract(member)
        ):
            yield member
