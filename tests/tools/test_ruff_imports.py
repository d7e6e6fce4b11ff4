# SPDX-License-Identifier: Apache-2.0
"""ruff's import order: what is left after fixing, and when it is due."""

from __future__ import annotations

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

TOOL = load_tools()["ruff_imports"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\n'
NOT_SELECTED = "the configuration of ruff does not select I"


@pytest.mark.parametrize(
    ("name", "status", "files", "codes"),
    [
        ("fixed", Status.PASSED, 1, []),
        ("empty", Status.INCONCLUSIVE, None, []),
        ("syntax", Status.PASSED, 1, ["ruff_imports:invalid-syntax"] * 2),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, codes: list[str]
) -> None:
    outcome = recorded(f"ruff_imports/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert [finding.code for finding in outcome.findings] == codes


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param({}, None, id="nothing configured"),
        pytest.param({"pyproject.toml": PYPROJECT + '[tool.ruff.lint]\nselect = ["E", "I"]\n'}, None, id="selected"),
        pytest.param(
            {"pyproject.toml": PYPROJECT + '[tool.ruff.lint]\nextend-select = ["I001"]\n'}, None, id="extended"
        ),
        pytest.param({"pyproject.toml": PYPROJECT + '[tool.ruff]\nselect = ["ALL"]\n'}, None, id="the old table"),
        pytest.param({"ruff.toml": '[lint]\nselect = ["I"]\n'}, None, id="ruff.toml"),
        pytest.param({"ruff.toml": '[lint]\nselect = ["E"]\n'}, NOT_SELECTED, id="ruff.toml without it"),
        pytest.param({"pyproject.toml": PYPROJECT + "[tool.ruff]\n"}, NOT_SELECTED, id="configured without it"),
        pytest.param(
            {"pyproject.toml": PYPROJECT + '[tool.ruff.lint]\nselect = ["ALL"]\nignore = ["I"]\n'},
            NOT_SELECTED,
            id="ignored",
        ),
        pytest.param(
            {"pyproject.toml": PYPROJECT + "[tool.isort]\n"},
            "isort orders the imports of this repository ([tool.isort] in pyproject.toml)",
            id="isort",
        ),
    ],
)
def test_it_is_due_unless_something_else_orders_imports(
    repository: Callable[[dict[str, Any]], Repository], files: dict[str, Any], reason: str | None
) -> None:
    assert TOOL.not_due(repository({"pyproject.toml": PYPROJECT, "a.py": "", **files}), (".",)) == reason


def test_it_applies_one_rule(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"pyproject.toml": PYPROJECT}, write=True))
    assert command[command.index("--select") + 1] == "I"
    assert "--fix" in command
