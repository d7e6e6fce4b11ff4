# SPDX-License-Identifier: Apache-2.0
"""RECORD, the list of a wheel's files: it can be read, and lists all of them, each once, and nothing else."""

from __future__ import annotations

import collections
import itertools
import re
from typing import TYPE_CHECKING

from noxkit.artifacts.model import FaultKind
from noxkit.artifacts.record import ALGORITHMS
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._record_rows import listed_files, record_path, row_place, rows, signatures
from noxkit.rules._several import LIMIT, several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.record import Row
    from noxkit.rules._artifacts import WheelFacts

__all__ = [
    "record_duplicate_row",
    "record_extra_entry",
    "record_malformed",
    "record_missing",
    "record_missing_entry",
    "record_signature_listed",
]

_AGAIN = "build the wheel again, or write RECORD anew with `wheel unpack` and `wheel pack`"
_SIZE = re.compile(r"[0-9]*")


@rule(code="NK-RECORD-MISSING", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_missing(facts: WheelFacts) -> Iterator[Found]:
    """A wheel has no RECORD.

    # Why
    The package index refuses it, and installers do not know what to remove.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/RECORD" = false
    ```
    Or in another folder:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/RECORD" = false
    "demo/RECORD" = "demo/__init__.py,,\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.wheel.info is not None and facts.wheel.info_member("RECORD") is None:
        yield found(f"`{record_path(facts)}` is missing", hint=_AGAIN, at=facts.at(facts.wheel.info), display=True)


@rule(code="NK-RECORD-MALFORMED", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_malformed(facts: WheelFacts) -> Iterator[Found]:
    """RECORD cannot be read, or a row of it has not the form path, hash, size.

    # Why
    The package index and installers read it row by row; one that they cannot read is a file that they do not know.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    add = [["demo/more.py", "12"]]
    ```
    Or a size that is no number:
    ```toml demo-1.0-py3-none-any.whl
    [record]
    replace = {"demo/__init__.py" = ["sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "1.2k"]}
    ```
    Or a hash function that no Python has:
    ```toml demo-1.0-py3-none-any.whl
    [record]
    replace = {"demo/__init__.py" = ["crc32=AAAA", "16"]}
    ```
    Or bytes that are not UTF-8:
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "{info}/RECORD" = "ZGVtb//+LCwK"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/one, two \\"three\\".py" = "x = 1\\n"
    "demo/ünïcode.py" = "x = 1\\n"
    [record]
    algorithm = "blake2b"
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.wheel.info_member("RECORD") is None:
        return
    record = facts.wheel.record
    error = "its bytes cannot be had" if record is None else record.error
    if error is not None:
        yield found(f"RECORD cannot be read: {error}", hint=_AGAIN, at=row_place(facts), display=True)
    faults = ((row, fault) for row in rows(facts) if (fault := _fault(row)) is not None)
    for row, fault in itertools.islice(faults, LIMIT):
        yield found(fault, hint=_AGAIN, at=row_place(facts, row), display=True)


def _fault(row: Row) -> str | None:
    if len(row.columns) != 3:
        return f"the row has {len(row.columns)} columns; path, hash and size are three"
    if not row.path:
        return "the row has no path"
    if _SIZE.fullmatch(row.size) is None:
        return f"`{row.size[:100]}` is no size"
    if row.columns[1] and row.algorithm not in ALGORITHMS:
        written = row.algorithm or row.columns[1]
        return f"`{written[:100]}` is no hash function that every Python has"
    return None


@rule(code="NK-RECORD-MISSING-ENTRY", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_missing_entry(facts: WheelFacts) -> Iterator[Found]:
    """A file of the wheel is not in RECORD.

    # Why
    Installers that follow RECORD leave it out or behind, and nobody can tell whether it was put in later.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    omit = ["demo/__init__.py"]
    ```
    Or RECORD itself:
    ```toml demo-1.0-py3-none-any.whl
    [record]
    omit = ["{info}/RECORD"]
    ```
    Or a signature of something else:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/RECORD.jws" = "{}"
    [record]
    omit = ["demo/RECORD.jws"]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/RECORD.jws" = "{}"
    "{info}/RECORD.p7s" = "{}"
    "demo/data/" = ""
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    record = facts.wheel.record
    if record is None or record.error is not None:
        return
    listed = {row.path for row in record.rows}
    missing = [name for name in listed_files(facts) if name not in listed]
    if missing:
        yield found(
            f"RECORD does not list {several(missing)}",
            hint=f"{_AGAIN}; whatever adds files after the build has to do so before",
            at=row_place(facts),
            display=True,
        )


@rule(code="NK-RECORD-EXTRA-ENTRY", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_extra_entry(facts: WheelFacts) -> Iterator[Found]:
    """RECORD lists what is no file of the wheel: a missing one, a folder, or an absolute path.

    # Why
    A file was lost after the build, or the list is that of another wheel; the package index compares both.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    add = [["demo/lost.py", "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "0"]]
    ```
    Or a folder:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data/" = ""
    [record]
    add = [["demo/data/", "", ""]]
    ```
    Or a leading slash:
    ```toml demo-1.0-py3-none-any.whl
    [record]
    add = [["/demo/__init__.py", "", ""]]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/data/" = ""
    "demo/data/empty" = ""
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    if facts.archive.faults_of(FaultKind.LIMIT):
        return
    files = {member.name for member in facts.archive.members if not member.name.endswith("/")}
    extra = [row for row in rows(facts) if row.path and row.path not in files]
    if extra:
        yield found(
            f"RECORD lists {several([row.path for row in extra])}, which is no file of the wheel",
            hint=f"{_AGAIN}; whatever removes files after the build has to do so before",
            at=row_place(facts, extra[0]),
            display=True,
        )


@rule(code="NK-RECORD-DUPLICATE-ROW", scope=Scope.WHEEL, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def record_duplicate_row(facts: WheelFacts) -> Iterator[Found]:
    """RECORD lists a file twice.

    # Why
    Which row holds is for each installer to guess; the package index sees one of them.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [record]
    add = [["demo/__init__.py", "", ""]]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/a.py" = "x = 1\\n"
    "demo/A.pyi" = "x = 1\\n"
    ```

    # Fix
    Shown only: build the wheel again, or pack it anew.

    # Options
    None.

    # When to ignore
    Never.
    """
    counted = collections.Counter(row.path for row in rows(facts))
    twice = [path for path, count in counted.items() if count > 1]
    if twice:
        second = [row for row in rows(facts) if row.path == twice[0]][1]
        yield found(
            f"RECORD has more than one row for {several(twice)}",
            hint=f"{_AGAIN}; with hatch, see `packages` and `force-include` for what is packed twice",
            at=row_place(facts, second),
            display=True,
        )


@rule(
    code="NK-RECORD-SIGNATURE-LISTED",
    scope=Scope.WHEEL,
    since="1.0",
    standard=True,
    severity=Severity.WARNING,
    fix=FixSafety.DISPLAY,
)
def record_signature_listed(facts: WheelFacts) -> Iterator[Found]:
    """RECORD lists its own signature.

    # Why
    RECORD.jws and RECORD.p7s sign RECORD, so they are made after it and cannot be in it.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/RECORD.jws" = "{}"
    [record]
    add = [["{info}/RECORD.jws", "sha256=RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o", "2"]]
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "{info}/RECORD.jws" = "{}"
    "demo/RECORD.jws" = "{}"
    ```

    # Fix
    Shown only: take the row out with the tool that signs.

    # Options
    None.

    # When to ignore
    Never.
    """
    exempt = signatures(facts)
    listed = [row for row in rows(facts) if row.path in exempt]
    if listed:
        yield found(
            f"RECORD lists its own signature `{listed[0].path}`",
            hint="take the row out: the signature is made after RECORD",
            at=row_place(facts, listed[0]),
            display=True,
        )
