# SPDX-License-Identifier: Apache-2.0
"""PKG-INFO against the sdist's pyproject.toml, and against wheels of the same release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

CODE = "NK-SDIST-METADATA-DRIFT"
SDIST = "demo-1.0.tar.gz"
WHEEL = "demo-1.0-py3-none-any.whl"


def _own(artifacts: Artifacts, project: str, metadata: str = "") -> list[str]:
    """The fields in which PKG-INFO differs from this [project] table."""
    recipe = f"[pyproject]\ntext = '''\n[project]\nname = \"demo\"\n{project}\n'''\n[metadata]\n{metadata}\n"
    found = artifacts.find(f"{CODE}", {SDIST: recipe})
    return sorted(finding.message.split("`")[1] for finding in found)


@pytest.mark.parametrize(
    ("project", "metadata", "fields"),
    [
        ('version = "1.0"', "", []),
        ('version = "1.0.0"', "", []),
        ('version = "1.1"', "", ["Version"]),
        ('dynamic = ["version"]', "", []),
        ('description = "A demonstration"', "", []),
        ('description = " A   demonstration "', "", []),
        ('description = "Another"', "", ["Summary"]),
        ('description = "Another"\ndynamic = ["description"]', "", []),
        ('requires-python = ">= 3.10"', "", []),
        ('requires-python = "<4,>=3.10"', 'Requires-Python = ">=3.10, <4"', []),
        ('requires-python = ">=3.11"', "", ["Requires-Python"]),
        ('requires-python = ">=3.10"', "Requires-Python = false", ["Requires-Python"]),
        ('requires-python = ">=3.10"', 'Requires-Python = ">=K"', ["Requires-Python"]),
        ('requires-python = ">=K"', "", ["Requires-Python"]),
        ('license = "MIT"', "", []),
        ('license = "mit"', "", []),
        ('license = "Apache-2.0"', "", ["License-Expression"]),
        ('license = "MIT"', 'License-Expression = false\nLicense = "MIT"', []),
        ('license = { file = "LICENSE" }', "", []),
        ('keywords = ["a b", "c"]', 'Keywords = "c,a b"', []),
        ('keywords = ["a", "c"]', 'Keywords = "a c"', []),
        ('keywords = ["a", "c"]', "", ["Keywords"]),
        ('classifiers = ["Typing :: Typed"]', 'Classifier = ["Typing :: Typed", "Topic :: Software Development"]', []),
        ('classifiers = ["Typing :: Typed"]', "", ["Classifier"]),
        ('urls.Homepage = "https://a.example/"', 'Project-URL = "homepage, https://a.example/"', []),
        ('urls.Homepage = "https://a.example/"', 'Home-page = "https://a.example/"', []),
        ('urls.Homepage = "https://a.example/"', 'Project-URL = "Homepage, https://b.example/"', ["Project-URL"]),
        ('authors = [{ name = "A", email = "a@b.example" }]', 'Author-email = "A <A@b.example>"', []),
        ('authors = [{ email = "a@b.example" }, { email = "c@d.example" }]', 'Author-email = "c@d.example"', []),
        ('authors = [{ email = "a@b.example" }]', 'Author-email = "c@d.example"', ["Author-email"]),
        ('authors = [{ name = "A" }]', "", []),
        ('dependencies = ["Packaging >= 24"]', 'Requires-Dist = "packaging>=24"', []),
        ('dependencies = ["a[Y,x]"]', 'Requires-Dist = "A[x,y]"', []),
        ('dependencies = ["a>=1.0"]', 'Requires-Dist = "a>=1.0.0"', []),
        ('dependencies = ["a ~= 1.0"]', 'Requires-Dist = "a (~=1.0)"', []),
        ('dependencies = ["a; os_name==\\"nt\\""]', "Requires-Dist = \"a ; (os_name == 'nt')\"", []),
        ('dependencies = ["a"]', "", ["Requires-Dist"]),
        ("dependencies = []", 'Requires-Dist = "a"', ["Requires-Dist"]),
        ('dependencies = ["a>=1"]', 'Requires-Dist = "a>=2"', ["Requires-Dist"]),
        ('dependencies = ["a"]', 'Requires-Dist = "a[x]"', ["Requires-Dist"]),
        ('dependencies = ["a"]', "Requires-Dist = \"a; os_name == 'nt'\"", ["Requires-Dist"]),
        ('dependencies = ["a"]\ndynamic = ["dependencies"]', "", []),
        ('dependencies = ["a >> 1"]', "", []),
        (
            'optional-dependencies.Dev_X = ["a; os_name==\\"nt\\""]',
            "Provides-Extra = \"dev-x\"\nRequires-Dist = \"a; extra == 'dev-x' and os_name == 'nt'\"",
            [],
        ),
        (
            'optional-dependencies.x = ["a; os_name==\\"nt\\" or os_name==\\"posix\\""]',
            "Provides-Extra = \"x\"\nRequires-Dist = \"a; (os_name == 'posix' or os_name == 'nt') and extra == 'x'\"",
            [],
        ),
        (
            'optional-dependencies.x = ["a"]',
            'Provides-Extra = "x"\nRequires-Dist = "a; extra == \'y\'"',
            ["Requires-Dist"],
        ),
        ("optional-dependencies.x = []", "", ["Provides-Extra"]),
    ],
)
def test_pkg_info_against_the_project_table(
    artifacts: Artifacts, project: str, metadata: str, fields: list[str]
) -> None:
    assert _own(artifacts, project, metadata) == fields


@pytest.mark.parametrize(
    "text",
    ["", "[tool.x]", "x = [", "project = 3", '[project]\nname = "demo"\ndependencies = 3', "x = " + "[" * 5000],
    ids=["empty", "no-project", "no-toml", "a-number", "no-list", "nested"],
)
def test_a_manifest_that_says_nothing_differs_in_nothing(artifacts: Artifacts, text: str) -> None:
    assert artifacts.find(CODE, {SDIST: f"[pyproject]\ntext = '''\n{text}\n'''"}) == []


@pytest.mark.parametrize(
    ("sdist", "wheel", "fields"),
    [
        ("", "", []),
        ("", 'Requires-Dist = "a"', ["Requires-Dist"]),
        ('Dynamic = "Requires-Dist"', 'Requires-Dist = "a"', []),
        ('Dynamic = "requires-dist"', 'Requires-Dist = "a"', []),
        ('Metadata-Version = "2.1"\nLicense-File = false', 'Requires-Dist = "a"', []),
        ('Requires-Dist = ["a", "b>=1,<2"]', 'Requires-Dist = ["B<2,>=1", "A"]', []),
        ("", 'Requires-Python = ">= 3.10"', []),
        ("", 'Requires-Python = ">=3.9"', ["Requires-Python"]),
        ("", 'Metadata-Version = "2.5"', []),
        ("", 'Summary = "Another"', ["Summary"]),
        ("", 'body = "# another"', ["Description"]),
        ("", 'body = "#  demo\\r\\n"', []),
        ("", 'Platform = "any"', []),
        ('Provides-Extra = "A_b"', 'Provides-Extra = "a-b"', []),
        ('Keywords = "a"', "", ["Keywords"]),
        ('Classifier = ["B", "A"]', 'Classifier = ["A", "B"]', []),
    ],
)
def test_pkg_info_against_a_wheel(artifacts: Artifacts, sdist: str, wheel: str, fields: list[str]) -> None:
    files: dict[str, str | bytes] = {SDIST: f"[metadata]\n{sdist}", WHEEL: f"[metadata]\n{wheel}"}
    found = artifacts.find(f"{CODE}@release", files)
    assert sorted(finding.message.split("`")[1] for finding in found) == fields


def test_a_wheel_of_another_version_is_not_compared(artifacts: Artifacts) -> None:
    files: dict[str, str | bytes] = {SDIST: "", "demo-1.1-py3-none-any.whl": '[metadata]\nRequires-Dist = "a"'}
    assert artifacts.find(f"{CODE}@release", files) == []


def test_a_field_is_told_once_for_all_wheels(artifacts: Artifacts) -> None:
    wheels = {f"demo-1.0-cp31{minor}-cp31{minor}-win_amd64.whl": '[metadata]\nKeywords = "a"' for minor in range(4)}
    assert len(artifacts.find(f"{CODE}@release", {SDIST: "", **wheels})) == 1
