"""Orders from CSV: number, article, price and count in each row."""

from __future__ import annotations

import csv
import io

from acme.core import Line, Money, Order, OrderId

__all__ = ["read_csv"]


def read_csv(text: str) -> list[Order]:
    """Read the orders of a table without a header; rows of one number are one order."""
    orders: dict[str, Order] = {}
    for number, article, price, count in csv.reader(io.StringIO(text)):
        order = orders.get(number, Order(OrderId(number)))
        orders[number] = order.with_line(Line(article, Money.parse(price), int(count)))
    return list(orders.values())
