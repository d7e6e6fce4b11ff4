# SPDX-License-Identifier: Apache-2.0
"""What builders and build backends print: the reason of a failure, and the warnings that are worth reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["clean_lines", "failure_reason", "failure_tail", "is_network", "missing_requirement", "warnings_in"]

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FRAME = " \u00d7\u2570\u2500\u25b6\u2502\u251c\u256d\t"
_SITE = re.compile(r"(?:/[^\s/:'\"]+)+/(site-packages|lib/python3\.\d+)/")
_LONGEST = 300
_TAIL = 8

# What a builder says around the backend's own words.
_AROUND = re.compile(
    r"""
    Building\ (?:source\ distribution|wheel|sdist).*\.\.\. | Successfully\ built .* | \*\ .*
    | (?:error:\ )?Failed\ to\ build\ .* | (?:Caused\ by|cause):\ (?:The\ build\ backend\ returned|Call\ to\ ).*
    | (?:The\ build\ backend\ returned|Call\ to\ `).* | hint:\ .* | \[std(?:out|err)\]
    | ERROR\ Backend\ subprocess\ exited.* | [\^~\s]+ | Traceback\ \(most\ recent\ call\ last\):
    | (?:During\ handling\ of\ the\ above|The\ above\ exception\ was).*
    """,
    re.VERBOSE,
)
_STACK = re.compile(r'  File "[^"]*", line \d+')
_RAISED = re.compile(r"(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Exit|Warning|Interrupt)(?:: .*)?")
_NETWORK = re.compile(
    r"""
    dns\ error | error\ sending\ request | Could\ not\ connect | client\ error\ \(Connect\) | network\ was\ disabled
    | tcp\ connect\ error | operation\ timed\ out | Temporary\ failure\ in\ name\ resolution
    | Name\ or\ service\ not\ known | nodename\ nor\ servname | No\ address\ associated | Network\ is\ unreachable
    | Connection\ (?:refused|reset|aborted) | Max\ retries\ exceeded | Failed\ to\ establish\ a\ new\ connection
    | HTTP\ status\ server\ error | 50[234]\ (?:Server|Service|Bad|Gateway) | getaddrinfo\ failed
    | Could\ not\ resolve\ host
    """,
    re.VERBOSE,
)
_REQUIREMENTS = re.compile(
    r"Failed to (?:resolve|install) requirements from|No solution found when resolving"
    r"|Could not find a version that satisfies|No matching distribution found"
)


def clean_lines(output: bytes, hidden: Sequence[tuple[str, str]] = ()) -> list[str]:
    """The lines of an output without colours, frames and progress; `hidden` are texts to replace, such as folders."""
    text = output.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    for old, new in hidden:
        text = text.replace(old, new)
    lines = (_SITE.sub(r"\1/", _CONTROL.sub("", line)).rstrip(_FRAME) for line in text.splitlines())
    return [line for line in lines if line.strip(_FRAME)]


def failure_tail(lines: Sequence[str]) -> tuple[str, ...]:
    """The last lines that say something, without what the builder says around them, and without stack frames."""
    said = [line.strip(_FRAME)[:_LONGEST] for line in _without_frames(lines)]
    return tuple([line for line in said if not _AROUND.fullmatch(line)][-_TAIL:])


def _without_frames(lines: Sequence[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        inside = bool(_STACK.match(line)) or (inside and line.startswith("    "))
        if not inside:
            yield line


def failure_reason(lines: Sequence[str]) -> str:
    """Why a build failed, in one line: the last exception, else the last line, else the builder's own error."""
    tail = failure_tail(lines)
    if missing_requirement(lines):
        said = [line.strip(_FRAME) for line in lines if _REQUIREMENTS.search(line) or "Because " in line]
        return " ".join(line.removeprefix("cause: ").removeprefix("error: ") for line in said[-2:])[:_LONGEST]
    raised = [line for line in tail if _RAISED.fullmatch(line)]
    return (raised or list(tail) or ["the build backend said nothing"])[-1]


def missing_requirement(lines: Sequence[str]) -> bool:
    """Whether what the build needs could not be installed."""
    return any(_REQUIREMENTS.search(line) for line in lines)


def is_network(lines: Sequence[str]) -> bool:
    """Whether it was the network that was not there: in the builder's own words, or in those of the last exception."""
    own = [
        line for line in lines if line.lstrip(_FRAME).startswith(("cause:", "Caused by:", "error:", "hint: Packages"))
    ]
    if any(_NETWORK.search(line) for line in own):
        return True
    return bool(_NETWORK.search(failure_reason(lines))) or (
        missing_requirement(lines) and any(_NETWORK.search(line) for line in lines)
    )


# A warning of Python's: `path:12: SomeWarning: text`, and those classes of setuptools that are not named so.
_PYTHON = re.compile(
    r"(?P<place>[^:\s][^:]*):\d+: (?P<kind>\w*Warning|_Missing\w+|_Would\w+|_Deprecated\w+|Invalid\w+): (?P<text>.*)"
)
# Of these, those that a library's own code earns are for its authors, and so are those of an interpreter's.
_INNER = frozenset(
    """
    DeprecationWarning PendingDeprecationWarning ImportWarning ResourceWarning SyntaxWarning EncodingWarning
    RuntimeWarning BytesWarning UnicodeWarning
    """.split()  # noqa: SIM905 -- a column of names
)
_PLAIN = re.compile(r"(?i:warning|deprecated|deprecation|warn)(?:\s*:|\])\s*(?P<text>\S.*)")
# A plain line counts where it is about the configuration, or about what will be refused.
_ABOUT = re.compile(
    r"""
    deprecat | will\ be\ (?:removed|an\ error) | no\ longer | pyproject | setup\.(?:py|cfg) | MANIFEST
    | `(?:build[_-]system|project|tool)\b | licen[cs]e | classifier
    | no\ (?:files|directories)\ found\ matching\ '(?!.*(?:\.py\[|__pycache__|\.pyc|\.so|\.orig|\.DS_Store))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DUE = re.compile(r"By (\d{4}-\w{3}-\d{1,2}), you need to update your project")


def warnings_in(lines: Sequence[str]) -> list[str]:
    """Warnings about the configuration and about what will be refused one day, cleaned, each once."""
    return list(dict.fromkeys(_warnings(lines)))


def _warnings(lines: Sequence[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        stripped = line.strip()
        python = _PYTHON.fullmatch(stripped)
        if python is not None:
            inner = python["kind"] in _INNER and (
                "site-packages/" in python["place"] or "lib/python3" in python["place"]
            )
            if not inner:
                yield f"{python['text']}{_due(lines[index + 1 :])}".strip()[:_LONGEST]
            continue
        plain = _PLAIN.match(stripped)
        if plain is not None and _ABOUT.search(plain["text"]):
            yield plain["text"][:_LONGEST]


def _due(lines: Sequence[str]) -> str:
    """The day from which setuptools will refuse it, out of the box below a warning of its."""
    if not lines or lines[0].strip() != "!!":
        return ""
    for line in lines[1:30]:
        if line.strip() == "!!":
            return ""
        due = _DUE.search(line)
        if due is not None:
            return f" (to be mended by {due[1]})"
    return ""
