# SPDX-License-Identifier: Apache-2.0
"""The session `trials` tells what was judged from what was found, in both directions; its lists fit together."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from noxkit.rules import load_rules
from noxkit.tools._codes import TOOL_CODES
from sessions._real_files import KINDS
from sessions.trials import Finding, Judged, compared

_DATA = Path(__file__).parent.parent / "data" / "trials"
_FILE = "demo-1.0-py3-none-any.whl"
_JUDGED = {_FILE: Judged(codes=frozenset({"NK-BYTECODE"}), wrong="a compiled module")}


def _finding(code: str, severity: str = "error", name: str = _FILE) -> Finding:
    return Finding(code=code, severity=severity, path=f"/somewhere/{name}/demo/core.py")


@pytest.mark.parametrize(
    ("findings", "lines"),
    [
        ([_finding("NK-BYTECODE")], []),
        ([_finding("NK-BYTECODE"), _finding("NK-BYTECODE")], []),
        ([_finding("NK-BYTECODE"), _finding("NK-JUNK-FILE", "warning")], []),
        ([], [f"{_FILE}: NK-BYTECODE is not found"]),
        ([_finding("NK-BYTECODE", "warning")], [f"{_FILE}: NK-BYTECODE is not found"]),
        ([_finding("NK-BYTECODE"), _finding("NK-SECRET-FILE")], [f"{_FILE}: NK-SECRET-FILE is not judged"]),
        (
            [_finding("NK-BYTECODE"), _finding("NK-BYTECODE", name="other-1.0.tar.gz")],
            ["other-1.0.tar.gz: NK-BYTECODE is not judged"],
        ),
    ],
)
def test_differences(findings: list[Finding], lines: list[str]) -> None:
    assert compared([_FILE, "other-1.0.tar.gz"], findings, _JUDGED) == lines


def test_a_finding_in_no_file_that_was_given_is_a_difference() -> None:
    assert compared([], [_finding("NK-BYTECODE")], {}) == [
        f"/somewhere/{_FILE}/demo/core.py: NK-BYTECODE is not judged"
    ]


def test_lists_are_pinned_and_large_enough() -> None:
    lists = {kind: (_DATA / f"{kind}.txt").read_text(encoding="utf-8").splitlines()[1:] for kind in KINDS}
    assert all("==" in line and " --hash=sha256:" in line for lines in lists.values() for line in lines)
    assert len(lists["wheels"]) + len(lists["sdists"]) >= 100
    assert len(lists["defective"]) >= 15
    assert not set(lists["wheels"]) & set(lists["defective"])


def test_judged_codes_exist() -> None:
    judged = msgspec.toml.decode((_DATA / "defective.toml").read_bytes(), type=dict[str, Judged])
    known = {*load_rules(), *TOOL_CODES}
    assert {code for each in judged.values() for code in each.codes} <= known
    assert all(each.codes and each.wrong for each in judged.values())
