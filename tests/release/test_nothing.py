# SPDX-License-Identifier: Apache-2.0
"""A repository that publishes nothing: its sessions of a release say so, and have not passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.release._bump import plan_bump, plan_changelog
from noxkit.release._files import plan_sbom, plan_verify
from noxkit.release._forge import plan_tag
from noxkit.release._plan import make_plan
from noxkit.release._publish import plan_publish
from noxkit.release._session import NOTHING_PUBLISHED, as_table, asked_of
from tests._trees import outcome

if TYPE_CHECKING:
    from noxkit.engine._run import Planner
    from tests._trees import Repo

PLANNERS: dict[str, Planner] = {
    "bump": plan_bump,
    "changelog": plan_changelog,
    "publish": plan_publish,
    "sbom": plan_sbom,
    "tag": plan_tag,
    "verify": plan_verify,
}


@pytest.mark.parametrize(("name", "planner"), PLANNERS.items(), ids=PLANNERS.keys())
def test_nothing_is_published(repo: Repo, name: str, planner: Planner) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "app"\nversion = "1"\n', "m.py": ""}).commit("feat: a")
    found = outcome(repo.run(planner=planner, session=name), name)
    assert (found.status, found.reason) == (Status.SKIPPED, NOTHING_PUBLISHED)


def test_the_plan_of_nothing_says_so(repo: Repo) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "app"\nversion = "1"\n'}).commit("feat: a")
    context = repo.context(session="plan")
    assert NOTHING_PUBLISHED in as_table(make_plan(context, asked_of(context)))
