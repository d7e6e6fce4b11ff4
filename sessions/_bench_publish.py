# SPDX-License-Identifier: Apache-2.0
"""Publishing twelve members in four layers, beside the uploads of the longest chain alone, one after another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sessions._bench_measure import Command, median, timed
from sessions._bench_page import Row

if TYPE_CHECKING:
    from pathlib import Path

    from sessions._bench_rows import Bench
    from tests.release._shop import Shop

__all__ = ["publications"]

_CHAIN = ("base-a", "core-a", "tool-a", "app-a")
_DELAY = 1.0  # seconds that the index takes for a file, as one far away does


def publications(bench: Bench) -> list[Row]:
    """One release check, and then its files sent again and again to an index that is empty each time."""
    from tests.release._shop import TWELVE, shop  # noqa: PLC0415 -- a noxfile loads this module for any session

    log = bench.tree.scratch / "publish.log"
    folder = bench.tree.scratch / "shop"
    folder.mkdir()
    with shop(folder, TWELVE) as made:
        report = made.release("--skip", "publish", "--skip", "verify", "--skip", "forge_release")
        if report.failing:
            raise RuntimeError(f"the release was not prepared: {report.tasks}")
        made.server.delay = _DELAY
        mine: list[float] = []
        chain: list[float] = []
        for _ in range(bench.repeat):
            chain.append(sum(_sent(made, name, log=log) for name in _CHAIN))
            _emptied(made)
            words = (sys.executable, "-m", "nox", "-s", "publish")
            mine.append(_run("publish", words, made, log=log))
            if len(made.on_index()) != 2 * len(TWELVE):
                raise RuntimeError(f"not all is on the index: {sorted(made.on_index())}")
            _emptied(made)
    return [
        Row(
            name=f"nox -s publish of {len(TWELVE)} members in four layers",
            measured=median(mine),
            other=median(chain),
            against="(`uv publish` of one member of each layer, one after another)",
            allowed=(0.0, 1.2) if bench.full else None,
            note=f"the index takes {_DELAY:g} s for a file; the start of nox, and what is asked of the index, included",
        )
    ]


def _sent(made: Shop, name: str, *, log: Path) -> float:
    files = sorted((made.repo.root / "dist").glob(f"{name.replace('-', '_')}-*"))
    words = (str(made.repo.context().uv.path), "publish", "--index", "mine", *map(str, files))
    return _run(f"uv publish {name}", words, made, log=log)


def _run(name: str, words: tuple[str, ...], made: Shop, *, log: Path) -> float:
    usage = timed(Command(name=name, arguments=words, folder=made.repo.root, environment=made.repo.environ), log=log)
    if usage.returncode:
        raise RuntimeError(f"{name} failed: {log.read_text(encoding='utf-8')[-1000:]}")
    return usage.wall


def _emptied(made: Shop) -> None:
    for file in (made.folder / "index").iterdir():
        file.unlink()
