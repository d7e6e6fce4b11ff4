# SPDX-License-Identifier: Apache-2.0
"""Advisories on locked versions: two tools ask one service, and what both tell is one finding."""

from __future__ import annotations

import functools
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from noxkit.diagnostics.model import EvidenceValue, Finding, Outcome, Status
from noxkit.engine._rules import signed
from noxkit.engine._task import Task
from noxkit.rules._base import Place
from noxkit.rules.advisories import SEVERITIES, AdvisoryFacts, advisory
from noxkit.tasks.store import key_of
from noxkit.tools import load_tools
from noxkit.tools._advisory import KEY, Advisory, decoded
from noxkit.workspace.lock import lines_of_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall

__all__ = ["ADVISORIES", "plan_advisories"]

ADVISORIES = "advisories"
"""The name of the task."""

_CONCLUDED = frozenset({Status.PASSED, Status.FAILED})


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool was told, when, about how many distributions."""

    asked: float
    distributions: int
    advisories: tuple[Advisory, ...] = ()


_DECODER = msgspec.json.Decoder(_Answer)


def plan_advisories(context: Context, scope: Scope) -> list[Task]:
    """One task; not due where nothing is locked."""
    tools = tuple(tool for tool in load_tools().values() if tool.step_of == ADVISORIES)
    not_due = "in `skip` of [tool.noxkit]" if ADVISORIES in context.config.options.skip else None
    if not_due is None and scope.nothing:
        not_due = scope.fact
    if not_due is None and not context.repository.has_file("uv.lock"):
        not_due = "no uv.lock: advisories are about locked versions"
    url = context.config.options.advisories.url.rstrip("/")
    return [
        Task(
            name=ADVISORIES,
            tools=tools if not_due is None else (),
            action=functools.partial(_ask, context, url),
            arguments=(url,),
            not_due=not_due,
            why="uv.lock",
            cost=2.0,
        )
    ]


def _ask(context: Context, url: str, call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
    pins = _pins(context)
    if not pins:
        hint = "lock the dependencies with `uv lock`"
        return Outcome(name=ADVISORIES, status=Status.SKIPPED, reason="no dependency is locked", hint=hint)
    answers: dict[str, _Answer] = {}
    doubts: list[Outcome] = []
    for tool in (tool for tool in load_tools().values() if tool.step_of == ADVISORIES):
        key = key_of("advisories", tool.name, url, *(f"{name}=={version}" for name, version in pins))
        answer = _kept(context, key) or _told(pins, call, tool_name=tool.name)
        if isinstance(answer, Outcome):
            doubts.append(answer)
        else:
            answers[tool.name] = answer
            context.store.put(key, msgspec.json.encode(answer))
    facts = list(_merged(context, answers))
    return signed(context, _outcome(pins, answers, doubts), list(_findings(facts)))


def _pins(context: Context) -> list[tuple[str, str]]:
    """Name and version of each locked distribution that is no member."""
    members = {package.name for package in context.repository.workspace.packages}
    locked = context.repository.locked_versions
    return sorted((name, version) for name, versions in locked.items() if name not in members for version in versions)


def _kept(context: Context, key: str) -> _Answer | None:
    """An earlier answer about the same pins, not too old."""
    kept = context.store.get(key)
    answer = _DECODER.decode(kept) if kept is not None else None
    oldest = time.time() - context.config.options.advisories.max_age * 3600
    return answer if answer is not None and oldest <= answer.asked <= time.time() else None


def _told(pins: Sequence[tuple[str, str]], call: ToolCall, *, tool_name: str) -> _Answer | Outcome:
    """What a tool is told now; its outcome where it did not come to an end."""
    tool = load_tools()[tool_name]
    found: list[Advisory] = []
    count = 0
    with tempfile.TemporaryDirectory(prefix="noxkit-advisories-") as folder:
        for number, layer in enumerate(_layers(pins)):
            file = Path(folder) / f"pins-{number}.txt"
            file.write_text("".join(f"{name}=={version}\n" for name, version in layer), encoding="utf-8")
            outcome = call(tool, paths=(str(file),))
            if outcome.status not in _CONCLUDED:
                return outcome
            found += decoded(outcome.evidence.get(KEY))
            read = outcome.evidence.get(tool.reads)
            count += read if isinstance(read, int) else 0
    return _Answer(asked=time.time(), distributions=count, advisories=tuple(found))


def _layers(pins: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The pins in files that name each distribution once: a lock may hold several versions of one."""
    layers: list[dict[str, str]] = []
    for name, version in pins:
        layer = next((each for each in layers if name not in each), None)
        if layer is None:
            layers.append({name: version})
        else:
            layer[name] = version
    return [list(layer.items()) for layer in layers]


def _merged(context: Context, answers: Mapping[str, _Answer]) -> Iterator[AdvisoryFacts]:
    """One record for all that share a name, of one version."""
    groups: list[list[tuple[str, Advisory]]] = []
    for tool, answer in answers.items():
        for each in answer.advisories:
            home = next((group for group in groups if any(_is_same(each, other) for _, other in group)), None)
            if home is None:
                groups.append([(tool, each)])
            else:
                home.append((tool, each))
    lines = lines_of_lock(context.root / "uv.lock") if groups else {}
    for group in groups:
        yield _one(context, group, lines)


def _is_same(left: Advisory, right: Advisory) -> bool:
    names = (canonicalize_name(left.package), left.version) == (canonicalize_name(right.package), right.version)
    return names and bool(set(left.names) & set(right.names))


def _one(context: Context, group: Sequence[tuple[str, Advisory]], lines: Mapping[str, int]) -> AdvisoryFacts:
    first = group[0][1]
    name = canonicalize_name(first.package)
    names = sorted({each for _, found in group for each in found.names}, key=_rank)
    severities = [each.severity for _, each in group if each.severity is not None]
    return AdvisoryFacts(
        package=name,
        version=first.version,
        names=tuple(names),
        summary=next((each.summary for _, each in group if each.summary), ""),
        fixed=tuple(dict.fromkeys(version for _, each in group for version in each.fixed)),
        severity=max(severities, key=SEVERITIES.index) if severities else None,
        least=context.config.options.advisories.severity,
        told_by=tuple(dict.fromkeys(tool for tool, _ in group)),
        place=Place("uv.lock", lines.get(name)),
    )


def _rank(name: str) -> tuple[int, str]:
    """GitHub's and PyPA's identifiers before CVE numbers, which say least."""
    order = ("GHSA-", "PYSEC-", "CVE-")
    return next((number for number, start in enumerate(order) if name.startswith(start)), len(order)), name


def _findings(facts: Sequence[AdvisoryFacts]) -> Iterator[Finding]:
    """Each with the advisory's own name as its group, by which one alone can be accepted."""
    for each in facts:
        for finding in advisory(each):
            yield msgspec.structs.replace(finding, group=f"advisory:{each.names[0]}")


def _outcome(pins: Sequence[tuple[str, str]], answers: Mapping[str, _Answer], doubts: Sequence[Outcome]) -> Outcome:
    oldest = min((answer.asked for answer in answers.values()), default=time.time())
    evidence: dict[str, EvidenceValue] = {
        "distributions": len(pins),
        **{tool: f"{answer.distributions} distributions" for tool, answer in answers.items()},
        "asked": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(oldest)),
    }
    outcome = Outcome(name=ADVISORIES, status=Status.PASSED, evidence=evidence)
    short = [f"{tool} asked for {answer.distributions} of {len(pins)}" for tool, answer in answers.items()]
    short = [text for text, answer in zip(short, answers.values(), strict=True) if answer.distributions < len(pins)]
    if not doubts and not short:
        return outcome
    worst = min(doubts, key=lambda each: each.status.rank, default=None)
    status = worst.status if worst is not None else Status.INCONCLUSIVE
    reason = "; ".join([*(f"{each.name}: {each.reason}" for each in doubts), *short])
    hint = worst.hint if worst is not None else "run the session with `--verbose` and see which it leaves out"
    return msgspec.structs.replace(outcome, status=status, reason=reason, hint=hint)
