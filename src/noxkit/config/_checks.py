# SPDX-License-Identifier: Apache-2.0
"""What a value must be beyond its type: patterns that compile, specifiers, and options that go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["TABLE_CHECKS", "TEXT_CHECKS", "Wrong", "wrong_together"]

_FINDING_GROUPS = frozenset({"path", "line", "column", "code", "severity", "message"})


class Wrong(NamedTuple):
    """What is wrong, as the end of a sentence that begins with the option, and what to do."""

    message: str
    hint: str
    key: str = ""


def _specifier(text: str) -> Wrong | None:
    # packaging takes 30 ms to import: only where a version is given
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 -- slow, and few options need it
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 -- the same

    if not text.strip():
        return Wrong("is empty", 'give a version, such as "==0.17.*", or leave the key out')
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        pass
    else:
        return None
    try:
        version = Version(text)
    except InvalidVersion:
        return Wrong("is not a version specifier", 'write a specifier such as "==0.17.*" or ">=0.17,<0.18"')
    return Wrong("is a version without a comparison", f'write "=={version}" for exactly this version')


def _requirement(text: str) -> Wrong | None:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 -- the same

    try:
        Requirement(text)
    except InvalidRequirement:
        return Wrong("is not a requirement", 'write a package and its versions, such as "sqlfluff==4.*"')
    return None


def _finding_pattern(text: str) -> Wrong | None:
    try:
        groups = set(re.compile(text).groupindex)
    except (re.error, OverflowError, RecursionError) as error:
        return Wrong(f"is not a regular expression: {error}", "mend the expression; it is read by Python's `re`")
    if unknown := sorted(groups - _FINDING_GROUPS):
        known = ", ".join(f"`{name}`" for name in sorted(_FINDING_GROUPS))
        return Wrong(f"has a group `{unknown[0]}` that noxkit does not know", f"the groups are {known}")
    if "message" not in groups:
        return Wrong("has no group `message`", "put `(?P<message>…)` around the part that is the message")
    return None


TEXT_CHECKS: Mapping[str, Callable[[str], Wrong | None]] = {
    "specifier": _specifier,
    "requirement": _requirement,
    "finding-pattern": _finding_pattern,
}
"""The functions that `extra={"check": …}` of the schema names; each takes a string."""


def _command(table: Mapping[str, object]) -> Iterator[Wrong]:
    output, pattern = table.get("output", "exit-code"), table.get("pattern")
    if output == "regex" and pattern is None:
        yield Wrong(
            '`output = "regex"` needs a `pattern`',
            "add `pattern`, with the groups `path`, `line` and `message`",
            "output",
        )
    if output != "regex" and pattern is not None:
        yield Wrong(
            '`pattern` is used only with `output = "regex"`',
            'add `output = "regex"`, or remove `pattern`',
            "pattern",
        )


TABLE_CHECKS: Mapping[str, Callable[[Mapping[str, object]], Iterator[Wrong]]] = {"Command": _command}
"""Functions for a whole table, by the name of its class; each is called only where all keys are right."""


def wrong_together(values: Mapping[str, object], *, unsure: Sequence[str]) -> Iterator[Wrong]:
    """Effective values that do not fit each other; `key` is the option to point at.

    An option that is in `unsure` was given wrongly, so nothing is concluded from it.
    """
    python, default = values.get("python"), values.get("default-python")
    if (
        not {"python", "default-python"} & set(unsure)
        and isinstance(python, list | tuple)
        and default is not None
        and default not in python
    ):
        yield Wrong(
            "is not one of `python`",
            f"add {default} to `python`, or choose one that is there",
            "default-python",
        )
    if not {"run.format", "run.output"} & set(unsure):
        form, file = values.get("run.format"), values.get("run.output")
        if form is not None and file is None:
            hint = "add `--output FILE`, or use `--report FORMAT=FILE`"
            yield Wrong("is given without a file", hint, "run.format")
        if file is not None and form is None:
            hint = "add `--format json`, or use `--report FORMAT=FILE`"
            yield Wrong("is given without a format", hint, "run.output")
