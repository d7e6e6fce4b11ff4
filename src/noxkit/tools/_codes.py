# SPDX-License-Identifier: Apache-2.0
"""The codes of noxkit that tools' findings carry, and what they say: their pages, in a few sentences."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TOOL_CODES"]

TOOL_CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NK-DOCSTRING-MISSING": (
            "`ruff_docstrings`",
            (
                "A public module, class, method or function has no docstring (ruff's D100 to D107, which the message "
                "names); tests and stubs need none. Write what it is for. `nox -s fix` writes the words of its name to "
                "begin with, where the file is proven to parse to an equal tree otherwise. Ruff's excludes, "
                "`per-file-ignores`, `ignore` and `noqa` hold. The task is on in `strict`, or by `select`."
            ),
        ),
        "NK-ENVIRONMENT-BROKEN": (
            "`uv_pip_check`",
            (
                "In the project's environment a distribution is missing, or is of a version that another does not "
                "allow. Change the requirement that the message names, then run `uv lock` where there is a lock."
            ),
        ),
        "NK-LOCK-STALE": (
            "`uv_lock`",
            (
                "`uv.lock` does not fit the manifests, cannot be read, or cannot be made from them. Run `uv lock`; it "
                "names the requirements that cannot be had together. The other tasks of the run use the lock as it is."
            ),
        ),
        "NK-TYPO": (
            "`typos`",
            (
                "The group of the findings of typos, by which `ignore` can name all of them. Correct the word, or add "
                "it to `[tool.typos.default.extend-words]` where it is meant."
            ),
        ),
    }
)
"""Which tool gives a code, and what the code means."""
