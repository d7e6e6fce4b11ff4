from __future__ import annotations

from pathlib import Path

import pytest

from acme.api import Service
from acme.core import Line, Money, Order, OrderId
from acme.storage import OrderStore


@pytest.mark.parametrize(
    ("number", "status"),
    [("DE-2041", "200 OK"), ("DE-9999", "404 Not Found"), ("../etc", "400 Bad Request")],
)
def test_answers_with_a_status(tmp_path: Path, number: str, status: str) -> None:
    store = OrderStore(tmp_path)
    store.save(Order(OrderId("DE-2041"), (Line("anvil", Money(9900)),)))
    assert Service(store).answer(number)[0] == status
