from __future__ import annotations

import json

from acme.core import Line, Money, Order, OrderId
from acme.plugins.json import write_json


def test_writes_totals_by_number() -> None:
    order = Order(OrderId("DE-2041"), (Line("rope", Money(450), 2),))
    assert json.loads(write_json([order])) == {"DE-2041": "9.00 EUR"}
