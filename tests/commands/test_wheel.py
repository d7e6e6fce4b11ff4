# SPDX-License-Identifier: Apache-2.0
"""`noxkit wheel`: wheels and sdists without a repository, with the verdict as its exit code."""

from __future__ import annotations

import hashlib
import json
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
JUNK = '[files]\n"demo/.DS_Store" = "x"\n'


def put(repo: Repo, name: str, recipe: str = "", *, folder: str = "dist") -> Path:
    file = repo.root / folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(build(name, recipe))
    return file


def test_healthy_files_end_with_0(repo: Repo, noxkit: Run) -> None:
    put(repo, WHEEL)
    put(repo, SDIST)
    code, said, _ = noxkit("wheel", "dist")
    assert code == 0
    assert "passed" in said
    assert sorted(path.name for path in repo.root.iterdir()) == ["dist"]  # nothing is left in the folder


def test_what_is_wrong_ends_with_1_and_is_shown_at_its_place(repo: Repo, noxkit: Run) -> None:
    put(repo, WHEEL, JUNK)
    code, said, _ = noxkit("wheel", f"dist/{WHEEL}")
    assert code == 1
    assert "error[NK-JUNK-FILE]" in said
    assert f"--> dist/{WHEEL}/demo/.DS_Store" in said
    assert "= hint: " in said


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        pytest.param(["gone.whl"], "name a wheel, an sdist, or a folder", id="no-such-path"),
        pytest.param(["dist", "gone"], "name a wheel, an sdist, or a folder", id="one-of-two"),
        pytest.param(["--frmat", "json", "dist"], "--format", id="no-such-flag"),
    ],
)
def test_what_cannot_be_used_ends_with_2(repo: Repo, noxkit: Run, arguments: list[str], hint: str) -> None:
    put(repo, WHEEL)
    code, said, told = noxkit("wheel", *arguments)
    assert code == 2
    assert "error[NK-ARGUMENT-" in said + told
    assert hint in said + told


@pytest.mark.parametrize("ci", ["", "1"])
def test_a_folder_without_any_is_inconclusive(
    repo: Repo, noxkit: Run, monkeypatch: pytest.MonkeyPatch, ci: str
) -> None:
    monkeypatch.setenv("CI", ci)
    repo.write({"empty/notes.txt": ""})
    code, said, _ = noxkit("wheel", "empty")
    assert code == (3 if ci else 0)
    assert "inconclusive" in said


def test_no_path_at_all_asks_for_one(repo: Repo, noxkit: Run) -> None:
    repo.write({"empty/notes.txt": ""})
    code, said, told = noxkit("wheel")
    assert code in {0, 2}
    assert "PATH" in said + told


def test_the_help_names_the_options(noxkit: Run) -> None:
    code, said, _ = noxkit("wheel", "--help")
    assert code == 0
    assert "--format" in said
    assert "--output" in said


def test_a_finding_is_accepted_by_the_line_that_is_told(
    repo: Repo, noxkit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repo, WHEEL, JUNK)
    code, said, _ = noxkit("wheel", "dist")
    assert code == 1
    told = " ".join(said.split()).partition("accept: NOXKIT_IGNORE=")[2]
    (value, *_) = shlex.split(told)
    assert json.loads(value)[0]["source"] == "wheel"
    monkeypatch.setenv("NOXKIT_IGNORE", value.replace("REASON", "made by a test"))
    assert noxkit("wheel", "dist")[0] == 0


def test_the_report_is_whole(repo: Repo, noxkit: Run) -> None:
    files = [put(repo, WHEEL, JUNK), put(repo, SDIST)]
    code, _, _ = noxkit("wheel", "--format", "json", "--output", "out/report.json", "dist")
    report = json.loads((repo.root / "out" / "report.json").read_text(encoding="utf-8"))
    assert (report["schema"], report["session"], report["status"]) == ("noxkit-report/1", "wheel", "failed")
    assert (report["exit_code"], report["failing"]) == (code, True)
    assert {file["name"]: file["sha256"] for file in report["files"]} == {
        f"dist/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }
    (found,) = [finding for finding in report["findings"] if finding["code"] == "NK-JUNK-FILE"]
    assert found["fingerprint"]
    assert [task["status"] for task in report["tasks"] if task["name"] == "wheel_contents"] == ["failed"]


@pytest.mark.parametrize("name", ["github", "markdown", "text"])
def test_every_format_is_written(repo: Repo, noxkit: Run, name: str) -> None:
    put(repo, WHEEL, JUNK)
    assert noxkit("wheel", "--format", name, "--output", "r.txt", "dist")[0] == 1
    assert "NK-JUNK-FILE" in (repo.root / "r.txt").read_text(encoding="utf-8")


def test_a_pyproject_beside_the_files_means_nothing(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": "= no toml\n"})
    put(repo, WHEEL)
    assert noxkit("wheel", "dist")[0] == 0


def test_fail_on_says_what_fails(repo: Repo, noxkit: Run) -> None:
    put(repo, WHEEL, "[metadata]\nRequires-Python = false\n")
    assert noxkit("wheel", "dist")[0] == 0
    assert noxkit("wheel", "--fail-on", "warning", "dist")[0] == 1


@pytest.mark.parametrize("name", [WHEEL, SDIST])
def test_no_file_crashes_it(repo: Repo, noxkit: Run, name: str) -> None:
    contents = [b"", b"PK\x03\x04", b"\x1f\x8b", b"PK\x05\x06" + bytes(18), bytes(1000)]
    for number, content in enumerate(contents):
        put(repo, name, folder=f"dist/{number}").write_bytes(content)
    code, said, told = noxkit("wheel", "--format", "json", "--output", "r.json", "dist")
    assert code == 1
    assert "Traceback" not in said + told
    paths = {str(found["path"])[:6] for found in json.loads((repo.root / "r.json").read_text())["findings"]}
    assert paths == {f"dist/{number}" for number in range(len(contents))}
