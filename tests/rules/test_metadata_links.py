# SPDX-License-Identifier: Apache-2.0
"""Links of core metadata: their addresses, and their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import SDIST, WHEEL, core

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

_CASES = [
    pytest.param("NK-METADATA-URL-INVALID", core("Project-URL: a, acme.org"), 1, id="no-scheme"),
    pytest.param("NK-METADATA-URL-INVALID", core("Project-URL: a, ssh://acme.org", "Home-page: x"), 2, id="two"),
    pytest.param("NK-METADATA-URL-INVALID", core("Download-URL: ftp://acme.org"), 1, id="download"),
    pytest.param("NK-METADATA-URL-INVALID", core("Project-URL: a,"), 1, id="empty"),
    pytest.param("NK-METADATA-URL-INVALID", core("Project-URL: a, https://"), 1, id="no-host"),
    pytest.param("NK-METADATA-URL-INVALID", core("Project-URL: https://acme.org"), 0, id="no-label-is-another-code"),
    pytest.param("NK-METADATA-URL-INVALID", core("Project-URL: a,https://acme.org/a,b"), 0, id="comma-in-the-path"),
    pytest.param("NK-METADATA-URL-INVALID", core("Home-page:", "Download-URL: UNKNOWN"), 0, id="nothing-said"),
    pytest.param("NK-METADATA-URL-LABEL", core("Project-URL: , https://acme.org"), 1, id="empty-label"),
    pytest.param("NK-METADATA-URL-LABEL", core("Project-URL: acme"), 1, id="no-comma"),
    pytest.param("NK-METADATA-URL-LABEL", core(f"Project-URL: {'a' * 33}, https://acme.org"), 1, id="long"),
    pytest.param(
        "NK-METADATA-URL-LABEL", core("Project-URL: a, https://a.b", "Project-URL: a, https://a.b"), 1, id="twice"
    ),
    pytest.param("NK-METADATA-URL-LABEL", core(f"Project-URL: {'ü' * 32}, https://acme.org"), 0, id="just-not-long"),
    pytest.param(
        "NK-METADATA-URL-LABEL", core("Project-URL: a, https://a.b", "Project-URL: A, https://a.b"), 0, id="case"
    ),
]


@pytest.mark.parametrize("name", [WHEEL, SDIST])
@pytest.mark.parametrize(("code", "recipe", "count"), _CASES)
def test_links_are_as_the_index_takes_them(artifacts: Artifacts, code: str, recipe: str, count: int, name: str) -> None:
    assert len(artifacts.find(code, {name: recipe})) == count
