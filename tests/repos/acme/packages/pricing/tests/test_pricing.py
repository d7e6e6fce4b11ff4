from __future__ import annotations

import pytest

from acme.core import Line, Money, Order, OrderId
from acme.pricing import discounted, shipping


def order_of(cents: int) -> Order:
    return Order(OrderId("DE-2041"), (Line("anvil", Money(cents)),))


@pytest.mark.parametrize(
    ("cents", "expected"), [(19_999, 19_999), (20_000, 19_000), (100_000, 90_000)]
)
def test_discount_by_total(cents: int, expected: int) -> None:
    assert discounted(order_of(cents)) == Money(expected)


def test_shipping_is_free_from_a_total_on() -> None:
    assert shipping(order_of(5_000)) == Money(490)
    assert shipping(order_of(5_000), free_from=Money(5_000)) == Money(0)
