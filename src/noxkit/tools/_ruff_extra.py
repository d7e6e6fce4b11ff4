# SPDX-License-Identifier: Apache-2.0
"""Rules of ruff on top of what the repository selects, without touching its configuration.

Excludes, per-file-ignores and `noqa` hold as ruff reads them. A selection on the command line outranks
`ignore` in the configuration, so what the repository ignores by name is taken out here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.tools._base import Reading
from noxkit.tools._groups import group_of
from noxkit.tools._ruff import CONFIG_FILES, common, diagnostics, files_read, finding_of, missing, newest_floor
from noxkit.tools._ruff_settings import configuration, ignored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from noxkit.diagnostics.model import Finding
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Ignored", "extra_command", "extra_reading", "in_tests", "is_configured", "rule_of"]

_TEST = re.compile(r"(?:.*/)?(?:tests?|testing)/.*|(?:.*/)?(?:test_[^/]*|[^/]*_tests?|conftest)\.pyi?")
_UNREADABLE = "E902"  # where it is not selected, a file that cannot be read looks clean
_SYNTAX = frozenset({"invalid-syntax", "E999", _UNREADABLE, "io"})


def is_configured(repository: Repository) -> bool:
    """Whether the root or a folder of the repository has a configuration of ruff."""
    names = (file.rpartition("/")[2] for file in repository.files)
    return bool(repository.tool_table_places("ruff")) or any(name in CONFIG_FILES for name in names)


def in_tests(path: str) -> bool:
    """Whether a Python file holds tests, by its name or a folder's."""
    return _TEST.fullmatch(path) is not None


def extra_command(job: Job, select: Sequence[str], *, ignore: Sequence[str] = (), alone: bool = True) -> list[str]:
    """`ruff check` with these rules: alone, or on top of those that the repository selects.

    Without any configuration, ruff is not to find one in the user's home.
    """
    own = is_configured(job.repository)
    option = "--select" if alone else "--extend-select"
    start = [str(job.executable), "check", "--output-format", "json", "--no-fix", *common(job)]
    rules = [option, ",".join((*select, _UNREADABLE)), *(["--ignore", ",".join(ignore)] if ignore else [])]
    return [*start, *([] if own else ["--isolated", *newest_floor(job.repository)]), *rules, "--", *job.paths]


def extra_reading(job: Job, completed: Completed, *, task: str, keep: Callable[[Finding], bool]) -> Reading:
    """The findings that `keep` takes and the repository does not ignore, under ruff's own name.

    The same finding of the task `ruff` then has the same code, and the two are one. Files that do not
    parse are findings here as well: nothing else was looked at in them.
    """
    items = diagnostics(completed)
    ignored = Ignored(job.root)
    found = [finding_of(job, item, task="ruff", alone=True) for item in items]
    kept = [finding for finding in found if _wanted(finding, ignored, keep)]
    gone = missing(job, items)
    return Reading(
        findings=tuple(msgspec.structs.replace(f, task=task, group=group_of("ruff", rule_of(f))) for f in kept),
        files=files_read(completed),
        trouble=gone,
        trouble_hint="correct `paths` in [tool.noxkit]" if gone else None,
        left_out=len(found) - len(kept),
    )


def rule_of(finding: Finding) -> str:
    """Ruff's own code of a finding."""
    return finding.code.partition(":")[2]


def _wanted(finding: Finding, ignored: Ignored, keep: Callable[[Finding], bool]) -> bool:
    rule = rule_of(finding)
    return rule in _SYNTAX or (keep(finding) and not ignored.holds(finding.path or ".", rule))


class Ignored:
    """What the configuration that ruff takes for a file, the nearest above it, ignores by name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[Path, frozenset[str]] = {}

    def holds(self, path: str, rule: str) -> bool:
        """Whether `rule` is ignored in the file `path`, relative to the root."""
        return any(rule.startswith(selector) for selector in self._of(self._root.joinpath(path).parent))

    def _of(self, folder: Path) -> frozenset[str]:
        if folder not in self._folders:
            file, settings = configuration(folder)
            if file is not None:
                self._folders[folder] = ignored(file, settings)
            else:
                self._folders[folder] = frozenset() if folder == folder.parent else self._of(folder.parent)
        return self._folders[folder]
