# SPDX-License-Identifier: Apache-2.0
"""A wheel against the release before it that the index has: what differs, and whether the version says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._previous import plan_previous
from noxkit.rules._release_difference import Bump, bump_between
from tests.engine._releases import after_builds, index_service, member, put_wheel, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome, Report
    from tests._trees import Repo

DIFFERENCE, SMALL = "NK-RELEASE-DIFFERENCE", "NK-VERSION-BUMP-SMALL"
READ = "def read(path, mode='r'):\n    return path\n"
SCRIPT = "[console_scripts]\ndemo = demo:main\n"
PLUGIN = "[demo.plugins]\nx = demo:X\n"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of wheels that stands in for the index."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def compared(
    repo: Repo, shelf: Path, new: str, version: str = "1.1", *, noxkit: str = "", more: str = ""
) -> tuple[Outcome, Report]:
    """The outcome for the package `demo`, built as `new` says."""
    uv = more or f'\n[tool.uv]\nno-index = true\nfind-links = ["{shelf}"]\n'
    repo.write({"pyproject.toml": member("demo", version, more=uv, noxkit=noxkit)})
    put_wheel(repo.root / "dist", "demo", version, new)
    report = repo.run(planner=after_builds(plan_previous), session="release_check")
    (ended,) = [task for task in report.tasks if task.name == "previous"]
    return ended, report


FIELDS = {"Requires_Python": ">=3.10"}
# Before, after, the versions, what the difference says, and the step that is asked for where it is too small.
ROWS: dict[str, tuple[str, str, tuple[str, str], str, str]] = {
    "equal": (recipe(), recipe(), ("1.0", "1.0.1"), "", ""),
    "file-gone": (recipe({"demo/io.py": ""}), recipe(), ("1.0", "1.1"), "1 file gone: demo/io.py", "major"),
    "private-file-gone": (recipe({"demo/_io.py": ""}), recipe(), ("1.0", "1.0.1"), "1 file gone: demo/_io.py", ""),
    "data-gone": (recipe({"demo/t.json": "{}"}), recipe(), ("1.0", "1.0.1"), "1 file gone: demo/t.json", ""),
    "tests-gone": (recipe({"demo/tests/a.py": ""}), recipe(), ("1.0", "1.0.1"), "1 file gone: demo/tests/a.py", ""),
    "file-added": (recipe(), recipe({"demo/io.py": ""}), ("1.0", "1.0.1"), "1 file added: demo/io.py", ""),
    "name-gone": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": ""}), ("1.0", "1.1"),
                  "1 public name changed: demo.io.read", "major"),
    "name-gone-in-a-major-step": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": ""}), ("1.0", "2.0"),
                                  "1 public name changed: demo.io.read", ""),
    "parameter-gone": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": READ.replace(", mode='r'", "")}),
                       ("1.0", "1.1"), "demo.io.read", "major"),
    "parameter-added-with-default": (
        recipe({"demo/io.py": READ}), recipe({"demo/io.py": READ.replace("'r'", "'r', *, x=1")}), ("1.0", "1.1"),
        "", ""),
    "parameter-added-without-default": (
        recipe({"demo/io.py": READ}), recipe({"demo/io.py": READ.replace("mode='r'", "mode, more")}), ("1.0", "1.1"),
        "demo.io.read", "major"),
    "private-name-gone": (recipe({"demo/io.py": READ.replace("read", "_read")}), recipe({"demo/io.py": ""}),
                          ("1.0", "1.0.1"), "", ""),
    "script-gone": (recipe(scripts=SCRIPT), recipe(), ("1.0", "1.1"),
                    "entry points gone: console_scripts: demo", "major"),
    "script-added": (recipe(), recipe(scripts=SCRIPT), ("1.0", "1.0.1"),
                     "entry points added: console_scripts: demo", "minor"),
    "plugin-gone": (recipe(scripts=PLUGIN), recipe(), ("1.0", "1.9"), "entry points gone: demo.plugins: x", "major"),
    "extra-gone": (recipe(Provides_Extra=["web"]), recipe(), ("1.0", "1.1"), "extras gone: web", "major"),
    "extra-added": (recipe(), recipe(Provides_Extra=["web"]), ("1.0", "1.1"), "extras added: web", ""),
    "python-dropped": (recipe(Requires_Python=">=3.9"), recipe(Requires_Python=">=3.10"), ("1.0", "1.0.1"),
                       "Requires-Python: `>=3.9` is now `>=3.10`", "minor"),
    "python-dropped-in-a-minor-step": (recipe(Requires_Python=">=3.9"), recipe(Requires_Python=">=3.10"),
                                       ("1.0", "1.1"), "Requires-Python: `>=3.9` is now `>=3.10`", ""),
    "requirement-added": (recipe(), recipe(Requires_Dist="idna>=3"), ("1.0", "1.0.1"), "requires idna as well", ""),
    "requirement-gone": (recipe(Requires_Dist="idna>=3"), recipe(), ("1.0", "1.0.1"), "no longer requires idna", ""),
    "bounds-changed": (recipe(Requires_Dist="idna>=3"), recipe(Requires_Dist="idna>=3,<4"), ("1.0", "1.0.1"),
                       "bounds changed: idna `>=3` → `<4,>=3`", ""),
    "bounds-in-another-order": (recipe(Requires_Dist="Idna>=3,<4"), recipe(Requires_Dist="idna<4, >=3"),
                                ("1.0", "1.0.1"), "", ""),
    "size": (recipe(), recipe({"demo/__init__.py": f'"""{"x" * 30_000}"""\n'}), ("1.0", "1.0.1"),
             "installed size", ""),
    "minor-before-1": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": ""}), ("0.3", "0.4"), "demo.io.read", ""),
    "patch-before-1": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": ""}), ("0.3", "0.3.1"), "demo.io.read",
                       "major"),
    "a-year": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": ""}), ("2026.1", "2026.2"), "demo.io.read", ""),
    "into-a-year": (recipe({"demo/io.py": READ}), recipe({"demo/io.py": ""}), ("3.1", "2026.2"), "demo.io.read", ""),
}  # fmt: skip


@pytest.mark.parametrize(
    ("on_index", "version", "newest"),
    [
        pytest.param(["1.0", "1.2"], "0.1.dev1", "1.2", id="computed-without-tags"),
        pytest.param(["1.0", "1.2"], "1.1", "1.2", id="between"),
        pytest.param(["1.0", "1.2"], "1.1+local", "1.2", id="local"),
        pytest.param(["1.0", "1.2"], "1.2", None, id="the-newest"),
        pytest.param(["1.0", "1.2"], "1.2.0.dev3", "1.2", id="before-the-newest"),
        pytest.param(["1.0", "1.2"], "1.3", None, id="later"),
        pytest.param(["1.0", "1.4rc1"], "1.3", None, id="a-later-pre-release"),
        pytest.param([], "0.1.dev1", None, id="unknown-to-the-index"),
    ],
)
def test_a_version_that_is_lower_than_one_of_the_index(
    repo: Repo, shelf: Path, on_index: list[str], version: str, newest: str | None
) -> None:
    for each in on_index:
        put_wheel(shelf, "demo", each, recipe())
    ended, report = compared(repo, shelf, recipe(), version)
    found = [finding for finding in report.findings if finding.code == "NK-VERSION-BEHIND"]
    assert [finding.severity for finding in found] == [Severity.WARNING] * (newest is not None)
    assert all(f"is lower than {newest}," in finding.message for finding in found)
    assert ended.status is (Status.PASSED if on_index and version != "0.1.dev1" else Status.SKIPPED)


@pytest.mark.parametrize(("old", "new", "versions", "said", "asked"), ROWS.values(), ids=ROWS)
def test_a_release_is_compared_with_the_one_before_it(
    repo: Repo, shelf: Path, old: str, new: str, versions: tuple[str, str], said: str, asked: str
) -> None:
    put_wheel(shelf, "demo", versions[0], old)
    ended, report = compared(repo, shelf, new, versions[1])
    found = {finding.code: finding for finding in report.findings}
    assert set(found) == ({DIFFERENCE} if said else set()) | ({SMALL} if asked else set())
    assert (ended.status, ended.evidence["previous"]) == (Status.PASSED, versions[0])
    assert "unread" not in ended.evidence
    if said:
        assert found[DIFFERENCE].severity is Severity.INFO
        assert said in found[DIFFERENCE].message
        assert f"demo {versions[1]} against {versions[0]}: " in found[DIFFERENCE].message
    if asked:
        assert found[SMALL].severity is Severity.WARNING
        assert f"asks for a {asked} one" in found[SMALL].message
        assert f"dist/demo-{versions[1]}-py3-none-any.whl" == found[SMALL].path


@pytest.mark.parametrize(
    ("there", "against"),
    [
        pytest.param(["0.8", "0.9"], "0.9", id="the-newest-before-it"),
        pytest.param(["0.9", "1.0", "1.1", "2.0"], "1.0", id="not-itself-and-not-later-ones"),
        pytest.param(["0.9", "1.0rc1"], "0.9", id="no-pre-release"),
        pytest.param(["1.1", "2.0"], None, id="only-later-ones"),
        pytest.param([], None, id="none"),
    ],
)
def test_which_release_it_is_compared_with(repo: Repo, shelf: Path, there: list[str], against: str | None) -> None:
    for version in there:
        put_wheel(shelf, "demo", version)
    ended, report = compared(repo, shelf, "")
    assert ended.evidence.get("previous") == against
    assert ended.status is (Status.PASSED if against else Status.SKIPPED)
    if against is None:
        assert "no wheel of a release before 1.1" in (ended.reason or "")
    assert SMALL not in {finding.code for finding in report.findings}


def test_the_release_is_taken_from_the_index_to_which_is_published(repo: Repo, shelf: Path) -> None:
    put_wheel(shelf, "demo", "1.0", recipe({"demo/io.py": ""}))
    del repo.environ["UV_OFFLINE"]
    with index_service(shelf) as index:
        table = index.table(f'publish-url = "{index.url}"')
        ended, report = compared(repo, shelf, "", more=table)
    assert ended.evidence["previous"] == "1.0"
    assert {finding.code for finding in report.findings} == {DIFFERENCE, SMALL}


@pytest.mark.parametrize("manner", ["offline", "error"])
def test_an_index_that_does_not_answer_is_inconclusive(repo: Repo, shelf: Path, manner: str) -> None:
    repo.environ["UV_CACHE_DIR"] = str(shelf.parent / "cache")  # an index of another test may have had this port
    if manner == "error":
        del repo.environ["UV_OFFLINE"]
        repo.environ["UV_HTTP_RETRIES"] = "0"
    with index_service(shelf, manner="error") as index:
        ended, report = compared(repo, shelf, "", more=index.table())
    assert (ended.status, report.findings) == (Status.INCONCLUSIVE, ())
    assert ended.reason
    assert "index" in (ended.hint or "")


def test_code_that_cannot_be_parsed_is_said_and_the_rest_is_compared(repo: Repo, shelf: Path) -> None:
    put_wheel(shelf, "demo", "1.0", recipe({"demo/io.py": "x = = 1\n", "demo/__init__.py": READ}))
    ended, report = compared(repo, shelf, recipe({"demo/__init__.py": "x = = 1\n"}))
    assert ended.evidence["unread"]
    assert "1 file gone: demo/io.py" in report.findings[-1].message + report.findings[0].message


def test_nothing_of_either_release_is_run(repo: Repo, shelf: Path, tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    put_wheel(shelf, "demo", "1.0", recipe({"demo/__init__.py": code, "demo.pth": f"import demo; {code}"}))
    ended, _ = compared(repo, shelf, recipe({"demo/__init__.py": code + "x = 1\n"}))
    assert ended.status is Status.PASSED
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("noxkit", "reason"),
    [
        pytest.param('skip = ["previous"]\n', "in `skip` of [tool.noxkit]", id="skipped"),
        pytest.param("release = { compare = false }\n", "`compare = false` in [tool.noxkit.release]", id="off"),
    ],
)
def test_a_comparison_that_nobody_wants_is_not_due(repo: Repo, shelf: Path, noxkit: str, reason: str) -> None:
    ended, _ = compared(repo, shelf, "", noxkit=noxkit)
    assert (ended.status, ended.reason) == (Status.SKIPPED, reason)


def test_a_wheel_that_was_not_built_is_inconclusive(repo: Repo) -> None:
    repo.write({"pyproject.toml": member("demo")})
    report = repo.run(planner=after_builds(plan_previous), session="release_check")
    assert [task.reason for task in report.tasks if task.name == "previous"] == ["its wheel was not built"]


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ("1.2.3", "1.2.4", Bump.PATCH),
        ("1.2.3", "1.3", Bump.MINOR),
        ("1.2.3", "2", Bump.MAJOR),
        ("1.2", "1.2.0.1", Bump.PATCH),
        ("1.2", "1.2.post1", Bump.PATCH),
        ("1.2rc1", "1.2", Bump.PATCH),
        ("0.1", "0.2", Bump.MAJOR),
        ("0.1", "0.1.1", Bump.MINOR),
        ("0.9", "1.0", Bump.MAJOR),
        ("1!1.0", "1!2.0", Bump.MAJOR),
        ("5.0", "1!1.0", None),
        ("1.0", "1.0", None),
        ("1.1", "1.0", None),
        ("2025.1", "2025.2", None),
        ("24.1", "24.2", Bump.MINOR),
        ("1989.1", "1989.2", Bump.MINOR),
        ("20260101", "20260102", None),
    ],
)
def test_how_far_two_versions_are_apart(old: str, new: str, bump: Bump | None) -> None:
    assert bump_between(Version(old), Version(new)) is bump
