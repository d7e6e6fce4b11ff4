# SPDX-License-Identifier: Apache-2.0
"""Whether a wheel holds what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._wheels import DEMO, recipe, severities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts

NONE: dict[str, str | bool] = {"demo/__init__.py": False}
SCRIPT = {"{info}/entry_points.txt": "[console_scripts]\ndemo = rich.cli:main\n"}
PLUGIN = {"{info}/entry_points.txt": "[demo.plugins]\nx = rich.cli:main\n"}
RICH: dict[str, str | list[str] | bool] = {"Requires-Dist": ["rich"]}


@pytest.mark.parametrize(
    ("files", "metadata", "code"),
    [
        pytest.param(NONE, {}, "NK-WHEEL-EMPTY", id="nothing"),
        pytest.param({**NONE, **SCRIPT}, RICH, "NK-WHEEL-EMPTY", id="a script of nothing"),
        pytest.param(NONE, RICH, "NK-WHEEL-METAPACKAGE", id="requirements alone"),
        pytest.param({**NONE, **PLUGIN}, RICH, "NK-WHEEL-METAPACKAGE", id="plugins of others"),
        pytest.param({}, {}, None, id="a package"),
        pytest.param({**NONE, "demo-1.0.data/scripts/demo": "x"}, {}, None, id="a program"),
        pytest.param({**NONE, "demo-1.0.data/data/etc/demo": "x"}, RICH, None, id="data"),
    ],
)
def test_a_wheel_with_nothing_in_it_is_empty_or_a_collection(
    artifacts: Artifacts,
    files: Mapping[str, str | bool],
    metadata: Mapping[str, str | list[str] | bool],
    code: str | None,
) -> None:
    found = [
        each
        for each in ("NK-WHEEL-EMPTY", "NK-WHEEL-METAPACKAGE")
        if artifacts.find(each, {DEMO: recipe(files, metadata)})
    ]
    assert found == ([code] if code else [])


LICENSE = "{info}/licenses/LICENSE"


@pytest.mark.parametrize(
    ("files", "fields", "said"),
    [
        pytest.param({LICENSE: False}, {}, ["error"], id="none"),
        pytest.param({LICENSE: ""}, {}, ["error"], id="an empty one"),
        pytest.param({LICENSE: False, "demo/LICENSE": "MIT"}, {}, ["warning"], id="elsewhere"),
        pytest.param({LICENSE: False, "LICENCE.txt": "MIT"}, {}, ["warning"], id="at the top"),
        pytest.param({LICENSE: False, "demo/license.py": "x = 1\n"}, {}, ["error"], id="a module of that name"),
        pytest.param({LICENSE: False, "{info}/LICENSE.APACHE": "x"}, {}, [], id="in the folder itself"),
        pytest.param({LICENSE: False, "{info}/licenses/a/MIT.txt": "x"}, {}, [], id="any name in licenses"),
        pytest.param({LICENSE: False, "{info}/THIRD_PARTY_NOTICE": "x"}, {}, [], id="a notice"),
        pytest.param({LICENSE: False, "{info}/legal.md": "x"}, {"License-File": "legal.md"}, [], id="as named"),
        pytest.param({LICENSE: False, "{info}/AUTHORS": "x"}, {}, ["error"], id="authors are no licence"),
    ],
)
def test_a_wheel_without_the_text_of_its_licence_is_found(
    artifacts: Artifacts,
    files: Mapping[str, str | bool],
    fields: Mapping[str, str | list[str] | bool],
    said: list[str],
) -> None:
    wheel = recipe(files, {"License-File": False, **fields})
    assert severities(artifacts.find("NK-LICENSE-MISSING@wheel", {DEMO: wheel})) == said


LONG = "x = 1  # " + "0123456789" * 110 + "\n"


@pytest.mark.parametrize(
    ("files", "count"),
    [
        pytest.param({"demo/a.py": LONG, "demo/b.py": LONG}, 1, id="two modules"),
        pytest.param({"demo/a.py": LONG, "demo/b.py": LONG, "demo/c/d.py": LONG}, 1, id="three are one finding"),
        pytest.param({"demo/a.py": LONG, "demo/b.py": LONG + "\n"}, 0, id="not the same"),
        pytest.param({"demo/a.py": "x = 1\n", "demo/b.py": "x = 1\n"}, 0, id="small"),
        pytest.param({"demo/a/__init__.py": LONG, "demo/b/__init__.py": LONG}, 0, id="packages"),
        pytest.param({"demo/a.json": LONG, "demo/b.json": LONG}, 0, id="data"),
        pytest.param({"demo/a.py": LONG, "demo/a.txt": LONG}, 0, id="another suffix"),
        pytest.param({"demo/a.py": LONG, "demo/_vendor/a.py": LONG}, 0, id="taken over"),
        pytest.param({"demo/a.py": LONG, "demo/tests/data/a.py": LONG}, 0, id="an input of tests"),
        pytest.param({"demo/LICENSE.py": LONG, "demo/x/LICENSE.py": LONG}, 0, id="licences"),
    ],
)
def test_the_same_bytes_twice_are_told_once(artifacts: Artifacts, files: Mapping[str, str | bool], count: int) -> None:
    assert severities(artifacts.find("NK-DUPLICATE-CONTENT", {DEMO: recipe(files)})) == ["info"] * count
