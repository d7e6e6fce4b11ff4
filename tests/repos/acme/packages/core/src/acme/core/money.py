"""Amounts of money, exact to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met."""


@dataclass(frozen=True)
class Money:
    """An amount in cents of one currency."""

    cents: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read ``12.50 EUR``; the currency may be left out."""
        amount, _, currency = text.strip().partition(" ")
        cents = (Decimal(amount) * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return cls(int(cents), currency or "EUR")

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} + {other.currency}")
        return Money(self.cents + other.cents, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.cents * count, self.currency)

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        whole, rest = divmod(abs(self.cents), 100)
        return f"{sign}{whole}.{rest:02} {self.currency}"

    @staticmethod
    def total(amounts: Iterable[Money], *, currency: str = "EUR") -> Money:
        """The sum of amounts of one currency; zero for none."""
        result = Money(0, currency)
        for amount in amounts:
            result = result + amount
        return result
