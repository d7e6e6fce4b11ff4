"""Identifiers that cannot be mistaken for other text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHAPE = re.compile(r"[A-Z]{2}-\d{4,}")


@dataclass(frozen=True)
class OrderId:
    """The number on an order, such as ``DE-2041``."""

    value: str

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self.value):
            raise ValueError(f"not an order number: {self.value!r}")

    @property
    def country(self) -> str:
        """The two letters of the country that the order came from."""
        return self.value[:2]

    def __str__(self) -> str:
        return self.value
