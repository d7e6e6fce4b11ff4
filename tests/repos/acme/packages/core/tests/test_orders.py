from __future__ import annotations

import pytest

from acme.core import Line, Money, Order, OrderId


def test_total_is_that_of_all_lines() -> None:
    order = Order(OrderId("DE-2041")).with_line(Line("anvil", Money(9900), count=2))
    assert order.with_line(Line("rope", Money(450))).total == Money(20250)


def test_refuses_an_empty_line() -> None:
    with pytest.raises(ValueError, match="at least one anvil"):
        Line("anvil", Money(9900), count=0)


def test_refuses_what_is_no_order_number() -> None:
    with pytest.raises(ValueError, match="not an order number"):
        OrderId("2041")
