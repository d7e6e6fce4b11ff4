"""Settings from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

__all__ = ["Settings", "UnknownSettingError"]

_PREFIX = "ACME_"


class UnknownSettingError(KeyError):
    """A variable that begins with ``ACME_`` and is none of the settings."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set."""

    data: Path = Path("data")
    currency: str = "EUR"
    workers: int = 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the ``ACME_*`` variables of ``environment``."""
        given = {
            key[len(_PREFIX) :].lower(): value
            for key, value in environment.items()
            if key.startswith(_PREFIX)
        }
        unknown = given.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise UnknownSettingError(", ".join(sorted(unknown)))
        return cls(
            data=Path(given.get("data", "data")),
            currency=given.get("currency", "EUR"),
            workers=int(given.get("workers", "1")),
        )
