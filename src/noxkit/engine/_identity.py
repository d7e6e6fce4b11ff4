# SPDX-License-Identifier: Apache-2.0
"""What programs and environments are, by content: the same where they are installed anew, or on another machine."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._inputs import Unknowable, environment_digest
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from noxkit.tasks.store import Store

__all__ = ["Identities"]

_CHUNK = 1 << 20
# How something was installed, which no tool reads, and which no two installations have the same.
_OF_THE_INSTALLER = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})


class Identities:
    """Hashes of programs and environments, each computed once for the same sizes and times of its files.

    The folders `root` of the repository, `tools` of the tools and `home` of the user have no part in them.
    """

    def __init__(self, store: Store, *, root: Path, tools: Path, home: str | None) -> None:
        self._store = store
        self._root = root
        self._tools = tools
        places = {str(root): "{root}", str(tools): "{tools}", home or "": "{home}"}
        self._words = {os.fsencode(place): word.encode() for place, word in places.items() if len(place) > 1}
        longest = sorted(self._words, key=lambda place: (-len(place), place))
        self._places = re.compile(rb"(?<![\w./-])(?:%s)(?![\w.-])" % b"|".join(map(re.escape, longest)))
        self._environments: dict[Path, str] = {}

    def portable(self, text: str) -> str:
        """`text` with words in the place of folders that are elsewhere on another machine."""
        return os.fsdecode(self._portable(os.fsencode(text)))

    def program(self, name: str, environ: Mapping[str, str]) -> str:
        """Which program is meant: of a tool's environment, which does not change, by its folder, others by content.

        Raises Unknowable where it is not on PATH, and OSError where it cannot be read.
        """
        found = shutil.which(name, path=environ.get("PATH"))
        if found is None:
            raise Unknowable(f"`{name}` is not on PATH")
        file = Path(os.path.realpath(found))
        status = file.stat()
        if file.is_relative_to(self._tools):
            return f"{file.relative_to(self._tools)} {status.st_size}"
        state = key_of("program", str(file), f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
        return self._remembered(state, lambda: _digest(file))

    def environment(self, folder: Path) -> str:
        """One hash over what is installed in the virtual environment `folder`. Raises Unknowable."""
        if folder not in self._environments:
            state = key_of("environment", environment_digest(folder, root=self._root))
            try:
                self._environments[folder] = self._remembered(state, lambda: self._installed(folder))
            except OSError as error:
                raise Unknowable(f"the environment cannot be read: {error.strerror}") from error
        return self._environments[folder]

    def _remembered(self, state: str, compute: Callable[[], str]) -> str:
        kept = self._store.get(state)
        if kept is not None:
            return kept.decode("ascii", "replace")
        found = compute()
        self._store.put(state, found.encode())
        return found

    def _installed(self, folder: Path) -> str:
        settings = (folder / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
        python = os.path.realpath(folder / "bin" / "python")
        digest = hashlib.sha256(self._portable(os.fsencode(f"{settings}\0{python}\0")))
        for packages in sorted(folder.glob("lib/python*/site-packages")):
            for file in sorted(_files(packages)):
                relative = file.relative_to(packages)
                content = _digest(file) if len(relative.parts) > 1 else self._digest_at_top(file)
                digest.update(f"{relative.as_posix()}\0{content}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _digest_at_top(self, file: Path) -> str:
        """Of a file that may name where the project lies, as those of editable installations do."""
        return hashlib.sha256(self._portable(file.read_bytes())).hexdigest()

    def _portable(self, data: bytes) -> bytes:
        return self._places.sub(lambda match: self._words[match[0]], data)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        own = _OF_THE_INSTALLER if place.endswith(".dist-info") else frozenset[str]()
        yield from (Path(place, name) for name in names if name not in own)


def _digest(file: Path) -> str:
    if file.is_symlink() and not file.exists():
        return ""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
