"""Acme on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from acme.core import Order
from acme.plugins.csv import read_csv
from acme.plugins.json import write_json
from acme.storage import OrderStore

__all__ = ["main"]

_READERS: dict[str, Callable[[str], list[Order]]] = {".csv": read_csv}


def main(arguments: Sequence[str] | None = None) -> int:
    """Import orders from files into a store, or print what is in it."""
    parser = argparse.ArgumentParser(prog="acme")
    parser.add_argument("store", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    store = OrderStore(options.store)
    for file in options.files:
        for order in _READERS[file.suffix](file.read_text(encoding="utf-8")):
            store.save(order)
    sys.stdout.write(write_json([store.load(number) for number in store]) + "\n")
    return 0
