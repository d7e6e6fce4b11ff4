# SPDX-License-Identifier: Apache-2.0
"""`noxkit lock-diff OLD NEW`: the locked versions that differ, as a table of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.tasks.process import ProgramNotFoundError, Runner
from noxkit.workspace.lock_changes import changes_between, markdown_table, parse_lock

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from noxkit.engine.console import Console
    from noxkit.workspace.lock_changes import Locked

__all__ = ["HELP", "configure", "run"]

HELP = "print the versions that differ between two uv.lock as a table of Markdown"
_LOCK = "uv.lock"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the two locks."""
    where = "a file, a git revision (of whose tree uv.lock is taken), or REV:path"
    parser.add_argument("old", metavar="OLD", help=f"the earlier lock: {where}")
    parser.add_argument("new", metavar="NEW", nargs="?", default=_LOCK, help="the later one (default: uv.lock here)")


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print the table. Raises NoxkitError for a lock that is not there or cannot be read."""
    root: Path = parsed.root.resolve()
    old, new = _locked(root, str(parsed.old)), _locked(root, str(parsed.new))
    console.write(markdown_table(changes_between(old, new)))
    return 0


def _locked(root: Path, name: str) -> Locked:
    """The lock that an argument names: a file where there is one, else what git has under that name."""
    file = root / name
    if file.is_file():
        try:
            return parse_lock(file.read_bytes(), path=name)
        except OSError as error:
            raise _refused(name, f"cannot be read: {error.strerror or error}") from error
    revision, colon, path = name.partition(":")
    shown = f"{revision}:{_relative(path) if colon else f'./{_LOCK}'}"
    content = _git(root, "show", "--no-textconv", shown) if not name.startswith("-") else None
    if content is None:
        resolved = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        reason = f"there is no {path or _LOCK} in it" if resolved else "it is neither a file nor a git revision"
        raise _refused(name, reason)
    return parse_lock(content, path=name if colon else f"{name}:{_LOCK}")


def _relative(path: str) -> str:
    """A path in git's tree, from the root and not from the top of the work tree."""
    return path if path.startswith(("./", "../")) else f"./{path}"


def _git(root: Path, *arguments: str) -> bytes | None:
    try:
        completed = Runner(root=root).run(["git", *arguments], task="lock-diff", cwd=root)
    except ProgramNotFoundError:
        return None
    return completed.stdout if completed.returncode == 0 else None


def _refused(name: str, reason: str) -> NoxkitError:
    hint = "give a file, a revision that `git log` shows, or REV:path; `git fetch` brings revisions of others"
    return NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=f"`{name}`: {reason}", hint=hint))
