# SPDX-License-Identifier: Apache-2.0
"""For which Pythons sessions are registered: asked while the noxfile loads, so it has to be quick."""

from __future__ import annotations

import functools
from pathlib import Path

from noxkit.workspace.registration import declared_pythons

__all__ = ["registered_pythons"]


def registered_pythons() -> tuple[str, ...]:
    """The minors of `python` in [tool.noxkit], else those that requires-python admits; all supported where none does.

    A pyproject.toml that cannot be read is no reason to have no sessions: each of them then says
    what is wrong with it.
    """
    return _of(Path.cwd())


@functools.cache
def _of(root: Path) -> tuple[str, ...]:
    return declared_pythons(root)
