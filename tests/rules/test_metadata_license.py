# SPDX-License-Identifier: Apache-2.0
"""The licence that core metadata state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import SDIST, WHEEL, core

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

_EXPRESSION, _MISSING, _BAD = (
    "NK-LICENSE-EXPRESSION-INVALID",
    "NK-LICENSE-FILE-MISSING",
    "NK-LICENSE-FILE-BAD-PATH",
)
_ELSEWHERE = '[files]\n"{info}/NOTICE" = "a"\n"demo/NOTICE" = "a"\n'

_CASES = [
    pytest.param("NK-LICENSE-BOTH", core("License: a", "License-Expression: MIT"), 1, id="both"),
    pytest.param("NK-LICENSE-BOTH", core("license-expression: ?", "License: a\n b"), 1, id="folded"),
    pytest.param("NK-LICENSE-BOTH", core("License: UNKNOWN", "License-Expression: MIT"), 0, id="unknown"),
    pytest.param("NK-LICENSE-BOTH", core("License:", "License-Expression: MIT"), 0, id="empty"),
    pytest.param("NK-LICENSE-BOTH", core("License: MIT", "License-File: LICENSE"), 0, id="old-field-and-file"),
    pytest.param(_EXPRESSION, core("License-Expression: Apache 2.0"), 1, id="two-words"),
    pytest.param(_EXPRESSION, core("License-Expression: BSD"), 1, id="no-identifier"),
    pytest.param(_EXPRESSION, core("License-Expression: MIT OR"), 1, id="open-end"),
    pytest.param(_EXPRESSION, core("License-Expression: (MIT"), 1, id="open-parenthesis"),
    pytest.param(_EXPRESSION, core("License-Expression: MIT/Apache-2.0"), 1, id="slash"),
    pytest.param(_EXPRESSION, core("License-Expression: " + "(" * 4000 + "MIT" + ")" * 4000), 1, id="deep"),
    pytest.param(_EXPRESSION, core("License-Expression: mit and apache-2.0"), 0, id="lower-case"),
    pytest.param(_EXPRESSION, core("License-Expression: LicenseRef-a.b-1"), 0, id="own-reference"),
    pytest.param(_EXPRESSION, core("License-Expression: GPL-2.0-or-later WITH Bison-exception-2.2"), 0, id="with"),
    pytest.param(_EXPRESSION, core("License: anything"), 0, id="old-field"),
    pytest.param(_MISSING, core("License-File: NOTICE"), 1, id="absent"),
    pytest.param(_MISSING, core("License-File: license"), 1, id="letter-case"),
    pytest.param(_MISSING, core("License-File: NOTICE") + _ELSEWHERE, 1, id="elsewhere"),
    pytest.param(_MISSING, core("License-File: ../NOTICE"), 0, id="bad-path-is-another-code"),
    pytest.param(_MISSING, core("License-File: LICENSE"), 0, id="there"),
    pytest.param(_MISSING, core("License-File: NOTICE", version="2.3"), 0, id="old-metadata"),
    pytest.param(_BAD, core("License-File: a/../../b"), 1, id="leads-out"),
    pytest.param(_BAD, core("License-File: /etc/passwd"), 1, id="absolute"),
    pytest.param(_BAD, core("License-File: C:/a"), 1, id="drive"),
    pytest.param(_BAD, core("License-File: a\\b"), 1, id="backslash"),
    pytest.param(_BAD, core("License-File: LICENSE*"), 1, id="pattern"),
    pytest.param(_BAD, core("License-File: " + "a/" * 5000), 1, id="endless"),
    pytest.param(_BAD, core("License-File: a b/[c] é"), 0, id="strange-but-right"),
    pytest.param(_BAD, core("License-File: ../a", version="2.1"), 0, id="old"),
]


@pytest.mark.parametrize(("code", "recipe", "count"), _CASES)
def test_the_licence_is_as_the_index_takes_it(artifacts: Artifacts, code: str, recipe: str, count: int) -> None:
    assert len(artifacts.find(code, {WHEEL: recipe})) == count


def test_licence_files_of_an_sdist_lie_below_its_folder(artifacts: Artifacts) -> None:
    assert artifacts.find(_MISSING, {SDIST: core("License-File: LICENSE")}) == []
    assert len(artifacts.find(_MISSING, {SDIST: core("License-File: licenses/LICENSE")})) == 1
