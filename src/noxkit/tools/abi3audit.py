# SPDX-License-Identifier: Apache-2.0
"""abi3audit: whether wheels for the stable ABI use nothing of Python but that, and nothing newer than their tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Chooser, Reading, Tool
from noxkit.tools._output import clean, decode, lines_of
from noxkit.tools._wheel_files import WheelAnswer, answers, can_unpack, tagged, wheel_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.tags import Tag

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Abi3audit"]

_VIOLATION, _CLASH = "NK-ABI3-VIOLATION", "NK-ABI3-NAME-CLASH"
_URL = "https://docs.python.org/3/c-api/stable.html"


class _Result(msgspec.Struct, frozen=True):
    """What one extension module uses."""

    baseline: str
    computed: str
    non_abi3_symbols: list[str]
    future_abi3_objects: dict[str, str]


class _Object(msgspec.Struct, frozen=True):
    """One extension module, by the last part of its path."""

    name: str
    result: _Result


class _Spec(msgspec.Struct, frozen=True):
    """One wheel."""

    kind: str
    wheel: list[_Object]


class _Report(msgspec.Struct, frozen=True):
    """`abi3audit --report`."""

    specs: dict[str, _Spec]


class Abi3audit(Tool):
    """`abi3audit --strict --report`, on each wheel that is tagged abi3."""

    name = "abi3audit"
    summary = "looks in wheels of the stable ABI for symbols outside of it"
    distribution = "abi3audit"
    executable = "python"
    url = "https://github.com/pypa/abi3audit"
    sessions = frozenset({"wheel_contents", "release_check"})
    chooser = Chooser(distributions=("abi3audit",), hooks=("abi3audit",))
    cost = 1.5
    codes_findings = frozenset[int]()
    environment: ClassVar[dict[str, str]] = {"NO_COLOR": "1", "COLUMNS": "1000"}
    own_codes: ClassVar[frozenset[str]] = frozenset({_VIOLATION, _CLASH})
    reads_built = True

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only where no wheel has such a tag, or none can be unpacked: then others say what is wrong."""
        if not tagged(paths, _is_stable):
            return "no wheel with the tag abi3"
        return None if self.planned(repository, paths) else "no wheel of these can be unpacked"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """Each such wheel."""
        return sum(can_unpack(repository.root / path) for path in tagged(paths, _is_stable))

    def command(self, job: Job) -> list[str]:
        """One wheel after the other: of several it would stop at the first that it cannot read."""
        return wheel_command(job, "abi3audit", ["--strict", "--report"], _wheels(job))

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The symbols of each extension module that are outside of the stable ABI, or came later."""
        said = answers(completed, tool=self.name, paths=_wheels(job))
        unread = [answer for answer in said if not _is_read(answer)]
        reason = next((line for line in lines_of(completed.stderr) if "error" in line), "")
        troubles = [f"{answer.path} was not read: {answer.error or reason}" for answer in unread]
        return Reading(
            findings=tuple(found for answer in said if _is_read(answer) for found in _findings(answer)),
            files=len(said),
            trouble=clean("; ".join(troubles[:3]))[:400] or None,
            trouble_hint="see what else is told of these wheels, and run `abi3audit` on them by hand",
        )


def _is_stable(tag: Tag) -> bool:
    return tag.abi == "abi3"


def _wheels(job: Job) -> list[str]:
    return [path for path in tagged(job.paths, _is_stable) if can_unpack(job.root / path)]


def _is_read(answer: WheelAnswer) -> bool:
    """Whether it came to its end: it exits with 1 for findings and for what it cannot read alike."""
    return answer.error is None and answer.code in {0, 1} and bool(answer.said.strip())


def _findings(answer: WheelAnswer) -> Iterator[Finding]:
    report = decode(answer.said.encode(), _Report, tool="abi3audit")
    for item in (item for spec in report.specs.values() for item in spec.wheel):
        result, defined = item.result, set(answer.defined.get(item.name, ()))
        outside = sorted(set(result.non_abi3_symbols) - defined)
        if outside:
            told = f"`{item.name}` uses {_named(outside)}, which the stable ABI does not have"
            yield _finding(answer.path, _VIOLATION, Severity.ERROR, told)
        later = sorted(
            f"{name} ({version})" for name, version in result.future_abi3_objects.items() if name not in defined
        )
        if later:
            told = f"`{item.name}` uses {_named(later)}, and the wheel is tagged for Python {result.baseline}"
            yield _finding(answer.path, _VIOLATION, Severity.ERROR, told)
        clashes = sorted(set(result.non_abi3_symbols) & defined)
        if clashes:
            told = f"`{item.name}` defines {_named(clashes)} itself, with the prefix of Python"
            yield _finding(answer.path, _CLASH, Severity.INFO, told)


def _named(symbols: Sequence[str]) -> str:
    more = f" and {len(symbols) - 5} more" if len(symbols) > 5 else ""
    return ", ".join(f"`{symbol}`" for symbol in symbols[:5]) + more


def _finding(path: str, code: str, severity: Severity, message: str) -> Finding:
    hints = {
        _VIOLATION: "define `Py_LIMITED_API` as the version of the tag in each extension, or tag it for one Python",
        _CLASH: "give symbols of your own another prefix, or hide them (`-fvisibility=hidden`)",
    }
    return Finding(
        code=code,
        task=Abi3audit.name,
        severity=severity,
        message=clean(message),
        hint=hints[code],
        path=path,
        url=_URL,
    )
