# SPDX-License-Identifier: Apache-2.0
"""The rules on the workspace: names, versions, kinds, circles and pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Finding
    from tests.rules._trees import RuleTree

ROOT = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'


def member(name: str, *dependencies: str, version: str = "1.0", more: str = "") -> str:
    listed = ", ".join(f'"{line}"' for line in dependencies)
    return f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = [{listed}]\n{more}'


def places(found: list[Finding]) -> list[tuple[str | None, int | None]]:
    return [(finding.path, finding.line) for finding in found]


def kind(*lines: str, paths: str = "packages/*") -> str:
    return "\n".join(['[[tool.noxkit.kinds]]\nname = "library"', f'paths = ["{paths}"]', *lines, ""])


@pytest.mark.parametrize(
    ("folder", "template", "name", "fires"),
    [
        pytest.param("packages/csv", "acme-{dir}", "acme-csv", False, id="as-told"),
        pytest.param("packages/csv", "acme-{dir}", "acme_csv", False, id="underscore"),
        pytest.param("packages/csv", "acme-{dir}", "Acme.CSV", False, id="case-and-dot"),
        pytest.param("packages/csv_x", "acme-{dir}", "acme-csv-x", False, id="folder-with-underscore"),
        pytest.param("packages/csv", "acme-{dir}", "csv", True, id="without-prefix"),
        pytest.param("packages/csv", "acme-{dir}", "acme-csvs", True, id="more-at-the-end"),
        pytest.param("packages/csv", "acme-{dir}", "acme-csv-csv", True, id="twice"),
        pytest.param("packages/csv", "{dir}", "csv", False, id="folder-alone"),
        pytest.param("packages/csv", "{dir}-{dir}", "csv-csv", False, id="two-places"),
        pytest.param("packages/csv", "acme", "acme", False, id="fixed"),
        pytest.param("packages/csv", "acme", "acme-csv", True, id="fixed-and-other"),
    ],
)
def test_a_name_follows_the_template_of_its_kind(
    rules: RuleTree, folder: str, template: str, name: str, *, fires: bool
) -> None:
    files = {"pyproject.toml": ROOT + kind(f'package-name = "{template}"'), f"{folder}/pyproject.toml": member(name)}
    found = rules.find("NK-NAME-MISMATCH", files)
    assert places(found) == ([(f"{folder}/pyproject.toml", 2)] if fires else [])


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pyproject.toml": member("acme") + kind('package-name = "acme-{dir}"', paths=".")}, id="root"),
        pytest.param({"pyproject.toml": ROOT, "packages/a/pyproject.toml": member("b")}, id="no-kinds"),
        pytest.param(
            {"pyproject.toml": ROOT + kind(), "packages/a/pyproject.toml": member("b")}, id="kind-without-template"
        ),
    ],
)
def test_without_a_template_any_name_will_do(rules: RuleTree, files: dict[str, str]) -> None:
    assert rules.find("NK-NAME-MISMATCH", files) == []


def test_a_name_in_setup_cfg_is_compared_too(rules: RuleTree) -> None:
    files = {
        "pyproject.toml": kind('package-name = "acme-{dir}"'),
        "packages/a/setup.cfg": "[metadata]\nname = other\nversion = 1\n",
    }
    assert places(rules.find("NK-NAME-MISMATCH", files)) == [("packages/a/setup.cfg", 1)]


@pytest.mark.parametrize(
    ("versions", "wrong"),
    [
        pytest.param(["1.0", "1.0"], [], id="equal"),
        pytest.param(["1.0", "1.0.0", "1"], [], id="equal-by-pep-440"),
        pytest.param(["1.0rc1", "1.0c1"], [], id="pre-release-spellings"),
        pytest.param(["v1.0", "1.0"], [], id="with-v"),
        pytest.param(["1.0", "1.1"], [0], id="of-two-the-older"),
        pytest.param(["1.10", "1.9"], [1], id="not-as-text"),
        pytest.param(["1.0", "1.0", "1.1"], [2], id="the-few-against-the-many"),
        pytest.param(["1.0", "1.1", "1.2"], [0, 1], id="all-differ"),
        pytest.param(["1.0", "1.0.post1"], [0], id="post-release"),
        pytest.param(["1.0", "one"], [], id="no-version-is-another-rule"),
        pytest.param(["1.0"], [], id="alone"),
    ],
)
def test_a_version_group_has_one_version(rules: RuleTree, versions: list[str], wrong: list[int]) -> None:
    files = {f"packages/p{number}/pyproject.toml": member(f"p{number}", version=v) for number, v in enumerate(versions)}
    found = rules.find("NK-VERSION-SKEW", {"pyproject.toml": ROOT + kind('version-group = "acme"'), **files})
    assert places(found) == [(f"packages/p{number}/pyproject.toml", 3) for number in wrong]


def test_a_dynamic_version_and_another_group_are_left_alone(rules: RuleTree) -> None:
    files = {
        "pyproject.toml": ROOT + kind('version-group = "one"', paths="packages/a*") + kind().replace("library", "x"),
        "packages/a/pyproject.toml": member("a", version="1.0"),
        "packages/a2/pyproject.toml": '[project]\nname = "a2"\ndynamic = ["version"]\n',
        "packages/b/pyproject.toml": member("b", version="2.0"),
    }
    assert rules.find("NK-VERSION-SKEW", files) == []


@pytest.mark.parametrize(
    ("kinds", "unmatched"),
    [
        pytest.param("", [], id="no-kinds"),
        pytest.param(kind(), ["tools/x"], id="one-left"),
        pytest.param(kind(paths="**"), [], id="all"),
        pytest.param(kind(paths="packages/a"), ["packages/b", "tools/x"], id="two-left"),
        pytest.param(kind(paths="packages"), ["packages/a", "packages/b", "tools/x"], id="a-folder-above-is-no-match"),
        pytest.param(kind(paths="*/*"), [], id="by-two-stars"),
        pytest.param(kind(paths="."), ["packages/a", "packages/b", "tools/x"], id="root-alone"),
    ],
)
def test_a_package_of_no_kind_is_reported(rules: RuleTree, kinds: str, unmatched: list[str]) -> None:
    root = '[tool.uv.workspace]\nmembers = ["packages/*", "tools/*"]\n'
    folders = ("packages/a", "packages/b", "tools/x")
    files = {f"{folder}/pyproject.toml": member(folder[-1]) for folder in folders}
    found = rules.find("NK-KIND-UNMATCHED", {"pyproject.toml": root + kinds, **files})
    assert [finding.path for finding in found] == [f"{folder}/pyproject.toml" for folder in unmatched]


A, B, C = (f"packages/{name}/pyproject.toml" for name in "abc")


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        pytest.param({A: member("a", "b"), B: member("b", "a")}, ["`a` -> `b` -> `a`"], id="two"),
        pytest.param(
            {A: member("a", "b"), B: member("b", "c"), C: member("c", "a")}, ["`a` -> `b` -> `c` -> `a`"], id="three"
        ),
        pytest.param({A: member("a", "b"), B: member("b", "c"), C: member("c", "b")}, ["`b` -> `c` -> `b`"], id="tail"),
        pytest.param({A: member("a", "B>=1"), B: member("b", "A[x]==1; python_version>'3'")}, ["`a` -> `b` -> `a`"]),
        pytest.param({A: member("a", "b"), B: member("b")}, [], id="one-way"),
        pytest.param({A: member("a", "b", "c"), B: member("b", "c"), C: member("c")}, [], id="diamond"),
        pytest.param({A: member("a", "a[x]"), B: member("b")}, [], id="itself"),
        pytest.param(
            {A: member("a", "b"), B: member("b", more='[project.optional-dependencies]\nx = ["a"]\n')}, [], id="extra"
        ),
        pytest.param({A: member("a", "b"), B: member("b", more='[dependency-groups]\ntest = ["a"]\n')}, [], id="group"),
        pytest.param({A: member("a", "requests"), B: member("b", "requests")}, [], id="foreign"),
        pytest.param(
            {A: member("a", "b", "c"), B: member("b", "a"), C: member("c", "a")},
            ["`a` -> `b` -> `a`", "`c` -> `a` -> `c`"],
            id="two-through-one",
        ),
    ],
)
def test_circles_are_printed(rules: RuleTree, files: dict[str, str], shown: list[str]) -> None:
    found = rules.find("NK-DEPENDENCY-CYCLE", {"pyproject.toml": ROOT, **files})
    assert [finding.message.partition(": ")[2] for finding in found] == shown
    assert all(finding.line == 4 for finding in found)


@pytest.mark.parametrize(
    ("pins", "requirement", "said"),
    [
        pytest.param('override-dependencies = ["x==1.0"]', "x>=2", "not satisfied", id="override-below"),
        pytest.param('constraint-dependencies = ["x==1.0"]', "x>=2", "not satisfied", id="constraint-below"),
        pytest.param('override-dependencies = ["x==3"]', "x>=1,<3", "not satisfied", id="above-the-bound"),
        pytest.param('override-dependencies = ["X_y==1"]', "x-Y>=2", "not satisfied", id="names-normalised"),
        pytest.param('override-dependencies = ["x==2.5"]', "x>=1", "left the floor", id="left-behind"),
        pytest.param('override-dependencies = ["x==2.5"]', "x~=2.1", "left the floor", id="compatible-release"),
        pytest.param('override-dependencies = ["x==1.2.*"]', "x>=1.3", "not satisfied", id="wildcard-below"),
        pytest.param('override-dependencies = ["x==1.2.*"]', "x>=1.2.3", None, id="wildcard-holds-the-floor"),
        pytest.param('override-dependencies = ["x==2.0"]', "x>=2", None, id="same"),
        pytest.param('override-dependencies = ["x==2"]', "x<3", None, id="no-floor"),
        pytest.param('override-dependencies = ["x>=2"]', "x>=3", None, id="no-pin"),
        pytest.param('override-dependencies = ["x==1"]', "y>=3", None, id="another"),
        pytest.param('override-dependencies = ["x==2rc1"]', "x>=2rc1", None, id="pre-release"),
        pytest.param('# override-dependencies = ["x==1"]', "x>=3", None, id="comment"),
        pytest.param(
            "override-dependencies = [\"x==1; sys_platform == 'win32'\"]",
            "x>=2; sys_platform == 'linux'",
            None,
            id="never-together",
        ),
        pytest.param(
            "override-dependencies = [\"x==1; sys_platform == 'win32'\"]", "x>=2", "not satisfied", id="together"
        ),
    ],
)
def test_a_pin_is_the_floor_of_members(rules: RuleTree, pins: str, requirement: str, said: str | None) -> None:
    files = {"pyproject.toml": f"[tool.uv]\n{pins}\n{ROOT}", A: member("a", requirement)}
    found = rules.find("NK-PIN-FLOOR", files)
    assert places(found) == ([(A, 4)] if said else [])
    assert all((said or "") in finding.message for finding in found)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        pytest.param('[project.optional-dependencies]\nx = ["x>=2"]\n', 6, id="extra"),
        pytest.param('[dependency-groups]\nx = ["x>=2"]\n', 6, id="group"),
        pytest.param('[tool.uv]\ndev-dependencies = ["x>=2"]\n', 6, id="uv"),
    ],
)
def test_floors_stand_in_extras_and_groups_too(rules: RuleTree, more: str, line: int) -> None:
    root = f'[tool.uv]\noverride-dependencies = ["x==1"]\n{ROOT}'
    assert places(rules.find("NK-PIN-FLOOR", {"pyproject.toml": root, A: member("a", more=more)})) == [(A, line)]


def test_pins_may_lead_where_that_is_configured(rules: RuleTree) -> None:
    root = f'[tool.uv]\noverride-dependencies = ["x==2"]\n{ROOT}[tool.noxkit.rules.workspace]\npins-may-lead = true\n'
    assert rules.find("NK-PIN-FLOOR", {"pyproject.toml": root, A: member("a", "x>=1")}) == []
    assert len(rules.find("NK-PIN-FLOOR", {"pyproject.toml": root, A: member("a", "x>=3")})) == 1
