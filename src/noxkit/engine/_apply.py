# SPDX-License-Identifier: Apache-2.0
"""Applying the actions of findings to a folder: each finding whole or not at all, each result proven first."""

from __future__ import annotations

import ast
import dataclasses
import stat
import sys
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING

from noxkit.diagnostics.decoding import DecodedText, decode_python, decode_text
from noxkit.diagnostics.files import write_atomic
from noxkit.diagnostics.fixes import CreateFile, DeleteFile, MakeExecutable, TextEdit, TomlEdit
from noxkit.engine._toml_edits import TomlEditError, edited_toml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from noxkit.diagnostics.fixes import Action
    from noxkit.diagnostics.model import Finding, FixSafety

__all__ = ["Applied", "Refusal", "apply_fixes"]

_RUN_BITS = 0o111


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """A finding whose fix was not applied, and why."""

    finding: Finding
    why: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One pass: findings whose fixes stand in the folder now, those refused, those that wait for another pass."""

    done: tuple[Finding, ...] = ()
    refused: tuple[Refusal, ...] = ()
    waiting: tuple[Finding, ...] = ()


class _CannotFixError(Exception):
    """Why a file cannot be changed as its findings ask for."""


def apply_fixes(folder: Path, findings: Iterable[Finding], *, safeties: Collection[FixSafety], outer: Path) -> Applied:
    """Apply the fixes of `findings` that are of one of `safeties` to the files below `folder`.

    `outer` is the repository's own root, from which a file above it is copied. Findings whose changes
    overlap those of an earlier one wait for another pass. Raises OSError where a file cannot be written.
    """
    run = _Pass(folder, outer)
    chosen = [finding for finding in findings if finding.actions and finding.fix in safeties and not finding.suppressed]
    for finding in chosen:
        run.take(finding)
    return run.applied()


class _Pass:
    def __init__(self, folder: Path, outer: Path) -> None:
        self._folder, self._outer = folder, outer
        self._texts: dict[str, list[TextEdit]] = defaultdict(list)
        self._tomls: dict[str, list[TomlEdit]] = defaultdict(list)
        self._others: dict[str, CreateFile | DeleteFile | MakeExecutable] = {}
        self._taken: list[Finding] = []
        self._waiting: list[Finding] = []
        self._refused: list[Refusal] = []

    def take(self, finding: Finding) -> None:
        """Accept the finding's actions, or leave it for another pass where they meet others."""
        if any(self._meets(action) for action in finding.actions):
            self._waiting.append(finding)
            return
        self._taken.append(finding)
        for action in finding.actions:
            if isinstance(action, TextEdit):
                self._texts[action.path].append(action)
            elif isinstance(action, TomlEdit):
                self._tomls[action.path].append(action)
            else:
                self._others[action.path] = action

    def _meets(self, action: Action) -> bool:
        if action.path in self._others:
            return True
        if isinstance(action, TextEdit):
            others = self._texts[action.path]
            return bool(self._tomls.get(action.path)) or any(_overlap(action, other) for other in others)
        if isinstance(action, TomlEdit):
            return bool(self._texts.get(action.path)) or action in self._tomls[action.path]
        return bool(self._texts.get(action.path) or self._tomls.get(action.path))

    def applied(self) -> Applied:
        """Work out all files, prove them, and write them; a file that cannot be proven drops its findings whole."""
        contents: dict[str, bytes] = {}
        while True:
            try:
                contents = {path: self._content(path) for path in sorted(self._paths())}
                break
            except _CannotFixError as error:
                path, why = error.args
                self._drop(path, why)
        for path, data in contents.items():
            write_atomic(self._folder / path, data)
        for path, action in self._others.items():
            self._other(path, action)
        return Applied(done=tuple(self._taken), refused=tuple(self._refused), waiting=tuple(self._waiting))

    def _paths(self) -> set[str]:
        created = {path for path, action in self._others.items() if isinstance(action, CreateFile)}
        return {*(path for path, edits in self._texts.items() if edits), *self._tomls, *created} - {
            path for path, edits in self._tomls.items() if not edits
        }

    def _drop(self, path: str, why: str) -> None:
        """Take back every finding that touches `path`, with its actions elsewhere."""
        lost = [finding for finding in self._taken if any(action.path == path for action in finding.actions)]
        self._refused += [Refusal(finding, f"{path}: {why}") for finding in lost]
        kept = [finding for finding in self._taken if finding not in lost]
        self._taken, waiting = [], self._waiting
        for table in (self._texts, self._tomls, self._others):
            table.clear()
        for finding in kept:
            self.take(finding)
        self._waiting = waiting

    def _content(self, path: str) -> bytes:
        """The new bytes of a file. Raises _CannotFixError with the path and the reason."""
        created = self._others.get(path)
        if isinstance(created, CreateFile):
            return self._created(path, created)
        try:
            data = (self._folder / path).read_bytes()
        except OSError as error:
            raise _CannotFixError(path, f"cannot be read: {error.strerror or error}") from error
        if self._tomls.get(path):
            try:
                return edited_toml(data, self._tomls[path])
            except TomlEditError as error:
                raise _CannotFixError(path, str(error)) from error
        return _edited(path, data, self._texts[path])

    def _created(self, path: str, action: CreateFile) -> bytes:
        target = self._folder / path
        if target.exists() and target.read_bytes().strip():
            raise _CannotFixError(path, "is there already")
        if action.copy_of is None:
            return action.text.encode()
        source = self._folder / action.copy_of
        try:
            return (source if source.is_file() else self._outer / action.copy_of).read_bytes()
        except OSError as error:
            raise _CannotFixError(path, f"{action.copy_of} cannot be read: {error.strerror or error}") from error

    def _other(self, path: str, action: Action) -> None:
        file = self._folder / path
        if isinstance(action, DeleteFile):
            file.unlink(missing_ok=True)
        elif isinstance(action, MakeExecutable):
            mode = file.stat().st_mode
            file.chmod(stat.S_IMODE(mode) | (mode & 0o444) >> 2 & _RUN_BITS)


def _overlap(one: TextEdit, other: TextEdit) -> bool:
    if one.start == one.end or other.start == other.end:  # insertions may not lie inside, nor at one place
        return one.start == other.start or other.start < one.start < other.end or one.start < other.start < one.end
    return one.start < other.end and other.start < one.end


def _edited(path: str, data: bytes, edits: Sequence[TextEdit]) -> bytes:
    """The bytes with the edits, parsed again. Raises _CannotFixError."""
    is_python = path.endswith((".py", ".pyi"))
    try:
        decoded: DecodedText = decode_python(data) if is_python else decode_text(data)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise _CannotFixError(path, f"cannot be decoded: {error}") from error
    text = decoded.text
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    try:
        result = decoded.encode(text)
        _prove(path, data, result)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _CannotFixError(path, f"the result cannot be proven right: {error}") from error
    return result


def _prove(path: str, before: bytes, after: bytes) -> None:
    """Raise where a file that could be read before cannot be read any more."""
    if path.endswith((".py", ".pyi")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(before, path)
            ast.parse(after, path)
    elif path.endswith(".toml"):
        tomllib.loads(before.decode())
        tomllib.loads(after.decode())
