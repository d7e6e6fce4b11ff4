"""A small typed event bus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Generic, TypeVar, cast

__all__ = ["Bus", "Topic"]

T = TypeVar("T")


class Topic(Generic[T]):
    """A name under which values of one type are published."""

    def __init__(self, name: str) -> None:
        self.name = name


class Bus:
    """Passes each published value to everyone who has subscribed to its topic, in that order."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[str, list[Callable[[object], None]]] = defaultdict(list)

    def subscribe(self, topic: Topic[T], handler: Callable[[T], None]) -> None:
        """Have ``handler`` called with each value published from now on."""

        def deliver(value: object) -> None:
            handler(cast("T", value))  # the topic has the type

        self._subscribers[topic.name].append(deliver)

    def publish(self, topic: Topic[T], value: T) -> int:
        """Deliver ``value`` and return to how many."""
        handlers = list(self._subscribers[topic.name])
        for handler in handlers:
            handler(value)
        return len(handlers)
