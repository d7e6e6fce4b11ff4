# SPDX-License-Identifier: Apache-2.0
"""The page on legacy repositories: what is there is frozen, and what is new fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Status
from noxkit.engine._plans import plan_lint
from tests._trees import Repo, clean_environ
from tests.docs.pages import BLOCKS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

PAGE = "docs/how-to/legacy.md"
OPTIONS = next(block.text for block in BLOCKS if block.page == PAGE and block.language == "toml")
PROJECT = '[project]\nname = "old"\nversion = "1"\nrequires-python = ">=3.10"\n'
OLD = "def f():\n    import sys\n    import os\n\n    return sys, os\n"


def linted(repo: Repo, *arguments: str) -> Report:
    return repo.run("--only", "consistency,source", *arguments, planner=plan_lint)


def test_the_steps_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "old", clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never"))
    options = OPTIONS.replace("[tool.noxkit]\n", '[tool.noxkit]\nprofile = "strict"\n')
    repo.write({"pyproject.toml": f"{PROJECT}{options}", "old.py": OLD, ".gitignore": ".nox/\n"}).commit()
    first = linted(repo)
    assert (first.status, bool(first.findings)) == (Status.FAILED, True)
    written = linted(repo, "--write-baseline")
    repo.commit()
    frozen = linted(repo)
    said = "findings are in the baseline and do not count"
    assert (written.status, frozen.status) == (Status.PASSED, Status.PASSED)
    assert any(said in note for note in frozen.notes)
    assert said in " ".join((ROOT / PAGE).read_text(encoding="utf-8").split())
    repo.write({"new.py": OLD})
    assert linted(repo).status is Status.FAILED
