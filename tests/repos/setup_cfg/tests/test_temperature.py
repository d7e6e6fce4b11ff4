from __future__ import annotations

from cfg_scales import to_celsius


def test_water_boils_at_one_hundred() -> None:
    assert to_celsius(212) == 100
