# SPDX-License-Identifier: Apache-2.0
"""Paths and names of entries: which rules speak of a path, in a wheel and in an sdist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.rules import load_families

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"
RULES = [rule for name in ("member_paths", "member_names", "member_kinds") for rule in load_families()[name].values()]


def _recipe(*names: str) -> str:
    # TOML has no escape for a surrogate; other than that its strings are those of JSON.
    return "[files]\n" + "".join(f'{json.dumps(name)} = ""\n' for name in names)


def _codes(artifacts: Artifacts, file: str, recipe: str) -> list[str]:
    return sorted({finding.code.removeprefix("NK-PATH-") for finding in artifacts.find_by(RULES, {file: recipe})})


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("demo/a.py", []),
        ("demo/.hidden/..a/b...c", []),
        ("demo/sub/", []),
        ("../evil.py", ["TRAVERSAL"]),
        ("demo/../../evil.py", ["TRAVERSAL"]),
        ("demo/a/../../../evil.py", ["TRAVERSAL"]),
        ("demo-1.0.data/data/../evil.py", ["TRAVERSAL"]),
        ("demo-1.0.data/scripts/a/../../evil", ["TRAVERSAL"]),
        ("demo-1.0.data/../../evil.py", ["TRAVERSAL"]),
        ("demo/..\\..\\evil.py", ["BACKSLASH", "TRAVERSAL"]),
        ("demo/a/../b.py", ["NOT-NORMALISED"]),
        ("demo-1.0.data/data/a/../b", ["NOT-NORMALISED"]),
        ("demo//b.py", ["NOT-NORMALISED"]),
        ("./demo/b.py", ["NOT-NORMALISED"]),
        ("demo/./b.py", ["NOT-NORMALISED"]),
        ("demo/b//", ["NOT-NORMALISED"]),
        ("/etc/x", ["ABSOLUTE"]),
        ("//host/share/x", ["ABSOLUTE"]),
        ("\\\\host\\share", ["ABSOLUTE", "BACKSLASH"]),
        ("C:/x", ["ABSOLUTE"]),
        ("c:x", ["ABSOLUTE", "WINDOWS-INVALID"]),
        ("demo-1.0.data/data//etc/x", ["ABSOLUTE"]),
        ("demo-1.0.data/data/C:/x", ["ABSOLUTE", "WINDOWS-INVALID"]),
        ("demo-1.0.data/data/etc/x", []),
        ("demo/a\\b", ["BACKSLASH"]),
        ("demo/a\x01b", ["UNPRINTABLE"]),
        ("demo/a\nb", ["UNPRINTABLE"]),
        ("demo/a\x7f", ["UNPRINTABLE"]),
        ("demo/a\x85b", ["NON-ASCII"]),
        ("demo/a b", ["SPACES"]),
        ("demo/größe", ["NON-ASCII"]),
        ("demo/a ", ["SPACES", "WINDOWS-INVALID"]),
        ("demo/a./b", ["WINDOWS-INVALID"]),
        ("demo/...", ["WINDOWS-INVALID"]),
        ("demo/a<b", ["WINDOWS-INVALID"]),
        ("demo/a>b", ["WINDOWS-INVALID"]),
        ("demo/a:b", ["WINDOWS-INVALID"]),
        ("demo/c:/x", ["WINDOWS-INVALID"]),
        ('demo/a"b', ["WINDOWS-INVALID"]),
        ("demo/a|b", ["WINDOWS-INVALID"]),
        ("demo/a?b", ["WINDOWS-INVALID"]),
        ("demo/a*b", ["WINDOWS-INVALID"]),
        ("demo/[a]{b}(c)'d'&e;f=g", []),
        ("demo/aux", ["WINDOWS-RESERVED"]),
        ("demo/AUX.py", ["WINDOWS-RESERVED"]),
        ("demo/Con/a.py", ["WINDOWS-RESERVED"]),
        ("demo/prn.tar.gz", ["WINDOWS-RESERVED"]),
        ("demo/nul .txt", ["SPACES", "WINDOWS-RESERVED"]),
        ("demo/com0", ["WINDOWS-RESERVED"]),
        ("demo/lpt9.log", ["WINDOWS-RESERVED"]),
        ("demo/COM\N{SUPERSCRIPT ONE}", ["NON-ASCII", "WINDOWS-RESERVED"]),
        ("demo/conout$", ["WINDOWS-RESERVED"]),
        ("demo/CONIN$.x", ["WINDOWS-RESERVED"]),
        ("demo/com10", []),
        ("demo/console.py", []),
        ("demo/a.aux", []),
        ("demo/auxiliary/con-1", []),
        ("demo/null", []),
        ("demo/" + "a/" * 97 + "b", []),
        ("demo/" + "a/" * 97 + "bb", ["TOO-LONG"]),
    ],
)
def test_the_rules_that_speak_of_a_path_in_a_wheel(artifacts: Artifacts, name: str, codes: list[str]) -> None:
    assert _codes(artifacts, WHEEL, _recipe(name)) == codes


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("demo-1.0/a.py", []),
        ("demo-1.0/demo-1.0.data/data/..a", []),
        ("demo-1.0/../a.py", ["NOT-NORMALISED"]),
        ("demo-1.0/../../a.py", ["TRAVERSAL"]),
        ("./demo-1.0/a.py", ["NOT-NORMALISED"]),
        ("/demo-1.0/a.py", ["ABSOLUTE"]),
        ("demo-1.0\\a.py", ["BACKSLASH"]),
        ("demo-1.0/a\tb", ["UNPRINTABLE"]),
        ("demo-1.0/nul", ["WINDOWS-RESERVED"]),
        ("demo-1.0/a?", ["WINDOWS-INVALID"]),
        ("demo-1.0/" + "a" * 192, ["TOO-LONG"]),
    ],
)
def test_the_rules_that_speak_of_a_path_in_an_sdist(artifacts: Artifacts, name: str, codes: list[str]) -> None:
    assert _codes(artifacts, SDIST, _recipe(name)) == codes


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        (b"demo/\xe9", ["NOT-UTF8"]),
        (b"demo/\xc3\xa9", ["NON-ASCII"]),
        (b"demo/\xc0\xaf", ["NOT-UTF8"]),
        (b"demo/\xed\xa0\x80", ["NOT-UTF8"]),
        (b"demo/\xff\x01", ["NOT-UTF8", "UNPRINTABLE"]),
        (b"demo/a", []),
    ],
)
@pytest.mark.parametrize("file", [WHEEL, SDIST])
def test_names_that_are_no_utf8(artifacts: Artifacts, file: str, raw: bytes, codes: list[str]) -> None:
    assert _codes(artifacts, file, f'[members."demo/x"]\nraw = "{raw.hex()}"') == codes


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (("demo/a.py", "demo/A.py"), ["CASE-COLLISION"]),
        (("demo/a.py", "Demo/b.py"), ["CASE-COLLISION"]),
        (("demo/a/b.py", "demo/A/c.py"), ["CASE-COLLISION"]),
        (("demo/stra\u00dfe", "demo/STRASSE"), ["CASE-COLLISION", "NON-ASCII"]),
        (("demo/x", "demo-1.0.data/purelib/demo/X"), ["CASE-COLLISION"]),
        (("demo/x", "demo-1.0.data/platlib/Demo/y"), ["CASE-COLLISION"]),
        (("demo/x", "demo-1.0.data/data/Demo/x"), []),
        (("demo/a.py", "demo/A.pyi"), []),
        (("demo/a/x", "demo/b/X"), []),
        (("demo/\u0131", "demo/i"), ["NON-ASCII"]),
        (("demo/caf\u00e9", "demo/cafe\u0301"), ["NON-ASCII", "UNICODE-COLLISION"]),
        (("demo/CAF\u00c9", "demo/cafe\u0301"), ["NON-ASCII", "UNICODE-COLLISION"]),
        (("demo/caf\u00e9/a", "demo/cafe\u0301/b"), ["NON-ASCII", "UNICODE-COLLISION"]),
        (("demo/caf\u00e9", "demo/CAF\u00c9"), ["CASE-COLLISION", "NON-ASCII"]),
        (("demo/caf\u00e9", "demo/cafe"), ["NON-ASCII"]),
        (("demo/\u212b", "demo/\u00c5"), ["CASE-COLLISION", "NON-ASCII"]),
        (("demo/d", "demo/d/x"), ["FILE-DIR-CONFLICT"]),
        (("demo/d/x", "demo/d"), ["FILE-DIR-CONFLICT"]),
        (("demo/d", "demo/d/"), ["FILE-DIR-CONFLICT"]),
        (("demo/d/", "demo/d/x"), []),
        (("demo/d", "demo/d.x/y", "demo/d-/z"), []),
    ],
)
def test_pairs_that_cannot_lie_side_by_side(artifacts: Artifacts, names: tuple[str, ...], codes: list[str]) -> None:
    assert _codes(artifacts, WHEEL, _recipe(*names)) == codes


def test_a_collision_of_folders_is_told_once(artifacts: Artifacts) -> None:
    recipe = _recipe(*(f"demo-1.0/{folder}/{name}" for folder in ("docs", "Docs") for name in "abc"))
    (finding,) = artifacts.find("NK-PATH-CASE-COLLISION", {SDIST: recipe})
    assert "`demo-1.0/Docs` and `demo-1.0/docs`" in finding.message


LINKS = "NK-SDIST-LINK-ESCAPE"


@pytest.mark.parametrize(
    ("links", "escaping"),
    [
        ({"demo-1.0/a": "b"}, []),
        ({"demo-1.0/a": "../demo-1.0/b"}, []),
        ({"demo-1.0/docs/a": "../README.md"}, []),
        ({"demo-1.0/a": "a"}, []),
        ({"demo-1.0/a": "b", "demo-1.0/b": "a"}, []),
        ({"demo-1.0/a": "b/c/d", "demo-1.0/b": "src"}, []),
        ({"demo-1.0/a": ".."}, ["a"]),
        ({"demo-1.0/a": "../other"}, ["a"]),
        ({"demo-1.0/a": "../../etc"}, ["a"]),
        ({"demo-1.0/a": "/etc/passwd"}, ["a"]),
        ({"demo-1.0/a": "C:/x"}, ["a"]),
        ({"demo-1.0/a": "\\\\host\\x"}, ["a"]),
        ({"demo-1.0/s/a": "../.."}, ["a"]),
        ({"demo-1.0/s/a": "../../demo-1.0/x"}, []),
        ({"demo-1.0/s/t/a": "../..", "demo-1.0/s/t/b": "a/.."}, ["b"]),
        ({"demo-1.0/s/t/a": "../..", "demo-1.0/s/t/b": "a/../demo-1.0/x"}, []),
        ({"demo-1.0/a": "/etc", "demo-1.0/b": "a/passwd"}, ["a", "b"]),
        ({"demo-1.0/a": "../demo-1.0-evil/x"}, ["a"]),
    ],
)
def test_links_that_lead_out_of_an_sdist(artifacts: Artifacts, links: dict[str, str], escaping: list[str]) -> None:
    recipe = "".join(f"[members.{json.dumps(name)}]\nlink = {json.dumps(target)}\n" for name, target in links.items())
    found = artifacts.find(LINKS, {SDIST: recipe})
    assert sorted((finding.path or "").rpartition("/")[2] for finding in found) == escaping


@pytest.mark.parametrize(
    ("target", "escapes"),
    [
        ("demo-1.0/LICENSE", False),
        ("demo-1.0/./src/../LICENSE", False),
        ("etc/passwd", True),
        ("/etc/passwd", True),
        ("../LICENSE", True),
        ("LICENSE", True),
    ],
)
def test_hard_links_count_from_the_top(artifacts: Artifacts, target: str, *, escapes: bool) -> None:
    found = artifacts.find(LINKS, {SDIST: f'[members."demo-1.0/a"]\nhardlink = "{target}"'})
    assert bool(found) is escapes


@pytest.mark.parametrize(
    ("kind", "what"), [("fifo", "FIFO"), ("char", "device"), ("block", "device"), ("contiguous", None)]
)
def test_special_files_of_an_sdist(artifacts: Artifacts, kind: str, what: str | None) -> None:
    found = artifacts.find("NK-SDIST-SPECIAL-FILE", {SDIST: f'[members."demo-1.0/x"]\ntype = "{kind}"'})
    assert [what in finding.message for finding in found if what] == ([True] if what else [])
    assert bool(found) is (what is not None)


@pytest.mark.parametrize("link", ["data.txt", "../x", "/etc/passwd"])
def test_a_link_in_a_wheel(artifacts: Artifacts, link: str) -> None:
    (finding,) = artifacts.find("NK-PATH-SYMLINK", {WHEEL: f'[members."demo/a"]\nlink = "{link}"'})
    assert f"`{link}`" in finding.message


def test_a_file_that_is_written_through_a_link_is_a_conflict(artifacts: Artifacts) -> None:
    recipe = '[members."demo-1.0/d"]\nlink = "src"\n[files]\n"demo-1.0/d/x" = ""\n'
    assert len(artifacts.find("NK-PATH-FILE-DIR-CONFLICT", {SDIST: recipe})) == 1


def test_many_harmless_names_are_one_finding(artifacts: Artifacts) -> None:
    recipe = _recipe(*(f"demo/a {number}" for number in range(30)))
    (finding,) = artifacts.find("NK-PATH-SPACES", {WHEEL: recipe})
    assert "the first of 30 entries" in finding.message
    assert finding.severity is Severity.INFO


def test_many_harmful_names_are_ten_findings(artifacts: Artifacts) -> None:
    found = artifacts.find("NK-PATH-TRAVERSAL", {WHEEL: _recipe(*(f"../{number:02}" for number in range(30)))})
    assert len(found) == 10
    assert any("20 more entries" in finding.message for finding in found)


def test_an_endless_name_is_cut_off_in_messages_and_places(artifacts: Artifacts) -> None:
    deep = "demo-1.0/" + "a/" * 30_000 + "../" * 40_000
    found = artifacts.find_by(RULES, {SDIST: _recipe(deep + "x", "demo-1.0/" + "n" * 60_000)})
    assert {finding.code for finding in found} == {"NK-PATH-TRAVERSAL", "NK-PATH-TOO-LONG"}
    assert all(len(finding.message) < 400 and len(finding.path or "") < 600 for finding in found)
