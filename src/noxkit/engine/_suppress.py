# SPDX-License-Identifier: Apache-2.0
"""Findings that somebody has accepted: by `ignore` in the configuration, or on the line."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.origins import inside, origin_of
from noxkit.workspace._globs import matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noxkit.config.schema import Ignore
    from noxkit.diagnostics.model import Finding, Outcome
    from noxkit.diagnostics.sources import Sources
    from noxkit.engine._context import Context

__all__ = ["ignore_matches", "inline_reason", "suppressed"]

_INLINE = re.compile(r"#\s*noxkit:\s*ignore\[(?P<codes>[^\]]+)\](?P<reason>.*?)(?=#\s*noxkit:|$)")
_PLACE = "REASON"  # where reports leave room for one
_OTHER_COMMENT = re.compile(r"#\s*(?:noqa|nosec|[a-z]+:)", re.IGNORECASE)  # another tool's comment is no reason


def suppressed(outcomes: Sequence[Outcome], *, context: Context, sources: Sources) -> list[Outcome]:
    """The outcomes with each accepted finding marked by the reason for which it is accepted."""
    ignores = context.config.options.ignore
    today = dt.datetime.now(dt.timezone.utc).date()
    return [
        msgspec.structs.replace(
            outcome,
            findings=tuple(_marked(finding, ignores, today=today, sources=sources) for finding in outcome.findings),
        )
        for outcome in outcomes
    ]


def _marked(finding: Finding, ignores: Iterable[Ignore], *, today: dt.date, sources: Sources) -> Finding:
    expired: dt.date | None = None
    for ignore in ignores:
        if ignore_matches(ignore, finding):
            if ignore.until is None or today <= ignore.until:
                return msgspec.structs.replace(finding, suppressed=ignore.reason)
            expired = max(expired or ignore.until, ignore.until)
    reason = inline_reason(finding.code, sources.line(finding.path, finding.line), group=finding.group)
    if reason:
        return msgspec.structs.replace(finding, suppressed=reason)
    if expired is None:
        return finding
    note = f"{finding.hint} (the `ignore` in [tool.noxkit] for it expired on {expired.isoformat()})"
    return msgspec.structs.replace(finding, hint=note)


def ignore_matches(ignore: Ignore, finding: Finding) -> bool:
    """Whether an `ignore` of the configuration is about a finding, by its code or its group, whatever the day."""
    if ignore.code not in {finding.code, finding.group} or ignore.source not in {None, origin_of(finding.path)}:
        return False
    if ignore.path is None:
        return True
    # inside of a wheel or an sdist a path holds as it does in site-packages, or in the tree
    paths = (finding.path, inside(finding.path)) if finding.path is not None else ()
    match = matcher((ignore.path,)).fullmatch
    return any(path is not None and match(path) is not None for path in paths)


def inline_reason(code: str, line: str | None, *, group: str | None = None) -> str | None:
    """The reason for which a comment on `line` accepts `code`; without one, or with `REASON`, it accepts nothing."""
    for match in _INLINE.finditer(line or ""):
        if {code, group} & {named.strip() for named in match["codes"].split(",")}:
            reason = _OTHER_COMMENT.split(match["reason"])[0].strip(" -:")
            return reason if reason not in {"", _PLACE} else None
    return None
