# SPDX-License-Identifier: Apache-2.0
"""The rules on files of a package: what must be there, what can be run, and the markers of import packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety
from tests.rules._fixed import fixed
from tests.rules._trees import RuleTree

if TYPE_CHECKING:
    from pathlib import Path

LICENSE = "You may use it.\n"
BUILT = '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n'
TYPED = 'classifiers = ["Typing :: Typed"]\n'


def member(name: str, more: str = "") -> str:
    return f'[project]\nname = "{name}"\nversion = "1.0"\n{more}'


def root(*required: str, more: str = "") -> str:
    kind = f'[[tool.noxkit.kinds]]\nname = "library"\npaths = ["packages/*"]\nrequired-files = {json.dumps(required)}\n'
    return f'[tool.uv.workspace]\nmembers = ["packages/*"]\n{kind}{more}'


@pytest.mark.parametrize(
    ("wanted", "name", "content", "fires"),
    [
        pytest.param("README.md", "README.md", "x", False, id="as-asked"),
        pytest.param("README.md", "README.rst", "x", False, id="readme-rst"),
        pytest.param("README.md", "readme.MD", "x", False, id="readme-in-another-case"),
        pytest.param("README.md", "README", "x", False, id="readme-without-suffix"),
        pytest.param("README.md", "README.md", "", True, id="empty"),
        pytest.param("README.md", "README.md", " \n\t\n\f", True, id="white-space"),
        pytest.param("README.md", "README.py", "x", True, id="readme-that-is-none"),
        pytest.param("README.md", "docs/README.md", "x", True, id="elsewhere"),
        pytest.param("LICENSE", "LICENCE.txt", "x", False, id="licence"),
        pytest.param("LICENSE", "COPYING", "x", False, id="copying"),
        pytest.param("LICENSE.txt", "LICENSE", "x", False, id="other-way-round"),
        pytest.param("LICENSE", "LICENSE-MIT", "x", False, id="license-of-several"),
        pytest.param("LICENSE", "licenses.py", "x", True, id="license-that-is-none"),
        pytest.param("CHANGELOG.md", "CHANGES.rst", "x", False, id="changes"),
        pytest.param("CHANGELOG.md", "HISTORY.md", "x", False, id="history"),
        pytest.param("CHANGELOG.md", "changelog.py", "x", True, id="changelog-that-is-none"),
        pytest.param("run.sh", "run.sh", "x", False, id="script"),
        pytest.param("run.sh", "Run.sh", "x", True, id="other-names-exactly"),
        pytest.param("docs/index.md", "docs/index.md", "x", False, id="below"),
        pytest.param("docs/*.md", "docs/a.md", "x", False, id="glob"),
        pytest.param("docs/*.md", "docs/a.txt", "x", True, id="glob-without-match"),
        pytest.param("docs/*.md", "docs/a.md", "", True, id="glob-with-an-empty-match"),
    ],
)
def test_required_files_are_there_and_not_empty(
    rules: RuleTree, wanted: str, name: str, content: str, *, fires: bool
) -> None:
    files = {"pyproject.toml": root(wanted), "packages/a/pyproject.toml": member("a"), f"packages/a/{name}": content}
    assert bool(rules.find("NK-FILE-MISSING", files)) is fires


def test_without_kinds_nothing_is_required(rules: RuleTree) -> None:
    assert rules.find("NK-FILE-MISSING", {}) == []


@pytest.mark.parametrize(
    ("wanted", "files", "made"),
    [
        pytest.param("LICENSE", {"LICENSE": LICENSE}, "LICENSE", id="same-name"),
        pytest.param("LICENSE", {"LICENSE.txt": LICENSE}, "LICENSE", id="from-another-spelling"),
        pytest.param("LICENSE", {"LICENSE": LICENSE, "packages/a/LICENSE": "\n"}, "LICENSE", id="over-an-empty-one"),
        pytest.param("NOTICE", {"NOTICE": LICENSE}, "NOTICE", id="notice"),
        pytest.param("LICENSE", {}, None, id="none-in-the-root"),
        pytest.param("LICENSE", {"LICENSE": "\n"}, None, id="empty-in-the-root"),
        pytest.param("README.md", {"README.md": LICENSE}, None, id="never-a-readme"),
        pytest.param("CHANGELOG.md", {"CHANGELOG.md": LICENSE}, None, id="never-a-changelog"),
        pytest.param(
            "LICENSE",
            {"LICENSE": LICENSE, "packages/a/pyproject.toml": member("a", 'license = "MIT"\n')},
            "LICENSE",
            id="root-states-none",
        ),
        pytest.param("SECURITY.md", {"SECURITY.md": LICENSE}, None, id="not-configured"),
    ],
)
def test_what_is_meant_to_be_copied_is_copied(
    rules: RuleTree, wanted: str, files: dict[str, str], made: str | None
) -> None:
    tree = {"pyproject.toml": root(wanted), "packages/a/pyproject.toml": member("a"), **files}
    found = rules.find("NK-FILE-MISSING", tree)
    assert [finding.fix for finding in found] == [FixSafety.SAFE if made else None]
    after = fixed(rules, "NK-FILE-MISSING", tree)
    if made:
        assert after[f"packages/a/{made}"].decode() == LICENSE
        assert rules.again("NK-FILE-MISSING") == []


def test_another_licence_than_that_of_the_root_is_not_copied_over(rules: RuleTree) -> None:
    files = {
        "pyproject.toml": member("root", 'license = "Apache-2.0"\n') + root("LICENSE"),
        "packages/a/pyproject.toml": member("a", 'license = "MIT"\n'),
        "LICENSE": LICENSE,
    }
    (finding,) = rules.find("NK-FILE-MISSING", files)
    assert (finding.fix, "under MIT" in finding.hint) == (None, True)


def test_a_licence_above_the_root_is_copied(tmp_path: Path) -> None:
    rules = RuleTree(tmp_path / "top" / "py")
    (tmp_path / "top" / ".git").mkdir(parents=True)
    (tmp_path / "top" / "LICENSE").write_text(LICENSE)
    kind = '[[tool.noxkit.kinds]]\nname = "library"\npaths = ["."]\nrequired-files = ["LICENSE"]\n'
    after = fixed(rules, "NK-FILE-MISSING", {"pyproject.toml": member("a") + kind})
    assert after["LICENSE"].decode() == LICENSE


def test_what_else_is_copied_is_an_option(rules: RuleTree) -> None:
    more = '[tool.noxkit.rules.layout]\ncopied = ["SECURITY.md"]\n'
    files = {"pyproject.toml": root("SECURITY.md", "LICENSE", more=more), "SECURITY.md": LICENSE, "LICENSE": LICENSE}
    found = rules.find("NK-FILE-MISSING", {**files, "packages/a/pyproject.toml": member("a")})
    assert sorted((finding.message.split("`")[3], finding.fix) for finding in found) == [
        ("LICENSE", None),
        ("SECURITY.md", FixSafety.SAFE),
    ]


BASH = "#!/usr/bin/env bash\necho\n"


@pytest.mark.parametrize(
    ("name", "content", "fix"),
    [
        pytest.param("a.sh", BASH, FixSafety.SAFE, id="shell-without-bit"),
        pytest.param("run", BASH, FixSafety.SAFE, id="no-suffix-without-bit"),
        pytest.param(".ci/run", BASH, FixSafety.SAFE, id="in-a-hidden-folder"),
        pytest.param("tools/a.py", "#!/usr/bin/python3\n", FixSafety.SAFE, id="python-without-bit"),
        pytest.param("a.ps1", "#!/usr/bin/env pwsh\n", FixSafety.SAFE, id="powershell-without-bit"),
        pytest.param("b.ps1", "Write-Output 1\n", "silent", id="powershell-of-windows"),
        pytest.param("a.sh +x", "echo\n", None, id="bit-without-shebang"),
        pytest.param("tools/a.py +x", "print()\n", None, id="python-with-bit"),
        pytest.param("src/acme/cli.py", "#!/usr/bin/python3\n", None, id="module-has-no-fix"),
        pytest.param("a.sh +x", BASH, "silent", id="both"),
        pytest.param("lib.sh", "say() { echo; }\n", "silent", id="sourced"),
        pytest.param("a.py", "print()\n", "silent", id="neither"),
        pytest.param("a.py", '"""\n#!/bin/sh\n"""\n', "silent", id="not-at-the-top"),
        pytest.param("a.md", "#!/bin/sh\n", "silent", id="no-script"),
        pytest.param("a.sh.j2", BASH, "silent", id="template"),
        pytest.param("LICENSE +x", "text\n", "silent", id="text-with-bit"),
        pytest.param("a.py +x", "", "silent", id="empty-with-bit"),
        pytest.param("tool +x", b"\x7fELF\0\0", "silent", id="binary"),
        pytest.param("vendor/a.sh", BASH, "silent", id="vendored"),
        pytest.param("tests/data/a.sh", BASH, "silent", id="test-data"),
        pytest.param("tests/a.sh", BASH, FixSafety.SAFE, id="script-of-tests"),
    ],
)
def test_scripts_have_both_run_bit_and_shebang(
    rules: RuleTree, name: str, content: str | bytes, fix: FixSafety | str | None
) -> None:
    found = rules.find("NK-FILE-NOT-EXECUTABLE", {"src/acme/__init__.py": "", name: content})
    assert [finding.fix for finding in found] == ([] if fix == "silent" else [fix])


def test_scripts_that_are_asked_for_need_both(rules: RuleTree) -> None:
    more = '[tool.noxkit.rules.layout]\nscripts = ["lib/*.sh"]\n'
    files = {
        "pyproject.toml": root("run.sh", more=more),
        "packages/a/pyproject.toml": member("a"),
        "packages/a/run.sh": "echo\n",
        "lib/a.sh": "echo\n",
        "other.sh": "echo\n",
    }
    assert [finding.path for finding in rules.find("NK-FILE-NOT-EXECUTABLE", files)] == [
        "lib/a.sh",
        "packages/a/run.sh",
    ]


def test_the_fix_sets_the_run_bit_once(rules: RuleTree) -> None:
    assert "a.sh +x" in fixed(rules, "NK-FILE-NOT-EXECUTABLE", {"a.sh": BASH})
    assert (rules.root / "a.sh").stat().st_mode & 0o777 == 0o755
    assert rules.again("NK-FILE-NOT-EXECUTABLE") == []


def test_modes_that_mean_nothing_are_not_judged(rules: RuleTree) -> None:
    assert rules.find("NK-FILE-NOT-EXECUTABLE", {"pyproject.toml +x": member("a"), "a.py +x": "print()\n"}) == []


ANNOTATED = "def double(number: int, *more: int, key: str = '', **rest: str) -> int:\n    return number\n"


@pytest.mark.parametrize(
    ("manifest", "files", "fix"),
    [
        pytest.param(BUILT + member("acme", TYPED), {"src/acme/__init__.py": ""}, FixSafety.DISPLAY, id="classifier"),
        pytest.param(BUILT + member("acme"), {"src/acme/__init__.py": ANNOTATED}, FixSafety.DISPLAY, id="annotated"),
        pytest.param(
            BUILT + member("acme"),
            {"src/acme/__init__.py": f"class A:\n    def __init__(self, x: int):\n        pass\n{ANNOTATED}"},
            FixSafety.DISPLAY,
            id="annotated-class",
        ),
        pytest.param(
            BUILT + member("acme"),
            {"src/acme/__init__.py": f"{ANNOTATED}def _private(x):\n    pass\n"},
            FixSafety.DISPLAY,
            id="private-ones-do-not-count",
        ),
        pytest.param(
            BUILT + member("acme"),
            {"src/acme/__init__.py": ANNOTATED, "src/acme/tests/test_x.py": "def test_x():\n    pass\n"},
            FixSafety.DISPLAY,
            id="tests-do-not-count",
        ),
        pytest.param(
            BUILT + member("acme"),
            {"src/acme/__init__.py": f"{ANNOTATED}def f(x):\n    pass\n"},
            None,
            id="one-without",
        ),
        pytest.param(
            BUILT + member("acme"), {"src/acme/__init__.py": "def f(x: int):\n    pass\n"}, None, id="no-return"
        ),
        pytest.param(BUILT + member("acme"), {"src/acme/__init__.py": "X = 1\n"}, None, id="no-functions"),
        pytest.param(member("acme", TYPED), {"src/acme/__init__.py": ""}, None, id="not-published"),
        pytest.param(
            BUILT + member("acme", 'classifiers = ["Typing :: Typed", "Private :: Do Not Upload"]\n'),
            {"src/acme/__init__.py": ""},
            None,
            id="private",
        ),
        pytest.param(
            BUILT + member("acme", TYPED), {"src/acme/__init__.py": "", "src/acme/py.typed": ""}, None, id="marked"
        ),
        pytest.param(BUILT + member("acme", f"# {TYPED}"), {"src/acme/__init__.py": ""}, None, id="comment"),
        pytest.param(BUILT + member("acme", TYPED), {"acme.py": ""}, None, id="one-module"),
        pytest.param(BUILT + member("acme", TYPED), {"src/acme-stubs/__init__.pyi": ""}, None, id="stubs"),
        pytest.param(BUILT + member("acme"), {"src/acme/__init__.py": "def f(:\n"}, None, id="does-not-parse"),
    ],
)
def test_typed_packages_are_marked(
    rules: RuleTree, manifest: str, files: dict[str, str], fix: FixSafety | None
) -> None:
    found = rules.find("NK-PY-TYPED-MISSING", {"pyproject.toml": manifest, **files})
    assert [finding.fix for finding in found] == ([fix] if fix else [])


def test_the_marker_stands_in_each_leaf_of_a_namespace(rules: RuleTree) -> None:
    kind = '[[tool.noxkit.kinds]]\nname = "x"\npaths = ["."]\ntyped = true\n'
    files = {"src/acme/core/__init__.py": "", "src/acme/cli/__init__.py": "", "src/acme/cli/py.typed": ""}
    after = fixed(rules, "NK-PY-TYPED-MISSING", {"pyproject.toml": BUILT + member("acme") + kind, **files})
    assert after["src/acme/core/py.typed"] == b""
    assert "src/acme/py.typed" not in after
    assert rules.again("NK-PY-TYPED-MISSING") == []


def test_the_marker_never_stands_in_a_namespace_that_has_an_init_by_mistake(rules: RuleTree) -> None:
    kind = '[[tool.noxkit.kinds]]\nname = "x"\npaths = ["**"]\ntyped = true\npublish = true\n'
    files = {**SPACE, "pyproject.toml": SPACE["pyproject.toml"] + kind, INIT: ""}
    found = rules.find("NK-PY-TYPED-MISSING", files)
    assert [finding.path for finding in found] == ["packages/core/src/acme/core/__init__.py"]


def test_a_kind_may_say_that_it_is_not_typed(rules: RuleTree) -> None:
    kind = '[[tool.noxkit.kinds]]\nname = "x"\npaths = ["."]\ntyped = false\n'
    manifest = BUILT + member("acme", TYPED) + kind
    assert rules.find("NK-PY-TYPED-MISSING", {"pyproject.toml": manifest, "src/acme/__init__.py": ANNOTATED}) == []


SPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
    "packages/core/pyproject.toml": member("acme-core"),
    "packages/core/src/acme/core/__init__.py": "",
    "packages/cli/pyproject.toml": member("acme-cli"),
    "packages/cli/src/acme/cli/__init__.py": "",
}
INIT = "packages/cli/src/acme/__init__.py"
PLUGINS = {"packages/core/src/acme/plugins/a/__init__.py": "", "packages/cli/src/acme/plugins/b/__init__.py": ""}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({INIT: ""}, [(INIT, FixSafety.SAFE)], id="empty"),
        pytest.param({INIT: "\n \n"}, [(INIT, FixSafety.SAFE)], id="white-space"),
        pytest.param({INIT: "X = 1\n"}, [(INIT, FixSafety.UNSAFE)], id="code"),
        pytest.param({INIT: "# licence\n"}, [(INIT, FixSafety.UNSAFE)], id="comment"),
        pytest.param({INIT: '"""The namespace."""\n'}, [(INIT, FixSafety.UNSAFE)], id="docstring"),
        pytest.param({INIT: "# extend_path\n"}, [(INIT, FixSafety.UNSAFE)], id="extend-path-in-a-comment"),
        pytest.param({INIT: "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"}, [], id="pkgutil"),
        pytest.param({INIT: "__import__('pkg_resources').declare_namespace(__name__)\n"}, [], id="setuptools"),
        pytest.param(
            {**PLUGINS, "packages/cli/src/acme/plugins/__init__.py": ""},
            [("packages/cli/src/acme/plugins/__init__.py", FixSafety.SAFE)],
            id="nested",
        ),
        pytest.param({}, [], id="none"),
        pytest.param({"packages/cli/src/acme/cli/sub/__init__.py": ""}, [], id="below-the-leaf"),
        pytest.param({"packages/cli/tests/acme/__init__.py": ""}, [], id="not-in-the-import-root"),
    ],
)
def test_namespaces_have_no_init(rules: RuleTree, files: dict[str, str], found: list[tuple[str, FixSafety]]) -> None:
    actual = rules.find("NK-NAMESPACE-INIT", {**SPACE, **files})
    assert [(finding.path, finding.fix) for finding in actual] == found


def test_a_package_of_its_own_is_no_namespace(rules: RuleTree) -> None:
    files = {"src/acme/__init__.py": "", "src/acme/core/__init__.py": ""}
    assert rules.find("NK-NAMESPACE-INIT", files) == []


def test_a_configured_namespace_needs_no_second_member(rules: RuleTree) -> None:
    kind = '[[tool.noxkit.kinds]]\nname = "x"\npaths = ["."]\nnamespace = ["acme"]\n'
    files = {"pyproject.toml": member("acme-core") + kind, "src/acme/__init__.py": "", "src/acme/core/__init__.py": ""}
    found = rules.find("NK-NAMESPACE-INIT", files)
    assert [(finding.path, finding.fix) for finding in found] == [("src/acme/__init__.py", FixSafety.SAFE)]


def test_the_fix_removes_an_empty_init_alone(rules: RuleTree) -> None:
    after = fixed(rules, "NK-NAMESPACE-INIT", {**SPACE, INIT: ""})
    assert INIT not in after
    assert "packages/cli/src/acme/cli/__init__.py" in after
    assert rules.again("NK-NAMESPACE-INIT") == []
