# SPDX-License-Identifier: Apache-2.0
"""The table of groups against one file with every defect, run through all four checkers."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import pytest

from noxkit.tools._groups import GROUPS, group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.tools.conftest import Recorded

CHECKERS = ("ty", "pyrefly", "pyright", "mypy")
# Names of older versions, and what no checker shows in one file: a file that is no text or does not parse, an `ignore`
# that is old, what is found in pairs of other lines.
EXEMPT = {
    ("ty", "unresolved-import"),
    ("ty", "unresolved-attribute"),
    ("ty", "invalid-return-type"),
    ("ty", "call-non-callable"),
    ("ty", "non-subscriptable"),
    ("ty", "invalid-method-override"),
    ("ty", "invalid-key"),
    ("ty", "invalid-overload"),
    ("pyrefly", "import-error"),
    ("pyrefly", "parse-error"),
    ("pyright", "reportPossiblyUnbound"),
    ("pyright", "revealed-type"),
    ("mypy", "import"),
}


@pytest.fixture
def codes(tmp_path: Path, recorded: Callable[[str], Recorded]) -> Mapping[tuple[int, str], set[tuple[str, str]]]:
    """The codes at each line of the file, by group."""
    found: dict[tuple[int, str], set[tuple[str, str]]] = collections.defaultdict(set)
    for number, checker in enumerate(CHECKERS):
        for finding in recorded(f"{checker}/groups").outcome.findings:
            code = finding.code.partition(":")[2]
            if finding.group and finding.line:
                found[finding.line, finding.group].add((checker, code))
        (tmp_path / "tree").rename(tmp_path / f"tree-{number}")
    return found


def test_every_code_of_a_group_stands_where_one_of_another_checker_does(
    codes: Mapping[tuple[int, str], set[tuple[str, str]]],
) -> None:
    together = {code for shared in codes.values() if len({checker for checker, _ in shared}) > 1 for code in shared}
    declared = {
        (checker, code)
        for group, checkers in GROUPS.items()
        if group not in {"syntax", "unreadable"}
        for checker, names in checkers.items()
        if checker in CHECKERS
        for code in names.split()
    }
    assert declared - together - EXEMPT == set()


def test_no_code_is_in_two_groups() -> None:
    pairs = [(tool, code) for tools in GROUPS.values() for tool, codes in tools.items() for code in codes.split()]
    assert len(pairs) == len(set(pairs))


def test_every_group_holds_at_least_two_tools() -> None:
    assert [group for group, tools in GROUPS.items() if len(tools) < 2] == []


@pytest.mark.parametrize(
    ("tool", "code", "group"),
    [
        ("ty", "import-not-found", "import-missing"),
        ("ty", "unresolved-import", "import-missing"),
        ("pyright", "reportMissingImports", "import-missing"),
        ("pyrefly", "missing-import", "import-missing"),
        ("mypy", "import-not-found", "import-missing"),
        ("ruff", "F821", "name-undefined"),
        ("pyright", "reportUndefinedVariable", "name-undefined"),
        ("ruff", "PLC0415", "import-late"),
        ("noxkit", "NK-IMPORT-IN-FUNCTION", "import-late"),
        ("noxkit", "NK-MODULE-SYNTAX-ERROR", "syntax"),
        ("ruff", "F401", None),
        ("nobody", "import-not-found", None),
    ],
)
def test_a_code_has_the_group_that_it_shares(tool: str, code: str, group: str | None) -> None:
    assert group_of(tool, code) == group
