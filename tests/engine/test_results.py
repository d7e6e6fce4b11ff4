# SPDX-License-Identifier: Apache-2.0
"""Results that are kept: a program runs again where anything that it may read has changed, and only there."""

from __future__ import annotations

import os
import random
import shutil
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._describe import explain
from noxkit.engine._last import keep_last
from noxkit.engine._plans import plan_lint
from noxkit.engine._run import plan
from tests._trees import Repo, command, manifest, outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from noxkit.diagnostics.model import Report

    Change = Callable[[Repo, Path], object]

PROGRAM = """\
#!/bin/sh
echo run >> "$COUNT"
find . -name '*.bad' -not -path './.nox/*' | sort | while read -r file; do
  while read -r line; do echo "::error file=$file,line=1::$line"; done < "$file"
done
"""


@pytest.fixture
def tool(repo: Repo, tmp_path: Path) -> Path:
    """A program on PATH that counts its runs, and finds each line of each file `*.bad`; the tree that it looks at."""
    program = tmp_path / "bin" / "finder"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    repo.environ |= {"PATH": f"{program.parent}{os.pathsep}{repo.environ['PATH']}", "COUNT": str(tmp_path / "count")}
    repo.write({**configured(), "a.bad": "one\n", "sub/b.bad": "two\n", "other.txt": "x\n", ".gitignore": ".nox/\n"})
    repo.commit()
    return program


def configured(*arguments: str, options: str = "", cache: bool = True) -> dict[str, str]:
    return manifest(command("finder", "finder", *arguments, reads=["**/*.bad"], cache=cache), options=options)


def runs(tool: Path) -> int:
    """How often the program has run."""
    file = tool.parent.parent / "count"
    return len(file.read_text().splitlines()) if file.exists() else 0


def found(report: Report) -> list[tuple[str | None, str]]:
    return sorted((finding.path, finding.message) for finding in report.findings)


def write(repo: Repo, **files: str) -> None:
    repo.write({name.replace("_bad", ".bad"): text for name, text in files.items()})


def test_a_second_run_says_the_same_without_the_program(repo: Repo, tool: Path) -> None:
    first, second = repo.run(), repo.run()
    assert runs(tool) == 1
    assert [outcome(report, "finder").cached for report in (first, second)] == [False, True]
    assert found(first) == found(second) == [("a.bad", "one"), ("sub/b.bad", "two")]
    assert (first.status, first.exit_code) == (second.status, second.exit_code) == (Status.FAILED, 1)
    assert str(outcome(second, "finder").evidence["result_of"]).startswith("20")


def same_size_and_time(repo: Repo, _: Path) -> None:
    file = repo.root / "a.bad"
    before = file.stat()
    file.write_text("two\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def another_program(_: Repo, tool: Path) -> None:
    tool.write_text(PROGRAM + "# changed\n")


def newly_linked(repo: Repo, _: Path) -> None:
    (repo.root / "c.bad").symlink_to("a.bad")


def git_settings(repo: Repo, text: str, **files: str) -> None:
    """Write git's settings in the user's home, and files beside them."""
    home = Path(repo.environ["HOME"])
    for name, content in {".gitconfig": text, **files}.items():
        (home / name).write_text(content)


RUNS_AGAIN: dict[str, Change] = {
    "a file is edited": lambda repo, _: write(repo, a_bad="other\n"),
    "a file is edited to the same size, with its time put back": same_size_and_time,
    "a file is added": lambda repo, _: write(repo, c_bad="new\n"),
    "a file is deleted": lambda repo, _: (repo.root / "a.bad").unlink(),
    "a file is renamed": lambda repo, _: (repo.root / "a.bad").rename(repo.root / "z.bad"),
    "a link is added": newly_linked,
    "the command": lambda repo, _: repo.write(configured("--more")),
    "the program": another_program,
    "a variable that tools read": lambda repo, _: repo.environ.update(PYTHONUTF8="1"),
    "the home": lambda repo, tool: repo.environ.update(HOME=str(tool.parent)),
    "what git is told to ignore": lambda repo, _: git_settings(repo, "[core]\n\texcludesFile = ~/all\n", all="*.bad\n"),
    "settings of git that include others": lambda repo, _: git_settings(repo, "[include]\n\tpath = x\n"),
    "a folder that PYTHONPATH names": lambda repo, tool: repo.environ.update(PYTHONPATH=str(tool.parent)),
}


@pytest.mark.parametrize("change", RUNS_AGAIN.values(), ids=RUNS_AGAIN.keys())
def test_the_program_runs_again_after_a_change_of(repo: Repo, tool: Path, change: Change) -> None:
    repo.run()
    change(repo, tool)
    report = repo.run()
    assert (runs(tool), outcome(report, "finder").cached) == (2, False)
    assert found(report) == found(repo.run("--no-cache"))


SINCE: dict[str, tuple[Change, str]] = {
    "nothing is kept": (lambda repo, _: shutil.rmtree(repo.root / ".nox"), "no result of it is kept"),
    "the command": (lambda repo, _: repo.write(configured("--more")), "changed: its command"),
    "the program": (another_program, "changed: its program"),
    "a variable": (lambda repo, _: repo.environ.update(PYTHONUTF8="1"), "changed: variables"),
    "two things": (
        lambda repo, tool: (another_program(repo, tool), repo.environ.update(PYTHONUTF8="1")),
        "changed: its program, variables",
    ),
}


@pytest.mark.parametrize(("change", "said"), SINCE.values(), ids=SINCE.keys())
def test_a_run_says_since_what(repo: Repo, tool: Path, change: Change, said: str) -> None:
    repo.run()
    change(repo, tool)
    assert outcome(repo.run(), "finder").evidence["run_since"] == said


def test_files_that_have_changed_are_named(repo: Repo, tool: Path) -> None:
    del tool
    time.sleep(2.1)  # what is younger than two seconds may change once more without its times changing
    repo.run()
    write(repo, a_bad="other\n", c_bad="new\n")
    (repo.root / "sub" / "b.bad").unlink()
    assert outcome(repo.run(), "finder").evidence["run_since"] == "changed: a.bad, c.bad, sub/b.bad"


def test_why_says_what_was_done_last_time(repo: Repo, tool: Path) -> None:
    del tool
    for said in ("run; no result of it is kept", "not run again, since nothing"):
        keep_last(repo.run(), repo.root)
        context = repo.context("--why", "finder")
        assert f"  last time: {said}" in explain(context, plan(context, plan_lint), "finder")


REPLAYED: dict[str, Change] = {
    "a file that it does not read": lambda repo, _: repo.write({"other.txt": "y\n"}),
    "the time of a file": lambda repo, _: os.utime(repo.root / "a.bad"),
    "who commits": lambda repo, _: git_settings(repo, "[user]\n\tname = A\n"),
    "the number of a run of CI": lambda repo, _: repo.environ.update(GITHUB_RUN_ID="2", GITLAB_USER_ID="1"),
    "the time of the program": lambda _, tool: os.utime(tool),
    "a variable of no tool": lambda repo, _: repo.environ.update(EDITOR="ed"),
    "a commit": lambda repo, _: repo.commit(),
    "an option that it does not see": lambda repo, _: repo.write(configured(options='skip = ["typos"]')),
}


@pytest.mark.parametrize("change", REPLAYED.values(), ids=REPLAYED.keys())
def test_the_program_does_not_run_again_after_a_change_of(repo: Repo, tool: Path, change: Change) -> None:
    repo.run()
    change(repo, tool)
    assert outcome(repo.run(), "finder").cached
    assert runs(tool) == 1


def test_what_is_put_back_is_known_again(repo: Repo, tool: Path) -> None:
    repo.run()
    write(repo, a_bad="other\n")
    repo.run()
    write(repo, a_bad="one\n")
    assert found(repo.run()) == [("a.bad", "one"), ("sub/b.bad", "two")]
    assert runs(tool) == 2


def test_without_a_word_of_the_repository_nothing_is_kept(repo: Repo, tool: Path) -> None:
    repo.write(configured(cache=False))
    repo.run()
    repo.run()
    assert runs(tool) == 2


def test_a_result_that_is_none_is_not_kept(repo: Repo, tool: Path) -> None:
    tool.write_text('#!/bin/sh\necho run >> "$COUNT"\nkill -9 $$\n')
    assert [repo.run().status for _ in range(2)] == [Status.CRASHED, Status.CRASHED]
    assert runs(tool) == 2


def test_a_file_that_changes_while_the_program_runs_leaves_nothing(repo: Repo, tool: Path) -> None:
    tool.write_text(PROGRAM + "echo more >> a.bad\n")
    repo.run()
    repo.run()
    assert runs(tool) == 2


def test_a_link_out_of_the_tree_is_named_as_the_reason(repo: Repo, tool: Path) -> None:
    (repo.root / "out").symlink_to(tool.parent)
    first = repo.run()
    assert not outcome(repo.run(), "finder").cached
    assert outcome(first, "finder").evidence["not_kept"] == "the link out leads out of the tree"


def store_files(repo: Repo) -> list[Path]:
    return [path for path in (repo.root / ".nox" / "noxkit" / "store").rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"noxkit-store/1\n", b"\xff" * 400])
def test_a_store_that_is_damaged_is_as_none(repo: Repo, tool: Path, content: bytes) -> None:
    before = found(repo.run())
    for file in store_files(repo):
        file.write_bytes(content)
    assert (found(repo.run()), runs(tool)) == (before, 2)
    assert outcome(repo.run(), "finder").cached


def test_a_store_that_cannot_be_written_stops_nothing(repo: Repo, tool: Path) -> None:
    folder = repo.root / ".nox" / "noxkit"
    folder.mkdir(parents=True)
    (folder / "store").write_text("not a folder")
    assert [len(found(repo.run())) for _ in range(2)] == [2, 2]
    assert runs(tool) == 2


@pytest.mark.parametrize("now", ["a year back", "a year ahead"])
def test_a_clock_that_is_wrong_gives_no_wrong_result(repo: Repo, tool: Path, now: str) -> None:
    """A file that seems to be from the future, or all of a tree that seems old, is read by its content."""
    shift = 365 * 86400 * 1_000_000_000 * (1 if now == "a year ahead" else -1)
    repo.run()
    file = repo.root / "a.bad"
    file.write_text("six\n")
    os.utime(file, ns=(file.stat().st_atime_ns + shift, file.stat().st_mtime_ns + shift))
    assert ("a.bad", "six") in found(repo.run())
    assert runs(tool) == 2


def test_a_sample_is_run_again_and_compared(repo: Repo, tool: Path) -> None:
    repo.run()
    assert repo.run(NOXKIT_CACHE_VERIFY="1").status is Status.FAILED
    assert runs(tool) == 2


def test_a_kept_result_that_was_wrong_is_an_error(repo: Repo, tool: Path) -> None:
    """The program here also reads what it does not declare."""
    tool.write_text(PROGRAM + 'cat "$SECRET_INPUT"\n')
    hidden = tool.parent.parent / "hidden"
    hidden.write_text("")
    repo.environ["SECRET_INPUT"] = str(hidden)
    repo.environ |= {"NOXKIT_PASS_ENV": "SECRET_INPUT"}
    repo.run()
    hidden.write_text("::error file=a.bad,line=1::three\n")
    report = repo.run(NOXKIT_CACHE_VERIFY="1")
    row = outcome(report, "finder")
    assert (report.status, row.status, report.exit_code) == (Status.CRASHED, Status.CRASHED, 4)
    assert row.reason == "a kept result was not what a new run came to: 2 findings were kept, 3 found"
    assert ("a.bad", "three") in found(report)


def edited(repo: Repo, chance: random.Random) -> None:
    """One edit as people and tools make them."""
    names = [f"{folder}{name}.bad" for folder in ("", "sub/", "sub/deep/") for name in "abc"]
    file = repo.root / chance.choice(names)
    kind = chance.choice(["write", "write", "delete", "swap", "touch", "mode", "stash"])
    if kind == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{chance.randrange(4)}\n" * chance.randrange(3))
    elif kind == "delete":
        file.unlink(missing_ok=True)
    elif kind == "swap" and file.exists():
        file.replace(repo.root / chance.choice(["a.bad", "b.bad"]))
    elif kind == "touch" and file.exists():
        os.utime(file, ns=(0, chance.randrange(10**18)))
    elif kind == "mode" and file.exists():
        file.chmod(file.stat().st_mode ^ stat.S_IXGRP)
    elif kind == "stash":
        repo.commit()
        repo.git("checkout", "-q", "HEAD", "--", ".")


@pytest.mark.usefixtures("tool")
@pytest.mark.parametrize("seed", range(3))
def test_after_any_edits_a_run_says_what_one_without_a_cache_says(repo: Repo, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- the same edits each time
    hits = 0
    for _ in range(25):
        for _ in range(chance.randrange(3)):
            edited(repo, chance)
        kept, fresh = repo.run(), repo.run("--no-cache")
        assert found(kept) == found(fresh)
        hits += any(task.cached for task in kept.tasks)
    assert hits
