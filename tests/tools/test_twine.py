# SPDX-License-Identifier: Apache-2.0
"""twine: recorded outputs, with the lines that continue a message, and a file at which it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["twine"]


def test_each_level_is_a_finding_with_all_of_its_lines(recorded: Callable[[str], Recorded]) -> None:
    outcome = recorded("twine/findings").outcome
    found = [(finding.code, finding.severity, finding.message[:60]) for finding in outcome.findings]
    assert found == [
        ("twine:markup", Severity.ERROR, "`long_description` has syntax errors in markup and would not"),
        (
            "twine:content-type-missing",
            Severity.WARNING,
            "`long_description_content_type` missing. defaulting to `text",
        ),
        ("twine:description-missing", Severity.WARNING, "`long_description` missing."),
    ]
    path = "dist/demo_bad-1.0-py3-none-any.whl/demo_bad-1.0.dist-info/METADATA"
    assert (outcome.findings[0].path, outcome.findings[0].group) == (path, "readme-render")
    assert 'Unknown directive type "nope"' in outcome.findings[0].message
    assert outcome.evidence["files"] == 3


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("clean", Status.PASSED, ""),
        ("garbage", Status.INCONCLUSIVE, "twine stopped at dist/garbage-1.0-py3-none-any.whl"),
        ("empty", Status.INCONCLUSIVE, "twine stopped at dist"),
        ("missing", Status.CRASHED, "Cannot find file"),
    ],
)
def test_what_it_cannot_read_is_no_pass(
    recorded: Callable[[str], Recorded], case: str, status: Status, reason: str
) -> None:
    outcome = recorded(f"twine/{case}").outcome
    assert outcome.status is status
    assert reason in (outcome.reason or "")


def test_it_is_due_where_there_are_built_files(repository: Callable[[dict[str, Any]], Repository]) -> None:
    made = repository({"a.txt": "x"})
    assert TOOL.not_due(made, ("dist/a-1.0-py3-none-any.whl",)) is None
    assert TOOL.not_due(made, ("dist/a.txt",)) == "no wheel and no sdist"
