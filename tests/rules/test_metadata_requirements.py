# SPDX-License-Identifier: Apache-2.0
"""Requirements and extras of core metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import SDIST, WHEEL, core

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

_INVALID, _UNDECLARED, _SELF = "NK-METADATA-REQUIRES-DIST-INVALID", "NK-EXTRA-UNDECLARED", "NK-METADATA-SELF-DEPENDENCY"

_CASES = [
    pytest.param(_INVALID, core("Requires-Dist: a>>1", "Requires-Dist: b", "Requires-Dist: c d"), 2, id="two"),
    pytest.param(_INVALID, core("Requires-Dist: a (>=2.0.*)"), 1, id="legacy-specifier"),
    pytest.param(_INVALID, core("Requires-Dist: a; python_version > 3"), 1, id="marker-without-quotes"),
    pytest.param(_INVALID, core("Requires-Dist: a; extra = 'b'"), 1, id="single-equals"),
    pytest.param(_INVALID, core("Requires-Dist:"), 1, id="empty"),
    pytest.param(_INVALID, core("Requires-Dist: a; " + "(" * 4000 + "os_name=='a'" + ")" * 4000), 1, id="deep"),
    pytest.param(_INVALID, core("Requires-Dist: " + "a" * 20_000), 1, id="long"),
    pytest.param(_INVALID, core("Obsoletes-Dist: a @ https://a.org/b"), 1, id="address-of-an-obsolete-one"),
    pytest.param(_INVALID, core("Requires-Dist: A_b.c [x , Y] (>=1.0,<2) ; os_name=='nt'"), 0, id="every-part"),
    pytest.param(_INVALID, core("Provides-Dist: a (1.0)", "Provides-Dist: b (>=1); os_name == 'nt'"), 0, id="pep-345"),
    pytest.param(_INVALID, core("Requires-External: C"), 0, id="external"),
    pytest.param("NK-METADATA-DIRECT-URL", core("Requires-Dist: a @ file:///a"), 1, id="file"),
    pytest.param("NK-METADATA-DIRECT-URL", core("Requires-Dist: a[b]@ https://a.org/a ; extra=='c'"), 1, id="extra"),
    pytest.param("NK-METADATA-DIRECT-URL", core("Requires-Dist: a>=1"), 0, id="name"),
    pytest.param("NK-METADATA-DIRECT-URL", core("Project-URL: a, git+https://a.org"), 0, id="a-link"),
    pytest.param(_UNDECLARED, core("Requires-Dist: a; extra == 'x'"), 1, id="none-declared"),
    pytest.param(_UNDECLARED, core("Requires-Dist: a; 'x' == extra", "Provides-Extra: y"), 1, id="turned-round"),
    pytest.param(_UNDECLARED, core("Requires-Dist: a; extra=='x'", "Requires-Dist: b; extra=='X'"), 1, id="once"),
    pytest.param(_UNDECLARED, core("Requires-Dist: a; extra=='x' or extra == 'y'"), 2, id="either"),
    pytest.param(_UNDECLARED, core("Requires-Dist: a; (extra=='x_Y')", "Provides-Extra: X.y"), 0, id="normalised"),
    pytest.param(_UNDECLARED, core("Requires-Dist: a[x]; os_name == 'extra'"), 0, id="extra-of-another"),
    pytest.param(_UNDECLARED, core("Provides-Extra: empty"), 0, id="empty-extra"),
    pytest.param("NK-EXTRA-COLLISION", core("Provides-Extra: a-b", "Provides-Extra: a_b"), 1, id="dash"),
    pytest.param(
        "NK-EXTRA-COLLISION", core("Provides-Extra: a", "Provides-Extra: A", "Provides-Extra: a"), 2, id="three"
    ),
    pytest.param("NK-EXTRA-COLLISION", core("Provides-Extra: a", "Provides-Extra: a1"), 0, id="two-extras"),
    pytest.param(_SELF, core("Requires-Dist: DEMO"), 1, id="letter-case"),
    pytest.param(_SELF, core("Requires-Dist: demo[all]"), 1, id="extras-for-everybody"),
    pytest.param(_SELF, core("Requires-Dist: demo>=1; python_version < '3'"), 1, id="marker"),
    pytest.param(_SELF, core("Requires-Dist: demo; extra == 'x'"), 1, id="extra-without-extras"),
    pytest.param(_SELF, core("Requires-Dist: demo[a,b]; extra == 'x'"), 0, id="extra-of-extras"),
    pytest.param(_SELF, core("Requires-Dist: demo-core", "Requires-Dist: dem"), 0, id="names-alike"),
]


@pytest.mark.parametrize(("code", "recipe", "count"), _CASES)
def test_requirements_are_as_the_index_takes_them(artifacts: Artifacts, code: str, recipe: str, count: int) -> None:
    found = artifacts.find(code, {WHEEL: recipe})
    assert len(found) == count
    assert len(artifacts.find(code, {SDIST: recipe})) == count


def test_more_requirements_than_are_read_are_told(artifacts: Artifacts) -> None:
    found = artifacts.find(_INVALID, {WHEEL: core(*["Requires-Dist: a"] * 10_003)})
    assert [finding.message for finding in found] == ["there are 3 more `Requires-Dist` fields than are read"]
