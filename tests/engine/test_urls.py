# SPDX-License-Identifier: Apache-2.0
"""`urls` against a server that misbehaves in every way: what answers, what is dead, and what cannot be told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.engine._urls import plan_urls
from noxkit.rules._base import Place
from noxkit.rules.urls import Answer, url_dead
from tests._trees import Repo, clean_environ, outcome
from tests.engine._misbehaving import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noxkit.diagnostics.model import Report

MANIFEST = '[project]\nname = "demo"\nversion = "1"\n[tool.noxkit.rules.urls]\n'
QUICK = "include-loopback = true\ntimeout = 1\nretries = 1\nlongest-wait = 2\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A folder that asks loopback, quickly."""
    made = Repo(tmp_path / "repo", clean_environ(tmp_path / "home"))
    return made.write({"pyproject.toml": MANIFEST + QUICK})


def urls(repo: Repo, *arguments: str) -> Report:
    return repo.run(*arguments, planner=plan_urls, session="urls")


def ask(repo: Repo, server: Server, *paths: str) -> Report:
    """The report on a README that names these paths of the server."""
    repo.write({"README.md": "".join(f"- <{server.url(path)}>\n" for path in paths)})
    server.asked.clear()
    return urls(repo)


ALIVE = [
    "/", "/status/204", "/status/401", "/status/403", "/status/405", "/status/418", "/get-only/405", "/get-only/403",
    "/get-only/404", "/get-only/501", "/get-only/400", "/fails-once/500", "/fails-once/502", "/drops-once", "/moved",
    "/to//status/200", "/busy/0", "/busy/1", "/huge", "/slow/0.3", "/status/304",
]  # fmt: skip


@pytest.mark.parametrize("path", ALIVE)
def test_an_address_that_answers(repo: Repo, server: Server, path: str) -> None:
    report = ask(repo, server, path)
    assert (report.status, report.findings) == (Status.PASSED, ()), outcome(report, "urls")
    assert server.total(path) <= 3


DEAD = {
    "/status/404": "answers 404 Not Found",
    "/status/410": "answers 410 Gone",
    "/status/500": "answers 500 Internal Server Error",
    "/status/503": "answers 503 Service Unavailable",
    "/slow/30": "gives no answer within 1 s",
    "/drip": "gives no answer within 1 s",
    "/drip-headers": "gives no answer within 1 s",
    "/continue": "gives no answer within 1 s",
    "/drop": "ends the connection without an answer",
    "/reset": "ends the connection without an answer",
    "/garbage": "answers with what is no HTTP",
    "/long-line": "answers with what is no HTTP",
    "/many-headers": "answers with what is no HTTP",
    "/endless/0": "redirects more than 10 times",
    "/circle/a": "redirects in a circle",
    "/to//status/404": "answers 404 Not Found",
    "/to/ftp://a.b/c": "redirects to what is no address of the web",
    "/bad-location": "redirects to what is no address",
}


@pytest.mark.parametrize(("path", "message"), DEAD.items(), ids=DEAD.keys())
def test_an_address_that_does_not_answer(repo: Repo, server: Server, path: str, message: str) -> None:
    started = time.monotonic()
    report = ask(repo, server, path)
    assert [finding.code for finding in report.findings] == ["NK-URL-DEAD"], outcome(report, "urls")
    found = report.findings[0]
    assert message in found.message
    assert (found.path, found.line, found.column) == ("README.md", 1, 4)
    assert time.monotonic() - started < 10


UNKNOWN = ["/always-busy/3600", "/always-busy/0", "/always-busy/", "/always-busy/soon", "/always-busy/" + "9" * 9000,
           "/always-busy/Fri,%2031%20Dec%202199"]  # fmt: skip


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:24])
def test_a_server_that_wants_to_be_left_alone_is_neither(repo: Repo, server: Server, path: str) -> None:
    report = ask(repo, server, path)
    task = outcome(report, "urls")
    assert (task.status, report.findings) == (Status.INCONCLUSIVE, ())
    assert task.hint


def test_a_refused_connection_is_dead(repo: Repo) -> None:
    with serving() as gone:
        address = gone.url("/x")
    repo.write({"README.md": f"<{address}>\n"})
    assert ["refuses the connection" in finding.message for finding in urls(repo).findings] == [True]


def test_without_a_network_it_is_inconclusive(repo: Repo) -> None:
    repo.write({"README.md": "<https://no-such-host.acme-noxkit.io/> <https://nor-this.acme-noxkit.io/>\n"})
    repo.environ.update(https_proxy="http://127.0.0.1:9", no_proxy="")
    report = urls(repo)
    task = outcome(report, "urls")
    assert (task.status, report.findings) == (Status.INCONCLUSIVE, ())
    assert "no network" in (task.reason or "")


def test_each_address_is_asked_once_wherever_it_stands(repo: Repo, server: Server) -> None:
    repo.write(
        {
            "docs/a.md": f"[a]({server.url('/once#part')}) and [b]({server.url('/once')})\n",
            "src/a.py": f'# see {server.url("/once")}.\nLINK = "{server.url("/once")}"\n',
            "tool.toml": f'url = "{server.url("/once")}"\n',
        }
    )
    server.asked.clear()
    report = urls(repo)
    assert server.asked == {("HEAD", "/once"): 1}
    assert outcome(report, "urls").evidence["addresses"] == 1


def test_a_dead_address_is_found_once_in_each_file(repo: Repo, server: Server) -> None:
    address = server.url("/status/404")
    repo.write({"a.md": f"x\n[a]({address})\n[b]({address})\n", "b.py": f'"""Docs.\n\nSee {address}.\n"""\n'})
    assert [(finding.path, finding.line) for finding in urls(repo).findings] == [("a.md", 2), ("b.py", 3)]


def test_what_answered_is_not_asked_again_until_it_is_old(repo: Repo, server: Server) -> None:
    ask(repo, server, "/kept", "/status/404")
    report = ask(repo, server, "/kept", "/status/404")
    assert (server.total("/kept"), server.total("/status/404") > 0) == (0, True)
    assert outcome(report, "urls").evidence["known"] == 1
    repo.write({"pyproject.toml": f"{MANIFEST}{QUICK}max-age = 0\n"})
    ask(repo, server, "/kept")
    assert server.total("/kept") == 1


def test_no_cache_asks_again(repo: Repo, server: Server) -> None:
    ask(repo, server, "/again")
    server.asked.clear()
    urls(repo, "--no-cache")
    assert server.total("/again") == 1


def test_a_host_gets_no_more_requests_at_a_time_than_it_may(repo: Repo) -> None:
    for limit in (1, 2, 4):
        repo.write({"pyproject.toml": f"{MANIFEST}{QUICK}per-host = {limit}\n"})
        with serving() as calm:
            ask(repo, calm, *(f"/slow/0.1{number}" for number in range(8)))
            assert calm.most == limit


def test_loopback_is_exempt_by_itself(repo: Repo, server: Server) -> None:
    repo.write({"pyproject.toml": MANIFEST})
    report = ask(repo, server, "/status/404")
    assert (server.total("/status/404"), outcome(report, "urls").status) == (0, Status.SKIPPED)
    assert outcome(report, "urls").evidence["exempt"] == "1 loopback"


def test_an_allowed_address_is_not_asked(repo: Repo, server: Server) -> None:
    repo.write({"pyproject.toml": f'{MANIFEST}{QUICK}allow = ["{server.url("/status")}", "*/drop"]\n'})
    assert ask(repo, server, "/status/404", "/drop", "/").findings == ()
    assert (server.total("/status/404"), server.total("/drop")) == (0, 0)


def test_excluded_files_and_tests_are_not_read(repo: Repo, server: Server) -> None:
    bad = f"<{server.url('/status/404')}>\n"
    repo.write({"pyproject.toml": f'{MANIFEST}{QUICK}exclude = ["old/**"]\n', "old/a.md": bad, "tests/a.md": bad})
    repo.write({"test_x.py": f"# {bad}", "page.html.j2": bad, "node_modules/a.md": bad, "uv.lock": bad, "a.md": "x\n"})
    assert urls(repo).findings == ()


def test_where_it_went_for_good_is_told(repo: Repo, server: Server) -> None:
    evidence = outcome(ask(repo, server, "/moved"), "urls").evidence
    assert evidence["moved"] == [f"{server.url('/moved')} -> {server.url('/status/200')}"]


def test_many_hosts_that_hang_are_asked_at_the_same_time(repo: Repo) -> None:
    with serving() as one, serving() as two, serving() as three:
        addresses = [each.url("/slow/30") for each in (one, two, three)]
        repo.write({"README.md": "".join(f"<{address}>\n" for address in addresses)})
        started = time.monotonic()
        assert len(urls(repo).findings) == 3
        assert time.monotonic() - started < 6


def test_the_findings_of_a_table_count(repo: Repo, server: Server) -> None:
    assert ask(repo, server, "/status/404").status is Status.FAILED


def test_it_is_not_due_without_documents(repo: Repo) -> None:
    (repo.root / "pyproject.toml").unlink()
    repo.write({"data.bin": "x"})
    assert outcome(urls(repo), "urls").status is Status.SKIPPED


def test_the_rule_says_which_address_and_why() -> None:
    answer = Answer(address="https://a.io/x", problem="answers 404", places=(Place("a.md", 1), Place("b.md", 2)))
    assert [finding.message for finding in url_dead(answer)] == ["`https://a.io/x` answers 404"] * 2
    assert url_dead(Answer(address="https://a.io/x", places=(Place("a.md", 1),))) == []


def test_a_network_that_lets_few_through_is_none(repo: Repo, server: Server) -> None:
    gone = "".join(f"<https://h{number}.acme-noxkit.io/>\n" for number in range(3))
    repo.write({"README.md": f"<{server.url('/')}>\n{gone}"})
    repo.environ.update(https_proxy="http://127.0.0.1:9", no_proxy="")
    report = urls(repo)
    assert (outcome(report, "urls").status, report.findings) == (Status.INCONCLUSIVE, ())


def test_a_host_that_is_gone_is_dead_where_others_answer(repo: Repo, server: Server) -> None:
    repo.write({"README.md": f"<{server.url('/')}>\n<https://no-such-host.acme-noxkit.io/>\n"})
    repo.environ.update(https_proxy="http://127.0.0.1:9", no_proxy="")
    assert [finding.line for finding in urls(repo).findings] == [2]
