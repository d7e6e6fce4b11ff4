# SPDX-License-Identifier: Apache-2.0
"""Where the noxkit that runs came from: the documents of PEP 610, and the requirement that each becomes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

from noxkit.commands._origin import direct_requirement, own_requirement

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = {"vcs": "git", "commit_id": COMMIT}
ARCHIVE = {"archive_info": {"hashes": {"sha256": "00"}}}
INSTALLED: dict[str, tuple[dict[str, Any], str]] = {
    "a repository": ({"url": "https://h.test/a/noxkit.git", "vcs_info": GIT}, "git+https://h.test/a/noxkit.git"),
    "a tag of it": (
        {"url": "https://h.test/noxkit", "vcs_info": {**GIT, "requested_revision": "v1.2"}},
        "git+https://h.test/noxkit@v1.2",
    ),
    "a folder of it": (
        {"url": "https://h.test/all", "vcs_info": GIT, "subdirectory": "tools/noxkit"},
        "git+https://h.test/all#subdirectory=tools/noxkit",
    ),
    "a repository on disk": ({"url": "file:///r/noxkit", "vcs_info": GIT}, "git+file:///r/noxkit"),
    "another system": ({"url": "https://h.test/n", "vcs_info": {**GIT, "vcs": "hg"}}, "hg+https://h.test/n"),
    "over ssh": ({"url": "ssh://git@h.test/noxkit.git", "vcs_info": GIT}, "git+ssh://git@h.test/noxkit.git"),
    "an editable folder": ({"url": "file:///w/noxkit", "dir_info": {"editable": True}}, "file:///w/noxkit"),
    "a folder": ({"url": "file:///w/a%20b/noxkit", "dir_info": {}}, "file:///w/a%20b/noxkit"),
    "a wheel on disk": (
        {"url": "file:///w/noxkit-1-py3-none-any.whl", **ARCHIVE},
        "file:///w/noxkit-1-py3-none-any.whl",
    ),
    "an archive": ({"url": "https://h.test/noxkit.tar.gz", **ARCHIVE}, "https://h.test/noxkit.tar.gz"),
}
SECRETS = {
    "user and password": ("https://me:hunter2@h.test/noxkit", "git+https://h.test/noxkit"),
    "a token": ("https://hunter2@h.test/noxkit", "git+https://h.test/noxkit"),
    "an at sign in the password": ("https://me:hunter2@x@h.test:8443/noxkit", "git+https://h.test:8443/noxkit"),
    "a variable": ("https://${HUNTER2}@h.test/noxkit", "git+https://h.test/noxkit"),
    "a password of ssh": ("ssh://git:hunter2@h.test/noxkit", "git+ssh://git@h.test/noxkit"),
    "a signature": ("https://h.test/noxkit?signature=hunter2", "git+https://h.test/noxkit"),
    "a fragment": ("https://h.test/noxkit#hunter2", "git+https://h.test/noxkit"),
}
UNUSABLE = ["", "{", "null", "[]", '{"url": 1}', '{"url": ""}', '{"url": "noxkit"}', '{"url": "https://[x/"}']


@pytest.mark.parametrize(("document", "url"), INSTALLED.values(), ids=INSTALLED.keys())
def test_an_installation_becomes_the_requirement_that_makes_it_again(document: dict[str, Any], url: str) -> None:
    requirement = direct_requirement(json.dumps(document))
    assert requirement == f"noxkit @ {url}"
    assert requirement is not None
    assert Requirement(requirement).url == url


@pytest.mark.parametrize(("url", "bare"), SECRETS.values(), ids=SECRETS.keys())
def test_credentials_are_taken_away(url: str, bare: str) -> None:
    assert direct_requirement(json.dumps({"url": url, "vcs_info": GIT})) == f"noxkit @ {bare}"


@pytest.mark.parametrize("content", UNUSABLE)
def test_a_document_that_names_no_url_says_nothing(content: str) -> None:
    assert direct_requirement(content) is None


def test_this_noxkit_is_the_first_distribution_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "noxkit-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: noxkit\nVersion: 1.0.0\n")
    monkeypatch.setattr("sys.path", [str(tmp_path), *sys.path])
    assert own_requirement() is None
    (info / "direct_url.json").write_text('{"url": "file:///w/noxkit", "dir_info": {}}')
    assert own_requirement() == "noxkit @ file:///w/noxkit"
