# SPDX-License-Identifier: Apache-2.0
"""From the session `tests_watch` to one run of the engine after another, until somebody ends it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.config._help import help_text
from noxkit.config.load import load
from noxkit.engine._context import open_context
from noxkit.engine._output import Asked, prepare_state, record_crash, record_error
from noxkit.engine._watch import Watch, refuse_without_terminal
from noxkit.engine.console import Console
from noxkit.errors import NoxkitError
from noxkit.report._escape import one_line
from noxkit.report._live import PlainLines
from noxkit.sessions._run import end, run_once, show
from noxkit.tasks import environ as environment_module
from noxkit.tasks.cancel import handling_signals
from noxkit.tasks.identity import call_identity

if TYPE_CHECKING:
    import nox

    from noxkit.config.load import Config
    from noxkit.diagnostics.model import Report
    from noxkit.engine._run import Planner

__all__ = ["run_session"]


def run_session(session: nox.Session, name: str, planner: Planner) -> None:
    """Run the tests, and again after each change, until Ctrl-C ends the whole process as it does in any session."""
    root = Path.cwd()
    environ = environment_module.current()
    call = call_identity(parent=session.parallel)
    asked = Asked(session=name, arguments=tuple(session.posargs), environ=environ, call=call, worker=session.parallel)
    try:
        config = load(root, environ=environ, arguments=asked.arguments)
        if config.asks_for_help:
            Console(environ).write(help_text(name))
        elif config.run.dry_run or config.run.why:
            run_once(asked, planner, config=config, console=Console(environ, verbose=config.run.verbose))
        else:
            ci = {"CI": environ.get("CI") or "true"} if config.run.ci else {}
            refuse_without_terminal({**environ, **ci}, terminal=sys.stdout.isatty())
            _watch(asked, config)
    except NoxkitError as error:
        Console(environ).error(error, root)
        record_error(error, root, asked=asked)
        session.error(f"{name} ended: {error.records[0].message}")
    except Exception as error:
        record_crash(error, root, asked=asked)
        raise


def _watch(asked: Asked, config: Config) -> None:
    console = Console(asked.environ, verbose=config.run.verbose)
    with _started(asked, config, console) as watch:
        report: Report | None = _round(asked, watch, config=config, console=console)
        while True:
            for path in watch.conclude(report):
                console.line(f"{one_line(path)} is written by the tests: it is watched no longer; have git ignore it")
            interrupted = report is not None and report.interrupted
            console.line(
                "changed meanwhile; beginning again" if interrupted else "waiting for a change; Ctrl-C ends it"
            )
            changed = watch.wait()
            if changed is None:
                end(watch.cancel.signal)
            console.line(f"changed: {one_line(changed)}")
            report = _later_round(asked, watch, console)


def _started(asked: Asked, config: Config, console: Console) -> Watch:
    """The watch of this tree. Raises NoxkitError where it cannot be had."""
    root = Path.cwd()
    with PlainLines(sys.stdout, style=console.style) as display:
        context = open_context(asked.session, root, config=config, environ=asked.environ, observers=[display])
        prepare_state(context.state, root)
        with handling_signals(context.cancel):
            try:
                return Watch(context)
            except NoxkitError:
                if context.cancel.requested:
                    end(context.cancel.signal)
                raise


def _later_round(asked: Asked, watch: Watch, console: Console) -> Report | None:
    """One more round. What is wrong with the configuration meanwhile is said, and waits for the next change."""
    root = Path.cwd()
    try:
        config = load(root, environ=asked.environ, arguments=asked.arguments)
        return _round(asked, watch, config=config, console=console)
    except NoxkitError as error:
        console.error(error, root)
        record_error(error, root, asked=asked)
        return None


def _round(asked: Asked, watch: Watch, *, config: Config, console: Console) -> Report | None:
    """One run of the tests and its report, which is shown unless a change has ended it."""
    context, report = run_once(asked, watch.plan, config=config, console=console)
    if context.cancel.signal is not None:
        if report is not None:
            show(context, report, console, call=asked.call)
        end(context.cancel.signal)
    if report is not None and not report.interrupted:
        show(context, report, console, call=asked.call)
    return report
