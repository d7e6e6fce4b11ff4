# SPDX-License-Identifier: Apache-2.0
"""Real wheels and sdists from the package index, pinned by hash: fetched by pip as it is configured, and kept."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from sessions._bench_measure import base_environment, uv_program

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KINDS", "fetched"]

_LISTS = Path(__file__).parent.parent / "tests" / "data" / "trials"
_PLATFORMS = ("2_28", "2_27", "2_24", "2_17", "2_12", "2_5")
_WHEELS = (
    *("--only-binary", ":all:", "--python-version", "3.14", "--implementation", "cp"),
    *("--abi", "cp314", "--abi", "abi3", "--abi", "none"),
    *(word for each in _PLATFORMS for word in ("--platform", f"manylinux_{each}_x86_64")),
    *(word for each in ("2014", "2010", "1") for word in ("--platform", f"manylinux{each}_x86_64")),
)
KINDS = {"wheels": _WHEELS, "sdists": ("--no-binary", ":all:", "--no-build-isolation"), "defective": _WHEELS}
"""The lists in `tests/data/trials`, with what pip has to be told for each."""


def fetched(kind: str, folder: Path) -> list[Path]:
    """The files of a list, in `folder`; those that are there already are not fetched again.

    Raises RuntimeError where one cannot be had, or is not the file that was pinned.
    """
    wanted = dict(_pins(kind))
    folder.mkdir(parents=True, exist_ok=True)
    missing = [line for digest, line in wanted.items() if digest not in _there(folder)]
    if missing:
        _download(missing, folder, kind)
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


def _download(lines: list[str], folder: Path, kind: str) -> None:
    """Let pip fetch the files, with hashes, without building or requiring anything."""
    wanted = folder.parent / f"{kind}-missing.txt"
    wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [uv_program(), "tool", "run", "--quiet", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*command, *KINDS[kind], "--dest", str(folder), "--requirement", str(wanted)],
        env=base_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pip could not fetch {kind}: {done.stderr.strip()[-1000:]}")
