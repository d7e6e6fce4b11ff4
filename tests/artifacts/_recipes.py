# SPDX-License-Identifier: Apache-2.0
"""Built files from recipes: a healthy wheel or sdist, and how this one departs from it.

A recipe is TOML; an empty one is the healthy file. `{info}`, `{root}` and `{name}` in paths stand for the .dist-info
folder, the one folder of an sdist, and the module. The tables, all optional:

- `[files]` path = text, `[bytes]` path = base64, `[zeros]` path = how many zero bytes, `[magic]` path = a native
  file of `_natives.py`: added or replaced; `false` removes.
- `[metadata]` (METADATA, PKG-INFO) and `[wheel]` (WHEEL): text sets a field, a list repeats it, `false` removes it;
  `body` is the description. `[metadata-text]`, `[wheel-text]` and `[pyproject]` replace all of the file with
  `text`.
- `[record]`: `omit` paths, `add` rows, `replace` path = the other columns, `algorithm`, `padding`, `self-hash`, or
  `text` for all of it.
- `[members."path"]`, how one entry is stored. Both formats: `mode`, `time`, `crc`, `link`, `type` (`fifo`, `char`,
  `block`, `sparse`), `name` or `raw` (hexadecimal) in place of the name, `size`, `repeat`. Zips: `flags`,
  `version`, `method`, `stored` (hexadecimal), `comment`, `extra`, `local-extra`, `central-extra`, `local` (its name
  there), `local-size`, `hidden` (no central entry), `central-only`, `utf8` (false: without that flag). Tars:
  `hardlink`, `user`, `group`, `uid`, `gid`, `pax`.
- `[archive]`: `format` (`zip`, `tar`, `tar.gz`, `tar.bz2`, `empty`, `garbage`, `zip+tar`), `order`, `comment`,
  `prepend`, `append`, `append-hex`, `truncate` (bytes kept; cut off if negative), `concatenate`, `tar-append-hex`,
  `tar-truncate`, `[archive.pax]` (global header), `[archive.end]` (the end record, see `write_zip`).
"""

from __future__ import annotations

import base64
import bz2
import dataclasses
import gzip
import hashlib
import sys
from typing import TYPE_CHECKING, TypeGuard, cast

from packaging.tags import parse_tag

from tests.artifacts._entries import Entry
from tests.artifacts._natives import NATIVES
from tests.artifacts._tars import write_tar
from tests.artifacts._zips import write_zip

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Table = Mapping[str, object]

__all__ = ["build", "is_built"]

_SUFFIXES = (".whl", ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tar", ".zip")
_MIT = """MIT License

Copyright (c) 2024 The authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction. THE SOFTWARE IS PROVIDED "AS IS",
WITHOUT WARRANTY OF ANY KIND.
"""
_PYPROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "{version}"
description = "A demonstration"
readme = "README.md"
requires-python = ">=3.10"
license = "MIT"
license-files = ["LICENSE"]
"""


def is_built(path: str) -> bool:
    """Whether the path of a fence names a built file."""
    return path.endswith(_SUFFIXES)


def build(file_name: str, recipe: str) -> bytes:
    """The bytes of the file `file_name` of this recipe, which is TOML."""
    return _Recipe(file_name=file_name, table=tomllib.loads(recipe)).build()


def _is_table(value: object) -> TypeGuard[Table]:
    return isinstance(value, dict)


def _table(table: Table, key: str) -> Table:
    value = table.get(key, {})
    assert _is_table(value), f"[{key}] is no table"
    return value


def _list(value: object) -> list[object]:
    """The items of an array; none of anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def _text(table: Table, key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) else None


def _number(table: Table, key: str) -> int | None:
    value = table.get(key)
    return value if isinstance(value, int) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Recipe:
    file_name: str
    table: Table

    @property
    def is_wheel(self) -> bool:
        return self.file_name.endswith(".whl")

    @property
    def stem(self) -> str:
        suffix = next((suffix for suffix in _SUFFIXES if self.file_name.endswith(suffix)), "")
        return self.file_name.removesuffix(suffix)

    @property
    def parts(self) -> list[str]:
        """Name, version and, of a wheel, what is behind them; made up where the file name has no such part."""
        if self.is_wheel:
            given = self.stem.split("-")
            return [*given, *["1.0", "py3", "none", "any"][len(given) - 1 :]] if len(given) < 5 else given
        name, _, version = self.stem.rpartition("-")
        return [name, version] if name else [self.stem, "1.0"]

    @property
    def folder(self) -> str:
        """The .dist-info folder of a wheel, the one folder of an sdist."""
        return f"{self.parts[0]}-{self.parts[1]}.dist-info" if self.is_wheel else self.stem

    @property
    def module(self) -> str:
        return self.parts[0].lower().replace(".", "_").replace("-", "_")

    @property
    def archive(self) -> Table:
        return _table(self.table, "archive")

    def path(self, written: str) -> str:
        return written.replace("{info}", self.folder).replace("{root}", self.folder).replace("{name}", self.module)

    def build(self) -> bytes:
        return _bent(self._packed(self._ordered(self._entries())), self.archive)

    def _entries(self) -> list[Entry]:
        entries = {entry.name: entry for entry in (self._wheel() if self.is_wheel else self._sdist())}
        for name, entry in self._given().items():
            entries.pop(name, None) if entry is None else entries.update({name: entry})
        options = {self.path(name): value for name, value in _table(self.table, "members").items()}
        for name, value in options.items():
            assert _is_table(value), f"[members.{name}] is no table"
            base = entries.get(name, Entry(name=name))
            entries[name] = dataclasses.replace(base, options=value)
        record = f"{self.folder}/RECORD"
        if self.is_wheel and record not in self._given():
            made = Entry(name=record, data=self._record(list(entries.values())))
            entries[record] = dataclasses.replace(made, options=entries.pop(record, made).options)
        return list(entries.values())

    def _given(self) -> dict[str, Entry | None]:
        """The entries that the recipe adds or replaces; None for those that it removes."""
        given: dict[str, Entry | None] = {}
        for kind in ("files", "bytes", "zeros", "magic"):
            for written, value in _table(self.table, kind).items():
                name = self.path(written)
                given[name] = None if value is False else _content(name, kind, value)
        return given

    def _wheel(self) -> list[Entry]:
        version_tags = "-".join(self.parts[-3:])
        pure = self.parts[-1] == "any"
        tags = sorted(map(str, parse_tag(version_tags)))
        fields: dict[str, object] = {
            "Wheel-Version": "1.0",
            "Generator": "noxkit-tests",
            "Root-Is-Purelib": "true" if pure else "false",
            "Tag": tags,
        }
        if len(self.parts) > 5:
            fields["Build"] = self.parts[2]
        wheel = _headers(fields, _table(self.table, "wheel"))
        files = {
            f"{self.module}/__init__.py": '"""Demo."""\n',
            f"{self.folder}/METADATA": self._metadata(),
            f"{self.folder}/WHEEL": _text(_table(self.table, "wheel-text"), "text") or wheel,
            f"{self.folder}/licenses/LICENSE": _MIT,
        }
        return [Entry(name=name, data=_encoded(text)) for name, text in files.items()]

    def _sdist(self) -> list[Entry]:
        name, version = self.parts[:2]
        default = _PYPROJECT.format(name=name.replace("_", "-"), version=version)
        files = {
            f"{self.folder}/PKG-INFO": self._metadata(),
            f"{self.folder}/pyproject.toml": _text(_table(self.table, "pyproject"), "text") or default,
            f"{self.folder}/src/{self.module}/__init__.py": '"""Demo."""\n',
            f"{self.folder}/LICENSE": _MIT,
            f"{self.folder}/README.md": f"# {name}\n",
        }
        return [Entry(name=name, data=_encoded(text)) for name, text in files.items()]

    def _metadata(self) -> str:
        replaced = _text(_table(self.table, "metadata-text"), "text")
        if replaced is not None:
            return replaced
        name, version = self.parts[:2]
        fields: dict[str, object] = {
            "Metadata-Version": "2.4",
            "Name": name.replace("_", "-"),
            "Version": version,
            "Summary": "A demonstration",
            "License-Expression": "MIT",
            "License-File": "LICENSE",
            "Requires-Python": ">=3.10",
            "Description-Content-Type": "text/markdown",
        }
        changed = dict(_table(self.table, "metadata"))
        body = changed.pop("body", f"# {name}\n")
        head = _headers(fields, changed)
        return f"{head}\n{body}" if body is not False else head

    def _record(self, entries: Iterable[Entry]) -> bytes:
        options = _table(self.table, "record")
        text = _text(options, "text")
        return _encoded(text) if text is not None else _Rows(options, self).render(entries)

    def _ordered(self, entries: list[Entry]) -> list[Entry]:
        first = [self.path(str(name)) for name in _list(self.archive.get("order"))]
        places = {name: place for place, name in enumerate(first)}
        return sorted(entries, key=lambda entry: places.get(entry.name, len(places)))

    def _packed(self, entries: list[Entry]) -> bytes:
        native = "zip" if self.file_name.endswith((".whl", ".zip")) else "tar.gz"
        wanted = _text(self.archive, "format") or native
        if wanted == "empty":
            return b""
        if wanted == "garbage":
            return b"".join(hashlib.sha256(bytes([number])).digest() for number in range(128))
        if wanted == "zip":
            comment = (_text(self.archive, "comment") or "").encode()
            return write_zip(entries, comment=comment, end=_table(self.archive, "end"))
        tar = write_tar(entries, pax=_strings(_table(self.archive, "pax")))
        if wanted == "zip+tar":
            outer = tar if native == "zip" else gzip.compress(tar, mtime=0)
            return outer + write_zip(entries)
        tar += bytes.fromhex(_text(self.archive, "tar-append-hex") or "")
        cut = _number(self.archive, "tar-truncate")
        tar = tar if cut is None else tar[:cut]
        if wanted == "tar":
            return tar
        return bz2.compress(tar) if wanted == "tar.bz2" else gzip.compress(tar, mtime=0)


class _Rows:
    """The rows of RECORD, made of the entries and bent as `[record]` says."""

    def __init__(self, options: Table, recipe: _Recipe) -> None:
        self.options = options
        self.recipe = recipe
        self.record = f"{recipe.folder}/RECORD"

    def render(self, entries: Iterable[Entry]) -> bytes:
        """The bytes of RECORD."""
        omitted = {self.recipe.path(name) for name in _strings_of(self.options.get("omit"))}
        listed = [entry for entry in entries if self._is_listed(entry)]
        rows = [self._row(entry) for entry in listed if entry.written not in omitted and entry.name not in omitted]
        if self.record not in omitted:
            rows.append([self.record, *(self._hash(Entry(name="", data=b"")) if self._is("self-hash") else ["", ""])])
        for row in _list(self.options.get("add")):
            rows += [[self.recipe.path(str(each)) for each in _list(row)]]
        return b"".join(_csv(row) for row in rows)

    def _is(self, key: str) -> bool:
        return self.options.get(key) is True

    def _is_listed(self, entry: Entry) -> bool:
        signature = entry.name in {f"{self.record}.jws", f"{self.record}.p7s"}
        return not (
            entry.written.endswith("/") or entry.options.get("hidden") or entry.name == self.record or signature
        )

    def _row(self, entry: Entry) -> list[str]:
        replaced = {self.recipe.path(name): value for name, value in _table(self.options, "replace").items()}
        wanted = replaced.get(entry.name)
        rest = self._hash(entry) if wanted is None else _strings_of(wanted)
        return [entry.written, *rest]

    def _hash(self, entry: Entry) -> list[str]:
        algorithm = _text(self.options, "algorithm") or "sha256"
        digest = hashlib.new(algorithm)
        for chunk in entry.chunks():
            digest.update(chunk)
        encoded = base64.urlsafe_b64encode(digest.digest()).decode()
        return [f"{algorithm}={encoded if self._is('padding') else encoded.rstrip('=')}", str(entry.size)]


def _csv(columns: list[str]) -> bytes:
    quoted = ['"' + each.replace('"', '""') + '"' if set(each) & set(',"\r\n') else each for each in columns]
    return _encoded(",".join(quoted) + "\n")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _content(name: str, kind: str, value: object) -> Entry:
    if kind == "zeros":
        assert isinstance(value, int)
        return Entry(name=name, zeros=value)
    assert isinstance(value, str), f"{name} in [{kind}] is no text"
    if kind == "magic":
        return Entry(name=name, data=NATIVES[value])
    return Entry(name=name, data=base64.b64decode(value) if kind == "bytes" else _encoded(value))


def _headers(fields: Mapping[str, object], changed: Table) -> str:
    """Lines `name: value`; text sets a field, a list repeats it, false removes it."""
    lines: list[str] = []
    for name, value in {**fields, **changed}.items():
        items = _list(value)
        values = items if items or value in ([], False) else [value]
        lines += [f"{name}: {each}\n" for each in values]
    return "".join(lines)


def _strings(table: Table) -> dict[str, str]:
    return {key: str(value) for key, value in table.items()}


def _strings_of(value: object) -> list[str]:
    return [str(each) for each in _list(value)]


def _bent(data: bytes, options: Table) -> bytes:
    """What is done to the whole file: bytes before, behind, cut off, or all of it again."""
    if options.get("concatenate") is True:
        data += data
    before, behind = ((_text(options, key) or "").encode() for key in ("prepend", "append"))
    data = before + data + behind + bytes.fromhex(_text(options, "append-hex") or "")
    kept = _number(options, "truncate")
    return data if kept is None else data[:kept]
