# SPDX-License-Identifier: Apache-2.0
"""Modes, times and owners of entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Severity

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
MODES = ("NK-FILE-MODE-SETUID", "NK-FILE-MODE-WORLD-WRITABLE", "NK-FILE-MODE-UNREADABLE")


@pytest.mark.parametrize(
    ("mode", "codes"),
    [
        (0o644, ()),
        (0o755, ()),
        (0o664, ()),
        (0o400, ()),
        (0o1755, ()),
        (0o444, ()),
        (0o4755, MODES[:1]),
        (0o2755, MODES[:1]),
        (0o6755, MODES[:1]),
        (0o666, MODES[1:2]),
        (0o777, MODES[1:2]),
        (0o602, MODES[1:2]),
        (0o244, MODES[2:]),
        (0o044, MODES[2:]),
        (0o4002, MODES),
    ],
    ids=lambda value: f"{value:#o}" if isinstance(value, int) else None,
)
@pytest.mark.parametrize("file", [WHEEL, SDIST])
def test_modes(artifacts: Artifacts, file: str, mode: int, codes: tuple[str, ...]) -> None:
    recipe = f'[files]\n"demo-1.0/a.py" = ""\n[members."demo-1.0/a.py"]\nmode = {mode:#o}'
    found = [finding for code in MODES for finding in artifacts.find(code, {file: recipe})]
    assert tuple(finding.code for finding in found) == codes
    assert all(finding.fix is FixSafety.DISPLAY for finding in found)


@pytest.mark.parametrize(("mode", "severity"), [(0o2755, Severity.WARNING), (0o4755, Severity.ERROR)])
def test_a_folder_that_hands_its_group_on_is_a_warning(artifacts: Artifacts, mode: int, severity: Severity) -> None:
    recipe = f'[files]\n"demo-1.0/a/" = ""\n[members."demo-1.0/a/"]\nmode = {mode:#o}'
    (finding,) = artifacts.find(MODES[0], {SDIST: recipe})
    assert finding.severity is severity


def test_a_link_has_no_mode_of_its_own(artifacts: Artifacts) -> None:
    recipe = '[members."demo-1.0/a"]\nlink = "README.md"\nmode = 0o777'
    assert artifacts.find(MODES[1], {SDIST: recipe}) == []


@pytest.mark.parametrize(
    ("file", "time", "words"),
    [
        (SDIST, "1970-01-01T00:00:00", "before 1980"),
        (SDIST, "1979-12-31T23:59:59", "before 1980"),
        (SDIST, "1980-01-01T00:00:00", None),
        (SDIST, "2099-01-01T00:00:00", "in the future"),
        (WHEEL, "1980-01-01T00:00:00", None),
        (WHEEL, "2024-02-29T12:00:00", None),
        (WHEEL, "2099-01-01T00:00:00", "in the future"),
    ],
)
def test_times(artifacts: Artifacts, file: str, time: str, words: str | None) -> None:
    recipe = f'[files]\n"demo-1.0/a.py" = ""\n[members."demo-1.0/a.py"]\ntime = {time}'
    found = artifacts.find("NK-TIMESTAMP-OUT-OF-RANGE", {file: recipe})
    assert [words in finding.message for finding in found if words] == ([True] if words else [])
    assert len(found) == (words is not None)


@pytest.mark.parametrize(
    ("user", "group", "named"),
    [
        ("", "", None),
        ("root", "root", None),
        ("root", "", None),
        ("alice", "staff", "`alice`, `staff`"),
        ("root", "wheel", "`wheel`"),
        ("runner", "root", "`runner`"),
        ("Root", "root", "`Root`"),
    ],
)
def test_owners(artifacts: Artifacts, user: str, group: str, named: str | None) -> None:
    recipe = f'[members."demo-1.0/README.md"]\nuser = "{user}"\ngroup = "{group}"'
    found = artifacts.find("NK-SDIST-OWNER-LEAK", {SDIST: recipe})
    assert [named in finding.message for finding in found if named] == ([True] if named else [])
    assert len(found) == (named is not None)


def test_many_entries_of_one_owner_are_one_finding(artifacts: Artifacts) -> None:
    recipe = "".join(f'[members."demo-1.0/{name}"]\nuser = "alice"\n' for name in "abcdef")
    (finding,) = artifacts.find("NK-SDIST-OWNER-LEAK", {SDIST: recipe})
    assert "the first of 6 entries" in finding.message
