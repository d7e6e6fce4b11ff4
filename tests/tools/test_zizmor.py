# SPDX-License-Identifier: Apache-2.0
"""zizmor: recorded outputs, which files it is given, and that it never asks GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._context import git_runner
from noxkit.tasks.process import Completed, Runner
from noxkit.tools import load_tools
from noxkit.tools._base import Job
from noxkit.workspace.discovery import discover
from tests._trees import Repo, clean_environ

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["zizmor"]
CI = ".github/workflows/ci.yml"
ACTION = ".github/actions/a/action.yml"
LOG = b" INFO audit: zizmor: completed .github/workflows/ci.yml\n"


def test_rows_and_bytes_become_lines_and_columns(recorded: Callable[[str], Recorded]) -> None:
    assert recorded("zizmor/findings").places == [
        ("zizmor:template-injection", ACTION, 9, 21, 9, 29),
        ("zizmor:artipacked", CI, 8, 9, 8, 34),
        ("zizmor:dangerous-triggers", CI, 2, 1, 2, 24),
        ("zizmor:template-injection", CI, 10, 26, 10, 57),
        ("zizmor:unpinned-uses", CI, 8, 15, 8, 34),
    ]


def test_a_finding_says_what_and_where(recorded: Callable[[str], Recorded]) -> None:
    found = recorded("zizmor/findings").outcome.findings[0]
    assert found.message == "code injection via template expansion: may expand into attacker-controllable code"
    assert found.hint == "see https://docs.zizmor.sh/audits/#template-injection"
    assert found.url == "https://docs.zizmor.sh/audits/#template-injection"


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("findings", Status.PASSED, 2, None, id="findings"),
        pytest.param("ignored_rule", Status.PASSED, 1, None, id="its own configuration holds"),
        pytest.param(
            "broken", Status.INCONCLUSIVE, 1, "not audited .github/workflows/bad.yaml: did not find", id="one broken"
        ),
        pytest.param("broken_alone", Status.INCONCLUSIVE, None, "bad.yaml: did not find", id="only broken"),
        pytest.param("no_workflow", Status.INCONCLUSIVE, None, "not match expected validation", id="not a workflow"),
        pytest.param("latin", Status.INCONCLUSIVE, None, "ci.yml: stream did not contain valid UTF-8", id="no UTF-8"),
        pytest.param("bad_config", Status.CRASHED, None, "unknown field `nope`", id="a wrong configuration"),
        pytest.param("missing_path", Status.CRASHED, None, "required arguments", id="no file at all"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"zizmor/{name}").outcome
    assert (outcome.status, outcome.evidence.get("files")) == (status, files)
    assert (reason or "") in (outcome.reason or "")


def item(severity: str, *, ignored: str = "false", end: int = 0, path: str = CI) -> bytes:
    text = f"""{{"ident": "x", "desc": "d", "url": "https://x.invalid/", "ignored": {ignored},
    "determinations": {{"confidence": "Low", "severity": "{severity}", "persona": "Regular"}},
    "locations": [{{"symbolic": {{"key": {{"Local": {{"verbatim_path": "./{path}"}}}}, "annotation": "here",
    "kind": "Primary"}}, "concrete": {{"location": {{"start_point": {{"row": 0, "column": 2}},
    "end_point": {{"row": {end}, "column": 4}}}}}}}}]}}"""
    return text.encode()


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("High", Severity.ERROR),
        ("Medium", Severity.ERROR),
        ("Low", Severity.WARNING),
        ("Informational", Severity.INFO),
        ("Unknown", Severity.INFO),
    ],
)
def test_severities_are_mapped(make_job: Callable[..., Job], word: str, severity: Severity) -> None:
    completed = Completed(("zizmor",), 14, b"[" + item(word) + b"]", LOG, 0.1)
    (found,) = TOOL.conclude(make_job({CI: "on: push\n"}), completed).findings
    assert found.severity is severity


def test_what_is_ignored_in_the_file_is_no_finding(make_job: Callable[..., Job]) -> None:
    completed = Completed(("zizmor",), 14, b"[" + item("High", ignored="true") + b"]", LOG, 0.1)
    outcome = TOOL.conclude(make_job({CI: "on: push\n"}), completed)
    assert (outcome.status, outcome.findings) == (Status.PASSED, ())


def test_a_place_of_several_lines_is_where_it_begins(make_job: Callable[..., Job]) -> None:
    completed = Completed(("zizmor",), 14, b"[" + item("High", end=3) + b"]", LOG, 0.1)
    (found,) = TOOL.conclude(make_job({CI: "on: push\n"}), completed).findings
    assert (found.line, found.column, found.end_line) == (1, 3, None)


def test_clean_without_a_log_is_no_pass(make_job: Callable[..., Job]) -> None:
    outcome = TOOL.conclude(make_job({CI: "on: push\n"}), Completed(("zizmor",), 0, b"[]", b"", 0.1))
    assert outcome.status is Status.INCONCLUSIVE


def test_as_advice_it_leaves_out_what_is_a_matter_of_policy(recorded: Callable[[str], Recorded]) -> None:
    assert [place[:3] for place in recorded("zizmor/unchosen").places] == [
        ("zizmor:template-injection", ACTION, 9),
        ("zizmor:dangerous-triggers", CI, 2),
        ("zizmor:template-injection", CI, 10),
    ]


def test_unpinned_actions_alone_are_clean_as_advice(recorded: Callable[[str], Recorded]) -> None:
    outcome = recorded("zizmor/unpinned").outcome
    assert (outcome.status, outcome.findings, outcome.evidence["files"]) == (Status.PASSED, (), 1)


def test_it_is_always_offline(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({CI: "on: push\n"}))
    assert "--offline" in command
    assert command[-2:] == ["--", CI]


FILES = {
    "a workflow": (CI, True),
    "a workflow of the other suffix": (".github/workflows/ci.yaml", True),
    "an action": (ACTION, True),
    "an action at the top": ("action.yml", True),
    "a folder below the workflows": (".github/workflows/old/ci.yml", False),
    "an action elsewhere": ("lib/action.yml", False),
    "a template": (".github/workflows/ci.yml.jinja", False),
    "issue forms": (".github/ISSUE_TEMPLATE/bug.yml", False),
    "dependabot": (".github/dependabot.yml", False),
    "another forge's": (".forgejo/workflows/ci.yml", False),
    "workflows in a member": ("packages/a/.github/workflows/ci.yml", False),
}


@pytest.mark.parametrize(("path", "due"), FILES.values(), ids=FILES.keys())
def test_it_is_due_where_there_is_a_workflow_or_an_action(
    repository: Callable[[dict[str, Any]], Repository], path: str, *, due: bool
) -> None:
    made = repository({"pyproject.toml": "", path: "on: push\n"})
    reason = TOOL.not_due(made, (".",))
    assert reason == (None if due else "0 workflows and actions under .")
    assert TOOL.planned(made, (".",)) == due


def test_dependabot_is_read_where_the_repository_runs_zizmor_itself(
    repository: Callable[[dict[str, Any]], Repository],
) -> None:
    made = repository({".github/zizmor.yml": "", ".github/dependabot.yml": "version: 2\n"})
    assert TOOL.planned(made, (".",)) == 1


@pytest.mark.parametrize(
    ("paths", "planned"), [((".",), 2), ((".github",), 2), ((CI,), 1), (("src",), 0), (("a", ACTION), 1)]
)
def test_paths_hold(repository: Callable[[dict[str, Any]], Repository], paths: Sequence[str], planned: int) -> None:
    assert TOOL.planned(repository({CI: "on: push\n", ACTION: "name: a\n"}), paths) == planned


@pytest.fixture
def below(tmp_path: Path) -> Repository:
    """A root in a folder of a work tree that has workflows at its top."""
    repo = Repo(tmp_path / "top", clean_environ(tmp_path / "home"))
    files = {CI: "on: push\n", "py/pyproject.toml": "", "py/.github/workflows/x.yml": "", ".gitignore": "gone.yml\n"}
    repo.write({**files, ".github/workflows/gone.yml": "", "action.yml": ""})
    repo.commit()
    root = repo.root / "py"
    return discover(root, git=git_runner(Runner(root=root, environment=repo.environ), root))


def test_workflows_are_looked_for_at_the_top_of_the_work_tree(below: Repository, tmp_path: Path) -> None:
    command = TOOL.command(Job(repository=below, executable=tmp_path / "zizmor", scratch=tmp_path))
    assert command[command.index("--") + 1 :] == [f"../{CI}", "../action.yml"]


def test_their_findings_have_the_way_up_in_their_path(below: Repository, tmp_path: Path) -> None:
    job = Job(repository=below, executable=tmp_path / "zizmor", scratch=tmp_path)
    log = f"completed ../{CI}\ncompleted ../action.yml\n".encode()
    output = b"[" + item("High").replace(b"./.github", b"../.github") + b"]"
    outcome = TOOL.conclude(job, Completed(("zizmor",), 14, output, log, 0.1))
    assert [found.path for found in outcome.findings] == [f"../{CI}"]
    assert outcome.evidence["files"] == 2


def test_members_alone_have_no_workflow_above_the_root(below: Repository) -> None:
    assert TOOL.not_due(below, ("packages/a",)) == (
        "0 workflows and actions at the top of the work tree under packages/a"
    )


def test_a_configuration_at_the_top_chooses_it(below: Repository) -> None:
    assert not TOOL.choice(below).chosen
    (below.root.parent / ".github" / "zizmor.yml").touch()
    assert TOOL.choice(below).why == ".github/zizmor.yml at the top of the work tree"
