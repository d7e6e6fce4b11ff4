# SPDX-License-Identifier: Apache-2.0
"""What is kept of results: in the tree's own store, and in one that machines share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.engine._shared import SharedCache
    from noxkit.tasks.store import Store

__all__ = ["Kept"]


class Kept:
    """Results under keys that no place has a part in. `places` are the folders that make this machine another one.

    What the shared store gave is kept apart in the tree's own, so that a run without `shared` never takes it.
    """

    def __init__(self, store: Store, shared: SharedCache | None, *, places: Sequence[str]) -> None:
        self._store = store
        self._shared = shared
        self._places = tuple(places)

    @property
    def enabled(self) -> bool:
        """Whether anything can be kept."""
        return self._store.enabled

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is kept, by its key."""
        found = {key: data for key in keys if (data := self._store.get(self._here("here", key))) is not None}
        if self._shared is None:
            return found
        missing = [key for key in keys if key not in found]
        for key in missing:
            data = self._store.get(self._here("shared", key))
            if data is not None:
                found[key] = data
        fetched = self._shared.get([key for key in missing if key not in found])
        for key, data in fetched.items():
            self._store.put(self._here("shared", key), data)
        return {**found, **fetched}

    def put(self, key: str, data: bytes) -> None:
        """Keep a result; it is shared where it names no folder of this machine."""
        self._store.put(self._here("here", key), data)
        if self._shared is not None and not any(os.fsencode(place) in data for place in self._places):
            self._shared.put(key, data)

    def _here(self, kind: str, key: str) -> str:
        return key_of(kind, *self._places, key)
