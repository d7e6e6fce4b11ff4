# SPDX-License-Identifier: Apache-2.0
"""Import-Name and Import-Namespace against the modules of a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._core_metadata import SDIST, WHEEL, core

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts


@pytest.mark.parametrize(
    ("lines", "files", "count"),
    [
        pytest.param(["Import-Name: other"], {}, 2, id="absent-and-unlisted"),
        pytest.param(["Import-Name: demo"], {"more.py": ""}, 1, id="unlisted"),
        pytest.param(["Import-Name: demo.sub"], {}, 1, id="absent-below"),
        pytest.param(["Import-Namespace: demo"], {}, 1, id="namespace-that-is-regular"),
        pytest.param(["Import-Name: demo", "Import-Namespace: demo"], {}, 1, id="both"),
        pytest.param(["Import-Name: class"], {}, 1, id="keyword"),
        pytest.param(["Import-Name: demo; public"], {}, 1, id="unknown-option"),
        pytest.param(["Import-Name:"], {}, 1, id="says-nothing-is-importable"),
        pytest.param(["Import-Name: demo"], {}, 0, id="right"),
        pytest.param(["Import-Name: demo;private"], {"_x.py": "", "x-y.py": ""}, 0, id="private"),
        pytest.param(
            ["Import-Name: demo", "Import-Name: a.b", "Import-Namespace: a"], {"a/b.py": ""}, 0, id="namespace"
        ),
        pytest.param(["Import-Namespace: a"], {"a/b/__init__.py": ""}, 0, id="namespace-alone"),
        pytest.param(["Import-Name: demo", "Import-Name: c"], {"demo-1.0.data/purelib/c.py": ""}, 0, id="data-folder"),
        pytest.param([], {"more.py": ""}, 0, id="no-field"),
    ],
)
def test_import_names(artifacts: Artifacts, lines: list[str], files: dict[str, str], count: int) -> None:
    listed = "".join(f'"{path}" = "{content}"\n' for path, content in files.items())
    found = artifacts.find("NK-IMPORT-NAME-MISMATCH", {WHEEL: f"{core(*lines, version='2.5')}[files]\n{listed}"})
    assert len(found) == count


def test_an_sdist_is_judged_by_the_form_of_its_names(artifacts: Artifacts) -> None:
    found = artifacts.find(
        "NK-IMPORT-NAME-MISMATCH", {SDIST: core("Import-Name: a-b", "Import-Name: c", version="2.5")}
    )
    assert len(found) == 1
