# SPDX-License-Identifier: Apache-2.0
"""The options that a present setup asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.adopt import tox
from noxkit.adopt._table import table_for
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\n'
CLASSIFIED = PROJECT + 'classifiers = ["Programming Language :: Python :: 3.14"]\n'
SPDX = "# SPDX-License-Identifier: MIT\n"
CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "nothing": ({"pyproject.toml": PROJECT}, []),
    "fewer Pythons": (
        {"pyproject.toml": PROJECT, "tox.ini": "[tox]\nenvlist = py{310,311,312}\n[testenv]\ncommands = pytest\n"},
        ['python = ["3.11", "3.12"]'],
    ),
    "all Pythons": (
        {"pyproject.toml": PROJECT, "tox.ini": "[tox]\nenvlist = py{311,312,313,314}\n[testenv]\ncommands = pytest\n"},
        [],
    ),
    "a list that was forgotten": (
        {"pyproject.toml": CLASSIFIED, "tox.ini": "[tox]\nenvlist = py{311,312}\n[testenv]\ncommands = pytest\n"},
        [],
    ),
    "Pythons of what is no test": (
        {"pyproject.toml": PROJECT, "tox.ini": "[tox]\nenvlist = py{311,312}\n[testenv]\ncommands = mypy\n"},
        [],
    ),
    "a checker on a part": (
        {"pyproject.toml": PROJECT, "src/a.py": "", "tox.ini": "[testenv:t]\ncommands = mypy --strict src/ gone\n"},
        ['paths = { mypy = ["src"] }'],
    ),
    "a checker that knows its part": (
        {
            "pyproject.toml": f'{PROJECT}[tool.mypy]\nfiles = ["src"]\n',
            "src/a.py": "",
            "tox.ini": "[testenv:t]\ncommands = mypy src\n",
        },
        [],
    ),
    "a checker on all": (
        {"pyproject.toml": PROJECT, "tox.ini": "[testenv:t]\ncommands = mypy .\n"},
        [],
    ),
    "a header in each file": (
        {"pyproject.toml": PROJECT, "a.py": SPDX, "b.py": f"#!/x\n{SPDX}", "c.py": f"{SPDX}x = 1\n", "d.py": "\n"},
        ['license-header = { text = "SPDX-License-Identifier: MIT", paths = ["**/*.py"] }'],
    ),
    "a header in most": (
        {"pyproject.toml": PROJECT, "a.py": SPDX, "b.py": SPDX, "c.py": SPDX, "d.py": "x = 1\n"},
        [],
    ),
    "two headers": (
        {"pyproject.toml": PROJECT, "a.py": SPDX, "b.py": SPDX, "c.py": SPDX.replace("MIT", "ISC")},
        [],
    ),
    "a header in a few files": ({"pyproject.toml": PROJECT, "a.py": SPDX, "b.py": SPDX}, []),
}


@pytest.mark.parametrize(("files", "lines"), CASES.values(), ids=CASES.keys())
def test_only_what_differs_from_the_defaults_is_written(
    tmp_path: Path, files: dict[str, str], lines: list[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert table_for(discover(tmp_path), tox.read(tmp_path)) == lines
