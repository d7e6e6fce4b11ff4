"""Orders in batches; needs the syntax and the itertools of Python 3.12."""

from collections.abc import Iterable, Iterator
from itertools import batched

from acme.core import Money, Order

__all__ = ["Batch", "batches", "chunks"]

type Batch = tuple[Order, ...]


def chunks[T](values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Split values into tuples of at most ``size``."""
    return batched(values, size)


def batches(orders: Iterable[Order], *, size: int = 50) -> Iterator[tuple[Batch, Money]]:
    """Batches of orders with their totals."""
    for batch in chunks(orders, size):
        yield batch, Money.total(order.total for order in batch)
