# SPDX-License-Identifier: Apache-2.0
"""The rules on members: which there are, where they come from, and who imports whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety
from tests.rules._fixed import fixed

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

ROOT = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
A, B, C = (f"packages/{name}/pyproject.toml" for name in "abc")


def member(name: str, *dependencies: str, more: str = "") -> str:
    listed = ", ".join(f'"{line}"' for line in dependencies)
    return f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = [{listed}]\n{more}'


def exclude(*folders: str) -> str:
    listed = ", ".join(f'"{folder}"' for folder in folders)
    return f"{ROOT}exclude = [{listed}]\n"


@pytest.mark.parametrize(
    ("root", "files", "unlisted"),
    [
        pytest.param(ROOT, {"libs/x/pyproject.toml": member("x")}, ["libs/x"], id="beside"),
        pytest.param(ROOT, {"packages/a/sub/pyproject.toml": member("x")}, ["packages/a/sub"], id="inside-a-member"),
        pytest.param(ROOT, {"x/pyproject.toml": "project = { name = 'x', version = '1' }\n"}, ["x"], id="inline"),
        pytest.param(ROOT, {"docs/pyproject.toml": member("docs")}, ["docs"], id="docs"),
        pytest.param(ROOT, {"x/pyproject.toml": member("x"), "y/pyproject.toml": member("y")}, ["x", "y"], id="two"),
        pytest.param(exclude("libs/*"), {"libs/x/pyproject.toml": member("x")}, [], id="excluded"),
        pytest.param(exclude("./libs"), {"libs/x/pyproject.toml": member("x")}, [], id="excluded-above"),
        pytest.param(ROOT, {"x/pyproject.toml": "# [project]\n# name = 'x'\n[tool.x]\n"}, [], id="comment"),
        pytest.param(ROOT, {"x/pyproject.toml": "[tool.ruff]\n"}, [], id="no-project"),
        pytest.param(ROOT, {"x/pyproject.toml": "[project]\n[[\n"}, [], id="no-toml"),
        pytest.param(ROOT, {"x/pyproject.toml": member("x", more="[tool.uv]\nmanaged = false\n")}, [], id="unmanaged"),
        pytest.param(ROOT, {"x/pyproject.toml": member("x", more="[tool.uv.workspace]\n")}, [], id="own-workspace"),
        pytest.param(ROOT, {"x/pyproject.toml": member("x"), "x/uv.lock": "version = 1\n"}, [], id="own-lock"),
        pytest.param(
            f"{ROOT}[tool.uv.sources]\nx = {{ path = 'libs/x' }}\n",
            {"libs/x/pyproject.toml": member("x")},
            [],
            id="path",
        ),
        pytest.param(
            '[project]\nname = "r"\nversion = "1"\n', {"x/pyproject.toml": member("x")}, [], id="no-workspace"
        ),
        *(
            pytest.param(ROOT, {f"{folder}/x/pyproject.toml": member("x")}, [], id=folder)
            for folder in (
                "tests",
                "samples",
                "packages/a/tests/fixtures",
                "templates",
                "_template",
                ".github/workflows",
                "examples",
                "vendor",
                "{{ name }}",
            )
        ),
    ],
)
def test_projects_that_nothing_names_are_found(
    rules: RuleTree, root: str, files: dict[str, str], unlisted: list[str]
) -> None:
    found = rules.find("NK-MEMBER-UNLISTED", {"pyproject.toml": root, A: member("a"), **files})
    assert [finding.path for finding in found] == [f"{folder}/pyproject.toml" for folder in unlisted]


def test_a_project_with_the_name_of_a_member_is_not_added(rules: RuleTree) -> None:
    files = {"pyproject.toml": ROOT, A: member("a"), "old/a/pyproject.toml": member("A")}
    (finding,) = rules.find("NK-MEMBER-UNLISTED", files)
    assert (finding.fix, "exclude" in finding.hint) == (None, True)


def sources(*lines: str) -> str:
    return "\n".join(["[tool.uv.sources]", *lines, ""])


WORKSPACE = "b = { workspace = true }"


@pytest.mark.parametrize(
    ("root", "a", "found"),
    [
        pytest.param("", member("a", "b"), (A, FixSafety.SAFE), id="no-source"),
        pytest.param(sources(WORKSPACE), member("a", "b"), None, id="in-the-root"),
        pytest.param("", member("a", "b", more=sources(WORKSPACE)), None, id="in-the-member"),
        pytest.param(sources("B = { workspace = true }"), member("a", "b>=1; python_version>'3'"), None, id="spelling"),
        pytest.param(sources("b = [{ workspace = true }]"), member("a", "b[x]"), None, id="list"),
        pytest.param("", member("a", more='[dependency-groups]\ndev = ["b"]\n'), (A, FixSafety.SAFE), id="group"),
        pytest.param(
            "", member("a", more='[project.optional-dependencies]\nx = ["b"]\n'), (A, FixSafety.SAFE), id="extra"
        ),
        pytest.param(sources("b = { path = 'packages/b' }"), member("a", "b"), (A, None), id="path"),
        pytest.param(sources("b = { git = 'https://x.invalid/b' }"), member("a", "b"), (A, None), id="git"),
        pytest.param(
            sources(WORKSPACE), member("a", "b", more=sources("b = { index = 'x' }")), (A, None), id="member-wins"
        ),
        pytest.param(sources("b = { workspace = false }"), member("a", "b"), (A, None), id="false"),
        pytest.param(
            "# [tool.uv.sources]\n# b = { workspace = true }\n", member("a", "b"), (A, FixSafety.SAFE), id="comment"
        ),
        pytest.param("", member("a", "requests"), None, id="foreign"),
        pytest.param("", member("a", "a[x]"), None, id="itself"),
    ],
)
def test_a_member_is_required_from_the_workspace(
    rules: RuleTree, root: str, a: str, found: tuple[str, FixSafety | None] | None
) -> None:
    actual = rules.find("NK-MEMBER-SOURCE", {"pyproject.toml": ROOT + root, A: a, B: member("b")})
    assert [(finding.path, finding.fix) for finding in actual] == ([found] if found else [])


@pytest.mark.parametrize(
    ("root", "a", "fix"),
    [
        pytest.param(sources("gone = { workspace = true }"), member("a"), FixSafety.SAFE, id="root"),
        pytest.param("", member("a", more=sources("gone = { workspace = true }")), FixSafety.SAFE, id="member"),
        pytest.param(sources("gone = { workspace = true }"), member("a", "Gone>=1"), None, id="still-required"),
    ],
)
def test_a_source_of_no_member_is_found(rules: RuleTree, root: str, a: str, fix: FixSafety | None) -> None:
    (finding,) = rules.find("NK-MEMBER-SOURCE", {"pyproject.toml": ROOT + root, A: a})
    assert (finding.fix, "gone" in finding.message) == (fix, True)


def test_groups_of_a_virtual_root_need_sources_too(rules: RuleTree) -> None:
    root = f'[dependency-groups]\ndev = ["a"]\n{ROOT}'
    (finding,) = rules.find("NK-MEMBER-SOURCE", {"pyproject.toml": root, A: member("a")})
    assert (finding.path, finding.line) == ("pyproject.toml", 2)


def test_the_fix_goes_where_the_sources_are(rules: RuleTree) -> None:
    own = member("a", "b", "c", more=sources(WORKSPACE))
    after = fixed(rules, "NK-MEMBER-SOURCE", {"pyproject.toml": ROOT, A: own, B: member("b"), C: member("c")})
    assert after[A].decode() == f"{own}c = {{ workspace = true }}\n"
    assert rules.again("NK-MEMBER-SOURCE") == []


LIB = {
    "pyproject.toml": f"{ROOT}[tool.uv.sources]\nacme-core = {{ workspace = true }}\n",
    "packages/core/pyproject.toml": member("acme-core"),
    "packages/core/src/acme/core/__init__.py": "",
    "packages/core/src/acme/core/money.py": "",
    "packages/kit/pyproject.toml": member("acmekit"),
    "packages/kit/src/acmekit/__init__.py": "",
}
CLI = "packages/cli/src/acme/cli/__init__.py"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        pytest.param("import acme.core\n", ["acme-core"], id="import"),
        pytest.param("import acme.core.money as m\n", ["acme-core"], id="import-as"),
        pytest.param("import os, acme.core\n", ["acme-core"], id="second-of-two"),
        pytest.param("from acme import core\n", ["acme-core"], id="from-the-namespace"),
        pytest.param("from acme.core import money\n", ["acme-core"], id="from-the-member"),
        pytest.param("from acme.core.money import *\n", ["acme-core"], id="star"),
        pytest.param("from acme import (\n    other,\n    core,  # )\n)\n", ["acme-core"], id="over-several-lines"),
        pytest.param("from acme import (  # )\n    core,\n)\n", ["acme-core"], id="bracket-in-a-comment"),
        pytest.param("from acme \\\n    import core\n", ["acme-core"], id="continued"),
        pytest.param("import \\\n    acme.core\n", ["acme-core"], id="continued-behind-import"),
        pytest.param("x = 1; import acme.core\n", ["acme-core"], id="behind-a-semicolon"),
        pytest.param("if x: import acme.core\n", ["acme-core"], id="behind-a-colon"),
        pytest.param("from ..core import money\n", ["acme-core"], id="relative"),
        pytest.param("from .. import core\n", ["acme-core"], id="relative-name"),
        pytest.param("from .core import money\nfrom . import core\n", [], id="relative-inside"),
        pytest.param("def f():\n    import acmekit\n", ["acmekit"], id="in-a-function"),
        pytest.param("import acmekit, acme.core\n", ["acme-core", "acmekit"], id="two-members"),
        pytest.param(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    import acmekit\n",
            ["acmekit"],
            id="else-of-type-checking",
        ),
        pytest.param("try:\n    import acmekit\nexcept ValueError:\n    pass\n", ["acmekit"], id="another-exception"),
        pytest.param(
            "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import acmekit\n", ["acmekit"], id="else-of-try"
        ),
        pytest.param("from acme import cli\nimport acme.cli.x\nfrom . import y\n", [], id="itself"),
        pytest.param("import acme\n", [], id="the-namespace-alone"),
        pytest.param('"""import acme.core"""\n# import acme.core\n', [], id="text-and-comment"),
        pytest.param("import acme.corex, acmekits, xacmekit\n", [], id="names-alike"),
        pytest.param("import other.acme.core\n", [], id="name-inside"),
        pytest.param("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import acmekit\n", [], id="types"),
        pytest.param("import typing\nif typing.TYPE_CHECKING:\n    import acmekit\n", [], id="typing-dot"),
        pytest.param("try:\n    import acmekit\nexcept ImportError:\n    acmekit = None\n", [], id="optional"),
        pytest.param("try:\n    import acmekit\nexcept (KeyError, ModuleNotFoundError):\n    pass\n", [], id="tuple"),
        pytest.param(
            "import contextlib\nwith contextlib.suppress(ImportError):\n    import acmekit\n", [], id="suppress"
        ),
        pytest.param("def broken(:\n    import acmekit\n", [], id="does-not-parse"),
    ],
)
def test_members_that_are_imported_are_declared(rules: RuleTree, code: str, found: list[str]) -> None:
    files = {**LIB, "packages/cli/pyproject.toml": member("acme-cli"), CLI: code}
    actual = rules.find("NK-MEMBER-UNDECLARED", files)
    assert sorted(finding.message.split("`")[3] for finding in actual) == found
    assert all(finding.path == CLI for finding in actual)


BUILT = '[build-system]\nrequires = []\nbuild-backend = "x"\n'


@pytest.mark.parametrize(
    ("manifest", "fires"),
    [
        pytest.param(member("acme-cli", "acme-core>=1"), False, id="declared"),
        pytest.param(member("acme-cli", "Acme.Core ; python_version > '3'"), False, id="another-spelling"),
        pytest.param(
            member("acme-cli", more='[project.optional-dependencies]\nx = ["acme-core"]\n'), False, id="extra"
        ),
        pytest.param(member("acme-cli", more='[dependency-groups]\nx = ["acme-core"]\n'), False, id="group-of-an-app"),
        pytest.param(
            BUILT + member("acme-cli", more='[dependency-groups]\nx = ["acme-core"]\n'), True, id="group-only"
        ),
        pytest.param('[project]\nname = "acme-cli"\nversion = "1"\ndynamic = ["dependencies"]\n', False, id="dynamic"),
        pytest.param(member("acme-cli", "acmekit"), True, id="through-another"),
        pytest.param(member("acme-cli", "acmekit[All]>=1"), False, id="extra-of-a-member"),
        pytest.param(member("acme-cli", "acmekit[other]"), True, id="another-extra-of-a-member"),
        pytest.param(member("acme-cli", more='# "acme-core"\n'), True, id="comment"),
    ],
)
def test_what_declares_a_member(rules: RuleTree, manifest: str, *, fires: bool) -> None:
    kit = member("acmekit", more='[project.optional-dependencies]\nall = ["acme-core"]\nother = []\n')
    files = {**LIB, "packages/cli/pyproject.toml": manifest, CLI: "import acme.core\n"}
    files["packages/kit/pyproject.toml"] = kit
    assert bool(rules.find("NK-MEMBER-UNDECLARED", files)) is fires


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("packages/cli/tests/test_x.py", id="tests"),
        pytest.param("packages/cli/src/acme/cli/tests/test_x.py", id="tests-inside"),
        pytest.param("packages/cli/noxfile.py", id="beside"),
        pytest.param("packages/cli/src/acme/cli/_vendor/x.py", id="vendored"),
        pytest.param("scripts/x.py", id="of-no-package"),
    ],
)
def test_only_modules_that_are_installed_count(rules: RuleTree, path: str) -> None:
    files = {**LIB, "packages/cli/pyproject.toml": member("acme-cli"), CLI: "", path: "import acme.core\n"}
    assert rules.find("NK-MEMBER-UNDECLARED", files) == []


def test_configured_paths_are_exempt(rules: RuleTree) -> None:
    root = f'{LIB["pyproject.toml"]}[tool.noxkit.rules.members]\noptional-paths = ["packages/*/src/acme/cli/**"]\n'
    files = {**LIB, "pyproject.toml": root, "packages/cli/pyproject.toml": member("acme-cli"), CLI: "import acmekit\n"}
    assert rules.find("NK-MEMBER-UNDECLARED", files) == []


def test_one_finding_speaks_for_all_files(rules: RuleTree) -> None:
    files = {f"packages/cli/src/acme/cli/{name}.py": "import acmekit\n" for name in "xyz"}
    files |= {**LIB, "packages/cli/pyproject.toml": member("acme-cli"), CLI: "import acmekit\n"}
    (finding,) = rules.find("NK-MEMBER-UNDECLARED", files)
    assert (finding.path, "and 3 other files" in finding.message) == (CLI, True)


@pytest.mark.parametrize(
    ("core", "cli", "why"),
    [
        pytest.param(member("acme-core", "acme-cli"), member("acme-cli"), "circle", id="circle"),
        pytest.param(member("acme-core"), BUILT + member("acme-cli"), "not published", id="not-published"),
        pytest.param(
            member("acme-core").replace('version = "1.0"', 'version = "1.0"\nrequires-python = ">=3.13"'),
            member("acme-cli"),
            "fewer Pythons",
            id="pythons",
        ),
    ],
)
def test_no_fix_that_cannot_be_proven(rules: RuleTree, core: str, cli: str, why: str) -> None:
    files = {**LIB, "packages/core/pyproject.toml": core, "packages/cli/pyproject.toml": cli, CLI: "import acme.core\n"}
    (finding,) = rules.find("NK-MEMBER-UNDECLARED", files)
    assert (finding.fix, why in finding.hint) == (None, True)
