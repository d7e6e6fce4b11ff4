# SPDX-License-Identifier: Apache-2.0
"""The rule on generated files: what a generator writes into a copy of the tree is what the tree holds."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

from noxkit.diagnostics.decoding import DecodedText, decode_python, decode_text
from noxkit.diagnostics.fixes import CreateFile, DeleteFile, TextEdit
from noxkit.diagnostics.model import FixSafety, Severity
from noxkit.rules._base import Found, Place, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.diagnostics.fixes import Action

__all__ = ["Written", "generated_outside", "generated_stale"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file in the tree (`before`, None where it is absent) and after its generator has run in a copy (`after`)."""

    generator: str
    command: tuple[str, ...]
    path: str
    before: bytes | None
    after: bytes | None


@rule(code="NK-GENERATED-STALE", scope=Scope.GENERATED, since="1.0", severity=Severity.ERROR, fix=FixSafety.SAFE)
def generated_stale(written: Written) -> Iterator[Found]:
    """A generated file is not as its generator writes it now.

    # Why
    Somebody has changed the source and not run the generator, or has changed the file by hand and will
    lose that the next time. The generator runs in a copy of the tree, which is no git repository, without
    credentials. One that has written none of its files is run once more without them, so that one that only
    writes what differs is told from one that does nothing.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [[tool.noxkit.generated]]
    name = "numbers"
    run = ["python", "generate.py"]
    writes = ["numbers.txt"]
    ```
    ```python generate.py
    import pathlib

    pathlib.Path("numbers.txt").write_text("1\\n2\\n3\\n")
    ```
    ```text numbers.txt
    1
    2
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [[tool.noxkit.generated]]
    name = "numbers"
    run = ["python", "generate.py"]
    writes = ["numbers.txt"]
    ```
    ```python generate.py
    import pathlib

    pathlib.Path("numbers.txt").write_text("1\\n2\\n3\\n")
    ```
    ```text numbers.txt
    1
    2
    3
    ```

    # Fix
    `nox -s fix` writes what the generator has written, where that is text; for other files run the generator.

    # Options
    `[[tool.noxkit.generated]]`: `name`, `run`, `writes`, `requirement`, `environment`. It is on in every profile
    where a generator is configured.

    # When to ignore
    For a generator whose output differs from one machine to another; better make it deterministic.
    """
    if written.before == written.after:
        return
    command = " ".join(written.command)
    if written.before is None:
        message = f"`{written.generator}` writes this file, and it is not in the tree"
    elif written.after is None:
        message = f"`{written.generator}` takes this file away, and it is in the tree"
    else:
        message = f"`{written.generator}` writes other content now"
    actions = _actions(written)
    hint = f"run `{command}`" + (" and commit the result" if actions else "; `fix` writes text only, and this is none")
    line = 1 if written.before is None or written.after is None else _first_difference(written.before, written.after)
    yield found(message, hint=hint, at=Place(written.path, line), safe=actions)


@rule(code="NK-GENERATED-OUTSIDE", scope=Scope.GENERATED, since="1.0", severity=Severity.WARNING)
def generated_outside(written: Written) -> Iterator[Found]:
    """A generator makes, changes or removes a file that it does not name in `writes`.

    # Why
    Nobody compares that file, and who runs the generator by hand finds it changed beside what was meant.
    The tree itself is left alone: the generator runs in a copy. Files that git ignores do not count.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [[tool.noxkit.generated]]
    name = "numbers"
    run = ["python", "generate.py"]
    writes = ["numbers.txt"]
    ```
    ```python generate.py
    import pathlib

    pathlib.Path("numbers.txt").write_text("1\\n")
    pathlib.Path("count.txt").write_text("1\\n")
    ```
    ```text numbers.txt
    1
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [[tool.noxkit.generated]]
    name = "numbers"
    run = ["python", "generate.py"]
    writes = ["numbers.txt", "count.txt"]
    ```
    ```python generate.py
    import pathlib

    pathlib.Path("numbers.txt").write_text("1\\n")
    pathlib.Path("count.txt").write_text("1\\n")
    ```
    ```text numbers.txt
    1
    ```
    ```text count.txt
    1
    ```

    # Fix
    Name the file in `writes`, have the generator write elsewhere, or have git ignore what is only a by-product.

    # Options
    `[[tool.noxkit.generated]]`: `writes`. It is on in every profile where a generator is configured.

    # When to ignore
    For a file that several generators touch and that none of them owns.
    """
    did = "makes" if written.before is None else "removes" if written.after is None else "changes"
    message = f"`{written.generator}` {did} this file, which is not in its `writes`"
    hint = f"name it in `writes` of `{written.generator}`, or have git ignore it where it is only a by-product"
    yield found(message, hint=hint, at=written.path)


def _first_difference(before: bytes, after: bytes) -> int:
    """The line of `before` in which both begin to differ; its last where it is the beginning of `after`."""
    lines = before.splitlines()
    pairs = itertools.zip_longest(lines, after.splitlines())
    number = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 1)
    return max(1, min(number, len(lines)))


def _actions(written: Written) -> list[Action]:
    if written.after is None:
        return [DeleteFile(path=written.path)]
    after = _decoded(written.path, written.after)
    if after is None:
        return []
    if written.before is None:
        is_plain = after.encoding == "utf-8" and not after.bom
        return [CreateFile(path=written.path, text=after.text)] if is_plain else []
    before = _decoded(written.path, written.before)
    if before is None or (before.encoding, before.bom) != (after.encoding, after.bom):
        return []
    return [TextEdit(path=written.path, start=0, end=len(before.text), text=after.text)]


def _decoded(path: str, data: bytes) -> DecodedText | None:
    if b"\0" in data:
        return None
    try:
        return decode_python(data) if path.endswith((".py", ".pyi")) else decode_text(data)
    except (SyntaxError, UnicodeDecodeError):
        return None
