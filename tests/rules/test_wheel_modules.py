# SPDX-License-Identifier: Apache-2.0
"""Whether the modules of a wheel lie where Python looks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._wheels import DEMO, recipe, severities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts

BARE: dict[str, str | bool] = {"demo/__init__.py": False}
EXTENDS = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
SHARED = {"namespace": ("acme", "acme.plugins")}


@pytest.mark.parametrize(
    ("code", "files", "policy", "places"),
    [
        pytest.param("NAMESPACE-INIT@wheel", {"acme/__init__.py": ""}, SHARED, ["acme/__init__.py"], id="init"),
        pytest.param(
            "NAMESPACE-INIT@wheel", {"acme/plugins/__init__.py": ""}, SHARED, ["acme/plugins/__init__.py"], id="inner"
        ),
        pytest.param("NAMESPACE-INIT@wheel", {"acme/__init__.py": EXTENDS}, SHARED, ["acme/__init__.py"], id="old"),
        pytest.param("NAMESPACE-INIT@wheel", {"acme/__init__.py": ""}, {}, [], id="no policy"),
        pytest.param("NAMESPACE-INIT@wheel", {"acme/x/__init__.py": "", "acme2/__init__.py": ""}, SHARED, [], id="ok"),
        pytest.param("NAMESPACE-FILE-COLLISION", {"acme/py.typed": ""}, SHARED, ["acme/py.typed"], id="a marker"),
        pytest.param("NAMESPACE-FILE-COLLISION", {"acme/a.py": ""}, SHARED, ["acme/a.py"], id="a module"),
        pytest.param("NAMESPACE-FILE-COLLISION", {"acme/__init__.py": ""}, SHARED, [], id="init is another defect"),
        pytest.param("NAMESPACE-FILE-COLLISION", {"acme/x/py.typed": ""}, SHARED, [], id="in the package"),
        pytest.param("NAMESPACE-FILE-COLLISION", {"acme/py.typed": ""}, {}, [], id="nobody says it is shared"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"demo/sub/a.py": ""}, {}, ["demo/sub/a.py"], id="in a package"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {**BARE, "demo/a.py": ""}, {}, ["demo/a.py"], id="the package"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"acme/a.py": "", "acme/x/__init__.py": ""}, {}, [], id="no leaf"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"demo/data/a.py": ""}, {}, [], id="data"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"demo/sub/a.py": "", "demo/sub/b-c.py": ""}, {}, [], id="scripts"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"demo/templates/x/a.py": ""}, {}, [], id="templates"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"demo/tests/a.py": ""}, {}, [], id="tests"),
        pytest.param("NAMESPACE-LEAF-INIT-MISSING", {"demo/sub/a.pyi": ""}, {}, [], id="stubs"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/a-b.py": ""}, {}, ["demo/a-b.py"], id="a dash"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/1a.py": ""}, {}, ["demo/1a.py"], id="a digit"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/class.py": ""}, {}, ["demo/class.py"], id="a keyword"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"a-b/__init__.py": ""}, {}, ["a-b/__init__.py"], id="a folder"),
        pytest.param(
            "MODULE-UNIMPORTABLE-PATH", {"demo/a-b.py": "", "demo/c-d.py": ""}, {}, ["demo/a-b.py"], id="once"
        ),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/migrations/0001_x.py": ""}, {}, [], id="migrations"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/locale/is/__init__.py": ""}, {}, [], id="languages"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/__pyinstaller/hook-demo.py": ""}, {}, [], id="hooks"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/{{x}}/a-b.py": ""}, {}, [], id="templates"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/_vendor/a-b/c.py": ""}, {}, [], id="taken over"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo/match.py": "", "demo/type.py": ""}, {}, [], id="soft keywords"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"demo-stubs/__init__.pyi": ""}, {}, [], id="stubs"),
        pytest.param("MODULE-UNIMPORTABLE-PATH", {"30fc__mypyc.cpython-312-x86_64-linux-gnu.so": "x"}, {}, [], id="so"),
    ],
)
def test_modules_lie_where_python_looks(
    artifacts: Artifacts,
    code: str,
    files: Mapping[str, str | bool],
    policy: Mapping[str, tuple[str, ...]],
    places: list[str],
) -> None:
    found = artifacts.find(f"NK-{code}", {DEMO: recipe(files)}, **policy)
    assert [(finding.path or "").removeprefix(f"dist/{DEMO}/") for finding in found] == places


def test_a_leaf_below_a_namespace_of_the_policy_is_an_error(artifacts: Artifacts) -> None:
    wheel = {DEMO: recipe({"acme/demo/a.py": ""})}
    assert severities(artifacts.find("NK-NAMESPACE-LEAF-INIT-MISSING", wheel)) == ["warning"]
    assert severities(artifacts.find("NK-NAMESPACE-LEAF-INIT-MISSING", wheel, namespace=("acme",))) == ["error"]


def test_a_namespace_that_the_wheel_states_is_shared(artifacts: Artifacts) -> None:
    stated = recipe({"acme/a.py": ""}, {"Import-Namespace": "acme", "Metadata-Version": "2.5"})
    assert len(artifacts.find("NK-NAMESPACE-FILE-COLLISION", {DEMO: stated})) == 1
