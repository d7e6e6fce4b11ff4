# SPDX-License-Identifier: Apache-2.0
"""`noxkit doctor`: what noxkit makes of a repository, what is missing, and what to do."""

from __future__ import annotations

import ast
import shlex
from typing import TYPE_CHECKING

from noxkit.adopt._noxfile import has_noxkit
from noxkit.config.load import load
from noxkit.engine._context import open_context
from noxkit.engine._execute import pin_for
from noxkit.engine._names import check_names
from noxkit.engine._notes import git_trouble
from noxkit.engine._select import all_tools, checkers, supported_pythons
from noxkit.environments.tool import locked_version
from noxkit.report._verdict import number
from noxkit.tasks.environ import current
from noxkit.workspace.root import root_above

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.engine.console import Console
    from noxkit.tools._base import Tool

__all__ = ["HELP", "configure", "run"]

HELP = "say what noxkit finds in this repository, what is missing, and what to do"
_SHOWN_MEMBERS = 12


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the root is enough."""
    del parser


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print what is found. Ends with 0 where all is well, 1 where something is missing. Raises NoxkitError."""
    root: Path = parsed.root.resolve()
    environ = current()
    context = open_context("doctor", root, config=load(root, environ=environ), environ=environ)
    check_names(context)
    for heading, lines in (
        ("Repository", _repository(context)),
        ("Pythons", _pythons(context)),
        ("Tools", _tools(context)),
    ):
        console.line(console.style.paint(heading, "bold"))
        for line in lines:
            console.line(f"  {line}")
    advice = list(_advice(context))
    console.line(console.style.paint("To do", "bold"))
    for line in advice or ["nothing: all that noxkit needs is here"]:
        console.line(f"  {line}")
    return 1 if advice else 0


def _repository(context: Context) -> Iterator[str]:
    repository = context.repository
    workspace = repository.workspace
    kind = "uv workspace" if workspace.is_uv else ("packages" if len(workspace.packages) > 1 else "single package")
    yield f"root: {context.root}" + (
        "" if repository.git_root in {None, context.root} else f" (in the git work tree {repository.git_root})"
    )
    counted = f"{len(repository.python_files())} Python files of {len(repository.files)}"
    yield f"layout: {kind}, {number(len(workspace.packages), 'package')}, {counted}"
    for package in workspace.packages[:_SHOWN_MEMBERS]:
        names = ", ".join(package.import_names) or "no importable package"
        yield f"- {package.name} in {package.folder} ({package.build_backend or 'no build system'}; imports {names})"
    if len(workspace.packages) > _SHOWN_MEMBERS:
        yield f"… and {len(workspace.packages) - _SHOWN_MEMBERS} more"
    yield f"files listed by: {'git' if repository.has_git else 'a walk of the tree, since there is no git'}"
    yield f"lock: {'uv.lock' if repository.has_file('uv.lock') else 'no uv.lock'}"
    yield f'profile: "{context.config.options.profile}" ({context.config.source("profile")})'


def _pythons(context: Context) -> Iterator[str]:
    for python in supported_pythons(context):
        here = context.is_available(python)
        yield f"{python}: {'installed' if here else 'not installed; uv downloads it when it is needed'}"
    yield f"uv: {context.uv.version}, {context.uv.path} ({context.uv.origin})"


def _tools(context: Context) -> Iterator[str]:
    on = checkers(context)
    for name, tool in sorted(all_tools(context).items()):
        if name.startswith("coverage-"):  # steps of the task `coverage`, not tasks
            continue
        choice = tool.choice(context.repository)
        why = on[name][0] if name in on else choice.why
        off = _why_off(context, tool, is_on=name in on)
        if off is not None:
            why = f"off: {off}"
        elif not choice.chosen and context.config.options.profile != "strict" and not tool.type_checker:
            why = f"{why}; on as advice"
        if name == "tests" and not choice.chosen and not tool.not_due(context.repository, (".",)):
            why = "there are test files, and no dependency group names pytest: noxkit brings it"
        version = ""
        if tool.own_environment:
            pin = pin_for(context, tool)
            version = f" {pin.specifier or locked_version(tool.distribution) or ''} (from {pin.source})"
        yield f"{name}{version}: {why}"


def _why_off(context: Context, tool: Tool, *, is_on: bool) -> str | None:
    """Why a tool does not run in this repository, whatever its files; None where it does."""
    options, choice = context.config.options, tool.choice(context.repository)
    if tool.name in options.skip:
        return "in `skip` of [tool.noxkit]"
    if tool.type_checker:
        return None if is_on else choice.why
    wanted = choice.chosen or options.profile == "strict" or tool.own_codes & set(options.select)
    return f'{choice.why}, and the profile is "{options.profile}"' if tool.strict_only and not wanted else None


def _advice(context: Context) -> Iterator[str]:
    above = root_above(context.root)
    if above is not None:
        root, fact = above
        yield f"this is not the root: {root} {fact}; call `noxkit --root {shlex.quote(str(root))} doctor`"
        return
    repository = context.repository
    if repository.pyproject_missing:
        yield "there is no pyproject.toml: nothing says what is supported; `uv init` makes one"
    elif not supported_pythons(context):
        yield "requires-python admits no Python from 3.10 to 3.14: no type checker and no test can run"
    yield from _noxfile_advice(context.root)
    if not repository.has_git:
        none = "there is no git work tree: `--since` and new-line coverage cannot work"
        yield from list(git_trouble(context)) or [none]


def _noxfile_advice(root: Path) -> Iterator[str]:
    """What is wrong with the noxfile, by its syntax tree: nothing of it is run."""
    file = root / "noxfile.py"
    try:
        tree = ast.parse(file.read_bytes(), filename="noxfile.py")
    except FileNotFoundError:
        yield "there is no noxfile.py: `noxkit init` writes one"
        return
    except (OSError, SyntaxError, ValueError) as error:
        yield f"noxfile.py cannot be read: {error}"
        return
    if not has_noxkit(tree):
        yield "noxfile.py does not import noxkit: add `import noxkit` and `noxkit.pipeline()`"
    if not any(_is_main_block(node) for node in tree.body):
        block = '`if __name__ == "__main__": nox.main()`'
        yield f"noxfile.py has no {block}: `python noxfile.py` would run nothing and end green"


def _is_main_block(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and "__main__" in ast.dump(node.test)
        and "main" in ast.dump(ast.Module(body=node.body, type_ignores=[]))
    )
