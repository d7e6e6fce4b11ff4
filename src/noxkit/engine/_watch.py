# SPDX-License-Identifier: Apache-2.0
"""What `tests_watch` runs and when: a watcher beside the runs, and what each change makes due."""

from __future__ import annotations

import dataclasses
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.engine import _watch_child
from noxkit.engine._changes import Changes
from noxkit.engine._scope import affected_by
from noxkit.engine._tests import default_python, plan_tests
from noxkit.environments.tool import Pin
from noxkit.environments.uv import InstallFailedError
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.tasks.cancel import Cancel, handling_signals
from noxkit.tasks.environ import is_ci
from noxkit.tasks.process import Runner, StartError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from noxkit.diagnostics.model import Report
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = ["Watch", "plan_tests_watch", "refuse_without_terminal"]

_LIBRARY = "watchfiles"
_LOOK = 0.1  # seconds between two looks at what the watcher has written
_START = 30.0  # seconds until it watches: more than a big tree on a slow disk takes
_HINT = (
    "raise `fs.inotify.max_user_watches` where it says so, or set WATCHFILES_FORCE_POLLING=1; else run `nox -s tests`"
)


def plan_tests_watch(context: Context, scope: Scope) -> list[Task]:
    """The tests on the default Python: what a first round runs."""
    return plan_tests(context, scope, default_python(context))


def refuse_without_terminal(environ: Mapping[str, str], *, terminal: bool) -> None:
    """Raise NoxkitError (NK-WATCH-TERMINAL) under CI, and where nobody could see it or end it."""
    if terminal and not is_ci(environ):
        return
    why = "CI is set" if is_ci(environ) else "there is no terminal here"
    message = f"`tests_watch` runs until somebody ends it, and {why}"
    hint = "run `nox -s tests`, or this in a terminal"
    raise NoxkitError(ErrorRecord(code="NK-WATCH-TERMINAL", message=message, hint=hint))


class Watch:
    """A watcher process, and the rounds of tests that its changes ask for; to be used as a context manager.

    `reason` says in a few words what the next round is about.
    """

    def __init__(self, context: Context) -> None:
        self.cancel = Cancel()
        self._runner = Runner(
            root=context.root,
            environment=context.environ,
            cancel=self.cancel,
            credentials=context.config.options.credentials,
        )
        self._python = _python_of(context)
        self._folder = tempfile.TemporaryDirectory(prefix="noxkit-watch-")
        self._changes = Changes(context, self._runner, Path(self._folder.name) / "changes.jsonl")
        self._watcher = threading.Thread(target=self._watch, name="noxkit-watch", daemon=True)
        self._trouble: str | None = None
        self._about: frozenset[str] | None = None  # the paths that the round is about; None for all of the tree
        self._round: _Round | None = None

    def __enter__(self) -> Watch:
        self._watcher.start()
        waited = 0.0
        while not self._changes.has_begun() and self._watcher.is_alive() and waited < _START:
            waited += _LOOK
            if self.cancel.wait(_LOOK):
                break
        if not self._changes.has_begun() and not self.cancel.requested:
            trouble = self._trouble or f"it has not begun within {_START:.0f} s"
            self.__exit__()
            raise _failed(trouble)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end_round()
        self.cancel.set()
        self._watcher.join()
        self._folder.cleanup()

    def _watch(self) -> None:
        """The watcher from its start to its end, in a thread of its own."""
        command = [self._python, "-I", "-B", _watch_child.__file__, self._runner.root, self._changes.file]
        try:
            completed = self._runner.run(command, task=_LIBRARY)
        except StartError as error:
            self._trouble = str(error)
            return
        said = completed.stderr.decode("utf-8", "replace").strip().splitlines()
        self._trouble = said[-1][:300] if said else f"it ended with exit code {completed.returncode}"

    def plan(self, context: Context, scope: Scope) -> list[Task]:
        """The tasks of one round; from here on a change to the code ends it early."""
        new = self._changes.look_at(context)
        self._about = None if self._about is None else self._about | new
        self._round = _Round(self._changes, context.cancel)
        about = scope if self._about is None else affected_by(context, sorted(self._about), fact="affected by changes")
        if scope.packages is not None and about.packages is not None:
            about = dataclasses.replace(
                about, packages=tuple(each for each in about.packages if each in scope.packages)
            )
        elif about.packages is None:
            about = scope
        return plan_tests_watch(context, about)

    def conclude(self, report: Report | None) -> list[str]:
        """Take in how the round has ended; None where it could not run. Returns what there is to say of its changes."""
        self._end_round()
        if report is None or report.interrupted:
            return self._changes.left_out_now()
        self._about = _owed(report, self._about)
        return self._changes.left_out_now()

    def _end_round(self) -> None:
        if self._round is not None:
            self._round.end()
            self._round = None

    def wait(self) -> str | None:
        """Wait for a change that asks for a round, and return what has changed; None where somebody ends the watch.

        Raises NoxkitError (NK-WATCH-FAILED) where the watcher has ended by itself.
        """
        with handling_signals(self.cancel):
            while not (new := self._changes.settled()):
                if self.cancel.wait(_LOOK):
                    return None
                if not self._watcher.is_alive():
                    raise _failed(self._trouble or "it has ended")
        self._about = None if self._about is None else self._about | new
        return _named(sorted(new))


class _Round:
    """The thread that looks for changes while tests run, and cancels them where the code has changed."""

    def __init__(self, changes: Changes, cancel: Cancel) -> None:
        self._changes = changes
        self._cancel = cancel
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._attend, name="noxkit-round", daemon=True)
        self._thread.start()

    def _attend(self) -> None:
        while not self._done.wait(_LOOK):
            if self._changes.are_urgent():
                self._cancel.set()
                return

    def end(self) -> None:
        self._done.set()
        self._thread.join()
        self._changes.end_round()


def _python_of(context: Context) -> str:
    """The Python that has watchfiles. Raises NoxkitError where it cannot be installed."""
    pin = Pin(distribution=_LIBRARY, specifier=None, source="noxkit's lock")
    try:
        return str(context.tool_environments.ensure(pin, task=_LIBRARY).programs / "python")
    except InstallFailedError as error:
        raise NoxkitError(ErrorRecord(code="NK-WATCH-FAILED", message=error.reason, hint=error.hint)) from error


def _failed(trouble: str) -> NoxkitError:
    message = f"the tree cannot be watched: {trouble}"
    return NoxkitError(ErrorRecord(code="NK-WATCH-FAILED", message=message, hint=_HINT))


def _owed(report: Report, about: frozenset[str] | None) -> frozenset[str] | None:
    """What the next round is about beside new changes: what has failed must not go green by not being run again."""
    if report.status in {Status.PASSED, Status.SKIPPED}:
        return frozenset()
    if any(task.status in {Status.CRASHED, Status.INCONCLUSIVE} for task in report.tasks):
        return about
    paths = {finding.path for finding in report.findings if finding.suppressed is None}
    return None if None in paths else frozenset(path for path in paths if path is not None)


def _named(paths: Iterable[str]) -> str:
    first, *rest = paths
    return f"{first} and {len(rest)} more" if rest else first
