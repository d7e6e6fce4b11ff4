# SPDX-License-Identifier: Apache-2.0
"""What a rule is: a typed function under a decorator that holds its metadata as literals."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from typing import TYPE_CHECKING, Generic, TypeVar

from noxkit.diagnostics.model import Finding, FixSafety, RuleInfo, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from noxkit.diagnostics.fixes import Action

__all__ = ["Found", "Place", "Rule", "Scope", "also", "found", "rule"]

FactsT = TypeVar("FactsT")


class Scope(enum.Enum):
    """What a rule is asked about, and so what its function is given."""

    WORKSPACE = "workspace"
    """All of the repository at once: `WorkspaceFacts`."""
    PACKAGE = "package"
    """One package at a time: `PackageFacts`."""
    SOURCE = "source file"
    """One Python file at a time: `SourceFile`."""
    TEXT = "text file"
    """One tracked text file of any kind: `TextFile`."""
    BROKEN = "file that does not parse"
    """A Python file that cannot be decoded or parsed: `UnreadableSourceError`."""
    RUN = "run"
    """What a run has found, and what the repository accepts of it: `noxkit.rules.ignores.IgnoreFacts`."""
    COVERAGE = "coverage"
    """The coverage of one run: `noxkit.rules.coverage.Facts`."""
    GENERATED = "generated file"
    """What a generator has written into a copy of the tree: `noxkit.rules.generated.Written`."""
    ARCHIVE = "wheel or sdist"
    """Any built file as an archive: `noxkit.rules._artifacts.FileFacts`."""
    WHEEL = "wheel"
    """One wheel: `noxkit.rules._artifacts.WheelFacts`."""
    SDIST = "sdist"
    """One source distribution: `noxkit.rules._artifacts.SdistFacts`."""
    RELEASE = "files of a release"
    """The files of one project that lie together: `noxkit.rules._artifacts.ReleaseFacts`."""
    BUILD = "build"
    """What builds of one package have given: `noxkit.rules._builds.BuildFacts`."""
    REHEARSAL = "rehearsal"
    """What installing, importing and resolving a wheel have shown: `noxkit.rules._rehearsals.RehearsalFacts`."""
    MOMENT = "moment of a release"
    """A package about to be released: `noxkit.rules.release_moment.MomentFacts`."""
    DEPENDENCY = "locked dependency"
    """One locked dependency, and what is known of it."""
    HISTORY = "git"
    """The commits of a range, or the message of one to be made."""
    NETWORK = "network"
    """What only the network can answer."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where: `path` relative to the root; lines and columns 1-based, `end_column` exclusive, None where unknown."""

    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule's function yields: a finding, but for what the rule itself says of all its findings.

    `severity` is only given where it is not the rule's own. `fix` goes with `actions`.
    """

    message: str
    hint: str
    place: Place
    severity: Severity | None = None
    fix: FixSafety | None = None
    actions: tuple[Action, ...] = ()
    package: str | None = None


def found(  # noqa: PLR0913 -- the parts of one finding, all but three of them optional
    message: str,
    *,
    hint: str,
    at: Place | str | None,
    safe: Iterable[Action] = (),
    unsafe: Iterable[Action] = (),
    display: bool = False,
    severity: Severity | None = None,
) -> Found:
    """One finding at `at` (a path alone stands for the whole file), with the fix that it has, if any.

    `safe` never changes what is built, published, resolved or promised. `display` says that the hint
    holds the fix, which noxkit never applies.
    """
    actions, fix = tuple(safe), FixSafety.SAFE
    if not actions:
        actions, fix = tuple(unsafe), FixSafety.UNSAFE
    place = at if isinstance(at, Place) else Place(at)
    return Found(
        message=message,
        hint=hint,
        place=place,
        severity=severity,
        fix=fix if actions else FixSafety.DISPLAY if display else None,
        actions=actions,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[FactsT]):
    """One rule: what is known of it, and its function.

    A rule that is seen in several sources is declared once; in the others it is `secondary`, and `page` says
    what it means there. `graded` is False where the profile alone decides how bad its findings are.
    """

    info: RuleInfo
    scope: Scope
    function: Callable[[FactsT], Iterable[Found]]
    secondary: bool = False
    graded: bool = True

    def __call__(self, facts: FactsT, *, task: str = "", package: str | None = None) -> list[Finding]:
        """The findings of the function, signed with the rule's code."""
        return [self._signed(item, task, package) for item in self.function(facts)]

    def _signed(self, item: Found, task: str, package: str | None) -> Finding:
        place = item.place
        return Finding(
            code=self.info.code,
            task=task,
            severity=item.severity or self.info.severity,
            message=item.message,
            hint=item.hint,
            path=place.path,
            line=place.line,
            column=place.column,
            end_line=place.end_line,
            end_column=place.end_column,
            package=item.package or package,
            fix=item.fix,
            actions=item.actions,
        )


def rule(  # noqa: PLR0913 -- one rule's metadata, each a literal at its function
    *,
    code: str,
    scope: Scope,
    since: str,
    standard: bool = False,
    always: bool = False,
    severity: Severity | None = None,
    fix: FixSafety | None = None,
) -> Callable[[Callable[[FactsT], Iterable[Found]]], Rule[FactsT]]:
    """Make a rule of a function; its docstring is the rule's page, and the first line of that its summary.

    `standard` rules are on in every profile, and errors once a repository has a [tool.noxkit]; `always`
    ones are errors without it: nothing good can come of what they find. The others are on in `strict`, and warnings
    unless `severity` says otherwise. `fix` is the best that any finding of the rule offers.
    Raises ValueError for a code that does not begin with `NK-`, or a function without a docstring.
    """

    def declare(function: Callable[[FactsT], Iterable[Found]]) -> Rule[FactsT]:
        page = inspect.cleandoc(function.__doc__ or "")
        if not code.startswith("NK-") or not page:
            raise ValueError(f"{code}: a rule has a code that begins with NK-, and a docstring")
        info = RuleInfo(
            code=code,
            summary=page.split("\n", 1)[0],
            severity=severity or (Severity.ERROR if standard else Severity.WARNING),
            page=page,
            family=function.__module__.rpartition(".")[2],
            scope=scope.value,
            since=since,
            standard=standard,
            always=always,
            fix=fix,
        )
        return Rule(info=info, scope=scope, function=function, graded=severity is not None)

    return declare


def also(
    *, code: str, scope: Scope, severity: Severity | None = None
) -> Callable[[Callable[[FactsT], Iterable[Found]]], Rule[FactsT]]:
    """Make a function another source of the rule `code`, declared elsewhere: in a wheel what was seen in a tree.

    The docstring has a summary, and the sections Fails and Passes; it is added to the rule's page. `severity` is
    an error where none is given. Raises ValueError as `rule` does.
    """

    def declare(function: Callable[[FactsT], Iterable[Found]]) -> Rule[FactsT]:
        declared = rule(code=code, scope=scope, since="1.0", standard=True, severity=severity)(function)
        return dataclasses.replace(declared, secondary=True)

    return declare
