# SPDX-License-Identifier: Apache-2.0
"""Nox session factories: the whole quality and release pipeline of a Python repository.

A noxfile says `import noxkit` and `noxkit.pipeline()`. Everything here is imported when it is first
asked for: importing noxkit costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noxkit.errors import NoxkitError
    from noxkit.sessions import (
        build,
        bump,
        changelog,
        check,
        clean,
        commits,
        consistency,
        coverage,
        deps_update,
        fix,
        fmt,
        generated,
        licenses,
        lint,
        pipeline,
        publish,
        release,
        release_check,
        sbom,
        security,
        tag,
        tests,
        tests_watch,
        typecheck,
        urls,
        verify,
        wheel_contents,
    )

__all__ = [
    "NoxkitError",
    "build",
    "bump",
    "changelog",
    "check",
    "clean",
    "commits",
    "consistency",
    "coverage",
    "deps_update",
    "fix",
    "fmt",
    "generated",
    "licenses",
    "lint",
    "pipeline",
    "publish",
    "release",
    "release_check",
    "sbom",
    "security",
    "tag",
    "tests",
    "tests_watch",
    "typecheck",
    "urls",
    "verify",
    "wheel_contents",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415 -- already in memory wherever nox is; asked for once a name

    home = "noxkit.errors" if name == "NoxkitError" else "noxkit.sessions"
    value: object = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
