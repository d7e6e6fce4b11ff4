# SPDX-License-Identifier: Apache-2.0
"""Files that Python reads at each start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._wheels import DEMO, recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts


@pytest.mark.parametrize(
    ("code", "files", "lines"),
    [
        pytest.param("PTH-EDITABLE", {"__editable__.demo-1.0.pth": "x\n"}, [None], id="by its name"),
        pytest.param("PTH-EDITABLE", {"__editable___demo_1_0_finder.py": ""}, [None], id="its finder"),
        pytest.param("PTH-EDITABLE", {"demo.pth": "a\n/home/x/src\n"}, [2], id="an absolute path"),
        pytest.param("PTH-EDITABLE", {"demo.pth": "C:\\src\n"}, [1], id="a drive"),
        pytest.param("PTH-EDITABLE", {"demo.pth": "../src\n"}, [1], id="upwards"),
        pytest.param("PTH-EDITABLE", {"demo.pth": "a/../../src\n"}, [1], id="upwards from below"),
        pytest.param("PTH-EDITABLE", {"demo.pth": "\ufeff/src\n"}, [1], id="behind a byte order mark"),
        pytest.param("PTH-EDITABLE", {"demo-1.0.data/purelib/demo.pth": "/src\n"}, [1], id="in a scheme"),
        pytest.param("PTH-EDITABLE", {"demo.pth": "a/b\n# /src\n..a\n"}, [], id="below, comments, dots in a name"),
        pytest.param("PTH-EDITABLE", {"demo/x.pth": "/src\n", "demo/__editable__.py": ""}, [], id="not at the top"),
        pytest.param("PTH-CODE", {"demo.pth": "import demo\n"}, [1], id="an import"),
        pytest.param("PTH-CODE", {"demo.pth": "a\nimport\tdemo; demo.x()\n"}, [2], id="behind a tab"),
        pytest.param("PTH-CODE", {"demo.pth": "import a\nimport b\n"}, [1], id="once a file"),
        pytest.param("PTH-CODE", {"demo.pth": "imports\n# import a\n import a\n"}, [], id="alike"),
        pytest.param("PTH-CODE", {"distutils-precedence.pth": "import os\n"}, [], id="setuptools"),
        pytest.param("PTH-CODE", {"a1_coverage.pth": "import coverage\n"}, [], id="coverage"),
        pytest.param("PTH-CODE", {"demo-3.8-nspkg.pth": "import sys\n"}, [], id="an old namespace"),
        pytest.param("PTH-CODE", {"demo/start.pth": "import demo\n"}, [], id="not at the top"),
    ],
)
def test_what_python_reads_at_its_start_is_looked_at(
    artifacts: Artifacts, code: str, files: Mapping[str, str | bool], lines: list[int | None]
) -> None:
    assert [finding.line for finding in artifacts.find(f"NK-{code}", {DEMO: recipe(files)})] == lines
