# SPDX-License-Identifier: Apache-2.0
"""An environment of its own for each tool, made from a hashed lock and shared by all trees of a user."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from noxkit.diagnostics.events import Progress
from noxkit.diagnostics.files import write_atomic
from noxkit.environments.uv import InstallFailedError, Uv, discard_half_made, disk_failures, explain_failure
from noxkit.tasks.locks import file_lock
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.diagnostics.events import Observer
    from noxkit.tasks.store import Store

__all__ = ["Pin", "ToolEnvironment", "ToolEnvironments", "locked_version", "pin_of"]

_LOCKS = Path(__file__).parent.parent / "tools" / "locks"
_DONE = "noxkit-complete.json"
_PYTHON = os.path.realpath(sys.executable)  # not a virtual environment's link: the environment outlives that one
_PIN_LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Which version of a tool is used, and who says so.

    `specifier` is None for the version in noxkit's own lock, and empty for any; `source` is a phrase for the report
    (`noxkit's lock`, `uv.lock`, `the dependency group `dev``, `[tool.noxkit.tools]`).
    """

    distribution: str
    specifier: str | None
    source: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToolEnvironment:
    """A finished environment: the folder of its programs and the version that is in it."""

    programs: Path
    version: str
    source: str
    made: bool


def locked_version(distribution: str) -> str | None:
    """The version in noxkit's own lock for `distribution`, or None where noxkit ships no lock for it."""
    file = _lock_file(distribution)
    name = canonicalize_name(Requirement(distribution).name)
    if not file.is_file():
        return None
    versions = [version for found, version in _PIN_LINE.findall(file.read_text()) if canonicalize_name(found) == name]
    return versions[0] if versions else None


def _lock_file(distribution: str) -> Path:
    return _LOCKS / f"{canonicalize_name(Requirement(distribution).name)}.txt"


def pin_of(
    distribution: str,
    *,
    configured: Mapping[str, str],
    locked: Mapping[str, tuple[str, ...]],
    declared: Mapping[str, str],
    hooks: Mapping[str, str] = MappingProxyType({}),
) -> Pin:
    """Who decides the version.

    `[tool.noxkit.tools]`, else the requirement itself where it names versions, else the project's lock,
    else the release that pre-commit runs where its dependency groups admit it, else these groups,
    else noxkit. `declared` maps names to the specifier of a dependency group, `hooks` to the release
    of a pre-commit hook; one that noxkit's own version fulfils changes nothing, so that the shipped
    and hashed lock is used.
    """
    requirement = Requirement(distribution)
    name = canonicalize_name(requirement.name)
    chosen = {canonicalize_name(each): specifier for each, specifier in configured.items()}
    if name in chosen:
        return Pin(distribution=distribution, specifier=chosen[name], source="[tool.noxkit.tools]")
    if requirement.specifier:
        return Pin(distribution=distribution, specifier=str(requirement.specifier), source="its requirement")
    versions = locked.get(name, ())
    if len(versions) == 1:
        return _unless_shipped(Pin(distribution=distribution, specifier=f"=={versions[0]}", source="uv.lock"))
    if name in hooks and SpecifierSet(declared.get(name, "")).contains(hooks[name], prereleases=True):
        return _unless_shipped(
            Pin(distribution=distribution, specifier=f"=={hooks[name]}", source=".pre-commit-config.yaml")
        )
    if declared.get(name):
        return _unless_shipped(Pin(distribution=distribution, specifier=declared[name], source="the dependency groups"))
    if locked_version(distribution) is None:
        return Pin(distribution=distribution, specifier="", source="its requirement")
    return Pin(distribution=distribution, specifier=None, source="noxkit's lock")


def _unless_shipped(pin: Pin) -> Pin:
    shipped = locked_version(pin.distribution)
    if shipped and pin.specifier and SpecifierSet(pin.specifier).contains(shipped, prereleases=True):
        return dataclasses.replace(pin, specifier=None)
    return pin


class ToolEnvironments:
    """Makes and finds tool environments below `folder` (mode 0700).

    An environment is keyed by the digest of the resolved and hashed files, the interpreter and the
    index they came from; it is complete only when its marker is there, and made under a lock, so
    that several sessions may ask for it at once.
    """

    def __init__(self, folder: Path, *, uv: Uv, store: Store, observer: Observer, index: str) -> None:
        self._folder = folder
        self._uv = uv
        self._store = store
        self._observer = observer
        self._index = index

    def ensure(self, pin: Pin, *, task: str) -> ToolEnvironment:
        """The environment for `pin`, made now if it is not there. Raises InstallFailedError."""
        with disk_failures(self._folder):
            return self._ensure(pin, task)

    def _ensure(self, pin: Pin, task: str) -> ToolEnvironment:
        lock = self._resolved(pin, task)
        digest = hashlib.sha256(f"{lock}\0{_PYTHON}\0{sys.version}\0{self._index}".encode()).hexdigest()[:20]
        name = canonicalize_name(Requirement(pin.distribution).name)
        folder = self._folder / f"{name}-{digest}"
        made = False
        if not self._complete(folder):
            made = True
            self._prepare_folder()
            waits = functools.partial(self._say, task)
            with file_lock(self._folder / f"{folder.name}.lock", on_wait=waits, cancel=self._uv.runner.cancel):
                if not self._complete(folder):
                    self._make(folder, lock, pin, task)
        return ToolEnvironment(programs=folder / "bin", version=_version_in(lock, name), source=pin.source, made=made)

    def _prepare_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.chmod(0o700)
        except OSError as error:
            raise InstallFailedError(
                f"{self._folder} cannot be written: {error.strerror}",
                "set `tool-folder` in [tool.noxkit] to a folder of yours",
            ) from error

    @staticmethod
    def _complete(folder: Path) -> bool:
        return (folder / _DONE).is_file() and (folder / "bin" / "python").exists()

    def _resolved(self, pin: Pin, task: str) -> str:
        """The hashed lock text: noxkit's own, or one resolved once for the project's pin and kept."""
        if pin.specifier is None:
            return _lock_file(pin.distribution).read_text()
        requirement = Requirement(pin.distribution)
        requirement.specifier = SpecifierSet(pin.specifier)
        key = key_of("tool-lock", str(requirement), sys.version, self._index)
        kept = self._store.get(key)
        if kept is not None:
            return kept.decode()
        self._say(task, f"resolving {requirement} ({pin.source})")
        text = self._compile(str(requirement), task)
        self._store.put(key, text.encode())
        return text

    def _compile(self, requirement: str, task: str) -> str:
        source = self._folder / "requirements" / f"{hashlib.sha256(requirement.encode()).hexdigest()[:16]}.in"
        self._prepare_folder()
        write_atomic(source, f"{requirement}\n")
        arguments = [
            "pip",
            "compile",
            "--quiet",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--no-emit-index-url",
            "--no-sources",
        ]
        completed = self._uv.run([*arguments, "--python", _PYTHON, str(source)], task=task)
        if completed.returncode != 0:
            failure = explain_failure(completed)
            raise InstallFailedError(f"{requirement} cannot be resolved: {failure.reason}", failure.hint)
        return completed.stdout.decode()

    def _make(self, folder: Path, lock: str, pin: Pin, task: str) -> None:
        name = canonicalize_name(Requirement(pin.distribution).name)
        self._say(task, f"installing {name} {_version_in(lock, name)}{_size_in(lock)}")
        requirements = self._folder / "requirements" / f"{folder.name}.txt"
        write_atomic(requirements, lock)
        discard_half_made(folder)
        steps = (
            ["venv", "--quiet", "--clear", "--no-project", "--python", _PYTHON, str(folder)],
            [
                "pip",
                "sync",
                "--require-hashes",
                "--compile-bytecode",
                "--python",
                str(folder / "bin" / "python"),
                str(requirements),
            ],
        )
        for arguments in steps:
            completed = self._uv.run(arguments, task=task)
            if completed.returncode != 0:
                failure = explain_failure(completed)
                raise InstallFailedError(f"{name} cannot be installed: {failure.reason}", failure.hint)
        write_atomic(folder / _DONE, json.dumps({"source": pin.source, "version": _version_in(lock, name)}))

    def _say(self, task: str, message: str) -> None:
        self._observer(Progress(task=task, message=message))


def _version_in(lock: str, name: str) -> str:
    return next((version for found, version in _PIN_LINE.findall(lock) if canonicalize_name(found) == name), "?")


def _size_in(lock: str) -> str:
    """The size of the download where the lock says it, in a comment of its own."""
    match = re.search(r"^# download: (.+)$", lock, re.MULTILINE)
    return f" ({match[1]} to download)" if match else ""
