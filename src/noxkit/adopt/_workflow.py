# SPDX-License-Identifier: Apache-2.0
"""The workflow of a CI service: lint, the tests on each Python, their coverage combined."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SERVICES", "workflow"]

SERVICES = {"github": ".github/workflows/noxkit.yml", "gitlab": ".gitlab-ci.yml"}
"""The path of the workflow, relative to the top of the work tree, by the name of the service."""

_LOCKED = "uv run --locked"
_HEAD = "# Written by `noxkit init`: lint, the tests on each Python, and their coverage combined.\n"


def workflow(service: str, *, requirement: str | None, folder: str, branch: str, pythons: Sequence[str]) -> str:
    """The workflow's text for a root in `folder` (`.` for the top of the work tree) and the default `branch`.

    nox and noxkit come from the project's lock, or, with a `requirement`, from what that names.
    """
    text = files("noxkit.adopt").joinpath(f"{service}.yml").read_text(encoding="utf-8")
    if service == "github":
        text = _HEAD + text.partition("\n")[2].replace("name: ci\n", "name: noxkit\n").replace(
            "group: ci-", "group: noxkit-"
        )
        text = text.replace("[main]", json.dumps([branch], ensure_ascii=False))
        if folder != ".":
            text = text.replace("\njobs:\n", f"\ndefaults:\n  run:\n    working-directory: {folder}\n\njobs:\n")
            text = text.replace("path: .nox/", f"path: {folder}/.nox/")
    else:
        matrix = [{"NOX_SESSION": [f"tests-{python}"], "PYTHON": [python]} for python in pythons]
        text = _HEAD + text.replace("MATRIX", json.dumps(matrix))
        if folder != ".":
            text = text.replace(
                "    - python -m pip install --quiet uv\n",
                f"    - python -m pip install --quiet uv\n    - cd {folder}\n",
            )
            text = text.replace("- .nox/", f"- {folder}/.nox/").replace("junit: .nox/", f"junit: {folder}/.nox/")
            text = text.replace("[lint.html]", f"[{folder}/lint.html]").replace(": lint.json", f": {folder}/lint.json")
    if requirement is not None:
        text = text.replace(f"{_LOCKED} noxkit", f"uvx --from '{requirement}' noxkit").replace(
            f"{_LOCKED} nox", "uvx nox"
        )
    return text
