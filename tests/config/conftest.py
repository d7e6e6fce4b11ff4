# SPDX-License-Identifier: Apache-2.0
"""Helpers for the tests of the configuration: a root folder, loading it, and the records of what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from noxkit.config.load import Config, load
from noxkit.errors import ErrorRecord, NoxkitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Load(Protocol):
    """Load a configuration in a fresh folder."""

    def __call__(
        self,
        toml: str | bytes | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> Config:
        """Write `toml` as the root's pyproject.toml, if given, and load."""
        ...


class Refuse(Protocol):
    """Load a configuration that is wrong."""

    def __call__(
        self,
        toml: str | bytes | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> tuple[ErrorRecord, ...]:
        """The records that loading raises."""
        ...


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Load a configuration that is right."""

    def run(
        toml: str | bytes | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> Config:
        if toml is not None:
            (tmp_path / "pyproject.toml").write_bytes(toml.encode() if isinstance(toml, str) else toml)
        return load(
            tmp_path,
            environ=environ or {},
            arguments=arguments,
        )

    return run


@pytest.fixture
def refused(loaded: Load) -> Refuse:
    """Load a configuration that is wrong, and take the records."""

    def run(
        toml: str | bytes | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> tuple[ErrorRecord, ...]:
        with pytest.raises(NoxkitError) as caught:
            loaded(toml, environ=environ, arguments=arguments)
        assert all(record.hint.strip() for record in caught.value.records)
        return caught.value.records

    return run
