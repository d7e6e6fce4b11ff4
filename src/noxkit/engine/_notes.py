# SPDX-License-Identifier: Apache-2.0
"""The last lines of a run: what is not on, and the line that turns it on."""

from __future__ import annotations

import contextlib
import shlex
from typing import TYPE_CHECKING

from noxkit.engine._build import BUILD
from noxkit.engine._fix import CHANGES
from noxkit.engine._rules import CONSISTENCY, SOURCE
from noxkit.engine._select import STRICT_ONLY, checkers
from noxkit.tasks.process import ProgramNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Outcome
    from noxkit.engine._context import Context
    from noxkit.engine._task import Task

__all__ = ["git_trouble", "notes_for"]

_MADE = 8  # files that were built, by name


def notes_for(context: Context, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One line each, the most useful first."""
    yield from git_trouble(context)
    yield from (note for outcome in outcomes if outcome.name == CHANGES for note in _written(outcome))
    advice = sorted(
        {task.name for task in tasks if task.advisory} & {outcome.name for outcome in outcomes if outcome.findings}
    )
    own = [name for name in advice if name in {CONSISTENCY, SOURCE}]
    if own:
        yield (
            f"{', '.join(own)}: noxkit's own rules, as warnings but for what is never right, such as a secret; "
            "a `[tool.noxkit]` in pyproject.toml makes them count"
        )
    advice = [name for name in advice if name not in own]
    if advice:
        yield (
            f"{', '.join(advice)}: not chosen by this repository, so the findings are warnings; "
            '`profile = "strict"` in [tool.noxkit] makes them count, `skip = [...]` turns them off'
        )
    if context.family in {"lint", "typecheck", "check"}:
        on = checkers(context)
        off = [name for name in ("ty", "pyrefly", "pyright") if name not in on]
        if off and context.config.options.profile != "strict":
            listed = ", ".join(f'"{name}"' for name in (*on, *off))
            yield f"{', '.join(off)} not on: `checkers = [{listed}]` in [tool.noxkit.typecheck] turns them on"
    strict = sorted({task.name for task in tasks if task.not_due == STRICT_ONLY})
    if strict:
        yield f'{", ".join(strict)} not on: `profile = "strict"` in [tool.noxkit] turns them on'
    made = [file.name for outcome in outcomes if outcome.name == BUILD for file in outcome.files]
    if made:
        yield f"made {_named(made)}"
    if context.shared is not None and context.shared.trouble is not None:
        yield f"the shared cache {context.shared.trouble}"
    known = sum(finding.suppressed == "in the baseline" for outcome in outcomes for finding in outcome.findings)
    if known:
        which = "finding is in the baseline and does" if known == 1 else "findings are in the baseline and do"
        yield f"{known} {which} not count"


def git_trouble(context: Context) -> Iterator[str]:
    """Why git says nothing of a work tree that is there: without it, all files count, and no tag is known."""
    repository = context.repository
    git = repository.git
    if git is None or repository.git_root is None or git(["rev-parse"]) is not None:
        return
    with contextlib.suppress(ProgramNotFoundError):
        completed = context.runner.run(["git", "rev-parse"], task="git", environment={"LC_ALL": "C"})
        said = completed.stderr.decode("utf-8", "replace").splitlines()
        if any("dubious ownership" in line for line in said):
            where = shlex.quote(str(repository.git_root))
            yield (
                "git does not read this work tree, which belongs to another user, so that its tags and ignored files "
                f"are not known: `git config --global --add safe.directory {where}`"
            )
        elif completed.returncode != 0 and said:
            yield f"git does not read this work tree: {said[0]}"


def _written(outcome: Outcome) -> Iterator[str]:
    """What a session that writes has done to which files, or would do."""
    for done, gone, verb in (("changed", "removed", "wrote"), ("would_change", "would_remove", "would write")):
        removed = _listed(outcome, gone)
        written = [path for path in _listed(outcome, done) if path not in removed]
        if written:
            yield f"{verb} {_named(written)}"
        if removed:
            yield f"{verb.replace('wrote', 'removed').replace('write', 'remove')} {_named(removed)}"
    if outcome.evidence.get("lock_stale"):
        yield "uv.lock has to follow what was changed in pyproject.toml: run `uv lock`"


def _listed(outcome: Outcome, key: str) -> list[str]:
    value = outcome.evidence.get(key)
    return value if isinstance(value, list) else []


def _named(paths: Sequence[str]) -> str:
    more = len(paths) - _MADE
    return ", ".join(paths[:_MADE]) + (f" and {more} more" if more > 0 else "")
