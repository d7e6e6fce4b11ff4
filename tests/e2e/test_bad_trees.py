# SPDX-License-Identifier: Apache-2.0
"""Trees that no tool likes: odd files and names, half a git, nothing to read, and garbage in noxkit's folder."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e._nox import PYTHON, REPORT, programs_without

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e._nox import Sandbox


@pytest.fixture
def ruffed(sandbox: Sandbox) -> Sandbox:
    """A repository that has chosen ruff."""
    return sandbox.append('[tool.ruff]\nextend-exclude = ["noxfile.py"]\n')


# ------------------------------------------------------------------ files


def test_a_source_file_that_is_not_utf8_is_a_finding_and_hides_no_other(ruffed: Sandbox) -> None:
    (ruffed.root / "latin.py").write_bytes(b'NAME = "caf\xe9"\n')
    (ruffed.root / "other.py").write_text("import os\n")
    run = ruffed.nox("lint", "--only", "ruff").holds()
    assert run.report["status"] in {"failed", "inconclusive"}
    assert ("ruff:F401", "other.py") in run.codes()
    assert any(path == "latin.py" for _, path in run.codes()) or "latin.py" in run.task("ruff")["reason"]


def test_an_empty_source_file_is_read(ruffed: Sandbox) -> None:
    (ruffed.root / "empty.py").write_bytes(b"")
    assert ruffed.nox("lint", "--only", "ruff,ruff_format").passed().task("ruff")["evidence"]["files"] == 2


@pytest.mark.parametrize(
    "name", ["with space.py", "new\nline.py", "-dash.py", "--exclude=x.py", "bytes\udcff.py", "a" * 200 + ".py"]
)
def test_a_file_with_an_odd_name_is_linted_under_that_name(ruffed: Sandbox, name: str) -> None:
    Path(ruffed.root / name).write_text("import os\n")
    run = ruffed.nox("lint", "--only", "ruff,ruff_format,look").holds()
    assert (run.report["status"], run.code != 0) == ("failed", True), run.output
    assert [code for code, _ in run.codes()] == ["ruff:F401"]
    if name.isprintable():
        assert run.codes()[0][1] == name


@pytest.mark.parametrize("target", ["nowhere", "link", "."])
def test_a_link_to_nothing_or_in_a_circle_stops_nobody(ruffed: Sandbox, target: str) -> None:
    (ruffed.root / "link").symlink_to(target)
    (ruffed.root / "folder").mkdir()
    (ruffed.root / "folder" / "up").symlink_to("..")
    ruffed.commit()
    run = ruffed.nox("lint", "--only", "ruff,ruff_format,typos,look")
    assert run.passed().task("ruff")["evidence"]["files"] == 1


@pytest.mark.parametrize("target", ["nowhere.py", "link.py"])
def test_a_module_that_is_a_link_to_nothing_is_what_ruff_says_it_is(ruffed: Sandbox, target: str) -> None:
    (ruffed.root / "link.py").symlink_to(target)
    (ruffed.root / "other.py").write_text("import os\n")
    ruffed.commit()
    run = ruffed.nox("lint", "--only", "ruff,look").holds()
    assert run.code != 0
    assert run.codes() == [("ruff:E902", "link.py"), ("ruff:F401", "other.py")]


def test_a_path_of_two_hundred_characters_works(sandbox: Sandbox) -> None:
    deep = sandbox.root / ("d" * 100) / ("e" * 100)
    deep.parent.mkdir()
    shutil.copytree(sandbox.root, deep, ignore=shutil.ignore_patterns("d*"))
    sandbox.root = deep
    sandbox.write({"test_sample.py": "def test_it(): assert True\n"})
    sandbox.nox("lint", "--only", "look").passed()


@pytest.mark.parametrize(
    ("session", "described"),
    [
        *[("lint", False), ("lint", True), ("check", True), ("typecheck", False), ("fmt", False)],
        *[(f"tests-{PYTHON}", False), ("coverage", False)],
    ],
)
def test_a_folder_without_python_files_is_never_a_pass(sandbox: Sandbox, session: str, *, described: bool) -> None:
    (sandbox.root / "sample.py").unlink()
    (sandbox.root / "pyproject.toml").unlink()
    files = {"pyproject.toml": "[tool.ruff]\n", "README.md": "Nothing here.\n"} if described else {}
    run = sandbox.write(files).nox(session).holds()
    assert run.report["status"] == "inconclusive", run.output
    assert run.code != 0


def test_in_a_folder_without_python_files_the_repositorys_own_commands_count(sandbox: Sandbox) -> None:
    (sandbox.root / "sample.py").unlink()
    sandbox.write({"a.sql": "select 1\n"})
    file = sandbox.root / "pyproject.toml"
    file.write_text(file.read_text().replace("**/*.py", "**/*.sql"))
    sandbox.nox("lint", "--only", "look").passed()


# ------------------------------------------------------------------ git


def test_without_git_on_path_the_tree_is_walked(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit()
    path = programs_without(tmp_path / "bin", "git", sandbox.environ["PATH"])
    assert shutil.which("git", path=path) is None
    sandbox.nox("lint", "--only", "look", environ={"PATH": path}).passed()
    sandbox.nox("lint", "--only", "look", "--since", "HEAD", environ={"PATH": path}).inconclusive("look", reason="git")


def test_without_a_work_tree_a_base_does_not_resolve(sandbox: Sandbox) -> None:
    sandbox.nox("lint", "--only", "look").passed()
    sandbox.nox("lint", "--only", "look", "--since", "main").inconclusive("look", reason="no git work tree")
    sandbox.nox("lint", "--only", "look", "--since", "main", ci=False).inconclusive("look", strict=False)


def test_a_base_that_does_not_exist_is_inconclusive_with_its_name(sandbox: Sandbox) -> None:
    sandbox.commit()
    sandbox.nox("lint", "--only", "look", "--since", "nowhere").inconclusive("look", reason="`nowhere`")


def test_a_shallow_clone_says_how_to_get_its_history(sandbox: Sandbox, tmp_path: Path) -> None:
    first = sandbox.commit()
    sandbox.write({"sample.py": "VALUE = 2\n"}).commit()
    sandbox.git("clone", "-q", "--depth", "1", f"file://{sandbox.root}", str(tmp_path / "clone"))
    sandbox.root = tmp_path / "clone"
    sandbox.nox("lint", "--only", "look").passed()
    sandbox.nox("lint", "--only", "look", "--since", first).inconclusive("look", hint="fetch")


def test_a_detached_head_works(sandbox: Sandbox) -> None:
    first = sandbox.commit()
    sandbox.write({"sample.py": "VALUE = 2\n"}).commit()
    sandbox.git("checkout", "-q", "--detach")
    run = sandbox.nox("lint", "--only", "look", "--since", first).passed()
    assert run.report["tree"]


def test_nothing_changed_since_a_base_is_no_failure(sandbox: Sandbox) -> None:
    head = sandbox.commit()
    run = sandbox.nox("lint", "--only", "look", "--since", head).holds()
    assert (run.code, run.task("look")["status"]) == (0, "skipped")


def test_an_empty_git_folder_is_no_work_tree(sandbox: Sandbox) -> None:
    (sandbox.root / ".git").mkdir()
    sandbox.nox("lint", "--only", "look").passed()
    sandbox.nox("lint", "--only", "look", "--since", "HEAD").inconclusive("look")


# ------------------------------------------------------------------ tests and coverage


@pytest.fixture
def tested(sandbox: Sandbox) -> Sandbox:
    """A repository with a test that passes."""
    return sandbox.write({"test_sample.py": "import sample\n\n\ndef test_value():\n    assert sample.VALUE == 1\n"})


_TESTS = f"tests-{PYTHON}"


def test_zero_tests_collected_is_inconclusive(tested: Sandbox) -> None:
    tested.write({"test_sample.py": "VALUE = 1\n"})
    tested.nox(_TESTS).inconclusive("tests", reason="")
    tested.nox(_TESTS, ci=False).inconclusive("tests", strict=False)
    tested.nox("coverage").inconclusive("coverage")


def test_a_selection_of_no_test_is_inconclusive_and_takes_the_older_data_away(tested: Sandbox) -> None:
    tested.nox(_TESTS).passed()
    tested.nox(_TESTS, "--", "-k", "nothing_like_it").inconclusive("tests")
    tested.nox("coverage").inconclusive("coverage", hint="tests")


def test_no_coverage_data_is_inconclusive_and_says_how_to_make_some(tested: Sandbox) -> None:
    tested.nox("coverage").inconclusive("coverage", hint="tests")
    tested.nox("coverage", ci=False).inconclusive("coverage", strict=False)


def test_a_coverage_group_that_matches_nothing_is_no_pass(tested: Sandbox) -> None:
    tested.append('[tool.noxkit.coverage]\ngroups = [{ name = "gone", paths = ["gone/**"], fail-under = 80 }]\n')
    tested.nox(_TESTS).passed()
    run = tested.nox("coverage").holds()
    assert run.report["status"] != "passed"
    assert "gone" in run.output
    assert run.code != 0


def test_new_lines_in_a_shallow_clone_are_inconclusive(tested: Sandbox, tmp_path: Path) -> None:
    tested.append("[tool.noxkit.coverage]\nnew-lines = 100\n")
    first = tested.commit()
    tested.write({"sample.py": "VALUE = 1\nOTHER = 2\n"}).commit()
    tested.git("clone", "-q", "--depth", "1", f"file://{tested.root}", str(tmp_path / "clone"))
    tested.root = tmp_path / "clone"
    tested.nox(_TESTS).passed()
    tested.nox("coverage", "--since", first).inconclusive("coverage", hint="fetch")


def test_coverage_data_that_is_damaged_is_no_pass(tested: Sandbox) -> None:
    tested.nox(_TESTS).passed()
    data = [file for file in (tested.root / ".nox/noxkit/coverage").iterdir() if file.is_file()]
    assert data
    for file in data:
        file.write_bytes(b"garbage")
    run = tested.nox("coverage").holds()
    assert run.report["status"] in {"inconclusive", "crashed"}
    assert run.code != 0


def test_tests_on_an_interpreter_that_is_missing_are_inconclusive(tested: Sandbox, tmp_path: Path) -> None:
    missing = next(python for python in ("3.11", "3.10") if python != PYTHON)
    file = tested.root / "pyproject.toml"
    file.write_text(file.read_text().replace(f'python = ["{PYTHON}"]', f'python = ["{missing}", "{PYTHON}"]'))
    here = tmp_path / "bin"
    here.mkdir()
    for name in ("uv", "git", "sh", "env", "true"):
        (here / name).symlink_to(shutil.which(name, path=tested.environ["PATH"]) or name)
    (here / f"python{PYTHON}").symlink_to(os.path.realpath(sys.executable))
    alone = {"PATH": str(here), "UV_PYTHON_INSTALL_DIR": str(tmp_path / "none")}
    tested.nox(f"tests-{missing}", environ=alone).inconclusive("tests", hint="uv python install")
    tested.nox(f"tests-{missing}", ci=False, environ=alone).inconclusive("tests", strict=False)
    tested.nox(_TESTS, environ=alone).passed()


# ------------------------------------------------------------------ noxkit's own folder


def _store(state: Path) -> None:
    for file in (state / "store").rglob("*"):
        if file.is_file():
            file.write_bytes(b"garbage")


def _locks_and_left_overs(state: Path) -> None:
    for folder in ("environments", "scratch-old", "cache/ruff"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "environments" / f"{PYTHON}.lock").write_text("99999999\n")
    (state / "report" / "merge.lock").write_text("garbage")
    (state / "scratch-old" / "left.txt").write_text("left")
    for file in (state / "cache" / "ruff").rglob("*"):
        if file.is_file():
            file.write_bytes(b"garbage")


def _shards(state: Path) -> None:
    (state / "report" / "lint.json").write_bytes(b"\xff\x00")
    (state / "report" / "tests.json").write_text('{"call": 1, "report": []}')
    (state / "report" / "check.json").write_text("[]")
    (state / "report" / "folder.json").mkdir()


@pytest.mark.parametrize("spoil", [_store, _locks_and_left_overs, _shards])
def test_garbage_in_noxkits_folder_is_passed_over(ruffed: Sandbox, spoil: Callable[[Path], None]) -> None:
    ruffed.nox("lint", "--only", "ruff,look").passed()
    spoil(ruffed.root / ".nox" / "noxkit")
    ruffed.nox("lint", "--only", "ruff,look").passed()


def _half_made(folder: Path) -> None:
    shutil.rmtree(folder)
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("no program")


def _without_interpreter(folder: Path) -> None:
    shutil.rmtree(folder / "bin")


def _a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder")


def _with_a_bad_stamp(folder: Path) -> None:
    (folder / "noxkit-stamp.json").write_text('{"digest": 3}')


def test_an_environment_that_is_damaged_is_made_again(tested: Sandbox) -> None:
    tested.nox(_TESTS).passed()
    for spoil in (_half_made, _without_interpreter, _a_file, _with_a_bad_stamp):
        spoil(tested.root / ".nox" / "noxkit" / "environments" / PYTHON)
        tested.nox(_TESTS).passed()


def test_a_lock_and_a_ratchet_that_cannot_be_read_are_named(tested: Sandbox) -> None:
    tested.append('[tool.noxkit.coverage]\nratchet = "ratchet.json"\n').write({"ratchet.json": "garbage"})
    tested.nox("check", "--only", "tests,coverage").inconclusive("coverage", reason="ratchet", hint="restore")
    tested.write({"uv.lock": "garbage ["})
    run = tested.nox("lint", "--only", "ruff,uv_lock").holds()
    assert (run.report["status"], run.codes()) == ("failed", [("NK-LOCK-STALE", "uv.lock")])
    assert run.task("ruff")["status"] == "inconclusive"


def test_a_file_in_the_place_of_noxkits_folder_is_an_error(sandbox: Sandbox) -> None:
    (sandbox.root / ".nox").mkdir()
    (sandbox.root / ".nox" / "noxkit").write_text("in the way")
    sandbox.nox("lint", "--only", "look").refused("NK-FILE-UNWRITABLE", hint="`.nox`")


@pytest.mark.parametrize("used_before", [False, True])
def test_a_tree_that_is_read_only_is_an_error_that_reaches_a_report_elsewhere(
    sandbox: Sandbox, tmp_path: Path, *, used_before: bool
) -> None:
    if used_before:
        sandbox.nox("lint", "--only", "look").passed()
    command = sandbox.command("lint", "--only", "look")
    command[command.index(REPORT)] = str(tmp_path / REPORT)
    run = sandbox.read_only(command, report=str(tmp_path / REPORT))
    run.refused("NK-FILE-UNWRITABLE", hint="`.nox`")
