# SPDX-License-Identifier: Apache-2.0
"""A service on 127.0.0.1 that speaks as much of OSV's protocol as the tools use, and can misbehave."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Osv", "osv_service", "vulnerability"]


def vulnerability(
    package: str, version: str, name: str, *aliases: str, fixed: str = "99", severity: str = "HIGH"
) -> dict[str, Any]:
    """One vulnerability in OSV's form, of one version."""
    vector = {"LOW": "C:N/I:N/A:L", "HIGH": "C:N/I:N/A:H", "CRITICAL": "C:H/I:H/A:H"}[severity]
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return {
        "id": name,
        "aliases": list(aliases),
        "summary": f"{package} does what it must not",
        "details": f"{package} does what it must not.",
        "modified": "2024-01-01T00:00:00Z",
        "published": "2024-01-01T00:00:00Z",
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges, "versions": [version]},
        ],
        "severity": [{"type": "CVSS_V3", "score": f"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/{vector}"}],
        "database_specific": {"severity": severity},
    }


class Osv(http.server.ThreadingHTTPServer):
    """`vulnerabilities` are what it knows; `manner` is `well`, `error`, `slow` or `garbage`."""

    daemon_threads = True

    def __init__(self, *vulnerabilities: dict[str, Any], manner: str = "well") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.vulnerabilities = vulnerabilities
        self.manner = manner
        self.asked = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def known(self, name: str, version: str) -> list[dict[str, Any]]:
        """The vulnerabilities of one version."""
        return [
            each
            for each in self.vulnerabilities
            for part in each["affected"]
            if part["package"]["name"] == name and version in part["versions"]
        ]


class _Handler(http.server.BaseHTTPRequestHandler):
    @property
    def _osv(self) -> Osv:
        assert isinstance(self.server, Osv)
        return self.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name that it has there
        """Say nothing."""

    def do_POST(self) -> None:
        """`query` about one version, `querybatch` about many."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        queries = asked["queries"] if self.path.endswith("querybatch") else [asked]
        found = [self._osv.known(each["package"]["name"], each["version"]) for each in queries]
        if self.path.endswith("querybatch"):
            short = [[{"id": each["id"], "modified": each["modified"]} for each in group] for group in found]
            self._answer({"results": [{"vulns": group} if group else {} for group in short]})
        else:
            self._answer({"vulns": found[0]} if found[0] else {})

    def do_GET(self) -> None:
        """One vulnerability by its name."""
        name = self.path.rpartition("/")[2]
        self._answer(next((each for each in self._osv.vulnerabilities if each["id"] == name), None))

    def _answer(self, document: object) -> None:
        self._osv.asked += 1
        if self._osv.manner == "slow":
            time.sleep(5)
        content = b"<html>" if self._osv.manner == "garbage" else json.dumps(document).encode()
        self.send_response(503 if self._osv.manner == "error" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)


@contextlib.contextmanager
def osv_service(*vulnerabilities: dict[str, Any], manner: str = "well") -> Generator[Osv]:
    """A running service."""
    server = Osv(*vulnerabilities, manner=manner)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
