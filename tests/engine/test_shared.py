# SPDX-License-Identifier: Apache-2.0
"""Results that machines share: read by all, written with the credential alone, and never in the way of a run."""

from __future__ import annotations

import contextlib
import functools
import http.server
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine import _shared
from noxkit.errors import NoxkitError
from tests._trees import Repo, command, manifest, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    Machine = Callable[[str], Repo]

WRITES = {"NOXKIT_SHARED_CACHE_CREDENTIAL": "{}"}
PROGRAM = """\
#!/bin/sh
echo run >> "$COUNT"
echo "::error file=a.bad,line=1::$SAYS in $PWD"
"""


@pytest.fixture
def machine(repo: Repo, tmp_path: Path) -> Machine:
    """A checkout of one tree on a machine of its own, with a program that counts its runs on all of them."""

    def make(name: str, *, url: str = f"file://{tmp_path}/shared") -> Repo:
        program = tmp_path / name / "bin" / "finder"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM.replace(" in $PWD", ""))
        program.chmod(0o755)
        environ = {**repo.environ, "HOME": str(tmp_path / name / "home"), "COUNT": str(tmp_path / "count")}
        made = Repo(
            tmp_path / name / "checkout", {**environ, "PATH": f"{program.parent}:{environ['PATH']}", "SAYS": "no"}
        )
        listed = command("finder", "finder", reads=["**/*.bad"], cache=True, sessions=["lint", "release_check"])
        made.write({**manifest(listed, options=f'shared-cache = "{url}"'), "a.bad": "x\n", ".gitignore": ".nox/\n"})
        made.commit()
        return made

    return make


def runs(tmp_path: Path) -> int:
    """How often the program has run on all machines."""
    file = tmp_path / "count"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_another_machine_takes_what_the_first_has_found(machine: Machine, tmp_path: Path) -> None:
    first = machine("one").run(given=WRITES)
    second = machine("two").run()
    assert [outcome(report, "finder").cached for report in (first, second)] == [False, True]
    assert first.findings == second.findings
    assert (runs(tmp_path), second.status) == (1, Status.FAILED)


def test_without_the_credential_nothing_is_written(machine: Machine, tmp_path: Path) -> None:
    machine("one").run(given={"NOXKIT_SHARED_CACHE_CREDENTIAL": ""})
    assert not (tmp_path / "shared").exists()
    assert not outcome(machine("two").run(), "finder").cached


def test_a_release_takes_nothing_of_it_not_even_what_another_session_has_fetched(
    machine: Machine, tmp_path: Path
) -> None:
    machine("one").run(given=WRITES)
    second = machine("two")
    assert outcome(second.run(), "finder").cached
    assert not outcome(second.run(session="release_check"), "finder").cached
    assert runs(tmp_path) == 2


def test_a_result_that_names_the_folder_stays_on_its_machine(machine: Machine, tmp_path: Path) -> None:
    first = machine("one")
    (tmp_path / "one" / "bin" / "finder").write_text(PROGRAM)
    first.run(given=WRITES)
    assert not (tmp_path / "shared").exists()
    assert outcome(first.run(), "finder").cached


def test_what_differs_between_machines_makes_a_new_run(machine: Machine, tmp_path: Path) -> None:
    machine("one").run(given=WRITES)
    for name, path, text in (("two", "a.bad", "y\n"), ("three", "../bin/finder", PROGRAM + "exit 0\n")):
        other = machine(name)
        (other.root / path).write_text(text)
        assert not outcome(other.run(), "finder").cached
    assert runs(tmp_path) == 3


@pytest.mark.parametrize("content", [b"", b"<html>", b"noxkit-store/1\n" + b"\0" * 40])
def test_what_is_damaged_is_passed_over(machine: Machine, tmp_path: Path, content: bytes) -> None:
    machine("one").run(given=WRITES)
    for file in (tmp_path / "shared").iterdir():
        file.write_bytes(content)
    assert not outcome(machine("two").run(), "finder").cached


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Gives out a folder, or misbehaves as its server says."""

    def do_GET(self) -> None:
        manner = getattr(self.server, "manner", "well")
        if manner == "slow":
            time.sleep(3)
        if manner == "error":
            self.send_error(503)
            return
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as it is called
        """Say nothing."""


@contextlib.contextmanager
def serving(folder: Path, manner: str) -> Generator[str]:
    handler = functools.partial(_Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.__dict__["manner"] = manner
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


ANSWERS = [
    pytest.param("well", True, None, id="well"),
    pytest.param("error", False, "cannot be read: ClientResponseError: 503", id="error"),
    pytest.param("slow", False, "cannot be read: TimeoutError: no answer within 1 s", id="slow"),
    pytest.param("gone", False, "cannot be read: ClientConnectorError", id="gone"),
]


@pytest.mark.parametrize(("manner", "cached", "said"), ANSWERS)
def test_a_store_that_is_read_over_http_never_stops_a_run(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str, cached: bool, said: str | None
) -> None:
    machine("one").run(given=WRITES)
    monkeypatch.setattr(_shared, "_PATIENCE", 1.0)
    with serving(tmp_path / "shared", manner) as url:
        given = {"NOXKIT_SHARED_CACHE": "http://127.0.0.1:9" if manner == "gone" else url}
        second = machine("two").run(given=given)
    assert (outcome(second, "finder").cached, second.status) == (cached, Status.FAILED)
    notes = [note for note in second.notes if "shared cache" in note]
    assert len(notes) == (said is not None)
    assert all(note.startswith(f"the shared cache {said}") for note in notes)


def test_a_store_that_cannot_be_written_is_named(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "shared").write_text("a file where the folder is to be")
    report = machine("one").run(given=WRITES)
    assert any(note.startswith("the shared cache cannot be ") for note in report.notes)
    assert outcome(report, "finder").status is Status.FAILED


REFUSED = [
    pytest.param("nosuch://x", "", "`shared-cache` cannot be opened", id="unknown-kind"),
    pytest.param("file:///x", "abc", "NOXKIT_SHARED_CACHE_CREDENTIAL is not a JSON object", id="credential"),
    pytest.param("file:///x", "[1]", "NOXKIT_SHARED_CACHE_CREDENTIAL is not a JSON object", id="credential-list"),
    pytest.param("s3://x/y", "", "`shared-cache` needs another package: Install s3fs", id="no-package"),
    pytest.param("relative", "", "`shared-cache` is `relative`, which is not a URL", id="no-url"),
]


@pytest.mark.parametrize(("url", "credential", "message"), REFUSED)
def test_what_cannot_be_used_is_refused_with_its_place(repo: Repo, url: str, credential: str, message: str) -> None:
    repo.write(manifest(options=f'shared-cache = "{url}"')).commit()
    with pytest.raises(NoxkitError) as caught:
        repo.run(given={"NOXKIT_SHARED_CACHE_CREDENTIAL": credential})
    record = caught.value.records[0]
    assert record.message.startswith(message)
    assert (record.path, record.line) == ("pyproject.toml", 6)
    assert record.hint
    assert "abc" not in f"{record.message}{record.hint}"


def test_without_the_library_the_extra_is_named(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    repo.write(manifest(options='shared-cache = "file:///x"')).commit()
    with pytest.raises(NoxkitError) as caught:
        repo.run()
    assert caught.value.records[0].hint == "install `noxkit[shared-cache]`"
