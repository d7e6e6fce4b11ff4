"""Orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass

from acme.core.identifiers import OrderId
from acme.core.money import Money


@dataclass(frozen=True)
class Line:
    """So many of one article at one price."""

    article: str
    price: Money
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"a line needs at least one {self.article}")

    @property
    def total(self) -> Money:
        """The price of all of them."""
        return self.price * self.count


@dataclass(frozen=True)
class Order:
    """What somebody wants to buy."""

    id: OrderId
    lines: tuple[Line, ...] = ()

    @property
    def total(self) -> Money:
        """The price of all lines."""
        return Money.total(line.total for line in self.lines)

    def with_line(self, line: Line) -> Order:
        """The same order with one line more."""
        return Order(self.id, (*self.lines, line))
