# SPDX-License-Identifier: Apache-2.0
"""Which changes count, by the lines that a watcher writes and a real git repository."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.engine._changes import Changes

if TYPE_CHECKING:
    from pathlib import Path

    from tests._trees import Repo


class Watched:
    """A repository, and what a watcher would have said of it."""

    def __init__(self, repo: Repo, folder: Path, *arguments: str) -> None:
        self.repo = repo
        self.context = repo.context(*arguments, session="tests_watch")
        self.file = folder / "changes.jsonl"
        self.file.write_text("[]\n")
        self.changes = Changes(self.context, self.context.runner, self.file)
        self.begin()

    def begin(self) -> set[str]:
        return self.changes.look_at(self.context)

    def say(self, *paths: str) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps(list(paths)) + "\n")

    def change(self, path: str, text: str) -> None:
        self.repo.write({path: text})
        self.say(path)

    def settled(self) -> set[str]:
        """What there is once nothing more comes in."""
        assert self.changes.settled() == frozenset()
        return set(self.changes.settled())


@pytest.fixture
def watched(repo: Repo, tmp_path: Path) -> Watched:
    """A repository with a module, a page and a `.gitignore`, all committed."""
    files = {"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n', ".gitignore": "*.log\nbuild/\n"}
    repo.write({**files, "a.py": "A = 1\n", "page.md": "one\n"}).commit()
    return Watched(repo, tmp_path, "--report", "json=report.json", "--events", "./events.jsonl")


@pytest.mark.parametrize("path", ["a.py", "page.md", "new.py", "data/new.bin"])
def test_a_file_that_is_changed_or_made_counts(watched: Watched, path: str) -> None:
    watched.change(path, "changed\n")
    assert watched.settled() == {path}


def test_a_file_that_is_removed_counts(watched: Watched) -> None:
    (watched.repo.root / "a.py").unlink()
    watched.say("a.py")
    assert watched.settled() == {"a.py"}


@pytest.mark.parametrize("path", ["x.log", "build/a.py", "report.json", "events.jsonl"])
def test_what_git_ignores_and_what_noxkit_writes_does_not(watched: Watched, path: str) -> None:
    watched.change(path, "changed\n")
    assert watched.changes.settled() == watched.changes.settled() == frozenset()


def test_a_file_that_came_and_went_at_once_does_not(watched: Watched) -> None:
    watched.say("a.py.tmp123")
    assert watched.changes.settled() == watched.changes.settled() == frozenset()


def test_the_same_content_again_does_not(watched: Watched) -> None:
    watched.change("a.py", "A = 2\n")
    assert watched.settled() == {"a.py"}
    watched.begin()
    watched.change("a.py", "A = 2\n")
    assert watched.changes.settled() == watched.changes.settled() == frozenset()


def test_half_a_line_waits_for_its_end(watched: Watched) -> None:
    watched.repo.write({"a.py": "A = 2\n"})
    with watched.file.open("a") as file:
        file.write('["a.')
    assert watched.changes.settled() == watched.changes.settled() == frozenset()
    with watched.file.open("a") as file:
        file.write('py"]\n')
    assert watched.settled() == {"a.py"}


def test_a_tracked_file_counts_although_a_pattern_ignores_it(watched: Watched) -> None:
    watched.repo.write({"kept.log": "x"})
    watched.repo.git("add", "-f", "kept.log")
    watched.change("kept.log", "y")
    assert watched.settled() == {"kept.log"}


def test_more_paths_than_git_takes_in_one_call_are_asked_about(watched: Watched) -> None:
    names = [f"n{number}.log" for number in range(1200)]
    watched.repo.write({**dict.fromkeys(names, "x"), "b.py": "x"})
    watched.say(*names, "b.py")
    assert watched.settled() == {"b.py"}


@pytest.mark.parametrize(("path", "urgent"), [("a.py", True), ("pyproject.toml", True), ("page.md", False)])
def test_during_a_round_only_code_ends_it_and_all_of_it_asks_for_the_next(
    watched: Watched, path: str, *, urgent: bool
) -> None:
    watched.change(path, "changed = 1\n")
    assert watched.changes.are_urgent() is urgent
    watched.changes.end_round()
    assert watched.changes.settled() == {path}
    assert watched.changes.settled() == frozenset()


def test_what_comes_in_between_asking_for_a_round_and_its_begin_is_part_of_it(watched: Watched) -> None:
    watched.change("a.py", "A = 2\n")
    assert watched.begin() == {"a.py"}
    assert watched.changes.settled() == watched.changes.settled() == frozenset()


def test_the_same_file_ends_only_one_round_in_a_row(watched: Watched) -> None:
    urgent: list[bool] = []
    for number in range(2):
        watched.change("a.py", f"A = {number + 5}\n")
        urgent.append(watched.changes.are_urgent())
        watched.changes.end_round()
        watched.begin()
    assert urgent == [True, False]
    watched.change("b.py", "B = 1\n")
    assert watched.changes.are_urgent()


def test_what_the_tests_write_themselves_is_left_out_and_named_once(watched: Watched) -> None:
    for number in range(2):
        watched.change("out.txt", f"{number}\n")
        assert not watched.changes.are_urgent()
        watched.changes.end_round()
        watched.begin()
    assert (watched.changes.left_out_now(), watched.changes.left_out_now()) == (["out.txt"], [])
    watched.change("out.txt", "3\n")
    assert watched.changes.settled() == watched.changes.settled() == frozenset()


def test_without_git_the_folders_of_tools_do_not_count(repo: Repo, tmp_path: Path) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n'})
    watched = Watched(repo, tmp_path)
    watched.change("build/a.py", "x")
    watched.change("a.egg-info/PKG-INFO", "x")
    watched.change("src/a.py", "x")
    assert watched.settled() == {"src/a.py"}
