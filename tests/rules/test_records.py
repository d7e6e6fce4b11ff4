# SPDX-License-Identifier: Apache-2.0
"""RECORD: whether it can be read, and lists each file once and nothing else."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
EMPTY = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
INFO = "demo-1.0.dist-info"


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip with these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def added(*rows: list[str]) -> str:
    """A wheel with these rows at the end of RECORD."""
    return f"[record]\nadd = {[*rows]!r}\n"


@pytest.mark.parametrize(
    ("recipe", "fires"),
    [
        pytest.param('[files]\n"{info}/RECORD" = false', True, id="none"),
        pytest.param('[files]\n"{info}/RECORD" = false\n"RECORD" = ""', True, id="at the top"),
        pytest.param('[files]\n"{info}/RECORD" = false\n"{info}/RECORD.jws" = ""', True, id="its signature alone"),
        pytest.param('[files]\n"{info}/RECORD" = ""', False, id="an empty one is there"),
        pytest.param("", False, id="healthy"),
    ],
)
def test_there_is_one(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-MISSING", {WHEEL: recipe})) is fires


MALFORMED = {
    "two columns": (added(["a", EMPTY]), "2 columns"),
    "four columns": (added(["a", EMPTY, "0", ""]), "4 columns"),
    "a comma in a name that is not quoted": (added(["x"]), "1 columns"),
    "no path": (added(["", EMPTY, "0"]), "no path"),
    "a size of words": (added(["a", EMPTY, "many"]), "`many`"),
    "a negative size": (added(["a", EMPTY, "-1"]), "`-1`"),
    "a size with a fraction": (added(["a", EMPTY, "1.0"]), "`1.0`"),
    "digits of another script": (added(["a", EMPTY, "\u0661"]), "no size"),
    "an unknown algorithm": (added(["a", "crc32=AAAA", "0"]), "`crc32`"),
    "an algorithm of free length": (added(["a", "shake_128=AAAA", "0"]), "`shake_128`"),
    "no algorithm": (added(["a", "47DEQpj8HBSa", "0"]), "`47DEQpj8HBSa`"),
    "a quote that is not closed": ('[record]\ntext = """\n"demo/__init__.py,,"""', "cannot be read"),
    "not UTF-8": ('[bytes]\n"{info}/RECORD" = "ZGVtb//+LCwK"', "not UTF-8"),
    "UTF-16": ('[bytes]\n"{info}/RECORD" = "//5kAGUAbQBvACwALAAKAA=="', "not UTF-8"),
}
WELL_FORMED = {
    "a quoted comma": '[files]\n"demo/a,b.py" = ""',
    "a quoted quote": '[files]\n\'demo/a"b.py\' = ""',
    "another alphabet": '[files]\n"demo/ß.py" = ""',
    "no size": added(["a", EMPTY, ""]),
    "sha512": '[record]\nalgorithm = "sha512"',
    "blake2": '[record]\nalgorithm = "blake2s"',
    "blank lines": '[record]\ntext = "\\n\\ndemo/__init__.py,,\\n\\n"',
    "other line ends": '[record]\ntext = "demo/__init__.py,,\\r\\na,,\\r\\n"',
    "empty": '[files]\n"{info}/RECORD" = ""',
    "none": '[files]\n"{info}/RECORD" = false',
    "healthy": "",
}


@pytest.mark.parametrize(("recipe", "told"), MALFORMED.values(), ids=MALFORMED)
def test_a_row_that_cannot_be_read_is_told(artifacts: Artifacts, recipe: str, told: str) -> None:
    found = artifacts.find("NK-RECORD-MALFORMED", {WHEEL: recipe})
    assert [told in each.message for each in found] == [True]


@pytest.mark.parametrize("recipe", WELL_FORMED.values(), ids=WELL_FORMED)
def test_a_row_that_can_be_read_is_not_told(artifacts: Artifacts, recipe: str) -> None:
    assert artifacts.find("NK-RECORD-MALFORMED", {WHEEL: recipe}) == []


def test_a_row_has_its_line(artifacts: Artifacts) -> None:
    (found,) = artifacts.find("NK-RECORD-MALFORMED", {WHEEL: '[record]\ntext = "a,,\\nb,,\\nc\\n"'})
    assert (found.path, found.line) == (f"dist/{WHEEL}/{INFO}/RECORD", 3)


def test_of_many_rows_the_first_are_told(artifacts: Artifacts) -> None:
    found = artifacts.find("NK-RECORD-MALFORMED", {WHEEL: added(*([f"a{number}"] for number in range(500)))})
    assert len(found) == 20


MISSING = {
    "a module": ('[record]\nomit = ["demo/__init__.py"]', "`demo/__init__.py`"),
    "METADATA": ('[record]\nomit = ["{info}/METADATA"]', f"`{INFO}/METADATA`"),
    "RECORD": ('[record]\nomit = ["{info}/RECORD"]', f"`{INFO}/RECORD`"),
    "all": ('[files]\n"{info}/RECORD" = ""', "and 2 more"),
    "another signature": ('[files]\n"demo/x.jws" = ""\n[record]\nomit = ["demo/x.jws"]', "`demo/x.jws`"),
    "the other slash": ('[record]\nomit = ["demo/__init__.py"]\nadd = [["demo\\\\__init__.py", "", ""]]', "`demo/__"),
    "letter case": ('[record]\nomit = ["demo/__init__.py"]\nadd = [["Demo/__init__.py", "", ""]]', "`demo/__"),
    "a link": ('[members."demo/x"]\nlink = "y"\n[record]\nomit = ["demo/x"]', "`demo/x`"),
}
LISTED = {
    "its signatures": '[files]\n"{info}/RECORD.jws" = ""\n"{info}/RECORD.p7s" = ""',
    "folders": '[files]\n"demo/" = ""\n"demo/data/" = ""',
    "an empty file": '[files]\n"demo/py.typed" = ""',
    "a row of one column": '[record]\nomit = ["demo/__init__.py"]\nadd = [["demo/__init__.py"]]',
    "what cannot be read at all": '[bytes]\n"{info}/RECORD" = "/w=="',
    "none": '[files]\n"{info}/RECORD" = false',
    "healthy": "",
}


@pytest.mark.parametrize(("recipe", "told"), MISSING.values(), ids=MISSING)
def test_a_file_that_is_not_listed_is_told(artifacts: Artifacts, recipe: str, told: str) -> None:
    found = artifacts.find("NK-RECORD-MISSING-ENTRY", {WHEEL: recipe})
    assert [told in each.message for each in found] == [True]


@pytest.mark.parametrize("recipe", LISTED.values(), ids=LISTED)
def test_what_need_not_be_listed_is_not_told(artifacts: Artifacts, recipe: str) -> None:
    assert artifacts.find("NK-RECORD-MISSING-ENTRY", {WHEEL: recipe}) == []


EXTRA = {
    "a lost file": (added(["demo/lost.py", EMPTY, "0"]), True),
    "a folder": ('[files]\n"demo/data/" = ""\n' + added(["demo/data/", "", ""]), True),
    "a folder without its slash": (added(["demo", "", ""]), True),
    "a leading slash": (added(["/demo/__init__.py", "", ""]), True),
    "a leading dot": (added(["./demo/__init__.py", "", ""]), True),
    "the folder above": (added(["../bin/demo", "", ""]), True),
    "byte code": (added(["demo/__pycache__/__init__.cpython-312.pyc", "", ""]), True),
    "letter case": (added(["DEMO/__init__.py", "", ""]), True),
    "no path has its own rule": (added(["", "", ""]), False),
    "a row twice": (added(["demo/__init__.py", "", ""]), False),
    "healthy": ("", False),
}


@pytest.mark.parametrize(("recipe", "fires"), EXTRA.values(), ids=EXTRA)
def test_what_is_listed_is_there(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-EXTRA-ENTRY", {WHEEL: recipe})) is fires


TWICE = {
    "the same row": (added(["demo/__init__.py", "", ""]), True),
    "RECORD": (added([f"{INFO}/RECORD", "", ""]), True),
    "a lost file": (added(["a", "", ""], ["a", "", ""]), True),
    "letter case": (added(["Demo/__init__.py", "", ""]), False),
    "healthy": ("", False),
}


@pytest.mark.parametrize(("recipe", "fires"), TWICE.values(), ids=TWICE)
def test_a_file_is_listed_once(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-DUPLICATE-ROW", {WHEEL: recipe})) is fires


SIGNATURES = {
    "jws": ('[files]\n"{info}/RECORD.jws" = ""\n' + added([f"{INFO}/RECORD.jws", EMPTY, "0"]), True),
    "p7s": (added([f"{INFO}/RECORD.p7s", "", ""]), True),
    "of something else": (added(["demo/RECORD.jws", "", ""]), False),
    "not listed": ('[files]\n"{info}/RECORD.jws" = ""', False),
    "healthy": ("", False),
}


@pytest.mark.parametrize(("recipe", "fires"), SIGNATURES.values(), ids=SIGNATURES)
def test_a_signature_is_not_listed(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-SIGNATURE-LISTED", {WHEEL: recipe})) is fires


def test_more_rows_than_any_wheel_has_files_are_not_read(artifacts: Artifacts) -> None:
    content = {f"{INFO}/RECORD": b"a,,\n" * 400_000, f"{INFO}/WHEEL": b"", "demo.py": b""}
    (found,) = artifacts.find("NK-RECORD-MALFORMED", {WHEEL: zipped(content)})
    assert "more than 200000 rows" in found.message
