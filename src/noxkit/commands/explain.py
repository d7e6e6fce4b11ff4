# SPDX-License-Identifier: Apache-2.0
"""`noxkit explain CODE`: what a code means, why it matters, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.config.load import load
from noxkit.engine._context import open_context
from noxkit.engine._execute import pin_for
from noxkit.engine._files import plugin_rules
from noxkit.environments.uv import InstallFailedError
from noxkit.errors import ERROR_CODES, ErrorRecord, NoxkitError, did_you_mean
from noxkit.rules import load_rules
from noxkit.tasks.environ import current
from noxkit.tools import load_tools
from noxkit.tools._codes import TOOL_CODES

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from noxkit.diagnostics.model import RuleInfo
    from noxkit.engine.console import Console
    from noxkit.tools._base import Tool

__all__ = ["HELP", "configure", "run"]

HELP = "say what a code means and what to do about it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the code."""
    parser.add_argument("code", metavar="CODE", help="such as NK-SECRET or ruff:F401")


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print the page of the code. Raises NoxkitError for one that nobody knows."""
    code: str = parsed.code.strip()
    tool, _, of_tool = code.partition(":")
    text = _own(code.upper())
    if text is None and of_tool and tool in load_tools():
        text = _of_tool(parsed.root.resolve(), load_tools()[tool], of_tool)
    if text is None and not of_tool:
        text = _of_plugin(parsed.root.resolve(), code.upper())
    if text is None:
        known = [*load_rules(), *TOOL_CODES, *ERROR_CODES, *(f"{name}:…" for name in load_tools())]
        message = f"`{code}` is no code of noxkit, nor `TOOL:CODE` of a tool that it runs"
        raise NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=_nearest(code, known)))
    console.line(text.rstrip())
    return 0


def _nearest(code: str, known: list[str]) -> str:
    hint = did_you_mean(code.upper() if not code.count(":") else code, known, kind="codes")
    return hint if hint.startswith("did you mean") else "`noxkit rules` lists those of noxkit"


def _own(code: str) -> str | None:
    rule = load_rules().get(code)
    if rule is not None:
        return _page(rule)
    if code in TOOL_CODES:
        task, text = TOOL_CODES[code]
        return f"{code}, found by the task {task}\n\n{text}"
    if code in ERROR_CODES:
        return f"{code}: {ERROR_CODES[code]}\n\nIt comes with its place and a hint; the exit code is 2."
    return None


def _of_plugin(root: Path, code: str) -> str | None:
    environ = current()
    config = load(root, environ=environ, arguments=())
    if not config.options.plugins:
        return None
    context = open_context("explain", root, config=config, environ=environ)
    rule = next((each for each in plugin_rules(context) if each.code == code), None)
    return None if rule is None else _page(rule, on="of `plugins` of this repository")


def _page(rule: RuleInfo, *, on: str | None = None) -> str:
    facts = [
        f"{rule.severity.value}",
        on or ("in every profile" if rule.standard else "in `strict`, or where `select` names it"),
        f"{rule.fix.value} fix" if rule.fix else "no automatic fix",
        f"since {rule.since}",
    ]
    return f"{rule.code} ({', '.join(facts)})\n\n{rule.page}"


def _of_tool(root: Path, tool: Tool, code: str) -> str | None:
    """What the tool itself says of its code, else where its page is."""
    said = _asked(root, tool, code) if tool.explains_with else None
    if said is not None:
        return said
    if tool.code_url is not None:
        return f"{tool.name}:{code} is explained at {tool.code_url.format(code=code)}"
    return f"{tool.name} explains its codes at {tool.url}" if not tool.explains_with else None


def _asked(root: Path, tool: Tool, code: str) -> str | None:
    """The tool's own explanation; None where it does not know the code or cannot be installed."""
    environ = current()
    context = open_context("explain", root, config=load(root, environ=environ, arguments=()), environ=environ)
    try:
        home = context.tool_environments.ensure(pin_for(context, tool), task=tool.name)
    except InstallFailedError as error:
        raise NoxkitError(ErrorRecord(code="NK-FILE-UNREADABLE", message=error.reason, hint=error.hint)) from error
    arguments = [part.format(code=code) for part in tool.explains_with]
    completed = context.runner.run([str(home.programs / tool.executable), *arguments], task="explain")
    text = completed.stdout.decode("utf-8", "replace").strip()
    return text if completed.returncode == 0 and text else None
