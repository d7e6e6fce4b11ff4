# SPDX-License-Identifier: Apache-2.0
"""The hashes and sizes in RECORD."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
EMPTY = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


def row(digest: str, size: str = "0") -> str:
    """A wheel with an empty file of which RECORD says this."""
    return f'[files]\n"demo/e" = ""\n[record]\nreplace = {{"demo/e" = ["{digest}", "{size}"]}}\n'


def hashed(algorithm: str, content: bytes = b"") -> str:
    """The hash of a content, as RECORD writes it."""
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).decode().rstrip("=")
    return f"{algorithm}={digest}"


HASHES = {
    "of other bytes": (row(hashed("sha256", b"x")), True),
    "of the other line end": (
        '[files]\n"demo/e" = "a\\n"\n[record.replace]\n"demo/e" = ["' + hashed("sha256", b"a\r\n") + '", "2"]',
        True,
    ),
    "cut off": (row(f"sha256={EMPTY[:-1]}"), True),
    "in hexadecimal digits": (row(f"sha256={hashlib.sha256().hexdigest()}"), True),
    "nothing behind the name": (row("sha256="), True),
    "of another algorithm": (row(f"sha512={EMPTY}"), True),
    "letter case": (row(f"sha256={EMPTY.swapcase()}"), True),
    "md5 of other bytes": (row(hashed("md5", b"x")), True),
    "right": (row(f"sha256={EMPTY}"), False),
    "right with padding": (row(f"sha256={EMPTY}="), False),
    "right in the ordinary alphabet": (row(f"sha256={EMPTY.replace('-', '+').replace('_', '/')}"), False),
    "right as sha512": (row(hashed("sha512")), False),
    "right as sha384": (row(hashed("sha384")), False),
    "right as blake2b": (row(hashed("blake2b")), False),
    "right as md5": (row(hashed("md5")), False),
    "none": (row(""), False),
    "an unknown one": (row("crc32=AAAA"), False),
    "healthy": ("", False),
}


@pytest.mark.parametrize(("recipe", "fires"), HASHES.values(), ids=HASHES)
def test_each_hash_is_computed_again(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    found = artifacts.find("NK-RECORD-HASH-MISMATCH", {WHEEL: recipe})
    assert [each.severity for each in found] == ([Severity.ERROR] if fires else [])


def test_both_hashes_are_shown(artifacts: Artifacts) -> None:
    (found,) = artifacts.find("NK-RECORD-HASH-MISMATCH", {WHEEL: row(hashed("sha256", b"x"))})
    assert f"sha256={EMPTY}" in found.message
    assert hashed("sha256", b"x") in found.message
    assert found.line is not None


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512", "blake2b", "sha3_256"])
def test_a_large_file_is_hashed_as_well(artifacts: Artifacts, algorithm: str) -> None:
    recipe = '[zeros]\n"demo/big.bin" = 20000000\n[record.replace]\n"demo/big.bin" = ["{}", "20000000"]'
    wrong, right = (hashed(algorithm, bytes(20000000 - less)) for less in (1, 0))
    assert artifacts.find("NK-RECORD-HASH-MISMATCH", {WHEEL: recipe.format(right)}) == []
    assert len(artifacts.find("NK-RECORD-HASH-MISMATCH", {WHEEL: recipe.format(wrong)})) == 1


def test_what_is_not_computed_again_is_told(artifacts: Artifacts) -> None:
    both = "".join(f'["demo/big.bin", "{hashed(name, bytes(20000000))}", ""],' for name in ("sha384", "sha512"))
    recipe = f'[zeros]\n"demo/big.bin" = 20000000\n[record]\nadd = [{both}]'
    (found,) = artifacts.find("NK-RECORD-HASH-MISMATCH", {WHEEL: recipe})
    assert (found.severity, "not computed again" in found.message) == (Severity.WARNING, True)


def test_of_many_hashes_the_first_are_told(artifacts: Artifacts) -> None:
    files = "".join(f'"demo/e{number}" = ""\n' for number in range(100))
    rows = "".join(f'"demo/e{number}" = ["sha256=AAAA", "0"]\n' for number in range(100))
    recipe = f"[files]\n{files}[record.replace]\n{rows}"
    assert len(artifacts.find("NK-RECORD-HASH-MISMATCH", {WHEEL: recipe})) == 20


SIZES = {
    "one more": ("1", True),
    "many more": ("9" * 5000, True),
    "right": ("0", False),
    "with zeros": ("000", False),
    "none": ("", False),
    "no number has its own rule": ("x", False),
}


@pytest.mark.parametrize(("size", "fires"), SIZES.values(), ids=SIZES)
def test_each_size_is_compared(artifacts: Artifacts, size: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-SIZE-MISMATCH", {WHEEL: row(f"sha256={EMPTY}", size)})) is fires


BARE = {
    "a file": (row("", ""), True),
    "with a size": (row("", "0"), True),
    "its signature": ('[files]\n"{info}/RECORD.jws" = ""\n[record]\nadd = [["{info}/RECORD.jws", "", ""]]', False),
    "what is not there": ('[record]\nadd = [["demo/lost.py", "", ""]]', False),
    "healthy": ("", False),
}


@pytest.mark.parametrize(("recipe", "fires"), BARE.values(), ids=BARE)
def test_each_file_has_a_hash(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-HASH-MISSING", {WHEEL: recipe})) is fires


@pytest.mark.parametrize(
    ("algorithm", "fires"),
    [
        *[(name, True) for name in ("md5", "sha1", "sha224", "sha3_224")],
        *[(name, False) for name in ("sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s")],
    ],
)
def test_a_hash_function_is_at_least_sha256(artifacts: Artifacts, algorithm: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-WEAK-HASH", {WHEEL: row(hashed(algorithm))})) is fires


FORMS = {
    "padding": (f"sha256={EMPTY}=", True),
    "plus": (f"sha256={EMPTY.replace('-', '+')}", True),
    "slash": (f"sha256={EMPTY.replace('_', '/')}", True),
    "as asked for": (f"sha256={EMPTY}", False),
    "none": ("", False),
}


@pytest.mark.parametrize(("digest", "fires"), FORMS.values(), ids=FORMS)
def test_a_hash_is_written_in_url_safe_base64(artifacts: Artifacts, digest: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-HASH-FORMAT", {WHEEL: row(digest)})) is fires


@pytest.mark.parametrize(
    ("recipe", "fires"),
    [
        pytest.param("[record]\nself-hash = true", True, id="a hash of itself"),
        pytest.param('[files]\n"demo/RECORD" = ""', False, id="another file of that name"),
        pytest.param("", False, id="healthy"),
    ],
)
def test_record_does_not_hash_itself(artifacts: Artifacts, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-RECORD-SELF-HASH", {WHEEL: recipe})) is fires
