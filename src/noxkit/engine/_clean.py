# SPDX-License-Identifier: Apache-2.0
"""The task of `clean`: lists what builds, tests and tools have left in the tree, and removes it on request."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._task import Task
from noxkit.report._escape import guard_lines, visible
from noxkit.report._verdict import number
from noxkit.workspace._globs import is_below
from noxkit.workspace.leftovers import Search, find_leftovers, mount_points
from noxkit.workspace.removal import Refused, remove_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.leftovers import Leftover

__all__ = ["LEFTOVERS", "plan_clean"]

LEFTOVERS = "leftovers"
"""The task's name: programs of repositories are called `clean`."""

_SHOWN = 200  # lines of the list; the largest come first
_UNITS = ("kB", "MB", "GB", "TB")
_GIT_HINT = "install git, or mend what `git status` says here; nothing was removed"


def plan_clean(context: Context, scope: Scope) -> list[Task]:
    """One task, for the members that are asked for or the whole tree."""
    not_due = scope.fact if scope.nothing else None
    action = functools.partial(_clean, context, scope.paths())
    return [Task(name=LEFTOVERS, action=action, not_due=not_due, why="asked for", paths=scope.paths())]


def _clean(context: Context, paths: Sequence[str], _call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    mounts = mount_points(context.root)
    searched = find_leftovers(_search(context, mounts))
    if isinstance(searched, str):
        return Outcome(name=LEFTOVERS, status=Status.INCONCLUSIVE, reason=searched, hint=_GIT_HINT)
    found, folders = searched
    found = [each for each in found if any(is_below(each.path, path) for path in paths)]
    due = sorted((each for each in found if each.kept is None), key=lambda each: (-each.size, each.path))
    kept = [each for each in found if each.kept is not None]
    if not _removes(context):
        context.outbox.append(_listing(due, kept))
        return Outcome(name=LEFTOVERS, status=Status.PASSED, evidence=_evidence(folders, due, kept, removes=False))
    left = _remove(context, due, mounts)
    done = [each for each in due if each.path not in left]
    context.outbox.append(_removal(done, kept, left))
    evidence = _evidence(folders, done, kept, removes=True)
    if not left:
        return Outcome(name=LEFTOVERS, status=Status.PASSED, evidence=evidence)
    evidence["left"] = [f"{_shown(refused.path)}: {refused.why}" for each in left.values() for refused in each]
    if context.cancel.requested:
        reason, hint = f"interrupted; {len(left)} of {len(due)} leftovers are still there", "run the session again"
        return Outcome(name=LEFTOVERS, status=Status.INCONCLUSIVE, reason=reason, hint=hint, evidence=evidence)
    first = next(iter(left.values()))[0]
    reason = f"{len(left)} of {len(due)} leftovers could not be removed, such as {_shown(first.path)}: {first.why}"
    hint = "see who owns it and what uses it, then run it again, or remove it by hand"
    return Outcome(name=LEFTOVERS, status=Status.FAILED, reason=reason, hint=hint, evidence=evidence)


def _removes(context: Context) -> bool:
    return context.config.run.yes and not context.config.run.dry_run


def _search(context: Context, mounts: frozenset[str]) -> Search:
    repository = context.repository
    return Search(
        root=context.root,
        git=repository.git if repository.git_root is not None else None,
        outputs=(context.config.options.build.output.rstrip("/"),),
        in_use=Path(sys.prefix).resolve(),
        environments=context.config.run.environments,
        mounts=mounts,
    )


def _remove(context: Context, due: Sequence[Leftover], mounts: frozenset[str]) -> dict[str, list[Refused]]:
    """Remove all of them, as long as nobody interrupts; what stays, by the leftover that it is of."""
    left: dict[str, list[Refused]] = {}
    for each in due:
        if context.cancel.requested:
            left[each.path] = [Refused(path=each.path, why="interrupted")]
            continue
        refused = remove_below(context.root, each.path, mounts=mounts)
        if refused:
            left[each.path] = refused
    return left


def _evidence(
    folders: int, due: Sequence[Leftover], kept: Sequence[Leftover], *, removes: bool
) -> dict[str, EvidenceValue]:
    return {
        "folders": folders,
        "removed" if removes else "leftovers": len(due),
        "size": _bytes(sum(each.size for each in due)),
        "paths": [_shown(each.path) for each in due],
        "kept": [f"{_shown(each.path)}: {each.kept}" for each in kept],
    }


def _listing(due: Sequence[Leftover], kept: Sequence[Leftover]) -> str:
    if not due:
        return _text(["nothing to remove", *_stays(kept)])
    total = f"would remove {number(len(due), 'leftover')}, {_bytes(sum(each.size for each in due))}:"
    return _text([total, *_rows(due), *_stays(kept), "`nox -s clean -- --yes` removes them"])


def _removal(done: Sequence[Leftover], kept: Sequence[Leftover], left: Mapping[str, Sequence[Refused]]) -> str:
    total = f"removed {number(len(done), 'leftover')}, {_bytes(sum(each.size for each in done))}"
    refused = [f"  {_shown(each.path)}: {each.why}" for found in left.values() for each in found]
    lines = [f"{total}:" if done else "nothing removed", *_rows(done), *_stays(kept)]
    return _text([*lines, *(["could not be removed:", *refused[:_SHOWN]] if refused else [])])


def _rows(found: Sequence[Leftover]) -> Iterator[str]:
    for each in found[:_SHOWN]:
        yield f"  {_bytes(each.size):>9}  {each.kind:<11}  {_shown(each.path)}{'/' if each.is_folder else ''}"
    if len(found) > _SHOWN:
        yield f"  … and {len(found) - _SHOWN:,} more, all of them smaller"


def _stays(kept: Sequence[Leftover]) -> Iterator[str]:
    if kept:
        yield "left alone:"
        yield from (f"  {_shown(each.path)}{'/' if each.is_folder else ''}: {each.kept}" for each in kept[:_SHOWN])
    if len(kept) > _SHOWN:
        yield f"  … and {len(kept) - _SHOWN:,} more"


def _text(lines: Sequence[str]) -> str:
    return guard_lines("".join(f"{line}\n" for line in lines))


def _shown(path: str) -> str:
    """A path that neither steers a terminal nor breaks a report, whatever it is called."""
    return visible(path).replace("\n", "\\n")


def _bytes(size: int) -> str:
    """`812 B`, `1.2 kB`, `34.2 MB`."""
    value, unit = float(size), "B"
    for larger in _UNITS:
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
