# SPDX-License-Identifier: Apache-2.0
"""The .dist-info folder of a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
GONE = "".join(f'"{{info}}/{name}" = false\n' for name in ("METADATA", "WHEEL", "RECORD", "licenses/LICENSE"))
OTHER = '"{0}/METADATA" = "Metadata-Version: 2.4\\nName: demo\\nVersion: 1.0\\n"\n'


def moved(folder: str) -> str:
    """A wheel whose .dist-info folder is called otherwise."""
    return f"[files]\n{GONE}{OTHER.format(folder)}"


FOLDERS = {
    "none": (f"[files]\n{GONE}", "MISSING"),
    "not at the top": (moved("src/demo-1.0.dist-info"), "MISSING"),
    "egg-info": (moved("demo-1.0.egg-info"), "MISSING"),
    "a file of that name": (f'[files]\n{GONE}"demo-1.0.dist-info" = "x"\n', "MISSING"),
    "two versions": (f"[files]\n{OTHER.format('demo-1.1.dist-info')}", "MULTIPLE"),
    "another project": (f"[files]\n{OTHER.format('other-1.0.dist-info')}", "MULTIPLE"),
    "two spellings": (f"[files]\n{OTHER.format('Demo-1.0.dist-info')}", "MULTIPLE"),
    "three": (f"[files]\n{OTHER.format('a-1.dist-info')}{OTHER.format('b-1.dist-info')}", "MULTIPLE"),
    "another version": (moved("demo-1.1.dist-info"), "NAME-MISMATCH"),
    "another form of the version": (moved("demo-1.0.0.dist-info"), "NAME-MISMATCH"),
    "another spelling": (moved("Demo-1.0.dist-info"), "NAME-MISMATCH"),
    "no version": (moved("demo.dist-info"), "NAME-MISMATCH"),
    "vendored": (f"[files]\n{OTHER.format('demo/_vendor/other-1.0.dist-info')}", None),
    "a folder that ends alike": ('[files]\n"demo/x.dist-info/a" = ""\n', None),
    "healthy": ("", None),
}


@pytest.mark.parametrize(("recipe", "which"), FOLDERS.values(), ids=FOLDERS)
@pytest.mark.parametrize("rule", ["MISSING", "MULTIPLE", "NAME-MISMATCH"])
def test_there_is_one_folder_of_that_name(artifacts: Artifacts, recipe: str, which: str | None, rule: str) -> None:
    assert bool(artifacts.find(f"NK-DISTINFO-{rule}", {WHEEL: recipe})) is (rule == which)


def test_an_empty_archive_says_so_elsewhere(artifacts: Artifacts) -> None:
    assert artifacts.find("NK-DISTINFO-MISSING", {WHEEL: '[archive]\nformat = "garbage"'}) == []


def test_of_several_folders_the_wrong_one_is_shown(artifacts: Artifacts) -> None:
    (found,) = artifacts.find("NK-DISTINFO-MULTIPLE", {WHEEL: f"[files]\n{OTHER.format('aaa-1.0.dist-info')}"})
    assert found.path == f"dist/{WHEEL}/aaa-1.0.dist-info"


LEFT = {
    "pip's name": '[files]\n"{info}/INSTALLER" = "pip\\n"',
    "what was asked for": '[files]\n"{info}/REQUESTED" = ""',
    "where it came from": '[files]\n"{info}/direct_url.json" = "{}"',
    "uv's": '[files]\n"{info}/uv_cache.json" = "{}"',
    "the list of another": '[files]\n"other-1.dist-info/RECORD" = ""',
    "a row of another": '[record]\nadd = [["other-1.dist-info/METADATA", "", ""]]',
}
NOT_LEFT = {
    "vendored": '[files]\n"demo/_vendor/x-1.dist-info/INSTALLER" = ""\n"demo/_vendor/x-1.dist-info/RECORD" = ""',
    "a module of that name": '[files]\n"demo/INSTALLER" = ""\n"INSTALLER" = ""',
    "a licence of that name": '[files]\n"{info}/licenses/INSTALLER" = ""',
    "healthy": "",
}


@pytest.mark.parametrize("recipe", LEFT.values(), ids=LEFT)
def test_what_an_installer_wrote_is_told(artifacts: Artifacts, recipe: str) -> None:
    assert len(artifacts.find("NK-DISTINFO-INSTALLER-LEFTOVER", {WHEEL: recipe})) == 1


@pytest.mark.parametrize("recipe", NOT_LEFT.values(), ids=NOT_LEFT)
def test_what_only_looks_like_it_is_not_told(artifacts: Artifacts, recipe: str) -> None:
    assert artifacts.find("NK-DISTINFO-INSTALLER-LEFTOVER", {WHEEL: recipe}) == []
