"""Orders as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from acme.core import Order

__all__ = ["write_json"]


def write_json(orders: Iterable[Order]) -> str:
    """The totals of orders by number."""
    return json.dumps({str(order.id): str(order.total) for order in orders}, indent=2)
