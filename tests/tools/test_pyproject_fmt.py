# SPDX-License-Identifier: Apache-2.0
"""pyproject-fmt: recorded outputs, and which manifests it may touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["pyproject_fmt"]
ONE = '[project]\nname = "demo"\nversion = "1"\n'
CODE = "pyproject_fmt:unformatted"


def test_every_manifest_that_would_change_is_a_finding_at_its_first_change(
    recorded: Callable[[str], Recorded],
) -> None:
    run = recorded("pyproject_fmt/findings")
    assert [place[:3] for place in run.places] == [(CODE, "pyproject.toml", 6), (CODE, "m/b/pyproject.toml", 2)]
    assert run.outcome.findings[0].message == "not formatted as `pyproject-fmt` would: 6 lines of its diff"
    assert run.outcome.findings[0].hint == "run `nox -s fmt`"


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("empty", Status.PASSED, 1, None, id="an empty manifest"),
        pytest.param("findings", Status.PASSED, 3, None, id="findings"),
        pytest.param("write", Status.PASSED, 1, None, id="written"),
        pytest.param("write_clean", Status.PASSED, 1, None, id="nothing to write"),
        pytest.param("bad_config", Status.CRASHED, None, "is not written as int", id="a wrong configuration"),
        pytest.param("missing_path", Status.CRASHED, None, "arguments are required", id="no file at all"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"pyproject_fmt/{name}").outcome
    assert (outcome.status, outcome.evidence.get("files")) == (status, files)
    assert (reason or "") in (outcome.reason or "")


@pytest.mark.parametrize(("name", "changed"), [("write", 1), ("write_clean", 0)])
def test_formatting_says_how_many_it_changed(recorded: Callable[[str], Recorded], name: str, changed: int) -> None:
    outcome = recorded(f"pyproject_fmt/{name}").outcome
    assert (outcome.evidence["changed"], outcome.findings) == (changed, ())


def test_a_manifest_that_does_not_parse_is_a_finding(make_job: Callable[..., Job]) -> None:
    said = b"pyproject.toml: unclosed table at byte 8\n"
    outcome = TOOL.conclude(make_job({"pyproject.toml": ONE}), Completed(("p",), 1, b"", said, 0.1))
    assert [(found.code, found.message) for found in outcome.findings] == [
        ("pyproject_fmt:invalid-toml", "unclosed table at byte 8")
    ]


def test_a_manifest_that_it_does_not_speak_of_was_not_read(make_job: Callable[..., Job]) -> None:
    outcome = TOOL.conclude(
        make_job({"pyproject.toml": ONE}), Completed(("p",), 0, b"no change for other.toml\n", b"", 0.1)
    )
    assert (outcome.status, "pyproject.toml" in (outcome.reason or "")) == (Status.CRASHED, True)


def test_colours_are_no_part_of_the_diff(make_job: Callable[..., Job]) -> None:
    output = (
        "\x1b[31m--- pyproject.toml\n\x1b[0m\n\x1b[32m+++ pyproject.toml\n\x1b[0m\n@@ -1,2 +1,2 @@\n\n [project]\n"
        '\x1b[31m-name="demo"\x1b[0m\n\x1b[32m+name = "demo"\x1b[0m\n'
    )
    outcome = TOOL.conclude(make_job({"pyproject.toml": ONE}), Completed(("p",), 1, output.encode(), b"", 0.1))
    assert [(found.path, found.line) for found in outcome.findings] == [("pyproject.toml", 2)]


WORKSPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["m/*"]\nexclude = ["m/out"]\n',
    "m/a/pyproject.toml": ONE.replace("demo", "a"),
    "m/out/pyproject.toml": ONE,
    "template/pyproject.toml": ONE,
    "tests/repos/x/pyproject.toml": ONE,
}


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        pytest.param((".",), ["pyproject.toml", "m/a/pyproject.toml"], id="the whole workspace and nothing else"),
        pytest.param(("m/a",), ["m/a/pyproject.toml"], id="a member"),
        pytest.param(("template",), [], id="no member"),
    ],
)
def test_only_manifests_of_the_workspace_are_read(
    make_job: Callable[..., Job], paths: Sequence[str], files: list[str]
) -> None:
    job = make_job(WORKSPACE, paths=paths)
    command = TOOL.command(job)
    assert command[command.index("--") + 1 :] == files
    assert (TOOL.not_due(job.repository, paths) is None) is bool(files)


@pytest.mark.parametrize(
    ("more", "form"), [("", True), ("[tool.pyproject-fmt]\n", False)], ids=["not chosen", "chosen"]
)
def test_what_is_published_changes_only_where_the_repository_has_chosen_it(
    make_job: Callable[..., Job], more: str, *, form: bool
) -> None:
    """It would add a classifier for each Python, and drop the last zeros of versions."""
    command = TOOL.command(make_job({"pyproject.toml": ONE + more}, chosen=True))
    assert ("--no-generate-python-version-classifiers" in command) is form
    assert ("--keep-full-version" in command) is form


@pytest.mark.parametrize("write", [True, False])
def test_it_writes_only_where_it_may(make_job: Callable[..., Job], *, write: bool) -> None:
    assert ("--check" in TOOL.command(make_job({"pyproject.toml": ONE}, write=write))) is not write


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": ONE + "[tool.pyproject-fmt]\n"},
        {"pyproject-fmt.toml": ""},
        {".pre-commit-config.yaml": "repos: [{repo: x, hooks: [{id: pyproject-fmt}]}]\n"},
        {"pyproject.toml": ONE + '[dependency-groups]\ndev = ["pyproject-fmt"]\n'},
    ],
    ids=["a table", "a file", "a hook", "a group"],
)
def test_a_repository_chooses_it(repository: Callable[[dict[str, Any]], Repository], files: dict[str, Any]) -> None:
    assert TOOL.choice(repository(files)).chosen
    assert TOOL.strict_only
