# SPDX-License-Identifier: Apache-2.0
"""One build step: a builder on a folder, within a time limit, without credentials, in a home of its own."""

from __future__ import annotations

import dataclasses
import os
import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._build_output import (
    clean_lines,
    failure_reason,
    failure_tail,
    is_network,
    missing_requirement,
    warnings_in,
)
from noxkit.engine._build_tree import OTHER_TIME, OTHER_UMASK
from noxkit.rules._builds import Failure, Target

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from noxkit.engine._build_tools import BuildTool
    from noxkit.engine._context import Context
    from noxkit.tasks.process import Completed, Runner

__all__ = ["FIRST", "SECOND", "Builder", "How", "Step", "TroubleError", "unpack"]

_KEPT = 4 << 20  # bytes of what a build prints
_SEEDS = ("1", "40013")  # of hashes, one a round
_SUFFIXES = {Target.SDIST: ".tar.gz", Target.WHEEL: ".whl", Target.TREE_WHEEL: ".whl"}


class TroubleError(Exception):
    """Raised where it cannot be told whether a package can be built: `reason`, and `hint` what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """Under what circumstances a step runs: those of the second round, with another SOURCE_DATE_EPOCH."""

    again: bool = False
    epoch: str | None = None


FIRST, SECOND = How(), How(again=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How one build ended: `file` or `failure`; times are seconds since 1970."""

    target: Target
    folder: Path
    began: float
    ended: float
    file: Path | None = None
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Builds one package. `scratch` is a folder for homes and outputs; `until` (monotonic) is when all must be over.

    `permits` are as many as builds may run at once, in all tasks together.
    """

    context: Context
    tool: BuildTool
    task: str
    scratch: Path
    until: float
    permits: threading.Semaphore
    epoch: str | None = None

    def build(self, target: Target, source: Path, out: Path, how: How, *, settings: Path) -> Step:
        """Run one step on the folder `source`; `settings` is the folder whose configuration of uv holds.

        Raises TroubleError where it is not the package's fault that nothing was made.
        """
        out.mkdir(parents=True)
        kind = "sdist" if target is Target.SDIST else "wheel"
        with self.permits:
            left = self.until - time.monotonic()
            if left <= 0:
                return self._late(target, source)
            began = time.time()
            completed = self.tool.run(
                [f"--{kind}", str(source)],
                out=out,
                cwd=settings,
                environment=self._environment(how),
                runner=self._runner(how),
                task=self.task,
                timeout=left,
            )
        return self._concluded(completed, target, source, out, began=began)

    def _runner(self, how: How) -> Runner:
        return dataclasses.replace(self.context.runner, kept=_KEPT, umask=OTHER_UMASK if how.again else None)

    def _environment(self, how: How) -> dict[str, str | None]:
        epoch = how.epoch or self.epoch
        home, temporary = self.scratch / "home", self.scratch / "tmp"
        for folder in (home, temporary):
            folder.mkdir(parents=True, exist_ok=True)
        return {
            **self.context.for_uv,
            **self.tool.environment,
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "PYTHONHASHSEED": _SEEDS[how.again],
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            **({"SOURCE_DATE_EPOCH": epoch} if epoch is not None else {}),
        }

    def _late(self, target: Target, source: Path) -> Step:
        limit = self.context.config.options.timeout
        failure = Failure(target=target, reason=f"the builds before it have used up the {limit:g} s of the time limit")
        now = time.time()
        return Step(target=target, folder=source, began=now, ended=now, failure=failure)

    def _concluded(self, completed: Completed, target: Target, source: Path, out: Path, *, began: float) -> Step:
        lines = clean_lines(completed.stdout + b"\n" + completed.stderr, self._hidden(source))
        made = sorted(file for file in out.iterdir() if file.name.endswith((".whl", ".tar.gz", ".zip")))
        step = Step(target=target, folder=source, began=began, ended=time.time(), warnings=tuple(warnings_in(lines)))
        failure = self._failure(completed, lines, target, made)
        if failure is not None:
            return dataclasses.replace(step, failure=failure)
        return dataclasses.replace(step, file=made[0])

    def _hidden(self, source: Path) -> list[tuple[str, str]]:
        folders = (str(source), str(self.scratch), str(self.scratch.parent))
        return [*((f"{folder}/", "") for folder in folders), *((folder, ".") for folder in folders)]

    def _failure(
        self, completed: Completed, lines: Sequence[str], target: Target, made: Sequence[Path]
    ) -> Failure | None:
        if completed.cancelled:
            raise TroubleError("interrupted", "run the session again")
        tail = failure_tail(lines)
        if completed.timed_out:
            reason = f"no end within the time limit, after {completed.seconds:.0f} s"
            return Failure(target=target, reason=reason, lines=tail)
        if completed.returncode != 0:
            self._raise_trouble(lines)
            reason = failure_reason(lines) if lines else f"it ended with exit code {completed.returncode}"
            if missing_requirement(lines):
                return Failure(target=target, reason=f"what the build needs cannot be installed: {reason}")
            return Failure(target=target, reason=reason, lines=tail)
        if len(made) != 1 or not made[0].name.endswith(_SUFFIXES[target]):
            listed = ", ".join(f"`{file.name}`" for file in made) or "no file"
            reason = f"the build backend gave {listed}, and not one `*{_SUFFIXES[target]}`"
            return Failure(target=target, reason=reason, lines=tail)
        return None

    def _raise_trouble(self, lines: Sequence[str]) -> None:
        missing = next((line for line in lines if "No interpreter found" in line), None)
        if missing is not None:
            hint = "install that Python (`uv python install`), or name another one in `default-python` of [tool.noxkit]"
            raise TroubleError(missing.strip().removeprefix("cause: "), hint)
        if is_network(lines):
            hint = "connect to the network, or point uv at an index that answers (UV_DEFAULT_INDEX), and run it again"
            missed = (
                "what the build needs could not be fetched"
                if missing_requirement(lines)
                else "the build needs a network"
            )
            raise TroubleError(f"{missed}: {failure_reason(lines)}", hint)


def unpack(sdist: Path, folder: Path, *, again: bool = False) -> Path | str:
    """Unpack an sdist that was just built: its one folder, or why there is none. `again`: with other times."""
    folder.mkdir(parents=True)
    try:
        with tarfile.open(sdist) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(folder, filter="data")
            else:  # a Python from before the filter; what is unpacked is the project's own code, which is run next
                archive.extractall(folder)  # noqa: S202 -- see above
    except (tarfile.TarError, OSError, EOFError) as error:
        return f"it cannot be unpacked: {error}"
    entries = list(folder.iterdir())
    if len(entries) != 1 or not entries[0].is_dir():
        return f"it holds {len(entries)} top-level entries, and not one folder"
    if again:
        _touch(entries[0])
    return entries[0]


def _touch(root: Path) -> None:
    for current, _, names in os.walk(root):
        for name in names:
            os.utime(Path(current, name), (OTHER_TIME, OTHER_TIME), follow_symlinks=False)
