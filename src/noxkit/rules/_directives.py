# SPDX-License-Identifier: Apache-2.0
"""Comments that have a linter or a type checker keep quiet: what each says, and the reason behind it."""

from __future__ import annotations

import ast
import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import Comment, SourceFile

__all__ = ["Directive", "directives"]

# Not behind a quote: there it is spoken of. mypy's may follow other settings of the same comment.
_DIRECTIVE = re.compile(
    r"""(?<![`'"\w])\#+\s*(?P<whole>
      (?P<checker>type|pyright|pyrefly|ty):\s*ignore(?:
          (?P<errors>-errors)(?!\w) | (?!\w)(?:\s*\[(?P<rules>[^\]\#]*)\])? )
    | (?P<mypy>mypy):[^\#]*?\bignore[-_]errors\b(?!\s*=\s*[Ff]alse)
    | (?P<range>ruff):\s*(?:disable|ignore|file-ignore)\s*\[(?P<named>[^\]\#]*)\]
    | (?:(?P<file>ruff|flake8)\s*:\s*)?(?i:noqa)(?![\w-])
      (?:\s*:\s*(?P<codes>[A-Za-z]+[0-9]+(?![A-Za-z0-9])(?:(?:\s*,\s*[A-Za-z]+|\s+[A-Z]+)[0-9]+(?![A-Za-z0-9]))*))?
    )""",
    re.VERBOSE,
)
_LIKELY = re.compile(r"#\s*(?:type|pyright|pyrefly|ty|mypy|ruff)\s*:|noqa", re.IGNORECASE)
# Other tools' comments are no reason, but what stands behind a dash in one of a linter is.
_OTHERS = re.compile(
    r"""\#?\s*\b(?:
      (?:pragma|fmt|isort|yapf|spellchecker|noxkit)\b[^\#]*
      | (?:pylint|nosec|nosonar)\b[^\#]*?(?=\s(?:--?|[\u2013\u2014])\s|\#|$)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_REASON = re.compile(r"[^\W\d_]{2,}|#\d+")
_OF_COMMENTS = re.compile(r"E501|W505|E26\d|W29\d|ERA001|RUF003|TD\d+|FIX\d+", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One of them.

    `text` is how it is written, without `#`; `codes` are those that it names; `start` and `end` are 0-based
    columns. `of_file` holds for a whole file; `linter` for what goes by `noqa` instead of brackets.
    """

    line: int
    start: int
    end: int
    text: str
    codes: tuple[str, ...]
    has_reason: bool
    of_file: bool
    linter: bool


def directives(source: SourceFile) -> Iterator[Directive]:
    """All of a file, in order."""
    if not _LIKELY.search(source.text):
        return
    for comment in source.comments:
        if _LIKELY.search(comment.text):
            alone = not source.lines[comment.line - 1][: comment.column].strip()
            yield from _in_comment(comment, alone=alone)


def _in_comment(comment: Comment, *, alone: bool) -> Iterator[Directive]:
    found = list(_DIRECTIVE.finditer(comment.text))
    if alone and found and found[0].start():
        found = [match for match in found if _is_about_comment(match)]
    for number, match in enumerate(found):
        ends = [each.end() for each in found[number:]]
        starts = [*(each.start() for each in found[number + 1 :]), len(comment.text)]
        rest = "".join(comment.text[end:start] for end, start in zip(ends, starts, strict=True))
        codes = match["rules"] or match["named"] or match["codes"] or ""
        yield Directive(
            line=comment.line,
            start=comment.column + match.start(),
            end=comment.column + match.end(),
            text=" ".join(match["whole"].split()),
            codes=_split(codes),
            has_reason=_REASON.search(_OTHERS.sub("", rest)) is not None,
            of_file=bool(match["file"] or match["mypy"] or match["errors"]) or "file-ignore" in match["whole"],
            linter=match["checker"] is None and match["mypy"] is None,
        )


def _split(codes: str) -> tuple[str, ...]:
    return tuple(code for code in re.split(r"[\s,]+", codes) if code)


def _is_about_comment(match: re.Match[str]) -> bool:
    """Whether a directive behind other text, on a line without code, keeps a linter quiet about that text.

    In the midst of prose it is spoken of; behind code that is commented out it is a part of that.
    """
    before, behind = match.string[: match.start()], match.string[match.end() :]
    if match["checker"] or match["mypy"] or behind.strip():
        return False
    codes = _split(match["named"] or match["codes"] or "")
    return any(map(_OF_COMMENTS.fullmatch, codes)) if codes else not _is_code(before)


def _is_code(comment: str) -> bool:
    try:
        ast.parse(comment.lstrip("# \t"))
    except (SyntaxError, ValueError):
        return False
    return True
