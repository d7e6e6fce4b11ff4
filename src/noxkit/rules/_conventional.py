# SPDX-License-Identifier: Apache-2.0
"""Conventional Commits 1.0.0: a message taken apart as a whole, and what is wrong with it.

https://www.conventionalcommits.org/en/v1.0.0/
"""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING

from noxkit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["Fault", "Footer", "Header", "Message", "faults_of"]

_HEADER = re.compile(r"(?P<type>[^\s():!]+)(?:\((?P<scope>[^()]*)\))?(?P<breaking>!)?:(?P<space>\s*)(?P<text>.*)")
_FOOTER = re.compile(r"(?P<token>BREAKING[ -]CHANGE|[A-Za-z][\w-]*)(?P<sign>: | #)(?P<value>.*)")
_BREAKING = re.compile(r"^[ \t]*(?P<token>breaking[ -]changes?)\b(?P<rest>.*)$", re.IGNORECASE)
_AUTOSQUASH = re.compile(r"(fixup|squash|amend)! ")
_REVERT = re.compile(r'(?:Revert|Reapply) "(.+)"')
_MERGE = re.compile(r"Merge (?:branch|branches|remote-tracking branch|tag|commit|pull request|[0-9a-f]{7,64}\b)")
_FORM = "write `type(scope): description`, such as `fix(parser): accept empty files`"


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, what to do about it, and the 1-based line of the message."""

    message: str
    hint: str
    line: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line, taken apart; `scope` is None where there is none."""

    type: str
    scope: str | None
    breaking: bool
    description: str
    spaced: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """A footer: its token, its value over all of its lines, and the 1-based line on which it begins."""

    token: str
    value: str
    line: int

    @property
    def breaking(self) -> bool:
        """Whether it announces a breaking change."""
        return self.token in {"BREAKING CHANGE", "BREAKING-CHANGE"}


class Message:
    """A message. Lines at its end that are empty do not count."""

    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").rstrip().split("\n")

    @property
    def subject(self) -> str:
        """The first line."""
        return self._lines[0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not any(line.strip() for line in self._lines)

    @property
    def is_merge(self) -> bool:
        """Whether it is one that git or a forge writes for a merge."""
        return _MERGE.match(self.subject) is not None

    @property
    def is_revert(self) -> bool:
        """Whether it is one that git writes for a revert."""
        return _REVERT.fullmatch(self.subject.strip()) is not None

    @functools.cached_property
    def header(self) -> Header | None:
        """The first line taken apart; None where it has another form."""
        match = _HEADER.fullmatch(self.subject)
        if match is None:
            return None
        return Header(
            type=match["type"],
            scope=match["scope"],
            breaking=match["breaking"] is not None,
            description=match["text"].strip(),
            spaced=match["space"] == " ",
        )

    @property
    def second_line(self) -> str:
        """The line that parts subject and body; empty where there is none."""
        return self._lines[1].strip() if len(self._lines) > 1 else ""

    @functools.cached_property
    def _footer_start(self) -> int:
        """The index of the first line of the footers: of a paragraph that begins with one, and is followed by such.

        A footer's value may go over several paragraphs, up to the next token.
        """
        start = len(self._lines)
        for number in range(len(self._lines) - 1, 0, -1):
            begins = number > 1 and not self._lines[number - 1].strip()
            if begins and _FOOTER.match(self._lines[number]):
                start = number
            elif begins and self._lines[number].strip() and not self._continues(number):
                break
        return start

    def _continues(self, number: int) -> bool:
        """Whether a paragraph can belong to the footer before it: only a breaking change has several."""
        before = [
            line for line in self._lines[1:number] if (match := _FOOTER.match(line)) and "BREAK" in match["token"]
        ]
        return bool(before)

    @functools.cached_property
    def footers(self) -> tuple[Footer, ...]:
        """All footers, those of several lines as one."""
        found: list[tuple[str, list[str], int]] = []
        for number, line in enumerate(self._lines[self._footer_start :], self._footer_start + 1):
            match = _FOOTER.match(line)
            if match is not None:
                value = match["value"] if match["sign"] == ": " else f"#{match['value']}"
                found.append((match["token"], [value], number))
            elif found:
                found[-1][1].append(line)
        return tuple(Footer(token=token, value="\n".join(lines).strip(), line=line) for token, lines, line in found)

    @property
    def body(self) -> str:
        """What stands between subject and footers."""
        return "\n".join(self._lines[1 : self._footer_start]).strip()

    @property
    def breaking(self) -> bool:
        """Whether it announces a breaking change, in its subject or in a footer."""
        if self.header is not None and self.header.breaking:
            return True
        return any("BREAKING" in line for line in self._lines) and any(footer.breaking for footer in self.footers)

    def numbered(self) -> Iterator[tuple[int, str]]:
        """The lines below the subject with their 1-based numbers."""
        return enumerate(self._lines[1:], 2)


def faults_of(
    message: Message, *, types: Sequence[str], scopes: Collection[str] = (), require_scope: bool = False
) -> Iterator[Fault]:
    """Everything that is wrong with a message; nothing is with that of a merge, or a revert as git writes it."""
    if message.is_empty:
        yield Fault("the message is empty", _FORM)
    elif _AUTOSQUASH.match(message.subject):
        kind = message.subject.partition("!")[0]
        yield Fault(f"a `{kind}!` commit is left", "join it with its own by `git rebase -i --autosquash`")
    elif not message.is_merge and not message.is_revert:
        yield from _header_faults(message, types, scopes, require_scope=require_scope)
        yield from _body_faults(message)


def _header_faults(
    message: Message, types: Sequence[str], scopes: Collection[str], *, require_scope: bool
) -> Iterator[Fault]:
    header = message.header
    if header is None:
        yield Fault(f"`{message.subject[:72]}` has no type", _FORM)
        return
    known = {each.lower() for each in types}
    if header.type.lower() not in known:
        yield Fault(
            f"`{header.type}` is not a type of this repository", did_you_mean(header.type.lower(), types, kind="types")
        )
    if not header.description:
        yield Fault("there is no description behind the colon", _FORM)
    elif not header.spaced:
        yield Fault("between colon and description stands not one space", _FORM)
    yield from _scope_faults(header, scopes, require_scope=require_scope)


def _scope_faults(header: Header, scopes: Collection[str], *, require_scope: bool) -> Iterator[Fault]:
    if header.scope is None:
        if require_scope:
            listed = f"; the scopes are: {', '.join(scopes)}" if scopes else ""
            yield Fault("there is no scope", f"write `{header.type}(scope): …`{listed}")
    elif not header.scope.strip():
        yield Fault("the scope is empty", f"name the scope, or write `{header.type}: …`")
    elif scopes:
        for scope in re.split(r"\s*[,/]\s*", header.scope.strip()) if header.scope not in scopes else ():
            if scope not in scopes:
                yield Fault(f"`{scope}` is not a scope of this repository", did_you_mean(scope, scopes, kind="scopes"))


def _body_faults(message: Message) -> Iterator[Fault]:
    if message.second_line:
        yield Fault("no empty line parts the subject from the body", "leave the second line empty", 2)
    read = {footer.line for footer in message.footers if footer.breaking}
    for footer in message.footers:
        if footer.breaking and not footer.value:
            yield Fault(f"`{footer.token}` says nothing", "say behind the colon what breaks", footer.line)
    for number, line in message.numbered():
        match = _BREAKING.match(line)
        if match is not None and number not in read and _is_meant(match):
            hint = "begin a paragraph at the end with `BREAKING CHANGE: `, in capitals"
            yield Fault(
                f"`{match['token']}` is no footer here, so nothing takes it for a breaking change", hint, number
            )


def _is_meant(match: re.Match[str]) -> bool:
    """Whether a line that begins with these words announces a change, and is not a sentence about one."""
    rest = match["rest"].lstrip()
    return rest.startswith((":", "#", "- ")) or (match["token"].isupper() and not rest)
