# SPDX-License-Identifier: Apache-2.0
"""`uv lock --check`: whether uv.lock still says what the manifests ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._output import clean, failure, last_count, text_of
from noxkit.tools._places import relative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["UvLock"]

_RESOLVED = re.compile(r"^Resolved (\d+) packages? in ", re.MULTILINE)
_STALE = "needs to be updated"
_UNREADABLE = re.compile(r"Failed to parse:? `?[^`\s]*uv\.lock`?")
_MANIFEST = re.compile(
    r"Failed to parse:? `?(?P<path>[^`\n]*pyproject\.toml)`?\n(?:.*?at line (?P<line>\d+), column (?P<column>\d+))?",
    re.DOTALL,
)
_UNREACHABLE = re.compile(
    r"Request failed after|Failed to fetch|error sending request|network was disabled|Could not connect|dns error|"
    r"timed out|No interpreter found|Failed to build|build backend",
    re.IGNORECASE,
)


class UvLock(Tool):
    """`uv lock --check`."""

    name = "uv_lock"
    summary = "compares uv.lock with the manifests"
    distribution = "uv"
    executable = "uv"
    url = "https://docs.astral.sh/uv/concepts/projects/sync/"
    sessions = frozenset({"lint", "consistency"})
    for_noxkit = (("--no-progress",), ("--color", "never"))
    chooser = Chooser(files=("uv.lock",))
    cost = 0.05
    own_environment = False
    codes_findings = frozenset({1, 2})  # 2 where the lock is no lock, or the index gave no answer
    environment: ClassVar[dict[str, str]] = {
        "UV_PYTHON_DOWNLOADS": "never"
    }  # it looks for a Python, and must not fetch one from elsewhere

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only without a lock: what is in `paths` does not matter."""
        del paths
        return None if repository.has_file("uv.lock") else "no uv.lock"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """The lock."""
        del repository, paths
        return 1

    def command(self, job: Job) -> list[str]:
        """It answers from the lock and the manifests alone, without the index, where they agree."""
        return [str(job.executable), "lock", "--check", "--no-progress", "--color", "never"]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """uv has words only: fresh, stale, unsolvable, or no answer."""
        said = text_of(completed.stderr)
        packages = last_count(_RESOLVED, said)
        if completed.returncode == 0:
            if packages is None:
                raise UnparseableError(failure(completed))
            return Reading(evidence={"packages": packages})
        if _STALE in said:
            return Reading(findings=(_finding("uv.lock does not fit the manifests", "run `uv lock`", "uv.lock"),))
        if _UNREADABLE.search(said):
            hint = "make it again with `uv lock`"
            return Reading(findings=(_finding("uv.lock cannot be read", hint, "uv.lock", said=said),))
        if manifest := _MANIFEST.search(said):
            return Reading(findings=(_of_manifest(job, manifest, said),))
        if _UNREACHABLE.search(said):
            hint = "run `uv lock --check` by hand; what it needs and could not get stands in its output"
            return Reading(trouble=f"uv got no answer: {failure(completed)}", trouble_hint=hint)
        if "No solution found" in said:
            hint = "loosen one of these requirements, then run `uv lock`"
            message = "the manifests ask for what cannot be had together"
            return Reading(findings=(_finding(message, hint, "pyproject.toml", said=said),))
        raise UnparseableError(failure(completed))


def _of_manifest(job: Job, match: re.Match[str], said: str) -> Finding:
    """A manifest that uv cannot read; what it says of the place stands in its last line."""
    why = said.partition("\nhint:")[0].strip().splitlines()[-1].strip(" |^")
    return Finding(
        code="NK-LOCK-STALE",
        task=UvLock.name,
        severity=Severity.ERROR,
        message=clean(f"uv cannot read the manifest: {why}"),
        hint="correct what it names, then run `uv lock`",
        path=relative(job.root, match["path"]),
        line=int(match["line"]) if match["line"] else None,
        column=int(match["column"]) if match["column"] else None,
        url=UvLock.url,
    )


def _finding(message: str, hint: str, path: str, *, said: str = "") -> Finding:
    cause = re.search(r"cause: (?P<why>.+)", said, re.IGNORECASE)
    return Finding(
        code="NK-LOCK-STALE",
        task=UvLock.name,
        severity=Severity.ERROR,
        message=clean(f"{message}: {cause['why']}" if cause else message),
        hint=hint,
        path=path,
        line=1 if path == "uv.lock" else None,
        url=UvLock.url,
    )
