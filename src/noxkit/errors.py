# SPDX-License-Identifier: Apache-2.0
"""What noxkit says when it cannot go on: a code, a message, a place and a hint, never a traceback."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ERROR_CODES", "ErrorRecord", "NoxkitError", "did_you_mean", "toml_error_code"]

ERROR_CODES: dict[str, str] = {
    "NK-ARGUMENT-UNKNOWN": "an argument after `--` that no session accepts",
    "NK-ARGUMENT-VALUE": "an argument or a `NOXKIT_*` variable with a value that cannot be used",
    "NK-CONFIG-INVALID": "a file other than pyproject.toml that is not valid TOML",
    "NK-CONFIG-PLACE": "`[tool.noxkit]` stands in a workspace member instead of the root",
    "NK-CONFIG-TYPE": "an option with a value of the wrong type",
    "NK-CONFIG-UNKNOWN-KEY": "a key that is not an option",
    "NK-CONFIG-VALUE": "an option with a value outside of what it accepts",
    "NK-FILE-UNREADABLE": "a file that noxkit needs and cannot read",
    "NK-FILE-UNWRITABLE": "a file or folder that noxkit cannot write",
    "NK-EJECT-EXISTS": "`noxkit eject` would overwrite a file",
    "NK-PREVIEW-FAILED": "a run of `noxkit preview` came to no report",
    "NK-INIT-EXISTS": "`noxkit init` would write through a link",
    "NK-INIT-NOXFILE": "the noxfile that is there is not Python",
    "NK-INIT-UNANSWERED": "`noxkit init` asks before it writes, and there is no terminal to ask at",
    "NK-LOCK-MISSING": "no uv.lock where one is to be upgraded",
    "NK-PROJECT-MISSING": "no pyproject.toml where one is needed",
    "NK-PYPROJECT-INVALID": "a pyproject.toml that is not valid TOML, or whose `project` is not a table",
    "NK-PUBLISH-UNCHECKED": "`publish` without a release check that has passed on this very tree and these files",
    "NK-RELEASE-HISTORY": "a release is to be planned, and git's history does not say what has changed",
    "NK-RELEASE-JOURNAL": "an earlier run was stopped while it wrote, and what it has left cannot be put back",
    "NK-RELEASE-MOVED": "a release is under way on another commit than the one that is checked out",
    "NK-REPORT-MISMATCH": "reports that are not of one tree, and so cannot be merged",
    "NK-SESSION-TAKEN": "the name of a session is already taken in the noxfile",
    "NK-SESSION-UNKNOWN": "a session that this repository does not have",
    "NK-UV-MISSING": "no uv that fits",
    "NK-WATCH-FAILED": "the tree cannot be watched for changes",
    "NK-WATCH-TERMINAL": "`tests_watch` where nobody can end it: under CI, or without a terminal",
    "NK-WORKSPACE-MEMBER": "a workspace member that is not a package",
}
"""Every code that a `NoxkitError` can carry, and what it means in one line."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """One thing that is wrong with what noxkit was given.

    `path` is relative to the root with `/`; `line` and `column` are 1-based and `end_column` is
    exclusive; all of them are None where there is no place to point at.
    """

    code: str
    message: str
    hint: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_column: int | None = None

    def __post_init__(self) -> None:
        """Refuse a code that has no page."""
        if self.code not in ERROR_CODES:
            raise ValueError(f"{self.code} is not declared in ERROR_CODES")


class NoxkitError(Exception):
    """Raised for usage, configuration and files: one or more records, all collected before it is raised.

    `exit_code` is what the process ends with: 2, as for every error of usage or configuration.
    """

    exit_code = 2

    def __init__(self, records: Sequence[ErrorRecord] | ErrorRecord) -> None:
        self.records = (records,) if isinstance(records, ErrorRecord) else tuple(records)
        super().__init__("; ".join(f"{record.code}: {record.message}" for record in self.records))


def toml_error_code(path: str) -> str:
    """The code of a file that is not TOML, by its name: a manifest is broken for every tool, not for noxkit alone."""
    return "NK-PYPROJECT-INVALID" if path.rpartition("/")[2] == "pyproject.toml" else "NK-CONFIG-INVALID"


def did_you_mean(name: str, known: Iterable[str], *, kind: str = "names") -> str:
    """The hint for a name that does not exist: the nearest of `known`, else all of them, sorted."""
    import difflib  # noqa: PLC0415 -- only an error needs it, and this module is imported with the noxfile

    listed = sorted(known)
    near = difflib.get_close_matches(name, listed, n=1)
    return f"did you mean `{near[0]}`?" if near else f"the {kind} are: {', '.join(listed) or 'none'}"
