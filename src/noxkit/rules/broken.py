# SPDX-License-Identifier: Apache-2.0
"""Files that no rule on source can read: what does not decode, and what does not parse."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import UnreadableSourceError

__all__ = ["module_encoding_error", "module_syntax_error"]


@rule(code="NK-MODULE-SYNTAX-ERROR", scope=Scope.BROKEN, since="1.0")
def module_syntax_error(broken: UnreadableSourceError) -> Iterator[Found]:
    """A Python file does not parse, so that no rule on source has looked at it.

    # Why
    A file that cannot be read cannot be imported, and a check that passed over it has not passed.
    All other files are read all the same.

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
    For test data that is meant to be broken, and for templates: by `path` in `ignore`.
    """
    if not broken.is_encoding:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        hint = "mend the syntax; if it is newer than that Python, run nox with a newer one"
        yield found(f"not read: Python {version} cannot parse it: {broken}", hint=hint, at=broken.place)


@rule(code="NK-MODULE-ENCODING-ERROR", scope=Scope.BROKEN, since="1.0")
def module_encoding_error(broken: UnreadableSourceError) -> Iterator[Found]:
    """A Python file is not in the encoding that it declares, or in none that Python knows.

    # Why
    Python refuses to import it, and no rule on source can look at it. All other files are read all the same.

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
    For test data that is meant to be broken: by `path` in `ignore`.
    """
    if broken.is_encoding:
        yield found(f"not read: {broken}", hint="save it as UTF-8, or correct its `coding:` line", at=broken.place)
