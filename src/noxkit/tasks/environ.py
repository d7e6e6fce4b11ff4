# SPDX-License-Identifier: Apache-2.0
"""The environment of processes: the only reader of `os.environ`, and what must not leave it."""

from __future__ import annotations

import fnmatch
import functools
import os
import re
from typing import TYPE_CHECKING

from noxkit.tasks import _posix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "HIDDEN",
    "changed",
    "current",
    "difference",
    "home",
    "is_ci",
    "is_credential",
    "scrub",
    "strip_user_information",
]

HIDDEN = "(hidden)"
"""What stands in the place of a credential's value."""

# Everything between the scheme and the last @ before the path. The literal comes first, so that a
# long line without a URL is searched once and not once per character.
_USER_INFORMATION = re.compile(r"""://[^/\s?#"'<>]*@""")


def current() -> dict[str, str]:
    """A copy of noxkit's own environment."""
    return dict(os.environ)


def is_ci(environ: Mapping[str, str]) -> bool:
    """Whether `CI` is set, and not to what means no."""
    return environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def home(environ: Mapping[str, str]) -> str | None:
    """The user's home folder: HOME, else what the system knows; None where nobody knows one."""
    return environ.get("HOME") or _posix.home_of_user()


def changed(base: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """`base` with the changes; a value of None removes the variable."""
    both = {**base, **changes}
    return {name: value for name, value in both.items() if value is not None}


def is_credential(name: str, patterns: Sequence[str]) -> bool:
    """Whether a variable's name matches one of the patterns."""
    return _matcher(tuple(patterns)).match(name.upper()) is not None


def scrub(environ: Mapping[str, str], *, credentials: Sequence[str], keep: Sequence[str] = ()) -> dict[str, str]:
    """The environment for project code: without credentials, but with those that `keep` names exactly."""
    return {name: value for name, value in environ.items() if name in keep or not is_credential(name, credentials)}


def difference(base: Mapping[str, str], actual: Mapping[str, str], patterns: Sequence[str]) -> dict[str, str | None]:
    """What `actual` adds to `base` or changes in it, and as None what it lacks.

    A credential's value is `HIDDEN`, and URLs are without user information. Sorted by name.
    """
    found: dict[str, str | None] = {name: None for name in base if name not in actual}
    for name, value in actual.items():
        if base.get(name) != value:
            found[name] = HIDDEN if is_credential(name, patterns) else strip_user_information(value)
    return dict(sorted(found.items()))


def strip_user_information(text: str) -> str:
    """`text` with every URL in it freed of user name and password (`https://u:p@host` becomes `https://host`)."""
    return _USER_INFORMATION.sub("://", text)


@functools.lru_cache(maxsize=16)
def _matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern.upper()) for pattern in patterns) or r"(?!)")
