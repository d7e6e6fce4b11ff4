# SPDX-License-Identifier: Apache-2.0
"""The licence header that a repository asks for in its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.fixes import TextEdit
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._comments import SIGNS, Syntax, Written, below_docstring, first_offset, syntax_of, written
from noxkit.rules._source import SourceFile, TextFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["license_header"]

_LEGAL = re.compile(r"copyright\b|licen[sc]ed?\b|\bspdx-|©|\(c\)\s*\d{4}|all rights reserved", re.IGNORECASE)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b(?:\s*[-–,]\s*(?:(?:19|20)?\d\d\b|present\b))*", re.IGNORECASE)  # noqa: RUF001 -- ranges are written with a dash, too


@rule(code="NK-LICENSE-HEADER", scope=Scope.TEXT, since="1.0", fix=FixSafety.SAFE)
def license_header(file: TextFile) -> Iterator[Found]:
    """A file lacks the licence header that the configuration asks for, or has another one.

    # Why
    A file is copied without its repository. What it may be used for has to stand in it, in words that
    tools can read.

    # Fails
    ```toml pyproject.toml
    [tool.noxkit.license-header]
    text = "SPDX-License-Identifier: Apache-2.0"
    ```

    ```python src/acme/a.py
    #!/usr/bin/env python3
    # -*- coding: utf-8 -*-
    \"\"\"What acme is.\"\"\"
    ```

    ```sh run.sh
    #!/bin/sh
    exec "$@"
    ```

    Or in an altered spelling, or for another licence:

    ```toml pyproject.toml
    [tool.noxkit.license-header]
    text = "SPDX-License-Identifier: Apache-2.0"
    paths = ["src/**"]
    ```

    ```python src/acme/a.py
    # SPDX-Licence-Identifier: apache-2.0
    ```

    ```js src/acme/b.js
    /* SPDX-License-Identifier: MIT */
    ```

    # Passes
    ```toml pyproject.toml
    [tool.noxkit.license-header]
    text = "SPDX-License-Identifier: Apache-2.0"
    ```

    ```python src/acme/a.py
    #!/usr/bin/env python3
    # -*- coding: utf-8 -*-
    # SPDX-License-Identifier: Apache-2.0
    \"\"\"What acme is.\"\"\"
    ```

    ```sh run.sh
    #!/bin/sh
    # SPDX-License-Identifier: Apache-2.0

    exec "$@"
    ```

    Or in any comment before the code, and where no header is configured:

    ```toml pyproject.toml
    [tool.noxkit.license-header]
    text = "SPDX-License-Identifier: Apache-2.0"
    paths = ["src/**"]
    ```

    ```js src/acme/b.js
    /*
     * Copyright 2024 Acme
     * SPDX-License-Identifier: Apache-2.0
     */
    ```

    # Fix
    `nox -s fmt` and `nox -s fix` write the header as a comment in the language of the file: below a shebang, an
    encoding, or a declaration, and above a docstring. A header that differs from it by its year or by its spelling
    alone is replaced. One that says something else is shown, and never touched.

    # Options
    `text` and `paths` in `[tool.noxkit.license-header]`.

    # When to ignore
    For files under another licence, by `path` in `ignore`; vendored and generated files are left out.
    """
    if file.license_header is None:
        return
    header = [line.strip() for line in file.license_header.splitlines()]
    wanted = [_plain(line) for line in header if _plain(line)]
    syntax = syntax_of(file)
    there = written(file, syntax or Syntax("#"))
    if not wanted or _run(wanted, [_plain(each.text) for each in there]) is not None:
        return
    there += below_docstring(file)
    if _run(wanted, [_plain(each.text) for each in there]) is not None:
        return
    loose = _run([_loose(line) for line in wanted], [_loose(each.text) for each in there])
    legal = next((each for each in there if _LEGAL.search(each.text)), None)
    if loose is not None:
        yield _altered(file, there[loose : loose + len(wanted)], wanted)
    elif legal is not None:
        yield found(
            f"the licence header says something else: `{legal.text[:80]}`",
            hint=f"make it `{wanted[0]}` if that is right; it is left, since more than its year or spelling differs",
            at=file.place_at(legal.start, legal.end),
            display=True,
        )
    else:
        yield _absent(file, syntax, header, shown=wanted[0])


def _plain(line: str) -> str:
    return " ".join(line.strip(SIGNS).split())


def _loose(line: str) -> str:
    """What is left of a line besides years, case, punctuation and the two spellings of a word."""
    text = _YEARS.sub("0", line.lower().replace("©", "(c)").replace("licence", "license"))
    return re.sub(r"[^\w+]+", "", text)


def _run(wanted: Sequence[str], lines: Sequence[str]) -> int | None:
    """Where the lines of `wanted` follow one another in `lines`."""
    count = len(wanted)
    return next((at for at in range(len(lines) - count + 1) if lines[at : at + count] == wanted), None)


def _altered(file: TextFile, lines: Sequence[Written], wanted: Sequence[str]) -> Found:
    pairs = [(each, line) for each, line in zip(lines, wanted, strict=True) if _plain(each.text) != line]
    edits = [TextEdit(path=file.path, start=each.start, end=each.end, text=line) for each, line in pairs]
    first, right = pairs[0]
    can = all(_can_encode(file, line) for line in wanted)
    return found(
        f"the licence header is altered: `{first.text[:80]}`",
        hint=f"write `{right}`, as `nox -s fmt` does"
        if can
        else f"write `{right}`; the file's encoding lacks a character",
        at=file.place_at(first.start, first.end),
        safe=edits if can else (),
        display=not can,
    )


def _absent(file: TextFile, syntax: Syntax | None, header: Sequence[str], *, shown: str) -> Found:
    why = _unprovable(file, syntax, header)
    actions = [] if syntax is None or why is not None else [_insertion(file, syntax, header)]
    return found(
        "the licence header is missing",
        hint=f"begin it with a comment `{shown}`" + (", as `nox -s fmt` does" if why is None else f"; {why}"),
        at=file.place_at(min(first_offset(file, syntax or Syntax("#")), max(len(file.text) - 1, 0))),
        safe=actions,
        display=not actions,
    )


def _unprovable(file: TextFile, syntax: Syntax | None, header: Sequence[str]) -> str | None:
    """Why the header is not written into a file; None where it can be."""
    if syntax is None:
        return "noxkit does not write it, since it does not know how comments are written there"
    if not all(syntax.can_hold(line) for line in header):
        return "noxkit does not write it, since its text would not stay in a comment"
    if not all(_can_encode(file, line) for line in header):
        return "noxkit does not write it, since the file's encoding lacks a character"
    if file.path.endswith((".py", ".pyi")) and not isinstance(file, SourceFile):
        return "noxkit does not write it, since the file does not parse"
    if not isinstance(file, SourceFile) and file.decoded.encoding != "utf-8":
        return "noxkit does not write it, since the file's encoding is not known"
    return None


def _can_encode(file: TextFile, line: str) -> bool:
    try:
        line.encode(file.decoded.encoding)
    except UnicodeEncodeError:
        return False
    return True


def _insertion(file: TextFile, syntax: Syntax, header: Sequence[str]) -> TextEdit:
    """The header's comment, and a blank line behind it before anything but a docstring."""
    newline = file.decoded.newline
    at = first_offset(file, syntax)
    text = "".join(f"{line}{newline}" for line in syntax.render(header))
    if at and not file.text[:at].endswith(("\n", "\r")):
        text = newline + text
    follows = file.text[at:].split("\n", 1)[0].strip()
    if follows and not follows.startswith(('"', "'", 'r"', 'R"')):
        text += newline
    return TextEdit(path=file.path, start=at, end=at, text=text)
