from __future__ import annotations

import json
from pathlib import Path

import pytest

from acme.cli import main


def test_imports_and_prints_orders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("DE-2041,anvil,99.00 EUR,2\nDE-2041,rope,4.50 EUR,1\n", encoding="utf-8")
    assert main([str(tmp_path / "store"), str(orders)]) == 0
    assert json.loads(capsys.readouterr().out) == {"DE-2041": "202.50 EUR"}
