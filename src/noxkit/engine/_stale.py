# SPDX-License-Identifier: Apache-2.0
"""Which of the repository's ignores had an effect in a run; those without are findings themselves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from noxkit.diagnostics.model import Outcome, Status
from noxkit.diagnostics.positions import TomlPositions
from noxkit.diagnostics.sources import Sources
from noxkit.engine._rules import CONSISTENCY, SOURCE, own_rules
from noxkit.engine._select import all_tools
from noxkit.engine._suppress import ignore_matches, inline_reason
from noxkit.errors import ERROR_CODES
from noxkit.report._accept import COMMENTED
from noxkit.rules import load_rules
from noxkit.rules._base import Place, Scope
from noxkit.rules.ignores import IgnoreFacts, Ignoring, ignore_expired, ignore_reason, ignore_unknown, ignore_unused
from noxkit.tools import load_tools
from noxkit.tools._codes import TOOL_CODES
from noxkit.tools._groups import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope as RunScope
    from noxkit.engine._task import Task

__all__ = ["stale_ignores"]

_NAME = "ignores"
_CONCLUDED = frozenset({Status.PASSED, Status.FAILED})


def stale_ignores(
    context: Context, tasks: Sequence[Task], outcomes: Sequence[Outcome], *, scope: RunScope
) -> list[Outcome]:
    """A row with the findings about ignores; none where all is well, or where the run writes."""
    if any(task.write for task in tasks):
        return []
    seen = _Seen(context, outcomes, scope)
    ignores = (*_configured(context, seen), *_inline(context, seen))
    facts = IgnoreFacts(ignores=ignores)
    rules = (ignore_unused, ignore_expired, ignore_reason, ignore_unknown)
    findings = [finding for rule in rules for finding in rule(facts, task=_NAME)]
    if not findings:
        return []
    evidence = {"ignores": len(ignores)}
    return [Outcome(name=_NAME, status=Status.PASSED, evidence=dict(evidence), findings=tuple(findings))]


class _Seen:
    """What a run has found, and which codes it has looked for."""

    def __init__(self, context: Context, outcomes: Sequence[Outcome], scope: RunScope) -> None:
        self.findings: list[Finding] = [finding for outcome in outcomes for finding in outcome.findings]
        self._whole = scope.packages is None and not scope.trouble
        self._session = context.family
        self._ended = {outcome.name for outcome in outcomes if outcome.status in _CONCLUDED}
        self._open = {outcome.name for outcome in outcomes if outcome.status not in {*_CONCLUDED, Status.SKIPPED}}
        self._ended -= self._open
        whole = {Scope.WORKSPACE, Scope.PACKAGE}
        self._rules = {
            rule.info.code: CONSISTENCY if rule.scope in whole else SOURCE
            for rule in own_rules(context, context.family)
            if rule.scope in whole | {Scope.SOURCE, Scope.TEXT, Scope.BROKEN}
        }
        self._by_place = {(finding.path, finding.line): set[str | None]() for finding in self.findings}
        for finding in self.findings:
            self._by_place[finding.path, finding.line] |= {finding.code, finding.group}

    def is_at(self, code: str, path: str, line: int) -> bool:
        """Whether `code` was found on this line."""
        return code in self._by_place.get((path, line), ())

    def looked_for(self, code: str) -> bool:
        """Whether whatever finds `code` has come to its end, on all of the tree and all that it is asked about."""
        if not self._whole:
            return False
        if code in self._rules:
            return self._rules[code] in self._ended
        name = code.partition(":")[0]
        tool = load_tools().get(name)
        if tool is None:
            return False
        if tool.type_checker:  # a finding may be on another Python than the lowest
            return self._session == "typecheck" and name in self._ended
        return name in self._ended and not any(each.startswith(f"{name}_") for each in self._open)


def _configured(context: Context, seen: _Seen) -> Iterator[Ignoring]:
    ignores = context.config.options.ignore
    if not ignores:
        return
    today = dt.datetime.now(dt.timezone.utc).date()
    place = context.config.source("ignore").place
    path = place.rpartition(":")[0] if place.startswith("pyproject.toml") else None
    positions = TomlPositions((context.root / path).read_bytes()) if path else None
    for number, ignore in enumerate(ignores):
        span = positions.value(("tool", "noxkit", "ignore", number)) if positions else None
        yield Ignoring(
            code=ignore.code,
            place=Place(path, span.line, span.column, None, span.end_column) if span else Place(path),
            used=any(ignore_matches(ignore, finding) for finding in seen.findings),
            judged=ignore.source in {None, "tree"} and seen.looked_for(ignore.code),
            expired=ignore.until.isoformat() if ignore.until is not None and ignore.until < today else None,
            known=_is_known(context, ignore.code),
        )


def _is_known(context: Context, code: str) -> bool:
    """Whether a finding can have this code or group; codes of `plugins` are known once those are loaded."""
    tool, _, of_tool = code.partition(":")
    if of_tool:
        programs = {Requirement(each.distribution).name for each in load_tools().values()}
        return tool in programs or tool in all_tools(context)
    if not code.startswith("NK-"):
        return code in GROUPS
    own = code in load_rules() or code in TOOL_CODES or code in ERROR_CODES
    return own or code in context.plugin_codes or (bool(context.config.options.plugins) and not context.plugin_codes)


def _inline(context: Context, seen: _Seen) -> Iterator[Ignoring]:
    sources = Sources(context.root)
    for path, comments in sorted(context.inline_ignores.items()):
        if not path.endswith(COMMENTED):
            continue
        for comment in comments:
            for code in comment.codes or ("",):
                yield Ignoring(
                    code=code,
                    place=Place(path, comment.line),
                    used=seen.is_at(code, path, comment.line),
                    judged=seen.looked_for(code),
                    reasoned=inline_reason(code, sources.line(path, comment.line)) is not None,
                    known=_is_known(context, code),
                )
