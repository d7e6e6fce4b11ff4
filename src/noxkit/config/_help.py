# SPDX-License-Identifier: Apache-2.0
"""The text of `nox -s SESSION -- --help`, made from the schema."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from noxkit.config._fields import all_options
from noxkit.diagnostics.model import BARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.config._fields import Option

__all__ = ["OF_FILES", "READ_BY", "help_text"]

_WIDTH = 100
_INDENT = 32
_USAGE = "usage: nox -s {session} -- [OPTION…]{rest}"
_LEAD = """\
Every option is also a variable (--fail-on is NOXKIT_FAIL_ON); a flag wins over the variable, the
variable over [tool.noxkit] in pyproject.toml. Lists are given with commas or by repeating the flag."""
_BARE_USAGE = "usage: noxkit wheel PATH… [OPTION…]"
_BARE_LEAD = """\
Verifies wheels and sdists, or folders that hold some, as they are: nothing of them is run, and no
pyproject.toml is read. Every option is also a variable (--fail-on is NOXKIT_FAIL_ON); a flag wins.
Findings are accepted by NOXKIT_IGNORE, which takes JSON."""
_TAIL = (
    "Options that this session does not read are left out: docs/reference/configuration.md of noxkit has all of them."
)

_RELEASED = frozenset({"release", "release_check"})
_VERSIONED = frozenset({"bump", "changelog", "release"})
_TYPED = frozenset({"lint", "typecheck", "check", "release", "release_check"})
_TESTED = frozenset({"tests", "tests_watch", "coverage", "check", "release", "release_check"})
_WRITING = frozenset({"fix", "fmt"})
READ_BY: Mapping[str, frozenset[str]] = {
    "run.range": frozenset({"commits"}),
    "run.message-file": frozenset({"commits"}),
    "run.description-file": frozenset({"commits"}),
    "run.files": frozenset({"wheel_contents"}),
    "run.release": frozenset({"release_check"}),
    "run.skip-tests": _RELEASED,
    "run.rehearse": _RELEASED,
    **dict.fromkeys(("run.major", "run.minor", "run.patch", "run.pre", "run.post", "run.dev"), _VERSIONED),
    "run.set-version": _VERSIONED,
    "run.checked": frozenset({"publish", "tag"}),
    "run.push": frozenset({"tag"}),
    "run.rollback": frozenset({"release"}),
    "run.diff": _WRITING,
    "run.check": _WRITING,
    "run.unsafe": frozenset({"fix"}),
    "run.upgrade-package": frozenset({"deps_update"}),
    "run.yes": frozenset({"clean"}),
    "run.environments": frozenset({"clean"}),
    "run.write-ratchet": frozenset({"coverage", "check"}),
    "default-python": frozenset({"check", "release", "release_check", "tests_watch"}),
    "typecheck": _TYPED,
    "coverage": _TESTED,
    "tests": _TESTED,
    "license-header": frozenset({"lint", "fix", "check", "consistency", "release", "release_check"}),
    "build": frozenset({"build", "wheel_contents", "release", "release_check", "clean", "sbom"}),
    "advisories": frozenset({"security", "release", "release_check"}),
    "artifacts": frozenset({"wheel_contents", "release", "release_check", BARE}),
    "licenses": frozenset({"licenses", "release", "release_check"}),
    "release": _RELEASED | _VERSIONED | {"publish", "sbom", "tag", "verify"},
}
"""Which sessions read an option, by its name or by its table; those that are not here, all of them."""

OF_FILES = frozenset(
    {
        "run.rule",
        "run.severity",
        "run.only",
        "run.skip",
        "run.ci",
        "run.jobs",
        "run.fail-on",
        "run.report",
        "run.format",
        "run.output",
        "run.events",
        "run.verbose",
        "artifacts.size-limit",
        "timeout",
        "tool-folder",
        "tools",
    }
)
"""The options that `noxkit wheel` reads, which has no configuration to read others from."""


def help_text(session: str | None = None) -> str:
    """The flags that a session reads, in groups: those of a run, then those of the configuration by table.

    Without a session all of them are there.
    """
    options = [option for option in all_options() if session is None or _is_read(option, session)]
    groups: dict[str, list[str]] = {}
    for option in options:
        if option.run:
            groups.setdefault(str(option.shape.extra["group"]), []).extend(
                _entry(option.usage, option.shape.description)
            )
    groups["Help"] = _entry("--help", "This text.")
    for option in options:
        if option.in_text and not option.run:
            title = "Also" if session == BARE else _table(option)
            groups.setdefault(title, []).extend(_configured(option))
    if session == BARE:
        head, tail = [_BARE_USAGE, _BARE_LEAD], list[str]()
    else:
        rest = " [-- PYTEST ARGUMENT…]" if session is None or session in _TESTED else ""
        head = [_USAGE.format(session=session or "SESSION…", rest=rest), _LEAD]
        tail = [textwrap.fill(_TAIL, _WIDTH)] if session is not None else []
    parts = [*head, *("\n".join([f"{title}:", *lines]) for title, lines in groups.items()), *tail]
    return "\n\n".join(parts) + "\n"


def _is_read(option: Option, session: str) -> bool:
    if session == BARE:
        return option.name in OF_FILES
    readers = READ_BY.get(option.name) or READ_BY.get(option.path[0] if not option.run else "")
    return readers is None or session in readers


def _table(option: Option) -> str:
    dotted = ".".join(["tool", "noxkit", *option.path[:-1]])
    return f"[{dotted}] in pyproject.toml"


def _configured(option: Option) -> Iterator[str]:
    if option.structured:
        return iter(_entry(f"{option.path[-1]} (no flag)", f"{option.shape.description} {option.variable} takes JSON."))
    return iter(_entry(option.usage, option.shape.description))


def _entry(usage: str, description: str) -> list[str]:
    lines = textwrap.wrap(description, _WIDTH - _INDENT, break_on_hyphens=False)
    first = f"  {usage}"
    if len(first) < _INDENT - 1:
        return [first.ljust(_INDENT) + lines[0], *(" " * _INDENT + line for line in lines[1:])]
    return [first, *(" " * _INDENT + line for line in lines)]
