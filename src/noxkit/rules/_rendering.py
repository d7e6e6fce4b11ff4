# SPDX-License-Identifier: Apache-2.0
"""Descriptions rendered as the package index renders them, by the same library, without files and without network.

What would take it minutes (a hundred thousand nested quotes, substitutions that double each other) is not begun.
"""

from __future__ import annotations

import dataclasses
import functools
import html.parser
import io
import re
import warnings
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Rendering", "content_type", "links", "render"]

# Measured: at these sizes the slowest crafted texts take ten seconds.
_MOST_CHARACTERS = 1 << 19
_MOST_RST = 200_000
_MOST_TAGS = 20_000
_DEEPEST = 500
_MOST_SUBSTITUTIONS = 200
_NESTED = re.compile(r"^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)]))+", re.MULTILINE)
_SUBSTITUTION = re.compile(r"^[ \t]*\.\.[ \t]+\|[^|\n]+\|", re.MULTILINE)
_REPORT = re.compile(r"<string>:(\d*):? ?\((\w+)/\d\) (.*)", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class Rendering:
    """A rendered description.

    `html` is None where it fails, and `reason` says why, at the 1-based `line` of the description. `skipped` says
    that nothing is known, for it was not tried.
    """

    html: str | None
    reason: str = ""
    line: int | None = None
    skipped: bool = False


def content_type(stated: str | None) -> tuple[Literal["text", "rst", "markdown"], str]:
    """What a Description-Content-Type makes of the text, and the variant of Markdown. Without one it is rst."""
    if stated is None:
        return "rst", ""
    kind = stated.partition(";")[0].strip().lower()
    is_common = re.search(r";\s*variant\s*=\s*\"?CommonMark\b", stated) is not None
    names: dict[str, Literal["text", "rst", "markdown"]] = {"text/plain": "text", "text/markdown": "markdown"}
    return names.get(kind, "rst"), "CommonMark" if is_common else "GFM"


@functools.lru_cache(maxsize=4)  # the wheel's and the sdist's are the same, and two rules ask for it
def render(text: str, kind: Literal["text", "rst", "markdown"], variant: str) -> Rendering:
    """Render a description of a kind that `content_type` tells."""
    if why := _why_too_much(text, kind):
        return Rendering(None, why, skipped=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _rst(text) if kind == "rst" else _other(text, kind, variant)
    except RecursionError:
        return Rendering(None, "it is nested too deeply")
    except Exception as error:  # noqa: BLE001 -- directives and lexers of others raise what they like, at the index too
        return Rendering(None, f"the renderer fails with {type(error).__name__}: {error}")


def _why_too_much(text: str, kind: str) -> str | None:
    if len(text) > (_MOST_RST if kind == "rst" else _MOST_CHARACTERS):
        return f"it has {len(text)} characters"
    if kind == "rst":
        many = sum(1 for _ in _SUBSTITUTION.finditer(text)) > _MOST_SUBSTITUTIONS
        return "it has too many substitutions" if many or _is_a_bomb(text) else None
    if kind == "markdown" and text.count("<") > _MOST_TAGS:
        return "it has too many tags"
    deepest = max((len(match[0]) for match in _NESTED.finditer(text)), default=0)
    return "it is nested too deeply" if kind == "markdown" and deepest > _DEEPEST else None


_DEFINITION = re.compile(r"^[ \t]*\.\.[ \t]+\|([^|\n]+)\|[ \t]+replace::(.*(?:\n[ \t]+(?!\.\.).*)*)", re.MULTILINE)
_REFERENCE = re.compile(r"\|([^|\n]+)\|")


def _is_a_bomb(text: str) -> bool:
    """Whether substitutions that are made of others grow beyond ten thousand."""
    parts = {name.strip().lower(): _REFERENCE.findall(body) for name, body in _DEFINITION.findall(text)}
    sizes: dict[str, int] = {}
    for _ in range(len(parts)):
        for name, used in parts.items():
            sizes[name] = 1 + sum(sizes.get(other.strip().lower(), 0) for other in used)
            if sizes[name] > 10_000:
                return True
    return False


def _rst(text: str) -> Rendering:
    from docutils.parsers.rst import roles  # noqa: PLC0415 -- half a second, for descriptions alone
    from readme_renderer import rst  # noqa: PLC0415 -- the same

    # Roles that a description defines stay for the next one, where they would be undefined at the index.
    vars(roles)["_roles"].clear()
    stream = io.StringIO()
    rendered = rst.render(text, stream=stream)
    if rendered is not None:
        return Rendering(rendered)
    said = stream.getvalue().strip()
    match = _REPORT.match(said)
    if match is None:
        return Rendering(None, said or "nothing is rendered")
    reason = " ".join(match[3].split())
    return Rendering(None, reason, int(match[1]) if match[1] else None)


def _other(text: str, kind: str, variant: str) -> Rendering:
    if kind == "text":
        from readme_renderer import txt  # noqa: PLC0415 -- for descriptions alone

        rendered = txt.render(text)
    else:
        from readme_renderer import markdown  # noqa: PLC0415 -- the same

        rendered = markdown.render(text, variant=variant)
    return Rendering(rendered, "" if rendered is not None else "nothing is rendered")


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Keep what a tag points to."""
        for name, value in attrs:
            if value and (tag, name) in {("a", "href"), ("img", "src")}:
                self.found.setdefault(value, tag)


def links(rendered: str) -> tuple[tuple[str, str], ...]:
    """What a rendered description points to, each once, and whether as `a` or `img`."""
    parser = _Links()
    parser.feed(rendered)
    return tuple(parser.found.items())
