# SPDX-License-Identifier: Apache-2.0
"""What packages depend on: defects in every spelling, and look-alikes that stay silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker

from noxkit.rules._requirements import overlapping

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "acme"\nversion = "1.0"\nrequires-python = ">=3.10"\n'
BUILT = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n' + HEAD


def _found(rules: RuleTree, code: str, pyproject: str, **files: str) -> list[tuple[int | None, int | None]]:
    findings = rules.find(code, {"pyproject.toml": pyproject, **files})
    assert all(finding.path == "pyproject.toml" and finding.hint for finding in findings)
    return [(finding.line, finding.column) for finding in findings]


_UNBOUND = [
    pytest.param(HEAD + 'dependencies = ["a"]', [(5, 17)], id="bare"),
    pytest.param(HEAD + 'dependencies = ["a<2"]', [(5, 17)], id="upper-bound-alone"),
    pytest.param(HEAD + 'dependencies = ["a!=2"]', [(5, 17)], id="exclusion-alone"),
    pytest.param(HEAD + 'dependencies = ["a[b]; python_version >= \'3.12\'"]', [(5, 17)], id="bound-in-the-marker"),
    pytest.param(HEAD + 'dependencies = [\n  # "b",\n  "a (<=2)",\n]', [(7, 3)], id="behind-a-comment"),
    pytest.param(HEAD + 'optional-dependencies.x = ["a"]', [(5, 28)], id="in-an-extra"),
    pytest.param(HEAD + '[project.optional-dependencies]\n"x.y" = ["a>=1", "b"]', [(6, 18)], id="in-a-quoted-extra"),
    pytest.param(HEAD + 'dependencies = ["a"]\n[tool.uv.sources]\na = { index = "corp" }', [(5, 17)], id="an-index"),
    pytest.param(BUILT + 'dependencies = ["a"]\n[tool.uv.sources]\na = { workspace = true }', [(9, 17)],
                 id="a-source-is-not-published"),
    pytest.param("project = {name = 'acme', version = '1', dependencies = ['a']}", [(1, 58)], id="inline-table"),
    pytest.param(HEAD + 'dependencies = ["a>=1", "b>1", "c==1", "d~=1.2", "e===x", "f==1.*", "g>=1,<2"]', [],
                 id="bound"),
    pytest.param(HEAD + 'dependencies = ["a @ https://a.org/a.whl"]', [], id="url"),
    pytest.param(HEAD + '# dependencies = ["a"]', [], id="commented-out"),
    pytest.param(HEAD + 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["r.txt"]}', [],
                 id="dynamic"),
    pytest.param(HEAD + '[dependency-groups]\ndev = ["pytest"]', [], id="group"),
    pytest.param(HEAD + '[tool.other]\ndependencies = ["pytest"]', [], id="another-table"),
    pytest.param(HEAD + 'dependencies = ["b!!", 3]', [], id="no-requirement"),
    pytest.param(HEAD + '[project.optional-dependencies]\nx = ["a>=1"]\nall = ["acme[x]"]', [], id="own-extra"),
    pytest.param(HEAD + 'dependencies = ["a_b"]\n[tool.uv.sources]\nA-b = { workspace = true }', [], id="member"),
    pytest.param(HEAD + 'dependencies = ["a"]\n[tool.uv.sources]\na = [{ path = "../a" }]', [], id="path-source"),
    pytest.param('[tool.poetry]\nname = "acme"\nversion = "1"\n[tool.poetry.dependencies]\na = "*"', [], id="poetry"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "expected"), _UNBOUND)
def test_a_dependency_needs_a_lower_bound(rules: RuleTree, pyproject: str, expected: list[tuple[int, int]]) -> None:
    assert _found(rules, "NK-DEPENDENCY-UNBOUNDED", pyproject) == expected


@pytest.mark.parametrize(
    ("files", "example"),
    [
        pytest.param(
            {"m/pyproject.toml": HEAD.replace("acme", "a").replace("1.0", "0.1.0")}, "a>=0.1.0", id="a member's"
        ),
        pytest.param({"uv.lock": 'version = 1\n[[package]]\nname = "a"\nversion = "7.3"\n'}, "a>=7.3", id="the locked"),
        pytest.param({}, "a>=1.2", id="none is known"),
    ],
)
def test_the_hint_names_a_version_that_there_is(rules: RuleTree, files: dict[str, str], example: str) -> None:
    pyproject = BUILT + 'dependencies = ["a"]\n[tool.uv.workspace]\nmembers = ["m*"]\n'
    other = {"m2/pyproject.toml": HEAD.replace("acme", "other")}
    (found,) = rules.find("NK-DEPENDENCY-UNBOUNDED", {"pyproject.toml": pyproject, **other, **files})
    assert f"`{example}`" in found.hint


_PINNED = [
    pytest.param(BUILT + 'dependencies = ["a==1.2"]', [(9, 17)], id="pin"),
    pytest.param(BUILT + 'dependencies = ["a[b] == 1.2 ; os_name == \'nt\'"]', [(9, 17)], id="pin-with-marker"),
    pytest.param(BUILT + 'dependencies = ["a===1.2-x"]', [(9, 17)], id="arbitrary-equality"),
    pytest.param(BUILT + 'dependencies = ["a>=1,==1.2"]', [(9, 17)], id="pin-in-a-range"),
    pytest.param(BUILT + 'dependencies = ["a (==1.2)"]', [(9, 17)], id="parentheses"),
    pytest.param(BUILT + 'optional-dependencies = { x = ["b>=1", "a==1"] }', [(9, 40)], id="in-an-extra"),
    pytest.param(HEAD + 'dependencies = ["a==1.2"]', [], id="not-published"),
    pytest.param(BUILT + 'dependencies = ["a==1.2"]\nclassifiers = ["Private :: Do Not Upload"]', [], id="private"),
    pytest.param(BUILT + 'dependencies = ["a==1.*"]', [], id="a-series"),
    pytest.param(BUILT + 'dependencies = ["a>=1; python_version == \'3.12\'"]', [], id="marker"),
    pytest.param(BUILT + 'dependencies = ["a~=1.2", "b>=1,!=1.3", "c<=1"]', [], id="ranges"),
    pytest.param(BUILT + 'dependencies = ["a @ git+https://x.org/a@v1"]', [], id="url"),
    pytest.param(BUILT + '[dependency-groups]\ndev = ["a==1"]', [], id="group"),
    pytest.param(BUILT + '[project.optional-dependencies]\nx = []\nall = ["acme[x]==1.0"]', [], id="own-extra"),
    pytest.param('[tool.poetry]\nname = "acme"\nversion = "1"\n[tool.poetry.dependencies]\na = "1.0"', [], id="poetry"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "expected"), _PINNED)
def test_a_published_package_pins_nothing(rules: RuleTree, pyproject: str, expected: list[tuple[int, int]]) -> None:
    assert _found(rules, "NK-DEPENDENCY-PINNED", pyproject) == expected


_DUPLICATE = [
    pytest.param('"a", "a"', [(5, 22)], id="same"),
    pytest.param('"a-b>=1", "A_b<2"', [(5, 27)], id="another-spelling"),
    pytest.param('"a.b", "c", "a--b"', [(5, 29)], id="not-beside-each-other"),
    pytest.param('"a[x]", "a[y]"', [(5, 25)], id="other-extras"),
    pytest.param("\"a\", \"a; python_version < '3.12'\"", [(5, 22)], id="one-without-marker"),
    pytest.param("\"a; python_version <= '3.12'\", \"a>2; python_version >= '3.12'\"", [(5, 48)], id="one-minor"),
    pytest.param("\"a; sys_platform == 'win32'\", \"a>2; platform_system == 'Windows'\"", [(5, 47)], id="two-names"),
    pytest.param("\"a; python_version < '3.12'\", \"a>2; sys_platform == 'win32'\"", [(5, 47)], id="two-questions"),
    pytest.param('"a", "a @ https://a.org/a.whl"', [(5, 22)], id="url"),
    pytest.param("\"a; python_version < '3.12'\", \"a; python_version >= '3.12'\"", [], id="split-by-python"),
    pytest.param("\"a; python_full_version < '3.12.4'\", \"a; python_full_version >= '3.12.4'\"", [], id="by-patch"),
    pytest.param("\"a; sys_platform == 'win32'\", \"a; sys_platform != 'win32'\"", [], id="split-by-platform"),
    pytest.param("\"a; sys_platform == 'win32'\", \"a; platform_system != 'Windows'\"", [], id="split-by-two-names"),
    pytest.param("\"a; os_name == 'nt'\", \"a; sys_platform == 'linux'\"", [], id="nt-is-not-linux"),
    pytest.param("\"a; implementation_name == 'pypy'\", \"a; platform_python_implementation == 'CPython'\"", [],
                 id="split-by-implementation"),
    pytest.param("\"a; platform_machine == 'ppc64'\", \"a; platform_machine in 'x86_64 aarch64'\"", [],
                 id="by-machine"),
    pytest.param('"a", "a-b", "ab"', [], id="other-names"),
    pytest.param('"a"]\noptional-dependencies.x = ["a>=2"', [], id="extra-narrows"),
    pytest.param('"a"]\n# dependencies = ["a"', [], id="commented-out"),
]  # fmt: skip


@pytest.mark.parametrize(("listed", "expected"), _DUPLICATE)
def test_a_list_names_a_distribution_once(rules: RuleTree, listed: str, expected: list[tuple[int, int]]) -> None:
    assert _found(rules, "NK-DEPENDENCY-DUPLICATE", f"{HEAD}dependencies = [{listed}]\n") == expected


_MARKERS = [
    pytest.param("python_version < '3.9'", "python_version >= '3.8' and python_version < '3.10'", True,
                 id="shared-minor"),
    pytest.param("python_version < '3.9'", "python_version >= '3.9' or os_name == 'nt'", True, id="or"),
    pytest.param("sys_platform == 'sunos5'", "platform_system == 'sunos5'", True, id="unknown-platform"),
    pytest.param("sys_platform == 'sunos5'", "sys_platform == 'linux'", False, id="unknown-is-not-linux"),
    pytest.param("extra == 'x'", "extra == 'y'", False, id="extras"),
    pytest.param("python_version == '2.7'", "python_version >= '3'", False, id="python-2"),
    pytest.param("python_version in '3.10, 3.11'", "python_version == '3.11'", True, id="in"),
    pytest.param("python_version not in '3.10'", "python_version == '3.10'", False, id="not-in"),
    pytest.param("platform_release >= '5'", "platform_release < '5'", False, id="release"),
    pytest.param("python_version >= 'x'", "python_version < 'x'", False, id="no-version"),
    pytest.param("'linux' in sys_platform", "sys_platform == 'linux'", True, id="reversed"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "expected"), _MARKERS)
def test_markers_overlap_where_one_environment_satisfies_both(first: str, second: str, *, expected: bool) -> None:
    assert overlapping(Marker(first), Marker(second)) is expected
    assert overlapping(Marker(second), Marker(first)) is expected


_EXTRA = '[project.optional-dependencies]\nx = ["b"]\n'
_SELF = [
    pytest.param(HEAD + 'dependencies = ["acme"]', [(5, 17)], id="bare"),
    pytest.param(HEAD + 'dependencies = ["ACME >= 1"]', [(5, 17)], id="another-spelling"),
    pytest.param(HEAD + "dependencies = [\"acme; os_name == 'nt'\"]", [(5, 17)], id="marker"),
    pytest.param(HEAD + 'dependencies = ["acme @ file:///x"]', [(5, 17)], id="url"),
    pytest.param(HEAD + 'dependencies = ["acme[]"]', [(5, 17)], id="no-extra"),
    pytest.param(HEAD + _EXTRA + 'all = ["acme"]', [(7, 8)], id="in-an-extra"),
    pytest.param(HEAD + _EXTRA + 'all = ["acme[y]"]', [(7, 8)], id="unknown-extra"),
    pytest.param(HEAD + _EXTRA + 'all = ["acme[x,y]"]', [(7, 8)], id="one-unknown-extra"),
    pytest.param('[project]\nname = "A.c_Me"\nversion = "1"\ndependencies = ["a-c-me"]', [(4, 17)], id="normalised"),
    pytest.param(HEAD + _EXTRA + 'all = ["acme[x]"]', [], id="own-extra"),
    pytest.param(HEAD + _EXTRA + 'Y_z = []\nall = ["Acme[X,y-Z]==1.0"]', [], id="own-extras-in-another-spelling"),
    pytest.param(HEAD + 'dynamic = ["optional-dependencies"]\ndependencies = ["acme[y]"]', [], id="dynamic-extras"),
    pytest.param(HEAD + 'dependencies = ["acme-core", "acme2", "ac.me"]', [], id="other-names"),
    pytest.param(HEAD + _EXTRA + '[dependency-groups]\ndev = ["acme[x]"]', [], id="group"),
    pytest.param(HEAD + 'description = "acme"\nkeywords = ["acme"]', [], id="other-keys"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "expected"), _SELF)
def test_a_package_does_not_depend_on_itself(rules: RuleTree, pyproject: str, expected: list[tuple[int, int]]) -> None:
    assert _found(rules, "NK-DEPENDENCY-SELF", pyproject) == expected


_KINDS = '[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\npublish = {}\n'
_URL = [
    pytest.param(BUILT + 'dependencies = ["a @ https://x.org/a.whl"]', [(9, 17)], id="wheel"),
    pytest.param(BUILT + 'dependencies = ["a@git+ssh://git@x.org/a.git@main"]', [(9, 17)], id="git-without-space"),
    pytest.param(BUILT + 'dependencies = ["a[b] @ file:///x/a ; os_name == \'nt\'"]', [(9, 17)], id="file-and-marker"),
    pytest.param(BUILT + '[project.optional-dependencies]\nx = ["a @ https://x.org/a.whl"]', [(10, 6)], id="extra"),
    pytest.param(BUILT + 'dependencies = ["a @ {root:uri}/a"]', [(9, 17)], id="hatch-context"),
    pytest.param(HEAD + 'dependencies = ["a @ https://x.org/a.whl"]\n' + _KINDS.format("true"), [(5, 17)], id="kind"),
    pytest.param(BUILT + 'dependencies = ["a @ https://x.org/a.whl"]\n' + _KINDS.format("false"), [],
                 id="kind-private"),
    pytest.param(HEAD + 'dependencies = ["a @ https://x.org/a.whl"]', [], id="not-published"),
    pytest.param(BUILT + 'dependencies = ["a @ https://x.org/a"]\nclassifiers = ["Private :: X"]', [], id="private"),
    pytest.param(BUILT + '[dependency-groups]\ndev = ["a @ https://x.org/a.whl"]', [], id="group"),
    pytest.param(BUILT + 'dependencies = ["a"]\n[tool.uv.sources]\na = { git = "https://x.org/a" }', [], id="source"),
    pytest.param(BUILT + 'urls = { a = "https://x.org" }', [], id="project-urls"),
    pytest.param(BUILT.replace('["hatchling"]', '["hatchling @ https://x.org/h.whl"]'), [], id="build-requirement"),
    pytest.param(BUILT + '# dependencies = ["a @ https://x.org/a.whl"]', [], id="commented-out"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "expected"), _URL)
def test_a_published_package_requires_no_address(
    rules: RuleTree, pyproject: str, expected: list[tuple[int, int]]
) -> None:
    assert _found(rules, "NK-DEPENDENCY-URL", pyproject) == expected
