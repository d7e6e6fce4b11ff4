# SPDX-License-Identifier: Apache-2.0
"""The rules on coverage: pure functions over what was measured."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from noxkit.config.schema import Coverage, CoverageGroup
from noxkit.diagnostics.coverage import CoverageData, FileCoverage, Ratio
from noxkit.diagnostics.model import Severity
from noxkit.diagnostics.positions import TomlPositions
from noxkit.errors import NoxkitError
from noxkit.rules.coverage import Facts, Judgement, groups_of, judge, ratchet_text, read_ratchet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SECTIONS = ("# Why", "# Fails", "# Passes", "# Fix", "# Options", "# When to ignore")


def measured(path: str, *, covered: int = 0, missed: int = 0) -> FileCoverage:
    """A file whose first `covered` lines are run and whose next `missed` lines are not."""
    return FileCoverage(
        path=path, executed=tuple(range(1, covered + 1)), missing=tuple(range(covered + 1, covered + missed + 1))
    )


def data(*files: FileCoverage) -> CoverageData:
    return CoverageData(files=tuple(sorted(files, key=lambda file: file.path)), version="7")


def group(name: str, *paths: str, fail_under: float | None = None) -> CoverageGroup:
    return CoverageGroup(name=name, paths=paths, fail_under=fail_under)


def facts(
    files: Sequence[FileCoverage],
    *,
    changed: Mapping[str, Collection[int]] | None = None,
    recorded: Mapping[str, float] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Facts:
    def matching(globs: Sequence[str]) -> list[str]:
        return [
            file.path
            for file in files
            if any(PurePosixPath(file.path).is_relative_to(glob.removesuffix("/**")) for glob in globs)
        ]

    return Facts(files_matching=matching, changed=changed, recorded=recorded, source=(sources or {}).get)


def judged(
    *files: FileCoverage,
    groups: tuple[CoverageGroup, ...] = (),
    new_lines: float | None = 100,
    changed: Mapping[str, Collection[int]] | None = None,
    recorded: Mapping[str, float] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Judgement:
    options = Coverage(groups=groups, new_lines=new_lines)
    return judge(data(*files), options=options, facts=facts(files, changed=changed, recorded=recorded, sources=sources))


@pytest.mark.parametrize(
    ("covered", "total", "shown", "floor", "reaches"),
    [
        pytest.param(0, 0, "100.00", 100, True, id="nothing-to-cover"),
        pytest.param(0, 3, "0.00", 0, True, id="none"),
        pytest.param(0, 3, "0.00", 0.01, False, id="none-under-a-floor"),
        pytest.param(1, 3, "33.33", 33.33, True, id="third"),
        pytest.param(1, 3, "33.33", 33.34, False, id="third-under-a-floor"),
        pytest.param(2, 3, "66.66", 66.67, False, id="not-rounded-up"),
        pytest.param(79_996, 100_000, "79.99", 80, False, id="never-shown-as-80"),
        pytest.param(4, 5, "80.00", 80, True, id="exactly"),
        pytest.param(99_999, 100_000, "99.99", 100, False, id="never-shown-as-100"),
        pytest.param(7, 7, "100.00", 100, True, id="all"),
        pytest.param(23, 1000, "2.30", 2.3, True, id="no-binary-fraction"),
    ],
)
def test_percentages_are_exact_and_shown_rounded_down(
    covered: int, total: int, shown: str, floor: float, *, reaches: bool
) -> None:
    ratio = Ratio(covered=covered, total=total)
    assert (ratio.shown, ratio.reaches(floor)) == (shown, reaches)


def test_branches_count_like_statements() -> None:
    file = FileCoverage(path="a.py", executed=(1, 2), missing=(3,), branches=2, covered_branches=1)
    assert file.ratio == Ratio(covered=3, total=5)


A = measured("src/a.py", covered=79, missed=21)
B = measured("src/b.py", covered=81, missed=19)
EMPTY = measured("src/empty.py")
TESTS = measured("tests/test_a.py", covered=10)


@pytest.mark.parametrize(
    ("groups", "codes"),
    [
        pytest.param((), [], id="no-groups"),
        pytest.param((group("core", "src/**"),), [], id="no-floor"),
        pytest.param((group("core", "src/**", fail_under=80),), [], id="reached-together"),
        pytest.param((group("core", "src/**", fail_under=80.01),), ["NK-COVERAGE-BELOW"], id="below"),
        pytest.param(
            (group("a", "src/a.py", fail_under=80), group("b", "src/b.py", fail_under=80)),
            ["NK-COVERAGE-BELOW"],
            id="one-below",
        ),
        pytest.param((group("core", "src/**", "tests/**", fail_under=80.9),), [], id="several-paths"),
        pytest.param((group("core", "lib/**", fail_under=0),), ["NK-COVERAGE-NOTHING"], id="nothing"),
        pytest.param((group("core", "lib/**"),), ["NK-COVERAGE-NOTHING"], id="nothing-without-floor"),
        pytest.param((group("core", "src/empty.py", fail_under=100),), ["NK-COVERAGE-NOTHING"], id="no-statements"),
        pytest.param(
            (group("x", "lib/**", fail_under=80), group("a", "src/a.py", fail_under=80)),
            ["NK-COVERAGE-NOTHING", "NK-COVERAGE-BELOW"],
            id="both",
        ),
    ],
)
def test_each_group_is_held_to_its_own_floor(groups: tuple[CoverageGroup, ...], codes: list[str]) -> None:
    assert [finding.code for finding in judged(A, B, EMPTY, TESTS, groups=groups).findings] == codes


def test_a_finding_about_a_group_shows_figures_and_names_what_misses_the_most() -> None:
    (finding,) = judged(A, B, groups=(group("core", "src/**", fail_under=90),)).findings
    assert finding.message == "80.00 % of group `core` is covered, 90 % is the floor"
    assert finding.hint == "cover more of src/a.py (79.00 %), src/b.py (81.00 %)"
    assert finding.severity is Severity.ERROR


def test_a_finding_about_a_group_stands_where_the_group_is_configured() -> None:
    text = (
        b'[tool.noxkit.coverage]\ngroups = [\n  { name = "a", paths = ["x"] },\n  { name = "b", paths = ["y"] },\n]\n'
    )
    options = Coverage(groups=(group("a", "src/**"), group("b", "lib/**")))
    known = Facts(files_matching=facts([A]).files_matching, positions=TomlPositions(text))
    (finding,) = judge(data(A), options=options, facts=known).findings
    assert (finding.path, finding.line, finding.column) == ("pyproject.toml", 4, 3)


def test_without_groups_everything_is_one_group_without_a_floor() -> None:
    (only,) = groups_of(data(A, B), options=Coverage(), facts=facts([A, B]))
    assert (only.name, only.fail_under, only.ratio.shown) == ("all", None, "80.00")


FILE = FileCoverage(path="src/a.py", executed=(1, 2, 6, 9), missing=(3, 4, 7, 8, 11), excluded=(10,))


@pytest.mark.parametrize(
    ("changed", "floor", "ranges"),
    [
        pytest.param({}, 100, [], id="nothing-changed"),
        pytest.param({"src/a.py": {1, 2, 6}}, 100, [], id="all-covered"),
        pytest.param({"src/a.py": {3}}, 100, [(3, None)], id="one-line"),
        pytest.param({"src/a.py": {3, 4}}, 100, [(3, 4)], id="range"),
        pytest.param({"src/a.py": {3, 4, 7, 8}}, 100, [(3, 4), (7, 8)], id="two-ranges"),
        pytest.param({"src/a.py": {3, 4, 5, 6, 7}}, 100, [(3, 4), (7, None)], id="covered-between"),
        pytest.param({"src/a.py": {5, 12, 99}}, 100, [], id="no-statements"),
        pytest.param({"src/a.py": {10}}, 100, [], id="excluded"),
        pytest.param({"src/a.py": {1, 2, 6, 3}}, 75, [], id="enough-at-the-floor"),
        pytest.param({"src/a.py": {1, 2, 6, 3}}, 75.1, [(3, None)], id="not-enough"),
        pytest.param({"src/a.py": {3}}, 0, [], id="floor-of-zero"),
        pytest.param({"src/a.py": {3}}, None, [], id="not-configured"),
        pytest.param(None, 100, [], id="not-due"),
        pytest.param({"README.md": {1}}, 100, [], id="not-python"),
    ],
)
def test_changed_lines_that_no_test_runs_are_findings(
    changed: Mapping[str, Collection[int]] | None, floor: float | None, ranges: list[tuple[int, int | None]]
) -> None:
    findings = judged(FILE, new_lines=floor, changed=changed).findings
    assert {finding.code for finding in findings} == ({"NK-COVERAGE-NEW-LINES"} if ranges else set())
    assert [(finding.line, finding.end_line) for finding in findings] == ranges


def test_the_figure_for_new_lines_is_in_the_evidence() -> None:
    judgement = judged(FILE, changed={"src/a.py": {1, 2, 3}})
    assert judgement.evidence["new_lines"] == "2 of 3 changed statements (66.66 %)"
    assert judged(FILE, changed={"src/a.py": {5}}).evidence["new_lines"] == "no statement among the changed lines"
    assert "new_lines" not in judged(FILE).evidence


def test_a_change_inside_a_statement_of_several_lines_counts_as_one_of_the_statement() -> None:
    source = 'x = 1\ncall(\n    1,  # here\n    """a\nb""",\n)\ny = 2\n'
    file = FileCoverage(path="src/a.py", executed=(1, 7), missing=(2,))
    findings = judged(file, changed={"src/a.py": {4, 7}}, sources={"src/a.py": source}).findings
    assert [(finding.line, finding.end_line) for finding in findings] == [(2, None)]


@pytest.mark.parametrize("source", ["def f(:\n", "'''open\n", "x = (\n", "\tif\n  x\n"])
def test_a_source_that_cannot_be_read_leaves_lines_as_they_are(source: str) -> None:
    findings = judged(FILE, changed={"src/a.py": {11}}, sources={"src/a.py": source}).findings
    assert [finding.line for finding in findings] == [11]


def test_a_changed_file_that_no_test_imports_counts_with_all_its_changed_statements() -> None:
    new = measured("src/new.py", missed=3)
    judgement = judged(FILE, new, changed={"src/new.py": {1, 2, 3}})
    assert [(finding.path, finding.line, finding.end_line) for finding in judgement.findings] == [("src/new.py", 1, 3)]


def test_a_changed_file_that_was_not_measured_is_named_where_measured_code_lies() -> None:
    changed = {
        "src/omitted.py": {1},
        "src/sub/omitted.py": {1},
        "docs/conf.py": {1},
        "src/gone.py": set[int](),
        "setup.py": {1},
    }
    judgement = judged(FILE, changed=changed)
    assert judgement.findings == ()
    assert judgement.evidence["not_measured"] == ["src/omitted.py", "src/sub/omitted.py"]


@pytest.mark.parametrize(
    ("recorded", "codes", "notes"),
    [
        pytest.param(None, [], 0, id="no-file"),
        pytest.param({"all": 80.0}, [], 0, id="equal"),
        pytest.param({"all": 80.01}, ["NK-COVERAGE-DROPPED"], 0, id="dropped"),
        pytest.param({"all": 79.99}, [], 1, id="can-rise"),
        pytest.param({}, [], 1, id="not-recorded"),
        pytest.param({"all": 80.0, "old": 50.0}, [], 1, id="group-gone"),
    ],
)
def test_a_group_may_not_fall_below_the_ratchet(
    recorded: dict[str, float] | None, codes: list[str], notes: int
) -> None:
    judgement = judged(A, B, recorded=recorded)
    assert [finding.code for finding in judgement.findings] == codes
    assert len(judgement.notes) == notes


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        pytest.param({}, {"all": 80.0}, id="new"),
        pytest.param({"all": 79.0}, {"all": 80.0}, id="rises"),
        pytest.param({"all": 81.5}, {"all": 81.5}, id="never-falls"),
        pytest.param({"zoo": 1.0, "abc": 2.0}, {"abc": 2.0, "all": 80.0, "zoo": 1.0}, id="keeps-others-sorted"),
    ],
)
def test_the_ratchet_only_rises_and_is_written_the_same_way_every_time(
    old: dict[str, float], expected: dict[str, float]
) -> None:
    groups = groups_of(data(A, B), options=Coverage(), facts=facts([A, B]))
    text = ratchet_text(old, groups)
    assert json.loads(text) == {"schema": "noxkit-ratchet/1", "coverage": expected}
    assert list(json.loads(text)["coverage"]) == sorted(expected)
    assert ratchet_text(read_ratchet(text.encode(), path="r.json"), groups) == text


@pytest.mark.parametrize(("covered", "missed"), [(1, 2), (2, 1), (79_996, 20_004), (1, 6), (999, 1)])
def test_what_was_written_to_the_ratchet_is_reached_by_the_same_coverage(covered: int, missed: int) -> None:
    file = measured("src/a.py", covered=covered, missed=missed)
    groups = groups_of(data(file), options=Coverage(), facts=facts([file]))
    recorded = read_ratchet(ratchet_text({}, groups).encode(), path="r.json")
    judgement = judged(file, recorded=recorded)
    assert (judgement.findings, judgement.notes) == ((), ())


def test_a_group_of_which_nothing_was_measured_keeps_its_figure() -> None:
    groups = groups_of(data(A), options=Coverage(groups=(group("core", "lib/**"),)), facts=facts([A]))
    assert json.loads(ratchet_text({"core": 50.0}, groups))["coverage"] == {"core": 50.0}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut-off"),
        pytest.param(b"[]", id="no-object"),
        pytest.param(b'{"schema": "noxkit-ratchet/2", "coverage": {}}', id="another-schema"),
        pytest.param(b'{"schema": "noxkit-ratchet/1", "coverage": {"a": "80"}}', id="text"),
        pytest.param(b'{"schema": "noxkit-ratchet/1", "coverage": {}, "x": 1}', id="unknown-key"),
        pytest.param(b"\xff\xfe", id="not-text"),
    ],
)
def test_a_ratchet_file_that_cannot_be_read_is_an_error_with_a_hint(content: bytes) -> None:
    with pytest.raises(NoxkitError) as caught:
        read_ratchet(content, path="r.json")
    (record,) = caught.value.records
    assert (record.code, record.path) == ("NK-FILE-UNREADABLE", "r.json")
    assert record.hint
