# SPDX-License-Identifier: Apache-2.0
"""auditwheel: whether a wheel for Linux needs more of the system than its platform tag promises."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import Chooser, Reading, Tool
from noxkit.tools._output import clean, decode
from noxkit.tools._wheel_files import WheelAnswer, answers, can_unpack, tagged, tags_of, wheel_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.tags import Tag

    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Auditwheel"]

_CODE = "NK-MANYLINUX-VIOLATION"
_POLICY = re.compile(r"(?P<libc>many|musl)linux_(?P<major>\d+)_(?P<minor>\d+)_(?P<machine>\w+)")
# Those have two names: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
_FORMER = {"manylinux1_": "manylinux_2_5_", "manylinux2010_": "manylinux_2_12_", "manylinux2014_": "manylinux_2_17_"}
_NOTHING_NATIVE = "This does not look like a platform wheel"
_URL = "https://github.com/pypa/auditwheel"


class _Upgrade(msgspec.Struct, frozen=True):
    """What keeps a wheel from a stricter policy."""

    libs_to_eliminate: list[str] = msgspec.field(default_factory=list[str])
    blacklisted_symbols: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])


class _Shown(msgspec.Struct, frozen=True):
    """`auditwheel show --json`, of schema version 1; `error` alone where it has not looked."""

    version: int
    error: str | None = None
    overall_tag: str | None = None
    unsupported_isa: bool = False
    versioned_symbols: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    policy_upgrades: dict[str, _Upgrade] = msgspec.field(default_factory=dict[str, _Upgrade])


class Auditwheel(Tool):
    """`auditwheel show --json`, on each wheel that is tagged manylinux or musllinux."""

    name = "auditwheel"
    summary = "compares what wheels for Linux need of the system with what their tags promise"
    distribution = "auditwheel"
    executable = "python"
    url = _URL
    sessions = frozenset({"wheel_contents", "release_check"})
    chooser = Chooser(distributions=("auditwheel",))
    cost = 1.0
    codes_findings = frozenset[int]()
    own_codes: ClassVar[frozenset[str]] = frozenset({_CODE})
    reads_built = True

    def not_due(self, repository: Repository, paths: Sequence[str]) -> str | None:
        """Only where no wheel has such a tag, or none can be unpacked: then others say what is wrong."""
        wheels = tagged(paths, _is_promise)
        if not wheels:
            return "no wheel with a tag of manylinux or musllinux"
        return None if self.planned(repository, paths) else "no wheel of these can be unpacked"

    def planned(self, repository: Repository, paths: Sequence[str]) -> int:
        """Each such wheel."""
        return sum(can_unpack(repository.root / path) for path in tagged(paths, _is_promise))

    def command(self, job: Job) -> list[str]:
        """One wheel after the other: auditwheel takes one at a time."""
        return wheel_command(job, "auditwheel", ["show", "--json"], _wheels(job))

    def parse(self, job: Job, completed: Completed) -> Reading:
        """The strictest policy that each wheel keeps, against each that its name claims."""
        said = answers(completed, tool=self.name, paths=_wheels(job))
        shown = [(answer, _shown(answer)) for answer in said]
        troubles = [f"{answer.path}: {trouble}" for answer, result in shown if (trouble := _trouble(answer, result))]
        findings = [found for answer, result in shown if result and (found := _finding(answer.path, result))]
        return Reading(
            findings=tuple(findings),
            files=len(said),
            trouble=clean("; ".join(troubles[:3]))[:400] or None,
            trouble_hint="see what else is told of these wheels, and run `auditwheel show` on them by hand",
        )


def _is_promise(tag: Tag) -> bool:
    return tag.platform.startswith(("manylinux", "musllinux"))


def _wheels(job: Job) -> list[str]:
    return [path for path in tagged(job.paths, _is_promise) if can_unpack(job.root / path)]


def _shown(answer: WheelAnswer) -> _Shown | None:
    """What auditwheel printed; None where it came to no end. It exits with 1 for a wheel that it does not look at."""
    if answer.error is not None or answer.code not in {0, 1} or not answer.said.strip():
        return None
    return decode(answer.said.encode(), _Shown, tool="auditwheel")


def _trouble(answer: WheelAnswer, shown: _Shown | None) -> str | None:
    if shown is None:
        return answer.error or f"auditwheel ended with exit code {answer.code}"
    if shown.version != 1:
        return f"auditwheel's output is of version {shown.version}, and noxkit reads version 1"
    if shown.error is not None:
        # That a tag promises native code and there is none, a rule of noxkit's tells.
        return None if shown.error.startswith(_NOTHING_NATIVE) else shown.error
    return None if shown.overall_tag else "auditwheel names no policy"


def _finding(path: str, shown: _Shown) -> Finding | None:
    kept = shown.overall_tag
    if not kept:
        return None
    broken = sorted({tag.platform for tag in tags_of(path) if _is_promise(tag) and not _keeps(kept, tag.platform)})
    if not broken:
        return None
    claims = " and ".join(f"`{tag}`" for tag in broken)
    return Finding(
        code=_CODE,
        task=Auditwheel.name,
        severity=Severity.ERROR,
        message=clean(f"the wheel is tagged {claims}, and keeps only `{kept}`: {_reason(shown)}"),
        hint="build it in the image of that policy (cibuildwheel) and run `auditwheel repair`, which sets the tag",
        path=path,
        url=_URL,
    )


def _keeps(kept: str, claimed: str) -> bool:
    """Whether a wheel that keeps one policy keeps another. Of the other C library auditwheel has not spoken."""
    for former, present in _FORMER.items():
        claimed = claimed.replace(former, present, 1) if claimed.startswith(former) else claimed
    mine, other = _POLICY.fullmatch(kept), _POLICY.fullmatch(claimed)
    if mine is None:
        return False  # plain `linux_…`: none at all
    if other is None or mine["libc"] != other["libc"]:
        return True
    return (int(mine["major"]), int(mine["minor"])) <= (int(other["major"]), int(other["minor"]))


def _reason(shown: _Shown) -> str:
    libraries = sorted({name for each in shown.policy_upgrades.values() for name in each.libs_to_eliminate})
    symbols = sorted({name for each in shown.policy_upgrades.values() for name in each.blacklisted_symbols})
    newest = [_newest(versions) for versions in shown.versioned_symbols.values() if versions]
    told = [
        *(f"it needs `{name}`" for name in libraries[:3]),
        *(f"it needs symbols of `{name}` that are not allowed" for name in symbols[:3]),
        *(["it needs a processor with further instructions"] if shown.unsupported_isa else []),
    ]
    return ", ".join(told) or f"it needs {', '.join(f'`{name}`' for name in sorted(newest))}"


def _newest(versions: Sequence[str]) -> str:
    """The newest of versions such as `GLIBC_2.34`."""
    return max(versions, key=lambda version: [int(number) for number in re.findall(r"\d+", version)])
