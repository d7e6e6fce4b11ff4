# SPDX-License-Identifier: Apache-2.0
"""Showing values without what must not be shown: credentials and the user information of URLs."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Mapping as MappingABC
from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Redactor"]

_HIDDEN = "***"
_SHORTEST = 6  # characters: a shorter "secret" such as `1` or `true` would blot out innocent text
_LONGEST = 80  # characters of a value in a message
_WORDS = r"(?:token|secret|passwd|password|passphrase|api[-_]?key|access[-_]?key|private[-_]?key|credential)"
_USER_INFORMATION = re.compile(r"(?<=://)[^/\s?#]*@")
_ASSIGNED = re.compile(rf"(?i)([\w.-]*{_WORDS}[\w.-]*)(=|:\s+)\S+")
_NAMED_FLAG = re.compile(rf"(?i)--?[\w-]*{_WORDS}[\w-]*")
_SHAPED = re.compile(r"\b(?:gh[opsur]|github_pat|glpat|pypi|sk|xox[abp])[-_][A-Za-z0-9_-]{16,}")


class Redactor:
    """Hides the values of variables in `environ` whose names match `patterns`, and what looks like one."""

    def __init__(self, environ: Mapping[str, str], *, patterns: Sequence[str]) -> None:
        self._environ = environ
        self._patterns = patterns

    @functools.cached_property
    def _secrets(self) -> re.Pattern[str] | None:
        names = re.compile("|".join(fnmatch.translate(pattern) for pattern in self._patterns))
        found = {value for name, value in self._environ.items() if names.match(name) and len(value) >= _SHORTEST}
        return (
            re.compile("|".join(re.escape(value) for value in sorted(found, key=len, reverse=True))) if found else None
        )

    def text(self, text: str) -> str:
        """`text` with every secret in it hidden."""
        if self._secrets is not None:
            text = self._secrets.sub(_HIDDEN, text)
        text = _USER_INFORMATION.sub(f"{_HIDDEN}@", text)
        return _SHAPED.sub(_HIDDEN, _ASSIGNED.sub(rf"\1\2{_HIDDEN}", text))

    def value(self, value: object) -> object:
        """`value`, made of plain data, with every secret in its strings hidden."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, MappingABC):
            return {str(key): self.value(item) for key, item in cast("Mapping[object, object]", value).items()}
        if isinstance(value, list | tuple):
            return self._items(cast("Sequence[object]", value))
        return value

    def _items(self, items: Sequence[object]) -> list[object]:
        previous: Sequence[object] = [None, *items]
        return [
            _HIDDEN
            if isinstance(before, str) and isinstance(item, str) and _NAMED_FLAG.fullmatch(before)
            else self.value(item)
            for before, item in zip(previous, items, strict=False)
        ]

    def shown(self, value: object) -> str:
        """`value` for a message, in backticks and on one line: strings escaped, long ones cut."""
        if isinstance(value, bool):
            return f"`{str(value).lower()}`"
        if not isinstance(value, str):
            return f"`{value}`"
        safe = self.text(value).encode("utf-8", "backslashreplace").decode()
        text = msgspec.json.encode(safe if len(safe) <= _LONGEST else safe[:_LONGEST] + "…").decode()
        return f"`{text[1:-1]}`" if text.isprintable() and text[1:-1] else f"`{text.encode('unicode_escape').decode()}`"
