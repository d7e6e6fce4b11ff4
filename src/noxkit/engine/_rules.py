# SPDX-License-Identifier: Apache-2.0
"""noxkit's own rules in a run: which are on, the task on the workspace, and the task on its files."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Severity, Status
from noxkit.engine._files import crashed, read_files
from noxkit.engine._secrets import only_tracked
from noxkit.engine._source_worker import whole_findings
from noxkit.engine._task import Task
from noxkit.rules import load_families, load_rules, rules_on
from noxkit.rules._base import Rule, Scope
from noxkit.rules._facts import Settings, WorkspaceFacts
from noxkit.tools._groups import group_of
from noxkit.workspace._tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope as RunScope
    from noxkit.engine._task import ToolCall

__all__ = ["CONSISTENCY", "SOURCE", "own_rules", "plan_rules", "signed", "workspace_facts"]

CONSISTENCY, SOURCE = "consistency", "source"
"""The names of the two tasks: rules on packages and the workspace, and rules on single files."""

_SECURITY = frozenset({"file_safety", "secrets", "security", "transport", "unsafe_calls", "untrusted"})
_HEADERS = frozenset({"headers"})
_BROKEN = frozenset({"broken"})  # whatever reads files says which it could not read
_FAMILIES = {
    "security": _SECURITY | _BROKEN,
    "licenses": _HEADERS,
    "fmt": _HEADERS | _BROKEN,
}  # of other sessions: all, or all but security
_WHOLE = frozenset({Scope.WORKSPACE, Scope.PACKAGE})
_FILES = frozenset({Scope.SOURCE, Scope.TEXT, Scope.BROKEN})


def own_rules(context: Context, session: str) -> list[Rule[Any]]:
    """noxkit's rules that are on in a session, by profile, `select` and family."""
    options = context.config.options
    families = load_families()
    names = _FAMILIES.get(session) or (families.keys() - (_SECURITY if session == "consistency" else frozenset()))
    rules = [rule for family in sorted(names & families.keys()) for rule in families[family].values()]
    only = frozenset(context.config.run.rule)
    asked = [rule for rule in rules if not only or only & {rule.info.code, rule.info.family}]
    selected = (*options.select, *context.config.run.rule, *(code for kind in options.kinds for code in kind.select))
    return rules_on(asked, strict=options.profile == "strict", selected=selected)


def plan_rules(context: Context, scope: RunScope, session: str) -> list[Task]:
    """The tasks `consistency` and `source` of a session; a task of which no rule is on is not there."""
    rules = own_rules(context, session)
    plugins = context.config.options.plugins if session not in _FAMILIES else ()
    tasks: list[Task] = []
    write = session in {"fix", "fmt"}
    whole = [rule for rule in rules if rule.scope in _WHOLE]
    if whole:
        action = functools.partial(_consistency, context, whole)
        tasks.append(
            _task(
                context,
                CONSISTENCY,
                action,
                cost=0.3,
                not_due=scope.fact if scope.nothing else _no_package(context),
                write=write,
            )
        )
    files = [rule for rule in rules if rule.scope in _FILES]
    if files or plugins:
        paths = tuple(context.repository.files_matching(scope.paths()))
        fact = scope.fact if scope.nothing else None if paths else f"0 files under {', '.join(scope.paths())}"
        action = functools.partial(_source, context, files, paths, plugins)
        tasks.append(_task(context, SOURCE, action, cost=len(paths) / 300, not_due=fact, write=write))
    return tasks


def _task(context: Context, name: str, action: Any, *, cost: float, not_due: str | None, write: bool) -> Task:  # noqa: PLR0913 -- the parts of a task
    asked, why = _asked_for(context)
    skipped = "in `skip` of [tool.noxkit]" if name in context.config.options.skip else None
    return Task(
        name=name, action=action, cost=cost, not_due=skipped or not_due, why=why, write=write, advisory=not asked
    )


def _asked_for(context: Context) -> tuple[bool, str]:
    """Whether the repository has asked for noxkit's own rules, and the fact that says so."""
    options = context.config.options
    if options.profile == "strict":
        return True, 'profile = "strict"'
    if "noxkit" in table(context.repository.pyproject, "tool"):
        return True, "[tool.noxkit] in pyproject.toml"
    return bool(options.select), "noxkit's own rules; as advice, without a [tool.noxkit]"


def _no_package(context: Context) -> str | None:
    return None if context.repository.workspace.packages else "no package: no pyproject.toml, setup.cfg or setup.py"


def workspace_facts(context: Context) -> WorkspaceFacts:
    """What rules on packages and on the workspace are asked about."""
    options = context.config.options
    return WorkspaceFacts(
        repository=context.repository,
        options=options,
        settings=Settings(options.rules),
        pythons=tuple(options.python or context.repository.pythons),
    )


def _consistency(
    context: Context, rules: Sequence[Rule[Any]], _call: ToolCall, _needs: Mapping[str, object]
) -> Outcome:
    whole = workspace_facts(context)
    findings, crash = whole_findings(rules, whole)
    evidence: dict[str, EvidenceValue] = {"packages": len(whole.packages), "rules": len(rules)}
    outcome = Outcome(name=CONSISTENCY, status=Status.PASSED, evidence=evidence)
    return signed(context, crashed(outcome, crash), findings)


def _source(
    context: Context,
    rules: Sequence[Rule[Any]],
    paths: Sequence[str],
    plugins: Sequence[str],
    _call: ToolCall,
    _needs: Mapping[str, object],
) -> Outcome:
    outcome, findings = read_files(context, [rule.info.code for rule in rules], paths, plugins=plugins)
    weighed = [_newer_syntax(context, finding) for finding in findings]
    outcome, told = _without_meant(context, outcome, weighed)
    return signed(context, outcome, only_tracked(told, context.repository.git))


def _without_meant(
    context: Context, outcome: Outcome, findings: Sequence[Finding]
) -> tuple[Outcome, Sequence[Finding]]:
    """Outside of `strict`, what may be meant to be broken as evidence, not as findings: test data has a lot of it."""
    rules = load_rules()
    meant = [
        finding
        for finding in findings
        if finding.severity is Severity.INFO
        and finding.code in rules
        and rules[finding.code].scope == Scope.BROKEN.value
    ]
    if context.config.options.profile == "strict" or not meant:
        return outcome, findings
    before = outcome.evidence.get("unread")
    unread = [*(before if isinstance(before, list) else ()), *(f"{each.path}: {each.message}" for each in meant)]
    evidence: dict[str, EvidenceValue] = {**outcome.evidence, "unread": unread}
    return msgspec.structs.replace(outcome, evidence=evidence), [each for each in findings if each not in meant]


def _newer_syntax(context: Context, finding: Finding) -> Finding:
    """A file that does not parse as a warning, where a member requires a newer Python than this one."""
    if finding.code != "NK-MODULE-SYNTAX-ERROR" or finding.severity is not Severity.ERROR:
        return finding
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if all(package.admits(here) for package in context.repository.workspace.packages):
        return finding
    return msgspec.structs.replace(finding, severity=Severity.WARNING)


def signed(context: Context, outcome: Outcome, findings: Sequence[Finding]) -> Outcome:
    """The outcome with these findings as its task's; what `select` names is meant, so its findings count."""
    chosen = frozenset(context.config.options.select)
    chosen |= {code for code, rule in load_rules().items() if rule.family in chosen}
    return msgspec.structs.replace(
        outcome,
        findings=tuple(
            msgspec.structs.replace(
                finding,
                task=outcome.name,
                group=finding.group or group_of("noxkit", finding.code),
                severity=Severity.ERROR
                if finding.code in chosen and finding.severity is Severity.WARNING
                else finding.severity,
            )
            for finding in findings
        ),
    )
