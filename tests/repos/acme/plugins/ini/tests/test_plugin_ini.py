from __future__ import annotations

from acme.core import Money
from acme.plugins.ini import read_ini


def test_a_section_is_an_order() -> None:
    orders = read_ini("[DE-2041]\nanvil = 99.00 EUR\n[FR-0007]\nrope = 4.50 EUR\n")
    assert [order.id.country for order in orders] == ["DE", "FR"]
    assert orders[1].total == Money(450)
