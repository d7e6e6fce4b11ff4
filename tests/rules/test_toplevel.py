# SPDX-License-Identifier: Apache-2.0
"""What a wheel puts right into site-packages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from noxkit.rules._stdlib_names import ANY_PYTHON, stdlib_of
from tests.rules._wheels import DEMO, recipe, severities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts

Files = dict[str, "str | bool"]
BARE: Files = {"demo/__init__.py": False}


@pytest.mark.parametrize(
    ("code", "files", "places"),
    [
        pytest.param("WHEEL-NO-MODULES", {**BARE, "demo/x.txt": "x"}, [""], id="data alone"),
        pytest.param("WHEEL-NO-MODULES", {**BARE, "demo-1.0.data/purelib/x.txt": "x"}, [""], id="data in a scheme"),
        pytest.param("WHEEL-NO-MODULES", {**BARE, "demo.pth": "x\n"}, [""], id="a path file alone"),
        pytest.param("WHEEL-NO-MODULES", {**BARE, "demo.py": ""}, [], id="a module alone"),
        pytest.param("WHEEL-NO-MODULES", {**BARE, "demo-1.0.data/purelib/demo.py": ""}, [], id="a module in a scheme"),
        pytest.param("WHEEL-NO-MODULES", {**BARE, "demo-1.0.data/data/share/x": ""}, [], id="data for elsewhere"),
        pytest.param("WHEEL-NO-MODULES", BARE, [], id="nothing at all is another defect"),
        pytest.param("TOPLEVEL-NO-MODULES", {"data/x.txt": ""}, ["data"], id="a folder of data"),
        pytest.param("TOPLEVEL-NO-MODULES", {"data/a/b/x.txt": "", "etc/y": ""}, ["data", "etc"], id="two, deep"),
        pytest.param(
            "TOPLEVEL-NO-MODULES",
            {"demo-1.0.data/platlib/share/x.txt": ""},
            ["demo-1.0.data/platlib/share"],
            id="in a scheme",
        ),
        pytest.param("TOPLEVEL-NO-MODULES", {"acme/plugins/x/y.py": ""}, [], id="modules far down"),
        pytest.param("TOPLEVEL-NO-MODULES", {"demo.libs/readme.txt": ""}, [], id="what a repair has made"),
        pytest.param("TOPLEVEL-SRC-PREFIX", {"src/demo/__init__.py": ""}, ["src"], id="a package below src"),
        pytest.param("TOPLEVEL-SRC-PREFIX", {"src/__init__.py": ""}, ["src"], id="src as a package"),
        pytest.param("TOPLEVEL-SRC-PREFIX", {"src/x.txt": ""}, ["src"], id="src with data"),
        pytest.param("TOPLEVEL-SRC-PREFIX", {"demo/src/x.py": "", "source/a.py": ""}, [], id="src below, and alike"),
        pytest.param("TOPLEVEL-SRC-PREFIX", {"src.py": ""}, [], id="a module"),
        pytest.param("TOPLEVEL-COMMON-NAME", {"tests/test_a.py": ""}, ["tests"], id="tests"),
        pytest.param("TOPLEVEL-COMMON-NAME", {"Docs/conf.py": ""}, ["Docs"], id="in capitals"),
        pytest.param("TOPLEVEL-COMMON-NAME", {"setup.py": "", "conftest.py": ""}, ["conftest.py", "setup.py"], id="py"),
        pytest.param("TOPLEVEL-COMMON-NAME", {"utils.py": ""}, ["utils.py"], id="a folder's name as a module"),
        pytest.param("TOPLEVEL-COMMON-NAME", {"testing/a.py": "", "demo_tests/a.py": ""}, [], id="alike"),
        pytest.param("TOPLEVEL-COMMON-NAME", {"demo/tests/a.py": "", "demo/setup.py": ""}, [], id="inside"),
        pytest.param("TOPLEVEL-INIT", {"__init__.py": ""}, ["__init__.py"], id="init"),
        pytest.param("TOPLEVEL-INIT", {"__init__.pyi": ""}, ["__init__.pyi"], id="as a stub"),
        pytest.param("TOPLEVEL-INIT", {"__main__.py": "", "init.py": ""}, [], id="alike"),
        pytest.param("TOPLEVEL-NONMODULE", {"LICENSE": "", "README.md": ""}, ["LICENSE", "README.md"], id="documents"),
        pytest.param("TOPLEVEL-NONMODULE", {"other.pyi": ""}, ["other.pyi"], id="a stub alone"),
        pytest.param("TOPLEVEL-NONMODULE", {"demo.pyi": ""}, [], id="a stub of the package"),
        pytest.param("TOPLEVEL-NONMODULE", {"py.typed": "", "a.pth": ""}, [], id="what others report"),
        pytest.param("TOPLEVEL-SHADOWS-STDLIB", {"queue.py": ""}, ["queue.py"], id="a module"),
        pytest.param("TOPLEVEL-SHADOWS-STDLIB", {"json/__init__.py": ""}, ["json"], id="a package"),
        pytest.param("TOPLEVEL-SHADOWS-STDLIB", {"imp.py": ""}, ["imp.py"], id="one that is gone since"),
        pytest.param("TOPLEVEL-SHADOWS-STDLIB", {"json/x.txt": "", "jsons.py": ""}, [], id="no module, alike"),
        pytest.param("TOPLEVEL-SHADOWS-STDLIB", {"_thread.py": "", "demo/json.py": ""}, [], id="private, inside"),
    ],
)
def test_a_name_that_belongs_to_nobody_is_found(
    artifacts: Artifacts, code: str, files: Mapping[str, str | bool], places: list[str]
) -> None:
    found = artifacts.find(f"NK-{code}", {DEMO: recipe(files)})
    assert [(finding.path or "").removeprefix(f"dist/{DEMO}").strip("/") for finding in found] == places


def test_a_project_may_be_called_like_a_folder_of_everybody(artifacts: Artifacts) -> None:
    assert artifacts.find("NK-TOPLEVEL-COMMON-NAME", {"build-1.0-py3-none-any.whl": ""}) == []
    assert artifacts.find("NK-TOPLEVEL-COMMON-NAME", {"py_build-1.0-py3-none-any.whl": recipe({"build.py": ""})})


def test_a_backport_for_old_pythons_shadows_nothing(artifacts: Artifacts) -> None:
    wheel = recipe({"tomllib.py": ""}, {"Requires-Python": "<3.11"})
    assert artifacts.find("NK-TOPLEVEL-SHADOWS-STDLIB", {DEMO: wheel}) == []


@pytest.mark.parametrize(
    ("files", "multiple", "unrelated"),
    [
        pytest.param({}, [], [], id="its own name"),
        pytest.param({"demo_extra/__init__.py": ""}, ["info"], [], id="a name with its own as prefix"),
        pytest.param({"other.py": ""}, ["info"], [], id="one more beside its own"),
        pytest.param({**BARE, "alpha.py": "", "beta.py": ""}, ["info"], ["warning"], id="two of nobody"),
        pytest.param({**BARE, "alpha.py": "", "alphabet.py": ""}, ["info"], [], id="one a prefix of the other"),
        pytest.param({**BARE, "alpha.py": ""}, [], ["info"], id="one of another name"),
        pytest.param({**BARE, "pydemo.py": ""}, [], [], id="one that holds the project's"),
        pytest.param({**BARE, "_alpha.py": "", "_beta.py": ""}, [], [], id="private ones"),
        pytest.param({"30fcd23745efe32ce681__mypyc.py": "", "c7__mypyc.py": ""}, [], [], id="what mypyc makes"),
    ],
)
def test_names_that_have_nothing_to_do_with_each_other_are_told(
    artifacts: Artifacts, files: Mapping[str, str | bool], multiple: list[str], unrelated: list[str]
) -> None:
    wheel = {DEMO: recipe(files)}
    assert severities(artifacts.find("NK-TOPLEVEL-MULTIPLE", wheel)) == multiple
    assert severities(artifacts.find("NK-TOPLEVEL-UNRELATED-NAME", wheel)) == unrelated


@pytest.mark.parametrize(
    ("generator", "setting"),
    [
        ("hatchling 1.33.0", "[tool.hatch.build.targets.wheel]"),
        ("bdist_wheel (0.43.0)", "[tool.setuptools.packages.find]"),
        ("uv 0.9.2", "`wheel-exclude`"),
        ("own 1.0", "uv_build `wheel-exclude`"),
    ],
)
def test_the_hint_names_the_setting_of_the_backend(artifacts: Artifacts, generator: str, setting: str) -> None:
    (finding,) = artifacts.find("NK-TOPLEVEL-COMMON-NAME", {DEMO: recipe({"docs/a.py": ""}, generator=generator)})
    assert setting in finding.hint


def test_the_names_of_the_standard_library_are_those_of_this_python() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    public = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    assert stdlib_of([here]) == public
    assert public < ANY_PYTHON
