# SPDX-License-Identifier: Apache-2.0
"""Who listens to a run: the log of events as JSON lines, and several listeners in one."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import weakref
from typing import TYPE_CHECKING, cast

import msgspec

from noxkit.errors import ErrorRecord, NoxkitError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from noxkit.diagnostics.events import Event, Observer

__all__ = ["EventLog", "Fanout"]


class EventLog:
    """Appends each event to a file as one line of JSON, with `time` (RFC 3339, UTC) and `session` in front.

    Each line is one write to a file opened for appending, which the kernel keeps whole: several
    sessions, also of several processes, may share a file. A disk that fills up stops the log and not
    the run: `failure` then says why. Raises NoxkitError where the file cannot be opened.
    """

    def __init__(self, path: Path, *, session: str) -> None:
        self.failure: OSError | None = None
        self._session = session
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise NoxkitError(
                ErrorRecord(
                    code="NK-FILE-UNWRITABLE",
                    message=f"the event log {path} cannot be written: {error.strerror}",
                    hint="give `--events` (or NOXKIT_EVENTS) a file in a folder that can be written",
                )
            ) from error
        weakref.finalize(self, os.close, self._descriptor)

    def __call__(self, event: Event, /) -> None:
        """Write one event."""
        if self.failure is not None:
            return
        now = dt.datetime.now(dt.timezone.utc).isoformat(timespec="milliseconds")
        fields = cast("dict[str, object]", msgspec.to_builtins(event))
        line = _encoded({"time": now.replace("+00:00", "Z"), "session": self._session, **fields}) + b"\n"
        try:
            _write_all(self._descriptor, line)
        except OSError as error:
            self.failure = error


class Fanout:
    """Gives every event to each of several listeners, in their order."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    def __call__(self, event: Event, /) -> None:
        """Pass one event on."""
        for observer in self._observers:
            observer(event)


def _encoded(value: object) -> bytes:
    with contextlib.suppress(UnicodeEncodeError):
        return msgspec.json.encode(value)
    # a file name that is not UTF-8: Python keeps its bytes as surrogates
    return msgspec.json.encode(_encodable(value))


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return {_encodable(key): _encodable(item) for key, item in items}
    if isinstance(value, (list, tuple)):
        return [_encodable(item) for item in cast("list[object]", value)]
    return value


def _write_all(descriptor: int, data: bytes) -> None:
    """One write, in all but the rarest cases: only a pipe, or a disk that is nearly full, takes less."""
    while data:
        data = data[os.write(descriptor, data) :]
