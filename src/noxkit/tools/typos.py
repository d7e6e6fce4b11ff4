# SPDX-License-Identifier: Apache-2.0
"""typos: misspelled words in source code and prose."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import EVERY_FILE, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, decode_lines, failure, text_of
from noxkit.tools._places import Columns, relative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Typos"]

_ADVICE = Path(__file__).parent / "advice" / "typos.toml"
_UNADVISED = frozenset({"test", "tests", "i18n", "locale", "locales", "translations"})  # as in the file of advice
_LOG = re.compile(r"^\[(?:debug|trace|info|DEBUG|TRACE|INFO)\b", re.MULTILINE)
_FILE = re.compile(r"^\[(?:debug|DEBUG)[^\]]*\] .+: `?[\w-]+`? policy$", re.MULTILINE)


class _Typo(msgspec.Struct, frozen=True, tag_field="type", tag="typo"):
    """A word; `byte_offset` is 0-based in the line, or in the path where there is no line."""

    path: str
    byte_offset: int
    typo: str
    corrections: list[str]
    line_num: int | None = None


class _Binary(msgspec.Struct, frozen=True, tag_field="type", tag="binary_file"):
    """A file that is left alone."""

    path: str


class _FileType(msgspec.Struct, frozen=True, tag_field="type", tag="file_type"):
    """What kind of file it is."""

    path: str


class _File(msgspec.Struct, frozen=True, tag_field="type", tag="file"):
    """A file that is looked at."""

    path: str


class _Error(msgspec.Struct, frozen=True, tag_field="type", tag="error"):
    """What could not be read."""

    msg: str


_Line: TypeAlias = _Typo | _Binary | _FileType | _File | _Error
_DECODER: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)


class Typos(Tool):
    """`typos --format json`."""

    name = "typos"
    summary = "finds misspelled words"
    distribution = "typos"
    executable = "typos"
    url = "https://github.com/crate-ci/typos"
    sessions = frozenset({"lint"})
    for_noxkit = (("--format", "json"), ("-vvv",))
    chooser = Chooser(
        tables=("typos",),
        files=("typos.toml", "_typos.toml", ".typos.toml"),
        distributions=("typos",),
        hooks=("typos",),
    )
    cost = 0.4
    reads_only = EVERY_FILE
    codes_findings = frozenset({2, 64})  # 64 where a path is not there
    advice = (
        "it leaves out tests, translations and words of up to four letters, which in real projects are names more "
        "often than mistakes"
    )

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only where there is no file: typos reads every text file; as advice, none of tests and translations."""
        files = repository.files_matching(paths)
        if not files:
            return f"0 of {len(repository.files)} files under {', '.join(paths)}"
        if self.choice(repository).chosen or not all(_UNADVISED & set(PurePosixPath(file).parts) for file in files):
            return None
        return f"nothing but tests and translations under {', '.join(paths)}"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """All files below the paths."""
        return len(repository.files_matching(paths))

    def command(self, job: Job) -> list[str]:
        """With a log: how many files it read stands nowhere else. As advice it speaks of clear cases only."""
        excludes = [part for folder in job.excluded for part in ("--exclude", f"{folder}/")]
        settings = [] if job.chosen else ["--config", str(_ADVICE)]
        start = [str(job.executable), "--format", "json", "-vvv", *settings]
        return [*start, "--force-exclude", *excludes, "--", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """JSON lines; without one, and without a log, it has said nothing at all."""
        log = text_of(completed.stderr)
        if not completed.stdout.strip() and not _LOG.search(log):
            said = failure(completed)
            if "is not found" in said:
                return Reading(trouble=said, trouble_hint="correct `paths` in [tool.noxkit]")
            raise UnparseableError(said)
        items = decode_lines((line for line in completed.stdout.split(b"\n") if line.strip()), _DECODER, tool="typos")
        columns = Columns(job.root)
        errors = [clean(item.msg) for item in items if isinstance(item, _Error)]
        return Reading(
            findings=tuple(_finding(job, item, columns) for item in items if isinstance(item, _Typo)),
            files=len(_FILE.findall(log)) if _LOG.search(log) else None,
            trouble="; ".join(errors[:3]) or None,
        )


def _finding(job: Job, item: _Typo, columns: Columns) -> Finding:
    path = relative(job.root, item.path)
    word, line = clean(item.typo), item.line_num
    right = " or ".join(f"`{clean(correction)}`" for correction in item.corrections)
    column = columns.of_bytes(path, line, item.byte_offset) if line else None
    where = "" if line else " in the name of the file"
    return Finding(
        code="typos:typo",
        task=Typos.name,
        severity=Severity.ERROR,
        message=f"`{word}` should be {right}{where}" if right else f"`{word}` is not allowed{where}",
        hint=f"write {right or 'another word'}; a word that is meant goes into [tool.typos.default.extend-words]",
        path=path,
        line=line,
        column=column,
        end_line=line,
        end_column=column + len(item.typo) if column else None,
        url="https://github.com/crate-ci/typos#false-positives",
        group="NK-TYPO",
    )
