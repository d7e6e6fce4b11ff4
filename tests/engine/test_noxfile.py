# SPDX-License-Identifier: Apache-2.0
"""Scripts that the project's environment does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Finding, Outcome, Severity, Status
from noxkit.engine._noxfile import without_noxfile_imports

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "line", "group", "kept"),
    [
        pytest.param("noxfile.py", 1, "import-missing", False, id="nox-has-it"),
        pytest.param("noxfile.py", 2, "import-missing", True, id="nox-has-it-not"),
        pytest.param("noxfile.py", 1, "argument", True, id="another-finding"),
        pytest.param("setup.py", 1, "import-missing", False, id="sortedcontainers-setuptools"),
        pytest.param("sub/setup.py", 1, "import-missing", False, id="setup-of-a-member"),
        pytest.param("setup.py", 1, "argument", True, id="another-finding-of-setup"),
        pytest.param("src/a.py", 1, "import-missing", True, id="the-project"),
    ],
)
def test_imports_of_other_environments_are_no_findings(
    tmp_path: Path, path: str, *, line: int, group: str, kept: bool
) -> None:
    (tmp_path / "noxfile.py").write_text("import nox\nimport not_there_at_all\n")
    finding = Finding(
        code="ty:x", task="ty", severity=Severity.ERROR, message="m", hint="h", path=path, line=line, group=group
    )
    outcome = without_noxfile_imports(Outcome(name="ty", status=Status.PASSED, findings=(finding,)), tmp_path)
    assert bool(outcome.findings) is kept
