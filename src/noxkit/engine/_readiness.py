# SPDX-License-Identifier: Apache-2.0
"""From the outcomes of a release check to one verdict for each package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from noxkit.diagnostics.model import Readiness, Status
from noxkit.diagnostics.origins import is_built
from noxkit.engine._contents import project_of
from noxkit.engine._task import label_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.diagnostics.model import Finding, Outcome
    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

__all__ = ["readiness_of"]

_BLOCKING = frozenset({Status.CRASHED, Status.FAILED, Status.INCONCLUSIVE})


def readiness_of(
    context: Context, packages: Sequence[Package], outcomes: Sequence[Outcome], *, left_out: Sequence[str]
) -> tuple[Readiness, ...]:
    """A verdict for each package: it is ready where nothing failed, crashed or is inconclusive that is about it.

    A finding is about the package that it names, or in whose folder it lies; what is about none blocks all.
    """
    found: list[Readiness] = []
    for package in packages:
        blocks = [block for outcome in outcomes if (block := _block(context, package, outcome)) is not None]
        blocking = tuple(_told(blocks))
        found.append(
            Readiness(
                package=package.name,
                version=package.version or _built(package, outcomes),
                ready=not blocking,
                blocking=blocking,
                left_out=tuple(left_out),
            )
        )
    return tuple(found)


def _told(blocks: Sequence[tuple[str, str | None, str]]) -> Iterator[str]:
    """One text for each task and what it says, with the Pythons on which it says so."""
    pythons: dict[tuple[str, str], list[str]] = {}
    for name, python, said in blocks:
        pythons.setdefault((name, said), []).extend([python] if python else [])
    for (name, said), listed in pythons.items():
        yield f"{label_of(name, python=', '.join(dict.fromkeys(listed)) or None)}{said}"


def _block(context: Context, package: Package, outcome: Outcome) -> tuple[str, str | None, str] | None:
    """What of an outcome does not let the package be released: the task's name, its Python, and a few words."""
    if outcome.status not in _BLOCKING or outcome.package not in {None, package.name}:
        return None
    failing = [each for each in outcome.findings if _fails(context, each)]
    if outcome.status is not Status.FAILED:
        return outcome.name, outcome.python, f" {outcome.status.value}"
    if not failing:
        return outcome.name, outcome.python, " failed"
    mine = [finding for finding in failing if _owner(context, finding, outcome) in {None, package.name}]
    if not mine:
        return None
    codes = list(dict.fromkeys(finding.code for finding in mine))
    named = ", ".join(codes[:2]) + (f" and {len(codes) - 2} more" if len(codes) > 2 else "")
    return outcome.name, outcome.python, f": {named}"


def _fails(context: Context, finding: Finding) -> bool:
    return finding.suppressed is None and finding.severity.rank <= context.config.run.fail_on.rank


def _owner(context: Context, finding: Finding, outcome: Outcome) -> str | None:
    named = finding.package or outcome.package
    if named is not None:
        return canonicalize_name(named)
    workspace = context.repository.workspace
    built = next((part for part in (finding.path or "").split("/") if is_built(part)), None)
    if built is not None:
        owner = workspace.package(project_of(built))
    else:
        owner = workspace.package_of(finding.path) if finding.path else None
    return owner.name if owner is not None and owner.publish else None


def _built(package: Package, outcomes: Sequence[Outcome]) -> str | None:
    """The version that a build of the package has given its files."""
    return next(iter(_versions(package, outcomes)), None)


def _versions(package: Package, outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        for file in outcome.files:
            name = file.name.rpartition("/")[2]
            try:
                parsed = parse_wheel_filename(name)[:2] if name.endswith(".whl") else parse_sdist_filename(name)
            except ValueError:
                continue
            if parsed[0] == package.name:
                yield str(parsed[1])
