# SPDX-License-Identifier: Apache-2.0
"""The task `urls`: each address of documents and code is asked once, several hosts at a time."""

from __future__ import annotations

import functools
import itertools
import math
import time
import urllib.parse
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Severity, Status
from noxkit.engine._asking import Asker, Kind, Verdict
from noxkit.engine._rules import signed
from noxkit.engine._task import Task
from noxkit.rules._addresses import addresses_in, exemption, is_looked_at, normal
from noxkit.rules._facts import Settings
from noxkit.rules.urls import Answer, Options, url_dead
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.rules._base import Place

__all__ = ["URLS", "plan_urls"]

URLS = "urls"
"""The task's name."""

_THREADS = 24
_SHOWN = 20  # addresses that the evidence lists
_LARGEST = 4 << 20  # bytes: what is larger was written by a program


class _Named(NamedTuple):
    """An address as it was first written, and the first place of each file that names it."""

    written: str
    places: dict[str, Place]


def plan_urls(context: Context, scope: Scope) -> list[Task]:
    """One task; not due where there is no document and no code."""
    options = Settings(context.config.options.rules).of(Options)
    excluded = frozenset(context.repository.files_matching(options.exclude)) if options.exclude else frozenset[str]()
    below = context.repository.files_matching(scope.paths()) if not scope.nothing else ()
    paths = tuple(path for path in below if is_looked_at(path) and path not in excluded)
    not_due = scope.fact if scope.nothing else None if paths else f"0 documents and programs in {len(below)} files"
    if URLS in context.config.options.skip:
        not_due = "in `skip` of [tool.noxkit]"
    action = functools.partial(_urls, context, options, paths)
    return [Task(name=URLS, action=action, not_due=not_due, cost=30)]


def _urls(
    context: Context, options: Options, paths: Sequence[str], _call: ToolCall, _needs: Mapping[str, object]
) -> Outcome:
    named, exempt, unread = _collect(context, options, paths)
    evidence: dict[str, EvidenceValue] = {"files": len(paths) - len(unread), "addresses": len(named)}
    if exempt:
        evidence["exempt"] = ", ".join(f"{count} {why}" for why, count in sorted(exempt.items()))
    if unread:
        evidence["unread"] = unread
    if not named:
        return Outcome(
            name=URLS, status=Status.SKIPPED, reason=f"0 addresses to ask in {len(paths)} files", evidence=evidence
        )
    fresh = {address for address in named if _is_fresh(context, address, options)}
    verdicts = _ask_all(context, options, [address for address in named if address not in fresh])
    for address, verdict in verdicts.items():
        if verdict.kind is Kind.ALIVE:
            context.store.put(_key(address), repr(time.time()).encode())
    evidence |= {"asked": len(verdicts), "known": len(fresh)}
    return _conclude(context, named, verdicts, evidence)


def _collect(
    context: Context, options: Options, paths: Sequence[str]
) -> tuple[dict[str, _Named], Counter[str], list[str]]:
    """The addresses to ask, how many are exempt and why, and the files that could not be read."""
    named: dict[str, _Named] = {}
    exempt: dict[str, str] = {}
    unread: list[str] = []
    for path in paths:
        data = _read(context, path)
        if data is None:
            unread.append(path)
            continue
        for written, place in addresses_in(path, data):
            why = _allowed(written, options.allow) or exemption(written, loopback=options.include_loopback)
            if why is not None:
                exempt[written] = why
            else:
                named.setdefault(normal(written), _Named(written, {})).places.setdefault(path, place)
    return named, Counter(exempt.values()), unread


def _read(context: Context, path: str) -> bytes | None:
    file = context.root / path
    try:
        return file.read_bytes() if file.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _allowed(address: str, patterns: Iterable[str]) -> str | None:
    matching = any(address.startswith(pattern) or fnmatchcase(address, pattern) for pattern in patterns)
    return "allowed" if matching else None


def _key(address: str) -> str:
    return key_of("url-alive/1", address)


def _is_fresh(context: Context, address: str, options: Options) -> bool:
    """Whether an address has answered not too long ago."""
    kept = context.store.get(_key(address))
    try:
        age = time.time() - float(kept or b"nan")
    except ValueError:
        return False
    return not math.isnan(age) and 0 <= age < options.max_age * 3600


def _ask_all(context: Context, options: Options, addresses: Sequence[str]) -> dict[str, Verdict]:
    """Ask all of them: hosts at the same time, and one host no more than it may be asked at a time."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        by_host[_host(address)].append(address)
    lanes = [
        lane
        for waiting in by_host.values()
        for start in range(options.per_host)
        if (lane := list(itertools.islice(waiting, start, None, options.per_host)))
    ]
    if not lanes:
        return {}
    asker = Asker(options, environ=context.environ, cancel=context.cancel)
    until = time.monotonic() + context.config.options.timeout

    def walk(lane: Sequence[str]) -> list[tuple[str, Verdict]]:
        return [(address, _ask(asker, address, until)) for address in lane]

    with ThreadPoolExecutor(min(_THREADS, len(lanes)), thread_name_prefix="noxkit-urls") as pool:
        return dict(pair for pairs in pool.map(walk, sorted(lanes, key=len, reverse=True)) for pair in pairs)


def _ask(asker: Asker, address: str, until: float) -> Verdict:
    if time.monotonic() > until:
        return Verdict(kind=Kind.UNKNOWN, text="was not asked within the time limit of the task")
    return asker.ask(address)


def _conclude(
    context: Context, named: Mapping[str, _Named], verdicts: Mapping[str, Verdict], evidence: dict[str, EvidenceValue]
) -> Outcome:
    reached = _network_is_there(named, verdicts)
    unknown = {
        address: verdict
        for address, verdict in verdicts.items()
        if verdict.kind is Kind.UNKNOWN or (verdict.kind is Kind.UNREACHED and not (reached and verdict.sure))
    }
    dead = {
        address: verdict
        for address, verdict in verdicts.items()
        if verdict.kind in {Kind.DEAD, Kind.UNREACHED} and address not in unknown
    }
    moved = [f"{named[address].written} -> {verdict.moved}" for address, verdict in verdicts.items() if verdict.moved]
    if moved:
        evidence["moved"] = moved[:_SHOWN]
    outcome = Outcome(name=URLS, status=Status.PASSED, evidence=evidence, cached=not verdicts)
    if unknown:
        listed = [f"{named[address].written} {verdict.text}" for address, verdict in unknown.items()]
        evidence["unknown"] = listed[:_SHOWN]
        reason, hint = _why_unknown(context, unknown, asked=len(verdicts))
        outcome = msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=reason, hint=hint)
    findings = [
        finding
        for address, verdict in dead.items()
        for finding in url_dead(_answer(named[address], verdict), task=URLS)
    ]
    if "urls" in context.config.options.rules:  # chosen by the repository, so that they count
        findings = [msgspec.structs.replace(finding, severity=Severity.ERROR) for finding in findings]
    return signed(context, outcome, findings)


def _network_is_there(named: Mapping[str, _Named], verdicts: Mapping[str, Verdict]) -> bool:
    """Whether so many hosts were reached that one which was not is the host's fault.

    Where most were not, there is no network, or one that lets through only a few.
    """
    unreached = {_host(address) for address, verdict in verdicts.items() if verdict.kind is Kind.UNREACHED}
    others = {_host(address) for address in named} - unreached
    unsure = {_host(address) for address, verdict in verdicts.items() if verdict.kind is Kind.UNKNOWN}
    return len(unreached) <= len(others - unsure)


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).netloc


def _answer(named: _Named, verdict: Verdict) -> Answer:
    return Answer(address=named.written, problem=verdict.text, places=tuple(named.places.values()))


def _why_unknown(context: Context, unknown: Mapping[str, Verdict], *, asked: int) -> tuple[str, str]:
    if context.cancel.requested:
        return "interrupted", "run the session again"
    unreached = sum(verdict.kind is Kind.UNREACHED and verdict.sure for verdict in unknown.values())
    if unreached or all(verdict.kind is Kind.UNREACHED for verdict in unknown.values()):
        hint = "connect to the network, or set `https_proxy`; run it where there is one"
        return f"no network: {len(unknown)} of {asked} addresses could not be reached", hint
    first = next(iter(unknown.items()))
    reason = f"{len(unknown)} of {asked} addresses give no clear answer, such as {first[0]}, which {first[1].text}"
    return reason, "run it again later, raise `longest-wait` or `timeout`, or name them in `allow`"
