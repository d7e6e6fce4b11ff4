# SPDX-License-Identifier: Apache-2.0
"""Rules on what the tests cover: floors of groups of paths, changed lines, and a ratchet that only rises."""

from __future__ import annotations

import dataclasses
import io
import json
import tokenize
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.coverage import CoverageData, FileCoverage, Ratio
from noxkit.diagnostics.model import EvidenceValue, Finding
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.rules._base import Found, Place, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from noxkit.config.schema import Coverage
    from noxkit.diagnostics.positions import TomlPositions

__all__ = [
    "DEFAULT_RATCHET",
    "Facts",
    "Group",
    "Judgement",
    "Measured",
    "groups_of",
    "judge",
    "ratchet_text",
    "read_ratchet",
]

DEFAULT_RATCHET = ".noxkit-ratchet.json"
"""The ratchet file, below the root, where the configuration names no other."""

_TASK = "coverage"
_SCHEMA = "noxkit-ratchet/1"
_WORST = 3  # files that a hint names


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules need to know beside the coverage.

    `files_matching` gives the files of the repository that match globs. `changed` are the lines of
    each changed file that are new since the base, None where new lines are not judged; `source`
    gives the text of a file, for statements of several lines. `recorded` are the percentages of the
    ratchet file, None where there is none. `positions` are those of the root's pyproject.toml.
    """

    files_matching: Callable[[Sequence[str]], Collection[str]]
    changed: Mapping[str, Collection[int]] | None = None
    source: Callable[[str], str | None] = lambda _path: None
    recorded: Mapping[str, float] | None = None
    positions: TomlPositions | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of paths with its measured files; `number` is its place in the configuration, if any."""

    name: str
    files: tuple[FileCoverage, ...]
    fail_under: float | None = None
    number: int | None = None

    @property
    def ratio(self) -> Ratio:
        """How much of the group is covered."""
        return Ratio.of(self.files)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All findings of this family, the figures behind them, and what could be done beside."""

    findings: tuple[Finding, ...] = ()
    evidence: Mapping[str, EvidenceValue] = dataclasses.field(default_factory=dict[str, EvidenceValue])
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """Changed statements by file, covered or not, and changed files that were not measured."""

    covered: Mapping[str, tuple[int, ...]]
    missing: Mapping[str, tuple[int, ...]]
    unmeasured: tuple[str, ...]

    @property
    def ratio(self) -> Ratio:
        covered, missing = (sum(len(lines) for lines in files.values()) for files in (self.covered, self.missing))
        return Ratio(covered=covered, total=covered + missing)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What each rule of the family is asked about: one run's coverage, by groups and in changed lines."""

    groups: tuple[Group, ...]
    facts: Facts
    fresh: _Fresh | None = None
    new_lines: float | None = None


def groups_of(data: CoverageData, *, options: Coverage, facts: Facts) -> tuple[Group, ...]:
    """The configured groups, else one group `all` of everything that was measured, without a floor."""
    if not options.groups:
        return (Group(name="all", files=data.files),)
    return tuple(
        Group(
            name=group.name,
            files=tuple(file for file in data.files if file.path in members),
            fail_under=group.fail_under,
            number=number,
        )
        for number, group in enumerate(options.groups)
        for members in [frozenset(facts.files_matching(group.paths))]
    )


def judge(data: CoverageData, *, options: Coverage, facts: Facts) -> Judgement:
    """Every rule of the family on one run's coverage."""
    groups = groups_of(data, options=options, facts=facts)
    evidence: dict[str, EvidenceValue] = {"files": len(data.files), "percent": data.ratio.shown}
    if options.groups:
        evidence["groups"] = [_group_evidence(group, facts) for group in groups]
    judged = facts.changed is not None and options.new_lines is not None
    fresh = _changed_statements(data, facts) if judged else None
    if fresh is not None:
        evidence |= _new_lines_evidence(fresh)
    measured = Measured(groups=groups, facts=facts, fresh=fresh, new_lines=options.new_lines)
    rules = (coverage_nothing, coverage_below, coverage_dropped, coverage_new_lines)
    findings = [finding for rule in rules for finding in rule(measured, task=_TASK)]
    return Judgement(findings=tuple(findings), evidence=evidence, notes=_ratchet_notes(groups, facts))


@rule(code="NK-COVERAGE-BELOW", scope=Scope.COVERAGE, since="1.0", standard=True)
def coverage_below(measured: Measured) -> list[Found]:
    """A group of paths is covered less than its floor.

    # Why
    A floor is a decision of the project about how much of its code may break without a test
    noticing. One floor for a whole repository lets a well-tested part hide an untested one, so each
    group of paths has its own.

    # Fails
    ```toml pyproject.toml
    [tool.noxkit.coverage]
    groups = [{ name = "core", paths = ["src/**"], fail-under = 80 }]
    ```
    with 79.99 % of the statements, and of the branches where they are measured, covered. The
    comparison is exact, and the figure shown is rounded down.

    # Passes
    The same with 80 % or more covered.

    # Fix
    Test the files that the hint names, which miss the most. There is no automatic fix.

    # Options
    `coverage.groups`: `name`, `paths`, `fail-under`. A group without `fail-under` is only shown.

    # When to ignore
    While a large untested part is being taken over: give it a group with a floor of its own instead.
    """
    return [
        _group_finding(
            group,
            message=f"{_covered(group)}, {group.fail_under:g} % is the floor",
            hint=f"cover more of {_worst(group)}",
            facts=measured.facts,
        )
        for group in measured.groups
        if group.fail_under is not None and group.ratio.total and not group.ratio.reaches(group.fail_under)
    ]


@rule(code="NK-COVERAGE-NOTHING", scope=Scope.COVERAGE, since="1.0", standard=True)
def coverage_nothing(measured: Measured) -> list[Found]:
    """A configured group of paths holds no statement that was measured.

    # Why
    A floor over nothing always holds: after a folder has been renamed, or measuring it has been
    switched off, its group would pass for ever.

    # Fails
    ```toml pyproject.toml
    [tool.noxkit.coverage]
    groups = [{ name = "core", paths = ["source/**"], fail-under = 80 }]
    ```
    where the code lies in `src/`.

    # Passes
    ```toml pyproject.toml
    [tool.noxkit.coverage]
    groups = [{ name = "core", paths = ["src/**"], fail-under = 80 }]
    ```

    # Fix
    Correct the paths, or add the folder to `source` of coverage's own configuration. There is no
    automatic fix.

    # Options
    `coverage.groups`: `name`, `paths`.

    # When to ignore
    Never: remove the group instead.
    """
    return [
        _group_finding(
            group,
            message=f"group `{group.name}` matches no measured file"
            if not group.files
            else f"the files of group `{group.name}` have no statement",
            hint="correct the group's `paths`, or what coverage's own `source` and `omit` leave of them",
            facts=measured.facts,
        )
        for group in measured.groups
        if group.number is not None and not group.ratio.total
    ]


@rule(code="NK-COVERAGE-DROPPED", scope=Scope.COVERAGE, since="1.0", standard=True)
def coverage_dropped(measured: Measured) -> list[Found]:
    """A group of paths is covered less than the ratchet file says it was.

    # Why
    A project that is on its way up has no floor that is right for long. The ratchet keeps what was
    reached: it may only rise.

    # Fails
    ```json .noxkit-ratchet.json
    {"schema": "noxkit-ratchet/1", "coverage": {"core": 85.31}}
    ```
    with 85.3 % of the group `core` covered.

    # Passes
    The same with 85.31 % or more covered.

    # Fix
    Test what has come without tests. Where covered code has been removed and the rest is right as
    it is, lower the figure in the file by hand, where a reviewer sees it.

    # Options
    `coverage.ratchet`: the file. `--write-ratchet` raises the figures to what was reached.

    # When to ignore
    Never: lower the figure in the file instead.
    """
    recorded = measured.facts.recorded or {}
    return [
        _group_finding(
            group,
            message=f"{_covered(group)}, {recorded[group.name]:g} % was reached before",
            hint=f"cover more of {_worst(group)}; or lower the figure in the ratchet file by hand",
            facts=measured.facts,
        )
        for group in measured.groups
        if group.name in recorded and group.ratio.total and not group.ratio.reaches(recorded[group.name])
    ]


@rule(code="NK-COVERAGE-NEW-LINES", scope=Scope.COVERAGE, since="1.0", standard=True)
def coverage_new_lines(measured: Measured) -> list[Found]:
    """Lines changed since the base are not covered, and fewer of them are than the project asks for.

    # Why
    A change is where tests are cheapest to write, and its author the one who knows what they should
    say. Asking for them there lets an old repository get better without a campaign.

    # Fails
    ```toml pyproject.toml
    [tool.noxkit.coverage]
    new-lines = 100
    ```
    with a changed statement that no test runs. Only lines with a statement count; a change in the
    middle of a statement of several lines counts as one of its first line; lines that coverage
    excludes do not count.

    # Passes
    The same with every changed statement run by a test.

    # Fix
    Test the lines, or take them out. There is no automatic fix.

    # Options
    `coverage.new-lines`: the least coverage of changed statements, in percent. `coverage.base`: what
    they are new against; by default `--since`, else CI's merge base, else the default branch.

    # When to ignore
    For lines that cannot be run in a test: exclude them with `# pragma: no cover`, which says so in
    the code.
    """
    fresh, floor = measured.fresh, measured.new_lines
    if fresh is None or floor is None or fresh.ratio.reaches(floor):
        return []
    summary = f"{fresh.ratio.shown} % of the changed statements are covered, {floor:g} % is asked for"
    return [
        found(
            f"changed and not covered by a test; {summary}",
            hint="test these lines, or exclude what no test can run with `# pragma: no cover`",
            at=Place(path, line=start, end_line=end if end != start else None),
        )
        for path, lines in sorted(fresh.missing.items())
        for start, end in _ranges(lines, fresh.covered.get(path, ()))
    ]


def _changed_statements(data: CoverageData, facts: Facts) -> _Fresh:
    measured = data.by_path()
    covered: dict[str, tuple[int, ...]] = {}
    missing: dict[str, tuple[int, ...]] = {}
    for path, lines in (facts.changed or {}).items():
        file = measured.get(path)
        if file is None:
            continue
        first = _first_lines(facts.source(path) or "")
        changed = {first.get(line, line) for line in lines}
        covered[path] = tuple(line for line in file.executed if line in changed)
        missing[path] = tuple(line for line in file.missing if line in changed)
    folders = {path.rpartition("/")[0] for path in measured}
    unmeasured = sorted(
        path
        for path, lines in (facts.changed or {}).items()
        if lines and path.endswith(".py") and path not in measured and _below(path, folders)
    )
    return _Fresh(covered=covered, missing=missing, unmeasured=tuple(unmeasured))


def _below(path: str, folders: Collection[str]) -> bool:
    """Whether a file lies in, or below, a folder of files that were measured."""
    parts = path.split("/")[:-1]
    return any("/".join(parts[:end]) in folders for end in range(len(parts), 0, -1)) or (not parts and "" in folders)


def _first_lines(source: str) -> dict[int, int]:
    """For each line of a statement that takes several, the line on which it begins, as coverage.py counts it."""
    first: dict[int, int] = {}
    start: int | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}:
                continue
            start = token.start[0] if start is None else start
            if token.type == tokenize.NEWLINE:
                first |= dict.fromkeys(range(start, token.end[0] + 1), start)
                start = None
    except (tokenize.TokenError, SyntaxError):
        return first  # lines behind the fault are taken as they are
    return first


def _ranges(lines: Sequence[int], covered: Sequence[int]) -> list[tuple[int, int]]:
    """Lines that follow each other, with no covered statement between, as ranges."""
    ranges: list[tuple[int, int]] = []
    for line in sorted(lines):
        last = ranges[-1] if ranges else None
        if last is not None and line <= last[1] + 1 and not any(last[1] < other < line for other in covered):
            ranges[-1] = (last[0], line)
        else:
            ranges.append((line, line))
    return ranges


def _group_evidence(group: Group, facts: Facts) -> str:
    """`core 81.20 % of 12 files, floor 80 %, ratchet 81.2 %`: reports draw it."""
    recorded = (facts.recorded or {}).get(group.name)
    floor = f", floor {group.fail_under:g} %" if group.fail_under is not None else ""
    ratchet = f", ratchet {recorded:g} %" if recorded is not None else ""
    return f"{group.name} {group.ratio.shown} % of {len(group.files)} files{floor}{ratchet}"


def _new_lines_evidence(fresh: _Fresh) -> dict[str, EvidenceValue]:
    ratio = fresh.ratio
    shown = (
        f"{ratio.covered} of {ratio.total} changed statements ({ratio.shown} %)"
        if ratio.total
        else "no statement among the changed lines"
    )
    return {"new_lines": shown, "not_measured": list(fresh.unmeasured)} if fresh.unmeasured else {"new_lines": shown}


def _group_finding(group: Group, *, message: str, hint: str, facts: Facts) -> Found:
    """A finding at the group's place in pyproject.toml, where the configuration stands there."""
    if facts.positions is None or group.number is None:
        return found(message, hint=hint, at=None)
    span = facts.positions.key(("tool", "noxkit", "coverage", "groups", group.number))
    place = Place("pyproject.toml", span.line, span.column, None, span.end_column) if span is not None else None
    return found(message, hint=hint, at=place)


def _worst(group: Group) -> str:
    files = sorted(group.files, key=lambda file: file.ratio.covered - file.ratio.total)[:_WORST]
    named = [f"{file.path} ({file.ratio.shown} %)" for file in files if file.ratio.covered < file.ratio.total]
    return ", ".join(named) or "its files"


def _covered(group: Group) -> str:
    return f"{group.ratio.shown} % of group `{group.name}` is covered"


def _ratchet_notes(groups: Sequence[Group], facts: Facts) -> tuple[str, ...]:
    if facts.recorded is None:
        return ()
    names = {group.name for group in groups}
    higher = [group for group in groups if group.ratio.total and _figure(group) > facts.recorded.get(group.name, -1.0)]
    notes = [
        f"{_covered(group)}, the ratchet says {_recorded(facts, group)}: raise it with `--write-ratchet`"
        for group in higher
    ]
    return (
        *notes,
        *(
            f"the ratchet names the group `{name}`, which is not configured"
            for name in sorted(facts.recorded.keys() - names)
        ),
    )


def _recorded(facts: Facts, group: Group) -> str:
    figure = (facts.recorded or {}).get(group.name)
    return "nothing" if figure is None else f"{figure:g} %"


def _figure(group: Group) -> float:
    """What a ratchet records: rounded down, so that the same coverage reaches it again."""
    return float(group.ratio.shown)


class _Ratchet(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    coverage: dict[str, float]


def read_ratchet(content: bytes, *, path: str) -> dict[str, float]:
    """The percentages of a ratchet file by group. Raises NoxkitError where it is not one."""
    try:
        ratchet = msgspec.json.decode(content, type=_Ratchet)
    except msgspec.DecodeError as error:
        raise _unreadable(path, str(error)) from None
    if ratchet.schema != _SCHEMA:
        raise _unreadable(path, f"its schema is `{ratchet.schema}`, not `{_SCHEMA}`")
    return ratchet.coverage


def _unreadable(path: str, why: str) -> NoxkitError:
    hint = "restore it from git, or remove it and write it anew with `nox -s coverage -- --write-ratchet`"
    return NoxkitError(
        ErrorRecord(code="NK-FILE-UNREADABLE", message=f"not a ratchet file: {why}", hint=hint, path=path)
    )


def ratchet_text(old: Mapping[str, float], groups: Sequence[Group]) -> str:
    """The text of the ratchet file after this run: each figure is the higher of the two, and none is lost."""
    figures = dict(old)
    for group in groups:
        if group.ratio.total:
            figures[group.name] = max(figures.get(group.name, 0.0), _figure(group))
    return (
        json.dumps({"schema": _SCHEMA, "coverage": dict(sorted(figures.items()))}, indent=2, ensure_ascii=False) + "\n"
    )
