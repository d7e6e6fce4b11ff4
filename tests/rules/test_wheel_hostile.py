# SPDX-License-Identifier: Apache-2.0
"""The rules on what a wheel holds give findings for any entries: no exception, and no hang."""

from __future__ import annotations

import pytest

from noxkit.artifacts.model import Archive, Member
from noxkit.artifacts.wheel import Wheel
from noxkit.rules import load_families
from noxkit.rules._artifacts import WheelFacts

FAMILIES = ("toplevel", "wheel_contents", "wheel_leftovers", "pth_files", "typed_markers", "wheel_modules")
RULES = [rule for name in (*FAMILIES, "wheel_imports", "wheel_syntax") for rule in load_families()[name].values()]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param([], id="nothing"),
        pytest.param([Member(name=""), Member(name="/", data=b""), Member(name="//a.py", data=b"")], id="no names"),
        pytest.param([Member(name="../x.py", data=b"import y"), Member(name="a\udcff/b.py", data=b"\xff")], id="odd"),
        pytest.param(
            [Member(name="a/b.py", data=b"(" * 100000), Member(name="a/c.py", data=b"-" * 99999)], id="nested"
        ),
        pytest.param([Member(name=f"a{number}/m.py", data=b"import z") for number in range(5000)], id="many"),
        pytest.param([Member(name="a/" * 1000 + "x.py", data=b"x = 1")], id="deep"),
        pytest.param([Member(name="demo-1.0.dist-info/METADATA", data=b"\xff\nRequires-Python: x\n")], id="metadata"),
    ],
)
def test_any_entries_are_looked_at_to_the_end(members: list[Member]) -> None:
    name = "demo-1.0-py3-none-any.whl"
    archive = Archive(path=name, size=1, sha256="", format="zip", members=tuple(members))
    facts = WheelFacts(wheel=Wheel(archive=archive))
    assert all(finding.hint for rule in RULES for finding in rule(facts))
