# SPDX-License-Identifier: Apache-2.0
"""The licences of locked dependencies: from what is installed, else from what is kept, else from the index."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from noxkit.diagnostics.model import EvidenceValue, Finding, Outcome, Severity, Status
from noxkit.engine._facts import declared_requirements
from noxkit.engine._indexes import index_arguments
from noxkit.engine._rules import signed
from noxkit.engine._select import supported_pythons
from noxkit.engine._task import Task
from noxkit.environments.project import ProjectEnvironment
from noxkit.environments.uv import waited_in_vain
from noxkit.rules._base import Place
from noxkit.rules._licensing import Answer, LicensePolicy, judge, read_policy, stated_by
from noxkit.rules.licenses import LicenseFacts, license_denied, license_unknown
from noxkit.tasks.store import key_of
from noxkit.tools import load_tools
from noxkit.workspace._tables import requirement_name, strings, table, text
from noxkit.workspace.lock import lines_of_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import ToolCall
    from noxkit.tools._base import Tool

__all__ = ["LICENSES", "plan_licenses"]

LICENSES = "licenses"
"""The name of the task."""

_NO_POLICY = "no licences are allowed or denied: `allow` in [tool.noxkit.licenses] turns it on"
_LICENSE_FILE = re.compile(r"(?:un)?licen[cs]e|copying|notice.*licen[cs]e", re.IGNORECASE)
_LARGEST = 64 << 10  # bytes of a licence file that are looked at
_PLATFORMS = ("linux", "windows", "macos")


class _Kept(msgspec.Struct, frozen=True):
    """What one distribution says; of a version it never changes. `files` are the texts of its licence files."""

    expression: str | None = None
    text: str | None = None
    classifiers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


_DECODER = msgspec.json.Decoder(_Kept)


class _NoAnswerError(Exception):
    """Raised where the index does not answer."""


def plan_licenses(context: Context, scope: Scope) -> list[Task]:
    """One task; not due without a policy, and without dependencies."""
    policy = policy_of(context)
    pythons = supported_pythons(context)
    not_due = "in `skip` of [tool.noxkit]" if LICENSES in context.config.options.skip else None
    if not_due is None and scope.nothing:
        not_due = scope.fact
    if not_due is None and policy is None:
        not_due = _NO_POLICY
    if not_due is None and not context.repository.workspace.packages:
        not_due = "no package, and so no dependency"
    if not_due is None and _is_locked(context) and not _wanted(context, None):
        not_due = "uv.lock holds no dependency"
    return [
        Task(
            name=LICENSES,
            action=functools.partial(_judge_all, context, policy or LicensePolicy()),
            optional=_second_opinion(context) if not_due is None else (),
            arguments=(policy.level.value,) if policy is not None else (),
            environment=context.first_available(pythons) if pythons and not_due is None else None,
            not_due=not_due,
            why=policy.source if policy is not None else "",
            cost=1.0,
        )
    ]


def _second_opinion(context: Context) -> tuple[Tool, ...]:
    """liccheck, where the policy is its own."""
    tool = load_tools()["liccheck"]
    return (tool,) if tool.not_due(context.repository, (".",)) is None else ()


def policy_of(context: Context) -> LicensePolicy | None:
    """The policy of [tool.noxkit.licenses], else that of [tool.liccheck]; None where there is neither."""
    own = context.config.options.licenses
    if own.allow or own.deny or own.packages:
        where = "[tool.noxkit.licenses]"
        return read_policy(own.allow, own.deny, own.packages, level=own.level, source=where)
    other = table(context.repository.pyproject, "tool", "liccheck")
    if not other:
        return None
    packages = {name: str(value) for name, value in table(other, "authorized_packages").items()}
    level = text(other.get("level")) or "standard"
    allow, deny = strings(other.get("authorized_licenses")), strings(other.get("unauthorized_licenses"))
    return read_policy(allow, deny, packages, level=level, source="[tool.liccheck]")


def _judge_all(context: Context, policy: LicensePolicy, call: ToolCall, needs: Mapping[str, object]) -> Outcome:
    home = next((need for need in needs.values() if isinstance(need, ProjectEnvironment)), None)
    wanted = _wanted(context, home)
    if home is not None and not home.failed and not wanted:
        return Outcome(name=LICENSES, status=Status.SKIPPED, reason="no package requires anything")
    known, asked = _known(context, [home.interpreter.parents[1]] if home is not None else [], wanted)
    facts = list(_facts(context, policy, wanted, known))
    findings = [finding for each in facts for rule in (license_denied, license_unknown) for finding in rule(each)]
    untold = [f"{name} {version}" for name, version in wanted if (name, version) not in known]
    outcome = _outcome(facts, untold, asked=asked)
    if home is not None and _second_opinion(context):
        outcome, differing = _compared(outcome, facts, home, call)
        findings += differing
    return signed(context, outcome, findings)


def _known(
    context: Context, environments: Sequence[Path], wanted: Sequence[tuple[str, str]]
) -> tuple[dict[tuple[str, str], _Kept], int]:
    """What distributions say of their licences, by name and version, and of how many the index was asked."""
    known = {pair: kept for folder in environments for pair, kept in _installed(folder, wanted)}
    missing = [pair for pair in wanted if pair not in known]
    for pair in missing:
        kept = context.store.get(_key(pair))
        if kept is not None:
            known[pair] = _DECODER.decode(kept)
    asked = [pair for pair in missing if pair not in known]
    known |= _asked(context, asked) if asked else {}
    return known, len(asked)


def stated_licenses(context: Context, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The SPDX expressions that distributions state beyond doubt, by name and version.

    Asked are the environments that earlier runs have made, then the index.
    """
    environments = sorted((context.state / "environments").glob("3.*"))
    known, _ = _known(context, environments, wanted)
    stated = {pair: stated_by(kept.expression, kept.text, kept.classifiers, kept.files) for pair, kept in known.items()}
    return {pair: each.expressions for pair, each in stated.items() if each.expressions}


def _is_locked(context: Context) -> bool:
    return (context.root / "uv.lock").is_file()


def _wanted(context: Context, home: ProjectEnvironment | None) -> list[tuple[str, str]]:
    """Name and version of each dependency: of the lock; of what is installed for the packages where there is none."""
    members = {package.name for package in context.repository.workspace.packages}
    pairs: Iterable[tuple[str, str]] = ()
    if _is_locked(context):
        pairs = ((name, each) for name, versions in context.repository.locked_versions.items() for each in versions)
    elif home is not None:
        pairs = _reached(context, home)
    return sorted({(canonicalize_name(name), version) for name, version in pairs if name not in members})


def _reached(context: Context, home: ProjectEnvironment) -> Iterator[tuple[str, str]]:
    """What is installed because a package requires it, directly or through others: not what tests are given on top."""
    installed = _distributions(home.interpreter.parents[1])
    required: dict[str, Sequence[str]] = {canonicalize_name(each.name or ""): each.requires or () for each in installed}
    waiting = [requirement_name(line) for line in declared_requirements(context.repository, run_time=True)]
    waiting += [package.name for package in context.repository.workspace.packages]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name is not None and name in required and name not in reached:
            reached.add(name)
            waiting += [requirement_name(line) for line in required[name]]
    return ((name, home.installed[name]) for name in reached if name in home.installed)


def _distributions(environment: Path) -> Iterator[importlib.metadata.Distribution]:
    folders = [str(path) for path in (environment / "lib").glob("python3*/site-packages")]
    return iter(importlib.metadata.distributions(path=folders))


def _installed(environment: Path, wanted: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], _Kept]]:
    """What an environment says of those that it has in the same version."""
    asked = frozenset(wanted)
    for distribution in _distributions(environment):
        pair = (canonicalize_name(distribution.name or ""), distribution.version)
        if pair in asked:
            yield pair, _read(distribution)


def _read(distribution: importlib.metadata.Distribution) -> _Kept:
    return _Kept(
        expression=_first(distribution, "License-Expression"),
        text=_first(distribution, "License"),
        classifiers=tuple(str(each) for each in distribution.metadata.get_all("Classifier") or ()),
        files=tuple(_texts(distribution)),
    )


def _first(distribution: importlib.metadata.Distribution, field: str) -> str | None:
    return next((str(each) for each in distribution.metadata.get_all(field) or ()), None)


def _texts(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    """The texts of the files in the .dist-info folder that are named as a licence."""
    for file in distribution.files or ():
        if ".dist-info" in file.parts[0] and _LICENSE_FILE.match(file.name):
            with contextlib.suppress(OSError):
                yield Path(str(distribution.locate_file(file))).read_bytes()[:_LARGEST].decode("utf-8", "replace")


def _key(pair: tuple[str, str]) -> str:
    return key_of("license-2", *pair)


def _asked(context: Context, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], _Kept]:
    """What the index has of those that are not installed: they are for other platforms, Pythons or extras.

    An index that does not answer is not asked for the next one: uv waits for each until it gives up.
    """
    found: dict[tuple[str, str], _Kept] = {}
    pythons = supported_pythons(context)
    with contextlib.suppress(_NoAnswerError):
        for platform in _PLATFORMS:
            for python in dict.fromkeys((*pythons[-1:], *pythons[:1])):
                left = [pair for pair in wanted if pair not in found]
                if left:
                    found |= _downloaded(context, left, platform=platform, python=python)
    for pair, kept in found.items():
        context.store.put(_key(pair), msgspec.json.encode(kept))
    return found


def _downloaded(
    context: Context, wanted: Sequence[tuple[str, str]], *, platform: str, python: str
) -> dict[tuple[str, str], _Kept]:
    """The metadata of wheels for another platform: all at once, and one by one where one of them has none."""
    together = _installed_for(context, wanted, platform=platform, python=python)
    if together or len(wanted) == 1 or context.cancel.requested:
        return together
    found: dict[tuple[str, str], _Kept] = {}
    for pair in wanted:
        found |= _installed_for(context, [pair], platform=platform, python=python)
    return found


def _installed_for(
    context: Context, wanted: Sequence[tuple[str, str]], *, platform: str, python: str
) -> dict[tuple[str, str], _Kept]:
    with tempfile.TemporaryDirectory(prefix="noxkit-licenses-") as folder:
        where = ["--target", folder, "--python-platform", platform, "--python-version", python, "--no-deps"]
        pins = [f"{name}=={version}" for name, version in wanted]
        completed = context.uv.run(
            ["pip", "install", "--only-binary", ":all:", *index_arguments(context), *where, *pins],
            task=LICENSES,
            environment=context.for_uv,
            cwd=Path(folder),
        )
        if waited_in_vain(completed):
            raise _NoAnswerError
        if completed.returncode != 0:
            return {}
        found = importlib.metadata.distributions(path=[folder])
        return {(canonicalize_name(each.name or ""), each.version): _read(each) for each in found}


def _facts(
    context: Context,
    policy: LicensePolicy,
    wanted: Sequence[tuple[str, str]],
    known: Mapping[tuple[str, str], _Kept],
) -> Iterator[LicenseFacts]:
    lines = lines_of_lock(context.root / "uv.lock")
    file = "uv.lock" if lines else "pyproject.toml"
    for name, version in wanted:
        kept = known.get((name, version))
        if kept is not None:
            stated = stated_by(kept.expression, kept.text, kept.classifiers, kept.files)
            verdict = judge(policy, name, version, stated)
            place = Place(file, lines.get(name))
            yield LicenseFacts(name=name, version=version, stated=stated, verdict=verdict, place=place)


def _compared(
    outcome: Outcome, facts: Sequence[LicenseFacts], home: ProjectEnvironment, call: ToolCall
) -> tuple[Outcome, list[Finding]]:
    """The outcome with what liccheck says of what is installed, and one finding where it disagrees."""
    mine = {
        canonicalize_name(each.name): each.verdict.answer
        for each in facts
        if home.installed.get(each.name) == each.version
    }
    with tempfile.TemporaryDirectory(prefix="noxkit-licenses-") as folder:
        file = Path(folder) / "installed.txt"
        file.write_text("".join(f"{name}\n" for name in mine), encoding="utf-8")
        said = call(load_tools()["liccheck"], paths=(str(file),))
    if said.status not in {Status.PASSED, Status.FAILED}:
        evidence: dict[str, EvidenceValue] = {**outcome.evidence, "liccheck": f"{said.status.value}: {said.reason}"}
        return msgspec.structs.replace(outcome, evidence=evidence), []
    theirs = {canonicalize_name(each.message.partition(" ")[0]): each for each in said.findings}
    answers = {"liccheck:unknown": Answer.UNKNOWN, "liccheck:unauthorized": Answer.DENIED}
    differing = [
        f"{name} ({theirs[name].code.partition(':')[2] if name in theirs else 'ok'}; noxkit: {answer.value})"
        for name, answer in mine.items()
        if (answers[theirs[name].code] if name in theirs else Answer.ALLOWED) is not answer
    ]
    evidence = {**outcome.evidence, "liccheck": f"{len(mine)} distributions, {len(differing)} answers differ"}
    return msgspec.structs.replace(outcome, evidence=evidence), [_disagreement(differing)] if differing else []


def _disagreement(differing: Sequence[str]) -> Finding:
    more = f" and {len(differing) - 8} more" if len(differing) > 8 else ""
    return Finding(
        code="liccheck:disagrees",
        task=LICENSES,
        severity=Severity.INFO,
        message=f"liccheck answers otherwise for {len(differing)}: {', '.join(differing[:8])}{more}",
        hint="it compares names as text, and knows no AND, parentheses and WITH; noxkit's answer counts",
        path="pyproject.toml",
    )


def _outcome(facts: Sequence[LicenseFacts], untold: Sequence[str], *, asked: int) -> Outcome:
    answers = [each.verdict.answer for each in facts]
    evidence: dict[str, EvidenceValue] = {
        "distributions": len(facts),
        **{answer.value: answers.count(answer) for answer in Answer},
        **({"asked_of_the_index": asked} if asked else {}),
    }
    outcome = Outcome(name=LICENSES, status=Status.PASSED, evidence=evidence)
    if untold:
        listed = ", ".join(untold[:5]) + (f" and {len(untold) - 5} more" if len(untold) > 5 else "")
        reason = f"nothing tells the licence of {listed}: not installed here, and the index does not say"
        hint = "make the index reachable, or allow them by name in `packages` of [tool.noxkit.licenses]"
        evidence = {**evidence, "untold": list(untold)}
        return msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason=reason, hint=hint, evidence=evidence)
    if not facts:
        hint = "lock them with `uv lock`, or make the project's environment"
        return msgspec.structs.replace(outcome, status=Status.INCONCLUSIVE, reason="no dependency was found", hint=hint)
    return outcome
