# SPDX-License-Identifier: Apache-2.0
"""Findings that are accepted by `ignore` and on the line, in whole runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

import pytest

from noxkit.config.schema import Ignore
from noxkit.diagnostics.model import Finding, Severity, Status
from noxkit.engine._suppress import ignore_matches
from tests._trees import command, manifest

if TYPE_CHECKING:
    from tests._trees import Repo

FOUND = "::error file=legacy/a.sql,line=2,title=L01::spaces\n"
TODAY = dt.datetime.now(dt.timezone.utc).date()
BEFORE, AFTER = TODAY - dt.timedelta(days=2), TODAY + dt.timedelta(days=2)


def one(repo: Repo, *, ignore: str = "", line: str = "select 1") -> tuple[Finding, Status]:
    """The one finding of a run, on the second line of `legacy/a.sql`, and how its task ended."""
    files = manifest(command("sql"), options=f"ignore = [{ignore}]")
    report = repo.write({**files, "sql.txt": FOUND, "legacy/a.sql": f"--\n{line}\n"}).run()
    return report.findings[0], report.tasks[0].status


ACCEPTING = {
    "by code": '{ code = "sql:L01", reason = "old" }',
    "by a glob for the path": '{ code = "sql:L01", path = "legacy/**", reason = "old" }',
    "by a folder": '{ code = "sql:L01", path = "legacy", reason = "old" }',
    "by the file": '{ code = "sql:L01", path = "legacy/a.sql", reason = "old" }',
    "by the source": '{ code = "sql:L01", source = "tree", reason = "old" }',
    "until a later day": f'{{ code = "sql:L01", reason = "old", until = {AFTER} }}',
    "until today": f'{{ code = "sql:L01", reason = "old", until = {TODAY} }}',
    "by a second one that has not expired": (
        f'{{ code = "sql:L01", reason = "gone", until = {BEFORE} }}, {{ code = "sql:L01", reason = "old" }}'
    ),
}


@pytest.mark.parametrize("ignore", ACCEPTING.values(), ids=ACCEPTING.keys())
def test_ignore_accepts_a_finding_for_its_reason(repo: Repo, ignore: str) -> None:
    found, status = one(repo, ignore=ignore)
    assert (found.suppressed, status) == ("old", Status.PASSED)


NOT_ACCEPTING = {
    "another code": '{ code = "sql:L02", reason = "old" }',
    "a prefix of the code": '{ code = "sql:L0", reason = "old" }',
    "another path": '{ code = "sql:L01", path = "new/**", reason = "old" }',
    "another source": '{ code = "sql:L01", source = "wheel", reason = "old" }',
    "expired": f'{{ code = "sql:L01", reason = "old", until = {BEFORE} }}',
}


@pytest.mark.parametrize("ignore", NOT_ACCEPTING.values(), ids=NOT_ACCEPTING.keys())
def test_ignore_leaves_what_it_does_not_mean(repo: Repo, ignore: str) -> None:
    found, status = one(repo, ignore=ignore)
    assert (found.suppressed, status) == (None, Status.FAILED)


def test_an_expired_ignore_is_named_in_the_hint(repo: Repo) -> None:
    found, _ = one(repo, ignore=NOT_ACCEPTING["expired"])
    assert f"expired on {BEFORE.isoformat()}" in found.hint


LINES = {
    "with a reason": ("select 1 # noxkit: ignore[sql:L01] generated", "generated"),
    "with a dash before the reason": ("select 1 # noxkit:ignore[sql:L01] -- generated", "generated"),
    "several codes": ("select 1 # noxkit: ignore[sql:L09, sql:L01] generated", "generated"),
    "a second comment": ("select 1 # noxkit: ignore[sql:L09] no # noxkit: ignore[sql:L01] generated", "generated"),
    "with another tool's comment behind it": ("select 1 # noxkit: ignore[sql:L01] generated # noqa: E501", "generated"),
    "without a reason": ("select 1 # noxkit: ignore[sql:L01]", None),
    "with the word that a report leaves room with": ("select 1 # noxkit: ignore[sql:L01] REASON", None),
    "with only signs as a reason": ("select 1 # noxkit: ignore[sql:L01] --", None),
    "with another tool's comment as a reason": ("select 1 # noxkit: ignore[sql:L01]  # noqa: E501", None),
    "without a code": ("select 1 # noxkit: ignore generated", None),
    "another code": ("select 1 # noxkit: ignore[sql:L02] generated", None),
}


@pytest.mark.parametrize(("line", "reason"), LINES.values(), ids=LINES.keys())
def test_a_comment_on_the_line_accepts_its_codes_where_it_gives_a_reason(
    repo: Repo, line: str, reason: str | None
) -> None:
    found, status = one(repo, line=line)
    assert (found.suppressed, status) == (reason, Status.PASSED if reason else Status.FAILED)


WHEEL, SDIST = "dist/a-1.0-py3-none-any.whl", "dist/a-1.0.tar.gz"


@pytest.mark.parametrize(
    ("path", "source", "glob", "matches"),
    [
        pytest.param(f"{WHEEL}/a/b.py", "wheel", "a/b.py", True, id="as-in-site-packages"),
        pytest.param(f"{WHEEL}/a/b.py", "wheel", "a", True, id="a-folder-there"),
        pytest.param(f"{WHEEL}/a/b.py", "wheel", "**/b.py", True, id="a-glob-there"),
        pytest.param(f"{WHEEL}/a/b.py", "wheel", None, True, id="anywhere-in-wheels"),
        pytest.param(f"{WHEEL}/a/b.py", None, "a/b.py", True, id="wherever-it-is"),
        pytest.param(f"{WHEEL}/a/b.py", "sdist", "a/b.py", False, id="in-an-sdist-only"),
        pytest.param(f"{WHEEL}/a/b.py", "tree", "a/b.py", False, id="in-the-tree-only"),
        pytest.param(f"{WHEEL}/a/b.py", "wheel", "b.py", False, id="another-path"),
        pytest.param(f"{WHEEL}/a/b.py", "wheel", "dist/*.whl/a/b.py", True, id="by-the-whole-path"),
        pytest.param(f"{WHEEL}/a-1.0.dist-info/RECORD", "wheel", "*.dist-info/RECORD", True, id="whatever-the-version"),
        pytest.param(WHEEL, "wheel", None, True, id="a-wheel"),
        pytest.param(WHEEL, "wheel", "a", False, id="a-wheel-is-not-in-itself"),
        pytest.param(WHEEL, "wheel", "dist", True, id="a-wheel-by-its-folder"),
        pytest.param(f"{SDIST}/a-1.0/src/a.py", "sdist", "src/a.py", True, id="as-in-the-tree"),
        pytest.param("src/a.py", "sdist", "src/a.py", False, id="of-the-tree"),
        pytest.param(None, "wheel", None, False, id="nowhere"),
    ],
)
def test_an_ignore_reaches_into_built_files(
    path: str | None, source: Literal["tree", "wheel", "sdist"] | None, glob: str | None, *, matches: bool
) -> None:
    finding = Finding(code="NK-X", task="t", severity=Severity.ERROR, message="m", hint="h", path=path)
    assert ignore_matches(Ignore(code="NK-X", path=glob, source=source, reason="r"), finding) == matches
