# SPDX-License-Identifier: Apache-2.0
"""Reports as text: one renderer per file of this folder, found by looking at the folder."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report
    from noxkit.diagnostics.sources import Sources
    from noxkit.report._style import Style

__all__ = ["Renderer", "format_names", "formats"]


class Renderer(Protocol):
    """Turns a report into the text of one format; pure, and safe against hostile text in the report."""

    def __call__(self, report: Report, *, sources: Sources, style: Style) -> str:
        """The text, which ends with a newline unless it is empty."""
        ...


def format_names() -> list[str]:
    """The names of all formats, sorted, without importing any renderer."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def formats() -> dict[str, Renderer]:
    """Each format's renderer by its name. A renderer's file is named as its `FORMAT`."""
    modules = [importlib.import_module(f"{__name__}.{name}") for name in format_names()]
    return {cast("str", module.FORMAT): cast("Renderer", module.render) for module in modules}
