# SPDX-License-Identifier: Apache-2.0
"""Trials of the release: twelve members, killed at random moments, until each version is out; then what came of it."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from tests.release._shop import TWELVE, shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.release._shop import Shop

__all__ = ["Trial", "killed_releases"]

_LIMIT = 300.0  # seconds: what takes longer than this hangs


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One release that was killed: after how many seconds, in which step, and what is wrong with how it ended."""

    number: int
    seconds: float
    step: str
    wrong: tuple[str, ...]


def killed_releases(moments: int, *, seed: int, say: Callable[[str], None]) -> list[Trial]:
    """Release twelve members again and again, each time killed once at a random moment and then run to its end."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="noxkit-trials-") as folder, shop(Path(folder), TWELVE) as made:
        whole = _timed(made)
        say(f"a release of {len(TWELVE)} members takes {whole:.1f} s; killing {moments} of them")
        for number in range(1, moments + 1):
            made.change("fix: again", *(name for name in TWELVE if name.startswith("base")))
            seconds = chance.uniform(0.2, whole)
            step = _killed(made, seconds)
            _timed(made)
            trial = Trial(number=number, seconds=seconds, step=step, wrong=tuple(_wrong(made, releases=number + 1)))
            say(f"{number}: killed after {seconds:.1f} s in {step}: {'; '.join(trial.wrong) or 'complete'}")
            trials.append(trial)
    return trials


def _timed(made: Shop) -> float:
    began = time.perf_counter()
    report = made.release()
    if report.status is not Status.PASSED:
        reasons = [f"{task.name}: {task.reason}" for task in report.tasks if task.status is not Status.PASSED]
        raise RuntimeError(f"a release did not end well: {'; '.join(reasons)}")
    return time.perf_counter() - began


def _killed(made: Shop, seconds: float) -> str:
    """Kill noxkit, and nothing else, after so many seconds; the step in which it was."""
    events = made.repo.root / ".nox" / "killed.jsonl"
    events.unlink(missing_ok=True)
    run = made.started("--events", str(events.relative_to(made.repo.root)))
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(run.pid, signal.SIGKILL)
        run.wait(_LIMIT)
    lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
    return _step(lines)


def _step(lines: Iterable[str]) -> str:
    from noxkit.release._release import STEPS  # noqa: PLC0415 -- only here

    begun = [name for name in STEPS for line in lines if '"task-started"' in line and f'"name":"{name}"' in line]
    return begun[-1] if begun else "its start"


def _wrong(made: Shop, *, releases: int) -> list[str]:
    """What a release that is complete would not have."""
    files, sent = made.on_index(), made.server.uploads
    wrong: list[str] = []
    expected = 2 * len(TWELVE) * releases
    if len(files) != expected:
        wrong.append(f"{len(files)} files on the index, not {expected}")
    if len(sent) != len(files):
        wrong.append(f"{len(sent)} uploads of {len(files)} files")
    if not made.built().items() <= files.items():
        wrong.append("the index has other bytes than were checked")
    tags = made.tags()
    if len(tags) != len(TWELVE) * releases or made.forge.named().keys() != tags.keys():
        wrong.append(f"{len(tags)} tags and {len(made.forge.named())} releases on the forge")
    if made.repo.git("status", "--porcelain"):
        wrong.append("the tree is dirty")
    return wrong
