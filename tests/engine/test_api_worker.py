# SPDX-License-Identifier: Apache-2.0
"""Public names of two releases, compared by their source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.engine._api_worker import broken

if TYPE_CHECKING:
    from pathlib import Path

_CASES: dict[str, tuple[str, str, list[str]]] = {
    "a function gone": (
        "def read(): ...\ndef write(): ...\n",
        "def write(): ...\n",
        ["demo.read: public object was removed"],
    ),
    "a parameter gone": ("def read(path): ...\n", "def read(): ...\n", ["demo.read: parameter was removed"]),
    "a private function gone": ("def _read(): ...\n", "", []),
    "a method gone": (
        "class A:\n    def get(self): ...\n",
        "class A:\n    x = 1\n",
        ["demo.A.get: public object was removed"],
    ),
    "a method that a base may bring now, as in flask 3.1.3": (
        "from other import Base\nclass A(Base):\n    def get(self): ...\n",
        "from other import Base\nclass A(Base):\n    x = 1\n",
        [],
    ),
    "a function added": ("", "def read(): ...\n", []),
}


@pytest.mark.parametrize(("old", "new", "found"), _CASES.values(), ids=_CASES.keys())
def test_what_users_can_no_longer_do_is_told(tmp_path: Path, old: str, new: str, found: list[str]) -> None:
    for part, text in (("old", old), ("new", new)):
        (tmp_path / part / "demo").mkdir(parents=True)
        (tmp_path / part / "demo" / "__init__.py").write_text(text, encoding="utf-8")
    assert broken("demo", str(tmp_path / "old"), str(tmp_path / "new")) == found
