# SPDX-License-Identifier: Apache-2.0
"""A package index on 127.0.0.1, and a proxy before it that fails on demand."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = ["Proxy", "index", "proxy"]


@contextlib.contextmanager
def index(folder: Path) -> Generator[str]:
    """A package index that takes uploads from anybody; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir()
    words = ["run", "-i", "127.0.0.1", "-p", str(port), "-P", ".", "-a", ".", "--disable-fallback", str(folder)]
    server = subprocess.Popen([sys.executable, "-m", "pypiserver", *words], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
                break
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


class Proxy(http.server.ThreadingHTTPServer):
    """Hands requests on to the index at `target`, and does once for each what stands in `faults`.

    `refuse` answers 503 to an upload, `drop` hands it on and gives no answer, `late` hides files from the listing,
    `alter` changes a byte of a file that is given out, `html` answers a listing with something else.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.faults: list[str] = []
        self.uploads: list[int] = []  # the status of each
        self.delay = 0.0  # seconds that an upload takes longer
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def takes(self, fault: str) -> bool:
        """Whether this fault is due, which it then is no more."""
        with self._lock:
            if fault in self.faults:
                self.faults.remove(fault)
                return True
            return False


class _Handler(http.server.BaseHTTPRequestHandler):
    @property
    def front(self) -> Proxy:
        """The server, as what it is."""
        return cast("Proxy", self.server)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        status, kind, body = self._asked("GET", None)
        is_listing = self.path.startswith("/simple/") and status == 200
        if is_listing and self.front.takes("html"):
            kind, body = "text/html", b"<html><body>Sign in</body></html>"
        elif is_listing and self.front.takes("late"):
            status, body = 404, b"not yet"
        elif self.path.startswith("/packages/") and self.front.takes("alter"):
            body = body[:-1] + bytes([body[-1] ^ 1])
        self._answer(status, kind, body)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.front.delay)
        if self.front.takes("refuse"):
            self.front.uploads.append(503)
            self._answer(503, "text/plain", b"later")
            return
        status, kind, body = self._asked("POST", content)
        self.front.uploads.append(status)
        if self.front.takes("drop"):
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(status, kind, body)

    def _asked(self, method: str, content: bytes | None) -> tuple[int, str, bytes]:
        place = urllib.parse.urlsplit(self.front.target)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        connection.request(method, self.path, body=content, headers=headers)
        answer = connection.getresponse()
        found = answer.status, answer.headers.get("Content-Type", "text/plain"), answer.read()
        connection.close()
        return found

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as it is called
        """Say nothing."""


@contextlib.contextmanager
def proxy(target: str) -> Generator[Proxy]:
    """A proxy before the index at `target`."""
    with Proxy(target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
