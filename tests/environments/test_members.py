# SPDX-License-Identifier: Apache-2.0
"""A workspace in which one member does not build: the others are there, and the one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests._trees import BACKEND, PYTHON

if TYPE_CHECKING:
    from tests._trees import Repo

_BUILD = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
_BROKEN = 'raise OSError("Readme file does not exist: README.md")\n'


def _member(name: str, *, hook: str = "") -> dict[str, str]:
    return {
        f"{name}/pyproject.toml": f'{_BUILD}[project]\nname = "{name}"\nversion = "1.0"\nrequires-python = ">=3.10"\n',
        f"{name}/backend.py": BACKEND,
        f"{name}/hook.py": hook,
        f"{name}/src/{name}.py": "",
    }


@pytest.mark.parametrize("broken", ["one", "two"])
def test_a_member_that_does_not_build_takes_no_other_with_it(repo: Repo, broken: str) -> None:
    """mcp, una and guppylang: a README that is not there, a backend that has become stricter, a compiler."""
    repo.write({"pyproject.toml": '[tool.uv.workspace]\nmembers = ["one", "two"]\n'})
    for name in ("one", "two"):
        repo.write(_member(name, hook=_BROKEN if name == broken else ""))
    environment = repo.context().project_environments.ensure(PYTHON, task="environment")
    other = "two" if broken == "one" else "one"
    assert other in environment.installed
    assert broken not in environment.installed
    (missing,) = environment.missing
    assert missing.startswith(f"`{broken}`: ")
    assert "OSError: Readme file does not exist" in missing
