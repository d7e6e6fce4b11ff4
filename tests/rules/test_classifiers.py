# SPDX-License-Identifier: Apache-2.0
"""Classifiers compared with what the package is: defects in every spelling, and look-alikes that stay silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety
from noxkit.workspace.pythons import NEWEST, SUPPORTED
from tests.rules._fixed import fixed

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "acme"\nversion = "1.0"\n'
BUILD = '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
NEW = int(NEWEST.rpartition(".")[2])
POETRY = '[tool.poetry]\nname = "acme"\nversion = "1"\n'


def _pythons(*minors: str) -> str:
    return "classifiers = [" + ", ".join(f'"Programming Language :: Python :: {minor}"' for minor in minors) + "]\n"


def _requires(specifier: str) -> str:
    return f'{HEAD}requires-python = "{specifier}"\n'


_PYTHON = [
    pytest.param(_requires(">=3.12,<3.14") + _pythons("3.12"), [(5, "admits Python 3.13,")], id="one-missing"),
    pytest.param(_requires(">=3.12,<3.15") + _pythons("3.12"), [(5, "admits Python 3.13, 3.14,")], id="two-missing"),
    pytest.param(_requires(">=3.13,<3.14") + _pythons("3.12", "3.13"), [(5, "excludes Python 3.12")], id="too-old"),
    pytest.param(_requires(">=3.12,<3.13") + _pythons("3.12", "3.13"), [(5, "excludes Python 3.13")], id="too-new"),
    pytest.param(_requires(">=3.10") + _pythons(*SUPPORTED[1:]), [(5, "admits Python 3.10,")], id="oldest-missing"),
    pytest.param(_requires(">=3.9") + _pythons(*SUPPORTED), [(5, "admits Python 3.9,")], id="older-than-noxkit"),
    pytest.param(_requires(f">={NEWEST}") + _pythons("3"), [(5, f"admits Python {NEWEST},")], id="no-minor"),
    pytest.param(_requires("==3.12.*") + 'classifiers = []', [(5, "admits Python 3.12,")], id="empty"),
    pytest.param(_requires("==3.12.*") + "# " + _pythons("3.12") + BUILD, [(1, "admits Python 3.12,")], id="comment"),
    pytest.param(_requires("~=3.12.0") + BUILD, [(1, "admits Python 3.12,")], id="no-classifiers"),
    pytest.param(_requires(">=3.12.4,<3.13") + _pythons("3.11"),
                 [(5, "admits Python 3.12,"), (5, "excludes Python 3.11")], id="both"),
    pytest.param(_requires(">=3.10,!=3.11.*") + _pythons(*SUPPORTED), [(5, "excludes Python 3.11")], id="hole"),
    pytest.param(_requires(">=3.10") + _pythons(*SUPPORTED), [], id="same"),
    pytest.param(_requires(">=3.10") + _pythons(*reversed(SUPPORTED)), [], id="in-another-order"),
    pytest.param(_requires(">=3.10") + _pythons("3", "3 :: Only", *SUPPORTED), [], id="majors"),
    pytest.param(_requires(">=3.10") + _pythons("2.7", *SUPPORTED), [], id="python-2-is-no-minor-of-3"),
    pytest.param(_requires(">=3.10") + _pythons(*SUPPORTED, f"3.{NEW + 1}"), [], id="a-pre-release"),
    pytest.param(_requires(">=3.10.2") + _pythons(*SUPPORTED), [], id="patch-release"),
    pytest.param(_requires("<4") + _pythons(*SUPPORTED), [], id="no-lower-bound"),
    pytest.param(_requires(">=3.10,<4") + _pythons(*SUPPORTED), [], id="upper-bound"),
    pytest.param(HEAD + _pythons("3.12"), [], id="no-requires-python"),
    pytest.param(_requires("==3.12.*"), [], id="not-published-and-no-classifiers"),
    pytest.param(_requires("==3.12.*") + 'dynamic = ["classifiers"]\n' + BUILD, [], id="dynamic-classifiers"),
    pytest.param(HEAD + 'dynamic = ["requires-python"]\n' + _pythons("3.12"), [], id="dynamic-requires-python"),
    pytest.param(_requires("three") + _pythons(*SUPPORTED), [], id="a-specifier-that-is-none"),
    pytest.param(POETRY + _pythons("3.9") + '[tool.poetry.dependencies]\npython = "^3.10"\n', [], id="poetry"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "expected"), _PYTHON)
def test_python_classifiers_are_those_that_requires_python_admits(
    rules: RuleTree, pyproject: str, expected: list[tuple[int, str]]
) -> None:
    found = rules.find("NK-CLASSIFIER-PYTHON", {"pyproject.toml": pyproject})
    assert [finding.line for finding in found] == [line for line, _ in expected]
    assert all(said in finding.message for finding, (_, said) in zip(found, expected, strict=True))
    assert all(finding.fix is FixSafety.SAFE for finding in found)


def test_a_configured_set_says_which_minor_is_the_newest(rules: RuleTree) -> None:
    pyproject = _requires(">=3.11") + _pythons("3.11", "3.12") + '[tool.noxkit]\npython = ["3.11", "3.12"]\n'
    assert rules.find("NK-CLASSIFIER-PYTHON", {"pyproject.toml": pyproject}) == []


def test_setup_cfg_is_not_judged_by_what_is_absent(rules: RuleTree) -> None:
    cfg = "[metadata]\nname = acme\nversion = 1\n[options]\npython_requires = >=3.10\n"
    assert rules.find("NK-CLASSIFIER-PYTHON", {"pyproject.toml": BUILD, "setup.cfg": cfg}) == []


def test_the_fix_of_python_classifiers_keeps_comments_and_order(rules: RuleTree) -> None:
    before = """[project]
name = "acme"
version = "1.0"
requires-python = ">=3.12,<3.14"
classifiers = [
  "Environment :: Console",
  # the oldest that we test
  "Programming Language :: Python :: 3.11",
  "Programming Language :: Python :: 3.12",
  "Typing :: Typed", # since 1.0
]
"""
    after = fixed(rules, "NK-CLASSIFIER-PYTHON", {"pyproject.toml": before})["pyproject.toml"].decode()
    assert "# since 1.0" in after
    assert "3.11" not in after
    lines = [line.strip().split(" #")[0] for line in after.splitlines() if "::" in line]
    assert lines == [
        '"Environment :: Console",',
        '"Programming Language :: Python :: 3.12",',
        '"Programming Language :: Python :: 3.13",',
        '"Typing :: Typed",',
    ]


PLAIN = HEAD + 'classifiers = ["Topic :: Internet"]\n'
TYPED = HEAD + 'classifiers = ["Topic :: Internet", "Typing :: Typed"]\n'
MARK = {"src/acme/__init__.py": "", "src/acme/py.typed": ""}
_TYPED = [
    pytest.param(PLAIN, MARK, (4, "no classifier"), id="marker-alone"),
    pytest.param(HEAD + BUILD, MARK, (1, "no classifier"), id="marker-alone-and-no-classifiers"),
    pytest.param(HEAD + '# "Typing :: Typed"\nclassifiers = []\n', MARK, (5, "no classifier"), id="claim-in-a-comment"),
    pytest.param(PLAIN, {"acme/__init__.py": "", "acme/py.typed": ""}, (4, "no classifier"), id="flat-marker"),
    pytest.param(HEAD.replace("acme", "acme-web") + "classifiers = []\n",
                 {"src/acme/web/__init__.py": "", "src/acme/web/py.typed": "partial\n"}, (4, "no classifier"),
                 id="marker-in-the-leaf-of-a-namespace"),
    pytest.param(TYPED, {"src/acme/__init__.py": ""}, (4, "no `py.typed`"), id="claim-alone"),
    pytest.param(TYPED, {"acme.py": ""}, (4, "no `py.typed`"), id="single-module"),
    pytest.param(TYPED, {"src/acme/__init__.py": "", "tests/x/py.typed": ""}, (4, "no `py.typed`"),
                 id="marker-in-tests"),
    pytest.param(TYPED, {"src/acme/__init__.py": "", "src/acme/py.typed.txt": ""}, (4, "no `py.typed`"),
                 id="other-name"),
    pytest.param(TYPED, {"src/acme/__init__.pyi": ""}, (4, "no `py.typed`"), id="stubs-beside-the-source"),
    pytest.param(TYPED, MARK, None, id="both"),
    pytest.param(PLAIN, {"src/acme/__init__.py": ""}, None, id="neither"),
    pytest.param(HEAD, MARK, None, id="not-published-and-no-classifiers"),
    pytest.param(HEAD + 'dynamic = ["classifiers"]\n' + BUILD, MARK, None, id="dynamic"),
    pytest.param(PLAIN, {"src/acme/__init__.py": "", "src/acme/_vendor/x/py.typed": ""}, None, id="vendored-marker"),
    pytest.param(PLAIN, {"src/acme/__init__.py": "", "tests/data/x/py.typed": ""}, None, id="marker-of-a-fixture"),
    pytest.param(TYPED, {"README.md": ""}, None, id="nothing-to-import"),
    pytest.param(TYPED, {"src/acme-stubs/__init__.pyi": ""}, None, id="stub-package"),
    pytest.param(TYPED, {"src/acme/__init__.py": "", "src/acme/core/py.typed": ""}, None, id="marker-below"),
    pytest.param(POETRY + BUILD, MARK, None, id="poetry"),
    pytest.param(HEAD + 'classifiers = ["Typing :: Stubs Only"]', {"src/acme/__init__.py": ""}, None, id="stubs-only"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "files", "expected"), _TYPED)
def test_the_typed_classifier_goes_with_the_marker(
    rules: RuleTree, pyproject: str, files: dict[str, str], expected: tuple[int, str] | None
) -> None:
    found = rules.find("NK-CLASSIFIER-TYPED", {"pyproject.toml": pyproject, **files})
    assert len(found) == (expected is not None)
    if expected is not None:
        assert found[0].line == expected[0]
        assert expected[1] in found[0].message


def test_a_claim_is_removed_only_where_the_kind_is_not_typed(rules: RuleTree) -> None:
    kind = '[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\n'
    files = {"pyproject.toml": TYPED + kind, "src/acme/__init__.py": ""}
    assert [finding.fix for finding in rules.find("NK-CLASSIFIER-TYPED", files)] == [FixSafety.DISPLAY]
    untyped = {**files, "pyproject.toml": TYPED + kind + "typed = false\n"}
    assert fixed(rules, "NK-CLASSIFIER-TYPED", untyped)["pyproject.toml"].decode() == PLAIN + kind + "typed = false\n"


def test_the_marker_of_a_member_is_not_the_root_s(rules: RuleTree) -> None:
    root = TYPED + '[tool.uv.workspace]\nmembers = ["m"]\n'
    member = PLAIN.replace("acme", "member")
    files = {"m/pyproject.toml": member, "m/src/member/__init__.py": "", "m/src/member/py.typed": ""}
    found = rules.find("NK-CLASSIFIER-TYPED", {"pyproject.toml": root, "src/acme/__init__.py": "", **files})
    assert [(finding.path, finding.package) for finding in found] == [
        ("m/pyproject.toml", "member"),
        ("pyproject.toml", "acme"),
    ]


OLD = "Natural Language :: Ukranian"
_UNKNOWN = [
    pytest.param('"Development Status :: 5 - Stable"', ["did you mean"], id="misspelt"),
    pytest.param('"Programming Language :: Python :: 3.99"', ["did you mean"], id="no-such-python"),
    pytest.param('"programming language :: python"', ["did you mean"], id="lower-case"),
    pytest.param('"Typing:: Typed"', ["choose one"], id="space-missing"),
    pytest.param('" Typing :: Typed"', ["did you mean"], id="space-before"),
    pytest.param('"whatever"', ["choose one"], id="no-classifier-at-all"),
    pytest.param('""', ["choose one"], id="empty"),
    pytest.param('"Environment :: Console", "Topic :: Nonsense"', ["choose one"], id="second"),
    pytest.param('"Topic :: Made Up"', ["choose one"], id="like-another-in-its-beginning-alone"),
    pytest.param('"Topic :: Databse"', ["did you mean `Topic :: Database`"], id="misspelt-at-its-end"),
    pytest.param(f'"{OLD}"', ["it is `Natural Language :: Ukrainian` now"], id="renamed"),
    pytest.param('"Topic :: Communications :: Chat :: AOL Instant Messenger"', ["remove it"], id="given-up"),
    pytest.param('"private :: x"', ["choose one"], id="private-in-lower-case"),
    pytest.param('"Private :: Do Not Upload"', [], id="private"),
    pytest.param('"Private :: Whatever"', [], id="private-in-other-words"),
    pytest.param('"Typing :: Typed", "Environment :: Console"', [], id="known"),
    pytest.param('# "Topic :: Nonsense"\n', [], id="commented-out"),
    pytest.param("", [], id="none"),
    pytest.param('"License :: OSI Approved :: MIT License"', [], id="licence"),
    pytest.param('3, ["Topic :: Nonsense"]', [], id="no-texts"),
    pytest.param('"Typing :: Typed"]\nkeywords = ["Topic :: Nonsense"', [], id="another-key"),
    pytest.param('"Typing :: Typed"]\n[tool.poetry]\nclassifiers = ["Topic :: Nonsense"', [], id="another-table"),
]  # fmt: skip


@pytest.mark.parametrize(("listed", "hints"), _UNKNOWN)
def test_a_classifier_is_one_that_the_index_knows(rules: RuleTree, listed: str, hints: list[str]) -> None:
    found = rules.find("NK-CLASSIFIER-UNKNOWN", {"pyproject.toml": f"{HEAD}classifiers = [{listed}]\n"})
    assert [hint in finding.hint for finding, hint in zip(found, hints, strict=True)] == [True] * len(hints)
    assert all(finding.path == "pyproject.toml" and finding.line == 4 for finding in found)


def test_a_renamed_classifier_is_not_made_a_second_one(rules: RuleTree) -> None:
    pyproject = f'{HEAD}classifiers = ["{OLD}", "Natural Language :: Ukrainian"]\n'
    (found,) = rules.find("NK-CLASSIFIER-UNKNOWN", {"pyproject.toml": pyproject})
    assert found.fix is None


KIND = '[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\n'
PRIVATE = 'classifiers = ["Private :: Do Not Upload"]\n'
_DISAGREES = [
    pytest.param(HEAD + KIND + "publish = false\n", (1, FixSafety.SAFE), id="absent"),
    pytest.param(HEAD + BUILD + KIND + "publish = false\n", (1, FixSafety.SAFE), id="absent-with-build-system"),
    pytest.param(HEAD + "classifiers = []\n" + KIND + "publish = false\n", (4, FixSafety.SAFE), id="none"),
    pytest.param(PLAIN + KIND + "publish = false\n", (4, FixSafety.SAFE), id="others-alone"),
    pytest.param(HEAD + f"# {PRIVATE}" + KIND + "publish = false\n", (1, FixSafety.SAFE), id="commented-out"),
    pytest.param(HEAD + PRIVATE + KIND + "publish = true\n", (4, FixSafety.DISPLAY), id="present"),
    pytest.param(HEAD + PRIVATE.replace("Do Not Upload", "Acme") + KIND + "publish = true\n", (4, FixSafety.DISPLAY),
                 id="present-in-other-words"),
    pytest.param(HEAD + 'keywords = ["Private :: Do Not Upload"]\n' + KIND + "publish = false\n", (1, FixSafety.SAFE),
                 id="among-the-keywords"),
    pytest.param(HEAD + PRIVATE + KIND + "publish = false\n", None, id="agrees"),
    pytest.param(HEAD + 'classifiers = ["Private :: Acme"]\n' + KIND + "publish = false\n", None,
                 id="agrees-otherwise"),
    pytest.param(PLAIN + KIND + "publish = true\n", None, id="published"),
    pytest.param(HEAD + PRIVATE + KIND, None, id="kind-without-a-word"),
    pytest.param(PLAIN + KIND, None, id="kind-without-a-word-and-no-classifier"),
    pytest.param(HEAD + PRIVATE, None, id="no-kinds"),
    pytest.param(HEAD + KIND.replace('"."', '"other/*"') + "publish = false\n", None, id="another-kind"),
    pytest.param(HEAD + 'dynamic = ["classifiers"]\n' + KIND + "publish = false\n", None, id="dynamic"),
    pytest.param(POETRY + KIND + "publish = false\n", None, id="poetry"),
]  # fmt: skip


@pytest.mark.parametrize(("pyproject", "expected"), _DISAGREES)
def test_the_private_classifier_agrees_with_the_kind(
    rules: RuleTree, pyproject: str, expected: tuple[int, FixSafety] | None
) -> None:
    found = rules.find("NK-PRIVATE-CLASSIFIER", {"pyproject.toml": pyproject})
    assert [(finding.line, finding.fix) for finding in found] == ([expected] if expected else [])


def test_the_private_classifier_is_added_to_a_package_that_has_none(rules: RuleTree) -> None:
    after = fixed(rules, "NK-PRIVATE-CLASSIFIER", {"pyproject.toml": HEAD + "\n" + KIND + "publish = false\n"})
    assert after["pyproject.toml"].decode() == HEAD + PRIVATE + "\n" + KIND + "publish = false\n"


def test_a_package_with_the_private_classifier_is_never_publishable(rules: RuleTree) -> None:
    pyproject = HEAD + PRIVATE + 'dependencies = ["a @ https://x.org/a"]\n' + BUILD + KIND + "publish = true\n"
    assert rules.find("NK-DEPENDENCY-URL", {"pyproject.toml": pyproject}) == []


@pytest.mark.parametrize(
    ("specifier", "named", "raised"),
    [
        pytest.param(">=3.14", "3.13", False, id="there is no newer one"),
        pytest.param(">=3.12", "3.13", False, id="the newest is among them"),
        pytest.param(">=3.13", "3.14", True, id="an older one"),
    ],
)
def test_to_raise_requires_python_is_said_where_that_would_do(
    rules: RuleTree, specifier: str, named: str, raised: bool
) -> None:
    text = f'[project]\nname = "a"\nversion = "1"\nrequires-python = "{specifier}"\n'
    text += f'classifiers = ["Programming Language :: Python :: {named}"]\n'
    (found,) = [
        each for each in rules.find("NK-CLASSIFIER-PYTHON", {"pyproject.toml": text}) if "which no" in each.message
    ]
    assert ("or raise requires-python" in found.hint) is raised
