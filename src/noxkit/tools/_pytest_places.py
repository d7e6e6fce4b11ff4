# SPDX-License-Identifier: Apache-2.0
"""Where in the tree a failed test stands, and how it is run again."""

from __future__ import annotations

import dataclasses
import re
import shlex
from typing import TYPE_CHECKING

from noxkit.diagnostics.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from noxkit.tools._junit import Case, Trouble

__all__ = ["Places", "finding_of", "first_error"]

_FRAME = re.compile(
    r'^(?:E\s+)?(?:\s*File "(?P<native>[^"\n]+)", line (?P<at>\d+)|(?P<path>[^\s:"][^:"\n]*\.pyw?):(?P<line>\d+):)',
    re.MULTILINE,
)
_ERROR_LINES = (  # what argparse says, then what a traceback ends with, then what pytest says of itself
    re.compile(r"^\S.*?: error: (?P<text>\S.*)$", re.MULTILINE),
    re.compile(r"^E {3}(?P<text>\S.*)$", re.MULTILINE),
    re.compile(r"^(?:ERROR: |!+ )(?P<text>(?!usage:)\S.*?)(?: !+)?$", re.MULTILINE),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Turns the paths that pytest prints, relative to its rootdir or to where it started, into paths below the root."""

    root: Path
    folder: Path
    rootdir: Path

    def relative(self, printed: str) -> str | None:
        """The path below the root with `/` for a file that is there, or None."""
        for base in (self.rootdir, self.folder, self.root):
            file = base / printed
            if file.is_file() and file.resolve().is_relative_to(self.root.resolve()):
                return file.resolve().relative_to(self.root.resolve()).as_posix()
        return None

    def frames(self, text: str) -> Iterator[tuple[str, int]]:
        """The files below the root and their lines that the traceback `text` names, in its order."""
        for match in _FRAME.finditer(text):
            path = self.relative(match["native"] or match["path"])
            if path is not None:
                yield path, int(match["at"] or match["line"])

    def line_in(self, path: str, text: str) -> int | None:
        """The last line of `path` that the traceback `text` names."""
        return next((line for found, line in reversed(list(self.frames(text))) if found == path), None)

    def file_of(self, case: Case) -> str | None:
        """The file of a test: as the XML says, else the longest part of the dotted name that is a file."""
        if case.file is not None:
            return self.relative(case.file)
        parts = [*case.classname.split("."), *case.name.split(".")] if case.classname else case.name.split(".")
        for end in range(len(parts), 0, -1):
            path = self.relative("/".join(parts[:end]) + ".py")
            if path is not None:
                return path
        return None

    def node_id(self, case: Case, path: str) -> str:
        """What pytest, started in its folder, takes to run just this test."""
        file = self.root / path
        shown = file.relative_to(self.folder).as_posix() if file.is_relative_to(self.folder) else path
        if not case.classname:  # the module itself could not be collected
            return shown
        printed = case.file or path
        module = printed.removesuffix(".py").replace("/", ".")
        classes = case.classname.removeprefix(module).strip(".") if case.classname.startswith(module) else ""
        return "::".join([shown, *(part for part in classes.split(".") if part), case.name])


def finding_of(case: Case, trouble: Trouble, *, places: Places, rerun: str) -> Finding:
    """The finding for one failure or error of a test; `rerun` is the command that a node id is put behind."""
    path = places.file_of(case)
    node = places.node_id(case, path) if path else case.name
    collecting = trouble.error and not case.classname
    code = "collection-error" if collecting else "error" if trouble.error else "failed"
    first = trouble.message.strip().split("\n", 1)[0].strip() or "no message"
    message = f"cannot be collected: {first_error(trouble.text)}" if collecting else f"{case.name}: {first}"
    return Finding(
        code=f"pytest:{code}",
        task="tests",
        severity=Severity.ERROR,
        message=message[:1000],
        hint=f"run it alone: `{rerun} {shlex.quote(node)}`",
        path=path,
        line=(places.line_in(path, trouble.text) if path else None) or (case.line if path else None),
    )


def first_error(text: str) -> str:
    """What the text says is wrong: the first line that is marked as an error, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for pattern in _ERROR_LINES:
        match = pattern.search(text)
        if match is not None:
            return match["text"].strip()
    return lines[-1] if lines else "it printed nothing"
