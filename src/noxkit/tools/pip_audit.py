# SPDX-License-Identifier: Apache-2.0
"""pip-audit: known vulnerabilities of pinned versions, asked of a service that speaks OSV's protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noxkit.tools._advisory import KEY, NO_ANSWER_HINT, Advisory, encoded, finding_of
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, decode, failure, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["PipAudit"]

_NO_ANSWER = ("ConnectionError", "Timeout", "ServiceError", "HTTPError", "RequestException", "ConnectTimeout")


class _Vulnerability(msgspec.Struct):
    id: str
    fix_versions: list[str] = []
    aliases: list[str] = []
    description: str = ""


class _Dependency(msgspec.Struct):
    name: str
    version: str | None = None
    vulns: list[_Vulnerability] = []
    skip_reason: str | None = None


class _Document(msgspec.Struct):
    dependencies: list[_Dependency]


class PipAudit(Tool):
    """`pip-audit -s osv` over a file of pins."""

    name = "pip_audit"
    summary = "asks for known vulnerabilities of locked versions"
    distribution = "pip-audit"
    executable = "pip-audit"
    url = "https://github.com/pypa/pip-audit"
    sessions = frozenset({"security", "release_check"})
    chooser = Chooser(distributions=("pip-audit",), hooks=("pip-audit",))
    step_of = "advisories"
    reads = "distributions"

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """The task that runs it decides."""
        del repository, paths

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """It says itself how many distributions it has asked for."""
        del repository, paths
        return 0

    def command(self, job: Job) -> list[str]:
        """One file of pins, taken as it is; the service's address is the task's argument."""
        url = job.arguments[0] if job.arguments else ""
        how = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "30"]
        return [str(job.executable), "-f", "json", "-s", "osv", "--osv-url", f"{url}/query", *how, "-r", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """JSON; a distribution that was skipped, and a service that does not answer, are trouble."""
        del job
        if not completed.stdout.strip():
            last = (lines_of(completed.stderr) or [""])[-1]
            if any(word in last for word in _NO_ANSWER):
                return Reading(trouble=f"no answer: {clean(last)[:200]}", trouble_hint=NO_ANSWER_HINT)
            raise UnparseableError(failure(completed))
        dependencies = decode(completed.stdout, _Document, tool="pip-audit").dependencies
        advisories = list(_advisories(dependencies))
        skipped = [f"{each.name}: {clean(each.skip_reason)}" for each in dependencies if each.skip_reason]
        return Reading(
            findings=tuple(finding_of(PipAudit.name, each) for each in advisories),
            evidence={KEY: encoded(advisories)} if advisories else {},
            files=len(dependencies) - len(skipped),
            trouble="; ".join(skipped[:3]) or None,
            trouble_hint=NO_ANSWER_HINT,
        )


def _advisories(dependencies: Sequence[_Dependency]) -> Iterator[Advisory]:
    for each in dependencies:
        for found in each.vulns:
            yield Advisory(
                package=each.name,
                version=each.version or "",
                names=(found.id, *found.aliases),
                summary=clean(found.description)[:300],
                fixed=tuple(found.fix_versions),
            )
