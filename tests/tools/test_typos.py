# SPDX-License-Identifier: Apache-2.0
"""typos: recorded outputs, and how many files it has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["typos"]


def test_byte_offsets_become_columns_and_a_name_has_no_line(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("typos/findings")
    assert sorted(run.places, key=str) == [
        ("typos:typo", "a.py", 1, 10, 1, 17),
        ("typos:typo", "b.txt", 1, 1, 1, 4),
        ("typos:typo", "recieve.md", None, None, None, None),
    ]
    assert {finding.group for finding in run.outcome.findings} == {"NK-TYPO"}
    messages = {finding.path: finding.message for finding in run.outcome.findings}
    assert messages["a.py"] == "`recieve` should be `receive`"
    assert messages["recieve.md"] == "`recieve` should be `receive` in the name of the file"


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("findings", Status.PASSED, 3, None, id="findings"),
        pytest.param("of_1_30", Status.PASSED, 1, None, id="an old version"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "typos read no file", id="everything is excluded"),
        pytest.param(
            "missing_path", Status.INCONCLUSIVE, None, "`nowhere` is not found", id="a path that is not there"
        ),
        pytest.param("bad_config", Status.CRASHED, None, "unknown field `defaultz`", id="a wrong configuration"),
        pytest.param("bad_toml", Status.CRASHED, None, "unclosed array", id="a broken configuration"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"typos/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


def test_a_file_that_it_could_not_read_is_trouble(make_job: Callable[..., Job]) -> None:
    out = b'{"type":"error","msg":"a.txt: permission denied"}\n'
    outcome = TOOL.conclude(make_job({"a.txt": "x"}), Completed(("typos",), 2, out, b"", 0.1))
    assert (outcome.status, outcome.reason) == (Status.INCONCLUSIVE, "a.txt: permission denied")


def test_a_word_that_is_not_allowed_has_no_correction(make_job: Callable[..., Job]) -> None:
    out = b'{"type":"typo","path":"./a.txt","line_num":1,"byte_offset":0,"typo":"x","corrections":[]}\n'
    (finding,) = TOOL.conclude(make_job({"a.txt": "x"}), Completed(("typos",), 2, out, b"", 0.1)).findings
    assert finding.message == "`x` is not allowed"


@pytest.mark.parametrize("name", ["typos.toml", "_typos.toml", ".typos.toml"])
def test_a_configuration_file_chooses_it(repository: Callable[[dict[str, Any]], Repository], name: str) -> None:
    assert TOOL.choice(repository({name: ""})).chosen


def test_it_reads_all_files_not_only_python(repository: Callable[[dict[str, Any]], Repository]) -> None:
    made = repository({"README.md": "x", "docs/a.txt": "x"})
    assert TOOL.not_due(made, (".",)) is None
    assert TOOL.planned(made, ("docs",)) == 1
    assert TOOL.not_due(made, ("src",)) == "0 of 2 files under src"


_UNCHOSEN = {"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n', "a.txt": "x"}


@pytest.mark.parametrize(
    ("files", "chosen", "advised"),
    [
        pytest.param(_UNCHOSEN, False, True, id="not chosen"),
        pytest.param({**_UNCHOSEN, "typos.toml": ""}, True, False, id="chosen"),
    ],
)
def test_only_advice_is_held_back(
    make_job: Callable[..., Job], files: dict[str, str], *, chosen: bool, advised: bool
) -> None:
    """idna, werkzeug and mcp: 209, 31 and 8853 words in test data, translations and abbreviations."""
    command = TOOL.command(make_job(files, chosen=chosen))
    assert ("--config" in command) is advised


def test_the_reference_says_what_is_held_back() -> None:
    assert TOOL.advice is not None
    assert "up to four letters" in TOOL.advice


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("tests", "nothing but tests and translations under tests", id="tests"),
        pytest.param("docs", None, id="prose"),
    ],
)
def test_tests_alone_are_not_due_as_advice(
    repository: Callable[[dict[str, Any]], Repository], path: str, reason: str | None
) -> None:
    made = repository({**_UNCHOSEN, "tests/test_a.py": "", "tests/data/a.txt": "", "docs/index.md": ""})
    assert TOOL.not_due(made, (path,)) == reason
