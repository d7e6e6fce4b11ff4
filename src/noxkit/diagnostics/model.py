# SPDX-License-Identifier: Apache-2.0
"""The one model of a run: findings, outcomes and the report, as frozen data.

Lines and columns are 1-based and count characters; `end_column` is exclusive, as in ruff and the
Language Server Protocol after adding one. Paths are relative to the root with `/`.
"""

from __future__ import annotations

import enum

import msgspec

from noxkit.diagnostics.fixes import Action  # noqa: TC001 -- msgspec reads the types of fields

__all__ = [
    "BARE",
    "EvidenceValue",
    "FileRecord",
    "Finding",
    "FixSafety",
    "Outcome",
    "Readiness",
    "Report",
    "RuleInfo",
    "Severity",
    "Status",
]

BARE = "wheel"
"""The command `noxkit wheel`, as reports name it: it is no session, and reads no pyproject.toml."""

EvidenceValue = str | int | float | bool | list[str] | None


class Severity(enum.Enum):
    """How bad one finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: the worst is the smallest."""
        return ("error", "warning", "info").index(self.value)


class Status(enum.Enum):
    """How a task, or a whole run, ended; worst first."""

    CRASHED = "crashed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    PASSED = "passed"
    SKIPPED = "skipped"

    @property
    def rank(self) -> int:
        """0 for crashed, the worst, up to 4 for skipped."""
        return list(Status).index(self)


class FixSafety(enum.Enum):
    """How far a fix can be trusted: applied, applied when asked, or only shown."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One problem at one place.

    `fix` says how far the fix can be trusted that `actions` are; a tool's own fixes have no actions.
    """

    code: str
    task: str
    severity: Severity
    message: str
    hint: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    package: str | None = None
    pythons: tuple[str, ...] = ()
    group: str | None = None
    url: str | None = None
    fix: FixSafety | None = None
    fingerprint: str = ""
    suppressed: str | None = None
    actions: tuple[Action, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """By path, line and column, then code and message; findings without a place come first."""
        return (self.path or "", self.line or 0, self.column or 0, self.code, self.message)


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the run made or verified."""

    name: str
    sha256: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one task ended, with the evidence for it.

    `reason` says why a task is skipped, inconclusive or crashed, and `hint` what to do about it.
    `advisory` marks a task that the repository has not chosen: its findings are at most warnings.
    `seconds` is wall time; `files` are what the task has made or verified. `began` is how many seconds after the run's
    start it began, on which `worker` (from 0), and `after` are the labels of the tasks that it waited for.
    """

    name: str
    status: Status
    seconds: float = 0.0
    cached: bool = False
    reason: str | None = None
    hint: str | None = None
    evidence: dict[str, EvidenceValue] = {}
    package: str | None = None
    python: str | None = None
    advisory: bool = False
    began: float | None = None
    worker: int | None = None
    after: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: tuple[FileRecord, ...] = ()


class RuleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one of noxkit's own codes: its one-line summary and its page, in Markdown.

    `standard` rules are on in every profile, the others in `strict` or where `select` names them.
    Where a repository has not asked for noxkit's rules, only `always` ones are errors.
    `since` is the first version of noxkit that has the rule; `fix` is the best fix that it can offer.
    """

    code: str
    summary: str
    severity: Severity
    page: str = ""
    family: str = ""
    scope: str = ""
    since: str = "1.0"
    standard: bool = True
    always: bool = False
    fix: FixSafety | None = None


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one package can be released: `blocking` says in a few words each what does not let it.

    `version` is None where no build has told it. `left_out` are the tasks that somebody has taken out of the run.
    """

    package: str
    version: str | None
    ready: bool
    blocking: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run.

    `root` is the root's path relative to the top of the git work tree ("." when they are one) and
    `git_root` the way back; `tree` is the git tree id of the root, or None outside git.
    `findings` are merged over Pythons and sorted by `Finding.sort_key`. `notes` are the last lines
    of a run: what is not on, and the line that turns it on. `releases` are the packages that a release check is
    about. `failing` says whether the process must end non-zero, by the severity asked for and by where it runs.
    `rules` are what is known of the codes among the findings, for formats that describe them; JSON has none of it.
    """

    noxkit: str
    session: str
    status: Status
    started: str
    seconds: float
    root: str = "."
    git_root: str | None = None
    tree: str | None = None
    files: tuple[FileRecord, ...] = ()
    tasks: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    releases: tuple[Readiness, ...] = ()
    rules: tuple[RuleInfo, ...] = ()
    failing: bool = False
    exit_code: int = 0
    interrupted: bool = False
