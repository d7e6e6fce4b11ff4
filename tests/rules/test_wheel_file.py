# SPDX-License-Identifier: Apache-2.0
"""The file WHEEL: its fields, and the tags and the build that it shares with the file name."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
LATIN = base64.b64encode(b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nX: \xff\n").decode()


def whole(text: str) -> str:
    """A wheel with this text as its WHEEL."""
    return f'[files]\n"{{info}}/WHEEL" = "{text}"\n'


@pytest.mark.parametrize(
    ("recipe", "fires"),
    [
        pytest.param('[files]\n"{info}/WHEEL" = false', True, id="none"),
        pytest.param('[files]\n"{info}/WHEEL" = false\n"WHEEL" = ""', True, id="at the top"),
        pytest.param('[files]\n"{info}/WHEEL" = false\n"{info}/WHEEL.txt" = ""', True, id="with a suffix"),
        pytest.param(whole(""), False, id="an empty one is invalid, not missing"),
        pytest.param("", False, id="healthy"),
    ],
)
def test_there_is_one(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-WHEEL-FILE-MISSING", {WHEEL: recipe})) is fires


FAULTS: dict[str, tuple[str, list[str]]] = {
    "empty": (whole(""), ["no `Wheel-Version`", "no `Root-Is-Purelib`", "no `Tag`"]),
    "no version": ("[wheel]\nWheel-Version = false", ["no `Wheel-Version`"]),
    "no root": ("[wheel]\nRoot-Is-Purelib = false", ["no `Root-Is-Purelib`"]),
    "no tag": ("[wheel]\nTag = false", ["no `Tag`"]),
    "a version of one number": ('[wheel]\nWheel-Version = "1"', ["`Wheel-Version: 1`"]),
    "a version of words": ('[wheel]\nWheel-Version = "one"', ["`Wheel-Version: one`"]),
    "yes": ('[wheel]\nRoot-Is-Purelib = "yes"', ["`Root-Is-Purelib: yes`"]),
    "nothing": ('[wheel]\nRoot-Is-Purelib = ""', ["`Root-Is-Purelib: `"]),
    "half a tag": ('[wheel]\nTag = "py3-none"', ["`Tag: py3-none`"]),
    "four parts": ('[wheel]\nTag = "py3-none-any-x"', ["`Tag: py3-none-any-x`"]),
    "an empty part": ('[wheel]\nTag = "py3.-none-any"', ["`Tag: py3.-none-any`"]),
    "both": ('[wheel]\nRoot-Is-Purelib = ["true", "false"]', ["twice"]),
    "a line that is no field": (
        whole("Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\nover\\n"),
        ["is no field"],
    ),
    "a byte that is not UTF-8": (
        f'[bytes]\n"{{info}}/WHEEL" = "{LATIN}"',
        ["not UTF-8"],
    ),
    "letter case": (whole("WHEEL-VERSION: 1.0\\nroot-is-purelib: TRUE\\ntag: py3-none-any\\n"), []),
    "other line ends": (whole("Wheel-Version: 1.0\\r\\nRoot-Is-Purelib: true\\r\\nTag: py3-none-any\\r\\n"), []),
    "the same twice": ('[wheel]\nRoot-Is-Purelib = ["true", "true"]', []),
    "fields of the generator's own": ('[wheel]\nX-Built-With = "a compiler"', []),
    "several tags": ('[wheel]\nTag = ["py2-none-any", "py3-none-any"]', []),
    "healthy": ("", []),
}


@pytest.mark.parametrize(("recipe", "told"), FAULTS.values(), ids=FAULTS)
def test_its_three_fields_are_there_and_right(artifacts: Artifacts, recipe: str, told: list[str]) -> None:
    found = sorted(each.message for each in artifacts.find("NK-WHEEL-FILE-INVALID", {WHEEL: recipe}))
    assert len(found) == len(told)
    assert all(any(part in message for message in found) for part in told)


def test_a_fault_has_its_line(artifacts: Artifacts) -> None:
    text = "Generator: x\\nWheel-Version: 1.0\\nRoot-Is-Purelib: no\\nTag: py3-none-any\\n"
    (found,) = artifacts.find("NK-WHEEL-FILE-INVALID", {WHEEL: whole(text)})
    assert (found.path, found.line) == (f"dist/{WHEEL}/demo-1.0.dist-info/WHEEL", 3)


@pytest.mark.parametrize(
    ("version", "fires"), [("2.0", True), ("0.9", True), ("10.0", True), ("1.0", False), ("1.12", False), ("x", False)]
)
def test_its_major_version_is_one(artifacts: Artifacts, version: str, *, fires: bool) -> None:
    recipe = f'[wheel]\nWheel-Version = "{version}"'
    assert bool(artifacts.find("NK-WHEEL-VERSION-UNSUPPORTED", {WHEEL: recipe})) is fires


TAGS = {
    "fewer": ("py2.py3-none-any", ["py3-none-any"], True),
    "more": ("py3-none-any", ["py2-none-any", "py3-none-any"], True),
    "another platform": ("cp312-cp312-manylinux_2_28_x86_64", ["cp312-cp312-linux_x86_64"], True),
    "half of what a repair adds": (
        "cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64",
        ["cp312-cp312-manylinux2014_x86_64"],
        True,
    ),
    "not each combination": ("py2.py3-none.abi3-any", ["py2-none-any", "py3-abi3-any"], True),
    "another order": ("py2.py3-none-any", ["py3-none-any", "py2-none-any"], False),
    "packed": ("py2.py3-none-any", ["py2.py3-none-any"], False),
    "each combination": ("cp311.cp312-none-win32", ["cp311-none-win32", "cp312-none-win32"], False),
    "letter case": ("py3-none-any", ["PY3-none-any"], False),
    "twice": ("py3-none-any", ["py3-none-any", "py3-none-any"], False),
    "what is no tag has its own rule": ("py3-none-any", ["py3-none"], False),
}


@pytest.mark.parametrize(("name", "tags", "fires"), TAGS.values(), ids=TAGS)
def test_its_tags_are_those_of_the_name(artifacts: Artifacts, name: str, tags: list[str], *, fires: bool) -> None:
    found = artifacts.find("NK-WHEEL-TAG-MISMATCH", {f"demo-1.0-{name}.whl": f"[wheel]\nTag = {tags!r}"})
    assert bool(found) is fires


def test_a_thousand_million_tags_are_not_made(artifacts: Artifacts) -> None:
    part = ".".join(f"x{number}" for number in range(1000))
    (found,) = artifacts.find("NK-WHEEL-TAG-MISMATCH", {WHEEL: f'[wheel]\nTag = "{part}-{part}-{part}"'})
    assert "only in the name" in found.message


BUILDS = {
    "another": ("demo-1.0-2-py3-none-any.whl", '"1"', True),
    "none in WHEEL": ("demo-1.0-2-py3-none-any.whl", "false", True),
    "none in the name": ("demo-1.0-py3-none-any.whl", '"2"', True),
    "another suffix": ("demo-1.0-2a-py3-none-any.whl", '"2b"', True),
    "the same": ("demo-1.0-2a-py3-none-any.whl", '"2a"', False),
    "with a zero": ("demo-1.0-02-py3-none-any.whl", '"2"', False),
    "none": ("demo-1.0-py3-none-any.whl", "false", False),
}


@pytest.mark.parametrize(("name", "build", "fires"), BUILDS.values(), ids=BUILDS)
def test_its_build_is_that_of_the_name(artifacts: Artifacts, name: str, build: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-WHEEL-BUILD-MISMATCH", {name: f"[wheel]\nBuild = {build}"})) is fires
