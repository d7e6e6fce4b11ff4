from __future__ import annotations

from acme.events import Bus, Topic

SHIPPED: Topic[int] = Topic("shipped")


def test_delivers_in_the_order_of_subscription() -> None:
    bus, seen = Bus(), list[str]()
    bus.subscribe(SHIPPED, lambda number: seen.append(f"first {number}"))
    bus.subscribe(SHIPPED, lambda number: seen.append(f"second {number}"))
    assert bus.publish(SHIPPED, 7) == 2
    assert seen == ["first 7", "second 7"]


def test_nobody_listens() -> None:
    assert Bus().publish(SHIPPED, 7) == 0
