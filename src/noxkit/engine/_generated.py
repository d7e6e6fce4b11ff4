# SPDX-License-Identifier: Apache-2.0
"""Generators of the repository's own, run in a copy of the tree: the task that compares what they write."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._copy import working_copy
from noxkit.engine._rules import signed
from noxkit.engine._task import Task
from noxkit.rules.generated import Written, generated_stale
from noxkit.tasks.process import StartError
from noxkit.workspace._globs import matcher
from noxkit.workspace.files import list_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from noxkit.config.schema import Generated
    from noxkit.diagnostics.model import Finding
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.tasks.process import Completed

__all__ = ["GENERATED", "plan_generated"]

GENERATED = "generated"
"""The name of the task."""

_HINT = "mend the generator, or its entry in [[tool.noxkit.generated]]; it runs in a copy that is no git repository"


def plan_generated(context: Context, scope: Scope) -> list[Task]:
    """One task for all of `[[tool.noxkit.generated]]`; none where there are no generators."""
    options = context.config.options
    if not options.generated:
        return []
    not_due = "in `skip` of [tool.noxkit]" if GENERATED in options.skip else scope.fact if scope.nothing else None
    return [
        Task(
            name=GENERATED,
            action=functools.partial(_compare, context),
            why="[[tool.noxkit.generated]]",
            not_due=not_due,
            write=context.family == "fix",
            cost=5.0 * len(options.generated),
        )
    ]


def _compare(context: Context, _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    findings: list[Finding] = []
    troubles: list[str] = []
    counts: dict[str, int] = {}
    for generator in context.config.options.generated:
        written = _run_in_copy(context, generator)
        if isinstance(written, str):
            troubles.append(f"{generator.name}: {written}")
            continue
        counts[generator.name] = len(written)
        findings += [finding for each in written for finding in generated_stale(each)]
    evidence: dict[str, EvidenceValue] = {
        "files": sum(counts.values()),
        "generators": [f"{name}: {count} files" for name, count in counts.items()],
    }
    outcome = Outcome(name=GENERATED, status=Status.PASSED, evidence=evidence)
    if troubles:
        reason = "; ".join(troubles)
        outcome = msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=reason, hint=_HINT)
    return signed(context, outcome, findings)


def _run_in_copy(context: Context, generator: Generated) -> list[Written] | str:
    """The files that a generator has to do with, before and after; or why it cannot be told."""
    with working_copy(context) as copy:
        _complete(context, copy.root)
        try:
            completed = context.runner.run(
                _command(generator.run),
                task=GENERATED,
                cwd=copy.root,
                environment={**context.without_credentials, "VIRTUAL_ENV": None, "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=context.config.options.timeout,
                nice=5,
            )
        except StartError as error:
            return f"`{error.program}` could not be started: {error.reason}"
        trouble = _trouble(completed)
        if trouble is not None:
            return trouble
        written = list(_written(context, generator, copy.root))
    return written or f"no file matches {', '.join(generator.writes)}, neither before nor after it has run"


def _complete(context: Context, folder: Path) -> None:
    """Add what the copy for fixes leaves out: large files, and what links point to."""
    for path in context.repository.files:
        target = folder / path
        if not target.exists():
            with contextlib.suppress(OSError):  # what may not be read cannot be read by a generator either
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(context.root / path, target)


def _command(run: Sequence[str]) -> list[str]:
    return [sys.executable if run[0] in {"python", "python3"} else run[0], *run[1:]]


def _trouble(completed: Completed) -> str | None:
    if completed.cancelled:
        return "interrupted"
    if completed.timed_out:
        return f"no end after {completed.seconds:.0f} s"
    if completed.returncode == 0:
        return None
    lines = (completed.stderr or completed.stdout).decode("utf-8", "replace").strip().splitlines()
    return f"it ended with exit code {completed.returncode}" + (f": {lines[-1][:300]}" if lines else "")


def _written(context: Context, generator: Generated, folder: Path) -> Iterator[Written]:
    match = matcher(tuple(generator.writes)).fullmatch
    before = [path for path in context.repository.files if match(path)]
    after = [path for path in list_files(folder, git=None).paths if match(path)]
    ignored = _ignored(context, [path for path in after if path not in context.repository.files])
    for path in sorted({*before, *after} - ignored):
        yield Written(
            generator=generator.name,
            command=generator.run,
            path=path,
            before=_content(context.root / path),
            after=_content(folder / path),
        )


def _ignored(context: Context, paths: Sequence[str]) -> frozenset[str]:
    """Those new files that git would not keep anyway."""
    git = context.repository.git
    if not paths or git is None or not context.repository.has_git:
        return frozenset()
    # `-z` would need the names on standard input; for none at all the exit code is 1, and the answer None.
    listed = git(["-c", "core.quotePath=false", "check-ignore", "--no-index", "--", *paths])
    return frozenset(os.fsdecode(name) for name in (listed or b"").splitlines())


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
