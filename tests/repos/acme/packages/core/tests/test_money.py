from __future__ import annotations

import pytest

from acme.core import CurrencyMismatchError, Money


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12.50 EUR", 1250), ("0.005 EUR", 0), ("-3 EUR", -300), ("7", 700)],
)
def test_parses_amounts(text: str, cents: int) -> None:
    assert Money.parse(text) == Money(cents)


def test_prints_what_it_parses() -> None:
    assert str(Money.parse("-12.05 USD")) == "-12.05 USD"


def test_refuses_to_add_currencies() -> None:
    with pytest.raises(CurrencyMismatchError):
        _ = Money(1, "EUR") + Money(1, "USD")
