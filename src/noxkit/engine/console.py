# SPDX-License-Identifier: Apache-2.0
"""Standard output and standard error: the one place that writes to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING

from noxkit.diagnostics.sources import Sources
from noxkit.report._snippet import render_error_records
from noxkit.report._style import Stream, Style

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from noxkit.errors import NoxkitError

__all__ = ["Console"]


class Console:
    """What people read. Lines are flushed at once, so that a log shows them when they happen."""

    def __init__(self, environ: Mapping[str, str], *, verbose: bool = False) -> None:
        columns = shutil.get_terminal_size((0, 0)).columns if sys.stdout.isatty() else 0
        stream = Stream(isatty=sys.stdout.isatty(), columns=columns or None, encoding=sys.stdout.encoding)
        self.style = Style.detect(stream, environ, verbose=verbose)

    def write(self, text: str) -> None:
        """Write `text` as it is to standard output. A reader that has gone away is no error."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_reader()

    def line(self, text: str) -> None:
        """Write one line."""
        self.write(f"{text}\n")

    def error(self, error: NoxkitError, root: Path) -> None:
        """Write each record of `error` in the form of a finding, to standard error."""
        sys.stderr.write(render_error_records(error.records, sources=Sources(root), style=self.style))
        sys.stderr.flush()


def _forget_reader() -> None:
    """Send what is left to nowhere: else Python tries once more at its end, and complains."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
