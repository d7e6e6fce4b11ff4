# SPDX-License-Identifier: Apache-2.0
"""`noxkit init`: the noxfile and the lines of .gitignore that noxkit needs; shown first, nothing overwritten."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

from noxkit.commands._origin import own_requirement
from noxkit.diagnostics.files import write_atomic
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace._tables import table
from noxkit.workspace._toml import read_toml

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from noxkit.engine.console import Console

__all__ = ["GITIGNORE_LINES", "HELP", "NOXFILE", "configure", "run"]

HELP = "write noxfile.py and the lines of .gitignore; shows them first, overwrites nothing"

NOXFILE = """\
#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2026.10", "noxkit>=1,<2"]
# ///
import nox
import noxkit

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
noxkit.pipeline()

if __name__ == "__main__":
    nox.main()
"""

GITIGNORE_LINES = (".nox/",)

_FROM_INDEX = '"noxkit>=1,<2"'
_REQUIREMENT = re.compile(r'"noxkit[ @<>=~!][^"\n]*"')


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare `--yes` and `--dry-run`."""
    parser.add_argument("--yes", "-y", action="store_true", help="write without asking")
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Show, ask, write.

    Raises NoxkitError where there is a noxfile of another content (NK-INIT-EXISTS), and where nobody can be asked
    (NK-INIT-UNANSWERED).
    """
    root: Path = parsed.root.resolve()
    origin = own_requirement()
    changes = {
        path: text
        for path, text in (("noxfile.py", _noxfile(root, origin)), (".gitignore", _gitignore(root)))
        if text is not None
    }
    if not changes:
        console.line("noxfile.py and .gitignore are as noxkit writes them; nothing to do")
        return 0
    for path, text in changes.items():
        console.line(f"--- {path}")
        old = _read(root / path) if path == ".gitignore" else ""
        console.write("".join(f"+{line}\n" for line in text[len(old) :].splitlines()))
    if parsed.dry_run or not (parsed.yes or _agreed(console)):
        console.line("nothing was written")
        return 0
    _write(root, changes)
    console.line(
        f"wrote {', '.join(changes)}; `nox -l` shows the sessions, `noxkit doctor` what noxkit makes of this repository"
    )
    if origin is not None and "file://" in origin and "noxfile.py" in changes:
        console.line(
            "noxfile.py takes noxkit from this machine alone: for others, name its repository in the first lines"
        )
    return 0


def _noxfile(root: Path, origin: str | None) -> str | None:
    """The noxfile to write, with noxkit from `origin`; None where it is there already, wherever from."""
    file = root / "noxfile.py"
    text = _text(root)
    if not file.exists() and not file.is_symlink():
        return text if origin is None else text.replace(_FROM_INDEX, json.dumps(origin, ensure_ascii=False))
    if _REQUIREMENT.sub(_FROM_INDEX, _read(file), count=1) in {NOXFILE, text}:
        return None
    record = ErrorRecord(
        code="NK-INIT-EXISTS",
        message="noxfile.py is already there, and noxkit overwrites nothing",
        path="noxfile.py",
        line=1,
        column=1,
        hint="add `import noxkit` and, below your own sessions, `noxkit.pipeline()` to it: there a name that both "
        "register is refused with its place; above them, nox lets yours replace noxkit's",
    )
    raise NoxkitError(record)


def _text(root: Path) -> str:
    """The noxfile with as many blank lines after its imports as the repository's own import sorter asks for."""
    pyproject = read_toml(root / "pyproject.toml", path="pyproject.toml")
    if isinstance(pyproject, ErrorRecord):
        return NOXFILE
    ruff, isort = table(pyproject, "tool", "ruff", "lint", "isort"), table(pyproject, "tool", "isort")
    wanted = ruff.get("lines-after-imports", isort.get("lines_after_imports"))
    return NOXFILE.replace("import noxkit\n\n", "import noxkit\n\n\n") if wanted == 2 else NOXFILE


def _gitignore(root: Path) -> str | None:
    """The text of .gitignore with what is missing at its end; None where nothing is."""
    old = _read(root / ".gitignore")
    present = {line.strip().strip("/") for line in old.splitlines()}
    missing = [line for line in GITIGNORE_LINES if line.strip("/") not in present]
    if not missing:
        return None
    separator = "" if not old or old.endswith("\n") else "\n"
    return old + separator + "".join(f"{line}\n" for line in missing)


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode() if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        record = ErrorRecord(
            code="NK-FILE-UNREADABLE",
            message=f"`{file.name}` cannot be read: {error}",
            path=file.name,
            hint="make it a readable UTF-8 file, or write the noxfile by hand as the README shows",
        )
        raise NoxkitError(record) from error


def _agreed(console: Console) -> bool:
    """Whether somebody at a terminal says yes. Raises NoxkitError where nobody can be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        record = ErrorRecord(
            code="NK-INIT-UNANSWERED",
            message="nothing was written: there is no terminal to ask at",
            hint="`noxkit init --yes` writes without asking, `noxkit init --dry-run` only shows",
        )
        raise NoxkitError(record)
    console.write("write this? [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _write(root: Path, changes: dict[str, str]) -> None:
    path = ""
    try:
        for path, text in changes.items():
            write_atomic(root / path, text)
            if path == "noxfile.py" and os.name == "posix":
                (root / path).chmod(0o755)
    except OSError as error:
        record = ErrorRecord(
            code="NK-FILE-UNWRITABLE",
            message=f"`{path}` cannot be written: {error.strerror or error}",
            path=path,
            hint="make the folder writable, or copy what is shown above",
        )
        raise NoxkitError(record) from error
