from __future__ import annotations

import pytest

from acme.plugins.csv import read_csv


def test_rows_of_one_number_are_one_order() -> None:
    (order,) = read_csv("DE-2041,anvil,99.00 EUR,2\nDE-2041,rope,4.50 EUR,1\n")
    assert [line.article for line in order.lines] == ["anvil", "rope"]


def test_refuses_a_short_row() -> None:
    with pytest.raises(ValueError, match="unpack"):
        read_csv("DE-2041,anvil\n")
