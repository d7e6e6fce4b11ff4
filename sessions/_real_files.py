# SPDX-License-Identifier: Apache-2.0
"""Real wheels and sdists from the package index, pinned by hash: fetched from the index as it is configured, and kept.

Wheels come by `pip download`. Sdists cannot: pip asks each for its metadata, which would build some sixty projects.
uv says where they lie (PEP 751) without looking into them.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sessions._bench_measure import base_environment, uv_program

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KINDS", "fetched"]

_LISTS = Path(__file__).parent.parent / "tests" / "data" / "trials"
_TIMEOUT = 120  # seconds, for each answer
_PLATFORMS = ("2_28", "2_27", "2_24", "2_17", "2_12", "2_5")
_WHEELS = (
    *("--only-binary", ":all:", "--python-version", "3.14", "--implementation", "cp"),
    *("--abi", "cp314", "--abi", "abi3", "--abi", "none"),
    *(word for each in _PLATFORMS for word in ("--platform", f"manylinux_{each}_x86_64")),
    *(word for each in ("2014", "2010", "1") for word in ("--platform", f"manylinux{each}_x86_64")),
)
KINDS = ("wheels", "sdists", "defective")
"""The lists in `tests/data/trials`; all but `sdists` name wheels."""


class _Sdist(msgspec.Struct):
    url: str


class _Package(msgspec.Struct):
    name: str
    sdist: _Sdist | None = None


class _Pylock(msgspec.Struct):
    """What is read of a lock file as PEP 751 has it."""

    packages: list[_Package]


def fetched(kind: str, folder: Path) -> list[Path]:
    """The files of a list, in `folder`; those that are there already are not fetched again.

    Raises RuntimeError where one cannot be had, or is not the file that was pinned.
    """
    wanted = dict(_pins(kind))
    folder.mkdir(parents=True, exist_ok=True)
    missing = [line for digest, line in wanted.items() if digest not in _there(folder)]
    if missing:
        requirements = folder.parent / f"{kind}-missing.txt"
        requirements.write_text("\n".join(missing) + "\n", encoding="utf-8")
        (_download_sdists if kind == "sdists" else _download_wheels)(requirements, folder)
    there = _there(folder)
    absent = [line for digest, line in wanted.items() if digest not in there]
    if absent:
        raise RuntimeError(f"{len(absent)} files of {kind} could not be had, such as {absent[0]}")
    return sorted(there[digest] for digest in wanted)


def _pins(kind: str) -> Iterator[tuple[str, str]]:
    """The digest and the line of each file of a list."""
    for line in (_LISTS / f"{kind}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.rpartition("sha256:")[2], line


def _there(folder: Path) -> dict[str, Path]:
    """The files of a folder by their digests."""
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in folder.iterdir() if path.is_file()}


def _download_wheels(requirements: Path, folder: Path) -> None:
    """Let pip fetch the wheels, with hashes, without requiring anything."""
    options = ("download", "--quiet", "--no-deps", "--require-hashes", *_WHEELS)
    _asked("tool", "run", "--quiet", "pip", *options, "--dest", str(folder), "--requirement", str(requirements))


def _download_sdists(requirements: Path, folder: Path) -> None:
    """Ask uv where the sdists lie, and fetch them."""
    options = ("--quiet", "--no-deps", "--format", "pylock.toml", "--python-version", "3.14")
    for package in msgspec.toml.decode(_asked("pip", "compile", *options, str(requirements)), type=_Pylock).packages:
        if package.sdist is None:
            raise RuntimeError(f"the index has no sdist of {package.name}")
        partial = folder.parent / "sdist.partial"
        answer = urllib.request.urlopen(package.sdist.url, timeout=_TIMEOUT)  # noqa: S310  # said by uv, of the index
        with answer, partial.open("wb") as file:
            shutil.copyfileobj(answer, file)
        partial.replace(folder / package.sdist.url.rpartition("/")[2])


def _asked(*arguments: str) -> str:
    """What uv prints. Raises RuntimeError where it fails."""
    command = [uv_program(), *arguments]
    done = subprocess.run(command, env=base_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`uv {arguments[0]} {arguments[1]}` failed: {done.stderr.strip()[-1000:]}")
    return done.stdout
