# SPDX-License-Identifier: Apache-2.0
"""The builder of broken files: what it builds of an empty recipe is healthy, for others and for every rule."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from noxkit.rules import load_families
from tests.artifacts._facts import SCOPES
from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

RULES = [rule for family in load_families().values() for rule in family.values() if rule.scope in SCOPES]
WHEELS = (
    "demo-1.0-py3-none-any.whl",
    "demo-1.0-1-py3-none-any.whl",
    "Demo.Name-1.0.post1+local-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "demo.whl",
)


@pytest.mark.parametrize("name", WHEELS)
def test_the_standard_library_reads_a_wheel(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(build(name, ""))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        record = archive.read(next(name for name in names if name.endswith("/RECORD"))).decode()
    assert [line.split(",")[0] for line in record.splitlines()] == names


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "demo-1.0.zip", "demo.tar.gz"])
def test_others_read_an_sdist(name: str) -> None:
    data = io.BytesIO(build(name, '[members."{root}/link"]\nlink = "README.md"\n'))
    if name.endswith(".zip"):
        assert zipfile.ZipFile(data).testzip() is None
        return
    with tarfile.open(fileobj=data, mode="r:gz") as archive:
        members = archive.getmembers()
    assert {member.name.split("/")[0] for member in members} == {name.removesuffix(".tar.gz")}
    assert [member.linkname for member in members if member.issym()] == ["README.md"]


def test_no_rule_has_anything_to_say_about_the_healthy_files(artifacts: Artifacts) -> None:
    found = artifacts.find_by(RULES, {"demo-1.0-py3-none-any.whl": "", "demo-1.0.tar.gz": ""})
    assert [(finding.code, finding.message) for finding in found] == []


_HARMLESS = [
    pytest.param("[archive]\nformat = 'empty'", id="empty"),
    pytest.param("[archive]\nformat = 'garbage'", id="garbage"),
    pytest.param("[archive]\ntruncate = -200", id="cut"),
    pytest.param("[metadata-text]\ntext = ''", id="no-metadata"),
    pytest.param("[files]\n'{info}/METADATA' = '\\u0000'", id="metadata-of-a-zero"),
    pytest.param("[bytes]\n'{info}/METADATA' = '//8='\n'{info}/RECORD' = '//8='", id="metadata-not-utf8"),
    pytest.param("[bytes]\n'{info}/WHEEL' = '//8='\n'{info}/entry_points.txt' = '//8='", id="wheel-not-utf8"),
    pytest.param("[members.'demo/__init__.py']\nraw = ''", id="empty-name"),
    pytest.param("[members.'demo/__init__.py']\nname = '/'", id="slash"),
    pytest.param("[members.'demo/__init__.py']\nname = '../../../etc/passwd'", id="traversal"),
    pytest.param("[members.'demo/__init__.py']\nraw = 'fffefd00'", id="name-of-any-bytes"),
    pytest.param("[members.'demo/__init__.py']\nrepeat = 3", id="repeated"),
    pytest.param(f"[files]\n'demo/deep.py' = 'x = {'(' * 5000}'", id="deep"),
    pytest.param(f"[files]\n'demo/deep.py' = 'x = {'-' * 50000}1'", id="deeper"),
    pytest.param(f"[members.'demo/__init__.py']\nname = '{'n' * 65000}'", id="long-name"),
    pytest.param(f"[members.'demo/__init__.py']\nname = '{'n/' * 4000}n'", id="deep-name"),
]  # fmt: skip


@pytest.mark.parametrize("recipe", _HARMLESS)
@pytest.mark.parametrize("name", ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz", "-.whl", ".tar.gz"])
def test_no_rule_fails_on_a_file_however_broken(artifacts: Artifacts, name: str, recipe: str) -> None:
    for finding in artifacts.find_by(RULES, {name: recipe}):
        assert finding.message
        assert finding.hint
