# SPDX-License-Identifier: Apache-2.0
"""`changelog`: what is not released becomes the entry of the version, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from noxkit.diagnostics.model import Status
from noxkit.release._bump import Release, notes_of, plan_changelog, with_entry
from noxkit.release._history import Counted
from noxkit.release._versions import Level
from noxkit.rules._conventional import Message
from tests._trees import outcome
from tests.release._packages import alone, workspace

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Outcome
    from tests._trees import Repo
    from tests.release.conftest import Change

RELEASE = Release(version=Version("1.3.0"), tag="v1.3.0", last_tag="v1.2.0", date="2026-11-27")
HEAD = "# Changelog\n\nAll of it.\n\n"
FENCED = "- New:\n\n```md\n## [1.3.0] - 2026-01-01\n### Added\n```\n"
COMPARE = "https://forge.example/a/compare/"
LINKS = "[1.2.0]: https://forge.example/a/tag/v1.2.0\n"
COMPARED = f"[Unreleased]: {COMPARE}v1.3.0...HEAD\n[1.3.0]: {COMPARE}v1.2.0...v1.3.0\n"
OLD = "## [1.2.0] - 2026-01-01\n\n### Added\n\n- Old.\n"


def commit(text: str, level: Level = Level.PATCH) -> Counted:
    return Counted(id="a" * 40, message=Message(text), level=level)


ENTRIES = {
    "moved": (
        f"{HEAD}## [Unreleased]\n\n### Added\n\n- New.\n\n{OLD}",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n### Added\n\n- New.\n\n{OLD}",
    ),
    "sections in their order, and one of each": (
        f"{HEAD}## [Unreleased]\n### Fixed\n- A.\n### Added\n- B.\n### Fixed\n- C.\n\n{OLD}",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n### Added\n\n- B.\n\n### Fixed\n\n- A.\n- C.\n\n{OLD}",
    ),
    "sections of one's own stay": (
        f"{HEAD}## [Unreleased]\n\n### Zebra\n\n- A.\n\n### Added\n\n- B.\n\n{OLD}",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n### Zebra\n\n- A.\n\n### Added\n\n- B.\n\n{OLD}",
    ),
    "without brackets": (
        "# Changes\n\n## Unreleased\n\n- New.\n\n## 1.2.0 - 2026-01-01\n\n- Old.\n",
        "# Changes\n\n## Unreleased\n\n## 1.3.0 - 2026-11-27\n\n- New.\n\n## 1.2.0 - 2026-01-01\n\n- Old.\n",
    ),
    "with links": (
        f"{HEAD}## [Unreleased]\n\n- New.\n\n{OLD}\n[Unreleased]: {COMPARE}v1.2.0...HEAD\n{LINKS}",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n- New.\n\n{OLD}\n{COMPARED}{LINKS}",
    ),
    "the only entry": (
        f"{HEAD}## [Unreleased]\n\n- New.\n",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n- New.\n",
    ),
    "a heading in a code block is none": (
        f"{HEAD}## [Unreleased]\n\n{FENCED}\n{OLD}",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n{FENCED}\n{OLD}",
    ),
    "a candidate of it is another version": (
        f"{HEAD}## [Unreleased]\n\n- New.\n\n## [1.3.0rc1] - 2026-02-01\n\n- Tried.\n",
        f"{HEAD}## [Unreleased]\n\n## [1.3.0] - 2026-11-27\n\n- New.\n\n## [1.3.0rc1] - 2026-02-01\n\n- Tried.\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), ENTRIES.values(), ids=ENTRIES.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_unreleased_becomes_the_entry(before: str, after: str, newline: str) -> None:
    made = with_entry(before.replace("\n", newline), RELEASE, [commit("feat: not asked")], path="CHANGELOG.md")
    assert made == after.replace("\n", newline)
    assert with_entry(made, RELEASE, [], path="CHANGELOG.md") == made


COMMITS = [
    commit("fix(parser): empty files"),
    commit("feat: more", Level.MINOR),
    commit("perf: faster"),
    commit("feat(api)!: other names\n\nBREAKING CHANGE: `a` is `b`", Level.MAJOR),
]


@pytest.mark.parametrize("before", [f"{HEAD}## [Unreleased]\n\n{OLD}", f"{HEAD}{OLD}"], ids=["empty", "none"])
def test_without_words_of_its_own_the_entry_is_what_the_commits_say(before: str) -> None:
    made = with_entry(before, RELEASE, COMMITS, path="CHANGELOG.md")
    assert notes_of(made, Version("1.3.0"), path="CHANGELOG.md") == (
        "### Added\n\n- More\n\n"
        "### Changed\n\n- **Breaking:** **api:** Other names (`a` is `b`)\n- Faster\n\n"
        "### Fixed\n\n- **parser:** Empty files\n"
    )
    assert made.endswith(OLD)


def test_notes_are_of_exactly_one_version() -> None:
    text = (
        f"{HEAD}## [1.3.0] - 2026-02-02\n\n- New.\n\n## [1.3.0rc1] - 2026-02-01\n\n- Tried.\n\n[a]: https://a.example\n"
    )
    assert notes_of(text, Version("1.3.0"), path="CHANGELOG.md") == "- New.\n"
    assert notes_of(text, Version("1.3.0rc1"), path="CHANGELOG.md") == "- Tried.\n"
    assert notes_of(text, Version("1.3"), path="CHANGELOG.md") == "- New.\n"
    assert notes_of(text, Version("1.3.1"), path="CHANGELOG.md") is None


def changed(repo: Repo, *arguments: str) -> Outcome:
    return outcome(repo.run(*arguments, planner=plan_changelog, session="changelog"), "changelog")


def test_the_session_writes_once_and_names_the_day_of_the_last_commit(repo: Repo, change: Change) -> None:
    repo.write({**alone(), "CHANGELOG.md": f"{HEAD}## [Unreleased]\n\n- New.\n\n{OLD}"}).commit("chore: begin")
    repo.git("tag", "v1.2.0")
    change("feat: a", "src/acme/a.py")
    assert changed(repo, "--dry-run").evidence["would_change"] == ["CHANGELOG.md"]
    assert repo.git("status", "--porcelain") == ""
    assert changed(repo).evidence["changed"] == ["CHANGELOG.md"]
    day = repo.git("log", "-1", "--format=%cs")
    assert f"## [1.3.0] - {day}" in (repo.root / "CHANGELOG.md").read_text()
    again = changed(repo)
    assert (again.status, again.evidence["changed"]) == (Status.PASSED, [])


def test_each_member_has_its_own(repo: Repo, change: Change) -> None:
    files = workspace({"core": (), "cli": ("core>=1.0",)})
    repo.write({**files, "packages/core/CHANGELOG.md": f"{HEAD}{OLD}", "packages/cli/CHANGELOG.md": f"{HEAD}{OLD}"})
    repo.commit("chore: begin")
    for name in ("core", "cli"):
        repo.git("tag", f"{name}-v1.0.0")
    change("feat: a", "packages/core/src/core/a.py")
    changed(repo)
    assert "## [1.1.0]" in (repo.root / "packages/core/CHANGELOG.md").read_text()
    cli = (repo.root / "packages/cli/CHANGELOG.md").read_text()
    assert notes_of(cli, Version("1.0.1"), path="CHANGELOG.md") == "### Changed\n\n- Requires core 1.1.0\n"


def test_another_form_is_named(repo: Repo, change: Change) -> None:
    repo.write({**alone(), "CHANGES.rst": "1.2.0\n=====\n\n- Old.\n"}).commit("chore: begin")
    repo.git("tag", "v1.2.0")
    change("feat: a", "src/acme/a.py")
    done = changed(repo)
    assert (done.status, done.reason) == (Status.FAILED, "CHANGES.rst is not Markdown")


def test_members_without_a_changelog_are_named(repo: Repo, change: Change) -> None:
    repo.write({**workspace({"core": (), "docs": ()}), "packages/core/CHANGELOG.md": f"{HEAD}{OLD}"})
    repo.commit("chore: begin")
    for name in ("core", "docs"):
        repo.git("tag", f"{name}-v1.0.0")
    change("feat: a", "packages/core/src/core/a.py")
    change("fix: b", "packages/docs/src/docs/b.py")
    done = changed(repo)
    assert (done.status, done.evidence["without_changelog"]) == (Status.PASSED, ["docs"])
    (repo.root / "packages/core/CHANGELOG.md").unlink()
    assert changed(repo).status is Status.INCONCLUSIVE


def test_members_of_one_version_share_the_changelog_of_the_root(repo: Repo, change: Change) -> None:
    group = '[[tool.noxkit.kinds]]\nname = "all"\npaths = ["packages/*"]\nversion-group = "acme"'
    repo.write({**workspace({"core": (), "docs": ()}, noxkit=group), "CHANGELOG.md": f"{HEAD}{OLD}"}).commit(
        "chore: begin"
    )
    for name in ("core", "docs"):
        repo.git("tag", f"{name}-v1.0.0")
    change("feat: of core", "packages/core/src/core/a.py")
    change("fix: of both", "packages/core/src/core/b.py", "packages/docs/src/docs/b.py")
    assert changed(repo).evidence["changed"] == ["CHANGELOG.md"]
    notes = notes_of((repo.root / "CHANGELOG.md").read_text(), Version("1.1.0"), path="CHANGELOG.md")
    assert notes == "### Added\n\n- Of core\n\n### Fixed\n\n- Of both\n"


def test_contributors_and_a_table_of_impact_where_they_are_wanted(repo: Repo, change: Change) -> None:
    options = "[tool.noxkit.release]\ncontributors = true\nimpact = true\n"
    repo.write({**alone(noxkit=options), "CHANGELOG.md": f"{HEAD}{OLD}"}).commit("chore: begin")
    repo.git("tag", "v1.2.0")
    repo.git("config", "user.name", "Ada")
    change("feat: a\n\nCo-authored-by: Bob <bob@b.invalid>\nCo-authored-by: helper[bot] <h@b.invalid>", "src/acme/a.py")
    change("fix!: b", "src/acme/b.py")
    changed(repo)
    entry = (repo.root / "CHANGELOG.md").read_text().partition("## [2.0.0]")[2].partition("\n## ")[0]
    table = "| impact | changes |\n| --- | --- |\n| breaking | 1 |\n| feature | 1 |\n"
    assert entry.partition("\n\n")[2].startswith(f"{table}\n### Added\n\n- A\n")
    assert entry.rstrip().endswith("\n\nContributors: Bob, a@b.invalid")
