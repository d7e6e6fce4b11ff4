# SPDX-License-Identifier: Apache-2.0
"""`noxkit init`: what noxkit needs of a repository, and what its present setup maps to; overwrites nothing."""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
import re
import sys
from typing import TYPE_CHECKING

from noxkit.adopt import nox, pre_commit, tox
from noxkit.adopt._noxfile import NOX, has_noxkit, like, with_noxkit
from noxkit.adopt._table import table_for
from noxkit.adopt._told import told
from noxkit.adopt._workflow import SERVICES, workflow
from noxkit.commands._origin import own_requirement
from noxkit.diagnostics.files import write_atomic
from noxkit.engine._context import git_runner
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.report._escape import guard_lines, visible
from noxkit.tasks.environ import current
from noxkit.tasks.process import Runner
from noxkit.workspace._tables import table
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noxkit.adopt._step import Step
    from noxkit.engine.console import Console
    from noxkit.workspace.model import Repository

__all__ = ["GITIGNORE_LINES", "HELP", "NOXFILE", "configure", "run"]

HELP = "write the noxfile, [tool.noxkit] and .gitignore; shows them first, overwrites nothing"

NOXFILE = f"""\
#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["{NOX}", "noxkit>=1,<2"]
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

_INDEX = "noxkit>=1,<2"
_FROM_INDEX = json.dumps(_INDEX)
_REQUIREMENT = re.compile(r'"noxkit[ @<>=~!][^"\n]*"')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A file to write: its path as it is shown, what it holds, and what it is to hold."""

    file: Path
    path: str
    old: str
    new: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare `--yes`, `--dry-run` and `--workflow`."""
    parser.add_argument("--yes", "-y", action="store_true", help="write without asking")
    parser.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
    parser.add_argument(
        "--workflow", choices=sorted(SERVICES), help="also write the workflow of this CI service, where it has none"
    )


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Show, ask, write.

    Raises NoxkitError for a noxfile that is a link (NK-INIT-EXISTS) or not Python (NK-INIT-NOXFILE), for what cannot
    be read, and where nobody can be asked (NK-INIT-UNANSWERED).
    """
    root: Path = parsed.root.resolve()
    repository = discover(root, git=git_runner(Runner(root=root, environment=current()), root))
    steps = [*nox.read(root), *tox.read(root), *pre_commit.read(root)]
    origin = own_requirement()
    changes = [
        *_noxfile(repository, steps, origin or _INDEX),
        *_pyproject(repository, steps),
        *_gitignore(root),
        *(_workflow(repository, parsed.workflow, origin or _INDEX) if parsed.workflow else ()),
    ]
    if parsed.workflow and not any(change.path.endswith(SERVICES[parsed.workflow]) for change in changes):
        console.line(f"{SERVICES[parsed.workflow]} is there already, and stays as it is")
    _show(console, changes, steps if _is_new(changes, root) else [])
    if not changes:
        console.line("noxfile.py and .gitignore are as noxkit writes them; nothing to do")
        return 0
    if parsed.dry_run or not (parsed.yes or _agreed(console)):
        console.line("nothing was written")
        return 0
    _write(changes)
    console.line(
        f"wrote {', '.join(change.path for change in changes)}; `nox -l` shows the sessions, `noxkit doctor` what "
        "noxkit makes of this repository"
    )
    for line in _notes(root, changes, origin):
        console.line(line)
    return 0


def _is_new(changes: Sequence[_Change], root: Path) -> bool:
    """Whether noxkit's sessions are only now coming here: a second run does not tell the same again."""
    return any(change.file == root / "noxfile.py" for change in changes)


def _show(console: Console, changes: Sequence[_Change], steps: Sequence[Step]) -> None:
    for change in changes:
        old, new = change.old.splitlines(), change.new.splitlines()
        lines = list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]
        shown = [line for line in lines if old or not line.startswith("@@")]
        console.write("".join(f"{guard_lines(visible(line))}\n" for line in (f"--- {change.path}", *shown)))
    if steps:
        console.line("\nwhat is here, and what of noxkit does it:")
        console.write("".join(f"{guard_lines(visible(line))}\n" for line in told(steps)))


def _noxfile(repository: Repository, steps: Sequence[Step], requirement: str) -> Iterator[_Change]:
    """The noxfile to write, or noxkit's lines in the one that is there."""
    file = repository.root / "noxfile.py"
    if file.is_symlink():
        record = ErrorRecord(
            code="NK-INIT-EXISTS",
            message="noxfile.py is a link, and noxkit writes through none",
            path="noxfile.py",
            hint="add `import noxkit` and, below its own sessions, `noxkit.pipeline()` to the file that it leads to",
        )
        raise NoxkitError(record)
    old = _read(file)
    if not old.strip():
        own = json.dumps(requirement, ensure_ascii=False)
        yield _Change(file=file, path="noxfile.py", old=old, new=_text(repository).replace(_FROM_INDEX, own))
        return
    tree = nox.parse(file)
    if has_noxkit(tree):
        return
    taken = [step.name for step in steps if step.path == "noxfile.py"]
    new = with_noxkit(old.replace("\r\n", "\n"), tree, requirement=requirement, taken=taken)
    yield _Change(file=file, path="noxfile.py", old=old, new=like(old, new))


def _text(repository: Repository) -> str:
    """The noxfile with as many blank lines after its imports as the repository's own import sorter asks for."""
    options = repository.pyproject
    ruff, isort = table(options, "tool", "ruff", "lint", "isort"), table(options, "tool", "isort")
    wanted = ruff.get("lines-after-imports", isort.get("lines_after_imports"))
    return NOXFILE.replace("import noxkit\n\n", "import noxkit\n\n\n") if wanted == 2 else NOXFILE


def _pyproject(repository: Repository, steps: Sequence[Step]) -> Iterator[_Change]:
    """`[tool.noxkit]` at the end of pyproject.toml, where there is none and something differs from the defaults."""
    lines = table_for(repository, steps)
    if repository.pyproject_missing or not lines or "noxkit" in table(repository.pyproject, "tool"):
        return
    file = repository.root / "pyproject.toml"
    old = _read(file)
    separator = "\n" if old.endswith("\n") else "\n\n"
    text = "".join(f"{line}\n" for line in ("[tool.noxkit]", *lines))
    if old.count('[ "') > old.count('["'):  # as pyproject-fmt writes arrays
        text = text.replace('["', '[ "').replace('"]', '" ]')
    yield _Change(file=file, path="pyproject.toml", old=old, new=old + like(old, separator + text))


def _gitignore(root: Path) -> Iterator[_Change]:
    """.gitignore with what is missing at its end."""
    old = _read(root / ".gitignore")
    present = {line.strip().strip("/") for line in old.splitlines()}
    missing = [line for line in GITIGNORE_LINES if line.strip("/") not in present]
    if missing:
        separator = "" if not old or old.endswith("\n") else "\n"
        new = old + separator + "".join(f"{line}\n" for line in missing)
        yield _Change(file=root / ".gitignore", path=".gitignore", old=old, new=new)


def _workflow(repository: Repository, service: str, requirement: str) -> Iterator[_Change]:
    """The workflow at the top of the work tree, where there is none."""
    top = repository.git_root or repository.root
    file = top / SERVICES[service]
    if os.path.lexists(file):
        return
    is_locked = "noxkit" in repository.locked_versions
    text = workflow(
        service,
        requirement=None if is_locked else requirement,
        folder=repository.root.relative_to(top).as_posix(),
        branch=_branch(repository),
        pythons=repository.pythons,
    )
    yield _Change(file=file, path=os.path.relpath(file, repository.root), old="", new=text)


def _branch(repository: Repository) -> str:
    """The default branch of `origin`, else the one that is checked out."""
    for name in ("refs/remotes/origin/HEAD", "HEAD"):
        said = repository.git(["symbolic-ref", "--short", name]) if repository.git is not None else None
        if said is not None:
            return said.decode("utf-8", "replace").strip().removeprefix("origin/")
    return "main"


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


def _write(changes: Sequence[_Change]) -> None:
    path = ""
    try:
        for change in changes:
            path = change.path
            change.file.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(change.file, change.new)
            if path == "noxfile.py" and not change.old and os.name == "posix":
                change.file.chmod(0o755)
    except OSError as error:
        record = ErrorRecord(
            code="NK-FILE-UNWRITABLE",
            message=f"`{path}` cannot be written: {error.strerror or error}",
            path=path,
            hint="make the folder writable, or copy what is shown above",
        )
        raise NoxkitError(record) from error


def _notes(root: Path, changes: Sequence[_Change], origin: str | None) -> Iterator[str]:
    """What is left to do, now that this is written."""
    noxfile = next((change for change in changes if change.file == root / "noxfile.py"), None)
    if noxfile is None:
        return
    if "# /// script" not in noxfile.new:
        yield "install noxkit where nox is installed: noxfile.py imports more than nox, so no script block was written"
    elif origin is not None and "file://" in origin:
        yield "noxfile.py takes noxkit from this machine alone: for others, name its repository in the first lines"
