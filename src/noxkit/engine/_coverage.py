# SPDX-License-Identifier: Apache-2.0
"""The task `coverage`: data of all test runs combined, read, and judged by the rules on coverage."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.diagnostics.positions import TomlPositions
from noxkit.engine._output import unwritable
from noxkit.engine._select import supported_pythons
from noxkit.engine._task import Task
from noxkit.engine._tests import default_python
from noxkit.rules.coverage import DEFAULT_RATCHET, Facts, groups_of, judge, ratchet_text, read_ratchet
from noxkit.tools import load_tools
from noxkit.tools._coverage_data import DATA_FOLDER, read_shards
from noxkit.tools.coverage import JSON_FILE, read_coverage
from noxkit.workspace import git as git_module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.diagnostics.coverage import CoverageData
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.rules.coverage import Judgement

__all__ = ["plan_coverage"]


def plan_coverage(context: Context, scope: Scope, *, after: Sequence[Task] = ()) -> list[Task]:
    """One task, which comes after the tests of the same run; not due where there are neither tests nor data.

    By itself it is about all data that is there: `--since` is then no more than the base of new lines.
    """
    reader = load_tools()["coverage-combine"]
    choice = reader.choice(context.repository)
    python = _python(context, after)
    options = context.config.options.coverage
    asked_for = bool(options.groups) or options.new_lines is not None
    not_due = None if asked_for else reader.not_due(context.repository, (".",))
    if "coverage" in context.config.options.skip:
        not_due = "in `skip` of [tool.noxkit]"
    elif scope.nothing:
        not_due = scope.fact
    elif python is None:
        not_due = "no supported Python is admitted by requires-python"
    elif scope.packages is not None and not_due is None and (after or context.config.run.package):
        not_due = f"coverage is judged over the whole tree, and this run is about a part of it ({scope.fact})"
    elif after and all(task.not_due is not None for task in after) and not (asked_for and _without_tests(after)):
        not_due = "no test is due in this run"
    return [
        Task(
            name="coverage",
            action=functools.partial(_measure, context),
            why=choice.why if choice.chosen else "there are tests",
            not_due=not_due,
            environment=python if not_due is None else None,
            after=tuple(task.label for task in after),
        )
    ]


def _without_tests(after: Sequence[Task]) -> bool:
    """Whether it is for want of tests, and not by the user's word, that none is due."""
    return any((task.not_due or "").startswith("0 test files") for task in after)


def _python(context: Context, after: Sequence[Task]) -> str | None:
    """The newest Python that there is data for, since it can parse what older ones cannot; else the default one."""
    measured = {shard.python for shard in read_shards(context.root / DATA_FOLDER) if shard.python} | {
        task.python for task in after if task.python
    }
    newest = [
        python for python in reversed(supported_pythons(context)) if python in measured and context.is_available(python)
    ]
    return newest[0] if newest else default_python(context)


def _measure(context: Context, call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    """Combine, read, judge. The first step that cannot be relied on is the outcome."""
    combined = call(load_tools()["coverage-combine"])
    if combined.status is not Status.PASSED:
        return combined
    read = call(load_tools()["coverage-json"])
    evidence: dict[str, EvidenceValue] = {**combined.evidence, **read.evidence}
    if read.status is not Status.PASSED:
        return msgspec.structs.replace(read, evidence=evidence)
    return _judged(context, read_coverage(context.root / JSON_FILE, root=context.root), read, evidence)


def _judged(context: Context, data: CoverageData, read: Outcome, evidence: dict[str, EvidenceValue]) -> Outcome:
    options = context.config.options.coverage
    changed, fact, trouble = _changed(context)
    facts = Facts(
        files_matching=context.repository.files_matching,
        changed=changed,
        source=_source(context),
        recorded=_recorded(context),
        positions=_positions(context) if options.groups else None,
    )
    judgement = judge(data, options=options, facts=facts)
    if context.config.run.write_ratchet:
        _write_ratchet(context, data, facts)
    outcome = _outcome(judgement, read, {**evidence, **({"new_lines": fact} if fact else {}), **judgement.evidence})
    if trouble is not None:
        return msgspec.structs.replace(
            outcome, status=Status.INCONCLUSIVE, reason=f"new lines cannot be told: {trouble.reason}", hint=trouble.hint
        )
    return outcome


def _outcome(judgement: Judgement, read: Outcome, evidence: dict[str, EvidenceValue]) -> Outcome:
    if judgement.notes:
        evidence["notes"] = list(judgement.notes)
    return Outcome(
        name="coverage", status=Status.PASSED, evidence=evidence, findings=(*read.findings, *judgement.findings)
    )


def _changed(context: Context) -> tuple[Mapping[str, frozenset[int]] | None, str | None, git_module.Unresolved | None]:
    """The changed lines, or the fact for which they are not judged, or why they cannot be had."""
    options = context.config.options.coverage
    if options.new_lines is None:
        return None, None, None
    git = context.repository.git
    named = context.config.run.since or options.base
    if git is None or context.repository.git_root is None:
        return (
            None,
            None,
            git_module.Unresolved(
                revision=named or "",
                reason="the root is in no git work tree",
                hint="run in a git clone, or take `new-lines` out",
            ),
        )
    source = "--since" if context.config.run.since else "`base` of [tool.noxkit.coverage]"
    base = git_module.merge_base(git, named, source=source) if named else git_module.default_base(git, context.environ)
    if isinstance(base, git_module.NotDue):
        return None, f"not due: {base.reason}", None
    if isinstance(base, git_module.Unresolved):
        return None, None, base
    lines = git_module.changed_lines(git, base, root=context.root)
    if lines is None:
        return (
            None,
            None,
            git_module.Unresolved(
                revision=base.revision,
                reason=f"git cannot compare with {base.revision}",
                hint="run `git diff` against it by hand and mend what it reports",
            ),
        )
    return lines, None, None


def _source(context: Context) -> Callable[[str], str | None]:
    def source(path: str) -> str | None:
        try:
            return (context.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    return source


def _ratchet_file(context: Context) -> str:
    return context.config.options.coverage.ratchet or DEFAULT_RATCHET


def _recorded(context: Context) -> dict[str, float] | None:
    name = _ratchet_file(context)
    file = context.root / name
    return read_ratchet(file.read_bytes(), path=name) if file.is_file() else None


def _positions(context: Context) -> TomlPositions:
    return TomlPositions((context.root / "pyproject.toml").read_bytes())


def _write_ratchet(context: Context, data: CoverageData, facts: Facts) -> None:
    groups = groups_of(data, options=context.config.options.coverage, facts=facts)
    file = context.root / _ratchet_file(context)
    try:
        write_atomic(file, ratchet_text(facts.recorded or {}, groups))
    except OSError as error:
        raise unwritable(file, error, context.root) from error
