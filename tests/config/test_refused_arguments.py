# SPDX-License-Identifier: Apache-2.0
"""Flags and variables that are refused: each mistake with its code and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.config.conftest import Refuse

ARGUMENT, NO_ARGUMENT = "NK-ARGUMENT-VALUE", "NK-ARGUMENT-UNKNOWN"
# flags, variables, code, part of the message, the whole hint (None: any)
BAD_TEXT: dict[str, tuple[Sequence[str], Mapping[str, str], str, str, str | None]] = {
    "misspelt flag": (
        ["--onyl", "ruff"],
        {},
        NO_ARGUMENT,
        "`--onyl` is not an option",
        "did you mean `--only`?",
    ),
    "misspelt flag with its value": (
        ["--onyl=ruff"],
        {},
        NO_ARGUMENT,
        "`--onyl` is not",
        "did you mean `--only`?",
    ),
    "snake case flag": (["--no_cache"], {}, NO_ARGUMENT, "`--no_cache`", "did you mean `--no-cache`?"),
    "misspelt switch": (["--skip-test"], {}, NO_ARGUMENT, "`--skip-test`", "did you mean `--skip-tests`?"),
    "unlike any flag": (["--qqqqqq"], {}, NO_ARGUMENT, "`--qqqqqq`", None),
    "flag of pytest": (
        ["-k", "name"],
        {},
        NO_ARGUMENT,
        "`-k`",
        "arguments of pytest follow a second `--`, as in `nox -s tests -- -- -k name`",
    ),
    "word without a flag": (
        ["src"],
        {},
        NO_ARGUMENT,
        "`src`",
        "options begin with `--`; arguments of pytest follow a second `--`",
    ),
    "control characters": (["--\x1b[31m"], {}, NO_ARGUMENT, "`--\\u001b[31m`", None),
    "list of tables as a flag": (
        ["--kinds", "[]"],
        {},
        NO_ARGUMENT,
        "`--kinds` is a list of tables",
        "set `kinds` in [tool.noxkit] of pyproject.toml, or NOXKIT_KINDS as JSON",
    ),
    "no value at the end": (["--since"], {}, ARGUMENT, "`--since` has no value", "write `--since=REV`"),
    "no value before a flag": (["--since", "--verbose"], {}, ARGUMENT, "`--since` has no value", None),
    "empty value": (["--since="], {}, ARGUMENT, '`--since` is `""`', None),
    "value for a switch": (
        ["--no-cache=maybe"],
        {},
        ARGUMENT,
        "`--no-cache` must be true or false, not `maybe`",
        "use true or false",
    ),
    "text for a number": (
        ["--jobs", "many"],
        {},
        ARGUMENT,
        "`--jobs` must be a whole number, not `many`",
        None,
    ),
    "zero jobs": (["--jobs", "0"], {}, ARGUMENT, "`--jobs` is `0`", None),
    "negative jobs": (["--jobs", "-2"], {}, ARGUMENT, "`--jobs` is `-2`", None),
    "severity": (
        ["--fail-on", "warn"],
        {},
        ARGUMENT,
        "`--fail-on` is `warn`, which is not one of `error`, `warning`, `info`",
        "did you mean `warning`?",
    ),
    "report without a file": (
        ["--report", "json"],
        {},
        ARGUMENT,
        "`--report[0]` is `json`, which is not FORMAT=FILE",
        None,
    ),
    "report with an empty file": (["--report", "json="], {}, ARGUMENT, "which is not FORMAT=FILE", None),
    "report to a folder": (["--report", "json=out/"], {}, ARGUMENT, "which is not FORMAT=FILE", None),
    "format without a file": (
        ["--format", "json"],
        {},
        ARGUMENT,
        "`--format` is given without a file: `json`",
        None,
    ),
    "file without a format": (
        [],
        {"NOXKIT_OUTPUT": "x.json"},
        ARGUMENT,
        "`NOXKIT_OUTPUT` is given without a format: `x.json`",
        None,
    ),
    "revision that is an option": (
        ["--since=--output=x"],
        {},
        ARGUMENT,
        "`--since` is `--output=x`, which is not a git revision",
        None,
    ),
    "misspelt checkers": (
        ["--typecheck-environments", "shard"],
        {},
        ARGUMENT,
        "`shard`",
        "did you mean `shared`?",
    ),
    "version of a tool without comparison": (
        ["--tools", "ruff=0.17"],
        {},
        ARGUMENT,
        "`--tools.ruff` is `0.17`",
        'write "==0.17" for exactly this version',
    ),
    "version without a tool": (
        ["--tools", "==0.17"],
        {},
        ARGUMENT,
        "`--tools` has `==0.17`, which names nothing",
        None,
    ),
    "paths without a tool": (
        ["--paths", "src"],
        {},
        ARGUMENT,
        "`--paths` has `src`, which names nothing",
        None,
    ),
    "misspelt variable": (
        [],
        {"NOXKIT_PROFLE": "strict"},
        NO_ARGUMENT,
        "`NOXKIT_PROFLE` is a variable that sets no option",
        "did you mean `NOXKIT_PROFILE`?",
    ),
    "unlike any variable": ([], {"NOXKIT_QQQQQQ": "1"}, NO_ARGUMENT, "`NOXKIT_QQQQQQ`", None),
    "variable of the wrong type": (
        [],
        {"NOXKIT_TIMEOUT": "long"},
        ARGUMENT,
        "`NOXKIT_TIMEOUT` must be a number, not `long`",
        None,
    ),
    "variable that is no JSON": ([], {"NOXKIT_KINDS": "[{"}, ARGUMENT, "`NOXKIT_KINDS` is not JSON", None),
    "JSON of the wrong shape": (
        [],
        {"NOXKIT_KINDS": '{"name": "a"}'},
        ARGUMENT,
        "`NOXKIT_KINDS` must be a list of tables, not a table",
        None,
    ),
    "misspelt key in JSON": (
        [],
        {"NOXKIT_KINDS": '[{"name": "a", "paths": ["x"], "publsh": true}]'},
        ARGUMENT,
        "`publsh` is not an option of NOXKIT_KINDS[0]",
        "did you mean `publish`?",
    ),
    "null in JSON": (
        [],
        {"NOXKIT_KINDS": '[{"name": null, "paths": ["x"]}]'},
        ARGUMENT,
        "`NOXKIT_KINDS[0].name` must be a string, not nothing",
        None,
    ),
    "variable that is not UTF-8": (
        [],
        {"NOXKIT_EVENTS": "a\udcff"},
        ARGUMENT,
        "`NOXKIT_EVENTS` is `a\\\\udcff`",
        None,
    ),
    "switch by a variable": (
        [],
        {"NOXKIT_SKIP_TESTS": "maybe"},
        ARGUMENT,
        "`NOXKIT_SKIP_TESTS` must be true or false",
        None,
    ),
}


@pytest.mark.parametrize(("arguments", "environ", "code", "message", "hint"), BAD_TEXT.values(), ids=BAD_TEXT.keys())
def test_flags_and_variables_that_are_wrong_are_refused(
    refused: Refuse,
    *,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    code: str,
    message: str,
    hint: str | None,
) -> None:
    (record,) = refused(environ=environ, arguments=arguments)
    assert (record.code, record.path, record.line) == (code, None, None)
    assert message in record.message
    assert hint is None or record.hint == hint
