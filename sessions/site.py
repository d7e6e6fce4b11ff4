# SPDX-License-Identifier: Apache-2.0
"""The maintainers' session `site`: builds the documentation as a site."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import nox

from sessions._site import command, prepare

__all__ = ["site"]

_TARGET = Path(".nox", "noxkit-site")


def site() -> None:
    """Register `site`."""

    @nox.session(name="site", python=False, default=False)
    def build(session: nox.Session) -> None:
        """Build the documentation as a site in .nox/noxkit-site; a link that leads nowhere fails."""
        root = Path(__file__).parent.parent
        target = root / _TARGET
        shutil.rmtree(target, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            pages = prepare(root, Path(folder))
            session.run(*command(sys.executable, Path(folder), target), external=True)
        session.log(f"{len(pages) + 1} pages: open {_TARGET / 'index.html'}")
