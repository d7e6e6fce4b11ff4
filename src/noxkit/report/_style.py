# SPDX-License-Identifier: Apache-2.0
"""How text is to look, decided once from facts about the stream and the environment."""

from __future__ import annotations

import codecs
import dataclasses
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Stream", "Style"]

_MARKS = {
    Status.CRASHED: "!",
    Status.FAILED: "✗",
    Status.INCONCLUSIVE: "?",
    Status.PASSED: "✓",
    Status.SKIPPED: "-",
}
_PLAIN_MARKS = {**_MARKS, Status.FAILED: "x", Status.PASSED: "+"}
_ROLES = {  # Select Graphic Rendition parameters (ECMA-48), chosen as in rustc
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "bold": "1",
    "frame": "1;34",
    "faint": "2",
    "crashed": "1;31",
    "failed": "1;31",
    "inconclusive": "1;33",
    "passed": "32",
    "skipped": "2",
}
_NARROWEST = 40
_WIDTH, _LOG_WIDTH = 80, 120


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is known of the stream that is written to; `columns` is None where it has no width."""

    isatty: bool
    columns: int | None = None
    encoding: str | None = "utf-8"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How text is to look.

    `width` is in columns; `verbose` shows every finding; `unicode` is False where the stream's
    encoding cannot show `✓`; `links` are terminal hyperlinks on codes; `live` says that the stream
    is a terminal on which lines can be drawn again.
    """

    color: bool = False
    width: int = _WIDTH
    verbose: bool = False
    unicode: bool = True
    links: bool = False
    live: bool = False

    @classmethod
    def detect(cls, stream: Stream, environ: Mapping[str, str], *, verbose: bool = False) -> Style:
        """The style for `stream` by NO_COLOR, FORCE_COLOR, TERM, COLUMNS, CI and GITHUB_ACTIONS."""
        dumb = environ.get("TERM") == "dumb"
        return cls(
            color=_wants_color(stream, environ),
            width=_width(stream, environ),
            verbose=verbose,
            unicode=_shows_unicode(stream.encoding),
            links=bool(environ.get("FORCE_HYPERLINK", "0").strip("0")),
            live=stream.isatty and not dumb and not environ.get("CI"),
        )

    @property
    def ellipsis(self) -> str:
        """What stands for text that was left out."""
        return "…" if self.unicode else "..."

    def encodable(self, text: str) -> str:
        """`text` as the stream can take it: with escapes for what is not ASCII where it takes no Unicode."""
        return text if self.unicode or text.isascii() else text.encode("ascii", "backslashreplace").decode()

    def mark(self, status: Status) -> str:
        """The one character for a status, coloured."""
        return self.paint((_MARKS if self.unicode else _PLAIN_MARKS)[status], status.value)

    def paint(self, text: str, role: str) -> str:
        """`text` in the colours of `role`: a severity, a status, `bold`, `faint` or `frame`."""
        return f"\x1b[{_ROLES[role]}m{text}\x1b[0m" if self.color and text else text

    def link(self, text: str, url: str | None) -> str:
        """`text` as a terminal hyperlink to `url`, where links are on and the address is a plain one."""
        if not self.links or url is None or not (url.isascii() and url.isprintable()):
            return text
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def _wants_color(stream: Stream, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    if environ.get("TERM") == "dumb":
        return False
    return stream.isatty or environ.get("GITHUB_ACTIONS") == "true"  # its log shows colours


def _width(stream: Stream, environ: Mapping[str, str]) -> int:
    asked = environ.get("COLUMNS", "")
    if asked.isascii() and asked.isdigit() and int(asked):
        return max(_NARROWEST, int(asked))
    if stream.isatty:
        return max(_NARROWEST, stream.columns or _WIDTH)
    return _LOG_WIDTH


def _shows_unicode(encoding: str | None) -> bool:
    try:
        codecs.encode("✓✗…", encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
