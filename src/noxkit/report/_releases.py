# SPDX-License-Identifier: Apache-2.0
"""What a release check comes to: a line for each package, and one for all."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.report._escape import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Readiness, Report

__all__ = ["named", "release_line", "release_rows"]

_NAMED = 8  # packages that the last line names
_LISTED = 3  # packages whose causes it lists one by one
_BLOCKS = 4  # tasks that a line names


def named(release: Readiness) -> str:
    """`acme 1.0`."""
    return one_line(f"{release.package} {release.version or '(version unknown)'}")


def release_rows(report: Report) -> list[tuple[Status, str, str]]:
    """For each package whether it is ready, its name and version, and what blocks it; those that are blocked last."""
    ordered = sorted(report.releases, key=lambda release: not release.ready)
    return [
        (Status.PASSED, named(release), f"ready{_without(release)}")
        if release.ready
        else (Status.FAILED, named(release), f"blocked by {_blocks(release.blocking)}")
        for release in ordered
    ]


def release_line(report: Report) -> str:
    """`ready to release acme 1.0`, or what blocks."""
    blocked = [release for release in report.releases if not release.ready]
    if not blocked:
        return f"ready to release {_several([named(each) for each in report.releases])}{_without(report.releases[0])}"
    if len(blocked) > _LISTED:
        counted = collections.Counter(text for release in blocked for text in release.blocking)
        causes = [f"{text} ({count})" if count > 1 else text for text, count in counted.most_common()]
        shown = f"{len(blocked)} packages: {_blocks(causes)}"
    else:
        shown = "; ".join(f"{named(release)}: {_blocks(release.blocking)}" for release in blocked)
    ready = len(report.releases) - len(blocked)
    return f"not ready to release {shown}" + (f"; {ready} of {len(report.releases)} are ready" if ready else "")


def _several(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} more"


def _blocks(blocking: Sequence[str]) -> str:
    shown = "; ".join(one_line(text) for text in blocking[:_BLOCKS])
    return shown + (f"; and {len(blocking) - _BLOCKS} more" if len(blocking) > _BLOCKS else "")


def _without(release: Readiness) -> str:
    return f" (without {', '.join(one_line(name) for name in release.left_out)})" if release.left_out else ""
