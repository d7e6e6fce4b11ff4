# SPDX-License-Identifier: Apache-2.0
"""What a package index says of one version, asked through uv, and what it really gives out."""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.engine._indexes import publishing_arguments
from noxkit.environments.uv import knows_no_version, last_words

if TYPE_CHECKING:
    from noxkit.engine._context import Context

__all__ = ["Listed", "NoAnswerError", "listed_files", "served_digest"]

_PATIENCE = 60.0  # seconds, for one file
_CHUNK = 1 << 20


class NoAnswerError(Exception):
    """Raised where the index does not say what it has."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file that the index lists: where it lies, and its SHA-256 as the index says it, None where it says none."""

    url: str
    sha256: str | None


class _File(msgspec.Struct):
    url: str = ""
    hashes: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class _Package(msgspec.Struct):
    sdist: _File | None = None
    wheels: list[_File] = msgspec.field(default_factory=list[_File])


class _Pylock(msgspec.Struct):
    packages: list[_Package] = msgspec.field(default_factory=list[_Package])


def listed_files(context: Context, name: str, version: str, *, python: str, task: str) -> dict[str, Listed]:
    """The files of a version that the index to which the repository publishes lists, by their names; none of none.

    `python` is a minor that the version admits. Raises NoAnswerError.
    """
    with tempfile.TemporaryDirectory(prefix="noxkit-index-") as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text(f"{name}=={version}\n", encoding="utf-8")
        completed = context.uv.run(
            [
                *("pip", "compile", "--quiet", "--no-deps", "--no-sources", "--universal", "--format", "pylock.toml"),
                *("--python-version", python, "--refresh", *publishing_arguments(context), str(wanted)),
            ],
            task=task,
            environment={"UV_EXCLUDE_NEWER": None, "UV_OFFLINE": None},
            cwd=Path(folder),
        )
    if knows_no_version(completed):
        return {}
    if completed.returncode != 0:
        raise NoAnswerError(last_words(completed)[:300])
    try:
        packages = msgspec.toml.decode(completed.stdout, type=_Pylock).packages
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoAnswerError(f"what uv says of it cannot be read: {error}") from error
    files = [file for each in packages for file in (*([each.sdist] if each.sdist else []), *each.wheels) if file.url]
    return {_name(file.url): Listed(url=file.url, sha256=file.hashes.get("sha256")) for file in files}


def _name(url: str) -> str:
    return urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])


def served_digest(url: str) -> str | None:
    """The SHA-256 of what is given out at `url`; None where only somebody with credentials may have it.

    Raises NoAnswerError.
    """
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 -- said by uv, of the index
            while chunk := answer.read(_CHUNK):
                digest.update(chunk)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {401, 403}:
            return None
        raise NoAnswerError(f"{url} answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise NoAnswerError(f"{url} cannot be had: {error}") from error
    return digest.hexdigest()
