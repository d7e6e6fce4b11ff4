"""Orders on disk, one JSON file each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict, cast

from acme.config import Settings
from acme.core import Line, Money, Order, OrderId

__all__ = ["OrderStore"]


class _StoredLine(TypedDict):
    article: str
    price: str
    count: int


class OrderStore:
    """Keeps orders below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_settings(cls, settings: Settings) -> OrderStore:
        """The store in the configured folder."""
        return cls(settings.data / "orders")

    def save(self, order: Order) -> None:
        """Write an order, over an older one of its number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = [
            {"article": line.article, "price": str(line.price), "count": line.count}
            for line in order.lines
        ]
        self._file(order.id).write_text(json.dumps(lines), encoding="utf-8")

    def load(self, number: OrderId) -> Order:
        """Read an order; KeyError where there is none."""
        try:
            text = self._file(number).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise KeyError(str(number)) from None
        stored = cast("list[_StoredLine]", json.loads(text))
        lines = (
            Line(line["article"], Money.parse(line["price"]), line["count"]) for line in stored
        )
        return Order(number, tuple(lines))

    def __iter__(self) -> Iterator[OrderId]:
        return (OrderId(file.stem) for file in sorted(self._folder.glob("*.json")))

    def _file(self, number: OrderId) -> Path:
        return self._folder / f"{number}.json"
