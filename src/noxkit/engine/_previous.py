# SPDX-License-Identifier: Apache-2.0
"""Each wheel of a run against the newest release before it that the index has."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.version import Version

from noxkit.diagnostics.model import EvidenceValue, FileRecord, Outcome, Status
from noxkit.engine._contents import built_files, built_version
from noxkit.engine._indexes import publishing_arguments
from noxkit.engine._rehearsal_room import AWAY_HINT, DoubtError, judged_by_uv
from noxkit.engine._rules import signed
from noxkit.engine._select import supported_pythons
from noxkit.engine._task import Task
from noxkit.rules._base import Place
from noxkit.rules._release_difference import Contents, PreviousFacts, bump_between, compare
from noxkit.rules.release_difference import release_difference, version_behind, version_bump_small

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._task import ToolCall
    from noxkit.workspace.model import Package

__all__ = ["PREVIOUS", "plan_previous"]

PREVIOUS = "previous"
"""The name of the task."""

_WORKER = Path(__file__).with_name("_api_worker.py")  # it imports much, and is run as a program
_RULES = (release_difference, version_bump_small, version_behind)


class _Api(msgspec.Struct, frozen=True):
    """What the worker says of public names."""

    broken: tuple[str, ...] = ()
    count: int = 0
    unread: tuple[str, ...] = ()


def plan_previous(context: Context, packages: Sequence[Package], *, after: Sequence[Task]) -> list[Task]:
    """One task for each package that is built in this run."""
    not_due = "in `skip` of [tool.noxkit]" if PREVIOUS in context.config.options.skip else None
    if not_due is None and not context.config.options.release.compare:
        not_due = "`compare = false` in [tool.noxkit.release]"
    builds = {task.package: task for task in after if task.not_due is None}
    return [
        Task(
            name=PREVIOUS,
            package=package.name,
            action=functools.partial(_compare, context, package),
            not_due=not_due or (None if package.name in builds else "it is not built in this run"),
            why="the newest release on the index",
            after=(builds[package.name].label,) if package.name in builds else (),
            cost=1.5,
        )
        for package in packages
    ]


def _compare(context: Context, package: Package, _call: ToolCall, needs: Mapping[str, object]) -> Outcome:
    wheel = next((file for file in built_files(needs) if file.name.endswith(".whl")), None)
    version = built_version(needs)
    if wheel is None or version is None:
        hint = "mend what the build reports"
        return Outcome(name=PREVIOUS, status=Status.INCONCLUSIVE, reason="its wheel was not built", hint=hint)
    with tempfile.TemporaryDirectory(prefix="noxkit-previous-") as folder:
        old, new = Path(folder) / "old", Path(folder) / "new"
        newest: str | None = None
        try:
            newest = _later(context, package, version, Path(folder))
            absent = _installed(context, package, old, f"{package.name}<{Version(version).public}")
            broken = None if absent else _installed(context, package, new, str(context.root / wheel.name))
        except DoubtError as doubt:
            if doubt.hint == AWAY_HINT:
                context.index_away.append(doubt.reason)
            return Outcome(name=PREVIOUS, status=Status.INCONCLUSIVE, reason=doubt.reason, hint=doubt.hint)
        if broken is not None:
            hint = "mend what the rehearsal reports"
            return Outcome(name=PREVIOUS, status=Status.INCONCLUSIVE, reason=broken, hint=hint)
        if absent is not None:
            reason = f"the index has no wheel of a release before {version}"
            outcome = Outcome(name=PREVIOUS, status=Status.SKIPPED, reason=reason)
            facts = PreviousFacts(name=package.name, new=version, newest=newest, place=Place(wheel.name))
            return signed(context, outcome, version_behind(facts))
        return _concluded(context, package, wheel, Path(folder), newest=newest)


def _later(context: Context, package: Package, version: str, folder: Path) -> str | None:
    """The newest release that is later than `version`; None where the index has none. Raises DoubtError."""
    if context.index_away:
        raise DoubtError(context.index_away[0], AWAY_HINT)
    wanted = folder / "later.in"
    wanted.write_text(f"{package.name}>{Version(version).public}\n", encoding="utf-8")
    words = ["pip", "compile", "--no-deps", "--no-header", "--no-annotate", "--prerelease", "disallow"]
    where = [*_newest_python(context, package), *publishing_arguments(context), str(wanted)]
    completed = context.uv.run([*words, *where], task=PREVIOUS, environment=context.for_uv, cwd=folder)
    if judged_by_uv(completed) is not None:
        return None
    line = completed.stdout.decode("utf-8", "replace").strip().splitlines()[-1:]
    return line[0].partition("==")[2].split()[0] if line and "==" in line[0] else None


def _newest_python(context: Context, package: Package) -> list[str]:
    pythons = [python for python in supported_pythons(context) if package.admits(python)]
    return ["--python-version", pythons[-1]] if pythons else []


def _installed(context: Context, package: Package, target: Path, what: str) -> str | None:
    """Unpack one distribution without what it requires; why there is none, or None. Raises DoubtError."""
    if context.index_away:
        raise DoubtError(context.index_away[0], AWAY_HINT)
    words = ["pip", "install", "--no-deps", "--only-binary", ":all:", "--target", str(target)]
    target.mkdir()
    completed = context.uv.run(
        [*words, *_newest_python(context, package), *publishing_arguments(context), what],
        task=PREVIOUS,
        environment=context.for_uv,
        cwd=target.parent,
    )
    return judged_by_uv(completed)


def _concluded(context: Context, package: Package, wheel: FileRecord, folder: Path, *, newest: str | None) -> Outcome:
    before, after = (_contents(folder / part, package.name) for part in ("old", "new"))
    api = _api(context, package, folder)
    differences = tuple(compare(before, after, api.broken, api.count))
    facts = PreviousFacts(
        name=package.name,
        old=before.version,
        new=after.version,
        bump=bump_between(Version(before.version), Version(after.version)),
        differences=differences,
        newest=newest,
        place=Place(wheel.name),
    )
    evidence: dict[str, EvidenceValue] = {
        "previous": before.version,
        "difference": [each.text for each in differences] or ["none"],
        **({"unread": list(api.unread)} if api.unread else {}),
    }
    outcome = Outcome(name=PREVIOUS, status=Status.PASSED, evidence=evidence)
    return signed(context, outcome, [finding for each in _RULES for finding in each(facts)])


def _contents(folder: Path, name: str) -> Contents:
    distribution = next(iter(importlib.metadata.distributions(name=name, path=[str(folder)])))
    files = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and ".dist-info/" not in path.as_posix() and path.name != ".lock"
    }
    metadata = distribution.metadata
    return Contents(
        version=distribution.version,
        files=files,
        requires_python=next((str(each) for each in metadata.get_all("Requires-Python") or ()), ""),
        requirements=tuple(distribution.requires or ()),
        extras=frozenset(str(each) for each in metadata.get_all("Provides-Extra") or ()),
        entry_points=frozenset(f"{point.group}: {point.name}" for point in distribution.entry_points),
    )


def _api(context: Context, package: Package, folder: Path) -> _Api:
    """The public names of both, compared in a process of its own."""
    order, answer = folder / "order.json", folder / "answer.json"
    names = package.import_names or (package.name.replace("-", "_"),)
    tops = sorted(name for name in names if not any(name.startswith(f"{other}.") for other in names))
    packages = [name for name in tops if _is_there(folder / "old", name) and _is_there(folder / "new", name)]
    order.write_bytes(
        msgspec.json.encode({"packages": packages, "old": str(folder / "old"), "new": str(folder / "new")})
    )
    context.runner.run(
        [sys.executable, str(_WORKER), str(order), str(answer)],
        task=PREVIOUS,
        environment={**context.without_credentials, "PYTHONDONTWRITEBYTECODE": None},
        timeout=context.config.options.timeout,
        nice=5,
    )
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(answer.read_bytes(), type=_Api)
    return _Api(unread=("the comparison of public names did not come to its end",))


def _is_there(folder: Path, name: str) -> bool:
    return (folder / name.replace(".", "/")).is_dir() or (folder / f"{name}.py").is_file()
