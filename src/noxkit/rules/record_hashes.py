# SPDX-License-Identifier: Apache-2.0
"""The hashes and sizes in RECORD, all of them computed again: neither the index nor pip looks after that."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from noxkit.artifacts.record import ALGORITHMS
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._record_rows import (
    digest_of,
    encoded,
    hashed_rows,
    is_weak,
    record_path,
    row_place,
    rows,
)
from noxkit.rules._several import LIMIT, several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.record import Row
    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "record_hash_format",
    "record_hash_mismatch",
    "record_hash_missing",
    "record_self_hash",
    "record_size_mismatch",
    "record_weak_hash",
]

_AGAIN = "build the wheel again, or write RECORD anew with `wheel unpack` and `wheel pack`"
_SIZE = re.compile(r"[0-9]*")
_STANDARD = str.maketrans("+/", "-_")


@rule(code="NK-RECORD-HASH-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_hash_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """The hash of a file is not that in RECORD.

    # Why
    The file was changed after the build, by whomever: uv refuses it, pip does not look.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    replace = {"demo/__init__.py" = ["sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "16"]}
    ```
    Or written in hexadecimal digits:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.py" = ""
    [record]
    replace = {"demo/empty.py" = ["sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "0"]}
    ```
    Or of another hash function:
    ```toml demo-1.0-py3-none-any.whl
    [record]
    replace = {"demo/__init__.py" = ["sha512=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "16"]}
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [record]
    algorithm = "sha512"
    padding = true
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew; sign and strip before packing.

    # Options
    None.

    # When to ignore
    Never.
    """
    count = 0
    # A file may be listed a hundred thousand times.
    known: dict[tuple[str, str], bytes | None] = {}
    for row, member in hashed_rows(facts):
        # What could not be read has a finding of its own.
        if row.algorithm not in ALGORITHMS or not member.sha256:
            continue
        key = (row.path, row.algorithm)
        digest = known[key] = known[key] if key in known else digest_of(member, row.algorithm)
        if digest is not None and encoded(digest) == row.digest.rstrip("=").translate(_STANDARD):
            continue
        count += 1
        if count > LIMIT:
            return
        yield _unknown_hash(facts, row) if digest is None else _wrong_hash(facts, row, encoded(digest))


def _wrong_hash(facts: WheelFacts, row: Row, digest: str) -> Found:
    return found(
        f"RECORD has `{row.columns[1][:150]}` for `{row.path}`, which is `{row.algorithm}={digest}`",
        hint=f"{_AGAIN}; whatever changes files after the build (signing, stripping) has to do so before",
        at=row_place(facts, row),
        display=True,
    )


def _unknown_hash(facts: WheelFacts, row: Row) -> Found:
    return found(
        f"the {row.algorithm} of `{row.path}` was not computed again: RECORD has other hashes of that file too",
        hint="write RECORD with sha256, as all backends do",
        at=row_place(facts, row),
        severity=Severity.WARNING,
        display=True,
    )


@rule(code="NK-RECORD-SIZE-MISMATCH", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_size_mismatch(facts: WheelFacts) -> Iterator[Found]:
    """The size of a file is not that in RECORD.

    # Why
    The file was changed after the build, by whomever; pip does not look.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.py" = ""
    [record]
    replace = {"demo/empty.py" = ["sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "1"]}
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.py" = ""
    "demo/none.py" = ""
    [record.replace]
    "demo/empty.py" = ["sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "00"]
    "demo/none.py" = ["sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", ""]
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    wrong = (
        (row, member)
        for row, member in hashed_rows(facts)
        if row.size and _SIZE.fullmatch(row.size) and (row.size.lstrip("0") or "0") != str(member.size)
    )
    for row, member in itertools.islice(wrong, LIMIT):
        yield found(
            f"RECORD says that `{row.path}` has {row.size[:30]} bytes, and it has {member.size}",
            hint=f"{_AGAIN}; whatever changes files after the build has to do so before",
            at=row_place(facts, row),
            display=True,
        )


@rule(code="NK-RECORD-HASH-MISSING", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_hash_missing(facts: WheelFacts) -> Iterator[Found]:
    """A file in RECORD has no hash.

    # Why
    Each file but RECORD has to have one: without it nobody can tell whether the file was changed.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    replace = {"demo/__init__.py" = ["", ""]}
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/RECORD.jws" = "{}"
    [record]
    add = [["{info}/RECORD.jws", "", ""]]
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    bare = [row for row, _ in hashed_rows(facts) if not row.columns[1]]
    if bare:
        yield found(
            f"RECORD has no hash for {several([row.path for row in bare])}",
            hint=_AGAIN,
            at=row_place(facts, bare[0]),
            display=True,
        )


@rule(code="NK-RECORD-WEAK-HASH", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_weak_hash(facts: WheelFacts) -> Iterator[Found]:
    """RECORD uses a hash function that is weaker than sha256.

    # Why
    The format of wheels forbids md5, sha1 and sha224: a file can be replaced by another of the same hash.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    algorithm = "md5"
    ```
    Or in one row:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.py" = ""
    [record]
    replace = {"demo/empty.py" = ["sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk", "0"]}
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [record]
    algorithm = "sha3_256"
    ```

    # Fix
    Shown only: build the wheel again with a current backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    weak = [row for row, _ in hashed_rows(facts) if is_weak(row.algorithm)]
    if weak:
        names = sorted({row.algorithm for row in weak})
        yield found(
            f"RECORD hashes {several([row.path for row in weak])} with {several(names)}; sha256 is the least",
            hint="build the wheel again with a current backend, which writes sha256",
            at=row_place(facts, weak[0]),
            display=True,
        )


@rule(
    code="NK-RECORD-SELF-HASH",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def record_self_hash(facts: WheelFacts) -> Iterator[Found]:
    """RECORD has a hash for itself.

    # Why
    It cannot be right: to write it changes it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    self-hash = true
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/RECORD" = "a file of that name\\n"
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    for row in rows(facts):
        if row.path == record_path(facts) and len(row.columns) > 1 and row.columns[1]:
            yield found("RECORD has a hash for itself", hint=_AGAIN, at=row_place(facts, row), display=True)
            return


@rule(
    code="NK-RECORD-HASH-FORMAT",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def record_hash_format(facts: WheelFacts) -> Iterator[Found]:
    """A hash in RECORD is not written in URL-safe base64 without padding.

    # Why
    The format asks for that form; installers that compare the text see another hash.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    padding = true
    ```
    Or in the ordinary alphabet:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.py" = ""
    [record]
    replace = {"demo/empty.py" = ["sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "0"]}
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/empty.py" = ""
    [record]
    replace = {"demo/empty.py" = ["sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "0"]}
    ```

    # Fix
    Shown only: build the wheel again with a current backend.

    # Options
    None.

    # When to ignore
    Never.
    """
    odd = [row for row, _ in hashed_rows(facts) if set("=+/") & set(row.digest)]
    if odd:
        yield found(
            f"`{odd[0].columns[1][:150]}` is not URL-safe base64 without padding ({len(odd)} such in RECORD)",
            hint="build the wheel again with a current backend",
            at=row_place(facts, odd[0]),
            display=True,
        )
