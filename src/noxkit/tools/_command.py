# SPDX-License-Identifier: Apache-2.0
"""A program of the repository's own, from `[[tool.noxkit.commands]]`, as a tool like any other."""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Choice, Chooser, Reading, Reads, Tool, UnparseableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from noxkit.config.schema import Command
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["command_tools"]

_ANNOTATION = re.compile(
    r"^::(?P<severity>error|warning|notice)(?: (?P<properties>[^\n]*?))?::(?P<message>.*)$", re.MULTILINE
)
_PARTS_OF_CHECK = frozenset({"lint", "tests", "coverage"})
_SEVERITIES = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "notice": Severity.INFO,
    "note": Severity.INFO,
    "info": Severity.INFO,
    "none": Severity.INFO,
}


def command_tools(commands: Iterable[Command]) -> dict[str, Tool]:
    """The configured programs by the name of their task."""
    return {command.name: _tool(command) for command in commands}


def _tool(command: Command) -> Tool:
    """A tool with the literals that a file of this folder would have, taken from the configuration."""
    literals: dict[str, object] = {
        "name": command.name,
        "summary": f"`{command.run[0]}`, from [[tool.noxkit.commands]].",
        "distribution": command.requirement or command.run[0],
        "executable": command.run[0],
        "url": "",
        "sessions": frozenset({*command.sessions, *(["check"] if _PARTS_OF_CHECK & set(command.sessions) else [])}),
        "chooser": Chooser(),
        "own_environment": command.requirement is not None,
        "codes_findings": frozenset(range(1, 126)),
        "reads_only": Reads(paths=command.reads) if command.cache else None,
        "options": command,
    }
    return type("ConfiguredCommand", (_Command,), literals)()


class _Command(Tool):
    """What the programs of a repository have in common."""

    options: ClassVar[Command]

    def choice(self, repository: Repository) -> Choice:
        """Chosen: the repository has written it down."""
        del repository
        return Choice(chosen=True, why="[[tool.noxkit.commands]]")

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """The fact that no file matches `reads`."""
        del paths
        if repository.files_matching(self.options.reads):
            return None
        return f"0 files of {len(repository.files)} match {', '.join(self.options.reads)}"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """How many files match `reads`."""
        del paths
        return len(repository.files_matching(self.options.reads))

    def command(self, job: Job) -> list[str]:
        """The program, from its own environment or from PATH, with its arguments."""
        program = str(job.executable) if self.own_environment else self.options.run[0]
        return [program, *self.options.run[1:]]

    def parse(self, job: Job, completed: Completed) -> Reading:
        """Read the output as the configuration says; a bad exit code without a finding is one by itself."""
        text = completed.stdout.decode("utf-8", "replace")
        readers: dict[str, Callable[[str], list[Finding]]] = {
            "github": lambda text: list(self._annotations(text)),
            "sarif": lambda text: list(self._sarif(text)),
            "regex": lambda text: list(self._matches(text + completed.stderr.decode("utf-8", "replace"))),
            "exit-code": lambda _: [],
        }
        found = readers[self.options.output](text)
        if completed.returncode != 0 and self.options.output == "exit-code":
            found = [self._failed(completed)]
        placed = tuple(msgspec.structs.replace(finding, path=_relative(finding.path, job)) for finding in found)
        return Reading(findings=placed)

    def _failed(self, completed: Completed) -> Finding:
        lines = (completed.stderr or completed.stdout).decode("utf-8", "replace").strip().splitlines()
        said = f": {lines[-1][:300]}" if lines else ""
        hint = f"run `{' '.join(self.options.run)}` by hand to see all that it says"
        return self._finding(f"it ended with exit code {completed.returncode}{said}", hint=hint, code="failed")

    def _finding(self, message: str, *, hint: str | None = None, code: str | None = None) -> Finding:
        return Finding(
            code=f"{self.name}:{'-'.join((code or 'finding').split())}",
            task=self.name,
            severity=Severity.ERROR,
            message=message.strip() or "no message",
            hint=hint or f"mend it as {self.name} says, or take the command out of [[tool.noxkit.commands]]",
        )

    def _annotations(self, text: str) -> Iterator[Finding]:
        """GitHub workflow commands: `::error file=a,line=1,col=2::message`, with their escapes undone."""
        for match in _ANNOTATION.finditer(text):
            pairs = (part.partition("=") for part in (match["properties"] or "").split(","))
            values = {key.strip(): _unescaped(value) for key, sign, value in pairs if sign}
            yield msgspec.structs.replace(
                self._finding(_unescaped(match["message"]), code=values.get("title")),
                severity=_SEVERITIES[match["severity"]],
                path=values.get("file"),
                line=_number(values.get("line")),
                column=_number(values.get("col")),
                end_line=_number(values.get("endLine")),
                end_column=_number(values.get("endColumn")),
            )

    def _matches(self, text: str) -> Iterator[Finding]:
        for line in text.splitlines():
            match = re.search(self.options.pattern or "", line)
            if match is None:
                continue
            groups = match.groupdict()
            yield msgspec.structs.replace(
                self._finding(groups.get("message") or line, code=groups.get("code")),
                severity=_SEVERITIES.get((groups.get("severity") or "error").lower(), Severity.ERROR),
                path=groups.get("path"),
                line=_number(groups.get("line")),
                column=_number(groups.get("column")),
            )

    def _sarif(self, text: str) -> Iterator[Finding]:
        try:
            log = msgspec.json.decode(text, type=_Log)
        except msgspec.MsgspecError as error:
            raise UnparseableError(f"the output is not SARIF: {error}") from error
        for run in log.runs:
            for result in run.results:
                region, path = _place(result)
                accepted = [item for item in result.suppressions or () if item.status in {None, "accepted"}]
                yield msgspec.structs.replace(
                    self._finding(result.message.text, code=result.rule_id),
                    severity=_SEVERITIES.get(result.level, Severity.WARNING),
                    path=path,
                    line=region.start_line,
                    column=region.start_column,
                    end_line=region.end_line,
                    end_column=region.end_column,
                    suppressed=(accepted[0].justification or f"accepted by {self.name}") if accepted else None,
                )


class _Message(msgspec.Struct):
    text: str = ""


class _Region(msgspec.Struct, rename="camel"):
    start_line: int | None = None
    start_column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class _Artifact(msgspec.Struct):
    uri: str | None = None


class _Physical(msgspec.Struct, rename="camel"):
    artifact_location: _Artifact = msgspec.field(default_factory=_Artifact)
    region: _Region = msgspec.field(default_factory=_Region)


class _Location(msgspec.Struct, rename="camel"):
    physical_location: _Physical = msgspec.field(default_factory=_Physical)


class _Suppression(msgspec.Struct):
    status: str | None = None
    justification: str | None = None


class _Result(msgspec.Struct, rename="camel"):
    message: _Message
    rule_id: str | None = None
    level: str = "warning"
    locations: list[_Location] = []
    suppressions: list[_Suppression] | None = None


class _SarifRun(msgspec.Struct):
    results: list[_Result] = []


class _Log(msgspec.Struct):
    """The parts of SARIF 2.1.0 that a finding needs."""

    version: str
    runs: list[_SarifRun]


def _place(result: _Result) -> tuple[_Region, str | None]:
    if not result.locations:
        return _Region(), None
    physical = result.locations[0].physical_location
    uri = physical.artifact_location.uri
    return physical.region, urllib.parse.unquote(uri) if uri else None


def _unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and int(text) > 0 else None


def _relative(path: str | None, job: Job) -> str | None:
    if path is None:
        return None
    path = path.removeprefix("file://")
    root = f"{job.root.as_posix()}/"
    return path.removeprefix(root).removeprefix("./")
