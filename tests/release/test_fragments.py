# SPDX-License-Identifier: Apache-2.0
"""Fragments in towncrier's layout as the source of the plan and of the changelog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.release._bump import plan_changelog
from noxkit.release._plan import make_plan
from noxkit.release._session import asked_of
from tests._trees import Repo, outcome
from tests.release._packages import alone

if TYPE_CHECKING:
    from noxkit.release._plan import Member

TOWNCRIER = '[tool.towncrier]\ndirectory = "changes"\n'
CHANGES = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-01\n\n- All of it.\n"


@pytest.fixture
def begun(repo: Repo) -> Repo:
    """A package that is released as 1.2.0, with an empty folder of fragments."""
    repo.write({**alone(more=TOWNCRIER), "changes/README.md": "How to write one.\n", "CHANGELOG.md": CHANGES})
    repo.commit("chore: begin")
    repo.git("tag", "v1.2.0")
    return repo


def planned(repo: Repo) -> Member:
    context = repo.context(session="bump")
    [member] = make_plan(context, asked_of(context)).members
    return member


NEXT: dict[str, tuple[dict[str, str], str | None]] = {
    "a feature": ({"1.feature.md": "Carts."}, "1.3.0"),
    "a fix without an extension": ({"1.bugfix": "Carts."}, "1.2.1"),
    "one of several of an issue": ({"1.doc.2.rst": "Carts."}, "1.2.1"),
    "an orphan": ({"+carts.misc.md": "Carts."}, "1.2.1"),
    "what is removed": ({"1.removal.md": "Carts.", "2.feature.md": "Bags."}, "2.0.0"),
    "a type that is none": ({"1.thing.md": "Carts."}, None),
    "none at all": ({}, None),
}


@pytest.mark.parametrize(("files", "version"), NEXT.values(), ids=NEXT)
def test_the_next_version_is_that_of_the_fragments_alone(
    begun: Repo, files: dict[str, str], version: str | None
) -> None:
    begun.write({f"changes/{name}": said for name, said in files.items()})
    begun.commit("feat!: that counts for nothing")
    assert planned(begun).next == version


def test_types_of_its_own(begun: Repo) -> None:
    text = (begun.root / "pyproject.toml").read_text()
    types = '[[tool.towncrier.type]]\ndirectory = "added"\nname = "Added"\nshowcontent = true\n'
    begun.write({"pyproject.toml": f"{text}\n{types}", "changes/1.added.md": "x", "changes/2.removal.md": "y"})
    begun.commit("feat: x")
    assert planned(begun).next == "1.3.0"


def test_they_stand_in_the_changelog_and_are_gone(begun: Repo) -> None:
    begun.write(
        {"changes/12.feature.md": "carts that\nlast\n", "changes/7.removal.md": "Bags.", "changes/+a.misc": "z"}
    )
    begun.commit("feat: carts")
    done = outcome(begun.run(planner=plan_changelog, session="changelog"), "changelog")
    assert done.status is Status.PASSED, done
    written = (begun.root / "CHANGELOG.md").read_text()
    assert "### Added\n\n- Carts that last (#12)" in written
    assert "### Removed\n\n- **Breaking:** Bags. (#7)" in written
    assert "### Fixed\n\n- Z" in written
    assert [file.name for file in (begun.root / "changes").iterdir()] == ["README.md"]
    again = outcome(begun.run(planner=plan_changelog, session="changelog"), "changelog")
    assert (again.status, again.evidence["changed"]) == (Status.PASSED, [])


def test_dry_run_shows_them_go_and_leaves_them(begun: Repo) -> None:
    begun.write({"changes/12.feature.md": "Carts.\n"}).commit("feat: carts")
    context = begun.context("--dry-run", session="changelog")
    done = outcome(begun.run("--dry-run", planner=plan_changelog, session="changelog"), "changelog")
    assert done.evidence["would_change"] == ["CHANGELOG.md", "changes/12.feature.md"]
    assert (context.root / "changes" / "12.feature.md").is_file()
