# SPDX-License-Identifier: Apache-2.0
"""A server on 127.0.0.1 that misbehaves in every way that its paths name, and remembers who asked."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Server", "serving"]

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_HUGE = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
_STATUS = "HTTP/1.1 {} X\r\nContent-Length: 0\r\n{}\r\n"


class Server:
    """What has been asked, by method and path; `most` is how many slow answers were waited for at the same time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: Counter[tuple[str, str]] = Counter()
        self.most = 0
        self._waiting = 0
        self._lock = threading.Lock()

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def total(self, path: str) -> int:
        """How often a path was asked, by any method."""
        return sum(count for (_, each), count in self.asked.items() if each == path)

    def count(self, method: str, path: str) -> int:
        """Count a request; gives how many there were before."""
        with self._lock:
            before = self.total(path)
            self.asked[method, path] += 1
            return before

    def wait(self, seconds: float) -> None:
        """Keep somebody waiting, and count that until the answer: behind it the next request may come at once."""
        with self._lock:
            self._waiting += 1
            self.most = max(self.most, self._waiting)
        time.sleep(seconds)
        with self._lock:
            self._waiting -= 1


def _answer(sock: socket.socket, method: str, path: str, before: int) -> None:  # noqa: PLR0912, PLR0915, C901 -- misdeeds
    def status(code: int, headers: str = "") -> None:
        sock.sendall(_STATUS.format(code, headers).encode())

    name, _, argument = path.strip("/").partition("/")
    if name == "status":
        status(int(argument))
    elif name == "slow":  # waited for by now
        sock.sendall(_OK)
    elif name == "drip":
        for byte in _OK * 100:
            sock.sendall(bytes([byte]))
            time.sleep(0.1)
    elif name == "drip-headers":
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(1000):
            sock.sendall(b"X-%d: y\r\n" % number)
            time.sleep(0.05)
    elif name == "continue":
        for _ in range(1000):
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.01)
    elif name == "drop":
        return
    elif name == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    elif name == "garbage":
        sock.sendall(bytes(range(256)) * 40)
    elif name == "long-line":
        sock.sendall(b"HTTP/1.1 200 " + b"x" * 200_000 + b"\r\n\r\n")
    elif name == "many-headers":
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n")
    elif name == "endless":
        status(302, f"Location: /endless/{int(argument or 0) + 1}\r\n")
    elif name == "circle":
        status(301, f"Location: /circle/{'b' if argument == 'a' else 'a'}\r\n")
    elif name == "to":
        status(302, f"Location: {argument}\r\n")
    elif name == "moved":
        status(301, "Location: /status/200\r\n")
    elif name == "bad-location":
        status(302, "Location: http://[::1/\xff\r\n")
    elif name == "get-only":
        status(int(argument) if method == "HEAD" else 200)
    elif name == "fails-once":
        status(int(argument) if before == 0 else 200)
    elif name == "drops-once":
        if before:
            sock.sendall(_OK)
    elif name == "busy":
        status(429 if before == 0 else 200, f"Retry-After: {argument}\r\n" if before == 0 else "")
    elif name == "always-busy":
        status(429, f"Retry-After: {argument}\r\n" if argument else "")
    elif name == "huge":
        sock.sendall(_HUGE)
        with contextlib.suppress(OSError):
            for _ in range(1000):
                sock.sendall(b"x" * 65536)
    else:
        sock.sendall(_OK)


@contextlib.contextmanager
def serving() -> Generator[Server]:
    """A server on a free port while inside."""
    known: list[Server] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline().decode("latin-1").split()
            while self.rfile.readline() not in {b"\r\n", b""}:
                pass
            if len(line) > 1:
                before = known[0].count(line[0], line[1])
                if line[1].startswith("/slow/"):
                    known[0].wait(float(line[1].removeprefix("/slow/")))
                with contextlib.suppress(OSError):
                    _answer(self.connection, line[0], line[1], before)

    class Threaded(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

    with Threaded(("127.0.0.1", 0), Handler) as listening:
        known.append(Server(listening.server_address[1]))
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield known[0]
        finally:
            listening.shutdown()
