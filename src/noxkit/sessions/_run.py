# SPDX-License-Identifier: Apache-2.0
"""From a nox session to a run of the engine and back: the only module that knows both."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from noxkit.config.load import load
from noxkit.diagnostics.sources import Sources
from noxkit.engine._context import open_context
from noxkit.engine._describe import SHOW_THEMSELVES, describe_plan, explain
from noxkit.engine._last import keep_last
from noxkit.engine._output import (
    Asked,
    forge_output,
    prepare_reports,
    prepare_state,
    record_crash,
    record_error,
    write_reports,
)
from noxkit.engine._run import plan, run, under_ci
from noxkit.engine.console import Console
from noxkit.errors import NoxkitError
from noxkit.report import formats
from noxkit.report._live import LiveDisplay, PlainLines
from noxkit.report._verdict import last_line
from noxkit.tasks import environ as environment_module
from noxkit.tasks.cancel import watching_parent
from noxkit.tasks.identity import call_identity

if TYPE_CHECKING:
    import nox

    from noxkit.config.load import Config
    from noxkit.diagnostics.model import Report
    from noxkit.engine._context import Context
    from noxkit.engine._run import Planner

__all__ = ["end", "run_once", "run_session", "show"]


def run_session(session: nox.Session, name: str, planner: Planner) -> None:
    """Run `planner`'s tasks as the session `name`: print, write the reports, and fail the session if the verdict does.

    Ends the whole process on an interrupt, after the report is printed.
    """
    root = Path.cwd()
    environ = environment_module.current()
    call = call_identity(parent=session.parallel)
    asked = Asked(session=name, arguments=tuple(session.posargs), environ=environ, call=call, worker=session.parallel)
    report: Report | None = None
    try:
        config = load(root, environ=environ, arguments=asked.arguments)
        if config.asks_for_help:
            from noxkit.config._help import help_text  # noqa: PLC0415 -- needed only where it is asked for

            Console(environ).write(help_text(name.partition("-")[0]))
            return
        if config.run.ci:
            environ = {**environ, "CI": environ.get("CI") or "true"}
            asked = dataclasses.replace(asked, environ=environ)
        console = Console(environ, verbose=config.run.verbose)
        context, report = run_once(asked, planner, config=config, console=console)
        if report is not None:
            show(context, report, console, call=call)
            if context.cancel.requested:
                end(context.cancel.signal)
    except NoxkitError as error:
        Console(environ).error(error, root)
        record_error(error, root, asked=asked, report=report)
        session.error(f"{name} {'did not run' if report is None else 'failed'}: {error.records[0].message}")
    except Exception as error:
        record_crash(error, root, asked=asked)
        raise
    if report is not None and report.failing:
        session.error(last_line(report))


def run_once(asked: Asked, planner: Planner, *, config: Config, console: Console) -> tuple[Context, Report | None]:
    """The context of the run and its report; None where it was only to be explained."""
    root = Path.cwd()
    display = (LiveDisplay if console.style.live else PlainLines)(sys.stdout, style=console.style)
    with display:
        context = open_context(asked.session, root, config=config, environ=asked.environ, observers=[display])
        if (config.run.dry_run and context.family not in SHOW_THEMSELVES) or config.run.why:
            tasks = plan(context, planner)
            console.write(explain(context, tasks, config.run.why) if config.run.why else describe_plan(context, tasks))
            return context, None
        prepare_state(context.state, root)
        prepare_reports(root, targets=config.reports, session=asked.session)
        with watching_parent(context.cancel) if asked.worker else contextlib.nullcontext():
            return context, run(context, planner)


def show(context: Context, report: Report, console: Console, *, call: str) -> None:
    """Print what a run has to say and its report, and write the reports that were asked for."""
    for text in context.outbox:
        console.write(text)
    console.write("\n" + formats()["text"](report, sources=Sources(context.root), style=console.style))
    keep_last(report, context.root)
    strict = under_ci(context)
    for file in write_reports(report, context.root, targets=context.config.reports, call=call, strict=strict):
        console.line(f"report: {os.path.relpath(file, context.root)}")
    console.write(forge_output(report, context.root, context.environ))


def end(number: int | None) -> NoReturn:
    """Stop nox as well: whoever interrupts wants no further session to start."""
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + (number or signal.SIGTERM))
