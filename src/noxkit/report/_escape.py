# SPDX-License-Identifier: Apache-2.0
"""Text of others made harmless: what would steer a terminal, an eye or a CI runner is made visible."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["guard_lines", "one_line", "visible", "visible_character"]

_JOINERS = "\u200c\u200d"  # part of Persian words and of emoji; they neither hide nor turn text
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# A GitHub runner obeys `::` at the start of a line, after white space too, and `##[` anywhere in it.
_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
_OLD_COMMAND = re.compile(r"##\[")


def visible_character(character: str) -> str:
    """The character, or its escape (`\\x1b`, `\\u202e`) where it is a control, format or surrogate one."""
    if character in _JOINERS or unicodedata.category(character) not in _HIDDEN:
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def visible(text: str) -> str:
    """`text` with its line ends as newlines, tabs as spaces, and every hidden character as an escape."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(character if character == "\n" else visible_character(character) for character in text)


def one_line(text: str) -> str:
    """The same on one line: line ends and the space around them become one space."""
    if text.isprintable():
        return text.strip()
    return " ".join(part.strip() for part in visible(text).split("\n") if part.strip())


def guard_lines(text: str) -> str:
    """`text` without anything that a CI runner would take for a command when it is printed."""
    return _OLD_COMMAND.sub(r"##\\[", _COMMAND.sub(r"\1: :", text))
