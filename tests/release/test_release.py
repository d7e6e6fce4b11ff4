# SPDX-License-Identifier: Apache-2.0
"""`release`, from the plan to the forge, on real counterparts: each promise, each step, each way in which it breaks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.release._release import STEPS
from noxkit.release._session import state_folder
from noxkit.release._under_way import kept
from noxkit.tasks.locks import file_lock
from tests.e2e._nox import in_namespace
from tests.release._shop import ONE, THREE, TWELVE, Shop, shop, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from noxkit.diagnostics.model import Report

CHANGES = [
    ("", ()),
    ("feat: more", ("base-a", "base-b", "base-c")),
    ("fix: less", ("core-b", "app-c")),
]
FIRST = ["core-v1.0.0", "cli-v1.0.0", "web-v1.0.0"]


@pytest.fixture
def three(tmp_path: Path) -> Generator[Shop]:
    """Three members in three layers."""
    with shop(tmp_path, THREE) as made:
        yield made


@pytest.fixture
def one(tmp_path: Path) -> Generator[Shop]:
    """One package."""
    with shop(tmp_path, ONE) as made:
        yield made


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Generator[Shop]:
    """Three members that are released; for tests that only look."""
    with shop(tmp_path_factory.mktemp("released"), THREE) as made:
        passed(made.release("--events", ".nox/events.jsonl"))
        yield made


def did(report: Report) -> dict[str, str]:
    """What each step says that it did, or why it did not."""
    return {name: str(each.reason or each.evidence.get("did")) for name, each in steps(report).items()}


def passed(report: Report) -> Report:
    assert report.status is Status.PASSED, did(report)
    return report


def is_whole(made: Shop, *, tags: int) -> None:
    """All that was built is on the index as it was checked, and the tags are on the remote's branch."""
    assert made.built().items() <= made.on_index().items()
    commits = made.tags()
    assert len(commits) == tags
    assert made.repo.git("ls-remote", "origin", "refs/heads/main").split()[0] in commits.values()
    assert made.forge.named().keys() == commits.keys()


def test_supply_chain_what_was_checked_is_what_the_index_and_the_forge_have(released: Shop) -> None:
    assert released.on_index() == released.built()
    is_whole(released, tags=3)
    digests = {
        asset["name"]: asset["digest"].removeprefix("sha256:")
        for each in released.forge.releases.values()
        for asset in each["assets"]
    }
    assert digests == released.built()


def test_topological_order_no_member_before_what_it_needs(released: Shop) -> None:
    sent = [(line["step"], line["package"]) for line in released.journal() if "package" in line]
    for name, needed in (("cli", "core"), ("web", "cli")):
        assert sent.index(("published", needed)) < sent.index(("sending", name))


def test_observability_the_journal_and_the_events_tell_the_whole_story(released: Shop) -> None:
    told = [line["step"] for line in released.journal() if "package" not in line]
    assert told == ["planned", "committed", "checked", "tagged", "pushed", "on the forge", "released"]
    events = (released.repo.root / ".nox" / "events.jsonl").read_text()
    ended = [json.loads(line) for line in events.splitlines() if '"task-finished"' in line]
    assert [each["name"] for each in ended if each["name"] in STEPS] == list(STEPS)


def test_idempotency_a_second_run_changes_nothing(three: Shop) -> None:
    passed(three.release())
    before = three.repo.git("for-each-ref"), three.remote.git("for-each-ref"), three.on_index()
    uploads, releases = list(three.server.uploads), dict(three.forge.releases)
    again = passed(three.release())
    assert did(again)["plan"] == "already done: this commit is released"
    assert (three.repo.git("for-each-ref"), three.remote.git("for-each-ref"), three.on_index()) == before
    assert (three.server.uploads, three.forge.releases) == (uploads, releases)


def test_idempotency_another_checkout_finds_it_done(three: Shop) -> None:
    passed(three.release())
    uploads = list(three.server.uploads)
    state = state_folder(three.repo.context(session="release")) / "release.json"
    state.unlink()
    again = passed(three.release())
    assert did(again)["bump"] == "already done: the commit is tagged"
    assert did(again)["push"] == "already done: the remote has it"
    assert did(again)["forge_release"] == "already done: the forge has them"
    assert three.server.uploads == uploads


def test_dry_run_fidelity_what_it_prints_is_what_happens(three: Shop) -> None:
    passed(three.release())
    three.change("feat: more", "core")
    context_before = three.repo.git("for-each-ref"), three.on_index()
    dry = three.release("--dry-run")
    passed(dry)
    assert (three.repo.git("for-each-ref"), three.on_index(), three.repo.git("status", "--porcelain")) == (
        *context_before,
        "",
    )
    real = three.release()
    passed(real)
    said, happened = did(dry), did(real)
    assert said["plan"] == happened["plan"] == "core 1.1.0, cli 1.0.1, web 1.0.1"
    for name in ("bump", "changelog", "commit", "push"):
        assert said[name].removeprefix("would ") in happened[name].replace("changed", "change").replace(
            "committed", "commit"
        ).replace("pushed", "push"), name
    assert sorted(said["tag"].removeprefix("would tag ").split(", ")) == sorted(three.tags().keys() - set(FIRST))
    assert said["forge_release"].removeprefix("would make ").split(", ") == happened["forge_release"].removeprefix(
        "made "
    ).split(", ")


def test_determinism_the_same_history_gives_the_same_tree(tmp_path: Path) -> None:
    trees: list[str] = []
    for name in ("a", "b"):
        with shop(tmp_path / name, THREE) as made:
            passed(made.release("--only", "plan,bump,changelog,commit"))
            trees.append(made.repo.git("show", "HEAD:packages/cli/CHANGELOG.md"))
    assert trees[0] == trees[1]


def test_graceful_degradation_without_remote_or_forge_the_rest_is_right(one: Shop) -> None:
    one.repo.git("remote", "remove", "origin")
    report = passed(one.release(GITHUB_TOKEN=""))
    assert did(report)["push"] == "not done: there is no remote"
    assert did(report)["forge_release"] == "not done: no token: GH_TOKEN or GITHUB_TOKEN"
    assert one.on_index() == one.built()


def hook(folder: Path, name: str, text: str = "exit 1") -> Callable[[], None]:
    """A hook of git that refuses; gives what takes it away."""
    file = folder / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\necho no, says the hook >&2\n{text}\n")
    file.chmod(0o755)
    return file.unlink


def break_commit(made: Shop) -> Callable[[], None]:
    return hook(made.repo.root / ".git", "pre-commit")


def break_push(made: Shop) -> Callable[[], None]:
    return hook(made.remote.root, "pre-receive")


def break_check(made: Shop) -> Callable[[], None]:
    target = made.server.target
    made.server.target = "http://127.0.0.1:9/"

    def mend() -> None:
        made.server.target = target

    return mend


def break_publish(made: Shop) -> Callable[[], None]:
    made.server.faults = ["refuse"] * 20
    return made.server.faults.clear


def break_forge(made: Shop) -> Callable[[], None]:
    made.forge.faults = [503]
    return made.forge.faults.clear


BREAKS = {
    "commit": break_commit,
    "release_check": break_check,
    "push": break_push,
    "publish": break_publish,
    "forge_release": break_forge,
}


@pytest.mark.parametrize("step", BREAKS)
def test_atomicity_a_step_that_fails_is_named_and_the_next_run_goes_on(one: Shop, step: str) -> None:
    mend = BREAKS[step](one)
    failed = one.release()
    assert failed.failing, did(failed)
    assert steps(failed)[step].status in {Status.FAILED, Status.INCONCLUSIVE}, did(failed)
    assert steps(failed)[step].hint
    after = list(STEPS)[list(STEPS).index(step) + 1 :]
    assert {name: did(failed)[name] for name in after} == dict.fromkeys(after, f"`{step}` comes first")
    mend()
    passed(one.release())
    assert one.server.uploads.count(200) == 2
    is_whole(one, tags=1)


def killed_in(made: Shop, step: str) -> bool:
    """Start a release and kill it once this step has begun; whether it came so far."""
    log = made.repo.root / ".nox" / f"{step}.jsonl"
    log.unlink(missing_ok=True)
    run = made.started("--events", str(log.relative_to(made.repo.root)))
    while run.poll() is None:
        lines = log.read_text().splitlines() if log.exists() else []
        if any('"event":"task-started"' in line and f'"name":"{step}"' in line for line in lines):
            run.kill()
    return run.wait() != 0


def test_two_runs_at_once_do_not_meet(one: Shop) -> None:
    with file_lock(state_folder(one.repo.context(session="release")) / "release.lock"):
        report = one.release()
    assert did(report)["plan"].startswith("another run releases it")
    passed(one.release())


def test_head_that_moved_behind_the_tags_is_refused_until_it_is_back(one: Shop) -> None:
    mend = break_push(one)
    assert one.release().failing
    commit = one.repo.git("rev-parse", "HEAD")
    one.change("feat: somebody else's", "acme")
    mend()
    report = one.release()
    assert did(report)["plan"].startswith("a release is under way on another commit")
    assert not one.on_index()
    one.repo.git("reset", "-q", "--hard", commit)
    passed(one.release())
    is_whole(one, tags=1)


def test_head_that_moved_before_the_tags_is_released_as_it_is(one: Shop) -> None:
    mend = break_check(one)
    assert one.release().failing
    mend()
    one.change("fix: what the check has found", "acme")
    passed(one.release())
    assert one.tags() == {"v1.0.0": one.repo.git("rev-parse", "HEAD")}


def test_what_was_asked_for_is_taken_up_without_the_flag(one: Shop) -> None:
    passed(one.release())
    one.change("fix: little", "acme")
    mend = break_commit(one)
    assert one.release("--major").failing
    mend()
    assert did(passed(one.release()))["plan"] == "acme 2.0.0"


def dirty(made: Shop) -> str:
    made.repo.write({"noxfile.py": "import noxkit\n\nnoxkit.pipeline()\n# more\n"})
    return "not committed: noxfile.py"


def detached(made: Shop) -> str:
    made.repo.git("switch", "-q", "--detach")
    return "no branch is checked out (a detached HEAD)"


def shallow(made: Shop) -> str:
    made.change("feat: more", "acme")
    made.repo.git("push", "-q")
    made.repo.git("fetch", "-q", "--depth", "1", "origin")
    (made.repo.root / ".git" / "shallow").write_text(made.repo.git("rev-parse", "HEAD") + "\n")
    return "the history is cut off (a shallow clone)"


def tagged_elsewhere(made: Shop) -> str:
    made.repo.git("tag", "v1.0.0", made.repo.git("commit-tree", "-m", "elsewhere", "HEAD^{tree}"))
    return "acme: the tag v1.0.0 is there already, on a commit that HEAD does not come from"


def without_version(made: Shop) -> str:
    made.repo.git("tag", "v1.5.0")
    return "a tag on this commit says that acme is 1.5.0, and its files say 1.0.0"


def corrupt(made: Shop) -> str:
    file = state_folder(made.repo.context(session="release")) / "release.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"base": ')
    return "cannot be read"


def half_written(made: Shop) -> str:
    file = made.repo.root / ".nox" / "noxkit" / "release" / "writing.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"writes": [')
    return "an earlier run was stopped while it wrote, and its journal cannot be read"


def other_bytes(made: Shop) -> str:
    (made.folder / "index" / "acme-1.0.0.tar.gz").write_bytes(b"something else")
    return "acme 1.0.0"


def other_version(made: Shop) -> str:
    backend = (made.repo.root / "backend.py").read_text()
    made.repo.write({"backend.py": backend.replace("return name, version,", 'return name, "9.9.9",')})
    made.repo.commit("fix: a version of its own")
    return "not ready to release acme"


def no_state(made: Shop) -> str:
    (made.folder / "home" / ".local").write_text("no folder")
    return "cannot be written"


def html(made: Shop) -> str:
    made.server.faults = ["html"] * 50
    return ""


def no_index(made: Shop) -> str:
    made.server.target = "http://127.0.0.1:9/"
    return ""


BAD = (
    dirty,
    detached,
    shallow,
    tagged_elsewhere,
    without_version,
    corrupt,
    half_written,
    other_bytes,
    other_version,
    no_state,
    html,
    no_index,
)


@pytest.mark.parametrize("change", BAD, ids=lambda change: change.__name__)
def test_what_stands_in_the_way_is_said_with_a_hint(one: Shop, change: Callable[[Shop], str]) -> None:
    said = change(one)
    report = one.release()
    bad = next(task for task in report.tasks if task.status in {Status.FAILED, Status.INCONCLUSIVE})
    assert report.failing
    assert said in str(bad.reason), bad
    assert bad.hint, bad
    assert Status.CRASHED not in {task.status for task in report.tasks}
    assert 200 not in one.server.uploads or change is html  # a page without files is a page without files


def test_a_lock_that_a_process_left_behind_here_or_elsewhere_is_no_hindrance(one: Shop) -> None:
    lock = state_folder(one.repo.context(session="release")) / "release.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("999999\n")
    passed(one.release())


def test_a_full_disk_stops_it_before_anything_is_written(one: Shop) -> None:
    state = one.folder / "state"
    state.mkdir()
    words = [sys.executable, "-m", "nox", "-s", "release"]
    full = in_namespace(f"mount -t tmpfs -o size=4k tmpfs '{state}'", words)
    environ = {**one.repo.environ, "XDG_STATE_HOME": str(state)}
    done = subprocess.run(full, cwd=one.repo.root, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "No space left on device" in done.stdout + done.stderr, done
    assert "Traceback" not in done.stdout + done.stderr
    assert one.repo.git("status", "--porcelain") == ""
    assert not one.on_index()
    passed(one.release())


def test_a_token_of_the_forge_with_the_end_of_a_line_is_not_sent(one: Shop) -> None:
    report = passed(one.release(GITHUB_TOKEN="a-made-up-token\n"))  # noqa: S106 -- made up
    assert "GITHUB_TOKEN has the end of a line in it" in did(report)["forge_release"]
    assert not one.forge.asked


def test_rollback_before_anything_is_published_takes_all_of_it_back(one: Shop) -> None:
    begin = one.repo.git("rev-parse", "HEAD")
    mend = break_publish(one)
    assert one.release().failing
    assert one.tags()
    told = one.release("--rollback", "--dry-run")
    assert one.tags(), told
    passed(one.release("--rollback"))
    assert not one.tags()
    assert not one.repo.git("tag")
    assert not one.forge.named()
    assert one.repo.git("diff", begin, "HEAD") == ""
    assert did(passed(one.release("--rollback")))["rollback"] == "nothing to take back"
    mend()
    one.repo.git("push", "-q")
    passed(one.release())
    is_whole(one, tags=1)


def test_rollback_before_the_push_leaves_no_trace(one: Shop) -> None:
    begin = one.repo.git("rev-parse", "HEAD")
    mend = break_push(one)
    assert one.release().failing
    mend()
    passed(one.release("--rollback"))
    assert one.repo.git("rev-parse", "HEAD") == begin
    assert not one.repo.git("tag")


def test_rollback_of_what_is_published_says_that_it_stays(three: Shop) -> None:
    three.server.faults = []
    mend = break_forge(three)
    assert three.release().failing
    mend()
    report = three.release("--rollback")
    assert did(report)["rollback"].startswith("published, which nothing takes back: ")
    assert "yank" in str(steps(report)["rollback"].hint)
    assert len(three.tags()) == 3
    passed(three.release())
    is_whole(three, tags=3)


def test_kept_state_of_a_release_that_ended_is_done(released: Shop) -> None:
    state = kept(released.repo.context(session="release"))
    assert state is not None
    assert (state.is_done, state.versions) == (True, dict.fromkeys(THREE, "1.0.0"))


def test_crash_safety_twelve_members_released_three_times_and_killed_in_each_step(tmp_path: Path) -> None:
    with shop(tmp_path, TWELVE) as made:
        for number, (message, members) in enumerate(CHANGES):
            if message:
                made.change(message, *members)
            assert all(killed_in(made, step) for step in list(STEPS)[number::3])
            passed(made.release())
            is_whole(made, tags=len(made.on_index()) // 2)
        assert len(made.on_index()) == 2 * (12 + 12 + 4)
        assert made.server.uploads.count(200) == len(made.on_index())
