# SPDX-License-Identifier: Apache-2.0
"""`[[tool.noxkit.commands]]`: programs of the repository's own, run for real."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from tests._trees import Repo, clean_environ, command, manifest, outcome, wheel

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Finding


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty folder in an environment without network, CI or credentials."""
    return Repo(tmp_path / "repo", clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never"))


def ran(repo: Repo, text: str, **facts: object) -> tuple[Status, tuple[Finding, ...]]:
    """How a command that prints `text` ends, and what it finds."""
    files = manifest(command("own", more=facts))
    ended = outcome(repo.write({**files, "own.txt": text, "a.sql": "x\n"}).run(), "own")
    return ended.status, ended.findings


def place(found: Finding) -> tuple[object, ...]:
    return (
        found.code,
        found.severity.value,
        found.path,
        found.line,
        found.column,
        found.end_line,
        found.end_column,
        found.message,
    )


ANNOTATIONS = {
    "all that GitHub knows": (
        "::error file=a.sql,line=3,col=4,endLine=3,endColumn=9,title=L01::too long",
        ("own:L01", "error", "a.sql", 3, 4, 3, 9, "too long"),
    ),
    "only a message": ("::warning::no place", ("own:finding", "warning", None, None, None, None, None, "no place")),
    "a notice": ("::notice file=a.sql::hm", ("own:finding", "info", "a.sql", None, None, None, None, "hm")),
    "escapes": (
        "::error file=a%2Cb%3A1.sql,title=100%25::one%0Atwo, 50%25: ok",
        ("own:100%", "error", "a,b:1.sql", None, None, None, None, "one\ntwo, 50%: ok"),
    ),
    "an escaped escape": ("::error::%250A", ("own:finding", "error", None, None, None, None, None, "%0A")),
    "a path from here": ("::error file=./a.sql,line=1::x", ("own:finding", "error", "a.sql", 1, None, None, None, "x")),
    "a title with blanks": (
        "::error title=Line too long::x",
        ("own:Line-too-long", "error", None, None, None, None, None, "x"),
    ),
    "a line that is none": (
        "::error file=a.sql,line=0,col=x::x",
        ("own:finding", "error", "a.sql", None, None, None, None, "x"),
    ),
    "nothing said": ("::error file=a.sql::", ("own:finding", "error", "a.sql", None, None, None, None, "no message")),
}


@pytest.mark.parametrize(("line", "expected"), ANNOTATIONS.values(), ids=ANNOTATIONS.keys())
def test_an_annotation_is_a_finding_at_its_place(repo: Repo, line: str, expected: tuple[object, ...]) -> None:
    _, findings = ran(repo, f"some words\n{line}\nmore :: words\n")
    assert [place(found) for found in findings] == [expected]


def test_an_absolute_path_in_the_root_is_shown_from_there(repo: Repo) -> None:
    _, [found] = ran(repo, f"::error file={repo.root}/a.sql,line=1::x\n")
    assert found.path == "a.sql"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("::error::x\n", Status.FAILED),
        ("::warning::x\n", Status.PASSED),
        ("all is well\n", Status.PASSED),
        ("", Status.PASSED),
    ],
    ids=["an error", "a warning", "words", "nothing"],
)
def test_annotations_decide_by_their_severity(repo: Repo, text: str, status: Status) -> None:
    assert ran(repo, text)[0] is status


def sarif(*results: object, **facts: object) -> str:
    return json.dumps(
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": list(results)}], **facts}
    )


def result(uri: str = "a.sql", level: str | None = "error", **region: int) -> dict[str, object]:
    location = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    return {"ruleId": "R1", "message": {"text": "bad"}, "locations": [location], **({"level": level} if level else {})}


RESULTS = {
    "a region": (
        result(startLine=2, startColumn=3, endLine=2, endColumn=5),
        ("own:R1", "error", "a.sql", 2, 3, 2, 5, "bad"),
    ),
    "no level": (result(level=None, startLine=1), ("own:R1", "warning", "a.sql", 1, None, None, None, "bad")),
    "a note": (result(level="note", startLine=1), ("own:R1", "info", "a.sql", 1, None, None, None, "bad")),
    "no place": ({"message": {"text": "bad"}}, ("own:finding", "warning", None, None, None, None, None, "bad")),
    "an escaped address": (
        result("sub%20dir/a.sql"),
        ("own:R1", "error", "sub dir/a.sql", None, None, None, None, "bad"),
    ),
}


@pytest.mark.parametrize(("given", "expected"), RESULTS.values(), ids=RESULTS.keys())
def test_a_sarif_result_is_a_finding_at_its_place(repo: Repo, given: object, expected: tuple[object, ...]) -> None:
    _, findings = ran(repo, sarif(given), output="sarif")
    assert [place(found) for found in findings] == [expected]


def test_a_sarif_address_of_a_file_in_the_root_is_shown_from_there(repo: Repo) -> None:
    _, [found] = ran(repo, sarif(result((repo.root / "a.sql").as_uri())), output="sarif")
    assert found.path == "a.sql"


def test_a_suppressed_sarif_result_does_not_fail(repo: Repo) -> None:
    accepted = {**result(), "suppressions": [{"kind": "inSource", "justification": "as upstream"}]}
    status, [found] = ran(repo, sarif(accepted), output="sarif")
    assert (status, found.suppressed) == (Status.PASSED, "as upstream")


NO_SARIF = {
    "words": "oh dear",
    "nothing": "",
    "another JSON": "[]",
    "no runs": '{"version": "2.1.0"}',
    "results of another form": '{"version": "2.1.0", "runs": 1}',
}


@pytest.mark.parametrize("text", NO_SARIF.values(), ids=NO_SARIF.keys())
def test_what_is_not_sarif_is_a_crash_and_never_a_pass(repo: Repo, text: str) -> None:
    assert ran(repo, text, output="sarif")[0] is Status.CRASHED


OWN = "own:finding", "error"
NOWHERE = None, None, None, None
LINES = {
    "all groups": (r"^(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<severity>\w+) (?P<code>\w+) (?P<message>.+)$",
                   "a.sql:1:2: warning W1 spaces", ("own:W1", "warning", "a.sql", 1, 2, None, None, "spaces")),
    "a message alone": ("^bad: (?P<message>.+)$", "bad: spaces", (*OWN, None, *NOWHERE, "spaces")),
    "a severity of its own": (r"^(?P<severity>\w+): (?P<message>.+)$", "FATAL: spaces",
                              (*OWN, None, *NOWHERE, "spaces")),
    "a severity in capitals": (r"^(?P<severity>\w+): (?P<message>.+)$", "INFO: spaces",
                              ("own:finding", "info", None, *NOWHERE, "spaces")),
    "a group that did not match": (r"^(?P<path>[^:]+):((?P<line>\d+):)? (?P<message>.+)$", "a.sql: spaces",
                                   (*OWN, "a.sql", *NOWHERE, "spaces")),
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "line", "expected"), LINES.values(), ids=LINES.keys())
def test_a_line_that_matches_the_pattern_is_a_finding(
    repo: Repo, pattern: str, line: str, expected: tuple[object, ...]
) -> None:
    _, findings = ran(repo, f"some words\n{line}\n", output="regex", pattern=pattern)
    assert [place(found) for found in findings] == [expected]


def test_standard_error_is_read_for_the_pattern_too(repo: Repo) -> None:
    files = manifest(
        command(
            "own",
            "sh",
            "-c",
            "echo 'bad: one'; echo 'bad: two' >&2; exit 1",
            output="regex",
            pattern="^bad: (?P<message>.+)$",
        )
    )
    assert sorted(found.message for found in outcome(repo.write(files).run(), "own").findings) == ["one", "two"]


EXITS = {
    "0": ("exit 0", Status.PASSED, 0),
    "1": ("exit 1", Status.FAILED, 1),
    "125": ("exit 125", Status.FAILED, 1),
    "126": ("exit 126", Status.CRASHED, 0),
}


@pytest.mark.parametrize(("script", "status", "count"), EXITS.values(), ids=EXITS.keys())
def test_an_exit_code_alone_decides_where_that_is_all_there_is(
    repo: Repo, script: str, status: Status, count: int
) -> None:
    ended = outcome(repo.write(manifest(command("own", "sh", "-c", script, output="exit-code"))).run(), "own")
    assert (ended.status, len(ended.findings)) == (status, count)


def test_the_finding_of_an_exit_code_shows_what_the_program_said_last(repo: Repo) -> None:
    script = "echo first; echo 'no such table' >&2; exit 4"
    [found] = outcome(
        repo.write(manifest(command("own", "sh", "-c", script, output="exit-code"))).run(), "own"
    ).findings
    assert (found.code, found.severity, found.message) == (
        "own:failed",
        Severity.ERROR,
        "it ended with exit code 4: no such table",
    )


READS = {
    "one that matches": (["**/*.sql"], None),
    "one of two that match": (["*.none", "a.sql"], None),
    "none": (["**/*.md", "docs"], "0 files of 3 match **/*.md, docs"),
}


@pytest.mark.parametrize(("reads", "not_due"), READS.values(), ids=READS.keys())
def test_a_command_is_due_where_a_file_matches_reads(repo: Repo, reads: list[str], not_due: str | None) -> None:
    files = manifest(command("own", "true", reads=reads))
    assert outcome(repo.write({**files, "a.sql": "", "sub/b.txt": ""}).run(), "own").reason == not_due


def test_a_program_is_started_in_the_root_without_a_shell(repo: Repo) -> None:
    repo.write(manifest(command("own", "sh", "-c", 'pwd > where; echo "$1" > what', "-", "a b; $HOME *"))).run()
    assert ((repo.root / "where").read_text(), (repo.root / "what").read_text()) == (f"{repo.root}\n", "a b; $HOME *\n")


def test_a_program_of_the_tree_is_found_by_its_path(repo: Repo) -> None:
    repo.write(
        {**manifest(command("own", "./tools/look.sh", output="exit-code")), "tools/look.sh": "#!/bin/sh\nexit 1\n"}
    )
    (repo.root / "tools/look.sh").chmod(0o755)
    assert outcome(repo.run(), "own").status is Status.FAILED


def test_a_program_that_is_not_there_says_how_to_get_it(repo: Repo) -> None:
    ended = outcome(repo.write(manifest(command("own", "sqlfluff-of-nobody"))).run(), "own")
    assert (ended.status, "no such program" in str(ended.reason), "`sqlfluff-of-nobody`" in str(ended.hint)) == (
        Status.INCONCLUSIVE,
        True,
        True,
    )


@pytest.fixture
def index(repo: Repo, tmp_path: Path) -> Path:
    """An index on disk with two versions of a program that prints its version, and one that needs it."""
    folder = tmp_path / "wheels"
    body = "def main():\n    print(f'::notice::{NAME} {VERSION}')\n"
    for version in ("1.0", "2.0"):
        wheel(folder, "sqlook", version, program=body)
    repo.environ |= {"UV_FIND_LINKS": str(folder), "UV_NO_INDEX": "1"}
    return folder


REQUIREMENTS = [
    ("sqlook==1.*", "", "sqlook 1.0"),
    ("sqlook", "", "sqlook 2.0"),
    ("SQLook<2", "", "sqlook 1.0"),
    ("sqlook", 'tools.sqlook = "==1.0"', "sqlook 1.0"),
]


@pytest.mark.parametrize(
    ("requirement", "options", "said"),
    REQUIREMENTS,
    ids=["a version", "any", "another spelling", "with a version in tools"],
)
@pytest.mark.usefixtures("index")
def test_its_requirement_brings_the_program(repo: Repo, requirement: str, options: str, said: str) -> None:
    ended = outcome(
        repo.write(manifest(command("own", "sqlook", requirement=requirement), options=options)).run(), "own"
    )
    assert ([found.message for found in ended.findings], ended.evidence.get("version")) == ([said], said.split()[1])


@pytest.mark.usefixtures("index")
def test_a_requirement_wins_over_what_a_dependency_group_says(repo: Repo) -> None:
    files = manifest(
        command("own", "sqlook", requirement="sqlook==1.0"), more='[dependency-groups]\ndev = ["sqlook==2.0"]\n'
    )
    assert outcome(repo.write(files).run(), "own").evidence["version"] == "1.0"


@pytest.mark.usefixtures("index")
def test_a_requirement_without_a_version_takes_that_of_a_dependency_group(repo: Repo) -> None:
    files = manifest(
        command("own", "sqlook", requirement="sqlook"), more='[dependency-groups]\ndev = ["sqlook==1.0"]\n'
    )
    assert outcome(repo.write(files).run(), "own").evidence["version"] == "1.0"


@pytest.mark.usefixtures("index")
def test_a_requirement_that_does_not_exist_is_inconclusive_with_a_hint(repo: Repo) -> None:
    ended = outcome(repo.write(manifest(command("own", "sqlook", requirement="sqlook==9"))).run(), "own")
    assert (ended.status, "sqlook==9" in str(ended.reason), bool(ended.hint)) == (Status.INCONCLUSIVE, True, True)


@pytest.mark.usefixtures("index")
def test_a_requirement_that_brings_no_such_program_is_inconclusive(repo: Repo) -> None:
    ended = outcome(repo.write(manifest(command("own", "sqlfix", requirement="sqlook"))).run(), "own")
    assert (ended.status, "no such program" in str(ended.reason)) == (Status.INCONCLUSIVE, True)
