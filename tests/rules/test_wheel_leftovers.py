# SPDX-License-Identifier: Apache-2.0
"""What has come into a wheel and is not meant for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules._wheels import DEMO, recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n"
TOKEN = "".join(("gh", "p_", "5Kq8vZr2TnYw9LmXc4Bd7Hs1Jf6Ge3", "PaRt90"))  # put together: no scanner stumbles over it


@pytest.mark.parametrize(
    ("code", "files", "places"),
    [
        pytest.param("BYTECODE", {"demo/a.pyc": "x"}, ["demo/a.pyc"], id="pyc"),
        pytest.param("BYTECODE", {"demo/A.PYO": "x"}, ["demo/A.PYO"], id="pyo in capitals"),
        pytest.param(
            "BYTECODE",
            {"demo/__pycache__/a.cpython-312.pyc": "x", "demo/__pycache__/b.cpython-312.pyc": "x"},
            ["demo/__pycache__/a.cpython-312.pyc"],
            id="a folder once",
        ),
        pytest.param("BYTECODE", {"demo/pyc": "x", "demo/a.pyc.txt": "", "demo/pycache/a.py": ""}, [], id="alike"),
        pytest.param("JUNK-FILE", {".git/HEAD": "x", ".git/config": "y"}, [".git"], id="a repository once"),
        pytest.param("JUNK-FILE", {"demo/.DS_Store": "x"}, ["demo/.DS_Store"], id="operating system"),
        pytest.param("JUNK-FILE", {"demo/a.py.rej": "x", "demo/b.py~": "x"}, ["demo/a.py.rej", "demo/b.py~"], id="rej"),
        pytest.param("JUNK-FILE", {".github/workflows/a.yml": "x"}, [".github"], id="CI"),
        pytest.param("JUNK-FILE", {"demo/.idea/x.xml": "x"}, ["demo/.idea"], id="editor"),
        pytest.param("JUNK-FILE", {"demo/.pytest_cache/v": "x"}, ["demo/.pytest_cache"], id="cache"),
        pytest.param("JUNK-FILE", {"demo/.gitignore": "x"}, ["demo/.gitignore"], id="a lost setting"),
        pytest.param("JUNK-FILE", {"demo/tests/.DS_Store": "x"}, ["demo/tests/.DS_Store"], id="junk among tests"),
        pytest.param("JUNK-FILE", {"demo/templates/new/.gitignore": "x"}, [], id="a template's setting"),
        pytest.param("JUNK-FILE", {"demo/include/starter_project/.gitignore": "x"}, [], id="a starter's setting"),
        pytest.param("JUNK-FILE", {"demo/{{ slug }}/.github/workflows/a.yml": "x"}, [], id="a template's CI"),
        pytest.param("JUNK-FILE", {"demo/schemas/package.json.orig": "x"}, [], id="what npm names so"),
        pytest.param("JUNK-FILE", {"demo/data/.gitkeep": "", "demo/origin.py": ""}, [], id="alike"),
        pytest.param("SECRET-FILE", {"demo/.env": "A=b"}, ["demo/.env"], id="env"),
        pytest.param("SECRET-FILE", {".pypirc": "[pypi]"}, [".pypirc"], id="pypirc"),
        pytest.param("SECRET-FILE", {"demo/.netrc": "machine x"}, ["demo/.netrc"], id="netrc"),
        pytest.param("SECRET-FILE", {"demo/id_rsa": KEY}, ["demo/id_rsa"], id="a key without suffix"),
        pytest.param("SECRET-FILE", {"demo/server.pem": KEY}, ["demo/server.pem"], id="a key as pem"),
        pytest.param("SECRET-FILE", {"demo/a.py": f"x = 1\nTOKEN = '{TOKEN}'\n"}, ["demo/a.py"], id="a token"),
        pytest.param("SECRET-FILE", {"demo/id_rsa.pub": "ssh-rsa AAAA", "demo/id_map.txt": "x"}, [], id="no key"),
        pytest.param("SECRET-FILE", {"demo/ca.pem": "-----BEGIN CERTIFICATE-----\nMIID\n"}, [], id="a certificate"),
        pytest.param("SECRET-FILE", {"demo/.env.example": "A=", "demo/env": "x"}, [], id="an example"),
        pytest.param("SECRET-FILE", {"demo/tests/keys/id_rsa": KEY}, [], id="a key of tests"),
        pytest.param("SECRET-FILE", {"demo/b.js": "see dotenv://:key_1234@dotenvx.com/vault"}, [], id="a document"),
        pytest.param(
            "BUILD-PATH-LEAK",
            {"demo/c.py": "A = '/home/mkovac/src/demo/x'\n"},
            ["demo/c.py"],
            id="a home in a string",
        ),
        pytest.param(
            "BUILD-PATH-LEAK",
            {"demo/m.c": "/* /tmp/build-env-czwu511l/lib/x.pxd */"},
            ["demo/m.c"],
            id="pip's folder in generated C",
        ),
        pytest.param(
            "BUILD-PATH-LEAK",
            {"demo/log.json": '{"p": "/home/runner/work/demo/demo/a.js"}'},
            ["demo/log.json"],
            id="a CI's folder",
        ),
        pytest.param(
            "BUILD-PATH-LEAK",
            {"demo/w.txt": "C:\\Users\\mkovac\\src\\demo\\x.py"},
            ["demo/w.txt"],
            id="Windows",
        ),
        pytest.param(
            "BUILD-PATH-LEAK",
            {"demo/d.py": '"""See:\n\n    /home/mkovac/src/demo/x\n"""\n# /home/mkovac/src/demo/x\n'},
            [],
            id="docstrings and comments",
        ),
        pytest.param("BUILD-PATH-LEAK", {"demo/u.json": '"/home/user/src/demo/x"'}, [], id="anybody"),
        pytest.param("BUILD-PATH-LEAK", {"demo/h.txt": "https://x.org/home/mkovac/src/demo/x"}, [], id="a URL"),
        pytest.param("BUILD-PATH-LEAK", {"demo/t.txt": "/opt/demo/cache/x /usr/lib/x/y/z"}, [], id="everybody's"),
        pytest.param("BUILD-PATH-LEAK", {"demo/tests/a.txt": "/home/mkovac/src/demo/x"}, [], id="among tests"),
    ],
)
def test_what_is_not_meant_for_anybody_is_found(
    artifacts: Artifacts, code: str, files: Mapping[str, str | bool], places: list[str]
) -> None:
    found = artifacts.find(f"NK-{code}", {DEMO: recipe(files)})
    assert [(finding.path or "").removeprefix(f"dist/{DEMO}/") for finding in found] == places


def test_a_secret_is_never_shown(artifacts: Artifacts) -> None:
    (finding,) = artifacts.find("NK-SECRET-FILE", {DEMO: recipe({"demo/a.py": f"x = 1\nTOKEN = '{TOKEN}'\n"})})
    assert TOKEN not in f"{finding.message}{finding.hint}"
    assert finding.line == 2


def test_the_folder_of_the_tree_is_a_leak(artifacts: Artifacts) -> None:
    root = (artifacts.root / "tree").as_posix()
    wheel = recipe({"demo/_build.py": f"ROOT = '{root}/src'\n", "demo/info.txt": f"made in {root}/src\n"})
    found = artifacts.find("NK-BUILD-PATH-LEAK", {DEMO: wheel, "src/demo/__init__.py": ""})
    assert [(finding.path or "").rpartition("/")[2] for finding in found] == ["_build.py", "info.txt"]
