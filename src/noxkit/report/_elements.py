# SPDX-License-Identifier: Apache-2.0
"""Elements of XML and HTML: what is put into them is text, whatever it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias, cast
from xml.etree import ElementTree as ET

from noxkit.report._escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Element", "element", "serialised"]

Element: TypeAlias = "ET.Element[str]"

_FORBIDDEN = re.compile("[\ufffe\uffff]")  # no characters of XML 1.0; the others are made visible


def element(tag: str, /, *children: str | Element | Iterable[Element], **attributes: str) -> Element:
    """The element `tag` with its children; an attribute `data_task` is `data-task`, and a trailing `_` is left out."""
    made = ET.Element(tag, {key.rstrip("_").replace("_", "-"): visible(value) for key, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            _add_text(made, visible(child))
        elif isinstance(child, ET.Element):
            made.append(cast("Element", child))
        else:
            made.extend(child)
    return made


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def serialised(top: Element, *, method: Literal["xml", "html"]) -> str:
    """The text of an element, as `xml` or as `html`."""
    return _FORBIDDEN.sub("\ufffd", ET.tostring(top, encoding="unicode", method=method))
