# SPDX-License-Identifier: Apache-2.0
"""Which uv is used, and how it is called."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import uv as uv_package
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.tasks.locks import LockCancelledError
from noxkit.tasks.process import StartError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from noxkit.tasks.process import Completed, Runner

__all__ = [
    "InstallFailedError",
    "Uv",
    "discard_half_made",
    "disk_failures",
    "explain_failure",
    "find_uv",
    "got_no_answer",
    "index_fingerprint",
    "knows_no_version",
    "last_words",
    "waited_in_vain",
]

_INDEX_VARIABLES = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
    "UV_CONFIG_FILE",
)
_INDEX_KEYS = ("index", "index-url", "extra-index-url", "find-links", "no-index", "index-strategy")
_REMOVED = {
    "VIRTUAL_ENV": None,
    "UV_PYTHON": None,
    "PYTHONHOME": None,
    "PYTHONPATH": None,
    "UV_PROJECT_ENVIRONMENT": None,
}
_INTERRUPTED = ("interrupted", "run the session again")
_QUIET = {"UV_NO_PROGRESS": "1", "NO_COLOR": "1", "FORCE_COLOR": None, "CLICOLOR_FORCE": None}


class InstallFailedError(Exception):
    """Raised where an environment cannot be made: `reason` is uv's own word, `hint` what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Uv:
    """One uv executable. `origin` says why it is this one (`$UV`, `PATH`, `bundled`)."""

    path: Path
    version: str
    origin: str
    runner: Runner
    root: Path

    def run(
        self,
        arguments: Sequence[str],
        *,
        task: str,
        environment: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        timeout: float | None = None,
    ) -> Completed:
        """Run uv in the root, without the variables of an activated environment, and return how it ended."""
        return self.runner.run(
            [str(self.path), *arguments],
            task=task,
            cwd=cwd or self.root,
            environment={**_REMOVED, **_QUIET, **(environment or {})},
            timeout=timeout,
        )


def find_uv(runner: Runner, environ: Mapping[str, str], *, root: Path, required: str | None) -> Uv:
    """`$UV`, else the uv on PATH that fits `required` (`[tool.uv] required-version`), else the bundled one.

    Where the run is interrupted meanwhile it is the first of them, unasked: nothing is started any more.
    Raises NoxkitError (NK-UV-MISSING) where none of them fits.
    """
    seen: list[str] = []
    for path, origin in _candidates(environ):
        version = _version(runner, path, root)
        if runner.cancel.requested:
            return Uv(path=path, version="unknown", origin=origin, runner=runner, root=root)
        if version is not None and _fits(version, required):
            return Uv(path=path, version=version, origin=origin, runner=runner, root=root)
        seen.append(f"{path} ({origin}): {version or 'does not run'}")
    raise NoxkitError(
        ErrorRecord(
            code="NK-UV-MISSING",
            message=f'no uv fits `required-version = "{required}"`: {"; ".join(seen)}'
            if required
            else f"no uv runs: {'; '.join(seen)}",
            hint="install a uv that fits, put it on PATH, or name it in the variable UV",
        )
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    if environ.get("UV"):
        yield Path(environ["UV"]), "$UV"
    on_path = shutil.which("uv", path=environ.get("PATH", os.defpath))
    if on_path:
        yield Path(on_path), "PATH"
    try:
        yield Path(uv_package.find_uv_bin()), "bundled"
    except FileNotFoundError:
        return


def _version(runner: Runner, path: Path, root: Path) -> str | None:
    try:
        completed = runner.run([str(path), "--version"], task="uv", cwd=root)
    except StartError:
        return None
    words = completed.stdout.decode("utf-8", "replace").split()
    return words[1] if completed.returncode == 0 and len(words) > 1 else None


def _fits(version: str, required: str | None) -> bool:
    if not required:
        return True
    specifier = required if required[:1] in "<>=!~" else f"=={required}"
    try:
        return Version(version) in SpecifierSet(specifier, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


@contextlib.contextmanager
def disk_failures(folder: Path) -> Generator[None]:
    """What the disk refuses while an environment is made below `folder`, and a wait that is cancelled, as
    an InstallFailedError.
    """
    try:
        yield
    except LockCancelledError as error:
        raise InstallFailedError(*_INTERRUPTED) from error
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        hint = "free disk space and run again" if full else f"make {folder} a folder that can be written"
        raise InstallFailedError(f"{error.filename or folder} cannot be written: {error.strerror}", hint) from error


def discard_half_made(folder: Path) -> None:
    """Remove what lies in the place of an environment and is none, which uv would refuse to replace.

    A process that was killed leaves such a folder. Raises OSError where it cannot be removed.
    """
    if (folder / "pyvenv.cfg").is_file():
        return
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def index_fingerprint(environ: Mapping[str, str], *, root: Path, settings: Mapping[str, object]) -> str:
    """A digest of everything that says which package index uv asks: variables, `[tool.uv]`, uv.toml files.

    `settings` is the root's `[tool.uv]` table. An environment made from one index is not taken for
    one of another.
    """
    digest = hashlib.sha256()
    for name in _INDEX_VARIABLES:
        digest.update(f"{name}={environ.get(name, '')}\0".encode())
    for key in _INDEX_KEYS:
        digest.update(f"{key}={settings.get(key, '')}\0".encode())
    config = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config") / "uv" / "uv.toml"
    for file in (root / "uv.toml", config, Path("/etc/uv/uv.toml")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


_NO_INTERPRETER = ("No interpreter found", "no interpreter")
_UNREACHED = ("dns error", "error sending request", "Failed to fetch", "Could not connect", "client error")
_NO_NETWORK = (*_UNREACHED, "network was disabled")
_NO_ACCESS = ("401 Unauthorized", "403 Forbidden")
_HINTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        _NO_INTERPRETER,
        "install that Python (`uv python install`), or leave it out of `python` in [tool.noxkit]",
    ),
    (
        _NO_NETWORK,
        "the package index did not answer: look at the network, name a mirror (UV_DEFAULT_INDEX), or set UV_OFFLINE=1",
    ),
    (
        _NO_ACCESS,
        "the index asks for credentials: name their variables in `pass-env` of [tool.noxkit]",
    ),
    (("No space left",), "free disk space, or move UV_CACHE_DIR"),
    (
        ("Failed to build", "build backend", "Build backend"),
        "that distribution does not build here: `uv pip install` by hand shows all of its output",
    ),
    (
        ("No solution found",),
        "the requirements exclude each other, or the version is not on the index: mend the specifier",
    ),
)


def waited_in_vain(completed: Completed) -> bool:
    """Whether uv has failed after it waited for an index; one that is told to do without a network ends at once."""
    text = completed.stderr.decode("utf-8", "replace")
    return completed.returncode != 0 and any(mark in text for mark in _UNREACHED)


def got_no_answer(completed: Completed) -> bool:
    """Whether uv failed for what it could not reach: the index, or an interpreter. It then says nothing of the tree."""
    text = completed.stderr.decode("utf-8", "replace")
    return any(mark in text for mark in (*_NO_INTERPRETER, *_NO_NETWORK, *_NO_ACCESS))


_NO_VERSION = re.compile(
    r"there is no version of|was not found in the (?:package registry|provided package locations)", re.IGNORECASE
)


def knows_no_version(completed: Completed) -> bool:
    """Whether uv says that the index has no such version, or nothing of that name."""
    return completed.returncode != 0 and bool(_NO_VERSION.search(completed.stderr.decode("utf-8", "replace")))


def last_words(completed: Completed) -> str:
    """The last line that uv has printed of what went wrong."""
    lines = [line.strip() for line in completed.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("cause: ") if lines else "no answer"


_RAISED = re.compile(r"(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception): \S")


def explain_failure(completed: Completed) -> InstallFailedError:
    """uv's last error in one or two lines, with a hint for the causes that are known."""
    text = completed.stderr.decode("utf-8", "replace")
    lines = [line.strip(" \u00d7\u2570\u2500\u25b6\u2502\u251c\u256d\t") for line in text.splitlines()]
    lines = [line for line in lines if line]
    start = next((i for i, line in enumerate(lines) if line.lower().startswith("error")), max(0, len(lines) - 3))
    said = lines[start : start + 3]
    raised = [line for line in lines[start + 3 :] if _RAISED.match(line)]  # what a build backend died of
    reason = " ".join([*said, *raised[-1:]])[:500] or f"uv ended with exit code {completed.returncode} and said nothing"
    if completed.cancelled:
        return InstallFailedError(*_INTERRUPTED)
    hint = next(
        (hint for marks, hint in _HINTS if any(mark in text for mark in marks)),
        "run the uv command of the event log by hand (`--events FILE`)",
    )
    return InstallFailedError(reason, hint)
