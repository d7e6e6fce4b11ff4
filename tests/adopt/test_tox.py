# SPDX-License-Identifier: Apache-2.0
"""What tox's files are read into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.adopt.tox import read

if TYPE_CHECKING:
    from pathlib import Path

Found = dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]]

FILES: dict[str, tuple[dict[str, str], Found]] = {
    "an environment of its own": (
        {"tox.ini": "[testenv:lint]\ncommands = ruff check .\n"},
        {"lint": ((("ruff", "check", "."),), ())},
    ),
    "the list, multiplied out": (
        {"tox.ini": "[tox]\nenvlist = py{310,311}, lint\n[testenv]\ncommands = pytest\n"},
        {
            "py310": ((("pytest",),), ("3.10",)),
            "py311": ((("pytest",),), ("3.11",)),
            "lint": ((("pytest",),), ()),
        },
    ),
    "tox 4's own word for the list": (
        {"tox.ini": "[tox]\nenv_list =\n  3.12\n  py-x\n[testenv]\ncommands = pytest\n"},
        {"3.12": ((("pytest",),), ("3.12",)), "py-x": ((("pytest",),), ())},
    ),
    "a section for several": (
        {"tox.ini": "[testenv:py{310,312}-a]\ncommands = pytest\n"},
        {"py310-a": ((("pytest",),), ("3.10",)), "py312-a": ((("pytest",),), ("3.12",))},
    ),
    "commands of a factor": (
        {"tox.ini": "[tox]\nenvlist = a,b-c\n[testenv]\ncommands =\n  a: one\n  b-c: two\n  !a: three\n"},
        {"a": ((("one",),), ()), "b-c": ((("two",), ("three",)), ())},
    ),
    "arguments, marks and a line that goes on": (
        {"tox.ini": "[testenv:t]\ncommands =\n  - pytest \\\n    {posargs:tests -x} \n  ! false {posargs}\n"},
        {"t": ((("pytest", "tests", "-x"), ("false",)), ())},
    ),
    "the default of a variable": (
        {"tox.ini": "[testenv:t]\ncommands = {env:RUNNER:pytest} {posargs}\n"},
        {"t": ((("pytest",),), ())},
    ),
    "a reference": (
        {"tox.ini": "[testenv:a]\ncommands = {[testenv:b]commands}\n[testenv:b]\ncommands = mypy\n"},
        {"a": ((("mypy",),), ()), "b": ((("mypy",),), ())},
    ),
    "references in a circle": (
        {"tox.ini": "[testenv:a]\ncommands = {[testenv:a]commands}\n"},
        {"a": ((("{[testenv:a]commands}",),), ())},
    ),
    "the interpreter": (
        {"tox.ini": "[testenv:t]\nbasepython = python3.11\ncommands = pytest\n"},
        {"t": ((("pytest",),), ("3.11",))},
    ),
    "a quote that is left open": (
        {"tox.ini": "[testenv:t]\ncommands = echo 'a b\n"},
        {"t": ((("echo", "'a", "b"),), ())},
    ),
    "comments": (
        {"tox.ini": "[tox]\nenvlist =\n  a  # the first\n  # b\n[testenv]\ncommands = x # y\n"},
        {"a": ((("x",),), ())},
    ),
    "setup.cfg": (
        {"setup.cfg": "[metadata]\nname = a\n[tox:tox]\nenvlist = t\n[testenv]\ncommands = pytest\n"},
        {"t": ((("pytest",),), ())},
    ),
    "a setup.cfg about other things": ({"setup.cfg": "[metadata]\nname = a\n"}, {}),
    "tox.toml": (
        {
            "tox.toml": 'env_list = ["3.10"]\n[env_run_base]\n'
            'commands = [["pytest", { replace = "posargs", default = ["t"] }]]\n'
        },
        {"3.10": ((("pytest", "t"),), ("3.10",))},
    ),
    "pyproject.toml": (
        {"pyproject.toml": '[tool.tox.env.lint]\nbase_python = ["3.13"]\ncommands = [["ruff", "check"]]\n'},
        {"lint": ((("ruff", "check"),), ("3.13",))},
    ),
    "the old text in pyproject.toml": (
        {"pyproject.toml": '[tool.tox]\nlegacy_tox_ini = """\n[testenv:t]\ncommands = pytest\n"""\n'},
        {"t": ((("pytest",),), ())},
    ),
    "values of other types": ({"tox.toml": 'env_list = 3\nenv = ["a"]\nenv_run_base = "x"\n'}, {}),
    "what is not INI": ({"tox.ini": "= [ x\n\0"}, {}),
    "what is not TOML": ({"tox.toml": "[", "pyproject.toml": "["}, {}),
    "nothing": ({}, {}),
}


@pytest.mark.parametrize(("files", "found"), FILES.values(), ids=FILES.keys())
def test_environments_have_their_commands_and_pythons(tmp_path: Path, files: dict[str, str], found: Found) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert {step.name: (step.commands, step.pythons) for step in read(tmp_path)} == found


def test_an_environment_knows_its_line(tmp_path: Path) -> None:
    (tmp_path / "tox.ini").write_text("[tox]\n\n[testenv:a]\ncommands = x\n\n[testenv:b]\ncommands = y\n")
    assert [(step.name, step.path, step.line) for step in read(tmp_path)] == [("a", "tox.ini", 3), ("b", "tox.ini", 6)]
