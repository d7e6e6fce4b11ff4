# SPDX-License-Identifier: Apache-2.0
"""A program that compares the public names of two releases by their source alone: nothing of them is imported."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import griffe

_MOST = 200  # breakages that are told


def broken(name: str, old: str, new: str) -> list[str]:
    """What users of the package `name` in the folder `old` can no longer do with the one in `new`; sorted."""
    before, after = (
        griffe.load(name, search_paths=[folder], allow_inspection=False, try_relative_path=False, store_source=False)
        for folder in (old, new)
    )
    found = {
        f"{each.obj.path}: {each.kind.value.lower()}"
        for each in griffe.find_breaking_changes(before, after)
        if not (each.kind is griffe.BreakageKind.OBJECT_REMOVED and _may_inherit(each.obj, after))
    }
    return sorted(found)


def _may_inherit(gone: griffe.Object | griffe.Alias, after: griffe.Object | griffe.Alias) -> bool:
    """Whether what is gone from a class may come from one of its bases now, of which others may be elsewhere."""
    owner = gone.parent
    if owner is None or not owner.is_class:
        return False
    try:
        now = after[tuple(owner.path.split(".")[1:])]
    except KeyError:
        return False
    return bool(getattr(now, "bases", ()))


def main(order_file: str, answer_file: str) -> int:
    """Compare the packages that the order names; what griffe cannot read is told as such."""
    logging.disable(logging.CRITICAL)
    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    found: list[str] = []
    unread: list[str] = []
    for name in order["packages"]:
        try:
            found += broken(name, order["old"], order["new"])
        except Exception as error:  # noqa: BLE001, PERF203 -- what griffe stumbles over is about that package alone
            unread.append(f"{name}: {type(error).__name__}: {error}"[:300])
    answer = {"broken": found[:_MOST], "count": len(found), "unread": unread}
    Path(answer_file).write_text(json.dumps(answer), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
