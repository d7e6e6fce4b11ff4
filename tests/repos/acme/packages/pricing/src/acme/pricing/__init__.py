"""Discounts and shipping."""

from __future__ import annotations

from acme.core import Money, Order

__all__ = ["discounted", "shipping"]

_STEPS = ((100_000, 10), (20_000, 5))


def discounted(order: Order) -> Money:
    """The total of an order with 5 % off from 200.00 and 10 % off from 1000.00."""
    total = order.total
    percent = next((percent for floor, percent in _STEPS if total.cents >= floor), 0)
    return Money(total.cents - total.cents * percent // 100, total.currency)


def shipping(order: Order, *, free_from: Money | None = None) -> Money:
    """What sending an order costs: a fee for each line, nothing from ``free_from`` on."""
    if free_from is not None and order.total.cents >= free_from.cents:
        return Money(0)
    return Money(490) * len(order.lines)
