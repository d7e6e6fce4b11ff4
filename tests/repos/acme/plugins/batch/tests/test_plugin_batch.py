from acme.core import Line, Money, Order, OrderId
from acme.plugins.batch import batches


def test_the_last_batch_is_smaller() -> None:
    orders = [Order(OrderId(f"DE-{n:04}"), (Line("rope", Money(100)),)) for n in range(5)]
    assert [(len(batch), total.cents) for batch, total in batches(orders, size=2)] == [
        (2, 200),
        (2, 200),
        (1, 100),
    ]
