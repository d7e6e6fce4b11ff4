from __future__ import annotations

from pathlib import Path

import pytest

from acme.config import Settings
from acme.core import OrderId
from acme.storage import OrderStore
from acme_testing import an_order


def test_loads_what_it_saved(tmp_path: Path) -> None:
    store = OrderStore.from_settings(Settings(data=tmp_path))
    store.save(an_order())
    assert store.load(an_order().id) == an_order()
    assert list(store) == [an_order().id]


def test_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="DE-9999"):
        OrderStore(tmp_path).load(OrderId("DE-9999"))
