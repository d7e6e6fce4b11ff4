# SPDX-License-Identifier: Apache-2.0
"""Rules on what a repository accepts: an ignore that has no effect any more, has run out, or gives no reason."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Place, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IgnoreFacts", "Ignoring", "ignore_expired", "ignore_reason", "ignore_unknown", "ignore_unused"]


_NO_CODE = "a comment is to accept something here, and names no code"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ignoring:
    """One code that is accepted at one place.

    `used` says whether the run has found what is accepted, `judged` whether it has looked for that at all;
    `expired` is the day on which it ran out, in ISO form; `reasoned` whether a reason is given; `known` whether
    anything has that code, which is empty where none is named.
    """

    code: str
    place: Place
    used: bool
    judged: bool
    expired: str | None = None
    reasoned: bool = True
    known: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreFacts:
    """All that a run has seen of what is accepted."""

    ignores: tuple[Ignoring, ...]


@rule(code="NK-IGNORE-UNUSED", scope=Scope.RUN, since="1.0", standard=True, severity=Severity.WARNING)
def ignore_unused(facts: IgnoreFacts) -> Iterator[Found]:
    """Something is accepted that is not found any more.

    # Why
    What is left behind accepts the next finding at this place too, which nobody has looked at.

    # Fails
    ```python src/acme/table.py
    SIZE = 3  # noxkit: ignore[ruff:F401] imported for its side effects
    ```

    # Passes
    ```python src/acme/table.py
    import acme.plugins  # noxkit: ignore[ruff:F401] imported for its side effects
    ```

    # Fix
    Take it away. There is no automatic fix. A run speaks only of what it has looked for: with `--only`,
    `--package` or `--since` it may not have.

    # Options
    None.

    # When to ignore
    Never.
    """
    for each in facts.ignores:
        if each.judged and not each.used and each.expired is None and each.known:
            yield found(f"`{each.code}` is accepted here and not found any more", hint="take it away", at=each.place)


@rule(code="NK-IGNORE-EXPIRED", scope=Scope.RUN, since="1.0", standard=True, severity=Severity.WARNING)
def ignore_expired(facts: IgnoreFacts) -> Iterator[Found]:
    """The day is past until which something was accepted.

    # Why
    The day was set so that somebody looks again.

    # Fails
    ```toml pyproject.toml
    [tool.noxkit]
    ignore = [{ code = "NK-PIN-FLOOR", reason = "until the next release", until = 2026-01-31 }]
    ```

    # Passes
    The same before 2026-02-01.

    # Fix
    Mend what is accepted, or decide anew. There is no automatic fix.

    # Options
    `until` of an entry of `ignore`.

    # When to ignore
    Never.
    """
    for each in facts.ignores:
        if each.expired is not None:
            hint = "mend what it accepts and take it away, or set another day"
            yield found(f"`{each.code}` was accepted until {each.expired}", hint=hint, at=each.place)


@rule(code="NK-IGNORE-REASON", scope=Scope.RUN, since="1.0", standard=True, severity=Severity.WARNING)
def ignore_reason(facts: IgnoreFacts) -> Iterator[Found]:
    """A comment accepts a finding and gives no reason, so it accepts nothing.

    # Why
    Whoever reads the line later cannot tell whether the reason still holds.

    # Fails
    ```python src/acme/table.py
    import acme.plugins  # noxkit: ignore[ruff:F401]
    ```

    # Passes
    ```python src/acme/table.py
    import acme.plugins  # noxkit: ignore[ruff:F401] imported for its side effects
    ```

    # Fix
    Write the reason behind the bracket. There is no automatic fix.

    # Options
    None.

    # When to ignore
    Never.
    """
    for each in facts.ignores:
        if not each.reasoned and each.known:
            message = f"`{each.code}` is to be accepted here, and no reason is given"
            yield found(message, hint="write the reason behind the bracket; until then it has no effect", at=each.place)


@rule(code="NK-IGNORE-UNKNOWN", scope=Scope.RUN, since="1.0", standard=True, severity=Severity.WARNING)
def ignore_unknown(facts: IgnoreFacts) -> Iterator[Found]:
    """A comment or an entry of `ignore` names no code, or one that nothing has, so it accepts nothing.

    # Why
    It looks as if it did. `# noxkit: ignore` without a code does not accept whatever is found, and a code that is
    misspelt, or is a tool's without the tool's name, is that of no finding.

    # Fails
    ```python src/acme/table.py
    import acme.plugins  # noxkit: ignore imported for its side effects
    import acme.tables  # noxkit: ignore[F401] imported for its side effects
    ```

    # Passes
    ```python src/acme/table.py
    import acme.plugins  # noxkit: ignore[ruff:F401] imported for its side effects
    ```

    # Fix
    Name the code as the report shows it: `NK-…` for noxkit's own, `TOOL:CODE` for a tool's. There is no automatic fix.

    # Options
    None.

    # When to ignore
    Never.
    """
    for each in facts.ignores:
        if not each.known:
            message = f"`{each.code}` is to be accepted here, and nothing has that code" if each.code else _NO_CODE
            hint = (
                "write the code of the finding, as in `# noxkit: ignore[ruff:F401] why`; `noxkit rules` lists noxkit's"
            )
            yield found(message, hint=hint, at=each.place)
