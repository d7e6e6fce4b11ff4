# SPDX-License-Identifier: Apache-2.0
"""No report shows the text of a secret, wherever it stands and whoever finds something there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from noxkit.diagnostics.model import Finding, Outcome, Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.engine._secrets import only_tracked, without_secrets
from noxkit.report import formats
from noxkit.report._style import Style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECRET = "k8Qz2vTn5Lw9" + "RbXe4HsYp3Md"
OTHER = Finding(code="pyright:x", task="pyright", severity=Severity.ERROR, message="m", hint="h", path="a.py", line=1)


def found(line: str, *, end_line: int = 1, end_column: int | None = None) -> Finding:
    column = line.index(SECRET) + 1
    return Finding(
        code="NK-SECRET",
        task="source",
        severity=Severity.ERROR,
        message="m",
        hint="h",
        path="a.py",
        line=1,
        column=column,
        end_line=end_line,
        end_column=end_column or column + len(SECRET),
    )


def shown(tmp_path: Path, content: bytes, *findings: Finding, width: int = 100, verbose: bool = False) -> str:
    """All formats of a report with these findings, one after the other."""
    (tmp_path / "a.py").write_bytes(content)
    sources = Sources(tmp_path)
    outcome = Outcome(name="source", status=Status.FAILED, findings=findings)
    told = without_secrets([outcome], sources)
    report = Report(
        noxkit="1",
        session="lint",
        status=Status.FAILED,
        started="2026-01-01T00:00:00Z",
        seconds=1,
        tasks=tuple(told),
        findings=told[0].findings,
    )
    style = Style(width=width, verbose=verbose)
    return "\n".join(render(report, sources=sources, style=style) for render in formats().values())


@pytest.mark.parametrize(
    ("line", "encoding"),
    [
        pytest.param(f'token = "{SECRET}"', "utf-8", id="plain"),
        pytest.param(f'\ttoken\t=\t"{SECRET}"', "utf-8", id="tabs"),
        pytest.param(f'token = "{SECRET}"', "utf-8-sig", id="a byte order mark"),
        pytest.param(f'é = "ü"; token = "{SECRET}"', "latin-1", id="not UTF-8"),
        pytest.param(f'界 = "😀"; token = "{SECRET}"', "utf-8", id="wide characters"),
        pytest.param("x" * 9000 + f'token = "{SECRET}"' + "y" * 9000, "utf-8", id="a minified file"),
        pytest.param(f'a = 1\x0c; token = "{SECRET}"', "utf-8", id="a form feed"),
        pytest.param(f'a = "\u202e\x1b[31m"; token = "{SECRET}"', "utf-8", id="characters that steer"),
    ],
)
@pytest.mark.parametrize("width", [40, 100])
def test_no_format_shows_a_secret(tmp_path: Path, line: str, encoding: str, width: int) -> None:
    other = msgspec.structs.replace(OTHER, column=1, message=f'`Literal["{SECRET}"]` is no int', hint=f"not {SECRET}")
    text = shown(tmp_path, line.encode(encoding), found(line), other, width=width)
    for start in range(len(SECRET) - 5):
        assert SECRET[start : start + 6] not in text


def test_the_carets_stay_under_the_masked_secret(tmp_path: Path) -> None:
    line = f'token = "{SECRET}"'
    text = shown(tmp_path, line.encode(), found(line))
    assert f'1 | token = "{"*" * len(SECRET)}"\n  |          {"^" * len(SECRET)}\n' in text


def test_a_secret_of_several_lines_is_hidden_from_findings_on_each(tmp_path: Path) -> None:
    line = f'token = """{SECRET}'
    secret = found(line, end_line=3, end_column=len(SECRET) + 1)
    others = [msgspec.structs.replace(OTHER, line=number, column=1) for number in (1, 2, 3)]
    text = shown(tmp_path, f'{line}\n{SECRET}\n{SECRET}"""\n'.encode(), secret, *others)
    assert SECRET[:6] not in text
    assert "3 | " + "*" * len(SECRET) + '"""' in text


def test_a_secret_of_which_the_place_is_not_known_hides_its_line(tmp_path: Path) -> None:
    line = f'token = "{SECRET}"'
    bare = msgspec.structs.replace(found(line), column=None, end_column=None)
    assert "token" not in shown(tmp_path, line.encode(), bare)


def test_an_accepted_secret_is_not_shown_by_another_finding_on_its_line(tmp_path: Path) -> None:
    line = f'token = "{SECRET}"'
    accepted = msgspec.structs.replace(found(line), suppressed="a test account")
    text = shown(tmp_path, line.encode(), accepted, msgspec.structs.replace(OTHER, column=1), verbose=True)
    assert SECRET[:6] not in text
    assert "pyright:x" in text


def test_a_secret_in_a_file_that_git_does_not_track_is_no_finding() -> None:
    tracked = found(f"token = {SECRET}")
    untracked = msgspec.structs.replace(tracked, path="b.py")
    other = msgspec.structs.replace(OTHER, path="b.py")

    def git(arguments: Sequence[str]) -> bytes:
        assert arguments[0] == "ls-files"
        return b"b.py\0"

    assert only_tracked([tracked, untracked, other], git) == (tracked, other)
    assert only_tracked([tracked, untracked], None) == (tracked, untracked)
