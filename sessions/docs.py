# SPDX-License-Identifier: Apache-2.0
"""The maintainers' session `docs`: writes the generated pages of docs/reference."""

from __future__ import annotations

from pathlib import Path

import nox

from sessions._reference import write_pages

__all__ = ["docs"]


def docs() -> None:
    """Register `docs`."""

    @nox.session(name="docs", python=False, default=False)
    def write(session: nox.Session) -> None:
        """Write the generated reference pages anew; `tests/docs` compares them."""
        root = Path(__file__).parent.parent
        written = write_pages(root)
        session.log(f"wrote {', '.join(written)}" if written else "every page is up to date")
