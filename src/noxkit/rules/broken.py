# SPDX-License-Identifier: Apache-2.0
"""Files that no rule on source can read: what does not decode, and what does not parse."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._installed import is_template
from noxkit.rules._unwanted import is_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import UnreadableSourceError

__all__ = ["module_encoding_error", "module_syntax_error"]


_TEST = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_tests?|conftest|__init__)\.py")
_DATA = re.compile(
    r"(?i)(?:^|/)(?:[^/]*data|fixtures?|cases|snapshots?|golden|resources?|assets?|inputs?|corpus|[^/]*examples?(?:[_-][^/]*)?"
    r"|samples?|[^/]*templates?)/"
)


def _severity(broken: UnreadableSourceError) -> Severity | None:
    """An info for what may be meant to be broken: data of tests, examples and templates; their modules are not."""
    path = broken.place.path or ""
    is_test = _TEST.fullmatch(path) is not None and not _DATA.search(path)
    return Severity.INFO if is_template(path) or (is_sample(path) and not is_test) else None


@rule(code="NK-MODULE-SYNTAX-ERROR", scope=Scope.BROKEN, since="1.0", standard=True, always=True)
def module_syntax_error(broken: UnreadableSourceError) -> Iterator[Found]:
    """A Python file does not parse, so that no rule on source has looked at it.

    # Why
    A file that cannot be read cannot be imported, and a check that passed over it has not passed. So it is an error
    in every profile, and in each session that reads files. All other files are read all the same.

    For data of tests, for examples, documents and templates, which may be meant to be broken, it is an info in
    `strict`, and stands in the evidence of the task elsewhere. It is a warning where the Python that runs nox is older
    than what a package requires.

    # Fails
    ```python src/acme/broken.py
    def answer(:
        return 42
    ```

    # Passes
    ```python src/acme/whole.py
    def answer():
        return 42
    ```

    # Fix
    Mend the syntax. Where the file needs a newer Python than the one that runs nox, run nox with
    that one. There is no automatic fix.

    # Options
    None.

    # When to ignore
    For what is meant to be broken and lies elsewhere: by `path` in `ignore`.
    """
    if not broken.is_encoding:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        hint = "mend the syntax; if it is newer than that Python, run nox with a newer one"
        message = f"not read: Python {version} cannot parse it: {broken}"
        yield found(message, hint=hint, at=broken.place, severity=_severity(broken))


@rule(code="NK-MODULE-ENCODING-ERROR", scope=Scope.BROKEN, since="1.0", standard=True, always=True)
def module_encoding_error(broken: UnreadableSourceError) -> Iterator[Found]:
    """A Python file is not in the encoding that it declares, or in none that Python knows.

    # Why
    Python refuses to import it, and no rule on source can look at it. So it is an error in every profile, and for
    data of tests, examples and templates an info in `strict`. All other files are read all the same.

    # Fails
    ```python src/acme/unknown.py
    # coding: no-such-encoding
    NAME = "acme"
    ```

    # Passes
    ```python src/acme/latin.py
    # coding: latin-1
    NAME = "acme"
    ```

    # Fix
    Save the file as UTF-8, or correct its declaration (PEP 263). There is no automatic fix.

    # Options
    None.

    # When to ignore
    For what is meant to be broken and lies elsewhere: by `path` in `ignore`.
    """
    if broken.is_encoding:
        hint = "save it as UTF-8, or correct its `coding:` line"
        yield found(f"not read: {broken}", hint=hint, at=broken.place, severity=_severity(broken))
