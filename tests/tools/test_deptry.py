# SPDX-License-Identifier: Apache-2.0
"""deptry: all members in one process, namespaces that members share, and what it cannot read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["deptry"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.10"\n'


def test_the_findings_of_every_member_have_its_paths_and_its_name(recorded: Callable[[str], Recorded]) -> None:
    outcome = recorded("deptry/findings").outcome
    found = [(each.code, each.path, each.line, each.package, each.group) for each in outcome.findings]
    assert found == [
        ("deptry:DEP002", "packages/a/pyproject.toml", None, "acme-a", "NK-DEPENDENCY-UNUSED"),
        ("deptry:DEP001", "packages/a/src/acme/a/__init__.py", 2, "acme-a", "NK-DEPENDENCY-MISSING"),
        ("deptry:DEP001", "packages/b/src/acme/b/__init__.py", 3, "acme-b", "NK-DEPENDENCY-MISSING"),
    ]
    assert outcome.evidence["members"] == 2


def test_only_members_below_the_paths_are_looked_at(recorded: Callable[[str], Recorded]) -> None:
    assert {each.package for each in recorded("deptry/one_member").outcome.findings} == {"acme-b"}


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("clean", Status.PASSED, ""),
        ("not_utf8", Status.PASSED, ""),
        ("bad_configuration", Status.INCONCLUSIVE, "invalid configuration options"),
    ],
)
def test_a_member_that_cannot_be_read_is_no_pass(
    recorded: Callable[[str], Recorded], case: str, status: Status, reason: str
) -> None:
    outcome = recorded(f"deptry/{case}").outcome
    assert outcome.status is status
    assert reason in (outcome.reason or "")


def test_what_members_say_in_their_own_table_is_joined_with_what_noxkit_knows(make_job: Callable[..., Job]) -> None:
    table = '[tool.deptry]\nknown_first_party = ["mine"]\nextend_exclude = ["old"]\n'
    job = make_job({"pyproject.toml": PYPROJECT + table, "src/demo/__init__.py": ""})
    (member,) = json.loads(Path(TOOL.command(job)[2]).read_text(encoding="utf-8"))
    pairs = list(zip(member["arguments"], member["arguments"][1:], strict=False))
    assert {("--known-first-party", "mine"), ("--known-first-party", "demo"), ("-ee", "old")} <= set(pairs)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"pyproject.toml": PYPROJECT, "src/demo/__init__.py": ""}, None),
        ({"pyproject.toml": "[tool.uv.workspace]\nmembers = []\n", "a.py": ""}, "no package"),
        ({"pyproject.toml": PYPROJECT}, "0 Python files"),
    ],
)
def test_it_is_due_where_a_package_declares_dependencies_and_has_code(
    repository: Callable[[dict[str, Any]], Repository], files: dict[str, str], reason: str | None
) -> None:
    said = TOOL.not_due(repository(files), (".",))
    assert said is None if reason is None else reason in (said or "")
