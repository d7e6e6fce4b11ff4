# SPDX-License-Identifier: Apache-2.0
"""ruff check: recorded outputs, and the command for repositories that have chosen it and that have not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Severity, Status
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["ruff"]
PYPROJECT = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.11"\n'


def test_findings_have_place_fix_and_page(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("ruff/findings")
    assert run.places == [
        ("ruff:F401", "a.py", 1, 8, 1, 10),
        ("ruff:F401", "a.py", 2, 8, 2, 11),
        ("ruff:F841", "a.py", 6, 5, 6, 11),
        ("ruff:F821", "a.py", 10, 7, 10, 11),
        ("ruff:B018", "a.py", 10, 7, 10, 11),
    ]
    first, _, third, fourth, _ = run.outcome.findings
    assert (first.fix, third.fix, fourth.fix) == (FixSafety.SAFE, FixSafety.UNSAFE, None)
    assert first.hint == "Remove unused import: `os` (`nox -s fix` does it)"
    assert first.url == "https://docs.astral.sh/ruff/rules/unused-import"
    assert fourth.hint == "see https://docs.astral.sh/ruff/rules/undefined-name"
    assert fourth.group == "name-undefined"


@pytest.mark.parametrize(
    ("name", "status", "files", "reason"),
    [
        pytest.param("clean", Status.PASSED, 1, None, id="clean"),
        pytest.param("findings", Status.PASSED, 2, None, id="pyproject.toml is no Python file"),
        pytest.param("excluded", Status.INCONCLUSIVE, None, "ruff read no file", id="exclude names everything"),
        pytest.param(
            "lint_excluded", Status.INCONCLUSIVE, None, "ruff read no file", id="lint.exclude names everything"
        ),
        pytest.param("empty", Status.INCONCLUSIVE, None, "ruff read no file", id="no Python file"),
        pytest.param("missing_path", Status.INCONCLUSIVE, 2, "nowhere: No such file", id="a path that is not there"),
        pytest.param("bad_config", Status.CRASHED, None, "unknown field `line-lenght`", id="a wrong configuration"),
        pytest.param("unreadable", Status.PASSED, 3, None, id="a file that is not UTF-8 is a finding"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, reason: str | None
) -> None:
    outcome = recorded(f"ruff/{name}").outcome
    assert outcome.status is status
    assert outcome.evidence.get("files") == files
    assert (reason or "") in (outcome.reason or "")


def test_a_syntax_error_is_a_finding_in_the_group_of_the_checkers(recorded: Callable[[str], Recorded]) -> None:
    first = recorded("ruff/syntax").outcome.findings[0]
    assert (first.code, first.group, first.severity) == ("ruff:invalid-syntax", "syntax", Severity.ERROR)


def test_the_syntax_error_of_an_old_version_is_in_that_group_too(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("ruff/of_0_4")
    assert [finding.group for finding in run.outcome.findings] == [None, "syntax"]
    assert run.outcome.evidence["files"] == 2


def test_files_that_cannot_be_read_are_findings(recorded: Callable[[str], Recorded]) -> None:
    found = {finding.path: finding for finding in recorded("ruff/unreadable").outcome.findings}
    assert set(found) == {"a.py", "b.py"}
    assert all(finding.group == "unreadable" for finding in found.values())


def test_a_finding_in_a_notebook_names_its_cell(recorded: Callable[[str], Recorded]) -> None:
    _, unused = recorded("ruff/notebook").outcome.findings
    assert (unused.path, unused.line) == ("n.ipynb", None)
    assert unused.message == "`os` imported but unused (cell 2, line 1)"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"pyproject.toml": PYPROJECT + "[tool.ruff]\n"}, "[tool.ruff] in pyproject.toml"),
        ({"pyproject.toml": PYPROJECT, "ruff.toml": ""}, "ruff.toml in the root"),
        ({"pyproject.toml": PYPROJECT, ".ruff.toml": ""}, ".ruff.toml in the root"),
        ({"pyproject.toml": PYPROJECT + '[dependency-groups]\ndev = ["ruff"]\n'}, "`ruff` in "),
        (
            {"pyproject.toml": PYPROJECT, ".pre-commit-config.yaml": "repos: [{repo: x, hooks: [{id: ruff-check}]}]\n"},
            "hook `ruff-check` in .pre-commit-config.yaml",
        ),
    ],
    ids=["table", "file", "dot file", "group", "hook"],
)
def test_a_repository_chooses_it_by(
    repository: Callable[[dict[str, Any]], Repository], files: dict[str, Any], why: str
) -> None:
    choice = TOOL.choice(repository(files))
    assert choice.chosen
    assert choice.why.startswith(why)


def test_a_repository_without_a_word_of_it_has_not_chosen(repository: Callable[[dict[str, Any]], Repository]) -> None:
    assert not TOOL.choice(repository({"pyproject.toml": PYPROJECT})).chosen


def test_chosen_the_configuration_of_the_repository_decides(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"pyproject.toml": PYPROJECT}))
    assert "--select" not in command
    assert "--isolated" not in command
    assert "--target-version" not in command


def test_unchosen_only_the_classical_rules_run_on_the_lowest_python(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"pyproject.toml": PYPROJECT, "a.py": ""}, chosen=False))
    assert command[command.index("--select") + 1] == "E4,E7,E9,F"
    assert command[command.index("--target-version") + 1] == "py311"
    assert "--isolated" in command


def test_unchosen_the_syntax_of_the_newest_member_is_allowed(make_job: Callable[..., Job]) -> None:
    newer = PYPROJECT.replace("demo", "newer").replace("3.11", "3.13")
    root = PYPROJECT + '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    files = {"pyproject.toml": root, "packages/newer/pyproject.toml": newer, "a.py": ""}
    command = TOOL.command(make_job(files, chosen=False))
    assert command[command.index("--target-version") + 1] == "py313"


def test_it_fixes_only_where_it_may_write(make_job: Callable[..., Job]) -> None:
    job = make_job({"pyproject.toml": PYPROJECT})
    assert "--no-fix" in TOOL.command(job)
    assert "--fix" not in TOOL.command(job)


def test_its_cache_is_noxkits(make_job: Callable[..., Job]) -> None:
    job = make_job({"pyproject.toml": PYPROJECT})
    command = TOOL.command(job)
    assert command[command.index("--cache-dir") + 1] == str(job.root / ".nox/noxkit/cache/ruff")


def test_a_path_like_an_option_is_not_one(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"pyproject.toml": PYPROJECT}, paths=["-x.py"], excluded=["old"]))
    assert command[-2:] == ["--", "-x.py"]
    assert command[command.index("--exclude") + 1] == "old"


S = "lint.external = "


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        pytest.param({"ruff.toml": ""}, ["S1", "T20"], id="none of them is selected"),
        pytest.param({"ruff.toml": 'lint.select = ["S", "E"]'}, ["T20"], id="some are selected"),
        pytest.param(
            {"ruff.toml": 'select = ["T201"]'}, ["S1", *(f"T20{n}" for n in "023456789")], id="one of a prefix"
        ),
        pytest.param({"ruff.toml": 'lint.extend-select = ["S", "T"]'}, [], id="all are selected"),
        pytest.param({"ruff.toml": 'lint.select = ["ALL"]'}, [], id="everything is selected"),
        pytest.param({"ruff.toml": 'lint.external = ["V1"]'}, ["S1", "T20", "V1"], id="beside those of the repository"),
        pytest.param(
            {"base.toml": 'lint.select = ["S"]', "ruff.toml": 'extend = "base.toml"\nlint.external = ["V"]'},
            ["T20", "V"],
            id="what is extended counts",
        ),
        pytest.param(
            {"ruff.toml": 'lint.select = ["S"]', "sub/pyproject.toml": '[tool.ruff.lint]\nselect = ["T20"]\n'},
            ["S1", "T20"],
            id="in one folder this, in another that",
        ),
    ],
)
def test_a_noqa_of_what_only_noxkit_enforces_is_ruffs_to_keep(
    make_job: Callable[..., Job], files: dict[str, Any], kept: list[str]
) -> None:
    command = TOOL.command(make_job({"pyproject.toml": PYPROJECT, "a.py": "", **files}, enforced=("S1", "T20")))
    options = [part.removeprefix(S) for part in command if part.startswith(S)]
    assert [json.loads(option) for option in options] == ([kept] if kept else [])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"enforced": ()}, id="nothing is enforced"),
        pytest.param({"chosen": False}, id="ruff is not the repository's"),
        pytest.param({"version": "0.3.7"}, id="a version that may not know the option"),
    ],
)
def test_ruff_is_told_of_no_external_code_where(make_job: Callable[..., Job], changes: dict[str, Any]) -> None:
    job = make_job({"ruff.toml": "", "a.py": ""}, **{"enforced": ("S1",), **changes})
    assert not any(part.startswith(S) for part in TOOL.command(job))
