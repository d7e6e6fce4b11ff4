# SPDX-License-Identifier: Apache-2.0
"""coverage.py: the data of all test runs, on this machine or others, combined and read."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.coverage import CoverageData, FileCoverage
from noxkit.diagnostics.model import Finding, Severity, Status
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._coverage_data import DATA_FOLDER, changed_sources, copy_mapped, mapping_of, read_shards
from noxkit.tools._pytest_config import files_of_tests, read_coverage_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import EvidenceValue, Outcome
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.tools._coverage_data import Shard
    from noxkit.workspace.model import Repository

__all__ = ["COMBINED_FILE", "JSON_FILE", "CoverageCombineTool", "CoverageJsonTool", "read_coverage"]

COMBINED_FILE = f"{DATA_FOLDER}/combined"
"""The combined data, below the root; it is there only where all of the data could be used."""

JSON_FILE = f"{DATA_FOLDER}/combined.json"
"""What `coverage json` says of the combined data, below the root."""

_CHOOSER = Chooser(
    tables=("coverage", "noxkit.coverage"),
    files=(".coveragerc", ".coveragerc.toml"),
    sections=("coverage:run", "coverage:report"),
    distributions=("coverage", "pytest-cov"),
)
_UNUSED = re.compile(r"Couldn't use data file '([^']*)': (.*)")
_UNREAD = re.compile(r"Couldn't parse (?:Python file )?'([^']+)'")
_FLOOR = re.compile(
    r"^Coverage failure: (total of (?P<total>\S+) is less than fail-under=(?P<floor>\S+))", re.MULTILINE
)
_NOTHING = "no coverage data: run `nox -s tests` first"


class _CoverageTool(Tool):
    distribution = "coverage"
    executable = "python"
    url = "https://coverage.readthedocs.io/"
    sessions = frozenset({"coverage", "check"})
    chooser = _CHOOSER
    own_environment = False
    needs_interpreter = True

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """There is no coverage where there are neither tests nor data."""
        if files_of_tests(repository, paths) or read_shards(repository.root / DATA_FOLDER):
            return None
        return f"0 test files of {len(repository.files)} files, and no coverage data"


class CoverageCombineTool(_CoverageTool):
    """`coverage combine --keep` over copies of all data, with their paths mapped onto this tree."""

    name = "coverage-combine"
    summary = "coverage data of all test runs as one"

    def command(self, job: Job) -> list[str]:
        """Prepare the copies in the scratch folder, and combine them there."""
        folder = job.scratch / "shards"
        folder.mkdir(exist_ok=True)
        for number, shard in enumerate(shard for shard in _current(job) if shard.trouble is None):
            package = job.repository.workspace.package(shard.package) if shard.package else None
            place = package.folder if package is not None else "."
            mapping = mapping_of(shard.paths, root=job.root, files=job.repository.files, folder=place)
            try:
                copy_mapped(shard, folder / f"combined.{number:04}", root=job.root, mapping=mapping)
            except sqlite3.Error:  # damaged further in than what has been read: coverage says so itself
                shutil.copyfile(shard.file, folder / f"combined.{number:04}")
        return [
            str(job.executable),
            "-m",
            "coverage",
            "combine",
            "--keep",
            f"--data-file={job.scratch / 'combined'}",
            str(folder),
        ]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """Every shard must have been used, or the data is less than what was measured."""
        shards = _current(job)
        output = _text(completed)
        trouble, hint = _combine_trouble(shards, completed.returncode, output)
        outdated = [shard.name for shard in _shards(job) if shard not in shards]
        if outdated and not shards:
            trouble = f"the sources have changed since the tests were measured ({', '.join(outdated[:3])})"
            hint = "run `nox -s tests` again"
        return Reading(files=len(shards), evidence=_shard_evidence(job, shards), trouble=trouble, trouble_hint=hint)

    def conclude(self, job: Job, completed: Completed) -> Outcome:
        """As for every tool; then the combined data is kept, or that of an earlier run is gone."""
        return _keep(super().conclude(job, completed), job.scratch / "combined", job.root / COMBINED_FILE)


class CoverageJsonTool(_CoverageTool):
    """`coverage json` over the combined data, under the repository's own configuration."""

    name = "coverage-json"
    summary = "coverage per file"
    codes_findings = frozenset({1, 2})

    def command(self, job: Job) -> list[str]:
        """Files whose source is gone are left out and named, so that they do not hide all others."""
        data, target = job.root / COMBINED_FILE, job.scratch / "coverage.json"
        return [
            str(job.executable),
            "-m",
            "coverage",
            "json",
            "--ignore-errors",
            f"--data-file={data}",
            "-o",
            str(target),
        ]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The files measured; a floor of the repository's own configuration that is not reached is a finding."""
        output, file = _text(completed), job.scratch / "coverage.json"
        if not (job.root / COMBINED_FILE).is_file() or "No data to report" in output:
            return Reading(files=0, trouble=_NOTHING, trouble_hint="run `nox -s tests`, then `nox -s coverage`")
        if completed.returncode not in {0, 2} or not file.is_file():
            raise UnparseableError(f"exit code {completed.returncode} without a report")
        data = read_coverage(file, root=job.root)
        evidence: dict[str, EvidenceValue] = {
            "percent": data.ratio.shown,
            "version": data.version,
            "branch": data.branch,
        }
        unread = [_relative(path, job.root) for path in _UNREAD.findall(output)]
        gone = [path for path in unread if not (job.root / path).is_file()]
        left = [path for path in unread if path not in gone]
        return Reading(
            findings=_floor_findings(job, output),
            files=len(data.files),
            evidence={**evidence, "without_source": gone} if gone else evidence,
            trouble=f"coverage cannot parse {', '.join(left[:3])}{' and more' if left[3:] else ''}" if left else None,
            trouble_hint="mend the syntax, or run the session on a Python that knows it" if left else None,
        )

    def conclude(self, job: Job, completed: Completed) -> Outcome:
        """As for every tool; then the JSON is kept, or that of an earlier run is gone."""
        return _keep(super().conclude(job, completed), job.scratch / "coverage.json", job.root / JSON_FILE)


def _text(completed: Completed) -> str:
    return (completed.stdout + b"\n" + completed.stderr).decode("utf-8", "replace")


def _shards(job: Job) -> tuple[Shard, ...]:
    return read_shards(job.root / DATA_FOLDER)


def _current(job: Job) -> tuple[Shard, ...]:
    """The data that was measured on what the sources are now: the lines of other data are those of other code."""
    return tuple(shard for shard in _shards(job) if not changed_sources(shard, root=job.root))


def _combine_trouble(shards: Sequence[Shard], code: int, output: str) -> tuple[str | None, str | None]:
    if not shards:
        return _NOTHING, "run `nox -s tests`, or put the data files of other jobs into .nox/noxkit/coverage"
    broken = [shard for shard in shards if shard.trouble]
    if broken:
        again = f"`nox -s tests-{broken[0].python}`" if broken[0].python else "`nox -s tests`"
        return "; ".join(
            str(shard.trouble) for shard in broken[:3]
        ), f"remove .nox/noxkit/coverage/{broken[0].name} and run {again}"
    with_branches = [shard.name for shard in shards if shard.branch]
    without = [shard.name for shard in shards if shard.branch is False]
    if with_branches and without:
        trouble = f"branches were measured for {', '.join(with_branches[:3])} and not for {', '.join(without[:3])}"
        return trouble, "set `branch` in [tool.coverage.run] the same for all runs, then run `nox -s tests`"
    unused = _UNUSED.search(output)
    if unused or code:
        said = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it printed nothing")
        return (
            f"coverage cannot combine the data: {unused[2] if unused else said}",
            "remove .nox/noxkit/coverage and run `nox -s tests`",
        )
    return None, None


def _shard_evidence(job: Job, shards: Sequence[Shard]) -> dict[str, EvidenceValue]:
    outdated = [shard.name for shard in _shards(job) if shard not in shards]
    evidence: dict[str, EvidenceValue] = {
        "data": [shard.name for shard in shards],
        "pythons": sorted({shard.python for shard in shards if shard.python}, key=_minor),
        "written_by": sorted({f"coverage {shard.version}" for shard in shards if shard.version}),
    }
    return {**evidence, "outdated": outdated} if outdated else evidence


def _minor(python: str) -> tuple[int, str]:
    return int(python.split(".")[1].rstrip("t")), python


def _keep(outcome: Outcome, made: Path, place: Path) -> Outcome:
    """Put what was made into its place where it can be relied on; nothing stays there from an earlier run."""
    try:
        place.unlink(missing_ok=True)
        if outcome.status is Status.PASSED and made.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made, place)
    except OSError as error:
        return msgspec.structs.replace(
            outcome,
            status=Status.INCONCLUSIVE,
            reason=f"{place.name} cannot be written: {error.strerror}",
            hint="make .nox/noxkit/coverage writable",
        )
    return outcome


def _floor_findings(job: Job, output: str) -> tuple[Finding, ...]:
    """The repository's own `fail_under`: it is meant for all Pythons, so data of some of them can only warn."""
    floor = _FLOOR.search(output)
    if floor is None:
        return ()
    measured = {shard.python for shard in _current(job) if shard.python}
    absent = [python for python in job.repository.pythons if python not in measured]
    config = read_coverage_config(job.root)
    where = f", without data of Python {', '.join(absent)}" if absent else ""
    finding = Finding(
        code="coverage:fail-under",
        task="coverage",
        severity=Severity.WARNING if absent else Severity.ERROR,
        message=f"{floor['total']} % are covered, `fail_under` of the configuration is {floor['floor']} %{where}",
        hint="run `nox -s tests` on all Pythons, then `nox -s coverage`"
        if absent
        else "cover more, or lower `fail_under`",
        path=config.place,
    )
    return (finding,)


class _Summary(msgspec.Struct):
    num_branches: int = 0
    covered_branches: int = 0


class _File(msgspec.Struct):
    executed_lines: tuple[int, ...]
    missing_lines: tuple[int, ...]
    excluded_lines: tuple[int, ...]
    summary: _Summary
    missing_branches: tuple[tuple[int, int], ...] = ()


class _Meta(msgspec.Struct):
    version: str
    branch_coverage: bool = False


class _Report(msgspec.Struct):
    meta: _Meta
    files: dict[str, _File]


def read_coverage(file: Path, *, root: Path) -> CoverageData:
    """The JSON report of coverage.py in `file`.

    Raises UnparseableError where it is none, and OSError where it cannot be read.
    """
    try:
        report = msgspec.json.decode(file.read_bytes(), type=_Report)
    except msgspec.DecodeError as error:
        raise UnparseableError(f"the JSON report of coverage cannot be read: {error}") from None
    files = (
        FileCoverage(
            path=_relative(path, root),
            executed=measured.executed_lines,
            missing=measured.missing_lines,
            excluded=measured.excluded_lines,
            branches=measured.summary.num_branches,
            covered_branches=measured.summary.covered_branches,
            missing_branches=measured.missing_branches,
        )
        for path, measured in report.files.items()
    )
    return CoverageData(
        files=tuple(sorted(files, key=lambda file: file.path)),
        version=report.meta.version,
        branch=report.meta.branch_coverage,
    )


def _relative(path: str, root: Path) -> str:
    file = Path(path)
    return (
        file.relative_to(root).as_posix()
        if file.is_absolute() and file.is_relative_to(root)
        else path.replace("\\", "/")
    )
