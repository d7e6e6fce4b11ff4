# SPDX-License-Identifier: Apache-2.0
"""What of a lock each member depends on, and which members a change of it reaches."""

from __future__ import annotations

import pytest

from noxkit.workspace.lock_closures import changed_closures

MEMBERS = ("a", "b", "c")


def package(name: str, *needs: str, version: str = "1", more: str = "") -> str:
    listed = ", ".join(f'{{ name = "{each}" }}' for each in needs)
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\ndependencies = [{listed}]\n{more}'


def lock(**changed: str) -> bytes:
    """`a` needs `x`, which needs `y`; `b` needs `a`; `c` needs `z` in an extra; nobody needs `w`."""
    extra = '[package.optional-dependencies]\nmore = [{ name = "z" }]\n'
    packages = {
        "a": package("a", "x"),
        "b": package("b", "a"),
        "c": package("c", more=extra),
        "x": package("x", "y"),
        "y": package("y"),
        "z": package("z"),
        "w": package("w"),
        **changed,
    }
    head = packages.pop("head", 'version = 1\nrequires-python = ">=3.10"\n')
    return (head + "".join(packages.values())).encode()


CHANGES: dict[str, tuple[bytes, dict[str, tuple[str, ...]] | None]] = {
    "a dependency": (lock(x=package("x", "y", version="2")), {"a": ("x",), "b": ("x",)}),
    "a dependency of a dependency": (lock(y=package("y", version="2")), {"a": ("y",), "b": ("y",)}),
    "what an extra needs": (lock(z=package("z", version="2")), {"c": ("z",)}),
    "hashes alone": (
        lock(z=package("z", more='wheels = [{ hash = "sha256:1" }]\n')),
        {"c": ("z",)},
    ),
    "what a member needs": (lock(c=package("c", "y")), {"c": ("c",)}),
    "a new dependency": (lock(y=package("y", "v"), v=package("v")), {"a": ("v", "y"), "b": ("v", "y")}),
    "one that is gone": (lock(x=package("x"), y=""), {"a": ("x", "y"), "b": ("x", "y")}),
    "another version beside it": (
        lock(z=package("z") + package("z", version="2")),
        {"c": ("z",)},
    ),
    "a name in another spelling": (lock(y=package("Y", version="2")), {"a": ("y",), "b": ("y",)}),
    "what nobody needs": (lock(w=package("w", version="2")), None),
    "what nobody needs beside a dependency": (lock(w=package("w", version="2"), z=package("z", version="2")), None),
    "the Pythons": (lock(head='version = 1\nrequires-python = ">=3.11"\n', z=package("z", version="2")), None),
    "nothing": (lock(), None),
    "no TOML": (b"[", None),
}


@pytest.mark.parametrize(("new", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_reaches_those_whose_closure_has_it(new: bytes, expected: dict[str, tuple[str, ...]] | None) -> None:
    assert changed_closures(lock(), new, MEMBERS) == expected


def test_a_lock_that_cannot_be_read_reaches_everybody() -> None:
    assert changed_closures(b"\xff", lock(), MEMBERS) is None


def test_a_circle_comes_to_an_end() -> None:
    old, new = (lock(y=package("y", "x", version=version)) for version in "12")
    assert changed_closures(old, new, MEMBERS) == {"a": ("y",), "b": ("y",)}
