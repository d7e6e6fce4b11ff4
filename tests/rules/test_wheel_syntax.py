# SPDX-License-Identifier: Apache-2.0
"""Modules that Python refuses: by the word of interpreters, and by the parser at hand where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.rules._artifacts import SyntaxFault
from tests.rules._wheels import DEMO, recipe

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

ALL = ("3.10", "3.11", "3.12", "3.13", "3.14")


@pytest.mark.parametrize(
    ("path", "text", "metadata", "codes"),
    [
        pytest.param("demo/a.py", "def f(:\n", {}, ["MODULE-SYNTAX-ERROR@wheel"], id="broken"),
        pytest.param("demo/a.py", "print 'x'\n", {}, ["MODULE-SYNTAX-ERROR@wheel"], id="Python 2"),
        pytest.param("demo/a.py", "try:\n  x\nexcept* E:\n  x\n", {}, ["REQUIRES-PYTHON-SYNTAX"], id="newer"),
        pytest.param(
            "demo/a.py", "try:\n  x\nexcept* E:\n  x\n", {"Requires-Python": ">=3.11"}, [], id="newer, as it says"
        ),
        pytest.param("demo/_py312.py", "try:\n  x\nexcept* E:\n  x\n", {}, [], id="for a version, by its name"),
        pytest.param("demo/a.py", "# coding: nowhere\n", {}, ["MODULE-ENCODING-ERROR@wheel"], id="no encoding"),
        pytest.param("demo/a.py", "x = 1\0\n", {}, ["MODULE-ENCODING-ERROR@wheel"], id="a zero byte"),
        pytest.param("demo/a.py", "# coding: latin-1\nx = 'é'\n", {}, [], id="any bytes are latin-1"),
        pytest.param("demo/a.py", "print 'x'\n", {"Requires-Python": "<3"}, [], id="for Python 2"),
        pytest.param("demo/templates/a.py", "import {{ x }}\n", {}, [], id="a template"),
        pytest.param("demo/project_template/a.py", "import {{ x }}\n", {}, [], id="a template by its folder"),
        pytest.param("demo/tests/data/a.py", "print 'x'\n", {}, [], id="an input of tests"),
        pytest.param("demo/lib2to3/tests/data/py2_test_grammar.py", "print 'x'\n", {}, [], id="lib2to3"),
        pytest.param("demo/data/a.py", "print 'x'\n", {}, [], id="in a folder that is no package"),
        pytest.param("demo/a-b.py", "print 'x'\n", {}, [], id="not importable"),
        pytest.param("demo/_vendor/a.py", "print 'x'\n", {}, [], id="taken over"),
        pytest.param("demo/a.py", "x = '\\d'\n", {}, [], id="only a warning"),
    ],
)
def test_a_module_that_python_refuses_is_found_without_interpreters(
    artifacts: Artifacts, path: str, text: str, metadata: dict[str, str | list[str] | bool], codes: list[str]
) -> None:
    wheel = {DEMO: recipe({path: text}, metadata)}
    every = ("MODULE-ENCODING-ERROR@wheel", "MODULE-SYNTAX-ERROR@wheel", "REQUIRES-PYTHON-SYNTAX")
    assert [code for code in every if artifacts.find(f"NK-{code}", wheel)] == codes


@pytest.mark.parametrize(
    ("faults", "needs", "codes"),
    [
        pytest.param(ALL, ">=3.10", ["MODULE-SYNTAX-ERROR@wheel"], id="all"),
        pytest.param(ALL[:2], ">=3.10", ["REQUIRES-PYTHON-SYNTAX"], id="the lower ones"),
        pytest.param(ALL[4:], ">=3.10", ["REQUIRES-PYTHON-SYNTAX"], id="the newest"),
        pytest.param(ALL[2:], ">=3.12", ["MODULE-SYNTAX-ERROR@wheel"], id="all that are admitted"),
        pytest.param((), ">=3.10", [], id="none"),
    ],
)
def test_what_interpreters_say_counts(
    artifacts: Artifacts, faults: tuple[str, ...], needs: str, codes: list[str]
) -> None:
    wheel = {DEMO: recipe({"demo/a.py": "x = 1\n"}, {"Requires-Python": needs})}
    said = tuple(SyntaxFault(python, "demo/a.py", "invalid syntax", 1) for python in faults)
    found = [
        code
        for code in ("MODULE-SYNTAX-ERROR@wheel", "REQUIRES-PYTHON-SYNTAX")
        if artifacts.find(f"NK-{code}", wheel, syntax=said, interpreters=ALL)
    ]
    assert found == codes


@pytest.mark.parametrize(
    ("imports", "count"),
    [
        pytest.param("if sys.version_info >= (3, 12):\n    from .a import x\n", 0, id="under a condition"),
        pytest.param("try:\n    from . import a\nexcept SyntaxError: ...\n", 0, id="in try"),
        pytest.param("from . import a\n", 1, id="in any case"),
        pytest.param("if x:\n    from . import a\nfrom . import a\n", 1, id="both"),
        pytest.param("", 1, id="by nobody: users do"),
    ],
)
def test_a_module_that_is_imported_where_python_is_new_enough_may_be_newer(
    artifacts: Artifacts, imports: str, count: int
) -> None:
    wheel = {DEMO: recipe({"demo/a.py": "x = 1\n", "demo/__init__.py": f"import sys\n{imports}"})}
    said = (SyntaxFault("3.10", "demo/a.py", "invalid syntax", 1),)
    assert len(artifacts.find("NK-REQUIRES-PYTHON-SYNTAX", wheel, syntax=said, interpreters=ALL)) == count


def test_the_message_names_the_pythons_and_the_place(artifacts: Artifacts) -> None:
    said = (SyntaxFault("3.10", "demo/a.py", "invalid syntax", 3), SyntaxFault("3.11", "demo/a.py", "no", 4))
    wheel = {DEMO: recipe({"demo/a.py": "x = 1\n"})}
    (finding,) = artifacts.find("NK-REQUIRES-PYTHON-SYNTAX", wheel, syntax=said, interpreters=ALL)
    assert "3.10, 3.11" in finding.message
    assert finding.line == 4
