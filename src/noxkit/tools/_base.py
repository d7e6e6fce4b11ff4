# SPDX-License-Identifier: Apache-2.0
"""What a tool's file declares, and the one place that decides how a tool's run has ended."""

from __future__ import annotations

import dataclasses
import fnmatch
import shlex
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import msgspec
from packaging.version import Version

from noxkit.diagnostics.model import EvidenceValue, Finding, Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.tasks.process import Completed
    from noxkit.workspace.model import Repository

__all__ = [
    "EVERY_FILE",
    "IMPORTED_CODE",
    "PYTHON_CODE",
    "Choice",
    "Chooser",
    "Job",
    "Plain",
    "Reading",
    "Reads",
    "Tool",
    "UnparseableError",
]


class UnparseableError(Exception):
    """Raised by `Tool.parse` where the output is not what the tool prints; the message says what was found."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whether the repository has chosen a tool, and the fact that says so (`"[tool.ruff] in pyproject.toml"`)."""

    chosen: bool
    why: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Where a repository shows that it has chosen a tool.

    `tables` are names below `[tool]`; `files` are configuration files at the root; `sections` are
    sections of setup.cfg and tox.ini; `distributions` are names in a dependency group, a
    development extra or the legacy uv development dependencies; `hooks` are pre-commit hook ids.
    """

    tables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()

    def choice(self, repository: Repository) -> Choice:
        """The first fact that shows the choice, or that there is none."""
        found = (
            [f"[tool.{table}] in {path}" for table in self.tables for path in repository.tool_table_places(table)]
            + [f"{file} in the root" for file in self.files if repository.has_file(file)]
            + [place for section in self.sections for place in repository.ini_section_places(section)]
            + [f"`{name}` in {place}" for name in self.distributions for place in repository.development_places(name)]
            + [
                f"hook `{hook}` in .pre-commit-config.yaml"
                for hook in self.hooks
                if hook in repository.pre_commit_hooks
            ]
        )
        return Choice(chosen=bool(found), why=found[0] if found else "not chosen by this repository")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of one tool, as a tool's file sees it.

    `executable` is the tool's program in its own environment; `paths` are relative to the root
    (`(".",)` for all of it); `python` is the version to look at the code as (`"3.10"`);
    `interpreter` is the project environment's Python for third-party imports; `scratch` is an empty
    folder for output files; `arguments` are further arguments of the user's, for pytest;
    `excluded` are folders of members that do not admit `python`; `threads` is how many
    threads the tool may use, None for as many as it likes; `write` is True for `fmt` and `fix`;
    `installed` are the normalised names of the
    distributions in the project environment; `version` is the tool's own, None for noxkit's;
    `enforced` are prefixes of the codes of this program that noxkit's other tasks enforce; `missing` names what could
    not be installed into the project environment.
    """

    repository: Repository
    executable: Path
    scratch: Path
    paths: tuple[str, ...] = (".",)
    python: str | None = None
    interpreter: Path | None = None
    arguments: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    package: str | None = None
    chosen: bool = True
    write: bool = False
    threads: int | None = None
    installed: frozenset[str] = frozenset()
    version: str | None = None
    enforced: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def is_at_least(self, version: str) -> bool:
        """Whether the tool is of this version or newer: a project's own pin may be too old for an option."""
        return self.version is None or Version(self.version) >= Version(version)

    @property
    def root(self) -> Path:
        """The folder of the noxfile, where the tool is started."""
        return self.repository.root


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A command for people, the folder below the root in which it is run, and the variables that it needs."""

    words: tuple[str, ...]
    folder: str = "."
    variables: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a tool's output says.

    `files` is how many files the tool says that it read, or None where it does not say and noxkit's
    own count stands. `trouble` is the tool's own word that it could not do all of its work: the
    outcome is then inconclusive, with what was found. `left_out` counts findings that were not asked
    for, such as those in `Job.excluded` of a tool that cannot leave out folders.
    """

    findings: tuple[Finding, ...] = ()
    files: int | None = None
    evidence: dict[str, EvidenceValue] = dataclasses.field(default_factory=dict[str, EvidenceValue])
    trouble: str | None = None
    trouble_hint: str | None = None
    left_out: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """All that a tool may read of the tree: files by patterns of their names, and whether those too that git ignores.

    `paths` are patterns of whole paths, of which then one must match as well. What the tool's environments hold, its
    command, and configuration above the root come on top by themselves.
    """

    names: tuple[str, ...] = ("*",)
    paths: tuple[str, ...] = ("**",)
    ignored: bool = False


_SETTINGS = ("*.toml", "*.cfg", "*.ini", "pyrightconfig.json", ".*")
PYTHON_CODE = Reads(names=("*.py", "*.pyi", "*.pyw", "*.ipynb", *_SETTINGS, "*.md"))
IMPORTED_CODE = Reads(names=("*.py", "*.pyi", "*.pyw", "*.ipynb", *_SETTINGS, "*.so", "*.pth", "*.typed"), ignored=True)
EVERY_FILE = Reads()


class Tool(ABC):
    """One external program. A subclass is one file: literals, a command as a list, and a parser.

    `name` is the task's name; `distribution` and `executable` its package and program;
    `sessions` the sessions that it belongs to; `cost` its expected CPU seconds per 100,000 lines,
    which orders the first run; `codes_clean` and `codes_findings` the exit codes that mean so.
    `needs_interpreter` tools get the project's environment; `per_python` tools are told a version;
    `own_environment` is False for programs that run from the project's environment or are uv itself;
    `threads_variable` is the variable that limits its threads; `explains_with` are the arguments with
    which it explains a code, and `code_url` is the page of one, with `{code}` for the code in both;
    `reads` names what it counts, as the key of the evidence; `advice` says for the reference what
    the tool leaves out where the repository has not chosen it. `strict_only` tools are on in the
    profile `strict` and where they are chosen, and not as advice. `own_codes` are noxkit's own that
    its findings carry: it is on where `select` names one of them, too. `enforces` are prefixes of the program's codes
    that it adds to the repository's own choice. `reads_built` tools are given wheels and
    sdists as their paths, and `not_due` says of which they have nothing to say. `step_of` names the task that
    runs the tool, which is then none by itself. `reads_only` is all that its result depends on in the tree: it is not
    run again where nothing of that has changed; None for a tool whose result depends on more, such as a service.
    `for_noxkit` are the options of its command that are there for noxkit to read, as globs of words in a row,
    and its variables, as `NAME=*`. One that `filters` leaves out some of what its command finds.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    distribution: ClassVar[str]
    executable: ClassVar[str]
    url: ClassVar[str]
    sessions: ClassVar[frozenset[str]]
    chooser: ClassVar[Chooser]
    cost: ClassVar[float] = 0.1
    needs_interpreter: ClassVar[bool] = False
    per_python: ClassVar[bool] = False
    own_environment: ClassVar[bool] = True
    threads_variable: ClassVar[str | None] = None
    explains_with: ClassVar[tuple[str, ...]] = ()
    code_url: ClassVar[str | None] = None
    type_checker: ClassVar[bool] = False
    codes_clean: ClassVar[frozenset[int]] = frozenset({0})
    codes_findings: ClassVar[frozenset[int]] = frozenset({1})
    groups: ClassVar[dict[str, str]] = {}
    environment: ClassVar[dict[str, str]] = {}
    reads: ClassVar[str] = "files"
    advice: ClassVar[str | None] = None
    strict_only: ClassVar[bool] = False
    own_codes: ClassVar[frozenset[str]] = frozenset()
    enforces: ClassVar[tuple[str, ...]] = ()
    reads_built: ClassVar[bool] = False
    step_of: ClassVar[str | None] = None
    for_noxkit: ClassVar[tuple[tuple[str, ...], ...]] = ()
    filters: ClassVar[bool] = False
    reads_only: ClassVar[Reads | None] = None

    def choice(self, repository: Repository) -> Choice:
        """Whether the repository has chosen this tool."""
        return self.chooser.choice(repository)

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Why there is nothing for this tool to do, as a fact of the repository; None where it is due."""
        count = len(repository.python_files(paths))
        return None if count else f"0 Python files of {len(repository.files)} files under {', '.join(paths)}"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """How many files noxkit expects the tool to read; 0 where it cannot know."""
        return len(repository.python_files(paths))

    def folder_for(self, job: Job) -> Path:
        """The folder that the program is started in."""
        return job.root

    def environment_for(self, job: Job) -> dict[str, str | None]:
        """Variables to set, or to remove where None, for this run."""
        del job
        return dict(self.environment)

    @abstractmethod
    def command(self, job: Job) -> list[str]:
        """The command as a list, starting with `job.executable`."""

    def files_alone(self, repository: Repository) -> tuple[str, ...] | None:
        """The files that the tool looks at where no path is given; None where naming them may come to something else.

        What it finds in a file must then depend on that file and on what it imports, directly or through others.
        """
        del repository
        return None

    def plain(self, job: Job) -> list[Plain]:
        """What does the same by hand: `command` without `for_noxkit`; none where no command alone does it."""
        if self.filters:
            return []
        words = self.command(job)
        for option in self.for_noxkit:
            for at in range(len(words) - len(option), -1, -1):
                row = words[at : at + len(option)]
                if all(map(fnmatch.fnmatchcase, row, option)):
                    del words[at : at + len(option)]
        folder = self.folder_for(job).relative_to(job.root).as_posix()
        variables = self.environment_for(job).items() - self.environment.items()
        needed = sorted((name, value) for name, value in variables if value and not self._is_for_noxkit(name))
        return [Plain(words=tuple(words), folder=folder, variables=tuple(needed))]

    def _is_for_noxkit(self, variable: str) -> bool:
        return any(option[0] == f"{variable}=*" for option in self.for_noxkit)

    @abstractmethod
    def parse(self, job: Job, completed: Completed) -> Reading:
        """Read the output. Raises UnparseableError where it is not what this tool prints."""

    def conclude(self, job: Job, completed: Completed) -> Outcome:
        """How the run ended: passed or failed only with an exit code that means so, output that
        parses, and files that were read; inconclusive or crashed otherwise.
        """
        interrupted = _interrupted(self.name, completed)
        if interrupted is not None:
            return interrupted
        if not job.paths:
            reason, hint = f"`paths` of {self.name} in [tool.noxkit] match no file", "correct them, or take them out"
            return Outcome(name=self.name, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
        try:
            reading = self.parse(job, completed)
        except UnparseableError as error:
            return _crashed(self.name, completed, str(error))
        outcome = self._judge(job, completed, reading)
        evidence: dict[str, EvidenceValue] = {"exit_code": completed.returncode, **reading.evidence}
        files = self.planned(job.repository, job.paths) if reading.files is None else reading.files
        if files:
            evidence = {self.reads: files, **evidence}
        return msgspec.structs.replace(outcome, evidence={**evidence, **outcome.evidence})

    def _judge(self, job: Job, completed: Completed, reading: Reading) -> Outcome:
        code = completed.returncode
        if code not in self.codes_clean | self.codes_findings:
            return _crashed(self.name, completed, f"exit code {code}, which means neither clean nor findings")
        if code not in self.codes_clean and not reading.findings and not reading.trouble and not reading.left_out:
            return _crashed(self.name, completed, f"exit code {code} without a finding in the output")
        if reading.trouble:
            return Outcome(
                name=self.name,
                status=Status.INCONCLUSIVE,
                reason=reading.trouble,
                hint=reading.trouble_hint or f"run `{_shown(completed)}` by hand and mend what it reports",
                findings=reading.findings,
            )
        files = self.planned(job.repository, job.paths) if reading.files is None else reading.files
        if files == 0 and all(finding.path is None for finding in reading.findings):
            return Outcome(
                name=self.name,
                status=Status.INCONCLUSIVE,
                reason=f"{self.name} read no file",
                hint=f"see what {self.name}'s configuration excludes, or add `{self.name}` to `skip` in [tool.noxkit]",
            )
        return Outcome(name=self.name, status=Status.PASSED, findings=reading.findings)


def _interrupted(name: str, completed: Completed) -> Outcome | None:
    """The outcome of a process that did not come to its own end; None where it did."""
    if completed.cancelled:
        reason, hint = "interrupted", "run the session again"
    elif completed.timed_out:
        reason = f"no end after {completed.seconds:.0f} s"
        hint = "raise `timeout` in [tool.noxkit], or give the tool less to read with `paths`"
    else:
        return None
    return Outcome(name=name, status=Status.INCONCLUSIVE, reason=reason, hint=hint)


def _crashed(name: str, completed: Completed, reason: str) -> Outcome:
    """The outcome of a tool that failed by itself, with the end of what it printed."""
    said = (completed.stderr.strip() or completed.stdout.strip()).decode("utf-8", "replace").splitlines()
    tail = next((line.strip() for line in reversed(said) if line.strip()), "it printed nothing")
    return Outcome(
        name=name,
        status=Status.CRASHED,
        reason=reason if tail in reason else f"{reason}: {tail[:300]}",
        hint=f"run `{_shown(completed)}` by hand; a fault of {name} is reported to its project",
        evidence={"exit_code": completed.returncode, "output": [line[:500] for line in said[-20:]]},
    )


def _shown(completed: Completed) -> str:
    return shlex.join(completed.command)
