# SPDX-License-Identifier: Apache-2.0
"""What a wheel says to type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._wheels import DEMO, recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts

BARE: dict[str, str | bool] = {"demo/__init__.py": False}
TYPED: dict[str, str | list[str] | bool] = {"Classifier": ["Typing :: Typed"]}


def _places(artifacts: Artifacts, code: str, wheel: str, **policy: object) -> list[str]:
    found = artifacts.find(code, {DEMO: wheel}, **policy)
    return [(finding.path or "").removeprefix(f"dist/{DEMO}/") for finding in found]


@pytest.mark.parametrize(
    ("code", "files", "places"),
    [
        pytest.param("CLASSIFIER-TYPED-WITHOUT-MARKER", {}, ["demo"], id="no marker"),
        pytest.param("CLASSIFIER-TYPED-WITHOUT-MARKER", {"demo/sub/py.typed": ""}, [], id="one anywhere"),
        pytest.param("CLASSIFIER-TYPED-WITHOUT-MARKER", {**BARE, "demo.py": ""}, [], id="a module has none"),
        pytest.param(
            "CLASSIFIER-TYPED-WITHOUT-MARKER", {**BARE, "demo-stubs/__init__.pyi": ""}, [], id="stubs need none"
        ),
        pytest.param("PY-TYPED-MISPLACED", {"py.typed": ""}, ["py.typed"], id="at the top"),
        pytest.param("PY-TYPED-MISPLACED", {"demo/data/py.typed": ""}, ["demo/data/py.typed"], id="among data"),
        pytest.param(
            "PY-TYPED-MISPLACED", {"demo/py.typed": "", "acme/x/py.typed": "", "acme/x/a.py": ""}, [], id="ok"
        ),
        pytest.param(
            "PY-TYPED-MISPLACED", {"demo-stubs/py.typed": "partial\n", "demo-stubs/a.pyi": ""}, [], id="stubs"
        ),
        pytest.param("PYI-WITHOUT-MARKER", {"demo/a.pyi": ""}, ["demo/a.pyi"], id="a stub"),
        pytest.param("PYI-WITHOUT-MARKER", {"demo/a.pyi": "", "demo/b.pyi": ""}, ["demo/a.pyi"], id="two, told once"),
        pytest.param("PYI-WITHOUT-MARKER", {"demo/a.pyi": "", "demo/py.typed": ""}, [], id="with a marker"),
        pytest.param("PYI-WITHOUT-MARKER", {"demo/typeshed/stdlib/os.pyi": ""}, [], id="data of a type checker"),
        pytest.param("PYI-WITHOUT-MARKER", {"demo/tests/a.pyi": "", "demo-stubs/__init__.pyi": ""}, [], id="tests"),
        pytest.param("PYI-WITHOUT-MARKER", {**BARE, "demo.py": "", "demo.pyi": ""}, [], id="a module alone"),
    ],
)
def test_markers_are_where_type_checkers_look(
    artifacts: Artifacts, code: str, files: Mapping[str, str | bool], places: list[str]
) -> None:
    assert _places(artifacts, f"NK-{code}", recipe(files, TYPED)) == places


@pytest.mark.parametrize(
    ("files", "typed", "places"),
    [
        pytest.param({}, True, ["demo"], id="none"),
        pytest.param({"other/__init__.py": "", "demo/py.typed": ""}, True, ["other"], id="one of two"),
        pytest.param({**BARE, "acme/demo/__init__.py": ""}, True, ["acme/demo"], id="below a namespace"),
        pytest.param({"demo/py.typed": "", "demo/sub/__init__.py": ""}, True, [], id="in the root"),
        pytest.param({"demo-stubs/__init__.pyi": "", "demo/py.typed": ""}, True, [], id="stubs"),
        pytest.param({}, None, [], id="no policy"),
        pytest.param({}, False, [], id="not wanted"),
    ],
)
def test_a_policy_asks_for_the_marker_in_each_root(
    artifacts: Artifacts, files: Mapping[str, str | bool], typed: bool | None, places: list[str]
) -> None:
    assert _places(artifacts, "NK-PY-TYPED-MISSING@wheel", recipe(files), typed=typed) == places


@pytest.mark.parametrize(
    ("module", "stub", "count"),
    [
        pytest.param("def a(): ...\n", "def a() -> None: ...\ndef b() -> None: ...\n", 1, id="a function more"),
        pytest.param("x = 1\n", "class A: ...\n", 1, id="a class more"),
        pytest.param("x = 1\n", "y: int\n", 1, id="a variable more"),
        pytest.param("x = 1\n", "x: int\n_y: int\n", 0, id="a private one"),
        pytest.param("x = 1\n", "from typing import TypeVar\nT: TypeVar\nclass P(Protocol): ...\n", 0, id="for types"),
        pytest.param("x = 1\n", "class D(TypedDict):\n    a: int\n", 0, id="a shape of a dict"),
        pytest.param("def __getattr__(n): ...\n", "y: int\n", 0, id="made when asked for"),
        pytest.param("from demo._native import *\n", "y: int\n", 0, id="starred"),
        pytest.param("globals().update(y=1)\n", "y: int\n", 0, id="put into globals"),
        pytest.param("def f():\n    global y\n    y = 1\n", "y: int\n", 0, id="global"),
        pytest.param("try:\n    y = 1\nexcept OSError as e:\n    pass\n", "y: int\n", 0, id="in try"),
        pytest.param("def f(:\n", "y: int\n", 0, id="a module that does not parse"),
    ],
)
def test_a_stub_promises_what_the_module_has(artifacts: Artifacts, module: str, stub: str, count: int) -> None:
    wheel = recipe({"demo/a.py": module, "demo/a.pyi": stub})
    assert len(artifacts.find("NK-STUB-CONFLICT", {DEMO: wheel})) == count
