# SPDX-License-Identifier: Apache-2.0
"""`bump`: manifests, modules, requirements and the lock move together or not at all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from packaging.version import Version

from noxkit.diagnostics.model import Status
from noxkit.release._bump import plan_bump
from noxkit.release._session import Write, write_together
from noxkit.release._versions import raised
from tests._trees import outcome
from tests.release._packages import alone, workspace

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Outcome
    from tests._trees import Repo
    from tests.release.conftest import Change

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RAISED = [
    ("core", None),
    ("core @ https://example.org/core.whl", None),
    ("core>=1.0", "core>=1.7.2"),
    ("Core >= 1.0 ; python_version >= '3.12'", "Core >= 1.7.2 ; python_version >= '3.12'"),
    ("core[fast,x] >=1.0,<2", "core[fast,x] >=1.7.2,<2"),
    ("core (>=1.0)", "core (>=1.7.2)"),
    ("core>=1.0,<1.5", "core>=1.7.2,<1.8"),
    ("core>=0.9,<1.0", "core>=1.7.2,<2.0"),
    ("core<1", "core<2"),
    ("core<=1.5", "core<=1.7.2"),
    ("core==1.0", "core==1.7.2"),
    ("core==1.0.*", "core==1.7.*"),
    ("core==1.*", None),
    ("core~=1.0", "core~=1.7"),
    ("core~=1.0.3", "core~=1.7.2"),
    ("core>=1.7.2", None),
    ("core!=1.3,>=1.0", "core!=1.3,>=1.7.2"),
    ("core!=1.7.2,>=1.0", None),
]


@pytest.mark.parametrize(("line", "expected"), RAISED)
def test_a_requirement_is_raised_and_keeps_its_form(line: str, expected: str | None) -> None:
    assert raised(line, Version("1.7.2")) == expected


def bumped(repo: Repo, *arguments: str) -> Outcome:
    return outcome(repo.run(*arguments, planner=plan_bump, session="bump"), "bump")


def project(repo: Repo, path: str = "pyproject.toml") -> dict[str, object]:
    return tomllib.loads((repo.root / path).read_text())["project"]


def released(repo: Repo, change: Change, **files: str) -> Repo:
    repo.write({**alone(), **files}).commit("chore: begin")
    repo.git("tag", "v1.2.0")
    change("feat: a", "src/acme/a.py")
    return repo


def test_the_version_is_written_and_the_form_is_kept(repo: Repo, change: Change) -> None:
    released(repo, change)
    before = (repo.root / "pyproject.toml").read_text()
    done = bumped(repo)
    assert (done.status, done.evidence["changed"]) == (Status.PASSED, ["pyproject.toml"])
    assert (repo.root / "pyproject.toml").read_text() == before.replace('"1.2.0"', '"1.3.0"')


def test_twice_is_once(repo: Repo, change: Change) -> None:
    released(repo, change)
    bumped(repo)
    state = repo.git("status", "--porcelain"), (repo.root / "pyproject.toml").read_bytes()
    again = bumped(repo)
    assert (again.status, again.evidence["changed"]) == (Status.PASSED, [])
    assert (repo.git("status", "--porcelain"), (repo.root / "pyproject.toml").read_bytes()) == state


def test_dry_run_writes_nothing_and_names_what_is_then_written(repo: Repo, change: Change) -> None:
    released(repo, change)
    would = bumped(repo, "--dry-run").evidence["would_change"]
    assert repo.git("status", "--porcelain") == ""
    assert bumped(repo).evidence["changed"] == would


def dynamic(requires: str, backend: str, more: str = "") -> dict[str, str]:
    system = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n'
    return {"pyproject.toml": f'{system}[project]\nname = "acme"\ndynamic = ["version"]\n{more}'}


ABOUT = "src/acme/__about__.py"
PLACES: dict[str, tuple[dict[str, str], str]] = {
    "hatch": (dynamic("hatchling", "hatchling.build", f'[tool.hatch.version]\npath = "{ABOUT}"\n'), ABOUT),
    "setuptools": (
        dynamic(
            "setuptools",
            "setuptools.build_meta",
            '[tool.setuptools.dynamic]\nversion = { attr = "acme.__about__.__version__" }\n',
        ),
        ABOUT,
    ),
    "flit": (dynamic("flit_core", "flit_core.buildapi"), "src/acme/__init__.py"),
    "pdm": (dynamic("pdm-backend", "pdm.backend", f'[tool.pdm.version]\nsource = "file"\npath = "{ABOUT}"\n'), ABOUT),
}
MODULE = '"""acme."""\n\n__version__ = "1.2.0"  # by hand\nOTHER = "1.2.0"\n'


@pytest.mark.parametrize(("files", "path"), PLACES.values(), ids=PLACES.keys())
def test_a_dynamic_version_is_written_where_the_backend_reads_it(
    repo: Repo, change: Change, files: dict[str, str], path: str
) -> None:
    repo.write({"src/acme/__init__.py": "", **files, path: MODULE, ".gitignore": ".nox/\n"}).commit("chore: begin")
    repo.git("tag", "v1.2.0")
    change("fix: a", "src/acme/a.py")
    assert bumped(repo).evidence["changed"] == [path]
    assert (repo.root / path).read_text() == MODULE.replace('__version__ = "1.2.0"', '__version__ = "1.2.1"')


def test_a_module_in_a_folder_of_its_own_is_found_in_a_member_as_well(repo: Repo, change: Change) -> None:
    files = workspace({"core": ()})
    files["packages/core/lib/core/__init__.py"] = files.pop("packages/core/src/core/__init__.py")
    files["packages/core/pyproject.toml"] += '[tool.hatch.build.targets.wheel]\npackages = ["lib/core"]\n'
    repo.write(files).commit("chore: begin")
    repo.git("tag", "core-v1.0.0")
    change("fix: a", "packages/core/lib/core/a.py")
    done = bumped(repo)
    assert done.evidence["changed"] == ["packages/core/lib/core/__init__.py", "packages/core/pyproject.toml"]


def begun(repo: Repo, change: Change, files: dict[str, str]) -> Repo:
    repo.write({"src/acme/__init__.py": "", ".gitignore": ".nox/\n", **files}).commit("chore: begin")
    repo.git("tag", "v1.2.0")
    change("fix: a", "src/acme/a.py")
    return repo


def test_a_version_in_a_file_of_its_own(repo: Repo, change: Change) -> None:
    named = '[tool.setuptools.dynamic]\nversion = { file = ["VERSION"] }\n'
    bumped(begun(repo, change, {**dynamic("setuptools", "setuptools.build_meta", named), "VERSION": "1.2.0\n"}))
    assert (repo.root / "VERSION").read_text() == "1.2.1\n"


def test_a_version_of_a_tag_needs_no_file(repo: Repo, change: Change) -> None:
    by_tag = '[tool.hatch.version]\nsource = "vcs"\n'
    done = bumped(begun(repo, change, dynamic("hatch-vcs", "hatchling.build", by_tag)))
    assert (done.status, done.evidence["changed"]) == (Status.PASSED, [])


def test_a_version_that_nobody_can_write_is_named(repo: Repo, change: Change) -> None:
    done = bumped(begun(repo, change, dynamic("own", "own")))
    assert (done.status, done.reason) == (
        Status.FAILED,
        "acme: its version is computed by the build in a way that is not known: no file can be written",
    )


NEEDS = {
    "core": (),
    "cli": ("core[fast]>=1.0,<2; python_version >= '3'", "core ; sys_platform == 'win32'"),
    "docs": (),
}


def several(repo: Repo, change: Change, message: str = "feat: a") -> Repo:
    repo.write(workspace(NEEDS)).commit("chore: begin")
    for name in NEEDS:
        repo.git("tag", f"{name}-v1.0.0")
    change(message, "packages/core/src/core/new.py")
    return repo


def test_members_move_together_with_what_they_require(repo: Repo, change: Change) -> None:
    several(repo, change, "feat!: a")
    done = bumped(repo)
    assert done.evidence["changed"] == [
        "packages/cli/pyproject.toml",
        "packages/cli/src/cli/__init__.py",
        "packages/core/pyproject.toml",
        "packages/core/src/core/__init__.py",
    ]
    assert project(repo, "packages/core/pyproject.toml")["version"] == "2.0.0"
    cli = project(repo, "packages/cli/pyproject.toml")
    assert cli["version"] == "1.0.1"
    assert cli["dependencies"] == ["core[fast]>=2.0.0,<3; python_version >= '3'", "core ; sys_platform == 'win32'"]
    assert "# released by hand" in (repo.root / "packages/core/pyproject.toml").read_text()


def test_where_the_lock_fails_nothing_is_written(repo: Repo, change: Change) -> None:
    several(repo, change)
    repo.write({"uv.lock": "this is no lock\n"}).commit("chore: lock")
    done = bumped(repo)
    assert done.status is Status.FAILED
    assert done.reason is not None
    assert done.reason.startswith("`uv lock` failed: ")
    assert repo.git("status", "--porcelain") == ""


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(repo: Repo) -> None:
    repo.write({"a.txt": "a\n"})
    writes = [Write(path="a.txt", old=b"a\n", new=b"b\n"), Write(path="a.txt/b.txt", old=None, new=b"x")]
    wrong = write_together(repo.root, repo.root / "state", writes, then=lambda: None)
    assert wrong is not None
    assert "cannot be written" in wrong
    assert (repo.root / "a.txt").read_text() == "a\n"
    assert not list((repo.root / "state").iterdir())


def test_a_run_that_was_killed_is_put_back_and_done_again(repo: Repo, change: Change) -> None:
    several(repo, change)
    core = repo.root / "packages/core/pyproject.toml"
    old = core.read_bytes()
    new = old.replace(b'"1.0.0"', b'"1.1.0"')
    state = repo.root / ".nox" / "noxkit" / "release"
    state.mkdir(parents=True)
    writes = [
        {"path": "packages/core/pyproject.toml", "old": old, "new": new},
        {
            "path": "packages/cli/pyproject.toml",
            "old": (repo.root / "packages/cli/pyproject.toml").read_bytes(),
            "new": b"x",
        },
    ]
    (state / "writing.json").write_bytes(msgspec.json.encode({"writes": writes}))
    core.write_bytes(new)
    done = bumped(repo)
    assert done.evidence["put_back"] == ["packages/core/pyproject.toml"]
    assert project(repo, "packages/core/pyproject.toml")["version"] == "1.1.0"
    assert project(repo, "packages/cli/pyproject.toml")["version"] == "1.0.1"
    assert not (state / "writing.json").exists()


@pytest.mark.parametrize("written", range(5))
def test_crash_safety_killed_behind_any_file_the_next_run_ends_the_same(
    repo: Repo, change: Change, written: int
) -> None:
    several(repo, change, "feat!: a")
    paths = [
        f"packages/{name}/{file}" for name in ("cli", "core") for file in ("pyproject.toml", f"src/{name}/__init__.py")
    ]
    old = {path: (repo.root / path).read_bytes() for path in paths}
    bumped(repo)
    new = {path: (repo.root / path).read_bytes() for path in paths}
    for number, path in enumerate(paths):
        (repo.root / path).write_bytes(new[path] if number < written else old[path])
    state = repo.root / ".nox" / "noxkit" / "release"
    writes = [{"path": path, "old": old[path], "new": new[path]} for path in paths]
    (state / "writing.json").write_bytes(msgspec.json.encode({"writes": writes}))
    done = bumped(repo)
    assert done.evidence["put_back"] == paths[:written]
    assert {path: (repo.root / path).read_bytes() for path in paths} == new


def test_a_journal_that_cannot_be_written_changes_nothing(repo: Repo, change: Change) -> None:
    several(repo, change)
    (repo.root / ".nox" / "noxkit").mkdir(parents=True)
    (repo.root / ".nox" / "noxkit" / "release").write_text("a file where the folder is to be")
    done = bumped(repo)
    assert done.status is Status.FAILED
    assert repo.git("status", "--porcelain") == ""


JOURNALS = {
    "changed since": b'{"writes":[{"path":"packages/core/pyproject.toml","old":"eA==","new":"eQ=="}]}',
    "truncated": b'{"writes":[{"path":"pack',
    "of another form": b'{"writes":3}',
}


@pytest.mark.parametrize("journal", JOURNALS.values(), ids=JOURNALS.keys())
def test_a_journal_that_cannot_be_followed_is_an_error_and_nothing_is_touched(
    repo: Repo, change: Change, journal: bytes
) -> None:
    several(repo, change)
    state = repo.root / ".nox" / "noxkit" / "release"
    state.mkdir(parents=True)
    (state / "writing.json").write_bytes(journal)
    done = bumped(repo)
    assert done.status is Status.FAILED
    assert (done.reason or "").startswith("an earlier run was stopped while it wrote, and ")
    assert repo.git("status", "--porcelain") == ""


def test_what_is_blocked_is_not_written(repo: Repo, change: Change) -> None:
    released(repo, change)
    done = bumped(repo, "--set-version", "1.0")
    assert done.status is Status.FAILED
    assert done.reason == "acme: 1.0 does not come after 1.2.0, which is released as v1.2.0"
    assert repo.git("status", "--porcelain") == ""
