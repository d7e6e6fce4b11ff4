# SPDX-License-Identifier: Apache-2.0
"""The four questions of the moment of a release, of real git repositories and of an index on 127.0.0.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._moment import plan_moment
from noxkit.errors import NoxkitError
from tests._trees import Repo, wheel
from tests.engine._releases import after_builds, index_service, member, put_wheel, workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report

TAKEN, TAG, DIRTY, ENTRY = "NK-VERSION-TAKEN", "NK-TAG-TAKEN", "NK-TREE-DIRTY", "NK-CHANGELOG-VERSION"
QUESTIONS = ["changelog", "index", "tag", "tree"]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of wheels that stands in for the index."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def released(repo: Repo, shelf: Path, *, version: str = "1.0", noxkit: str = "", **files: str) -> Repo:
    """A committed package `demo`, whose index is `shelf`."""
    uv = f'\n[tool.uv]\nno-index = true\nfind-links = ["{shelf}"]\n'
    manifest = member("demo", version, more=uv, noxkit=noxkit)
    repo.write({"pyproject.toml": manifest, ".gitignore": "/.nox/\n/dist/\n", **files}).commit()
    return repo


def several(repo: Repo, shelf: Path, **files: str) -> Repo:
    """Two committed members of a workspace whose index is `shelf`."""
    members = workspace("acme-core", "acme-io")
    table = f'\n[tool.uv]\nno-index = true\nfind-links = ["{shelf}"]\n'
    manifest = {"pyproject.toml": table + members["pyproject.toml"], ".gitignore": ".nox/\n"}
    repo.write({**members, **manifest, **files}).commit()
    return repo


def ask(repo: Repo, *arguments: str, **environ: str) -> tuple[Outcome, Report]:
    """The answers about the only package."""
    report = repo.run(*arguments, planner=after_builds(plan_moment), session="release_check", given=environ)
    (ended,) = [task for task in report.tasks if task.name == "moment"]
    return ended, report


def codes(report: Report) -> list[str]:
    return sorted(finding.code for finding in report.findings)


def test_a_package_that_is_asked_for_is_asked_all_four_questions(repo: Repo, shelf: Path) -> None:
    ended, report = ask(released(repo, shelf), "--release", "demo")
    assert (ended.status, codes(report)) == (Status.PASSED, [])
    assert ended.evidence["asked"] == QUESTIONS
    assert (ended.evidence["version"], ended.evidence["tag"]) == ("1.0", "v1.0")


@pytest.mark.parametrize(
    ("tags", "version", "reason"),
    [
        pytest.param([], "1.0", "nothing to release: no tag of it yet", id="no-tag"),
        pytest.param(["v1.0"], "1.0", "nothing to release: 1.0 is tagged", id="the-last-tag"),
        pytest.param(["v1.0.0"], "1.0", "nothing to release: 1.0 is tagged", id="the-last-tag-in-another-spelling"),
        pytest.param(["v0.9", "v1.0", "latest", "release-2.0", "vx"], "1.0", "nothing to release", id="among-others"),
        pytest.param(["v0.9"], "1.0", None, id="an-earlier-tag"),
        pytest.param(["v0.9", "v0.10"], "0.10", "nothing to release", id="the-highest-not-the-last-by-name"),
        pytest.param(["v2.0"], "1.0", None, id="a-later-tag"),
        pytest.param(["other-v1.0"], "1.0", "nothing to release: no tag of it among 1 tag", id="of-another-package"),
    ],
)
def test_a_package_is_asked_whose_version_differs_from_its_last_tag(
    repo: Repo, shelf: Path, tags: list[str], version: str, reason: str | None
) -> None:
    released(repo, shelf, version=version)
    for tag in tags:
        repo.git("tag", tag)
    ended, _ = ask(repo)
    assert (ended.status is Status.SKIPPED) == (reason is not None)
    assert (ended.reason or "").startswith(reason or "")


@pytest.mark.parametrize("version", ["1.1.dev3", "1.1.dev3+gabc1234"])
def test_a_development_version_is_asked_about_only_where_it_is_named(repo: Repo, shelf: Path, version: str) -> None:
    released(repo, shelf, version=version, **{"CHANGELOG.md": "## 1.0\n"}).git("tag", "v1.0")
    ended, report = ask(repo)
    assert (ended.status, codes(report)) == (Status.SKIPPED, [])
    assert ended.reason == f"nothing to release: {version} is a development version; `--release demo` asks"
    _, report = ask(repo, "--release", "demo")
    assert codes(report) == [ENTRY, *(["NK-METADATA-LOCAL-VERSION"] if "+" in version else [])]


def test_members_are_asked_one_by_one(repo: Repo, shelf: Path) -> None:
    several(repo, shelf)
    repo.git("tag", "acme-core-v1.0")
    repo.git("tag", "acme-io-v0.9")
    repo.write({"later.txt": ""}).commit()
    report = repo.run(planner=after_builds(plan_moment), session="release_check")
    ended = {task.package: task for task in report.tasks if task.name == "moment"}
    assert (ended["acme-core"].status, ended["acme-io"].status) == (Status.SKIPPED, Status.PASSED)
    assert ended["acme-io"].evidence["tag"] == "acme-io-v1.0"
    report = repo.run("--release", "acme-core,acme_io", planner=after_builds(plan_moment), session="release_check")
    assert {task.status for task in report.tasks if task.name == "moment"} == {Status.FAILED, Status.PASSED}
    assert codes(report) == [TAG]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("dmeo", "did you mean `demo`?", id="misspelt"),
        pytest.param("inner", "publish = false", id="not-published"),
    ],
)
def test_a_name_that_is_no_package_is_refused(repo: Repo, shelf: Path, name: str, hint: str) -> None:
    inner = '[project]\nname = "inner"\nversion = "1"\n'
    released(repo, shelf, **{"inner/pyproject.toml": inner})
    with (repo.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tool.uv.workspace]\nmembers = ["inner"]\n')
    with pytest.raises(NoxkitError) as raised:
        ask(repo, "--release", name)
    (record,) = raised.value.records
    assert record.code == "NK-ARGUMENT-VALUE"
    assert name in record.message
    assert hint in record.hint


CHANGELOGS = {
    "entry": ("# Changes\n\n## 1.0\n\n- x\n", True),
    "linked": ("# Changes\n\n## [1.0] - 2026-01-01\n", True),
    "with-v": ("# Changes\n\n## v1.0 (2026-01-01)\n", True),
    "another-spelling": ("# Changes\n\n## 1.0.0\n", True),
    "other-versions": ("# Changes\n\n## 1.0.1\n\n## 11.0\n\n## 0.9\n", False),
    "unreleased": ("# Changes\n\n## Unreleased\n\n- see 1.0\n", False),
    "in-a-paragraph": ("# Changes\n\n1.0 is near\n", False),
    "empty": ("", False),
}


@pytest.mark.parametrize(("text", "named"), CHANGELOGS.values(), ids=CHANGELOGS)
def test_the_changelog_has_an_entry_for_the_version(repo: Repo, shelf: Path, text: str, *, named: bool) -> None:
    released(repo, shelf, **{"CHANGELOG.md": text})
    _, report = ask(repo, "--release", "demo")
    assert codes(report) == ([] if named else [ENTRY])
    for found in report.findings:
        assert (found.path, found.package) == ("CHANGELOG.md", "demo")
        assert ("`## 1.0`" if "11.0" in text else "`## [1.0] - ") in found.hint


def test_the_changelog_of_a_member_goes_before_that_of_the_root(repo: Repo, shelf: Path) -> None:
    several(repo, shelf, **{"CHANGELOG.md": "## 1.0\n", "packages/acme-core/CHANGELOG.md": "## 0.9\n"})
    report = repo.run("--release", "acme-core,acme-io", planner=after_builds(plan_moment), session="release_check")
    assert [(found.code, found.path, found.package) for found in report.findings] == [
        (ENTRY, "packages/acme-core/CHANGELOG.md", "acme-core")
    ]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        pytest.param("local", "(local)", id="here"),
        pytest.param("remote", "(the remote origin)", id="in-the-remote"),
        pytest.param("upstream", "(the remote upstream)", id="in-a-remote-of-another-name"),
    ],
)
def test_a_tag_that_exists_is_an_error(repo: Repo, shelf: Path, tmp_path: Path, where: str, said: str) -> None:
    released(repo, shelf)
    if where == "local":
        repo.git("tag", "v1.0")
    else:
        bare = tmp_path / "bare.git"
        repo.git("clone", "-q", "--bare", str(repo.root), str(bare))
        repo.git("--git-dir", str(bare), "tag", "v1.0")
        repo.git("remote", "add", "origin" if where == "remote" else "upstream", str(bare))
    repo.write({"later.txt": ""}).commit()
    ended, report = ask(repo, "--release", "demo")
    (found,) = report.findings
    assert (found.code, found.path, ended.status) == (TAG, "pyproject.toml", Status.FAILED)
    assert "`v1.0` of demo 1.0" in found.message
    assert said in found.message


@pytest.mark.parametrize("kind", ["--no-sign", "--annotate"])
def test_a_tag_of_the_commit_that_is_released_was_made_for_it(
    repo: Repo, shelf: Path, tmp_path: Path, kind: str
) -> None:
    released(repo, shelf).git("tag", kind, "-m", "1.0", "v1.0")
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.root), str(bare))
    repo.git("remote", "add", "origin", str(bare))
    ended, report = ask(repo, "--release", "demo")
    assert (codes(report), ended.evidence["tag"]) == ([], "v1.0")


@pytest.mark.parametrize(
    ("tags", "tag"),
    [
        pytest.param(["v0.9", "0.8"], "v1.0", id="of-equals-the-usual-one"),
        pytest.param(["v0.1", "0.8", "0.9"], "1.0", id="without-v"),
        pytest.param(["release-0.9", "nightly"], "release-1.0", id="release"),
        pytest.param(["demo-0.9"], "demo-1.0", id="with-its-name"),
        pytest.param(["demo-v0.9", "demo-v0.8", "v0.8"], "demo-v1.0", id="with-its-name-and-v"),
        pytest.param(["latest", "vx", "2024-01"], "v1.0", id="none-of-a-version"),
    ],
)
def test_tags_are_written_as_the_earlier_ones(repo: Repo, shelf: Path, tags: list[str], tag: str) -> None:
    released(repo, shelf)
    for each in tags:
        repo.git("tag", each)
    ended, _ = ask(repo, "--release", "demo")
    assert ended.evidence["tag"] == tag


def test_tags_of_which_none_is_understood_are_said(repo: Repo, shelf: Path) -> None:
    released(repo, shelf).git("tag", "built-0.9-final")
    ended, _ = ask(repo)
    assert ended.status is Status.SKIPPED
    assert "no tag of it among 1 tag (`release.tag` in [tool.noxkit] says how they are written)" in (ended.reason or "")


@pytest.mark.parametrize(
    ("core", "tag"),
    [pytest.param("1.0", "v1.0", id="equal-versions"), pytest.param("1.1", "acme-io-v1.0", id="each-its-own")],
)
def test_members_of_one_version_may_share_a_tag(repo: Repo, shelf: Path, core: str, tag: str) -> None:
    several(repo, shelf, **{"packages/acme-core/pyproject.toml": member("acme-core", core).partition("\n[tool.")[0]})
    repo.git("tag", "v0.9")
    report = repo.run("--release", "acme-io", planner=after_builds(plan_moment), session="release_check")
    assert [task.evidence["tag"] for task in report.tasks if "tag" in task.evidence and task.package == "acme-io"] == [
        tag
    ]


def test_tags_that_only_resemble_it_are_free(repo: Repo, shelf: Path, tmp_path: Path) -> None:
    released(repo, shelf)
    bare = tmp_path / "bare.git"
    for tag in ("v1.0.1", "1.0", "xv1.0", "v1.0rc1", "sub/v1.0"):
        repo.git("tag", tag)
    repo.git("clone", "-q", "--bare", str(repo.root), str(bare))
    repo.git("remote", "add", "origin", str(bare))
    assert codes(ask(repo, "--release", "demo")[1]) == []


def test_the_tag_has_the_name_that_the_configuration_says(repo: Repo, shelf: Path) -> None:
    released(repo, shelf, noxkit='release = { tag = "{name}@{version}" }\n')
    repo.git("tag", "demo@1.0")
    repo.write({"later.txt": ""}).commit()
    ended, report = ask(repo, "--release", "demo")
    assert (codes(report), ended.evidence["tag"]) == ([TAG], "demo@1.0")


@pytest.mark.parametrize("address", ["/not/there.git", "http://127.0.0.1:9/x.git"])
def test_a_remote_that_does_not_answer_is_inconclusive(repo: Repo, shelf: Path, address: str) -> None:
    released(repo, shelf).git("remote", "add", "origin", address)
    ended, report = ask(repo, "--release", "demo")
    assert (ended.status, codes(report)) == (Status.INCONCLUSIVE, [])
    assert "the remote origin does not answer" in (ended.reason or "")
    assert ended.hint


def test_a_remote_that_asks_for_a_password_is_inconclusive(repo: Repo, shelf: Path) -> None:
    with index_service(shelf, manner="private") as server:
        address = server.url.replace("/simple", "/demo.git")
        released(repo, shelf).git("remote", "add", "origin", address)
        ended, _ = ask(repo, "--release", "demo")
    assert ended.status is Status.INCONCLUSIVE


def test_without_git_neither_tags_nor_the_state_can_be_told(repo: Repo, shelf: Path) -> None:
    manifest = member("demo", more=f'\n[tool.uv]\nno-index = true\nfind-links = ["{shelf}"]\n')
    repo.write({"pyproject.toml": manifest})
    ended, report = ask(repo, "--release", "demo")
    assert (ended.status, codes(report)) == (Status.INCONCLUSIVE, [])
    assert "git" in (ended.reason or "")


def _changed(repo: Repo) -> None:
    repo.write({"README.md": "new\n"})


def _staged(repo: Repo) -> None:
    repo.write({"README.md": "new\n"}).git("add", "README.md")


def _edited(repo: Repo) -> None:
    repo.write({"my old name.txt": "other\n"})


def _removed(repo: Repo) -> None:
    (repo.root / "my old name.txt").unlink()


def _renamed(repo: Repo) -> None:
    repo.git("mv", "my old name.txt", "my new name.txt")


def _ignored(repo: Repo) -> None:
    repo.write({"dist/x.txt": "x\n"})


def _built(repo: Repo) -> None:
    repo.write({"out/dist/demo-1.0.tar.gz": "x\n"})


def _beside_what_is_built(repo: Repo) -> None:
    repo.write({"out/dist/demo-1.0.tar.gz": "x\n", "out/other.txt": "x\n"})


def _nothing(_repo: Repo) -> None:
    """Nothing."""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(_nothing, None, id="clean"),
        pytest.param(_ignored, None, id="ignored"),
        pytest.param(_built, None, id="built-here"),
        pytest.param(_beside_what_is_built, "`out/other.txt`", id="beside-what-is-built"),
        pytest.param(_changed, "`README.md`", id="new"),
        pytest.param(_staged, "`README.md`", id="staged"),
        pytest.param(_edited, "`my old name.txt`", id="changed"),
        pytest.param(_removed, "`my old name.txt`", id="removed"),
        pytest.param(_renamed, "`my new name.txt`", id="renamed"),
    ],
)
def test_what_is_not_committed_is_an_error(
    repo: Repo, shelf: Path, change: Callable[[Repo], object], said: str | None
) -> None:
    noxkit = 'build = { output = "out/dist" }\n'
    change(released(repo, shelf, noxkit=noxkit, **{"my old name.txt": "old\n"}))
    _, report = ask(repo, "--release", "demo")
    assert codes(report) == ([DIRTY] if said else [])
    for found in report.findings:
        assert said is not None
        assert said in found.message
        assert found.message.startswith("1 file is not committed")


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        pytest.param(["demo-1.0"], True, id="has-it"),
        pytest.param(["demo-1.0.0"], True, id="has-it-in-another-spelling"),
        pytest.param(["demo-0.9", "demo-1.0.1", "demo-11.0", "demo-1.0rc1", "demo-1.0.post1"], False, id="has-others"),
        pytest.param(["demos-1.0"], False, id="has-another-project"),
        pytest.param([], False, id="does-not-know-it"),
    ],
)
def test_a_version_that_the_index_has_is_an_error(repo: Repo, shelf: Path, names: list[str], *, taken: bool) -> None:
    for name in names:
        wheel(shelf, *name.split("-"))
    del repo.environ["UV_OFFLINE"]
    with index_service(shelf) as index:
        repo.write({"pyproject.toml": member("demo", more=index.table()), ".gitignore": ".nox/\n"}).commit()
        ended, report = ask(repo, "--release", "demo")
    assert codes(report) == ([TAKEN] if taken else [])
    assert ended.status is (Status.FAILED if taken else Status.PASSED)
    assert "/simple/demo/" in index.asked


@pytest.mark.parametrize(
    ("tags", "metadata"),
    [
        pytest.param("py3-none-any", '[metadata]\nRequires-Python = "<3.5"\n', id="of-another-python"),
        pytest.param("cp310-cp310-win_amd64", "", id="of-another-platform"),
    ],
)
def test_a_version_counts_whose_files_fit_nobody_here(repo: Repo, shelf: Path, tags: str, metadata: str) -> None:
    put_wheel(shelf, "demo", "1.0", metadata, tags=tags)
    put_wheel(shelf, "demo", "0.9")
    del repo.environ["UV_OFFLINE"]
    with index_service(shelf) as index:
        repo.write({"pyproject.toml": member("demo", more=index.table()), ".gitignore": ".nox/\n"}).commit()
        _, report = ask(repo, "--release", "demo")
    assert codes(report) == [TAKEN]


def test_what_was_uploaded_a_moment_ago_is_seen(repo: Repo, shelf: Path) -> None:
    wheel(shelf, "demo", "0.9")
    del repo.environ["UV_OFFLINE"]
    with index_service(shelf) as index:
        repo.write({"pyproject.toml": member("demo", more=index.table()), ".gitignore": ".nox/\n"}).commit()
        assert codes(ask(repo, "--release", "demo")[1]) == []
        wheel(shelf, "demo", "1.0")
        assert codes(ask(repo, "--release", "demo")[1]) == [TAKEN]


def test_the_index_that_is_asked_is_the_one_to_which_is_published(repo: Repo, shelf: Path, tmp_path: Path) -> None:
    wheel(shelf, "demo", "1.0")
    del repo.environ["UV_OFFLINE"]
    with index_service(tmp_path / "empty") as first, index_service(shelf) as second:
        private = (
            f'\n[[tool.uv.index]]\nname = "own"\nurl = "{second.url}"\npublish-url = "{second.url}"\nexplicit = true\n'
        )
        manifest = member("demo", more=first.table() + private)
        repo.write({"pyproject.toml": manifest, ".gitignore": ".nox/\n"}).commit()
        _, report = ask(repo, "--release", "demo")
    assert (codes(report), first.asked) == ([TAKEN], [])


@pytest.mark.parametrize("manner", ["error", "gone", "offline"])
def test_an_index_that_does_not_answer_is_inconclusive_and_the_rest_is_done(
    repo: Repo, shelf: Path, manner: str
) -> None:
    if manner != "offline":
        del repo.environ["UV_OFFLINE"]
    with index_service(shelf, manner="error") as index:
        repo.write({"pyproject.toml": member("demo", more=index.table()), ".gitignore": ".nox/\n"}).commit()
        repo.git("tag", "v1.0")
        repo.write({"later.txt": ""}).commit()
        answered = ask(repo, "--release", "demo", UV_HTTP_RETRIES="0") if manner == "error" else None
    ended, report = answered or ask(repo, "--release", "demo", UV_HTTP_RETRIES="0")
    assert ended.status is Status.FAILED
    assert codes(report) == [TAG]
    repo.git("tag", "--delete", "v1.0")
    ended, report = ask(repo, "--release", "demo", UV_HTTP_RETRIES="0")
    assert (ended.status, codes(report)) == (Status.INCONCLUSIVE, [])
    assert "the index does not say whether it has demo 1.0" in (ended.reason or "")
    assert "reachable" in (ended.hint or "")


def test_a_version_that_the_build_computes_is_taken_from_what_was_built(repo: Repo, shelf: Path) -> None:
    uv = f'\n[tool.uv]\nno-index = true\nfind-links = ["{shelf}"]\n'
    repo.write({"pyproject.toml": member("demo", None, more=uv), ".gitignore": "/.nox/\n/dist/\n"}).commit()
    ended, _ = ask(repo, "--release", "demo")
    assert (ended.status, "no build" in (ended.reason or "")) == (Status.INCONCLUSIVE, True)
    put_wheel(repo.root / "dist", "demo", "1.3")
    ended, report = ask(repo, "--release", "demo")
    assert (ended.status, ended.evidence["tag"], codes(report)) == (Status.PASSED, "v1.3", [])


def test_a_moment_that_the_configuration_skips_is_not_due(repo: Repo, shelf: Path) -> None:
    ended, _ = ask(released(repo, shelf, noxkit='skip = ["moment"]\n'), "--release", "demo")
    assert (ended.status, ended.reason) == (Status.SKIPPED, "in `skip` of [tool.noxkit]")
