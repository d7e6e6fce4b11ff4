# SPDX-License-Identifier: Apache-2.0
"""Coverage data files between runs and machines: kept under one name each, read, and mapped onto this tree.

The files are SQLite databases whose schema coverage.py documents ("Coverage.py database schema",
version 7). Paths in them are those of the machine that ran the tests; they are mapped by the files
that both machines have, so that a repository need not set `relative_files` or `[paths]` for it.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import hashlib
import json
import re
import shutil
import sqlite3
import urllib.parse
from typing import TYPE_CHECKING

from noxkit.diagnostics.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping
    from pathlib import Path

__all__ = [
    "DATA_FOLDER",
    "Shard",
    "changed_sources",
    "copy_mapped",
    "keep_shards",
    "mapping_of",
    "read_shards",
    "record_sources",
]

DATA_FOLDER = ".nox/noxkit/coverage"
"""Where coverage data is kept, below the root; data of other machines may lie in folders below it."""

_SCHEMA = 7
_NAME = re.compile(r"coverage\.(?P<python>\d+\.\d+t?)(?:\.(?P<package>[^~]+))?(?:~\d+)?")
_NO_DATA = re.compile(r".*(-journal|-wal|-shm|\.(json|xml|lcov|html|toml|txt|md|gz|zip))")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One data file. `name` is relative to the folder that holds all data; `python` and `package` are from the name.

    `version` is that of the coverage.py that wrote it; `branch` says whether branches were measured,
    None for a file without any data. `trouble` says why it cannot be used.
    """

    file: Path
    name: str
    python: str | None
    package: str | None
    modified: float
    paths: tuple[str, ...] = ()
    version: str | None = None
    branch: bool | None = None
    trouble: str | None = None


def keep_shards(data_file: Path | None, folder: Path, *, name: str) -> list[str]:
    """Move what a run left at `data_file` into `folder` under `name`, in place of what an earlier run left there.

    Processes that a test starts may have written data files of their own beside `data_file`, with a
    suffix; they are kept as `name~1` and so on. Without a `data_file` nothing takes the place of the
    earlier data. Returns the names; none where there is no data.
    """
    if folder.is_dir():
        for old in folder.iterdir():
            if old.name == name or re.fullmatch(rf"{re.escape(name)}(~\d+|\.json)", old.name):
                old.unlink()
    if data_file is None:
        return []
    siblings = sorted(data_file.parent.glob(f"{data_file.name}.*"))
    files = [file for file in (data_file, *siblings) if file.is_file() and not _NO_DATA.fullmatch(file.name)]
    names = [f"{name}~{number}" if number else name for number in range(len(files))]
    for file, new in zip(files, names, strict=True):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(file, folder / new)
    return names


def read_shards(folder: Path) -> tuple[Shard, ...]:
    """All data files named `coverage.*` at any depth below `folder`; what cannot be read has a `trouble`."""
    files = sorted(file for file in folder.rglob("coverage.*") if file.is_file() and not _NO_DATA.fullmatch(file.name))
    return tuple(_read_shard(file, file.relative_to(folder).as_posix()) for file in files)


def _read_shard(file: Path, name: str) -> Shard:
    match = _NAME.fullmatch(file.name)
    shard = Shard(
        file=file,
        name=name,
        python=match["python"] if match else None,
        package=match["package"] if match else None,
        modified=file.stat().st_mtime,
    )
    try:
        with _open(file, "ro") as database:
            return _with_content(shard, database)
    except sqlite3.Error as error:
        return dataclasses.replace(shard, trouble=f"{name} is not a coverage data file: {error}")


def _with_content(shard: Shard, database: sqlite3.Connection) -> Shard:
    (schema,) = database.execute("select version from coverage_schema").fetchone() or (None,)
    (foreign,) = database.execute("select count(*) from sqlite_master where type not in ('table', 'index')").fetchone()
    if schema != _SCHEMA or foreign:
        return dataclasses.replace(
            shard,
            trouble=f"{shard.name} has the schema {schema} instead of {_SCHEMA}"
            if not foreign
            else f"{shard.name} holds SQL code",
        )
    meta = {str(key): str(value) for key, value in database.execute("select key, value from meta")}
    paths = tuple(str(path) for (path,) in database.execute("select path from file order by path"))
    branch = None if "has_arcs" not in meta else meta["has_arcs"] == "1"
    return dataclasses.replace(shard, paths=paths, version=meta.get("version"), branch=branch)


@contextlib.contextmanager
def _open(file: Path, mode: str) -> Generator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"file:{urllib.parse.quote(str(file))}?mode={mode}", uri=True)) as database:
        yield database


def record_sources(names: Collection[str], *, root: Path, files: Collection[str], tests: Collection[str] = ()) -> None:
    """Write what each measured file, and each of `tests`, held beside the data of one run.

    Data says nothing of sources that have changed since, nor of what tests do that have.
    """
    shards = [_read_shard(root / DATA_FOLDER / name, name) for name in names]
    measured = {path for shard in shards for path in mapping_of(shard.paths, root=root, files=files).values()}
    if shards:
        digests = {path: _digest(root / path) for path in sorted({*measured, *tests})}
        write_atomic(_sidecar(shards[0].file), json.dumps({"sources": digests}, indent=1))


def changed_sources(shard: Shard, *, root: Path) -> list[str]:
    """The measured files that hold something else now; none where nothing is recorded of them."""
    try:
        recorded = json.loads(_sidecar(shard.file).read_bytes())["sources"].items()
        return [path for path, digest in recorded if _digest(root / path) != digest]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _sidecar(file: Path) -> Path:
    """`coverage.3.12.json`, also for the data of processes that tests have started (`coverage.3.12~1`)."""
    return file.with_name(f"{file.name.partition('~')[0]}.json")


def _digest(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def copy_mapped(shard: Shard, target: Path, *, root: Path, mapping: Mapping[str, str]) -> None:
    """Copy a shard to `target`, with the paths that `mapping` names replaced by those files below `root`.

    Raises OSError, and sqlite3.Error where the copy cannot be changed.
    """
    shutil.copyfile(shard.file, target)
    with _open(target, "rw") as database:
        rows = [(str(root / new), old) for old, new in mapping.items() if str(root / new) != old]
        database.executemany("update or ignore file set path = ? where path = ?", rows)
        database.commit()


def mapping_of(paths: Collection[str], *, root: Path, files: Collection[str], folder: str = ".") -> dict[str, str]:
    """For each of a shard's `paths` that is a file of this tree, that file relative to `root`.

    The shard's own root is the folder under which most of its absolute paths are `files` of this
    tree. A relative path, which `relative_files` makes, is relative to where pytest was started: to
    `folder` for the tests of a member, else to the root.
    """
    known = frozenset(files)
    slashed = {path: path.replace("\\", "/") if _is_windows(path) else path for path in paths}
    prefix = _prefix_of([path for path in slashed.values() if _ABSOLUTE.match(path)], root=root, files=known)
    found: dict[str, str] = {}
    for path, slash in slashed.items():
        if prefix is not None and slash.startswith(f"{prefix}/"):
            candidates = [slash[len(prefix) + 1 :]]
        elif _ABSOLUTE.match(slash):
            continue
        else:
            candidates = [slash] if folder == "." else [f"{folder}/{slash}", slash]
        new = next((path for path in candidates if path in known or (root / path).is_file()), None)
        if new is not None:
            found[path] = new
    return found


def _is_windows(path: str) -> bool:
    return "\\" in path and not path.startswith("/")


def _prefix_of(paths: Collection[str], *, root: Path, files: frozenset[str]) -> str | None:
    votes: collections.Counter[str] = collections.Counter()
    for path in paths:
        parts = path.split("/")
        votes.update("/".join(parts[:cut]) for cut in range(1, len(parts)) if "/".join(parts[cut:]) in files)
    if str(root) in votes or not votes:
        return str(root)
    return max(votes, key=lambda prefix: (votes[prefix], -len(prefix)))
