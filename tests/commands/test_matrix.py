# SPDX-License-Identifier: Apache-2.0
"""`noxkit matrix`: the sessions that this repository really has, for a CI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import NOXFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def two(repo: Repo) -> Repo:
    """A repository that supports two Pythons."""
    return repo.write({"noxfile.py": NOXFILE, "pyproject.toml": '[tool.noxkit]\npython = ["3.10", "3.14"]\n'})


MATRICES = {
    "github": (
        ("tests",),
        {"include": [{"session": "tests-3.10", "python": "3.10"}, {"session": "tests-3.14", "python": "3.14"}]},
    ),
    "github without a python": (("lint",), {"include": [{"session": "lint", "python": ""}]}),
    "several": (
        ("lint", "tests-3.14"),
        {"include": [{"session": "lint", "python": ""}, {"session": "tests-3.14", "python": "3.14"}]},
    ),
    "gitlab": (
        ("tests", "--format", "gitlab"),
        [{"NOX_SESSION": ["tests-3.10"], "PYTHON": ["3.10"]}, {"NOX_SESSION": ["tests-3.14"], "PYTHON": ["3.14"]}],
    ),
}


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(("arguments", "expected"), MATRICES.values(), ids=MATRICES.keys())
def test_the_matrix_is_one_line_of_json(noxkit: Run, arguments: tuple[str, ...], expected: object) -> None:
    code, said, _ = noxkit("matrix", *arguments)
    assert (code, said.count("\n"), json.loads(said)) == (0, 1, expected)


def test_a_noxfile_that_prints_does_not_disturb(two: Repo, noxkit: Run) -> None:
    two.write({"noxfile.py": f"print('hello')\n{NOXFILE}"})
    code, said, _ = noxkit("matrix", "lint")
    assert (code, json.loads(said)) == (0, {"include": [{"session": "lint", "python": ""}]})


WRONG: dict[str, tuple[tuple[str, ...], dict[str, str | None], str]] = {
    "an unknown session": (("tsts",), {}, "tsts"),
    "one of two unknown": (("lint", "tsts"), {}, "tsts"),
    "a python that is not supported": (("tests-3.12",), {}, "tests-3.12"),
    "no noxfile": (("lint",), {"noxfile.py": None}, "noxfile.py"),
    "a noxfile that fails": (("lint",), {"noxfile.py": "raise RuntimeError('no good')\n"}, "no good"),
}


@pytest.mark.parametrize(("arguments", "files", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_nox_cannot_list_is_an_error_with_its_reason(
    two: Repo, noxkit: Run, arguments: tuple[str, ...], files: dict[str, str | None], said: str
) -> None:
    for name, text in files.items():
        (two.root / name).unlink() if text is None else two.write({name: text})
    code, out, error = noxkit("matrix", *arguments)
    assert (code, out, "error[NK-SESSION-UNKNOWN]" in error, said in error, "= hint:" in error) == (
        2,
        "",
        True,
        True,
        True,
    ), error
