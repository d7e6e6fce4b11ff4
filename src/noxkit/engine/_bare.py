# SPDX-License-Identifier: Apache-2.0
"""A run without a repository: files that are named on the command line, wherever they lie."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.config._help import help_text
from noxkit.config.load import load
from noxkit.diagnostics.model import BARE
from noxkit.diagnostics.sources import Sources
from noxkit.engine._built_tools import plan_built_tools
from noxkit.engine._contents import plan_contents
from noxkit.engine._context import Context
from noxkit.engine._output import forge_output, prepare_reports, write_report
from noxkit.engine._run import run
from noxkit.engine.console import Console
from noxkit.report import formats
from noxkit.report._live import LiveDisplay, PlainLines
from noxkit.tasks.cancel import Cancel
from noxkit.tasks.events import EventLog, Fanout
from noxkit.tasks.process import Runner
from noxkit.tasks.store import Store
from noxkit.workspace.model import Repository, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from noxkit.config.load import Config
    from noxkit.diagnostics.model import Report
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = ["verify_files"]


def verify_files(folder: Path, arguments: Sequence[str], *, environ: Mapping[str, str], stream: TextIO) -> int | str:
    """Verify the files that `arguments` name, relative to `folder`, print the findings, write the reports.

    The options are those of a session, without any pyproject.toml. Returns the exit code, or the text that
    `--help` asks for. Raises NoxkitError for what cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="noxkit-wheel-") as empty:
        config = load(Path(empty), environ=environ, arguments=arguments, words_are_files=True)
    if config.asks_for_help:
        return help_text(BARE)
    console = Console(environ, verbose=config.run.verbose)
    display = (LiveDisplay if console.style.live else PlainLines)(stream, style=console.style)
    with display:
        log = [EventLog(folder / config.run.events, session=BARE)] if config.run.events else []
        context = _context(folder, config, environ=environ, fanout=Fanout([display, *log]))
        prepare_reports(folder, targets=config.reports, session=BARE)
        report = run(context, _plan)
    _show(context, report, console)
    return report.exit_code


def _plan(context: Context, scope: Scope) -> list[Task]:
    """noxkit's own rules, and the programs that look at native code."""
    return [*plan_contents(context, scope), *plan_built_tools(context, scope, "wheel_contents")]


def _context(folder: Path, config: Config, *, environ: Mapping[str, str], fanout: Fanout) -> Context:
    cancel = Cancel()
    runner = Runner(
        root=folder, observer=fanout, cancel=cancel, environment=environ, credentials=config.options.credentials
    )
    return Context(
        session=BARE,
        config=config,
        environ=environ,
        repository=Repository(root=folder, workspace=Workspace()),
        runner=runner,
        cancel=cancel,
        fanout=fanout,
        store=Store(None, 0),
    )


def _show(context: Context, report: Report, console: Console) -> None:
    console.write("\n" + formats()["text"](report, sources=Sources(context.root), style=console.style))
    for name, pattern in context.config.reports:
        file = context.root / pattern.replace("{session}", BARE)
        write_report(file, name, report, context.root)
        console.line(f"report: {file}")
    console.write(forge_output(report, context.root, context.environ))
