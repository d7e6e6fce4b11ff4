# SPDX-License-Identifier: Apache-2.0
"""Results that machines share at a URL, by fsspec: read by all, written only by who has the credential."""

from __future__ import annotations

import contextlib
import importlib
import threading
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import msgspec

from noxkit.diagnostics.credentials import SHARED_CACHE_CREDENTIAL
from noxkit.tasks.environ import strip_user_information
from noxkit.tasks.store import sealed, unsealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["SharedCache", "SharedCacheError", "open_shared"]

T = TypeVar("T")

_LIBRARY = "fsspec.core"
_PATIENCE = 20.0  # seconds that the store is waited for, each time
_LARGEST = 16 << 20  # bytes of one result
_LOOK = 0.2  # seconds between two looks at whether the run is to stop


class SharedCacheError(Exception):
    """Raised where the URL or the credential cannot be used: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class _FileSystem(Protocol):
    """What is used of `fsspec.AbstractFileSystem`."""

    def cat(self, path: list[str], *, on_error: str) -> Mapping[str, object]: ...
    def pipe(self, path: dict[str, bytes]) -> None: ...
    def makedirs(self, path: str, exist_ok: bool) -> None: ...  # noqa: FBT001 -- fsspec's own


class _Library(Protocol):
    def url_to_fs(self, url: str, **options: object) -> tuple[_FileSystem, str]: ...


class SharedCache:
    """Values under keys in a folder that `reading` gives, and `writing` where that is known. Several threads may ask.

    A store that does not answer is asked no more in this run, and never stops one: `trouble` then says why.
    """

    def __init__(
        self, reading: _FileSystem, folder: str, *, writing: _FileSystem | None, is_over: Callable[[], bool]
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._folder = folder.rstrip("/")
        self._is_over = is_over
        self._waiting: dict[str, bytes] = {}
        self.trouble: str | None = None

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values that are there, by their keys; what is damaged is not."""
        if not keys or self.trouble is not None:
            return {}
        paths = {self._path(key): key for key in keys}
        answer = self._within(lambda: self._reading.cat(list(paths), on_error="return"), "read")
        found: dict[str, bytes] = {}
        for path, value in (answer or {}).items():
            key = paths.get(path) or path.rpartition("/")[2]
            data = unsealed(key, value) if isinstance(value, bytes) else None
            if data is not None:
                found[key] = data
            if isinstance(value, Exception) and not isinstance(value, FileNotFoundError):
                self._stop("read", value)
        return found

    def put(self, key: str, data: bytes) -> None:
        """Have a value written by `flush`, where this run may write."""
        if self._writing is not None and len(data) <= _LARGEST:
            self._waiting[key] = data

    def flush(self) -> None:
        """Write what was put."""
        if self._writing is None or not self._waiting or self.trouble is not None:
            return
        contents = {self._path(key): sealed(key, data) for key, data in self._waiting.items()}
        self._within(lambda: self._write(contents), "written")
        self._waiting.clear()

    def _write(self, contents: dict[str, bytes]) -> None:
        writing = cast("_FileSystem", self._writing)
        try:
            writing.pipe(contents)
        except FileNotFoundError:  # a file system that has folders
            writing.makedirs(self._folder, exist_ok=True)
            writing.pipe(contents)

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key}"

    def _within(self, call: Callable[[], T], verb: str) -> T | None:
        """What `call` gives, in time; None where it fails, or where the run is to stop."""
        answers: list[T] = []
        failures: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(call())
            except Exception as error:  # noqa: BLE001 -- each file system raises what it likes
                failures.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        waited = 0.0
        while thread.is_alive() and waited < _PATIENCE and not self._is_over():
            thread.join(_LOOK)
            waited += _LOOK
        if failures:
            self._stop(verb, failures[0])
        elif not answers and not self._is_over():
            self._stop(verb, TimeoutError(f"no answer within {_PATIENCE:.0f} s"))
        return answers[0] if answers else None

    def _stop(self, verb: str, error: Exception) -> None:
        said = strip_user_information(next(iter(str(error).splitlines()), ""))
        self.trouble = f"cannot be {verb}: {type(error).__name__}: {said}"


def open_shared(url: str, credential: str, *, is_over: Callable[[], bool]) -> SharedCache:
    """The store at `url`, which may be written with a `credential`, a JSON object; an empty one is none.

    Raises SharedCacheError where there is no such kind of store, or the credential is no JSON object.
    """
    try:
        library = cast("_Library", importlib.import_module(_LIBRARY))
    except ModuleNotFoundError as error:
        raise SharedCacheError("`shared-cache` needs fsspec", "install `noxkit[shared-cache]`") from error
    try:
        reading, folder = library.url_to_fs(url)
        writing = library.url_to_fs(url, **_options(credential))[0] if credential.strip() else None
    except ImportError as error:
        raise SharedCacheError(f"`shared-cache` needs another package: {error}", "install it beside noxkit") from error
    except (ValueError, TypeError) as error:
        message = f"`shared-cache` cannot be opened: {str(error) or type(error).__name__}"
        raise SharedCacheError(message, "give a URL that fsspec knows, such as `s3://bucket/noxkit`") from error
    return SharedCache(reading, folder, writing=writing, is_over=is_over)


def _options(credential: str) -> dict[str, object]:
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(credential, type=dict[str, object])
    raise SharedCacheError(
        f"{SHARED_CACHE_CREDENTIAL} is not a JSON object",
        'give the options of the file system that may write, such as `{"key": "…", "secret": "…"}`; `{}` for none',
    )
