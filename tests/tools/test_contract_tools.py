# SPDX-License-Identifier: Apache-2.0
"""Every tool of the folder: what it declares, what it starts, and that nothing hostile is taken for clean."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from noxkit.diagnostics.model import Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools
from noxkit.tools._base import Chooser, Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOLS = load_tools()
HERE = Path(__file__).parent
DATA = HERE.parent / "data" / "tools"
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.10"\n'
RECORDS = sorted(f"{file.parent.name}/{file.stem}" for file in DATA.glob("*/*.json") if file.parent.name in TOOLS)
TREE = {"pyproject.toml": PYPROJECT, "src/demo/__init__.py": "x = 1\n", "uv.lock": "version = 1\n"}

# Programs that noxkit runs to the end for their side effects or reads from files are tested on their own.
PRINTING = [name for name, tool in TOOLS.items() if tool.own_environment or tool.executable == "uv"]

HOSTILE = {
    "empty": b"",
    "truncated_json": b'[{"code": "F401", "filename": "/a',
    "truncated_object": b'{"generalDiagnostics": [{"file": "/a", "sev',
    "traceback": b'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nImportError: no module\n',
    "html": b"<!doctype html><html><body>502 Bad Gateway</body></html>",
    "other_json": b'{"message": "rate limited"}',
    "list_of_other_json": b'[{"message": "rate limited"}]',
    "null": b"null",
    "bytes": bytes(range(256)),
}


@pytest.fixture(params=sorted(TOOLS))
def tool(request: pytest.FixtureRequest) -> Tool:
    """Each tool."""
    return TOOLS[request.param]


def test_tools_are_found_by_walking_the_folder() -> None:
    assert {"mypy", "pyrefly", "pyright", "ruff", "ruff_format", "ruff_imports", "ty"} < set(TOOLS)
    assert {"typos", "uv_lock", "uv_pip_check"} < set(TOOLS)
    assert list(TOOLS) == sorted(TOOLS)


def test_a_tool_has_a_test_file(tool: Tool) -> None:
    module = type(tool).__module__.rpartition(".")[2]
    assert (HERE / f"test_{module}.py").is_file()


def test_a_tool_has_its_lock_or_no_environment_of_its_own(tool: Tool) -> None:
    name = Requirement(tool.distribution).name
    lock = Path(inspect.getfile(Tool)).parent / "locks" / f"{name}.txt"
    assert lock.is_file() is (tool.own_environment or name in {"pytest", "coverage"})
    if lock.is_file():
        text = lock.read_text(encoding="utf-8")
        assert f"{name}==" in text
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_a_tool_declares_valid_literals(tool: Tool) -> None:
    assert tool.name
    assert tool.summary
    assert not tool.summary.endswith(".")
    assert tool.url.startswith("https://")
    assert tool.sessions
    assert isinstance(tool.chooser, Chooser)
    assert tool.cost >= 0
    assert 0 in tool.codes_clean
    assert not tool.codes_clean & tool.codes_findings
    assert all(isinstance(value, str) for value in tool.environment.values())
    assert type(tool).__doc__


@pytest.mark.parametrize("name", PRINTING)
def test_a_command_is_a_list_of_text_that_starts_with_the_executable(name: str, make_job: Callable[..., Job]) -> None:
    job = make_job(TREE, python="3.10", interpreter="self", excluded=["old"])
    command = TOOLS[name].command(job)
    assert isinstance(command, list)
    assert all(type(part) is str for part in command)
    assert command[0] == str(job.executable)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("code", [0, 1, 2, 101, -9])
@pytest.mark.parametrize("name", PRINTING)
def test_output_that_is_not_the_tools_own_crashes(
    name: str, code: int, hostile: str, make_job: Callable[..., Job]
) -> None:
    job = make_job(TREE, python="3.10", interpreter="self")
    for out, err in ((HOSTILE[hostile], b""), (b"", HOSTILE[hostile]), (HOSTILE[hostile], HOSTILE[hostile])):
        outcome = TOOLS[name].conclude(job, Completed(("tool",), code, out, err, 0.1))
        assert outcome.status is Status.CRASHED
        assert outcome.reason
        assert outcome.hint


@pytest.mark.parametrize("name", RECORDS)
def test_no_hint_names_the_tools_own_comment(name: str, recorded: Callable[[str], Recorded]) -> None:
    """Reports say once how to accept a finding, for all tools alike; followed literally, two ways undo each other."""
    hints = [finding.hint for finding in recorded(name).outcome.findings]
    assert [hint for hint in hints if re.search(r"# ?noqa|: ?ignore\b|nosec|disable=", hint)] == []


@pytest.mark.parametrize("name", RECORDS)
def test_every_recorded_finding_is_whole(name: str, recorded: Callable[[str], Recorded]) -> None:
    run = recorded(name)
    outcome = run.outcome
    for finding in outcome.findings:
        program = Requirement(run.tool.distribution).name  # several tasks of one program name its codes alike
        assert finding.code.startswith((f"{run.tool.name}:", f"{program}:", "NK-"))
        assert finding.task == run.tool.name
        assert isinstance(finding.severity, Severity)
        assert finding.message
        assert finding.hint
        assert "\n" not in finding.message + finding.hint
        assert str(run.job.root) not in finding.message + finding.hint + (finding.path or "")
        assert finding.column is None or (finding.line is not None and finding.column >= 1)
        assert finding.line is None or finding.line >= 1
        if finding.end_line is not None and finding.end_column is not None:
            start = (finding.line or 0, finding.column or 0)
            assert (finding.end_line, finding.end_column) >= start


@pytest.mark.parametrize("name", RECORDS)
def test_a_recorded_run_that_read_nothing_has_not_passed(name: str, recorded: Callable[[str], Recorded]) -> None:
    run = recorded(name)
    outcome = run.outcome
    if outcome.status is Status.PASSED:
        assert outcome.evidence[run.tool.reads]
    else:
        assert outcome.reason
        assert outcome.hint


@pytest.mark.parametrize("name", PRINTING)
def test_paths_that_match_nothing_are_inconclusive(name: str, make_job: Callable[..., Job]) -> None:
    job = make_job(TREE, python="3.10", interpreter="self", paths=[])
    outcome = TOOLS[name].conclude(job, Completed(("tool",), 0, b"[]", b"", 0.1))
    assert outcome.status is Status.INCONCLUSIVE
