# SPDX-License-Identifier: Apache-2.0
"""twine check: whether the index would take the metadata and render the description of a built file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Finding, Severity
from noxkit.diagnostics.origins import is_built
from noxkit.tools._base import Chooser, Reading, Tool, UnparseableError
from noxkit.tools._groups import group_of
from noxkit.tools._output import clean, failure, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Twine"]

_FILE = re.compile(r"Checking (?P<path>.+): (?P<verdict>PASSED|FAILED|FAILED due to warnings|PASSED with warnings)")
_STOPPED = re.compile(r"Checking (?P<path>.+?):(?: +$|$| +ERROR)")
_STOPPED_HINT = "mend that file first: `nox -s wheel_contents` says what is wrong with it"
_LEVEL = re.compile(r"(?P<level>ERROR|WARNING) +(?P<text>.+)")
_CODES = {
    "syntax errors in markup": "markup",
    "`long_description_content_type` missing": "content-type-missing",
    "`long_description` missing": "description-missing",
}
_SAID = {"ERROR": Severity.ERROR, "WARNING": Severity.WARNING}


class Twine(Tool):
    """`twine check --strict`."""

    name = "twine"
    summary = "checks the metadata of built files and renders their descriptions, as the index does"
    distribution = "twine"
    executable = "twine"
    url = "https://twine.readthedocs.io/"
    sessions = frozenset({"release_check"})
    chooser = Chooser(distributions=("twine",))
    cost = 0.3
    reads_built = True

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only where there is no wheel and no sdist."""
        del repository
        return None if any(is_built(path) for path in paths) else "no wheel and no sdist"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """Each file that is named."""
        del repository
        return sum(is_built(path) for path in paths)

    def command(self, job: Job) -> list[str]:
        """Warnings are told as well; how bad they are is noxkit's to say."""
        return [str(job.executable), "--no-color", "check", "--strict", "--", *job.paths]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """A line for each file, and below it what is wrong; all files have to be there."""
        del job
        lines = lines_of(completed.stdout)
        blocks = list(_blocks(lines))
        stopped = next((match["path"] for line in lines if (match := _STOPPED.match(line))), None)
        if not blocks and stopped is None:
            raise UnparseableError(failure(completed))
        findings = [finding for path, verdict, said in blocks for finding in _findings(path, verdict, said)]
        if stopped is None:
            return Reading(findings=tuple(findings), files=len(blocks))
        said = lines_of(completed.stderr) or [line for line in lines if _STOPPED.match(line)]
        trouble = f"twine stopped at {stopped}, and looked at no file behind it: {clean(said[-1])[:200]}"
        return Reading(findings=tuple(findings), files=len(blocks), trouble=trouble, trouble_hint=_STOPPED_HINT)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Each file with its verdict and the lines about it."""
    current: tuple[str, str, list[str]] | None = None
    for line in lines:
        match = _FILE.fullmatch(line)
        if match is not None:
            if current is not None:
                yield current
            current = (match["path"], match["verdict"], [])
        elif current is not None:
            current[2].append(line)
    if current is not None:
        yield current


def _findings(path: str, verdict: str, said: Sequence[str]) -> Iterator[Finding]:
    """One finding for each level that twine names, with the lines that continue it."""
    if verdict == "PASSED":
        return
    parts: list[tuple[Severity, list[str]]] = []
    for line in said:
        match = _LEVEL.fullmatch(line)
        if match is not None:
            parts.append((_SAID[match["level"]], [match["text"]]))
        elif parts:
            parts[-1][1].append(line)
    for severity, lines in parts or [(Severity.ERROR, [f"twine says {verdict}"])]:
        message = clean(" ".join(lines))[:400]
        code = next((code for words, code in _CODES.items() if words in message), "check")
        yield Finding(
            code=f"twine:{code}",
            task=Twine.name,
            severity=severity,
            message=message,
            hint="mend the field in [project], or the readme that it names, and build again",
            path=_metadata(path),
            group=group_of("twine", code),
            url="https://twine.readthedocs.io/en/stable/#twine-check",
        )


def _metadata(path: str) -> str:
    """Where the metadata of a file stand, which all that twine says is about."""
    name = path.rpartition("/")[2]
    if name.endswith(".whl"):
        return f"{path}/{'-'.join(name.split('-')[:2])}.dist-info/METADATA"
    return f"{path}/{name.removesuffix('.zip').removesuffix('.tar.gz')}/PKG-INFO"
