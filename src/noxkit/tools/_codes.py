# SPDX-License-Identifier: Apache-2.0
"""The codes of noxkit that tools' findings carry, and what they say: their pages, in a few sentences."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BUILT_EXAMPLES", "TOOL_CODES"]

TOOL_CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NK-ABI3-NAME-CLASH": (
            "`abi3audit`",
            (
                "An extension module of a wheel with the tag `abi3` defines a symbol that begins with `Py` or `_Py`. "
                "A later Python may have one of that name. Give it another prefix, or hide it "
                "(`-fvisibility=hidden`). For information."
            ),
        ),
        "NK-ABI3-VIOLATION": (
            "`abi3audit`",
            (
                "An extension module of a wheel with the tag `abi3` uses a symbol of Python that the stable ABI does "
                "not have, or that came after the version of the tag: on another Python that the wheel is installed on "
                "the import fails. Define `Py_LIMITED_API` as the version of the tag, or tag the wheel for one Python."
            ),
        ),
        "NK-DEPENDENCY-MISSING": (
            "`deptry`",
            (
                "The group of deptry's DEP001: a module is imported that no dependency of the package brings. Whoever "
                "installs the package alone cannot import it. Add the distribution to `dependencies`."
            ),
        ),
        "NK-DEPENDENCY-TRANSITIVE": (
            "`deptry`",
            (
                "The group of deptry's DEP003: a module is imported that only another dependency brings. It goes away "
                "when that one no longer needs it. Add it to `dependencies`."
            ),
        ),
        "NK-DEPENDENCY-UNUSED": (
            "`deptry`",
            (
                "The group of deptry's DEP002: a dependency is declared and never imported. Take it out, or name it in "
                "`per_rule_ignores` of [tool.deptry] where it is used without an import."
            ),
        ),
        "NK-DOCSTRING-MISSING": (
            "`ruff_docstrings`",
            (
                "A public module, class, method or function has no docstring (ruff's D100 to D107, which the message "
                "names); tests, stubs and noxfile.py need none. Write what it is for. `nox -s fix` writes the words of "
                "its name to begin with, where the file is proven to parse to an equal tree otherwise. Ruff's "
                "excludes, `per-file-ignores`, `ignore` and `noqa` hold. The task is on in `strict`, or by `select`."
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
        "NK-MANYLINUX-VIOLATION": (
            "`auditwheel`",
            (
                "A wheel with a tag of manylinux or musllinux needs a newer C library, a library that the policy does "
                "not allow, or a newer processor than the tag promises: on an older system the import fails. Build it "
                "in the image of that policy, and run `auditwheel repair`, which packs libraries and sets the tag."
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

BUILT_EXAMPLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NK-ABI3-NAME-CLASH": (
            "A wheel with the tag `abi3` whose `_c.abi3.so` defines `PyDemo_helper` itself",
            "One whose `_c.abi3.so` uses the stable ABI alone",
        ),
        "NK-ABI3-VIOLATION": (
            "A wheel with the tag `cp39-abi3` that uses `PyUnicode_AsUTF8`, or `PyType_Freeze` of Python `3.14`",
            "One that defines `PyDemo_helper` itself, which NK-ABI3-NAME-CLASH is about",
        ),
        "NK-MANYLINUX-VIOLATION": (
            "A wheel with the tag `manylinux_2_17_x86_64` that needs `GLIBC_2.25`",
            "One with the tag `manylinux_2_28_x86_64` that needs no more than `manylinux_2_26_x86_64` has",
        ),
    }
)
"""For each code about built files, what it is given for, and what looks alike and is not."""
