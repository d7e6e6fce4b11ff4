# SPDX-License-Identifier: Apache-2.0
"""The files of one project that lie together."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.artifacts._recipes import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts

LINUX, WINDOWS = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "demo-1.0-cp312-cp312-win_amd64.whl"
SDIST = "demo-1.0.tar.gz"


def _pyproject(version: str | None = "1.0", *, group: str | None = None, more: str = "") -> str:
    stated = f'version = "{version}"' if version else 'dynamic = ["version"]'
    kind = f'\n[[tool.noxkit.kinds]]\nname = "k"\npaths = ["."]\nversion-group = "{group}"\n{more}' if group else ""
    return f'[project]\nname = "demo"\n{stated}\n{kind}'


@pytest.mark.parametrize(
    ("first", "second", "fields"),
    [
        ("", "", []),
        ("", 'Requires-Dist = "pywin32"', ["Requires-Dist"]),
        ("", 'Requires-Python = ">=3.12"', ["Requires-Python"]),
        ("", 'Provides-Extra = "x"', ["Provides-Extra"]),
        ("", 'Summary = "Another"', ["Summary"]),
        ("", 'body = "another"', ["Description"]),
        ("", 'Metadata-Version = "2.5"', []),
        ("", 'License-File = ["LICENSE", "openblas.txt"]', []),
        ("License-Expression = false", 'License-Expression = false\nLicense = "MIT and others"', []),
        ('Requires-Dist = ["a", "b>1,<2"]', 'Requires-Dist = ["b<2,>1", "A"]', []),
        ("Requires-Dist = \"a; os_name == 'nt'\"", 'Requires-Dist = "a ; (os_name==\\"nt\\")"', []),
        ('body = "a\\n\\nb"', 'body = "a\\r\\n\\r\\nb\\r\\n"', []),
    ],
)
def test_wheels_of_one_version(artifacts: Artifacts, first: str, second: str, fields: list[str]) -> None:
    files: dict[str, str | bytes] = {LINUX: f"[metadata]\n{first}", WINDOWS: f"[metadata]\n{second}"}
    found = artifacts.find("NK-SET-METADATA-DIFFERS", files)
    assert [finding.message.split("`")[1] for finding in found] == fields


@pytest.mark.parametrize(
    ("files", "count"),
    [
        (("demo-1.0.tar.gz",), 0),
        (("demo-1.0.tar.gz", "demo-1.0.zip"), 1),
        (("acme_demo-1.0.tar.gz", "acme.demo-1.0.tar.gz"), 1),
        (("demo-1.0.tar.gz", "demo-1.0.0.tar.gz"), 1),
        (("demo-1.0.tar.gz", "demo-1.0.zip", "demo-1.0.tgz"), 1),
        (("demo-1.0.tar.gz", "demo-1.1.tar.gz"), 0),
        (("demo-1.0.tar.gz", "other-1.0.tar.gz"), 0),
        (("demo-1.0.tar.gz", LINUX, WINDOWS), 0),
    ],
)
def test_sdists_of_one_version(artifacts: Artifacts, files: tuple[str, ...], count: int) -> None:
    assert len(artifacts.find("NK-SET-DUPLICATE-SDIST", dict.fromkeys(files, ""))) == count


@pytest.mark.parametrize(
    ("files", "tree", "stale"),
    [
        (("demo-1.0.tar.gz", LINUX), None, None),
        (("demo-1.0.0.tar.gz", LINUX), None, None),
        (("demo-1.0.tar.gz", "demo-1.1.tar.gz"), None, "`demo-1.0.tar.gz` is"),
        (("demo-1.9.tar.gz", "demo-1.10.tar.gz"), None, "`demo-1.9.tar.gz` is"),
        (("demo-1.0.tar.gz", "demo-1.1.tar.gz"), "1.0", "`demo-1.1.tar.gz` is"),
        (("demo-1.0.tar.gz", "demo-1.1.tar.gz"), "2.0", "`demo-1.0.tar.gz` is"),
        (("demo-1.0.tar.gz", LINUX, "demo-1.1.dev1.tar.gz"), "1.1.dev1", "are beside the files of version 1.1.dev1"),
        (("demo-1.0.tar.gz", "other-1.1.tar.gz"), None, None),
        (("demo-1.0.tar.gz", "demo.tar.gz"), None, None),
    ],
)
def test_files_of_other_versions(
    artifacts: Artifacts, files: tuple[str, ...], tree: str | None, stale: str | None
) -> None:
    given: dict[str, str | bytes] = dict.fromkeys(files, "")
    if tree:
        given["pyproject.toml"] = _pyproject(tree)
    found = artifacts.find("NK-SET-STALE-FILE", given)
    assert len(found) == (stale is not None)
    assert all(stale in finding.message for finding in found if stale)


@pytest.mark.parametrize(
    ("tree", "files", "count"),
    [
        ("1.0", (SDIST,), 0),
        ("1.0.0", (SDIST, LINUX), 0),
        ("1.1", (SDIST, LINUX), 1),
        ("1.0.post1", (SDIST,), 1),
        ("1.1", (SDIST, "demo-1.1.tar.gz"), 0),
        (None, (SDIST,), 0),
        ("1.1", ("demo.tar.gz",), 0),
    ],
)
def test_the_version_of_the_tree(artifacts: Artifacts, tree: str | None, files: tuple[str, ...], count: int) -> None:
    given: Mapping[str, str | bytes] = {**dict.fromkeys(files, ""), "pyproject.toml": _pyproject(tree)}
    assert len(artifacts.find("NK-TREE-VERSION-MISMATCH", given)) == count


CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [{}] - 2026-01-31\n"
REQUIRED = 'required-files = ["CHANGELOG.md"]'


@pytest.mark.parametrize(
    ("files", "tags", "words"),
    [
        ({"pyproject.toml": _pyproject(group="g"), "CHANGELOG.md": CHANGELOG.format("1.0.0")}, (), None),
        ({"pyproject.toml": _pyproject(group="g"), "CHANGELOG.md": CHANGELOG.format("0.9")}, (), "names is 0.9"),
        ({"pyproject.toml": _pyproject(), "CHANGELOG.md": CHANGELOG.format("0.9")}, ("v0.9",), None),
        ({"pyproject.toml": _pyproject(group="g"), "docs/CHANGELOG.md": CHANGELOG.format("0.9")}, (), None),
        ({"pyproject.toml": _pyproject(group="g"), "CHANGELOG.md": "# Changelog\n"}, (), None),
        (
            {"pyproject.toml": _pyproject(group="g", more=REQUIRED), "CHANGELOG.md": CHANGELOG.format("0.9")},
            (),
            None,
        ),
        ({"pyproject.toml": _pyproject(group="g")}, ("v1.0",), None),
        ({"pyproject.toml": _pyproject(group="g")}, ("v1.0.0", "v1"), None),
        ({"pyproject.toml": _pyproject(group="g")}, ("v1.1",), "the tag `v1.1`"),
        ({"pyproject.toml": _pyproject(group="g")}, ("latest", "other-v1.1"), None),
        (
            {"pyproject.toml": _pyproject(group="g", more='[tool.noxkit.release]\ntag = "{name}@{version}"')},
            ("demo@2", "v1.0"),
            "the tag `demo@2`",
        ),
    ],
)
def test_what_has_to_go_with_a_release(
    artifacts: Artifacts, files: dict[str, str], tags: tuple[str, ...], words: str | None
) -> None:
    found = artifacts.find("NK-VERSION-SYNC", {**files, SDIST: ""}, tags=tags)
    assert len(found) == (words is not None)
    assert all(words in finding.message for finding in found if words)


@pytest.mark.parametrize(("other", "group", "count"), [("1.0", "g", 0), ("1.1", "g", 1), ("1.1", "h", 0)])
def test_siblings_of_a_group(artifacts: Artifacts, other: str, group: str, count: int) -> None:
    kinds = "".join(
        f'[[tool.noxkit.kinds]]\nname = "{name}"\npaths = ["{name}"]\nversion-group = "{of}"\n'
        for name, of in (("demo", "g"), ("other", group))
    )
    files = {
        "pyproject.toml": f'[tool.uv.workspace]\nmembers = ["demo", "other"]\n{kinds}',
        "demo/pyproject.toml": '[project]\nname = "demo"\nversion = "1.0"\n',
        "other/pyproject.toml": f'[project]\nname = "other"\nversion = "{other}"\n',
    }
    found = artifacts.find("NK-VERSION-SYNC", {**files, SDIST: ""})
    assert len(found) == count
    assert all("other/pyproject.toml" in finding.message for finding in found)


DATA = build(SDIST, "")
SHA256 = hashlib.sha256(DATA).hexdigest()
PUBLISH, SLSA = "https://docs.pypi.org/attestations/publish/v1", "https://slsa.dev/provenance/v1"


def _statement(*, name: str = SDIST, sha256: str = SHA256, predicate: str = PUBLISH, subjects: int = 1) -> bytes:
    subject = [{"name": name, "digest": {"sha256": sha256}}] * subjects
    statement = {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": predicate}
    return json.dumps({**statement, "predicate": None}).encode()


def _attestation(statement: bytes | None = None, **changed: object) -> dict[str, object]:
    whole = _statement() if statement is None else statement
    return {
        "version": 1,
        "verification_material": {"certificate": "AA==", "transparency_entries": [{}]},
        "envelope": {"signature": "AA==", "statement": base64.b64encode(whole).decode()},
        **changed,
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(json.dumps(_attestation()), None, id="healthy"),
        pytest.param(json.dumps([_attestation()]), None, id="a-list"),
        pytest.param(
            json.dumps([_attestation(), _attestation(_statement(predicate=SLSA))]), None, id="one-of-each-predicate"
        ),
        pytest.param("", "empty", id="empty"),
        pytest.param("-----BEGIN", "no JSON", id="no-json"),
        pytest.param("[" * 100_000, "no JSON", id="nested"),
        pytest.param("[]", "empty list", id="empty-list"),
        pytest.param("3", "form of PEP 740", id="a-number"),
        pytest.param(json.dumps(_attestation(version=2)), "`version` is not 1", id="version"),
        pytest.param(json.dumps(_attestation(envelope={})), "`envelope.statement`", id="no-envelope"),
        pytest.param(
            json.dumps(_attestation(verification_material={"certificate": "AA=="})), "transparency log", id="no-log"
        ),
        pytest.param(json.dumps(_attestation(b"x")), "in-toto", id="no-statement"),
        pytest.param(json.dumps(_attestation(_statement(name="demo-1.1.tar.gz"))), "about `demo-1.1", id="name"),
        pytest.param(json.dumps(_attestation(_statement(name="Demo-1.0.0.tar.gz"))), None, id="spelling"),
        pytest.param(json.dumps(_attestation(_statement(sha256="00"))), "sha256 00", id="digest"),
        pytest.param(json.dumps(_attestation(_statement(subjects=2))), "2 subjects", id="two-subjects"),
        pytest.param(json.dumps(_attestation(_statement(subjects=0))), "0 subjects", id="no-subject"),
        pytest.param(json.dumps(_attestation(_statement(predicate="x"))), "does not take", id="predicate"),
        pytest.param(json.dumps([_attestation()] * 2), "twice", id="one-predicate-twice"),
        pytest.param(json.dumps([_attestation()] * 3), "takes 2", id="three"),
    ],
)
def test_attestations(artifacts: Artifacts, content: str, words: str | None) -> None:
    found = artifacts.find("NK-ATTESTATION-INVALID", {SDIST: DATA, f"{SDIST}.publish.attestation": content})
    assert bool(found) is (words is not None)
    assert words is None or any(words in finding.message for finding in found)


def test_two_files_of_attestations_may_not_say_the_same(artifacts: Artifacts) -> None:
    files: dict[str, str | bytes] = {SDIST: DATA}
    files |= {f"{SDIST}.{kind}.attestation": json.dumps(_attestation()) for kind in ("publish", "slsa")}
    (finding,) = artifacts.find("NK-ATTESTATION-INVALID", files)
    assert "twice" in finding.message


@pytest.mark.parametrize(
    ("modules", "count"),
    [
        ({"demo/__init__.py": "__version__ = '1.0'"}, 0),
        ({"demo/__init__.py": "__version__ = '1.0.0'"}, 0),
        ({"demo/__init__.py": "__version__ = '1.1'"}, 1),
        ({"demo/__init__.py": "__version__: str = '1.1'"}, 1),
        ({"demo/__init__.py": "__version__ = VERSION"}, 0),
        ({"demo/__init__.py": "__version__ = 'unknown'"}, 0),
        ({"demo/__init__.py": "__version__ = '1.1'\n__version__ = '1.2'"}, 0),
        ({"demo/__init__.py": "try:\n    __version__ = v()\nexcept E:\n    __version__ = '0'"}, 0),
        ({"demo/__init__.py": "def f():\n    __version__ = '0'"}, 0),
        ({"demo/__init__.py": "a = __version__ = '1.1'"}, 0),
        ({"demo/__init__.py": "from .v import __version__", "demo/v.py": "__version__ = '1.1'"}, 1),
        ({"demo/__init__.py": "from demo.v import version as __version__", "demo/v.py": "version = '1.1'"}, 1),
        ({"demo/__init__.py": "from .v import __version__", "demo/v.py": "__version__ = '1.0'"}, 0),
        ({"demo/__init__.py": "from .v import __version__"}, 0),
        ({"demo/__init__.py": "from other import __version__"}, 0),
        ({"demo/__init__.py": "from . import __version__"}, 0),
        ({"demo/__init__.py": "from .a import __version__", "demo/a.py": "from .a import __version__"}, 0),
        ({"demo/x/__init__.py": "__version__ = '7'"}, 0),
        ({"six.py": "__version__ = '7'"}, 0),
    ],
)
def test_what_a_package_says_of_itself(artifacts: Artifacts, modules: dict[str, str], count: int) -> None:
    recipe = "[files]\n" + "".join(f"{json.dumps(path)} = {json.dumps(text)}\n" for path, text in modules.items())
    assert len(artifacts.find("NK-VERSION-ATTR-MISMATCH", {"demo-1.0-py3-none-any.whl": recipe})) == count


def test_a_project_with_another_import_name_is_asked_all_the_same(artifacts: Artifacts) -> None:
    recipe = '[files]\n"py_demo/__init__.py" = false\n"demo.py" = "__version__ = \'1.1\'"'
    assert len(artifacts.find("NK-VERSION-ATTR-MISMATCH", {"py_demo-1.0-py3-none-any.whl": recipe})) == 1
