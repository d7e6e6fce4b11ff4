# SPDX-License-Identifier: Apache-2.0
"""coverage as a tool: real data of real runs, combined and read."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import coverage
import pytest

from noxkit.diagnostics.model import Outcome, Status
from noxkit.tools._base import UnparseableError
from noxkit.tools._coverage_data import mapping_of, read_shards, record_sources
from noxkit.tools.coverage import COMBINED_FILE, JSON_FILE, CoverageCombineTool, CoverageJsonTool, read_coverage
from noxkit.workspace.discovery import discover
from tests.tools._runs import job_for, run_tool, write_tree

MODULE = "def sign(n):\n    if n < 0:\n        return -1\n    return 1\n"
DATA = ".nox/noxkit/coverage"


def measure(root: Path, name: str, *, argument: int = 1, branch: bool = False, relative: bool = False) -> Path:
    """Write a data file `name` of calling `sign(argument)`, as a test run in `root` would."""
    source = root / "src/pkg/__init__.py"
    data = coverage.CoverageData(str(root / DATA / name))
    (root / DATA / name).parent.mkdir(parents=True, exist_ok=True)
    file = source.relative_to(root).as_posix() if relative else str(source)
    if branch:
        data.add_arcs(
            {file: {(-1, 1), (1, -1), (-1, 2), (2, 3 if argument < 0 else 4), (3 if argument < 0 else 4, -1)}}
        )
    else:
        data.add_lines({file: {1, 2, 3 if argument < 0 else 4}})
    data.write()
    data.close()
    return root / DATA / name


def project(root: Path, *, config: str = "") -> Path:
    write_tree(root, {"src/pkg/__init__.py": MODULE, "tests/test_a.py": "import pkg\ndef test_a(): pass\n"})
    with (root / "pyproject.toml").open("a") as file:
        file.write(config)
    return root


def combine(root: Path) -> tuple[Outcome, Outcome]:
    return run_tool(CoverageCombineTool(), job_for(root)), run_tool(CoverageJsonTool(), job_for(root))


def missing(root: Path) -> dict[str, tuple[int, ...]]:
    return {file.path: file.missing for file in read_coverage(root / JSON_FILE, root=root).files}


def test_data_of_all_pythons_is_combined_and_stays(tmp_path: Path) -> None:
    project(tmp_path)
    measure(tmp_path, "coverage.3.9", argument=1)
    measure(tmp_path, "coverage.3.12", argument=-1)
    combined, read = combine(tmp_path)
    assert (combined.status, read.status) == (Status.PASSED, Status.PASSED)
    assert combined.evidence["data"] == ["coverage.3.12", "coverage.3.9"]
    assert combined.evidence["pythons"] == ["3.9", "3.12"]
    assert read.evidence["percent"] == "100.00"
    assert missing(tmp_path) == {"src/pkg/__init__.py": ()}
    assert (tmp_path / DATA / "coverage.3.9").is_file()


def test_combining_again_forgets_data_that_has_gone(tmp_path: Path) -> None:
    project(tmp_path)
    measure(tmp_path, "coverage.3.11", argument=1)
    measure(tmp_path, "coverage.3.12", argument=-1).rename(tmp_path / "away")
    combine(tmp_path)
    assert missing(tmp_path) == {"src/pkg/__init__.py": (3,)}


@pytest.mark.parametrize("relative_files", [False, True], ids=["absolute", "relative-files"])
@pytest.mark.parametrize("shard", ["absolute", "relative"])
@pytest.mark.parametrize("download", ["", "job-1/", "a/b/"], ids=["flat", "folder", "folders"])
def test_data_of_another_machine_is_mapped_onto_this_tree(
    tmp_path: Path, shard: str, download: str, *, relative_files: bool
) -> None:
    config = f"[tool.coverage.run]\nrelative_files = {str(relative_files).lower()}\n"
    here, there = project(tmp_path / "here", config=config), project(tmp_path / "there" / "deep" / "pkg")
    measure(here, "coverage.3.12", argument=1, relative=relative_files)
    data = measure(there, "coverage.3.11", argument=-1, relative=shard == "relative")
    target = here / DATA / download / "coverage.3.11"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(data, target)
    shutil.rmtree(tmp_path / "there")
    combined, _ = combine(here)
    assert combined.reason is None
    assert missing(here) == {"src/pkg/__init__.py": ()}


def test_data_of_a_member_with_paths_relative_to_it_is_mapped(tmp_path: Path) -> None:
    root = tmp_path / "root"
    member = project(root / "packages/pkg")
    write_tree(root, {"pyproject.toml": "[tool.uv.workspace]\nmembers = ['packages/*']\n"})
    data = measure(member, "coverage.3.12.pkg", relative=True)
    target = root / DATA / data.name
    target.parent.mkdir(parents=True)
    shutil.move(data, target)
    combine(root)
    assert missing(root) == {"packages/pkg/src/pkg/__init__.py": (3,)}


def test_branches_are_read_where_they_were_measured(tmp_path: Path) -> None:
    measure(project(tmp_path), "coverage.3.12", branch=True)
    combine(tmp_path)
    data = read_coverage(tmp_path / JSON_FILE, root=tmp_path)
    (file,) = data.files
    assert data.branch
    assert (file.missing, file.branches, file.covered_branches, file.missing_branches) == ((3,), 2, 1, ((2, 3),))
    assert (file.ratio.covered, file.ratio.total) == (4, 6)


def test_the_repositorys_own_exclusions_hold(tmp_path: Path) -> None:
    measure(project(tmp_path, config="[tool.coverage.report]\nexclude_also = ['return -1']\n"), "coverage.3.12")
    combine(tmp_path)
    (file,) = read_coverage(tmp_path / JSON_FILE, root=tmp_path).files
    assert (file.executed, file.missing, file.excluded) == ((1, 2, 4), (), (3,))


def no_data(root: Path) -> None:
    del root


def corrupt(root: Path) -> None:
    measure(root, "coverage.3.11")
    (root / DATA / "coverage.3.12").write_bytes(b"not a database" * 100)


def empty(root: Path) -> None:
    measure(root, "coverage.3.11")
    (root / DATA / "coverage.3.12").touch()


def execute(file: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute(statement)
        database.commit()


def another_schema(root: Path) -> None:
    execute(measure(root, "coverage.3.12"), "update coverage_schema set version = 8")


def with_trigger(root: Path) -> None:
    execute(measure(root, "coverage.3.12"), "create trigger t after update on file begin delete from file; end")


def mixed(root: Path) -> None:
    measure(root, "coverage.3.11", branch=True)
    measure(root, "coverage.3.12", branch=False)


@pytest.mark.parametrize(
    ("prepare", "reason", "hint"),
    [
        pytest.param(no_data, "no coverage data: run `nox -s tests` first", "nox -s tests", id="no-data"),
        pytest.param(corrupt, "coverage.3.12 is not a coverage data file", "nox -s tests-3.12", id="corrupt"),
        pytest.param(empty, "coverage.3.12 is not a coverage data file", "nox -s tests-3.12", id="empty"),
        pytest.param(another_schema, "coverage.3.12 has the schema 8", "nox -s tests-3.12", id="another-schema"),
        pytest.param(with_trigger, "coverage.3.12 holds SQL code", "nox -s tests-3.12", id="sql-code"),
        pytest.param(
            mixed, "branches were measured for coverage.3.11 and not for coverage.3.12", "`branch`", id="mixed"
        ),
    ],
)
def test_less_data_than_was_measured_is_inconclusive(tmp_path: Path, prepare: object, reason: str, hint: str) -> None:
    measure(project(tmp_path), "coverage.3.10")
    combine(tmp_path)
    (tmp_path / DATA / "coverage.3.10").unlink()
    assert callable(prepare)
    prepare(tmp_path)
    combined, read = combine(tmp_path)
    assert combined.status is Status.INCONCLUSIVE
    assert (combined.reason or "").startswith(reason)
    assert hint in (combined.hint or "")
    assert read.status is Status.INCONCLUSIVE
    assert not (tmp_path / COMBINED_FILE).exists()
    assert not (tmp_path / JSON_FILE).exists()


def test_data_of_sources_that_have_changed_since_is_left_out_and_named(tmp_path: Path) -> None:
    project(tmp_path)
    measure(tmp_path, "coverage.3.11", argument=-1)
    record_sources(["coverage.3.11"], root=tmp_path, files=["src/pkg/__init__.py"])
    (tmp_path / "src/pkg/__init__.py").write_text(MODULE + "\n# changed\n")
    measure(tmp_path, "coverage.3.12", argument=1)
    record_sources(["coverage.3.12"], root=tmp_path, files=["src/pkg/__init__.py"])
    combined, _ = combine(tmp_path)
    assert combined.evidence["data"] == ["coverage.3.12"]
    assert combined.evidence["outdated"] == ["coverage.3.11"]
    assert missing(tmp_path) == {"src/pkg/__init__.py": (3,)}


def test_data_of_other_sources_alone_is_inconclusive(tmp_path: Path) -> None:
    measure(project(tmp_path), "coverage.3.12")
    record_sources(["coverage.3.12"], root=tmp_path, files=["src/pkg/__init__.py"])
    (tmp_path / "src/pkg/__init__.py").write_text(MODULE + "\n# changed\n")
    combined, read = combine(tmp_path)
    assert (combined.status, read.status) == (Status.INCONCLUSIVE, Status.INCONCLUSIVE)
    assert combined.reason == "the sources have changed since the tests were measured (coverage.3.12)"


def test_measured_files_that_are_gone_are_named_and_left_out(tmp_path: Path) -> None:
    measure(project(tmp_path), "coverage.3.12")
    data = coverage.CoverageData(str(tmp_path / DATA / "coverage.3.12"))
    data.read()
    data.touch_files([str(tmp_path / "src/pkg/gone.py")])
    data.write()
    data.close()
    _, read = combine(tmp_path)
    assert read.status is Status.PASSED
    assert read.evidence["without_source"] == ["src/pkg/gone.py"]


def test_a_source_that_cannot_be_parsed_is_inconclusive(tmp_path: Path) -> None:
    measure(project(tmp_path), "coverage.3.12")
    (tmp_path / "src/pkg/__init__.py").write_text("def f(:\n")
    (tmp_path / "src/pkg/other.py").write_text("")
    data = coverage.CoverageData(str(tmp_path / DATA / "coverage.3.12"))
    data.read()
    data.touch_files([str(tmp_path / "src/pkg/other.py")])
    data.write()
    data.close()
    _, read = combine(tmp_path)
    assert read.status is Status.INCONCLUSIVE
    assert read.reason == "coverage cannot parse src/pkg/__init__.py"
    assert not (tmp_path / JSON_FILE).exists()


@pytest.mark.parametrize(
    ("requires", "severity"), [("==3.12.*", "error"), (">=3.11", "warning")], ids=["all-pythons", "some-pythons"]
)
def test_the_repositorys_own_floor_fails_only_with_data_of_all_its_pythons(
    tmp_path: Path, requires: str, severity: str
) -> None:
    project(tmp_path, config="[tool.coverage.report]\nfail_under = 90\n")
    file = tmp_path / "pyproject.toml"
    file.write_text(file.read_text().replace("[tool.pytest", f'requires-python = "{requires}"\n[tool.pytest', 1))
    measure(tmp_path, "coverage.3.12")
    _, read = combine(tmp_path)
    (finding,) = read.findings
    assert (finding.code, finding.severity.value, finding.path) == ("coverage:fail-under", severity, "pyproject.toml")
    assert finding.message.startswith("75 % are covered, `fail_under` of the configuration is 90 %")
    assert (tmp_path / JSON_FILE).is_file()


def test_parallel_mode_of_the_configuration_changes_nothing(tmp_path: Path) -> None:
    measure(project(tmp_path, config="[tool.coverage.run]\nparallel = true\n"), "coverage.3.12")
    combined, read = combine(tmp_path)
    assert (combined.status, read.status) == (Status.PASSED, Status.PASSED)


def test_coverage_is_not_due_where_there_are_neither_tests_nor_data(tmp_path: Path) -> None:
    write_tree(tmp_path, {})
    assert CoverageCombineTool().not_due(discover(tmp_path), (".",)) == "0 test files of 2 files, and no coverage data"
    measure(tmp_path, "coverage.3.12")
    assert CoverageCombineTool().not_due(discover(tmp_path), (".",)) is None


@pytest.mark.parametrize(
    ("name", "python", "package"),
    [
        ("coverage.3.12", "3.12", None),
        ("coverage.3.13t", "3.13t", None),
        ("coverage.3.12.acme-core", "3.12", "acme-core"),
        ("coverage.3.12~3", "3.12", None),
        ("coverage.3.12.acme~3", "3.12", "acme"),
        ("job/coverage.3.10", "3.10", None),
        ("coverage.linux", None, None),
    ],
)
def test_the_name_of_a_data_file_says_whose_it_is(
    tmp_path: Path, name: str, python: str | None, package: str | None
) -> None:
    measure(project(tmp_path), name)
    (shard,) = read_shards(tmp_path / DATA)
    assert (shard.name, shard.python, shard.package, shard.trouble) == (name, python, package, None)


@pytest.mark.parametrize(
    "name", ["coverage.3.12-journal", "coverage.xml", "coverage.json", "combined", "coverage.lcov"]
)
def test_other_files_in_the_folder_are_no_data(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert read_shards(tmp_path) == ()


FILES = ("src/pkg/a.py", "src/pkg/b.py", "a.py", "members/m/src/c.py")


@pytest.mark.parametrize(
    ("paths", "folder", "expected"),
    [
        pytest.param(["/root/src/pkg/a.py"], ".", {"/root/src/pkg/a.py": "src/pkg/a.py"}, id="here"),
        pytest.param(["/ci/x/src/pkg/a.py"], ".", {"/ci/x/src/pkg/a.py": "src/pkg/a.py"}, id="longest-tail"),
        pytest.param(
            ["/ci/a.py", "/ci/src/pkg/b.py"],
            ".",
            {"/ci/a.py": "a.py", "/ci/src/pkg/b.py": "src/pkg/b.py"},
            id="most-votes",
        ),
        pytest.param(
            ["/usr/lib/a.py", "/ci/src/pkg/a.py", "/ci/src/pkg/b.py"],
            ".",
            {"/ci/src/pkg/a.py": "src/pkg/a.py", "/ci/src/pkg/b.py": "src/pkg/b.py"},
            id="not-another-root",
        ),
        pytest.param(["C:\\ci\\src\\pkg\\a.py"], ".", {"C:\\ci\\src\\pkg\\a.py": "src/pkg/a.py"}, id="windows"),
        pytest.param(["src\\pkg\\a.py"], ".", {"src\\pkg\\a.py": "src/pkg/a.py"}, id="windows-relative"),
        pytest.param(["src/pkg/a.py"], ".", {"src/pkg/a.py": "src/pkg/a.py"}, id="relative"),
        pytest.param(["src/c.py"], "members/m", {"src/c.py": "members/m/src/c.py"}, id="relative-to-member"),
        pytest.param(["src/pkg/a.py"], "members/m", {"src/pkg/a.py": "src/pkg/a.py"}, id="member-relative-to-root"),
        pytest.param(["/ci/lib/z.py", "z.py"], ".", {}, id="not-of-this-tree"),
        pytest.param([], ".", {}, id="nothing"),
    ],
)
def test_paths_of_data_are_mapped_by_the_files_of_the_tree(
    paths: list[str], folder: str, expected: dict[str, str]
) -> None:
    assert mapping_of(paths, root=Path("/root"), files=FILES, folder=folder) == expected


@pytest.mark.parametrize("text", ["", "[]", '{"files": {}}', '{"meta": {"version": "7"}, "files": {"a.py": {}}}'])
def test_json_that_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "coverage.json").write_text(text)
    with pytest.raises(UnparseableError):
        read_coverage(tmp_path / "coverage.json", root=tmp_path)
