# SPDX-License-Identifier: Apache-2.0
"""Packages to release, alone and in a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests._trees import PYTHON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["SYSTEM", "alone", "workspace"]

SYSTEM = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def alone(version: str | None = "1.2.0", *, noxkit: str = "", more: str = "") -> dict[str, str]:
    """The package `acme` in the root."""
    stated = f'version = "{version}"' if version is not None else 'dynamic = ["version"]'
    options = f'[tool.noxkit]\npython = ["{PYTHON}"]\n{noxkit}\n'
    text = f'{SYSTEM}\n[project]\nname = "acme"\n{stated}\nrequires-python = ">=3.10"\n{more}\n{options}'
    return {"pyproject.toml": text, "src/acme/__init__.py": "", ".gitignore": ".nox/\n"}


def workspace(
    needs: Mapping[str, Sequence[str]], *, versions: Mapping[str, str] | None = None, noxkit: str = ""
) -> dict[str, str]:
    """A workspace of members in `packages/`, with what each requires as it is written."""
    options = f'[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.noxkit]\npython = ["{PYTHON}"]\n{noxkit}\n'
    files = {"pyproject.toml": options, ".gitignore": ".nox/\n"}
    for name, lines in needs.items():
        version = (versions or {}).get(name, "1.0.0")
        required = "".join(f'  "{line}",\n' for line in lines)
        files[f"packages/{name}/pyproject.toml"] = (
            f'{SYSTEM}\n[project]\nname = "{name}"\nversion = "{version}"  # released by hand\n'
            f'requires-python = ">=3.10"\ndependencies = [\n{required}]\n'
        )
        files[f"packages/{name}/src/{name}/__init__.py"] = f'__version__ = "{version}"\n'
    return files
