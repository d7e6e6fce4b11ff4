# SPDX-License-Identifier: Apache-2.0
"""The file name of a wheel: its form, its normalised parts, and its tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

INVALID = {
    "no tags": ("demo-1.0.whl", True),
    "two tags": ("demo-1.0-py3-none.whl", True),
    "a part too many": ("demo-1.0-1-x-py3-none-any.whl", True),
    "no version": ("demo-x-py3-none-any.whl", True),
    "two underscores": ("demo__x-1.0-py3-none-any.whl", True),
    "no name": ("-1.0-py3-none-any.whl", True),
    "a build tag of letters": ("demo-1.0-b1-py3-none-any.whl", True),
    "capitals, which is another rule": ("Demo-1.0-py3-none-any.whl", False),
    "a build tag": ("demo-1.0-1b-py3-none-any.whl", False),
    "a local version": ("demo-1.0+cpu-py3-none-any.whl", False),
    "many tags": ("demo-1.0-cp310.cp311-abi3.none-win32.any.whl", False),
}


@pytest.mark.parametrize(("name", "fires"), INVALID.values(), ids=INVALID)
def test_a_file_name_has_the_form_of_one(artifacts: Artifacts, name: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-FILENAME-INVALID", {name: ""})) is fires


def test_what_is_wrong_with_the_name_is_told(artifacts: Artifacts) -> None:
    (found,) = artifacts.find("NK-FILENAME-INVALID", {"demo-1_0-py3-none-any.whl": ""})
    assert found.path == "dist/demo-1_0-py3-none-any.whl"
    assert "version" in found.message


NORMAL = {
    "capitals": ("Demo-1.0-py3-none-any.whl", "demo"),
    "a dot": ("zope.demo-1.0-py3-none-any.whl", "zope_demo"),
    "a dot and capitals": ("Zope.Demo_x-1.0-py3-none-any.whl", "zope_demo_x"),
    "normal": ("zope_demo-1.0-py3-none-any.whl", None),
    "a digit": ("2to3-1.0-py3-none-any.whl", None),
}


@pytest.mark.parametrize(("name", "wanted"), NORMAL.values(), ids=NORMAL)
def test_the_project_is_written_in_its_normal_form(artifacts: Artifacts, name: str, wanted: str | None) -> None:
    found = artifacts.find("NK-FILENAME-NOT-NORMALIZED", {name: ""})
    assert [f"`{wanted}`" in each.message for each in found] == ([True] if wanted else [])


VERSIONS = {
    "upper case": ("1.0RC1", "1.0rc1"),
    "a leading v": ("v1.0", "1.0"),
    "a leading zero": ("1.01", "1.1"),
    "a word": ("1.0alpha1", "1.0a1"),
    "a dot before rc": ("1.0.rc1", "1.0rc1"),
    "a post release by letter": ("1.0.r1", "1.0.post1"),
    "trailing zeros": ("1.0.0", None),
    "an epoch": ("1!2.0", None),
    "all parts": ("1.0a1.post2.dev3", None),
    "a local part": ("1.0+a.1", None),
    "one with capitals": ("1.0+CPU", "1.0+cpu"),
}


@pytest.mark.parametrize(("version", "wanted"), VERSIONS.values(), ids=VERSIONS)
def test_the_version_is_written_in_its_normal_form(artifacts: Artifacts, version: str, wanted: str | None) -> None:
    found = artifacts.find("NK-FILENAME-VERSION-NOT-NORMALIZED", {f"demo-{version}-py3-none-any.whl": ""})
    assert [f"`{wanted}`" in each.message for each in found] == ([True] if wanted else [])


TAKEN = [
    *("any", "win32", "win_amd64", "win_arm64", "win_ia64", "linux_armv6l", "linux_armv7l"),
    *("manylinux1_x86_64", "manylinux1_i686", "manylinux2010_i686", "manylinux2014_aarch64"),
    *("manylinux2014_ppc64", "manylinux2014_s390x", "manylinux_2_28_x86_64", "manylinux_2_39_riscv64"),
    *("manylinux_2_17_ppc64", "musllinux_1_2_aarch64", "macosx_10_9_x86_64", "macosx_10_16_universal2"),
    *("macosx_11_0_arm64", "macosx_15_0_universal2", "macosx_26_0_arm64", "macosx_10_6_intel"),
    *("ios_13_0_arm64_iphoneos", "ios_13_0_x86_64_iphonesimulator", "android_21_arm64_v8a"),
    *("android_24_x86", "pyemscripten_2025_0_wasm32"),
]
REFUSED = [
    *("linux_x86_64", "linux_aarch64", "linux_i686", "manylinux1_aarch64", "manylinux2010_aarch64"),
    *("manylinux2014_riscv64", "manylinux_2_28_loongarch64", "musllinux_1_2_ppc64", "musllinux_1_2_mips"),
    *("macosx_11_1_arm64", "macosx_16_0_arm64", "macosx_9_0_ppc", "macosx_10_9_fat32", "macosx_14_arm64"),
    *("win_x86", "win_aarch64", "freebsd_13_amd64", "emscripten_3_1_58_wasm32", "pyodide_2024_0_wasm32"),
    *("wasi_0_0_0_wasm32", "ios_13_0_arm64", "android_21_aarch64", "cygwin_x86_64", "openbsd_7_amd64"),
]


@pytest.mark.parametrize("platform", TAKEN)
def test_what_the_index_takes_is_taken(artifacts: Artifacts, platform: str) -> None:
    assert artifacts.find("NK-TAG-PLATFORM-UNSUPPORTED", {f"demo-1.0-py3-none-{platform}.whl": ""}) == []


@pytest.mark.parametrize("platform", REFUSED)
def test_what_the_index_refuses_is_told(artifacts: Artifacts, platform: str) -> None:
    (found,) = artifacts.find("NK-TAG-PLATFORM-UNSUPPORTED", {f"demo-1.0-py3-none-{platform}.whl": ""})
    assert f"`{platform}`" in found.message


def test_each_tag_that_the_index_refuses_is_told_alone(artifacts: Artifacts) -> None:
    name = "demo-1.0-py3-none-linux_x86_64.macosx_11_1_arm64.manylinux2014_x86_64.whl"
    found = artifacts.find("NK-TAG-PLATFORM-UNSUPPORTED", {name: ""})
    assert ["auditwheel" in each.hint for each in found] == [True, False]


ORDERS = {
    "interpreters": ("py3.py2-none-any", True),
    "platforms": ("py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
    "ABIs": ("cp39-none.abi3-any", True),
    "as text": ("py310.py39-none-any", False),
    "sorted platforms": ("py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64", False),
    "one of each": ("py3-none-any", False),
}


@pytest.mark.parametrize(("tags", "fires"), ORDERS.values(), ids=ORDERS)
def test_tags_are_sorted(artifacts: Artifacts, tags: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-TAG-ORDER", {f"demo-1.0-{tags}.whl": ""})) is fires


NARROW = {
    "one version": ("cp312-none-any", "", True),
    "two versions": ("cp311.cp312-none-any", "", True),
    "an ABI": ("cp312-cp312-any", "", True),
    "PyPy": ("pp310-none-any", "", True),
    "any Python 3": ("py3-none-any", "", False),
    "Python 3.12 and later": ("py312-none-any", "", False),
    "both": ("cp312.py3-none-any", "", False),
    "a platform": ("cp312-none-win_amd64", "", False),
    "native code": ("cp312-none-any", '[magic]\n"demo/a.so" = "elf-x86_64"', False),
}


@pytest.mark.parametrize(("tags", "recipe", "fires"), NARROW.values(), ids=NARROW)
def test_a_pure_wheel_is_for_every_interpreter(artifacts: Artifacts, tags: str, recipe: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-TAG-TOO-NARROW", {f"demo-1.0-{tags}.whl": recipe})) is fires


RANGES = {
    "Python 2": ("py2.py3-none-any", ">=3.8", "py2"),
    "Python 2.7": ("py27.py3-none-any", ">=3", "py27"),
    "an old one": ("cp38-cp38-win32", ">=3.10", "cp38"),
    "one that is too new": ("cp313-cp313-win32", ">=3.10,<3.13", "cp313"),
    "one that is left out": ("cp311-cp311-win32", ">=3.10,!=3.11.*", "cp311"),
    "PyPy": ("pp39-pypy39_pp73-win32", ">=3.10", "pp39"),
    "from a version on, and all excluded": ("py312-none-any", "<3.12", "py312"),
    "the stable ABI from later on": ("cp312-abi3-win32", "<3.12", "cp312"),
    "Python 3 alone": ("py3-none-any", "<3", "py3"),
    "the stable ABI from before": ("cp37-abi3-win32", ">=3.10", None),
    "a patch release": ("cp39-cp39-win32", ">=3.9.17", None),
    "one patch release": ("cp39-cp39-win32", "==3.9.17", None),
    "a compatible release": ("cp39-cp39-win32", "~=3.9.2", None),
    "from before": ("py38-none-any", ">=3.10", None),
    "both": ("py2.py3-none-any", ">=2.7,!=3.0.*", None),
    "nothing stated": ("py2.py3-none-any", None, None),
    "no specifier": ("py2.py3-none-any", "three", None),
    "an unknown interpreter": ("xx39-none-any", ">=3.10", None),
}


@pytest.mark.parametrize(("tags", "stated", "refused"), RANGES.values(), ids=RANGES)
def test_tags_and_requires_python_agree(
    artifacts: Artifacts, tags: str, stated: str | None, refused: str | None
) -> None:
    recipe = f"[metadata]\nRequires-Python = {'false' if stated is None else repr(stated)}\n"
    found = artifacts.find("NK-TAG-VS-REQUIRES-PYTHON", {f"demo-1.0-{tags}.whl": recipe})
    assert [f"`{refused}`" in each.message for each in found] == ([True] if refused else [])
