# SPDX-License-Identifier: Apache-2.0
"""pysentry: known vulnerabilities of pinned versions with their severity, asked of an OSV service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noxkit.tools._advisory import KEY, NO_ANSWER_HINT, Advisory, encoded, finding_of
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, decode, failure, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Pysentry"]


_FILE = "pysentry.json"
_LOG = r"Using explicit"


class _Vulnerability(msgspec.Struct):
    package_name: str
    installed_version: str
    id: str
    summary: str = ""
    severity: str | None = None
    fixed_versions: list[str] = []
    aliases: list[str] = []
    withdrawn: str | None = None


class _Document(msgspec.Struct):
    total_packages: int
    vulnerabilities: list[_Vulnerability]
    partial: bool = False
    failed_sources: list[str] = []


class Pysentry(Tool):
    """`pysentry-rs --sources osv` over a file of pins."""

    name = "pysentry"
    summary = "asks for known vulnerabilities of locked versions, with their severity"
    distribution = "pysentry-rs"
    executable = "pysentry-rs"
    url = "https://github.com/nyudenkov/pysentry"
    sessions = frozenset({"security", "release_check"})
    chooser = Chooser(tables=("pysentry",), files=(".pysentry.toml",), distributions=("pysentry-rs",))
    step_of = "advisories"
    codes_findings = frozenset({1, 2})  # 2 where no source answers
    reads = "distributions"

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """The task that runs it decides."""
        del repository, paths

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """It says itself how many distributions it has asked for."""
        del repository, paths
        return 0

    def command(self, job: Job) -> list[str]:
        """One file of pins, taken as it is; the service's address is the task's argument.

        The report goes to a file: behind it, standard output holds a request for feedback.
        """
        url = job.arguments[0] if job.arguments else ""
        start = [str(job.executable), "--format", "json", "--no-config", "--no-ci-detect", "--no-maintenance-check"]
        service = ["--no-cache", "--sources", "osv", "--service-url", url, "--fail-on", "low"]
        service += ["--no-resolver", "--output", str(job.scratch / _FILE)]
        return [*start, *service, "--requirements-files", *job.paths, "--", str(job.scratch)]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """JSON; a source that failed is trouble."""
        file = job.scratch / _FILE
        content = file.read_bytes() if file.is_file() else completed.stdout
        if not content.strip():
            said = text_of(completed.stderr)
            if "vulnerability sources failed" in said or ("source" in said and "failed" in said):
                return Reading(
                    trouble=f"no answer: {failure(completed, without=_LOG)[:200]}", trouble_hint=NO_ANSWER_HINT
                )
            raise UnparseableError(failure(completed, without=_LOG))
        document = decode(content, _Document, tool="pysentry")
        advisories = [_advisory(each) for each in document.vulnerabilities if each.withdrawn is None]
        failed = document.failed_sources or (["a source"] if document.partial else [])
        return Reading(
            findings=tuple(finding_of(Pysentry.name, each) for each in advisories),
            evidence={KEY: encoded(advisories)} if advisories else {},
            files=document.total_packages,
            trouble=f"no answer from {', '.join(failed)}" if failed else None,
            trouble_hint=NO_ANSWER_HINT,
            left_out=len(document.vulnerabilities) - len(advisories),
        )


def _advisory(found: _Vulnerability) -> Advisory:
    return Advisory(
        package=found.package_name,
        version=found.installed_version,
        names=(found.id, *found.aliases),
        summary=clean(found.summary)[:300],
        fixed=tuple(found.fixed_versions),
        severity=found.severity if found.severity in {"low", "medium", "high", "critical"} else None,
    )
