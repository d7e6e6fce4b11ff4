# SPDX-License-Identifier: Apache-2.0
"""Reading what tools print: strictly where it is data, cleaned where it is text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from noxkit.tools._base import UnparseableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noxkit.tasks.process import Completed

__all__ = ["clean", "decode", "decode_lines", "failure", "last_count", "lines_of", "text_of"]

_T = TypeVar("_T")

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/@\s]+@", re.IGNORECASE)
_REASON = re.compile(r"^\s*(?:error|ERROR|cause|Cause|fatal)\b:?\s*(?P<reason>.+)$")


def decode(data: bytes, kind: type[_T], *, tool: str) -> _T:
    """`data` as JSON of the shape `kind`. Raises UnparseableError with what was found instead."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnparseableError(f"what {tool} printed is not its JSON ({error})") from error


def decode_lines(lines: Iterable[bytes], decoder: msgspec.json.Decoder[_T], *, tool: str) -> list[_T]:
    """Every line as JSON of the decoder's shape. Raises UnparseableError with what was found instead."""
    try:
        return [decoder.decode(line) for line in lines]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnparseableError(f"what {tool} printed is not its JSON ({error})") from error


def text_of(data: bytes) -> str:
    """`data` as text, whatever it holds, with the line ends of any platform as newlines."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def lines_of(data: bytes) -> list[str]:
    """The lines of `data` that are not blank, without trailing white space."""
    return [line.rstrip() for line in text_of(data).split("\n") if line.strip()]


def clean(message: str) -> str:
    """`message` on one line, its further lines behind `; `, without escapes, control characters and user names."""
    visible = _USER.sub(r"\1", _CONTROLS.sub("", _ESCAPES.sub("", message.replace("\r\n", "\n"))))
    parts = (" ".join(line.split()) for line in visible.split("\n"))
    return "; ".join(part.rstrip(";") for part in parts if part)


def failure(completed: Completed, *, without: str = r"$^") -> str:
    """What a tool said of its own failure: the lines that are marked as such, else the first one.

    `without` is a pattern of lines to leave out, such as a log.
    """
    said = [line for line in lines_of(completed.stderr) + lines_of(completed.stdout) if not re.match(without, line)]
    marked = [match["reason"] for line in said if (match := _REASON.match(line))]
    return clean("; ".join(marked[:3]) or next(iter(said), "it printed nothing"))[:400]


def last_count(pattern: re.Pattern[str], text: str) -> int | None:
    """The number in the first group of the last match of `pattern`, or None where nothing matches."""
    found: list[str] = pattern.findall(text)
    return int(found[-1].replace(",", "")) if found else None
