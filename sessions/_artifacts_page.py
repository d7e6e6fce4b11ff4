# SPDX-License-Identifier: Apache-2.0
"""The generated page of codes about built files: what fires each, and what looks alike and does not.

Both come from the examples that tests run: those of the rules' pages (tests/test_contract_rules.py, and
tests/engine/test_build.py for builds), and those in words (tests/docs/test_artifacts.py).
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from typing import TYPE_CHECKING, Any

from noxkit.engine._contents import ARTIFACT_SCOPES
from noxkit.rules import load_families, load_rules
from noxkit.rules._base import Rule, Scope
from noxkit.tools import load_tools
from noxkit.tools._codes import BUILT_EXAMPLES, TOOL_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["HEAD", "LEAD", "Example", "artifact_rows", "artifact_rules", "shown_examples"]

LEAD = """\
# Codes about built files

What fires each code about a wheel, a source distribution, or the build that makes them, and what looks alike and
does not. Of recipes of files, the lines are shown in which the one differs from the other; what a recipe does not say
is as in a healthy file. A test runs each example; the code's own page has all of them, whole.
"""
HEAD = ("code", "fires on", "silent on")

# They read the configuration of the build, and so foretell what will be in its files.
_FAMILIES = frozenset({"hatch", "project_schema"})
_SCOPES = (*sorted(ARTIFACT_SCOPES, key=list(Scope).index), Scope.BUILD, Scope.REHEARSAL)
_FENCE = re.compile(r"^```\w* (?P<path>\S+(?: \+x)?)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_OR = re.compile(r"(?:^|(?<=\. ))Or\b", re.MULTILINE)
_TABLE = re.compile(r"\s*\[[^\[\]=]+\]\s*$")
_WIDTH = 100  # of the lines that are shown of one file
_END = 30  # of these, where they are cut in the middle
_FILES = 2  # of which lines are shown


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example: the words that lead to it, perhaps none, and its files by path, which one in words has not."""

    words: str
    files: dict[str, str]


def artifact_rules() -> dict[str, Rule[Any]]:
    """The source of each code of a rule about built files that is seen first: in a file, else in a build or tree."""
    found: dict[str, Rule[Any]] = {}
    every = [rule for family in load_families().values() for rule in family.values()]
    for rule in sorted(every, key=_order):
        if rule.scope in _SCOPES or rule.info.family in _FAMILIES:
            found.setdefault(rule.info.code, rule)
    return found


def _order(rule: Rule[Any]) -> tuple[int, bool]:
    return (_SCOPES.index(rule.scope) if rule.scope in _SCOPES else len(_SCOPES), rule.secondary)


def artifact_rows() -> list[list[str]]:
    """A row for each code: its link, what it fires on, what it is silent on.

    Raises ValueError for a rule, and KeyError for a tool's code, without an example of either.
    """
    known, tools = load_rules(), load_tools()
    rows = {
        code: [f"[`{code}`](rules/{known[code].family}.md#{code.lower()})", *_cells(rule)]
        for code, rule in artifact_rules().items()
    }
    for code, (task, _) in TOOL_CODES.items():
        if tools[task.strip("`")].reads_built:
            rows[code] = [f"[`{code}`](codes.md#findings-that-a-tool-brings)", *BUILT_EXAMPLES[code]]
    return [row for _, row in sorted(rows.items())]


def shown_examples(page: str, section: str) -> list[Example]:
    """The examples of a section of a page, such as `Fails`, in its order."""
    hidden = _FENCE.sub(lambda found: "\0" * len(found[0]), page)  # files hold lines that look like these, too
    part = re.search(rf"^# {section}\n(?P<text>.*?)(?=^# |\Z)", hidden, re.MULTILINE | re.DOTALL)
    if part is None:
        return []
    first, last = part.span("text")
    starts = [first, *(first + found.start() for found in _OR.finditer(part["text"])), last]
    return [each for start, end in itertools.pairwise(starts) for each in _example(page[start:end])]


def _example(text: str) -> Iterator[Example]:
    files = {found["path"]: found["text"] for found in _FENCE.finditer(text)}
    words = " ".join(_FENCE.sub("", text).split()).removeprefix("Or").strip(" ,:.")
    if files or words:
        yield Example(words=words, files=files)


def _cells(rule: Rule[Any]) -> list[str]:
    fails, passes = (shown_examples(rule.info.page, section) for section in ("Fails", "Passes"))
    if not fails or not passes:
        raise ValueError(f"{rule.info.code} has no example that fails, or none that passes")
    return [_cell(fails, passes[0], whole=True), _cell(passes, fails[0])]


def _cell(examples: Sequence[Example], other: Example, *, whole: bool = False) -> str:
    first, *more = examples
    words = first.words or _described(first.files, other.files, whole=whole)
    said = "; or ".join([f"{words[:1].upper()}{words[1:]}", *(each.words for each in more if each.words)])
    return f"{said} ({len(examples)} examples)" if more else said


def _described(files: dict[str, str], other: dict[str, str], *, whole: bool) -> str:
    """The lines of files that those of the other example have not; else, what these have not."""
    told = _differing(files, other)
    if told:
        return told
    if not whole and not any(text.strip() for text in files.values()):
        return f"a healthy {' and '.join(_code(path) for path in files)}"
    changed = {path: text for path, text in files.items() if whole and other.get(path, text) != text}
    return f"{_differing(changed, {}) or 'the same'}, without {_differing(other, files)}"


def _differing(files: dict[str, str], other: dict[str, str]) -> str:
    own = {path: _own(text, other.get(path, "")) for path, text in files.items()}
    told = [f"{_code(path)}: {_code(lines)}" for path, lines in own.items() if lines]
    told += [_code(path) for path, lines in own.items() if not lines and path not in other]
    left = len(told) - _FILES
    return ", ".join(told[:_FILES]) + (f" and {left} more" if left > 0 else "")


def _own(text: str, other: str) -> str:
    """The lines that the other text has not, joined, without the names of tables of which none is left."""
    seen = {line.strip() for line in other.splitlines() if not _TABLE.match(line)}
    lines = [line for line in map(str.strip, text.splitlines()) if line and line not in seen]
    nexts = [*lines[1:], "[x]"]
    joined = " ".join(
        line for line, after in zip(lines, nexts, strict=False) if not (_TABLE.match(line) and _TABLE.match(after))
    )
    return joined if len(joined) <= _WIDTH else f"{joined[: _WIDTH - _END].rstrip()} … {joined[-_END:].lstrip()}"


def _code(text: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"
