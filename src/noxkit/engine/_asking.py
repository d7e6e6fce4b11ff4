# SPDX-License-Identifier: Apache-2.0
"""Asks one address whether it answers, however the server behaves, within bounded time and memory."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import email.utils
import enum
import http.client
import socket
import ssl
import threading
import urllib.parse
from typing import TYPE_CHECKING

from noxkit.rules._addresses import normal, refers_inside

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from noxkit.rules.urls import Options
    from noxkit.tasks.cancel import Cancel

__all__ = ["Asker", "Kind", "Verdict"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_NOT_FOR_HEAD = frozenset({400, 403, 404, 405, 406, 410, 501})  # with GET the answer may be another
_GONE = frozenset({404, 410})
_HEADERS = {"User-Agent": "noxkit (asks whether links answer)", "Accept": "*/*", "Accept-Encoding": "identity"}
_VAGUE = "cannot be reached"
_PAUSE = 0.3  # seconds before the second try, twice as long before each further one


class Kind(enum.Enum):
    """What is known of an address."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"
    UNREACHED = "unreached"
    """No server was reached: the address is dead, or the network is not there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer: `text` completes a sentence that begins with the address; `moved` is where it has gone for good.

    `sure` is False where an address that was not reached may be there in spite of that.
    """

    kind: Kind
    text: str = ""
    moved: str | None = None
    sure: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """What one request, or a chain of redirects, came to. `passing` faults may be gone at the next try."""

    status: int | None = None
    location: str | None = None
    retry_after: float | None = None
    fault: Verdict | None = None
    passing: bool = False
    moved: str | None = None


class Asker:
    """Asks addresses; several threads may use one. `environ` has the proxies."""

    def __init__(self, options: Options, *, environ: Mapping[str, str], cancel: Cancel) -> None:
        self._options = options
        self._environ = environ
        self._cancel = cancel
        self._tls = ssl.create_default_context()

    def ask(self, address: str) -> Verdict:
        """What `address`, as `normal` gives it, answers; asked again while its fault may pass."""
        method, pause = "HEAD", _PAUSE
        for left in range(self._options.retries, -1, -1):
            reply = self._follow(address, method)
            wait = pause
            if reply.status == 429 or (reply.status == 503 and reply.retry_after is not None):
                wait = pause if reply.retry_after is None else reply.retry_after
                if wait > self._options.longest_wait or not left:
                    text = (
                        f"asks to be left alone for {wait:.0f} s" if reply.retry_after else "has had too many requests"
                    )
                    return Verdict(kind=Kind.UNKNOWN, text=text)
            elif not reply.passing or not left:
                return _verdict(reply)
            if self._cancel.wait(wait):
                break
            method, pause = "GET", pause * 2
        return Verdict(kind=Kind.UNKNOWN, text="was not asked to the end")

    def _follow(self, address: str, method: str) -> _Reply:
        """Go where redirects lead; each step with HEAD first where `method` is HEAD."""
        seen: set[tuple[str, str]] = set()
        here, moved, lasting, hops = address, None, True, 0
        while not self._cancel.requested:
            seen.add((here, method))
            reply = self._request(here, method)
            if method == "HEAD" and reply.status in _NOT_FOR_HEAD:
                reply = self._request(here, "GET")
            if reply.status not in _REDIRECTS or reply.location is None:
                return dataclasses.replace(reply, moved=moved)
            target = self._target(here, reply.location)
            if isinstance(target, Verdict):
                return _Reply(fault=target)
            lasting = lasting and reply.status in _FOR_GOOD
            here, moved, hops = target, target if lasting else moved, hops + 1
            if hops > self._options.redirects:
                return _dead(f"redirects more than {self._options.redirects} times", passing=method == "HEAD")
            if (here, method) in seen:
                return _dead("redirects in a circle", passing=method == "HEAD")
        return _Reply(fault=Verdict(kind=Kind.UNKNOWN, text="was not asked to the end"))

    def _target(self, here: str, location: str) -> str | Verdict:
        """Where a redirect leads; never from outside into a private network."""
        try:
            written = location.encode("latin-1", "replace").decode("utf-8", "replace")
            target = urllib.parse.urljoin(here, written)
            parts = urllib.parse.urlsplit(target)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                return Verdict(kind=Kind.DEAD, text="redirects to what is no address of the web")
            if refers_inside(parts.hostname) and not self._options.include_loopback:
                return Verdict(kind=Kind.DEAD, text="redirects into a private network")
            return normal(target)
        except ValueError:
            return Verdict(kind=Kind.DEAD, text="redirects to what is no address")

    def _request(self, address: str, method: str) -> _Reply:
        """One request: its status and what its headers say. The body is not read."""
        parts = urllib.parse.urlsplit(address)
        host = parts.hostname or ""
        connection, target, headers = self._connection(parts)
        limit = _Limit(self._options.timeout)
        try:
            with contextlib.closing(connection):
                connection.connect()
                with limit.on(connection.sock):
                    connection.request(method, target, headers=headers)
                    reply = _read(connection.getresponse())
            # headers that the limit has cut off look like headers that have ended
            return self._fault(TimeoutError(), host, late=True) if limit.expired else reply
        except (http.client.HTTPException, OSError, ValueError) as error:
            return self._fault(error, host, late=limit.expired)

    def _fault(self, error: Exception, host: str, *, late: bool) -> _Reply:
        if late:
            return _dead(f"gives no answer within {self._options.timeout:g} s", passing=True)
        if isinstance(error, (http.client.HTTPException, ValueError)) and not isinstance(error, OSError):
            return _dead("answers with what is no HTTP", passing=True)
        if isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError):
            return _dead("ends the connection without an answer", passing=True)
        text, passing = self._unreached(error, host)
        # A private host is there or not whatever the network does.
        kind = Kind.DEAD if refers_inside(host) else Kind.UNREACHED
        return _Reply(fault=Verdict(kind=kind, text=text, sure=text != _VAGUE), passing=passing)

    def _unreached(self, error: Exception, host: str) -> tuple[str, bool]:
        """What to say where no server was reached, and whether that may pass."""
        if isinstance(error, socket.gaierror):
            final = error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
            return (f"has a host that is not known: `{host}`", False) if final else (_VAGUE, True)
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"has a certificate that is not valid: {error.verify_message}", False
        if isinstance(error, TimeoutError):
            return f"gives no answer within {self._options.timeout:g} s", True
        if isinstance(error, ConnectionRefusedError):
            return "refuses the connection", True
        return _VAGUE, True

    def _connection(self, parts: urllib.parse.SplitResult) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
        """A connection that is not open yet, straight or by a proxy, with what to ask for there."""
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        proxy = self._proxy(parts.scheme, host)
        where = (proxy.hostname or "", proxy.port or 80) if proxy is not None else (host, port)
        permission = _permission(proxy) if proxy is not None else {}
        timeout = self._options.timeout
        if parts.scheme == "https":
            secure = http.client.HTTPSConnection(*where, timeout=timeout, context=self._tls)
            if proxy is not None:
                secure.set_tunnel(host, port, headers=permission)
            return secure, path, dict(_HEADERS)
        plain = http.client.HTTPConnection(*where, timeout=timeout)
        if proxy is None:
            return plain, path, dict(_HEADERS)
        return plain, urllib.parse.urlunsplit(parts), {**_HEADERS, **permission, "Host": parts.netloc}

    def _proxy(self, scheme: str, host: str) -> urllib.parse.SplitResult | None:
        names = [f"{scheme}_proxy", "all_proxy"]
        if scheme == "https":
            names += ["HTTPS_PROXY", "ALL_PROXY"]
        address = next((self._environ[name] for name in names if self._environ.get(name)), "")
        beside = (self._environ.get("no_proxy") or self._environ.get("NO_PROXY") or "").split(",")
        suffixes = [part.strip().lstrip(".").lower() for part in beside if part.strip()]
        if not address or refers_inside(host) or any(_ends(host, suffix) for suffix in suffixes):
            return None
        return urllib.parse.urlsplit(address if "://" in address else f"http://{address}")


def _ends(host: str, suffix: str) -> bool:
    return suffix in {"*", host} or host.endswith(f".{suffix}")


def _permission(proxy: urllib.parse.SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    words = f"{urllib.parse.unquote(proxy.username)}:{urllib.parse.unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(words.encode()).decode()}"}


def _read(response: http.client.HTTPResponse) -> _Reply:
    return _Reply(
        status=response.status,
        location=response.headers.get("Location"),
        retry_after=_seconds(response.headers.get("Retry-After")),
        passing=response.status >= 500 and response.status not in {501, 505},
    )


def _dead(text: str, *, passing: bool = False) -> _Reply:
    return _Reply(fault=Verdict(kind=Kind.DEAD, text=text), passing=passing)


def _verdict(reply: _Reply) -> Verdict:
    if reply.fault is not None:
        return reply.fault
    status = reply.status or 0
    if status in _GONE or status >= 500:
        return Verdict(kind=Kind.DEAD, text=f"answers {status} {http.client.responses.get(status, '')}".rstrip())
    return Verdict(kind=Kind.ALIVE, text=str(status), moved=reply.moved)


def _seconds(written: str | None) -> float | None:
    """The delay of a `Retry-After`, in seconds or as a date; None where it is neither."""
    if written is None:
        return None
    text = written.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=dt.timezone.utc)
    return max(0.0, (date - dt.datetime.now(dt.timezone.utc)).total_seconds())


class _Limit:
    """Ends a connection after a while: the limit of a socket is one for each of its parts, which a server may drip."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._seconds = seconds

    @contextlib.contextmanager
    def on(self, sock: socket.socket) -> Generator[None]:
        """Watch `sock` while inside."""
        timer = threading.Timer(self._seconds, self._end, args=(sock,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self, sock: socket.socket) -> None:
        self.expired = True
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
