# SPDX-License-Identifier: Apache-2.0
"""The task `deps_update` with the real uv and a folder of tiny wheels for an index."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._deps_update import plan_deps_update
from noxkit.engine._run import plan, run
from noxkit.errors import NoxkitError
from tests._trees import Repo, clean_environ, outcome, wheel

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome

PROJECT = """\
[project]
name = "demo"
version = "1"
requires-python = ">=3.10"
dependencies = [{requires}]
"""
LOCAL = '\n[tool.uv]\nfind-links = ["../links"]\nno-index = true\n'


def project(*requires: str, more: str = LOCAL) -> dict[str, str]:
    return {"pyproject.toml": PROJECT.format(requires=", ".join(f'"{each}"' for each in requires)) + more}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A project whose lock holds alpha 1.0 and beta 1.0, which needs gamma; newer wheels than these have come since."""
    made = Repo(tmp_path / "repo", clean_environ(tmp_path / "home", UV_PYTHON_DOWNLOADS="never"))
    links = tmp_path / "links"
    for name, version, requires in (("alpha", "1.0", []), ("beta", "1.0", ["gamma"]), ("gamma", "1.0", [])):
        wheel(links, name, version, requires=requires)
    made.write(project("alpha", "beta"))
    done = made.context(session="deps_update").uv.run(["lock"], task="setup")
    assert done.returncode == 0, done.stderr
    wheel(links, "alpha", "2.0", requires=["delta"])
    wheel(links, "beta", "1.1")
    wheel(links, "delta", "1.0")
    return made


def updated(repo: Repo, *arguments: str, **environ: str) -> tuple[Outcome, str]:
    """The outcome, and what is printed."""
    context = repo.context(*arguments, session="deps_update", **environ)
    return outcome(run(context, plan_deps_update), "deps_update"), "".join(context.outbox)


def lock(repo: Repo) -> bytes:
    return (repo.root / "uv.lock").read_bytes()


TABLE = """\
| package | change | from | to |
| --- | --- | --- | --- |
| **alpha** | upgraded, major | 1.0 | 2.0 |
| **beta** | upgraded | 1.0 | 1.1 |
| delta | added |  | 1.0 |
| gamma | removed | 1.0 |  |
"""


def test_everything_is_upgraded_and_what_has_changed_is_a_table(repo: Repo) -> None:
    done, said = updated(repo)
    assert (done.status, said) == (
        Status.PASSED,
        f"{TABLE}\n1 major upgrade: alpha. Read what has changed there.\n",
    ), done
    assert (done.evidence["packages"], done.evidence["changes"], done.evidence["written"]) == (3, 4, True)
    assert b'name = "delta"' in lock(repo)


def test_a_second_run_changes_nothing_and_says_so(repo: Repo) -> None:
    updated(repo)
    before = lock(repo)
    done, said = updated(repo)
    assert (done.status, said, lock(repo)) == (Status.PASSED, "No locked version changes.\n", before)
    assert done.evidence["written"] is False


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        ("beta", ["| **beta** | upgraded | 1.0 | 1.1 |", "| gamma | removed | 1.0 |  |"]),
        ("Alpha,beta", TABLE.splitlines()[2:]),
        ("gamma", []),
    ],
)
def test_only_what_is_named_is_upgraded(repo: Repo, names: str, rows: list[str]) -> None:
    _, said = updated(repo, "--upgrade-package", names)
    assert [line for line in said.splitlines()[2:] if line.startswith("|")] == rows


def test_a_name_that_stays_is_said_to_stay(repo: Repo) -> None:
    _, said = updated(repo, "--upgrade-package", "gamma")
    assert "`gamma` stays at 1.0: nothing newer is there that all requirements admit." in said


def test_a_dry_run_shows_the_same_table_and_writes_nothing(repo: Repo) -> None:
    before = lock(repo)
    done, said = updated(repo, "--dry-run")
    assert (done.status, lock(repo), done.evidence["written"]) == (Status.PASSED, before, False)
    assert said.startswith("Nothing was written. uv.lock would change:\n")
    assert "| **alpha** | upgraded, major | 1.0 | 2.0 |\n" in said
    assert "| gamma | removed | 1.0 |  |\n" in said
    updated(repo)
    assert updated(repo, "--dry-run")[1] == "No locked version changes.\n"


def test_a_lock_that_only_follows_the_manifest_is_said_to_be_written(repo: Repo) -> None:
    repo.write(project("alpha<2", "beta<1.1"))
    done, said = updated(repo)
    assert (done.evidence["changes"], done.evidence["written"]) == (0, True)
    assert "uv.lock is written anew: what the manifests require has changed." in said


def test_requirements_that_exclude_each_other_fail_and_leave_the_lock(repo: Repo) -> None:
    before = lock(repo)
    repo.write(project("alpha", "beta>5"))
    done, _ = updated(repo)
    assert (done.status, lock(repo)) == (Status.FAILED, before)
    assert "beta>5" in (done.reason or "")
    assert "uv.lock is as it was" in (done.reason or "")
    assert done.hint


INDEX = '\n[[tool.uv.index]]\nurl = "http://127.0.0.1:9/simple"\ndefault = true\n'


def test_an_index_that_does_not_answer_is_inconclusive_and_leaves_the_lock(repo: Repo) -> None:
    before = lock(repo)
    repo.write(project("alpha", more=INDEX))
    done, _ = updated(repo, UV_HTTP_RETRIES="0")
    assert (done.status, lock(repo)) == (Status.INCONCLUSIVE, before)
    assert "Failed to fetch" in (done.reason or "")
    assert "the package index did not answer" in (done.hint or "")


def test_offline_the_cache_is_not_taken_for_the_index(repo: Repo) -> None:
    text = lock(repo).decode().replace('registry = "../links"', 'registry = "http://127.0.0.1:9/simple"')
    (repo.root / "uv.lock").write_text(text)
    done, _ = updated(repo, UV_OFFLINE="1")
    assert (done.status, "UV_OFFLINE is set" in (done.reason or ""), bool(done.hint)) == (
        Status.INCONCLUSIVE,
        True,
        True,
    )


def test_variables_that_make_uv_only_look_are_set_aside(repo: Repo) -> None:
    assert updated(repo, UV_FROZEN="1", UV_LOCKED="1")[0].evidence["changes"] == 4


def test_a_lock_without_dependencies_is_not_due(repo: Repo) -> None:
    repo.write({**project(), "uv.lock": 'version = 1\nrequires-python = ">=3.10"\n'})
    done, _ = updated(repo)
    assert (done.status, done.reason) == (Status.SKIPPED, "0 dependencies in uv.lock")


def test_an_interrupt_puts_back_what_uv_has_half_written(repo: Repo) -> None:
    before = lock(repo)
    script = repo.root / "slow-uv"
    script.write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo uv 99.0; exit; fi\necho half > uv.lock\n: > started\nsleep 60\n'
    )
    script.chmod(0o755)
    context = repo.context(session="deps_update", UV=str(script))

    def stop() -> None:
        until = time.monotonic() + 60
        while not (repo.root / "started").exists() and time.monotonic() < until:
            time.sleep(0.01)
        context.cancel.set(signal.SIGINT)

    threading.Thread(target=stop, daemon=True).start()
    done = outcome(run(context, plan_deps_update), "deps_update")
    assert (done.status, lock(repo)) == (Status.INCONCLUSIVE, before)


@pytest.mark.parametrize(
    ("files", "arguments", "code", "path", "hint"),
    [
        pytest.param({"uv.lock": None}, (), "NK-LOCK-MISSING", "uv.lock", "make one with `uv lock`", id="no-lock"),
        pytest.param({"uv.lock": "<<<<\n"}, (), "NK-CONFIG-INVALID", "uv.lock", "", id="a-conflict"),
        pytest.param({}, ("--upgrade-package=alhpa",), "NK-ARGUMENT-VALUE", None, "did you mean `alpha`?", id="near"),
        pytest.param({}, ("--upgrade-package=zzz",), "NK-ARGUMENT-VALUE", None, "`uv tree` lists", id="far"),
        pytest.param({}, ("--upgrade-package=demo",), "NK-ARGUMENT-VALUE", None, "leave it out", id="a-member"),
        pytest.param({}, ("--upgrade-package=-x",), "NK-ARGUMENT-VALUE", None, "", id="no-name"),
    ],
)
def test_what_cannot_be_done_is_an_error_with_a_hint(
    repo: Repo, files: dict[str, str | None], arguments: tuple[str, ...], code: str, path: str | None, hint: str
) -> None:
    for name, text in files.items():
        (repo.root / name).unlink()
        if text is not None:
            (repo.root / name).write_text(text)
    with pytest.raises(NoxkitError) as raised:
        plan(repo.context(*arguments, session="deps_update"), plan_deps_update)
    (record,) = raised.value.records
    assert (record.code, record.path, hint in record.hint, bool(record.hint)) == (code, path, True, True)
