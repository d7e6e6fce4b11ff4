# SPDX-License-Identifier: Apache-2.0
"""The line that accepts a finding: a comment where one can stand, else an entry; none where it would accept all."""

from __future__ import annotations

from typing import Any

import pytest

from noxkit.report._accept import acceptance

from .sample import finding


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param(
            {"code": "ruff:F401", "path": "a.py", "line": 1},
            "`# noxkit: ignore[ruff:F401] REASON` on that line",
            id="on its line",
        ),
        pytest.param(
            {"code": "NK-X", "path": "a.md", "line": 1},
            '`ignore = [{ code = "NK-X", path = "a.md", reason = "REASON" }]` in [tool.noxkit]',
            id="where noxkit reads no comments",
        ),
        pytest.param(
            {"code": "NK-X", "path": "dist/a-1.0-py3-none-any.whl/a/b.py", "line": 1},
            '`ignore = [{ code = "NK-X", source = "wheel", path = "a/b.py", reason = "REASON" }]` in [tool.noxkit]',
            id="in a wheel, where no comment can be written",
        ),
        pytest.param(
            {"code": "NK-X", "path": "dist/a-1.0-py3-none-any.whl/a-1.0.dist-info/RECORD", "line": 2},
            '`ignore = [{ code = "NK-X", source = "wheel", path = "*.dist-info/RECORD", reason = "REASON" }]` '
            "in [tool.noxkit]",
            id="in a folder that has the version in its name",
        ),
        pytest.param(
            {"code": "NK-X", "path": "dist/a-1.0-py3-none-any.whl/a-1.0.dist-info"},
            '`ignore = [{ code = "NK-X", source = "wheel", path = "*.dist-info", reason = "REASON" }]` '
            "in [tool.noxkit]",
            id="such a folder itself",
        ),
        pytest.param(
            {"code": "NK-X", "path": "dist/a-1.0-py3-none-any.whl"},
            '`ignore = [{ code = "NK-X", source = "wheel", reason = "REASON" }]` in [tool.noxkit]',
            id="a wheel itself",
        ),
        pytest.param(
            {"code": "NK-X", "path": "dist/a-1.0.tar.gz/a-1.0/src/a.py", "line": 1},
            '`ignore = [{ code = "NK-X", source = "sdist", path = "src/a.py", reason = "REASON" }]` in [tool.noxkit]',
            id="in an sdist, below its one folder",
        ),
        pytest.param({"code": "NK-COMMIT-FORMAT", "path": None}, None, id="a commit, of which there are others"),
        pytest.param({"code": "NK-COMMIT-FORMAT", "path": "COMMIT_EDITMSG", "line": 1}, None, id="a message"),
        pytest.param({"code": "NK-PULL-REQUEST", "path": None}, None, id="a description"),
        pytest.param({"code": "NK-IGNORE-UNUSED", "path": "a.py", "line": 1}, None, id="about what is accepted"),
    ],
)
def test_what_accepts_a_finding(changes: dict[str, Any], text: str | None) -> None:
    assert acceptance([finding(**changes)]) == text
