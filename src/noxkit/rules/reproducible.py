# SPDX-License-Identifier: Apache-2.0
"""Whether a second build gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._builds import Cause, first_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._builds import BuildFacts, Difference, Round

__all__ = ["repro_sdist", "repro_wheel"]


@rule(
    code="NK-REPRO-WHEEL",
    scope=Scope.BUILD,
    since="1.0",
    standard=True,
    fix=FixSafety.DISPLAY,
)
def repro_wheel(facts: BuildFacts) -> Iterator[Found]:
    """The wheel of a second build, in another folder and at another time, has other bytes.

    # Why
    Only a build that anybody can repeat proves that a file comes from its sources. The second build has another folder,
    other times of the files, another PYTHONHASHSEED and another umask; the sources are the same. An error where what is
    in the files, or which there are, or their order differs; a warning where it is only their times and modes, which
    setuptools and flit store as they find them.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["flit_core"]
    build-backend = "flit_core.buildapi"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    description = "A demo."
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["flit_core"]
    build-backend = "flit_core.buildapi"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    description = "A demo."

    [tool.noxkit.build]
    source-date-epoch = "1700000000"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Fix
    Where SOURCE_DATE_EPOCH mends it, the hint says so: set `source-date-epoch = "commit"` in `[tool.noxkit.build]`, or
    the variable where the release is built. Else sort what is unordered, and keep paths and times out of what is
    generated.

    # Options
    `reproducible` and `source-date-epoch` of `[tool.noxkit.build]`.

    # When to ignore
    For native code whose compiler is not reproducible: `reproducible = false` builds once only.
    """
    if facts.wheels is not None:
        yield from _not_repeated(facts, facts.wheels, what="wheel")


@rule(
    code="NK-REPRO-SDIST",
    scope=Scope.BUILD,
    since="1.0",
    standard=True,
    fix=FixSafety.DISPLAY,
)
def repro_sdist(facts: BuildFacts) -> Iterator[Found]:
    """The sdist of a second build, in another folder and at another time, has other bytes.

    # Why
    Only a build that anybody can repeat proves that a file comes from its sources. The second build has another folder,
    other times of the files, another PYTHONHASHSEED and another umask; the sources are the same. An error where what is
    in the files, or which there are, or their order differs; a warning where it is only their times and modes, which
    setuptools and flit store as they find them.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "demo"
    version = "1.0"
    requires-python = ">=3.10"
    ```
    ```python src/demo/__init__.py
    \"\"\"Demo.\"\"\"
    ```

    # Fix
    Where SOURCE_DATE_EPOCH mends it, the hint says so. setuptools stores times and modes as it finds them: build under
    the same umask, or with a backend that stores neither (hatchling, poetry-core, uv_build).

    # Options
    `reproducible` and `source-date-epoch` of `[tool.noxkit.build]`.

    # When to ignore
    Where only the wheel is meant to be repeatable.
    """
    if facts.sdists is not None:
        yield from _not_repeated(facts, facts.sdists, what="sdist")


def _not_repeated(facts: BuildFacts, pair: Round, *, what: str) -> Iterator[Found]:
    if pair.failure is not None:
        message = f"a second build of the {what}, in another folder, fails: {pair.failure.reason}"
        hint = "let the build not depend on where it is run, on file times, or on the umask"
        yield found(message, hint=hint, at=facts.at(pair.first))
    elif pair.second is not None:
        difference = first_difference(pair.first, pair.second, fixed_time=pair.fixed_time)
        if difference is not None:
            yield _different(facts, pair, difference, what)


def _different(facts: BuildFacts, pair: Round, difference: Difference, what: str) -> Found:
    name = f"`{difference.member}`" if difference.member else f"the {what} itself"
    more = f", and {difference.count - 1} more entries differ" if difference.count > 1 else ""
    message = f"a second build gives another {what} ({difference.cause.value}): {name} {difference.text}{more}"
    severity = Severity.WARNING if difference.is_outward else None
    at = facts.at(pair.first, difference.member)
    return found(message, hint=_how(pair, difference), at=at, severity=severity, display=True)


_TIMELY = frozenset({Cause.TIME, Cause.CONTENT, Cause.MISSING, Cause.HEADER})
_MEND = {
    Cause.PATH: "write paths relative to the project",
    Cause.ORDER: "sort what is collected before it is written: neither folders nor sets have an order",
    Cause.MODE: "the modes of its files are those that the umask gave them: build each release under the same umask "
    "(`umask 022`), in a fresh checkout; hatchling, flit, poetry-core and uv_build store none of that",
    Cause.OWNER: "use a backend that does not store owners (hatchling, flit, poetry-core, uv_build)",
    Cause.MISSING: "find out what the build reads from its surroundings",
    Cause.CONTENT: "sort what is generated, and keep times and random values out of it",
    Cause.TIME: "use a backend that does not store times (hatchling, poetry-core, uv_build)",
    Cause.HEADER: "use a current version of the backend",
}


def _how(pair: Round, difference: Difference) -> str:
    if pair.mended:
        return (
            'set `source-date-epoch = "commit"` in [tool.noxkit.build], or SOURCE_DATE_EPOCH: '
            "with it both builds give the same bytes"
        )
    worst = next((cause for cause in _MEND if cause in difference.causes and cause not in _TIMELY), difference.cause)
    tried = "; SOURCE_DATE_EPOCH does not mend it" if pair.mended is False or pair.fixed_time else ""
    return f"{_MEND[worst]}{tried}"
