# SPDX-License-Identifier: Apache-2.0
"""Which build backend has made a wheel, and what its settings are called: what hints tell the user to write."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.artifacts.headers import Headers

__all__ = ["generator_of", "how_to_exclude", "how_to_place"]

_PREFIXES = MappingProxyType(
    {
        "hatchling": "hatch",
        "setuptools": "setuptools",
        "bdist_wheel": "setuptools",
        "uv": "uv",
        "flit": "flit",
        "pdm": "pdm",
        "poetry": "poetry",
        "maturin": "maturin",
        "scikit-build": "scikit-build",
        "meson": "meson",
    }
)
_EXCLUDE: Mapping[str, str] = MappingProxyType(
    {
        "hatch": "`exclude` in [tool.hatch.build.targets.wheel]",
        "setuptools": "`exclude` in [tool.setuptools.packages.find] (data: `exclude-package-data`)",
        "uv": "`wheel-exclude` in [tool.uv.build-backend]",
        "flit": "moving it out of the package: flit ships all of that",
        "pdm": "`excludes` in [tool.pdm.build]",
        "poetry": "`exclude` in [tool.poetry]",
        "maturin": "`exclude` in [tool.maturin]",
        "scikit-build": "`wheel.exclude` in [tool.scikit-build]",
        "meson": "taking it out of `install_sources` in meson.build",
    }
)
_PLACE: Mapping[str, str] = MappingProxyType(
    {
        "hatch": '`packages = ["src/NAME"]` (or `sources = ["src"]`) in [tool.hatch.build.targets.wheel]',
        "setuptools": '`where = ["src"]` in [tool.setuptools.packages.find]',
        "uv": '`module-root = "src"` and `module-name` in [tool.uv.build-backend]',
        "flit": "`name` in [tool.flit.module]",
        "pdm": '`package-dir = "src"` in [tool.pdm.build]',
        "poetry": '`packages = [{ include = "NAME", from = "src" }]` in [tool.poetry]',
        "maturin": '`python-source = "src"` in [tool.maturin]',
        "scikit-build": '`wheel.packages = ["src/NAME"]` in [tool.scikit-build]',
        "meson": "`install_sources` with `subdir` in meson.build",
    }
)


def generator_of(wheel: Headers | None) -> str | None:
    """The backend that the file WHEEL names; None for one whose settings are not known."""
    said = (wheel.value("Generator") if wheel is not None else None) or ""
    return next((backend for prefix, backend in _PREFIXES.items() if said.lower().startswith(prefix)), None)


def how_to_exclude(generator: str | None) -> str:
    """The setting that keeps a file out of a wheel."""
    if generator is not None and generator in _EXCLUDE:
        return _EXCLUDE[generator]
    names = "hatch `exclude`, setuptools `packages.find.exclude`, uv_build `wheel-exclude`, pdm `excludes`"
    return f"the backend's settings ({names})"


def how_to_place(generator: str | None) -> str:
    """The setting that says where the modules are."""
    if generator is not None and generator in _PLACE:
        return _PLACE[generator]
    return 'the backend\'s settings (hatch `packages = ["src/NAME"]`, setuptools `package-dir`, uv_build `module-root`)'
