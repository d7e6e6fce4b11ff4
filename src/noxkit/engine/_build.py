# SPDX-License-Identifier: Apache-2.0
"""The task `build`: a package's sdist, the wheel from it, and what comparing them with further builds shows."""

from __future__ import annotations

import functools
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any

import msgspec

from noxkit.diagnostics.model import EvidenceValue, FileRecord, Outcome, Status
from noxkit.engine._build_deliver import deliver
from noxkit.engine._build_run import Builder, TroubleError
from noxkit.engine._build_steps import Work, facts_of
from noxkit.engine._build_tools import build_tool, python_for, required_members
from noxkit.engine._build_tree import Trees
from noxkit.engine._build_watch import changed_between, tree_state
from noxkit.engine._rules import own_rules, signed, workspace_facts
from noxkit.engine._task import Task, label_of
from noxkit.environments.uv import InstallFailedError
from noxkit.rules._base import Rule, Scope
from noxkit.rules._facts import PackageFacts
from noxkit.workspace._tables import table
from noxkit.workspace.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from noxkit.diagnostics.model import Finding
    from noxkit.engine._build_tools import BuildTool
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope as RunScope
    from noxkit.engine._task import ToolCall
    from noxkit.rules._builds import BuildFacts
    from noxkit.workspace.model import Package

__all__ = ["BUILD", "plan_build"]

BUILD = "build"
"""The task's name, one for each package that is published."""


class _Session:
    """What the builds of one run share; its temporary folder is gone when the last of them has ended."""

    def __init__(self, context: Context, count: int) -> None:
        self.context = context
        self.trees = Trees(context)
        self.permits = threading.Semaphore(context.workers)
        self.alone = threading.Lock()
        self.rules = [rule for rule in own_rules(context, BUILD) if rule.scope is Scope.BUILD]
        self._left = count
        self._lock = threading.Lock()

    def leave(self) -> None:
        """One package is done."""
        with self._lock:
            self._left -= 1
        if self._left <= 0:
            self.trees.close()


def plan_build(context: Context, scope: RunScope) -> list[Task]:
    """One task for each package that is published; where there is none, one that is not due or cannot tell."""
    members = scope.packages if scope.packages is not None else context.repository.workspace.packages
    published = [package for package in members if package.publish]
    not_due = scope.fact if scope.nothing else None
    if BUILD in context.config.options.skip:
        not_due = "in `skip` of [tool.noxkit]"
    scripts = [] if published or not_due is not None else _undeclared(context, members)
    if scripts:
        return [Task(name=BUILD, action=functools.partial(_unclear, scripts), why="what setup.py builds")]
    if not published or not_due is not None:
        return [Task(name=BUILD, action=_never, not_due=not_due or _nothing(members))]
    session = _Session(context, len(published))
    return [_task(session, package, published) for package in published]


def _nothing(members: Sequence[Package]) -> str:
    return f"0 of {len(members)} packages are published: none has a [build-system] without a private classifier"


def _undeclared(context: Context, members: Sequence[Package]) -> list[str]:
    """The setup.py files that build something of which no pyproject.toml says whether it is published."""
    folders = [] if any(package.folder == "." for package in members) else ["."]
    folders += [package.folder for package in members if _says_nothing(context, package)]
    calls = [folder for folder in folders if read_manifest(context.root / folder, {}).setup_py is not None]
    return ["setup.py" if folder == "." else f"{folder}/setup.py" for folder in calls]


def _says_nothing(context: Context, package: Package) -> bool:
    kind = workspace_facts(context).kind_of(package)
    private = any(line.startswith("Private :: ") for line in package.classifiers)
    asked = (kind is not None and kind.publish is not None) or "package" in table(package.pyproject, "tool", "uv")
    return not private and not asked and "build-system" not in package.pyproject


def _unclear(scripts: Sequence[str], _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    shown = ", ".join(scripts[:3]) + (f" and {len(scripts) - 3} more" if len(scripts) > 3 else "")
    return Outcome(
        name=BUILD,
        status=Status.INCONCLUSIVE,
        reason=f"nothing was built: no pyproject.toml with a [build-system] beside {shown}",
        hint='add `[build-system]` with `requires = ["setuptools"]` and `build-backend = "setuptools.build_meta"`, '
        'or, where nothing is published, `skip = ["build"]` to [tool.noxkit]',
    )


def _never(_call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    return Outcome(name=BUILD, status=Status.SKIPPED)


def _task(session: _Session, package: Package, published: Sequence[Package]) -> Task:
    before = [each for each in required_members(session.context, package) if each in published]
    return Task(
        name=BUILD,
        action=functools.partial(_build, session, package),
        package=package.name,
        paths=(package.folder,),
        why="its sdist, and the wheel from that",
        after=tuple(label_of(BUILD, package=each.name) for each in before),
        cost=10.0 if (package.build_backend or "").startswith("setuptools") else 5.0,
    )


def _build(session: _Session, package: Package, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    try:
        return _built(session, package)
    except (TroubleError, InstallFailedError) as error:
        return Outcome(name=BUILD, status=Status.INCONCLUSIVE, reason=error.reason, hint=error.hint)
    except OSError as error:
        reason = f"{error.filename or 'the temporary folder'} cannot be written or read: {error.strerror or error}"
        hint = "free disk space, or name a folder that can be written in the variable TMPDIR"
        return Outcome(name=BUILD, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
    finally:
        session.leave()


def _built(session: _Session, package: Package) -> Outcome:
    context = session.context
    before = tree_state(context)
    scratch = session.trees.folder / f"p-{package.name}"
    scratch.mkdir()
    try:
        _check_readable(session, package)
        tool = build_tool(context, package, scratch)
        builder = Builder(
            context=context,
            tool=tool,
            task=label_of(BUILD, package=package.name),
            scratch=scratch,
            until=time.monotonic() + context.config.options.timeout,
            permits=session.permits,
            epoch=_epoch(context),
        )
        work = Work(context=context, package=package, trees=session.trees, builder=builder)
        work.run()
        work.outside.update(_escaped(session, work, before))
        return _concluded(session, package, work, tool)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _check_readable(session: _Session, package: Package) -> None:
    """A wheel without what may not be read would look whole."""
    owner = session.context.repository.workspace.package_of
    unread = [path for path in session.trees.unread if owner(path) is package]
    if unread:
        more = f" and {len(unread) - 3} more" if len(unread) > 3 else ""
        raise TroubleError(f"{', '.join(unread[:3])}{more} may not be read", "make them readable, or remove them")


def _epoch(context: Context) -> str | None:
    """The SOURCE_DATE_EPOCH of the builds: as configured, else as it is in the environment."""
    asked = context.config.options.build.source_date_epoch
    if asked is None:
        return context.environ.get("SOURCE_DATE_EPOCH") or None
    if asked != "commit":
        return asked
    git = context.repository.git
    said = (git(["log", "-1", "--format=%ct"]) or b"").decode().strip() if git is not None else ""
    if not said:
        hint = "commit first, or set `source-date-epoch` in [tool.noxkit.build] to a number"
        raise TroubleError('`source-date-epoch = "commit"`, and there is no commit', hint)
    return said


def _concluded(session: _Session, package: Package, work: Work, tool: BuildTool) -> Outcome:
    context = session.context
    facts = facts_of(work, _package_facts(context, package))
    findings = [finding for rule in session.rules for finding in _asked(rule, facts)]
    evidence: dict[str, EvidenceValue] = {
        "version": tool.version,
        "builder": tool.name,
        "backend": facts.backend,
        "python": python_for(context, package) if tool.name == "uv" else None,
        "steps": [f"{name} {seconds:.2f} s" for name, seconds in work.seconds()],
    }
    outcome = Outcome(name=BUILD, status=Status.PASSED, evidence=evidence)
    if work.made:
        outcome = _delivered(context, outcome, work.made, facts)
    return signed(context, outcome, findings)


def _asked(rule: Rule[Any], facts: BuildFacts) -> list[Finding]:
    kind = facts.package.kind
    if kind is not None and rule.info.code in kind.ignore:
        return []
    return rule(facts, task=BUILD, package=facts.package.package.name)


def _package_facts(context: Context, package: Package) -> PackageFacts:
    return PackageFacts(package=package, whole=workspace_facts(context))


def _escaped(session: _Session, work: Work, before: Mapping[str, tuple[int, ...]]) -> set[str]:
    """What builds have changed in the tree itself.

    Somebody may have saved a file meanwhile, or another task have written one. So what has changed is only a
    suspicion: it is proven where one more build, beside which no other one runs, changes it again.
    """
    context = session.context
    suspects = changed_between(before, tree_state(context))
    if not suspects:
        return suspects
    with session.alone:
        for _ in range(context.workers):
            session.permits.acquire()
        try:
            again = tree_state(context)
            work.repeat()
            return suspects & changed_between(again, tree_state(context))
        finally:
            session.permits.release(context.workers)


def _delivered(context: Context, outcome: Outcome, made: Sequence[Path], facts: BuildFacts) -> Outcome:
    output = context.config.options.build.output
    try:
        replaced = deliver(made, context.root / output)
    except OSError as error:
        reason = f"{error.filename or output} cannot be written: {error.strerror}"
        hint = f"free disk space, and make `{output}` a folder that can be written"
        return msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
    digests = {built.archive.file_name: built.archive.sha256 for built in facts.made}
    files = tuple(FileRecord(name=f"{output}/{file.name}", sha256=digests[file.name]) for file in made)
    evidence: dict[str, EvidenceValue] = {
        **outcome.evidence,
        "files": len(files),
        "made": [f"{file.name} sha256:{file.sha256}" for file in files],
    }
    if replaced:
        evidence["replaced"] = [f"{output}/{name}" for name in replaced]
    return msgspec.structs.replace(outcome, files=files, evidence=evidence)
