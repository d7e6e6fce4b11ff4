"""Orders from INI files: a section for each order, an article with its price in each line."""

from __future__ import annotations

import configparser

from acme.core import Line, Money, Order, OrderId

__all__ = ["read_ini"]


def read_ini(text: str) -> list[Order]:
    """Read the orders of an INI file."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return [
        Order(
            OrderId(number),
            tuple(Line(article, Money.parse(price)) for article, price in parser.items(number)),
        )
        for number in parser.sections()
    ]
