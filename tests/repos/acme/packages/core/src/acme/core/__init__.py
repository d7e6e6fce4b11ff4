"""Value types that every part of acme shares."""

from acme.core.identifiers import OrderId
from acme.core.money import CurrencyMismatchError, Money
from acme.core.orders import Line, Order

__all__ = ["CurrencyMismatchError", "Line", "Money", "Order", "OrderId"]
