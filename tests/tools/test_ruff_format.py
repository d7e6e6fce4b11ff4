# SPDX-License-Identifier: Apache-2.0
"""ruff format: recorded outputs of this year's version and of older ones, and when it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["ruff_format"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\n'
CODE = "ruff_format:unformatted"


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("findings", [(CODE, "a.py", 1), (CODE, "b.py", 1)]),
        ("newline", [(CODE, "a\nb.py", 1)]),
        ("notebook", [(CODE, "n.ipynb", None)]),
        ("of_0_12", [(CODE, "a.py", None), (CODE, "b.py", None)]),
        ("of_0_15", [(CODE, "a.py", None), (CODE, "b.py", None)]),
        ("of_0_12_newline", [(CODE, "a\nb.py", None), (CODE, "c.py", None)]),
        (
            "of_0_12_unreadable",
            [(CODE, "a.py", None), (CODE, "b.py", None), ("ruff_format:invalid-syntax", "s.py", 1)],
        ),
        (
            "unreadable",
            [("ruff_format:io", "a.py", None), ("ruff_format:invalid-syntax", "b.py", 1), (CODE, "c.py", 1)],
        ),
    ],
)
def test_every_file_that_would_change_is_a_finding(
    recorded: Callable[[str], Recorded], name: str, places: list[tuple[str, str, int | None]]
) -> None:
    run = recorded(f"ruff_format/{name}")
    assert [place[:3] for place in run.places] == places
    assert run.outcome.status is Status.PASSED


def test_unchosen_all_of_them_are_one_warning(recorded: Callable[[str], Recorded]) -> None:
    (finding,) = recorded("ruff_format/unchosen").outcome.findings
    assert finding.message == "2 of 3 files are not formatted as `ruff format` would: `a.py`, `b.py`"
    assert (finding.severity, finding.path, finding.fix) == (Severity.WARNING, None, FixSafety.SAFE)
    assert "skip" in finding.hint


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.py"], "1 file is not formatted as `ruff format` would: `a.py`"),
        (["c.py", "b/a.py", "a.py"], "3 files are not formatted as `ruff format` would: `a.py`, `b/a.py`, `c.py`"),
        (["d.py", "c.py", "b.py", "a.py"], "`a.py`, `b.py`, `c.py` and 1 more"),
        ([f"{number}.py" for number in range(9)], "`0.py`, `1.py`, `2.py` and 6 more"),
        (["a\nb.py"], "`a; b.py`"),
    ],
    ids=["one", "three", "four", "nine", "an odd name"],
)
def test_the_one_warning_names_the_first_files(make_job: Callable[..., Job], names: list[str], said: str) -> None:
    job = make_job({"pyproject.toml": PYPROJECT, **dict.fromkeys(names, "x=1\n")}, chosen=False)
    would = "".join(f"Would reformat: {name}\n" for name in names)
    summary = f"{len(names)} file{'s' * (len(names) > 1)} would be reformatted\n"
    (finding,) = TOOL.conclude(job, Completed(("ruff",), 1, (would + summary).encode(), b"", 0.1)).findings
    assert finding.message.endswith(said)


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("of_0_12_clean", Status.PASSED, 1, None, id="clean in an old version"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "ruff_format read no file", id="everything is excluded"),
        pytest.param(
            "empty", Status.INCONCLUSIVE, None, "read no file", id="Markdown, which it formats, does not count"
        ),
        pytest.param("missing_path", Status.INCONCLUSIVE, 1, "nowhere: ", id="a path that is not there"),
        pytest.param("bad_config", Status.CRASHED, None, "unknown field", id="a wrong configuration"),
        pytest.param("write", Status.PASSED, 3, None, id="formatted"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"ruff_format/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


def test_formatting_says_how_many_files_it_changed(recorded: Callable[[str], Recorded]) -> None:
    assert recorded("ruff_format/write").outcome.evidence["changed"] == 2


def test_formatting_names_the_file_that_does_not_parse(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("ruff_format/write_syntax")
    assert [place[:3] for place in run.places] == [("ruff_format:invalid-syntax", "b.py", 1)]
    assert run.outcome.evidence["changed"] == 1


@pytest.mark.parametrize(
    "output",
    [
        b"Would reformat: a.py\n3 files would be reformatted\n",
        b"Would reformat: a.py\n",
        b"1 file would be reformatted\n",
        b"everything is fine\n",
    ],
    ids=["other number", "no summary", "no file", "other words"],
)
def test_text_whose_summary_disagrees_crashes(make_job: Callable[..., Job], output: bytes) -> None:
    job = make_job({"pyproject.toml": PYPROJECT, "a.py": "x=1\n"})
    assert TOOL.conclude(job, Completed(("ruff",), 1, output, b"", 0.1)).status is Status.CRASHED


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        pytest.param({"pyproject.toml": PYPROJECT + "[tool.ruff.format]\n"}, True, id="table"),
        pytest.param({"pyproject.toml": PYPROJECT, "ruff.toml": "[format]\n"}, True, id="ruff.toml"),
        pytest.param({"ruff.toml": "[lint]\n"}, False, id="ruff.toml that only lints"),
        pytest.param({"ruff.toml": "x = [\n"}, False, id="ruff.toml that is broken"),
        pytest.param({"pyproject.toml": PYPROJECT + "[tool.ruff]\n"}, False, id="ruff, but not its formatter"),
        pytest.param({".pre-commit-config.yaml": "repos: [{repo: x, hooks: [{id: ruff-format}]}]\n"}, True, id="hook"),
    ],
)
def test_a_repository_chooses_it_by(
    repository: Callable[[dict[str, Any]], Repository], files: dict[str, Any], *, chosen: bool
) -> None:
    assert TOOL.choice(repository({"pyproject.toml": PYPROJECT, **files})).chosen is chosen


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(
            {"pyproject.toml": PYPROJECT + "[tool.black]\n"},
            "black formats this repository ([tool.black] in pyproject.toml)",
            id="black",
        ),
        pytest.param({".style.yapf": ""}, "yapf formats this repository (.style.yapf in the root)", id="yapf"),
        pytest.param(
            {"pyproject.toml": PYPROJECT + "[tool.black]\n[tool.ruff.format]\n"}, None, id="black and ruff format"
        ),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_it_is_not_due_where_another_formatter_is_chosen(
    repository: Callable[[dict[str, Any]], Repository], files: dict[str, Any], reason: str | None
) -> None:
    made = repository({"pyproject.toml": PYPROJECT, "a.py": "", **files})
    assert TOOL.not_due(made, (".",)) == reason


def test_it_is_not_due_without_a_python_file(repository: Callable[[dict[str, Any]], Repository]) -> None:
    assert TOOL.not_due(repository({"pyproject.toml": PYPROJECT}), (".",)) == "0 Python files of 1 files under ."


def test_it_writes_only_where_it_may(make_job: Callable[..., Job]) -> None:
    looking = make_job({"pyproject.toml": PYPROJECT})
    assert "--check" in TOOL.command(looking)
    assert TOOL.environment_for(looking) == {"RUFF_OUTPUT_FORMAT": "json"}


def test_writing_it_is_read_as_text(make_job: Callable[..., Job]) -> None:
    writing = make_job({"pyproject.toml": PYPROJECT}, write=True)
    assert "--check" not in TOOL.command(writing)
    assert TOOL.environment_for(writing) == {"RUFF_OUTPUT_FORMAT": None}
