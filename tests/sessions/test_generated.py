# SPDX-License-Identifier: Apache-2.0
"""`nox -s generated` as users run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo

PROJECT = '[project]\nname = "demo"\nversion = "1"\n'
TABLE = '[[tool.noxkit.generated]]\nname = "numbers"\nrun = ["python", "gen.py"]\nwrites = ["out.txt"]\n'


@pytest.mark.parametrize(
    ("files", "code", "shown"),
    [
        pytest.param({"out.txt": "1\n"}, 0, "generated passed: 1 task", id="as-written"),
        pytest.param({"out.txt": "2\n"}, 1, "error[NK-GENERATED-STALE]", id="changed-by-hand"),
        pytest.param({}, 1, "it is not in the tree", id="not-there"),
        pytest.param({"gen.py": "raise SystemExit('no input')\n"}, 1, "exit code 1: no input", id="fails"),
        pytest.param({"pyproject.toml": PROJECT}, 0, "no [[tool.noxkit.generated]] in pyproject.toml", id="none"),
    ],
)
def test_it_compares_and_leaves_the_tree_as_it_is(repo: NoxRepo, files: dict[str, str], code: int, shown: str) -> None:
    repo.write({"pyproject.toml": PROJECT + TABLE, "gen.py": "open('out.txt', 'w').write('1\\n')\n", **files})
    before = {path.name: path.read_bytes() for path in repo.root.iterdir() if path.is_file()}
    ended, said = repo.nox("-s", "generated")
    assert (ended, shown in said, "Traceback" in said) == (code, True, False), said
    assert {path.name: path.read_bytes() for path in repo.root.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("table", "code", "hint"),
    [
        pytest.param(TABLE.replace("writes", "wirtes"), "NK-CONFIG-UNKNOWN-KEY", "did you mean `writes`?", id="key"),
        pytest.param(TABLE + TABLE, "NK-CONFIG-VALUE", "", id="twice"),
        pytest.param(TABLE + 'requirement = "not a name"\n', "NK-CONFIG-VALUE", "", id="requirement"),
        pytest.param(TABLE + 'environment = "mine"\n', "NK-CONFIG-VALUE", "", id="environment"),
        pytest.param(TABLE.replace("out.txt", "../out.txt"), "NK-CONFIG-VALUE", "", id="outside"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_place(repo: NoxRepo, table: str, code: str, hint: str) -> None:
    repo.write({"pyproject.toml": PROJECT + table})
    ended, said = repo.nox("-s", "generated")
    assert (ended, f"error[{code}]" in said, "--> pyproject.toml:" in said) == (1, True, True), said
    assert (f"= hint: {hint}" in said, "Traceback" in said) == (True, False), said
