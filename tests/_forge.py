# SPDX-License-Identifier: Apache-2.0
"""A forge on 127.0.0.1 that keeps releases and pull requests in memory, as GitHub and as GitLab answer."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import itertools
import json
import re
import threading
import urllib.parse
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["TOKEN", "ForgeServer", "forge"]

TOKEN = "a-made-up-token"  # noqa: S105 -- of this server alone
PROJECT = "acme/shop"


class ForgeServer(http.server.ThreadingHTTPServer):
    """`releases` and `requests` are what it holds, `files` the bytes of what was uploaded, by the place.

    `faults` are statuses that are answered instead, one for each call that writes; `asked` is what was called.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.releases: dict[int, dict[str, Any]] = {}
        self.requests: dict[int, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.faults: list[int] = []
        self.asked: list[str] = []
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where its interface is."""
        return f"http://127.0.0.1:{self.server_address[1]}/api"

    def named(self) -> dict[str, list[str]]:
        """The names of the files of each release that is to be seen, by its tag."""
        seen = [each for each in self.releases.values() if not each.get("draft")]
        return {each["tag_name"]: sorted(asset["name"] for asset in each["assets"]) for each in seen}


class _Handler(http.server.BaseHTTPRequestHandler):
    @property
    def forge(self) -> ForgeServer:
        """The server, as what it is."""
        return cast("ForgeServer", self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as it is called
        """Say nothing."""

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def do_PATCH(self) -> None:
        self._handle("PATCH")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    def _handle(self, method: str) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        split = urllib.parse.urlsplit(self.path)
        path, query = split.path.removeprefix("/api"), dict(urllib.parse.parse_qsl(split.query))
        with self.forge.lock:
            self.forge.asked.append(f"{method} {path}")
            given = {self.headers.get(name) for name in ("Authorization", "PRIVATE-TOKEN", "JOB-TOKEN")}
            if not given & {f"Bearer {TOKEN}", TOKEN}:
                status, said = 401, {"message": "Bad credentials"}
            elif method != "GET" and self.forge.faults:
                status, said = self.forge.faults.pop(0), {"message": "not now"}
            elif path.startswith("/repos/"):
                status, said = self._github(method, path.removeprefix(f"/repos/{PROJECT}"), query, content)
            else:
                project = f"/projects/{urllib.parse.quote(PROJECT, safe='')}"
                status, said = self._gitlab(method, path.removeprefix(project), query, content)
        data = json.dumps(said).encode() if said is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _github(  # noqa: PLR0911 -- one for each call
        self, method: str, path: str, query: dict[str, str], content: bytes
    ) -> tuple[int, Any]:
        forge = self.forge
        if path == "/releases" and method == "GET":
            return 200, list(forge.releases.values())
        if path == "/releases" and method == "POST":
            number = next(forge.numbers)
            upload = f"{forge.url}/repos/{PROJECT}/releases/{number}/assets{{?name,label}}"
            made: dict[str, Any] = {**json.loads(content), "id": number, "assets": [], "upload_url": upload}
            forge.releases[number] = made
            return 201, made
        if path == "/pulls" and method == "GET":
            head = query["head"].partition(":")[2]
            return 200, [each for each in forge.requests.values() if each["head"] == head and each["state"] == "open"]
        if path == "/pulls":
            return 201, self._request(json.loads(content), "html_url")
        if found := re.fullmatch(r"/pulls/(\d+)", path):
            forge.requests[int(found[1])].update(json.loads(content))
            return 200, forge.requests[int(found[1])]
        if found := re.fullmatch(r"/releases/(\d+)/assets", path):
            return self._asset(forge.releases[int(found[1])], query["name"], content)
        found = re.fullmatch(r"/releases/(\d+)", path)
        if found is None or int(found[1]) not in forge.releases:
            return 404, {"message": "Not Found"}
        if method == "DELETE":
            del forge.releases[int(found[1])]
            return 204, None
        forge.releases[int(found[1])].update(json.loads(content))
        return 200, forge.releases[int(found[1])]

    def _asset(self, release: dict[str, Any], name: str, content: bytes) -> tuple[int, Any]:
        if any(each["name"] == name for each in release["assets"]):
            return 422, {"message": "already_exists"}
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        asset = {"id": next(self.forge.numbers), "name": name, "state": "uploaded", "digest": digest}
        release["assets"].append(asset)
        return 201, asset

    def _gitlab(  # noqa: PLR0911 -- one for each call
        self, method: str, path: str, query: dict[str, str], content: bytes
    ) -> tuple[int, Any]:
        forge = self.forge
        if path.startswith("/packages/generic/"):
            forge.files[path] = content
            return 201, {"message": "201 Created"}
        if path == "/merge_requests" and method == "GET":
            same = [each for each in forge.requests.values() if each["source_branch"] == query["source_branch"]]
            return 200, [each for each in same if each["state"] == "open"]
        if path == "/merge_requests":
            return 201, self._request(json.loads(content), "web_url")
        if found := re.fullmatch(r"/merge_requests/(\d+)", path):
            forge.requests[int(found[1])].update(json.loads(content))
            return 200, forge.requests[int(found[1])]
        if path == "/releases":
            given = json.loads(content)
            forge.releases[next(forge.numbers)] = {**given, "assets": list(given["assets"]["links"])}
            return 201, given
        found = re.fullmatch(r"/releases/([^/]+)(/assets/links)?", path)
        tag = urllib.parse.unquote(found[1]) if found else ""
        number = next((key for key, each in forge.releases.items() if each["tag_name"] == tag), None)
        if number is None:
            return 404, {"message": "404 Not found"}
        release = forge.releases[number]
        if found and found[2]:
            release["assets"].append(json.loads(content))
            return 201, None
        if method == "DELETE":
            del forge.releases[number]
        return 200, {**release, "assets": {"links": release["assets"]}}

    def _request(self, given: dict[str, Any], address: str) -> dict[str, Any]:
        number = next(self.forge.numbers)
        made = {**given, "number": number, "iid": number, "state": "open", address: f"{self.forge.url}/{number}"}
        self.forge.requests[number] = made
        return made


@contextlib.contextmanager
def forge() -> Generator[ForgeServer]:
    """A running forge."""
    with ForgeServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
