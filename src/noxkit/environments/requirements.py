# SPDX-License-Identifier: Apache-2.0
"""Requirement files of projects whose metadata do not say what their tests need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noxkit.workspace.model import Repository

__all__ = ["REQUIREMENT_FILES", "requirement_files"]

_TESTS = (
    "requirements/tests.txt",
    "requirements/test.txt",
    "requirements/testing.txt",
    "requirements-tests.txt",
    "requirements-test.txt",
    "requirements_test.txt",
    "test-requirements.txt",
    "test_requirements.txt",
    "tests/requirements.txt",
    "requirements/dev.txt",
    "requirements-dev.txt",
    "requirements_dev.txt",
    "dev-requirements.txt",
    "requirements.txt",
)
_TYPES = ("requirements/typing.txt", "requirements/mypy.txt", "requirements-typing.txt")

REQUIREMENT_FILES = _TESTS + _TYPES
"""Every name that is looked for, relative to the root."""


def requirement_files(repository: Repository) -> tuple[str, ...]:
    """The first file for tests and the first for types; none where a group or an extra names pytest.

    These files are a custom, not a standard: metadata that say what the tests need are believed alone.
    """
    if repository.development_places("pytest"):
        return ()
    found = (next((name for name in names if repository.has_file(name)), None) for names in (_TESTS, _TYPES))
    return tuple(name for name in found if name is not None)
