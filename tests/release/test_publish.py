# SPDX-License-Identifier: Apache-2.0
"""`publish`: what was checked is what is sent is what the index gives out, once, in order, interrupted or not."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._last import keep_last
from noxkit.engine._run import run
from noxkit.errors import NoxkitError
from noxkit.release._files import plan_verify
from noxkit.release._publish import plan_publish
from noxkit.release._session import state_folder
from noxkit.report._reading import read_report
from noxkit.tasks.locks import file_lock
from tests._index import Proxy, index, proxy
from tests._trees import outcome
from tests.engine._releases import after_builds, put_wheel
from tests.release._packages import alone, workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from noxkit.diagnostics.model import Report
    from noxkit.engine._context import Context
    from noxkit.engine._task import Task
    from noxkit.workspace.model import Package
    from tests._trees import Repo

NEEDS = {"core": (), "cli": ("core",), "web": ("cli",), "docs": ()}
NAMES = {"UV_PUBLISH_USERNAME": "u", "UV_PUBLISH_PASSWORD": "p"}
OTHER = "[files]\n'core/other.py' = 'X = 1'\n"


@pytest.fixture
def server(tmp_path: Path) -> Generator[Proxy]:
    """An index behind a proxy that can fail."""
    with index(tmp_path / "index") as url, proxy(url) as front:
        yield front


@pytest.fixture
def ready(repo: Repo, server: Proxy, tmp_path: Path) -> Repo:
    """A workspace in three layers whose files have passed a release check of this tree."""
    place = f'[[tool.uv.index]]\nname = "mine"\nurl = "{server.url}simple/"\npublish-url = "{server.url}"\n'
    files = workspace(NEEDS)
    files["pyproject.toml"] = place + files["pyproject.toml"]
    del repo.environ["UV_OFFLINE"]
    repo.environ |= {**NAMES, "UV_CACHE_DIR": str(tmp_path / "cache"), "UV_HTTP_RETRIES": "0"}
    repo.write({**files, ".gitignore": ".nox/\ndist/\n"}).commit("chore: begin")
    for name in NEEDS:
        put_wheel(repo.root / "dist", name, "1.0.0")
    checked(repo)
    return repo


def nothing(context: Context, packages: Sequence[Package], *, after: Sequence[Task]) -> list[Task]:
    """No task behind the builds."""
    del context, packages, after
    return []


def checked(repo: Repo) -> Report:
    report = repo.run(planner=after_builds(nothing), session="release_check")
    assert [each.ready for each in report.releases] == [True] * len(NEEDS), report.releases
    read = Outcome(name="wheel_contents", status=Status.PASSED)
    report = msgspec.structs.replace(report, tasks=(*report.tasks, read))  # the wheels here are made by hand
    keep_last(report, repo.root)
    return report


def published(repo: Repo, *arguments: str, **environ: str) -> dict[str, Outcome]:
    report = repo.run(*arguments, planner=plan_publish, session="publish", given={"CI": "true", **environ})
    return {str(task.package): task for task in report.tasks}


def statuses(outcomes: dict[str, Outcome]) -> dict[str, Status]:
    return {name: each.status for name, each in outcomes.items()}


def on_index(tmp_path: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted((tmp_path / "index").iterdir())}


def journal(repo: Repo) -> Path:
    return state_folder(repo.context(session="publish")) / "journal.jsonl"


ALL = dict.fromkeys(NEEDS, Status.PASSED)


def test_supply_chain_what_was_checked_is_what_the_index_has(ready: Repo, server: Proxy, tmp_path: Path) -> None:
    report = checked(ready)
    assert statuses(published(ready)) == ALL
    assert on_index(tmp_path) == {file.name.rpartition("/")[2]: file.sha256 for file in report.files}
    assert server.uploads == [200] * 4


def test_idempotency_a_second_run_sends_nothing(ready: Repo, server: Proxy) -> None:
    published(ready)
    again = published(ready)
    assert statuses(again) == ALL
    assert [each.evidence["sent"] for each in again.values()] == [[]] * 4
    assert len(server.uploads) == 4


def test_topological_order_no_member_comes_before_what_it_needs(ready: Repo) -> None:
    published(ready)
    lines = map(json.loads, journal(ready).read_text().splitlines())
    steps = [(each["step"], each["package"]) for each in lines]
    for name, needed in (("cli", "core"), ("web", "cli")):
        assert steps.index(("published", needed)) < steps.index(("sending", name))


def test_dry_run_fidelity_names_what_is_then_sent_and_sends_nothing(ready: Repo, server: Proxy) -> None:
    would = published(ready, "--dry-run")
    assert not server.uploads
    done = published(ready)
    assert [each.evidence["sent"] for each in would.values()] == [each.evidence["sent"] for each in done.values()]


PASSING = {
    "refused once": (["refuse"], 3),
    "refused twice": (["refuse", "refuse"], 4),
    "the answer is lost": (["drop"], 2),
    "listed late": (["late", "late"], 2),
}


@pytest.mark.parametrize(("faults", "uploads"), PASSING.values(), ids=PASSING.keys())
def test_what_passes_by_is_waited_for(
    ready: Repo, server: Proxy, tmp_path: Path, faults: list[str], uploads: int
) -> None:
    server.faults = list(faults)
    two = {"core": Status.PASSED, "docs": Status.PASSED}
    assert statuses(published(ready, "--package", "docs", "--package", "core")) == two
    assert len(on_index(tmp_path)) == 2
    assert (server.uploads.count(200), len(server.uploads)) == (2, uploads)


def test_atomicity_what_needs_a_member_that_failed_is_not_sent(ready: Repo, server: Proxy, tmp_path: Path) -> None:
    put_wheel(tmp_path / "index", "core", "1.0.0", OTHER)
    found = published(ready)
    assert statuses(found) == {
        "core": Status.FAILED,
        "cli": Status.INCONCLUSIVE,
        "web": Status.INCONCLUSIVE,
        "docs": Status.PASSED,
    }
    assert "the index has another core-1.0.0-py3-none-any.whl" in str(found["core"].reason)
    assert found["cli"].reason == "it needs core, which is not published"
    assert server.uploads == [200]


def test_a_file_that_is_given_out_with_another_byte_is_a_final_error(ready: Repo, server: Proxy) -> None:
    server.faults = ["alter"] * 9
    found = published(ready, "--package", "core")["core"]
    assert found.status is Status.FAILED
    assert "the index has another core-1.0.0-py3-none-any.whl" in str(found.reason)


def test_an_index_that_answers_something_else_is_no_success(ready: Repo, server: Proxy) -> None:
    server.faults = ["html"] * 200
    (ready.root / "pyproject.toml").write_text(
        (ready.root / "pyproject.toml").read_text() + "\nrelease.index-timeout = 1\n"
    )
    ready.commit("chore: less patience")
    checked(ready)
    found = published(ready, "--package", "core")["core"]
    assert found.status in {Status.INCONCLUSIVE, Status.FAILED}
    assert found.reason


def test_crash_safety_what_is_there_is_not_sent_again(ready: Repo, server: Proxy, tmp_path: Path) -> None:
    name = "core-1.0.0-py3-none-any.whl"
    (tmp_path / "index" / name).write_bytes((ready.root / "dist" / name).read_bytes())
    journal(ready).parent.mkdir(parents=True)
    journal(ready).write_bytes(b'{"step": "sending", "package": "core"}\n{"step": "sen')
    found = published(ready)
    assert statuses(found) == ALL
    assert found["core"].evidence["sent"] == []
    assert server.uploads == [200] * 3
    lines = journal(ready).read_bytes().splitlines()
    assert lines[1] == b'{"step": "sen'
    assert json.loads(lines[2])["step"] == "sending"


@pytest.mark.parametrize("seed", range(3))
def test_crash_safety_killed_at_any_moment_it_goes_on_where_it_was(
    ready: Repo, server: Proxy, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 -- no secret
    ready.write({"noxfile.py": "import noxkit\n\nnoxkit.pipeline()\n"}).commit("chore: a noxfile")
    report = checked(ready)
    words = [sys.executable, "-m", "nox", "-s", "publish"]
    for _ in range(4):
        run = subprocess.Popen(
            words, cwd=ready.root, env=ready.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            run.wait(chance.uniform(0.4, 2.5))
        except subprocess.TimeoutExpired:
            run.kill()
        run.wait()
    assert statuses(published(ready)) == ALL
    assert on_index(tmp_path) == {file.name.rpartition("/")[2]: file.sha256 for file in report.files}
    assert server.uploads.count(200) == 4


def by_twine(repo: Repo, server: Proxy, more: str = "") -> Repo:
    text = (repo.root / "pyproject.toml").read_text()
    repo.write({"pyproject.toml": f'{text}\n[tool.noxkit.release]\nuploader = "twine"\n{more}'}).commit("chore: twine")
    checked(repo)
    del server.uploads[:]
    return repo


def test_twine_sends_the_same_once(ready: Repo, server: Proxy, tmp_path: Path) -> None:
    by_twine(ready, server)
    server.faults = ["refuse"]
    assert statuses(published(ready)) == ALL
    assert statuses(published(ready)) == ALL
    assert server.uploads == [503, *[200] * 4]
    assert len(on_index(tmp_path)) == 4


def test_without_an_identity_of_ci_attestations_are_named_as_not_made(ready: Repo, server: Proxy) -> None:
    by_twine(ready, server, "attestations = true\n")
    context = ready.context(session="publish", CI="true")
    assert run(context, plan_publish).status is Status.PASSED
    assert context.outbox.count("no attestations: CI gives no identity (`id-token: write`)\n") == 4
    assert server.uploads == [200] * 4


def test_where_signing_fails_nothing_is_sent(ready: Repo, server: Proxy) -> None:
    by_twine(ready, server, "attestations = true\n")
    found = published(ready, SIGSTORE_ID_TOKEN="no token")  # noqa: S106 -- made up
    assert statuses(found)["docs"] is Status.FAILED
    assert str(found["docs"].reason).startswith("no attestations: ")
    assert not server.uploads


def test_two_runs_at_once_do_not_meet(ready: Repo, server: Proxy) -> None:
    with file_lock(journal(ready).parent / "core.lock"):
        found = published(ready)
    assert "another run publishes it" in str(found["core"].reason)
    assert statuses(found)["docs"] is Status.PASSED
    assert statuses(published(ready)) == ALL  # a lock is gone with its process, and no hindrance later
    assert server.uploads == [200] * 4


def test_a_journal_that_cannot_be_written_stops_before_anything_is_sent(ready: Repo, server: Proxy) -> None:
    journal(ready).mkdir(parents=True)
    found = published(ready)
    assert Status.PASSED not in statuses(found).values()
    assert "the journal cannot be written" in str(found["docs"].reason)
    assert not server.uploads


def dirty(repo: Repo) -> None:
    repo.write({"packages/core/src/core/__init__.py": "X = 1\n"})


def moved(repo: Repo) -> None:
    dirty(repo)
    repo.commit("fix: after the check")


def altered(repo: Repo) -> None:
    put_wheel(repo.root / "dist", "core", "1.0.0", OTHER)


def gone(repo: Repo) -> None:
    (repo.root / "dist" / "core-1.0.0-py3-none-any.whl").unlink()


def last(repo: Repo) -> Path:
    return repo.root / ".nox" / "noxkit" / "last" / "release_check.json"


def unchecked(repo: Repo) -> None:
    last(repo).unlink()


def unread(repo: Repo) -> None:
    report = read_report(last(repo).read_bytes())
    kept = tuple(task for task in report.tasks if task.name != "wheel_contents")
    keep_last(msgspec.structs.replace(report, tasks=kept), repo.root)


def truncated(repo: Repo) -> None:
    last(repo).write_bytes(last(repo).read_bytes()[:200])


REFUSED: dict[str, tuple[Callable[[Repo], None], str]] = {
    "a dirty tree": (dirty, "the tree has changes that are not committed"),
    "HEAD that moved": (moved, "the last release_check has looked at another tree"),
    "a file that was built again": (altered, "dist/core-1.0.0-py3-none-any.whl is not the one that was checked"),
    "a file that is gone": (gone, "dist/core-1.0.0-py3-none-any.whl is not there"),
    "a check that has not read them": (unread, "the last release_check has not read its files"),
    "no check": (unchecked, "no release_check has run here"),
    "a truncated report": (truncated, "not a noxkit report"),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_was_not_checked_is_refused(ready: Repo, server: Proxy, change: Callable[[Repo], None], said: str) -> None:
    change(ready)
    with pytest.raises(NoxkitError) as caught:
        published(ready)
    assert caught.value.records[0].message.startswith(said)
    assert caught.value.records[0].hint
    assert not server.uploads


def test_a_token_with_the_end_of_a_line_is_refused_and_not_shown(ready: Repo) -> None:
    with pytest.raises(NoxkitError) as caught:
        published(ready, UV_PUBLISH_TOKEN="pypi-very-secret\n")  # noqa: S106 -- made up
    assert caught.value.records[0].message == "UV_PUBLISH_TOKEN has the end of a line in it"


def test_what_is_published_is_verified_from_the_index_alone(ready: Repo) -> None:
    missing = outcome(ready.run("--package", "docs", planner=plan_verify, session="verify"), "verify")
    assert missing.status in {Status.FAILED, Status.INCONCLUSIVE}
    published(ready)
    (ready.root / "packages" / "docs" / "src" / "docs" / "__init__.py").write_text("raise SystemExit(3)\n")
    done = outcome(ready.run("--package", "docs", planner=plan_verify, session="verify"), "verify")
    assert (done.status, done.evidence["version"]) == (Status.PASSED, "1.0.0"), done
    assert done.evidence["imported"]


def test_what_is_published_and_broken_is_found(repo: Repo, server: Proxy, tmp_path: Path) -> None:
    put_wheel(tmp_path / "index", "acme", "1.0.0", "[files]\n'acme/__init__.py' = 'import nothing_like_it'\n")
    place = f'[[tool.uv.index]]\nname = "mine"\nurl = "{server.url}simple/"\n'
    files = alone("1.0.0")
    del repo.environ["UV_OFFLINE"]
    repo.environ["UV_CACHE_DIR"] = str(tmp_path / "cache")
    repo.write({**files, "pyproject.toml": place + files["pyproject.toml"]}).commit("chore: begin")
    found = outcome(repo.run(planner=plan_verify, session="verify"), "verify")
    assert found.status is Status.FAILED
    assert "NK-IMPORT-SMOKE" in {each.code for each in found.findings}
