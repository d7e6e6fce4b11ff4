# SPDX-License-Identifier: Apache-2.0
"""What [project] and [build-system] say: defects in every spelling, and look-alikes that stay silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety
from noxkit.errors import NoxkitError
from tests.rules._fixed import fixed

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "acme"\nversion = "1.0"\n'
BUILD = '\n[build-system]\nrequires = ["{0}"]\nbuild-backend = "{0}"\n'
KIND = '\n[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\n'
POETRY = '[tool.poetry]\nname = "acme"\nversion = "1.0"\n'
CFG = {"setup.cfg": "[metadata]\nname = acme\nversion = 1.0\n[options]\npackages = find:\n"}

_INVALID = [
    pytest.param('name = "a b"\nversion = "1"', [(2, 8)], id="name"),
    pytest.param('version = "1"', [(1, 2)], id="no-name"),
    pytest.param('name = "a"\nversion = "1"\nrequires-python = ">=3.x"', [(4, 19)], id="requires-python"),
    pytest.param('name = "a"\nversion = "1"\nrequires-python = 3.10', [(4, 19)], id="a-number"),
    pytest.param('name = "a"\nversion = "1"\ndependencies = [\n  "ok",\n  "a>>1", # why\n  "b c",\n]', [(6, 3), (7, 3)],
                 id="two-requirements"),
    pytest.param('name = "a"\nversion = "1"\ndependencies = "ok"', [(4, 16)], id="a-text-for-a-list"),
    pytest.param('name = "a"\nversion = "1"\noptional-dependencies = { "x.y" = ["a b"] }', [(4, 36)],
                 id="dotted-extra"),
    pytest.param('name = "a"\nversion = "1"\noptional-dependencies = { "x y" = [] }', [(4, 27)], id="name-of-an-extra"),
    pytest.param('name = "a"\nversion = "1"\nhome-page = "x"\nAuthor = "y"', [(4, 1), (5, 1)], id="unknown-keys"),
    pytest.param('name = "a"\nversion = "1"\nauthors = ["x"]', [(4, 12)], id="author-as-text"),
    pytest.param('name = "a"\nversion = "1"\nauthors = [{ name = "x", mail = "y" }]', [(4, 26)], id="key-of-an-author"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "NO.md"', [], id="absent-readme-has-its-own-rule"),
    pytest.param('name = "a"\nversion = "1"\nreadme = { file = "README.md" }', [(4, 10)],
                 id="readme-without-type"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "LICENSE"', [(4, 10)], id="readme-of-no-known-type"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "latin.md"', [(1, 2)], id="readme-that-cannot-be-read"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "latin.md"\nkeywords = 1', [(1, 2), (5, 12)],
                 id="readme-that-cannot-be-read-hides-nothing"),
    pytest.param('name = "a"\nversion = "1"\nlicense = {}', [(4, 11)], id="empty-licence"),
    pytest.param('name = "a"\nversion = "1"\nlicense = { file = "NO" }', [], id="absent-licence-has-one"),
    pytest.param('name = "a"\nversion = "1"\nlicense = { text = "x", file = "LICENSE" }', [(4, 11)], id="two-licences"),
    pytest.param('name = "a"\nversion = "1"\nlicense-files = ["LICENSE", "NO*"]', [], id="so-has-a-glob-of-no-file"),
    pytest.param('name = "a"\nversion = "1"\nlicense-files = ["../LICENSE"]', [(4, 18)], id="glob-that-leaves"),
    pytest.param('name = "a"\nversion = "1"\nlicense-files = [""]', [(1, 2)], id="empty-glob"),
    pytest.param('name = "a"\nversion = "1"\nlicense-files = { paths = ["LICENSE"] }', [(4, 17)],
                 id="draft-of-pep-639"),
    pytest.param('name = "a"\nversion = "1"\nlicense = { text = "x" }\nlicense-files = ["LICENSE"]', [(5, 17)],
                 id="files-beside-a-licence-table"),
    pytest.param('name = "a"\nversion = "1"\ndynamic = ["name", "nope"]', [(4, 12), (4, 20)], id="dynamic-names"),
    pytest.param('name = "a"\nversion = "1"\ndynamic = "version"', [(4, 11)], id="dynamic-as-text"),
    pytest.param('name = "a"\nversion = "1"\ndynamic = 3', [(4, 11)], id="dynamic-as-number"),
    pytest.param('name = "a"\nversion = "1"\ndescription = "x"\ndynamic = ["description"]', [(4, 15)], id="both"),
    pytest.param('name = "a"\nversion = "1"\nurls = { a = 1 }', [(4, 14)], id="url-as-number"),
    pytest.param('name = "a"\nversion = "1"\nurls = ["https://x.org"]', [(4, 8)], id="urls-as-list"),
    pytest.param('name = "a"\nversion = "1"\n[project.urls]\n"A label of more than thirty-two letters" = "x"', [(5, 1)],
                 id="long-label"),
    pytest.param('name = "a"\nversion = "1"\n[project.entry-points]\n"a-b" = { c = "d" }', [(5, 1)], id="entry-points"),
    pytest.param('name = "a"\nversion = "1"\nscripts = ["a"]', [(4, 11)], id="scripts-as-list"),
    pytest.param('name = "a"\nversion = "1"\nclassifiers = [1]\nkeywords = "x"', [(4, 16), (5, 12)], id="two-types"),
    pytest.param('name = "a"\nversion = "1"\n[build-system]\nrequires = "hatchling"', [(5, 12)], id="build-system"),
    pytest.param('name = "a"\nversion = "1"\nimport-names = ["a-b"]', [(4, 17)], id="import-names"),
    pytest.param('name = "a"\nversion = "1"', [], id="least"),
    pytest.param('name = "a"\ndynamic = ["version", "readme", "dependencies", "license"]', [], id="dynamic"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "README.md"', [], id="readme"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "notes.TXT"', [], id="plain-text-readme"),
    pytest.param('name = "a"\nversion = "1"\nreadme = "UPPER.MD"', [], id="readme-in-upper-case"),
    pytest.param('name = "a"\nversion = "1"\nreadme = { text = "x", content-type = "text/plain" }', [],
                 id="readme-text"),
    pytest.param('name = "a"\nversion = "1"\nlicense = { text = "any" }', [], id="licence-text"),
    pytest.param('name = "a"\nversion = "1"\nlicense = { file = "LICENSE" }', [], id="licence-file"),
    pytest.param('name = "a"\nversion = "1"\nlicense = "MIT"\nlicense-files = ["LICEN[CS]E*"]', [], id="pep-639"),
    pytest.param('name = "a"\nversion = "1"\nclassifiers = ["x"]\ndynamic = ["classifiers"]', [], id="pep-808"),
    pytest.param('name = "a"\nversion = "1"\nauthors = [{ name = "x" }, { email = "y@z.org" }]', [], id="authors"),
    pytest.param('name = "a"\nversion = "1"\noptional-dependencies = { x_Y-1 = ["a[b]>=1; os_name == \'nt\'"] }', [],
                 id="extra"),
    pytest.param('name = "a"\nversion = "1"\n[dependency-groups]\na = ["x", { include-group = "b" }]\nb = []', [],
                 id="groups"),
    pytest.param('name = "a"\nversion = "1.x"', [], id="version-has-its-own-rule"),
    pytest.param('name = "a"\nversion = "1"\nlicense = "MIT"\nclassifiers = ["License :: OSI Approved"]', [],
                 id="licence-classifier-has-its-own-rule"),
    pytest.param('name = "a"\nversion = "1"\ndependencies = ["b @ {root:uri}/b"]\n' + BUILD.format("hatchling"), [],
                 id="hatch-context"),
    pytest.param('name = "a"\nversion = "1"\n# home-page = "x"\n[tool.x]\nhome-page = 1', [], id="elsewhere"),
]  # fmt: skip


@pytest.mark.parametrize(("project", "places"), _INVALID)
def test_a_project_table_is_as_the_specifications_ask(
    rules: RuleTree, project: str, places: list[tuple[int, int]]
) -> None:
    files: dict[str, str | bytes] = {"LICENSE": "MIT", "README.md": "a", "notes.TXT": "a", "UPPER.MD": "a"}
    files |= {"latin.md": b"\xe9", "pyproject.toml": f"[project]\n{project}\n"}
    found = rules.find("NK-PYPROJECT-INVALID", files)
    assert [(finding.line, finding.column) for finding in found] == places
    assert all(finding.message and "\n" not in finding.message and finding.hint for finding in found)


@pytest.mark.parametrize(
    ("code", "project", "columns"),
    [
        pytest.param("NK-LICENSE-FILE-MISSING@package", 'license = { file = "NO" }', [20], id="licence"),
        pytest.param("NK-LICENSE-FILE-MISSING@package", 'license-files = ["LICENSE", "NO*"]', [29], id="glob"),
        pytest.param("NK-LICENSE-FILE-MISSING@package", 'license-files = ["LIC*"]', [], id="glob-of-a-file"),
        pytest.param("NK-LICENSE-FILE-MISSING@package", 'readme = "NO.md"', [], id="no-licence"),
        pytest.param("NK-README-MISSING@package", 'readme = "NO.md"', [10], id="readme"),
        pytest.param("NK-README-MISSING@package", 'readme = { file = "NO", content-type = "text/plain" }', [19],
                     id="table"),
        pytest.param("NK-README-MISSING@package", 'readme = { text = "NO.md", content-type = "text/plain" }', [],
                     id="text"),
        pytest.param("NK-README-MISSING@package", 'readme = "LICENSE"', [], id="of-no-known-type"),
        pytest.param("NK-README-MISSING@package", 'dynamic = ["readme"]', [], id="dynamic"),
    ],
)  # fmt: skip
def test_files_that_a_project_names_exist(rules: RuleTree, code: str, project: str, columns: list[int]) -> None:
    files = {"LICENSE": "MIT", "pyproject.toml": f"{HEAD}{project}\n"}
    assert [finding.column for finding in rules.find(code, files)] == columns


def test_a_readme_without_suffix_is_setuptools_plain_text(rules: RuleTree) -> None:
    files = {"README": "a", "pyproject.toml": HEAD + 'readme = "README"\n' + BUILD.format("setuptools.build_meta")}
    assert rules.find("NK-PYPROJECT-INVALID", files) == []
    other = {**files, "pyproject.toml": HEAD + 'readme = "README"\n' + BUILD.format("hatchling.build")}
    assert [finding.line for finding in rules.find("NK-PYPROJECT-INVALID", other)] == [4]


def test_a_licence_in_a_submodule_that_is_not_checked_out_is_not_missed(rules: RuleTree) -> None:
    pyproject = HEAD + 'license-files = ["vendor/x/LICENSE", "vendor/y/LICENSE", "vendor/z/sub/LICENSE.*"]\n'
    rules.write({"pyproject.toml": pyproject, "vendor/y/README": ""})
    (rules.root / "vendor/x").mkdir()
    (rules.root / "vendor/z").mkdir()
    assert [finding.column for finding in rules.again("NK-LICENSE-FILE-MISSING@package")] == [38]


def test_all_errors_of_a_project_are_found_at_once(rules: RuleTree) -> None:
    pyproject = '[project]\nname = "a b"\nversion = "1"\nreadme = 1\nauthors = ["x"]\nhome-page = "y"\n'
    found = rules.find("NK-PYPROJECT-INVALID", {"pyproject.toml": pyproject + 'dependencies = ["a>>1"]\n'})
    assert [finding.line for finding in found] == [2, 4, 5, 6, 7]


@pytest.mark.parametrize("files", [{"pyproject.toml": POETRY}, {"pyproject.toml": BUILD.format("x"), **CFG}])
def test_a_package_without_a_project_table_is_not_judged_by_it(rules: RuleTree, files: dict[str, str]) -> None:
    codes = ("NK-PYPROJECT-INVALID", "NK-VERSION-INVALID", "NK-REQUIRES-PYTHON-MISSING", "NK-METADATA-RECOMMENDED")
    assert [rules.find(code, files) for code in codes] == [[], [], [], []]


@pytest.mark.parametrize("path", ["pyproject.toml", "m/pyproject.toml"])
def test_a_manifest_that_is_not_toml_has_the_code_of_the_rule(rules: RuleTree, path: str) -> None:
    root = HEAD + '[tool.uv.workspace]\nmembers = ["m"]\n'
    with pytest.raises(NoxkitError) as caught:
        rules.find("NK-PYPROJECT-INVALID", {"pyproject.toml": root, path: "[project\n"})
    assert {(record.code, record.path) for record in caught.value.records} == {("NK-PYPROJECT-INVALID", path)}


_BUILD_SYSTEM = [
    pytest.param({"pyproject.toml": HEAD + KIND + "publish = true"}, "pyproject.toml", id="absent"),
    pytest.param({"pyproject.toml": HEAD + "# [build-system]\n" + KIND + "publish = true"}, "pyproject.toml",
                 id="commented-out"),
    pytest.param({"pyproject.toml": HEAD + "[tool.build-system]\nx = 1\n" + KIND + "publish = true"}, "pyproject.toml",
                 id="another-table"),
    pytest.param({"pyproject.toml": POETRY + KIND + "publish = true"}, "pyproject.toml", id="poetry"),
    pytest.param({"pyproject.toml": KIND.replace('"."', '"m"') + "publish = true", "m/pyproject.toml": HEAD},
                 "m/pyproject.toml", id="member"),
    pytest.param({"pyproject.toml": KIND.replace('"."', '"m"') + "publish = true", "m/setup.cfg": CFG["setup.cfg"]},
                 "m/setup.cfg", id="setup-cfg"),
    pytest.param({"pyproject.toml": HEAD + BUILD.format("x") + KIND + "publish = true"}, None, id="present"),
    pytest.param({"pyproject.toml": HEAD + "build-system = { requires = [] }\n"}, None, id="no-kind"),
    pytest.param({"pyproject.toml": HEAD + KIND}, None, id="kind-without-a-word"),
    pytest.param({"pyproject.toml": HEAD + KIND + "publish = false"}, None, id="kind-that-is-private"),
    pytest.param({"pyproject.toml": HEAD + 'classifiers = ["Private :: X"]\n' + KIND + "publish = true"}, None,
                 id="private-classifier"),
    pytest.param({"pyproject.toml": "build-system.requires = ['x']\n" + HEAD + KIND + "publish = true"}, None,
                 id="dotted"),
    pytest.param({"pyproject.toml": HEAD + KIND.replace('"."', '"other"') + "publish = true"}, None, id="other-kind"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "path"), _BUILD_SYSTEM)
def test_a_published_kind_has_a_build_system(rules: RuleTree, files: dict[str, str], path: str | None) -> None:
    found = rules.find("NK-BUILD-SYSTEM-MISSING", files)
    assert [(finding.path, finding.fix) for finding in found] == ([(path, FixSafety.DISPLAY)] if path else [])


NAMED = '[project]\nname = "acme"\n'
_VERSION = [
    pytest.param(NAMED + 'version = "1.x"', (3, 11), id="no-number"),
    pytest.param(NAMED + 'version = "1.0-final"', (3, 11), id="suffix"),
    pytest.param(NAMED + 'version = "2026-11-25-x"', (3, 11), id="date"),
    pytest.param(NAMED + 'version = ""', (3, 11), id="empty"),
    pytest.param(NAMED + "version = 1.0", (3, 11), id="a-number"),
    pytest.param(NAMED + "version = { attr = 'a.b' }", (3, 11), id="a-table"),
    pytest.param(NAMED + 'version = "1"\ndynamic = ["version"]', (3, 11), id="both"),
    pytest.param(NAMED, (1, 2), id="neither"),
    pytest.param(NAMED + 'dynamic = ["readme"]', (1, 2), id="dynamic-but-not-the-version"),
    pytest.param(NAMED + '# version = "1"', (1, 2), id="commented-out"),
    pytest.param(NAMED + '[tool.x]\nversion = "1"', (1, 2), id="another-table"),
    pytest.param('[tool.poetry]\nname = "acme"\nversion = "1.x"', (3, 11), id="poetry"),
    pytest.param(NAMED + 'version = "1.0"', None, id="release"),
    pytest.param(NAMED + 'version = "1!2.0rc1.post2.dev3+local.4"', None, id="all-of-pep-440"),
    pytest.param(NAMED + 'version = "v1.0-beta"', None, id="another-spelling"),
    pytest.param(NAMED + 'version = "2026.11.25"', None, id="calendar"),
    pytest.param(NAMED + 'dynamic = ["version"]', None, id="dynamic"),
    pytest.param(NAMED + 'dynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"', None, id="hatch-vcs"),
    pytest.param(NAMED + 'dynamic = ["version"]\n[tool.poetry]\nversion = "1.0"', None, id="poetry-beside-project"),
    pytest.param(NAMED + 'version = "1.0"\n[tool.bumpversion]\nversion = "1.x"', None, id="version-of-a-tool"),
    pytest.param('[tool.poetry]\nname = "acme"\nversion = "0.0.0"', None, id="poetry-valid"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "place"), _VERSION)
def test_a_version_is_one_by_pep_440(rules: RuleTree, pyproject: str, place: tuple[int, int] | None) -> None:
    found = rules.find("NK-VERSION-INVALID", {"pyproject.toml": pyproject + "\n"})
    assert [(finding.line, finding.column) for finding in found] == ([place] if place else [])


@pytest.mark.parametrize(
    ("version", "path"),
    [
        pytest.param("one", "setup.cfg", id="no-number"),
        pytest.param("attr: acme.__version__", None, id="attribute"),
        pytest.param("file: VERSION", None, id="file"),
        pytest.param("%(base)s.1", None, id="interpolated"),
    ],
)
def test_a_version_of_setup_cfg_is_judged_where_it_is_static(rules: RuleTree, version: str, path: str | None) -> None:
    cfg = f"[metadata]\nname = acme\nversion = {version}\n"
    found = rules.find("NK-VERSION-INVALID", {"pyproject.toml": BUILD.format("x"), "setup.cfg": cfg})
    assert [finding.path for finding in found] == ([path] if path else [])


_REQUIRED = [
    pytest.param(HEAD, ["description"], ["description"], id="absent"),
    pytest.param(HEAD + 'description = ""\nauthors = []', ["description", "authors"], ["description", "authors"],
                 id="empty"),
    pytest.param(HEAD + '# description = "x"', ["description"], ["description"], id="commented-out"),
    pytest.param(HEAD + '[tool.x]\ndescription = "x"', ["description"], ["description"], id="another-table"),
    pytest.param(HEAD, ["license", "authors", "classifiers", "urls"], ["license", "authors", "classifiers", "urls"],
                 id="four"),
    pytest.param(HEAD + 'dynamic = ["readme"]', ["description", "readme"], ["description"], id="one-dynamic"),
    pytest.param(HEAD, ["scripts", "requires-python"], ["scripts", "requires-python"], id="table-and-text"),
    pytest.param(HEAD + 'license-files = []', ["license-files"], ["license-files"], id="no-files"),
    pytest.param(HEAD + 'keywords = ["x"]', ["keywords", "maintainers"], ["maintainers"], id="one-of-two"),
    pytest.param(HEAD + '[project.urls]', ["urls"], ["urls"], id="empty-table"),
    pytest.param(HEAD + 'description = "x"', ["name", "version", "description"], [], id="present"),
    pytest.param(HEAD + 'urls.Source = "https://x.org"', ["urls"], [], id="dotted"),
    pytest.param(HEAD + 'dependencies = []', ["dependencies"], [], id="nothing-is-required"),
    pytest.param(HEAD + 'dynamic = ["description", "authors"]', ["description", "authors"], [], id="dynamic"),
    pytest.param(HEAD + 'license = { text = "x" }', ["license"], [], id="a-table-of-text"),
    pytest.param(HEAD + '[tool.poetry]\ndescription = "x"', ["description"], [], id="poetry-beside-project"),
    pytest.param(POETRY, ["description"], [], id="poetry"),
    pytest.param(HEAD, [], [], id="nothing-required"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "required", "absent"), _REQUIRED)
def test_the_fields_that_a_kind_requires_are_there(
    rules: RuleTree, pyproject: str, required: list[str], absent: list[str]
) -> None:
    found = rules.find("NK-METADATA-REQUIRED", {"pyproject.toml": f"{pyproject}\n{KIND}required-fields = {required}\n"})
    assert sorted(finding.message.split("`")[1] for finding in found) == sorted(absent)


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        pytest.param("", 1, id="no-classifiers"),
        pytest.param('classifiers = ["Typing :: Stubs Only"]', 1, id="another"),
        pytest.param('classifiers = ["Typing :: Typed"]', 0, id="present"),
        pytest.param('dynamic = ["classifiers"]', 0, id="dynamic"),
    ],
)
def test_the_classifiers_that_a_kind_requires_are_there(rules: RuleTree, line: str, missing: int) -> None:
    pyproject = f'{HEAD}{line}\n{KIND}required-classifiers = ["Typing :: Typed"]\n'
    assert len(rules.find("NK-METADATA-REQUIRED", {"pyproject.toml": pyproject})) == missing


FULL = 'keywords = ["x"]\nreadme = "README.md"\nurls = { Source = "https://x.org/x" }\n'
_RECOMMENDED = [
    pytest.param(HEAD, ["keywords", "readme", "urls"], id="all-absent"),
    pytest.param(HEAD + "keywords = []\nurls = {}\n", ["keywords", "readme", "urls"], id="empty"),
    pytest.param(HEAD + "# " + FULL.replace("\n", "\n# "), ["keywords", "readme", "urls"], id="commented-out"),
    pytest.param(HEAD + "[tool.x]\n" + FULL, ["keywords", "readme", "urls"], id="another-table"),
    pytest.param(HEAD + 'keywords = ["x"]\n', ["readme", "urls"], id="keywords-alone"),
    pytest.param(HEAD + 'readme = "README.md"\n', ["keywords", "urls"], id="readme-alone"),
    pytest.param(HEAD + 'urls.Source = "https://x.org"\n', ["keywords", "readme"], id="urls-alone"),
    pytest.param(HEAD + 'dynamic = ["readme"]\n', ["keywords", "urls"], id="one-dynamic"),
    pytest.param(HEAD + BUILD.format("x"), ["keywords", "readme", "urls"], id="published"),
    pytest.param(HEAD + "[tool.poetry]\nreadme = 'README.md'\n", ["keywords", "urls"], id="poetry-beside-project"),
    pytest.param(HEAD + FULL, [], id="all"),
    pytest.param(HEAD + 'dynamic = ["readme", "keywords", "urls"]\n', [], id="dynamic"),
    pytest.param(HEAD + FULL.replace('"README.md"', '{ text = "x", content-type = "text/plain" }'), [], id="text"),
    pytest.param(HEAD + "[tool.poetry]\nreadme = 'R.md'\nkeywords = ['x']\nrepository = 'https://x.org'\n", [],
                 id="all-of-poetry"),
    pytest.param(POETRY, [], id="poetry"),
    pytest.param("[tool.x]\n", [], id="no-package"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "absent"), _RECOMMENDED)
def test_keywords_readme_and_urls_are_there(rules: RuleTree, pyproject: str, absent: list[str]) -> None:
    built = pyproject if "[build-system]" in pyproject else pyproject + BUILD.format("x")
    found = rules.find("NK-METADATA-RECOMMENDED", {"pyproject.toml": built})
    assert sorted(finding.message.split("`")[1] for finding in found) == absent
    assert all(finding.fix is None for finding in found)


PRIVATE = [
    pytest.param(HEAD, id="no build backend"),
    pytest.param(HEAD + "[tool.uv]\npackage = false\n" + BUILD.format("x"), id="no package to uv"),
    pytest.param(HEAD + 'classifiers = ["Private :: Do Not Upload"]\n' + BUILD.format("x"), id="a private classifier"),
]


@pytest.mark.parametrize("pyproject", PRIVATE)
def test_what_is_not_published_needs_none_of_them(rules: RuleTree, pyproject: str) -> None:
    assert rules.find("NK-METADATA-RECOMMENDED", {"pyproject.toml": pyproject}) == []


def test_a_member_gets_what_its_root_has_and_nothing_that_does_not_fit(rules: RuleTree) -> None:
    member = '[project]\nname = "m"\nversion = "1"\n\n[project.scripts]\nm = "m:main" # kept\n' + BUILD.format("m")
    root = HEAD + FULL + '[tool.uv.workspace]\nmembers = ["m"]\n'
    after = fixed(
        rules, "NK-METADATA-RECOMMENDED", {"pyproject.toml": root, "README.md": "", "m/pyproject.toml": member}
    )
    given = after["m/pyproject.toml"].decode()
    assert '[project.urls]\nSource = "https://x.org/x"\n' in given
    assert 'keywords = ["x"]\n' in given
    assert 'm = "m:main" # kept\n' in given
    assert "readme" not in given
    assert after["pyproject.toml"].decode() == root


_URLS = [
    pytest.param("https://example.com", "example.com", id="example-host"),
    pytest.param("http://docs.example.org/x", "docs.example.org", id="example-below"),
    pytest.param("https://acme.example/", "acme.example", id="example-domain"),
    pytest.param("https://acme.test", "acme.test", id="test-domain"),
    pytest.param("http://localhost:8000/docs", "localhost", id="localhost"),
    pytest.param("https://127.0.0.1", "127.0.0.1", id="loopback"),
    pytest.param("https://github.com/username/repo", "username", id="username"),
    pytest.param("https://github.com/your-org/acme", "your-org", id="your-org"),
    pytest.param("https://github.com/acme/your_project_name", "your_project_name", id="your-project"),
    pytest.param("https://github.com/user/repo.git", "user", id="user-repo"),
    pytest.param("https://github.com/<owner>/acme", "<", id="angle-brackets"),
    pytest.param("https://github.com/{{ cookiecutter.owner }}/acme", "{", id="template"),
    pytest.param("https://github.com/${OWNER}/acme", "{", id="variable"),
    pytest.param("https://yourproject.readthedocs.io", "yourproject", id="your-host"),
    pytest.param("https://github.com/", "names no project", id="forge-alone"),
    pytest.param("https://github.com/acme/...", "...", id="dots"),
    pytest.param("TODO", "TODO", id="todo"),
    pytest.param("https://CHANGEME/acme", "CHANGEME", id="changeme"),
    pytest.param("", "empty", id="empty"),
    pytest.param("   ", "empty", id="blank"),
    pytest.param("/docs", "names no host", id="path"),
    pytest.param("https://", "names no host", id="scheme-alone"),
    pytest.param("https://acme.org", None, id="host"),
    pytest.param("https://github.com/acme/acme", None, id="project"),
    pytest.param("https://github.com/acme", None, id="organisation"),
    pytest.param("https://github.com/acme/example", None, id="project-named-example"),
    pytest.param("https://github.com/tastejs/todomvc", None, id="project-named-todo"),
    pytest.param("https://github.com/user/dotfiles", None, id="account-named-user"),
    pytest.param("https://example-app.com", None, id="host-that-begins-like-it"),
    pytest.param("https://latest.acme.io/test", None, id="host-that-ends-like-it"),
    pytest.param("https://github.com/acme/acme/compare/v1...v2", None, id="comparison"),
    pytest.param("https://acme.org/project/user", None, id="path-of-such-words"),
    pytest.param("mailto:team@acme.org", None, id="mail"),
    pytest.param("https://acme.readthedocs.io/en/latest/?badge=latest#example", None, id="fragment"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "why"), _URLS)
def test_an_address_is_a_real_one(rules: RuleTree, url: str, why: str | None) -> None:
    found = rules.find("NK-URL-PLACEHOLDER", {"pyproject.toml": f'{HEAD}\n[project.urls]\nHome = "{url}"\n'})
    assert [(finding.line, finding.column) for finding in found] == ([(6, 8)] if why else [])
    assert all(why is not None and why in finding.message for finding in found)


def test_addresses_elsewhere_are_not_looked_at(rules: RuleTree) -> None:
    pyproject = f'{HEAD}# urls.x = "https://example.com"\n[tool.x.urls]\nHome = "https://example.com"\n'
    assert rules.find("NK-URL-PLACEHOLDER", {"pyproject.toml": pyproject}) == []
