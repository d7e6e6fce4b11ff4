# SPDX-License-Identifier: Apache-2.0
"""Which built files a run verifies, and that whatever lies there has findings or a reason, never a crash or a pass."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._contents import plan_contents
from noxkit.engine._plans import plan_wheel_contents
from noxkit.errors import NoxkitError
from tests._trees import PYTHON, outcome
from tests.artifacts._recipes import build
from tests.engine._releases import member, put_wheel, recipe, workspace

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report
    from tests._trees import Repo

WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
EMPTY = f'[tool.noxkit]\npython = ["{PYTHON}"]\n'


def verify(repo: Repo, *arguments: str) -> tuple[Outcome, Report]:
    report = repo.run(*arguments, planner=plan_contents, session="wheel_contents")
    return outcome(report, "wheel_contents"), report


def put(folder: Path, name: str, content: str | bytes = "") -> Path:
    """A file of these bytes, or that a recipe describes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else build(name, content))
    return folder / name


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def errors(report: Report) -> set[str]:
    return {finding.code for finding in report.findings if finding.severity.value == "error"}


def test_the_files_of_dist_are_verified_and_named_with_their_digests(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    made = [put(repo.root / "dist", name) for name in (WHEEL, SDIST)]
    put(repo.root / "dist", "notes.txt", b"no built file")
    ended, report = verify(repo)
    assert (ended.status, codes(report)) == (Status.PASSED, set())
    assert (ended.evidence["files"], ended.evidence["members"]) == (2, 10)
    digests = {f"dist/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in made}
    assert {file.name: file.sha256 for file in report.files} == digests


@pytest.mark.parametrize("there", [True, False], ids=["an-empty-folder", "no-folder"])
def test_where_nothing_is_there_the_run_says_what_to_do(repo: Repo, *, there: bool) -> None:
    repo.write({"pyproject.toml": EMPTY, **({"dist/notes.txt": ""} if there else {})})
    ended, _ = verify(repo)
    assert (ended.status, ended.reason) == (Status.INCONCLUSIVE, "0 wheels and sdists in dist/")
    assert "nox -s build" in (ended.hint or "")
    assert "nox -s wheel_contents -- PATH" in (ended.hint or "")


def test_files_and_folders_that_are_named_are_verified_in_place_of_dist(repo: Repo, tmp_path: Path) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "dist", WHEEL)
    put(repo.root / "out" / "deep", SDIST)
    put(tmp_path / "else", "other-2.0-py3-none-any.whl")
    ended, report = verify(repo, "out/", str(tmp_path / "else" / "other-2.0-py3-none-any.whl"))
    assert ended.status is Status.PASSED
    outside = str(tmp_path / "else" / "other-2.0-py3-none-any.whl")
    assert sorted(file.name for file in report.files) == sorted([outside, f"out/deep/{SDIST}"])


@pytest.mark.parametrize("name", ["gone.whl", "no/folder", "dist/gone"])
def test_a_path_that_does_not_exist_ends_the_run_before_any_work(repo: Repo, name: str) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "dist", WHEEL)
    with pytest.raises(NoxkitError) as raised:
        verify(repo, "dist/", name)
    (record,) = raised.value.records
    assert (record.code, record.message) == ("NK-ARGUMENT-VALUE", f"`{name}` does not exist")
    assert record.hint


def test_a_folder_that_is_named_and_holds_none_is_inconclusive(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY, "empty/notes.txt": ""})
    put(repo.root / "dist", WHEEL)
    ended, report = verify(repo, "empty/")
    assert (ended.status, report.files) == (Status.INCONCLUSIVE, ())
    assert "empty" in (ended.reason or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_without_permission_to_read_is_said(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "shut", WHEEL)
    (repo.root / "shut").chmod(0)
    try:
        with pytest.raises(NoxkitError):
            verify(repo, "shut/")
    finally:
        (repo.root / "shut").chmod(0o700)


WHOLE = build(WHEEL, "")
TAR = build(SDIST, "")
# A file by its name and its bytes: codes of which one must be found.
BROKEN: dict[str, tuple[str, bytes, set[str]]] = {
    "empty": (WHEEL, b"", {"NK-ARCHIVE-NOT-ZIP"}),
    "empty-sdist": (SDIST, b"", {"NK-ARCHIVE-NOT-TAR"}),
    "text": (WHEEL, b"hello\n", {"NK-ARCHIVE-NOT-ZIP"}),
    "text-sdist": (SDIST, b"hello\n", {"NK-ARCHIVE-NOT-TAR"}),
    "truncated": (WHEEL, WHOLE[: len(WHOLE) // 2], {"NK-ARCHIVE-NOT-ZIP", "NK-ARCHIVE-CORRUPT"}),
    "truncated-sdist": (SDIST, TAR[: len(TAR) // 2], {"NK-ARCHIVE-CORRUPT"}),
    "a-byte-changed": (WHEEL, WHOLE[:60] + b"\0\0\0" + WHOLE[63:], {"NK-ARCHIVE-CORRUPT", "NK-ARCHIVE-CRC"}),
    "zip-and-tar": (WHEEL, build(WHEEL, '[archive]\nformat = "zip+tar"\n'), {"NK-ARCHIVE-ZIP-AND-TAR"}),
    "a-zip-called-sdist": (SDIST, WHOLE, {"NK-ARCHIVE-NOT-TAR"}),
    "a-tar-called-wheel": (WHEEL, TAR, {"NK-ARCHIVE-NOT-ZIP"}),
    "gzip-of-nothing": (SDIST, gzip.compress(b""), {"NK-ARCHIVE-NOT-TAR", "NK-SDIST-PKG-INFO-MISSING"}),
    "zeros": (WHEEL, bytes(100_000), {"NK-ARCHIVE-NOT-ZIP"}),
    "no-name": ("demo.whl", WHOLE, {"NK-FILENAME-INVALID"}),
    "no-version": ("demo-x-py3-none-any.whl", WHOLE, {"NK-FILENAME-INVALID"}),
    "a-name-with-spaces": ("de mo-1.0-py3-none-any.whl", WHOLE, {"NK-FILENAME-INVALID"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Outcome, set[str]]]:
    """What each of them comes to, in a folder of its own, in one run."""
    from tests._trees import Repo, clean_environ  # noqa: PLC0415 -- a fixture of a module has no `repo`

    folder = tmp_path_factory.mktemp("broken")
    repo = Repo(folder / "repo", clean_environ(folder / "home", UV_OFFLINE="1"))
    repo.write({"pyproject.toml": EMPTY})
    for key, (name, content, _) in BROKEN.items():
        put(repo.root / "files" / key, name, content)
    ended, report = verify(repo, "files/")
    return {
        key: (
            ended,
            {each.code for each in report.findings if (each.path or "").startswith(f"files/{key}/")},
        )
        for key in BROKEN
    }


@pytest.mark.parametrize("key", BROKEN)
def test_a_broken_file_has_findings(broken: dict[str, tuple[Outcome, set[str]]], key: str) -> None:
    ended, found = broken[key]
    assert ended.status is Status.FAILED
    assert found & BROKEN[key][2], found


def test_what_lies_where_a_file_should_is_said(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "dist", WHEEL)
    (repo.root / "dist" / "other-1.0-py3-none-any.whl").mkdir()
    (repo.root / "dist" / "gone-1.0-py3-none-any.whl").symlink_to("nowhere.whl")
    ended, report = verify(repo)
    assert (ended.status, [file.name for file in report.files]) == (Status.PASSED, [f"dist/{WHEEL}"])
    os.mkfifo(repo.root / "dist" / "pipe-1.0-py3-none-any.whl")
    assert verify(repo)[0].status is not Status.CRASHED


def test_two_versions_in_dist_are_a_warning(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "dist", WHEEL)
    put(repo.root / "dist", "demo-0.9-py3-none-any.whl")
    put(repo.root / "dist", "other-0.9-py3-none-any.whl")
    _, report = verify(repo)
    found = [finding for finding in report.findings if finding.code == "NK-SET-STALE-FILE"]
    assert [(each.severity.value, each.path) for each in found] == [("warning", "dist/demo-0.9-py3-none-any.whl")]


def test_a_file_of_a_package_of_the_tree_is_compared_with_it(repo: Repo) -> None:
    tree = {"pyproject.toml": member("demo"), "src/demo/__init__.py": '"""Demo."""\n', "src/demo/left.py": "x = 1\n"}
    repo.write(tree)
    put_wheel(repo.root / "dist", "demo", "1.0", recipe({"demo/__init__.py": '"""Other."""\n'}))
    _, report = verify(repo)
    assert {"NK-TREE-MISSING-MODULE", "NK-TREE-CONTENT-DIFFERS"} <= codes(report)
    assert {finding.package for finding in report.findings} == {"demo"}


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        pytest.param(WHEEL, True, id="of-this-version"),
        pytest.param("demo-0.9-py3-none-any.whl", False, id="of-another-version"),
        pytest.param("else-1.0-py3-none-any.whl", False, id="of-another-project"),
    ],
)
def test_a_file_that_is_named_is_compared_with_the_tree_if_it_is_of_its_version(
    repo: Repo, name: str, *, compared: bool
) -> None:
    repo.write({"pyproject.toml": member("demo"), "src/demo/__init__.py": "", "src/demo/left.py": "x = 1\n"})
    put(repo.root / "shelf", name)
    _, report = verify(repo, f"shelf/{name}")
    assert ("NK-TREE-MISSING-MODULE" in codes(report)) == compared


def test_only_the_files_of_members_that_are_asked_about_are_verified(repo: Repo) -> None:
    repo.write(workspace("one", "two"))
    for name in ("one", "two", "three"):
        put_wheel(repo.root / "dist", name, "1.0")
    assert [file.name for file in verify(repo, "--package", "two")[1].files] == ["dist/two-1.0-py3-none-any.whl"]


@pytest.mark.parametrize(
    ("ignore", "status"),
    [
        pytest.param('code = "NK-JUNK-FILE", source = "wheel", path = "demo/.DS_Store"', Status.PASSED, id="as-it-is"),
        pytest.param('code = "NK-JUNK-FILE", source = "wheel"', Status.PASSED, id="in-wheels"),
        pytest.param('code = "NK-JUNK-FILE"', Status.PASSED, id="everywhere"),
        pytest.param('code = "NK-JUNK-FILE", source = "sdist"', Status.FAILED, id="in-sdists"),
        pytest.param('code = "NK-JUNK-FILE", source = "wheel", path = "other"', Status.FAILED, id="elsewhere"),
    ],
)
def test_a_finding_in_a_wheel_is_accepted_by_its_source_and_path(repo: Repo, ignore: str, status: Status) -> None:
    repo.write({"pyproject.toml": f'{EMPTY}ignore = [{{ {ignore}, reason = "for a test" }}]\n'})
    put_wheel(repo.root / "dist", "demo", "1.0", recipe({"demo/.DS_Store": "x"}))
    ended, report = verify(repo)
    assert (ended.status, "NK-JUNK-FILE" in codes(report)) == (status, True)


def test_one_rule_can_be_asked_alone(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put_wheel(repo.root / "dist", "demo", "1.0", recipe({"demo/.DS_Store": "x", "demo/a.pyc": "x"}))
    assert codes(verify(repo, "--rule", "NK-BYTECODE")[1]) == {"NK-BYTECODE"}
    assert {"NK-JUNK-FILE", "NK-BYTECODE"} <= codes(verify(repo)[1])


def test_a_task_that_the_configuration_skips_is_not_due(repo: Repo) -> None:
    repo.write({"pyproject.toml": f'{EMPTY}skip = ["wheel_contents"]\n'})
    assert verify(repo)[0].status is Status.SKIPPED


def test_nothing_of_a_file_is_run(repo: Repo, tmp_path: Path) -> None:
    repo.write({"pyproject.toml": EMPTY})
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    files = {f"demo/{name}.py": code for name in ("__init__", "conftest", "setup", "sitecustomize")}
    put_wheel(repo.root / "dist", "demo", "1.0", recipe({**files, "demo.pth": f"import os; {code}"}))
    put(repo.root / "dist", SDIST, f"[files]\n'setup.py' = '''{code}'''\n")
    verify(repo)
    assert not (tmp_path / "ran").exists()


def test_the_interpreters_of_the_machine_are_asked_about_modules(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put_wheel(repo.root / "dist", "demo", "1.0", recipe({"demo/a.py": "return 1\n"}))  # which only compiling refuses
    ended, report = verify(repo)
    assert PYTHON in str(ended.evidence["compiled_by"]).split(", ")
    assert "NK-MODULE-SYNTAX-ERROR" in codes(report)


@pytest.mark.parametrize("rule", ["NK-MODULE-SYNTAX-ERROR", "wheel_syntax"])
def test_a_broken_module_is_found_also_where_one_rule_is_asked(repo: Repo, rule: str) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put_wheel(repo.root / "dist", "demo", "1.0", recipe({"demo/a.py": "def f(:\n"}))
    assert "NK-MODULE-SYNTAX-ERROR" in codes(verify(repo, "--rule", rule)[1])


def test_where_no_module_was_compiled_none_is_said_to_be(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "dist", SDIST)
    assert "compiled_by" not in verify(repo)[0].evidence


def test_each_interpreter_that_uv_finds_is_one_of_these(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    found = repo.context().interpreter(PYTHON)
    assert found is not None
    said = subprocess.run(
        [found, "-c", "import sys; print(*sys.version_info[:2], sep='.')"], stdout=subprocess.PIPE, check=True
    )
    assert said.stdout.decode().strip() == PYTHON


def test_a_wheel_of_native_code_is_shown_to_the_tools_for_it(repo: Repo) -> None:
    repo.write({"pyproject.toml": EMPTY})
    put(repo.root / "dist", WHEEL)
    report = repo.run(planner=plan_wheel_contents, session="wheel_contents")
    reasons = {task.name: (task.status, task.reason) for task in report.tasks}
    assert reasons["auditwheel"][0] is Status.SKIPPED
    assert reasons["abi3audit"][0] is Status.SKIPPED
