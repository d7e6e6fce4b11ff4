# SPDX-License-Identifier: Apache-2.0
"""Commands made of text, and paths that are judged before they are resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD_1 = """\
import shlex
import subprocess
from shlex import split
from subprocess import run


def f(x, y):
    """


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('run(shlex.split(f"git show {x}"))', id="shlex.split"),
        pytest.param('run(split("git " + x))', id="split imported"),
        pytest.param('subprocess.check_output(f"git {x}".split())', id="str.split"),
        pytest.param('run("git {}".format(x).split())', id="format"),
        pytest.param('run(("git %s" % x).split())', id="percent"),
        pytest.param('run(split(" ".join(["git", x])))', id="join"),
        pytest.param('command = f"git {x}"\n    run(shlex.split(command))', id="name"),
        pytest.param('command = f"git {x}".split()\n    run(command)', id="split before"),
        pytest.param('command = "git"\n    command += f" {x}"\n    run(command.split())', id="added"),
        pytest.param('command = "git "\n    command += x\n    run(command.split())', id="added plain"),
        pytest.param('run(["env", *shlex.split(f"git {x}")])', id="list"),
        pytest.param('run(["env"] + f"git {x}".split())', id="sum of lists"),
        pytest.param('import asyncio\n    asyncio.create_subprocess_exec(*shlex.split(f"git {x}"))', id="star"),
        pytest.param('subprocess.Popen(args=shlex.split(f"git {x}"))', id="Popen"),
        pytest.param('run(("git %s %s" % (x, y)).split())', id="percent of a tuple"),
        pytest.param('session.run(*f"git {x}".split())', id="other runner"),
    ],
)
def test_a_command_of_text_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-COMMAND-FROM-TEXT", {"src/acme/mod.py": HEAD_1 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('run(shlex.split("git show"))', id="constant"),
        pytest.param('run("git show".split())', id="constant split"),
        pytest.param('run(["git", "show", x])', id="list of arguments"),
        pytest.param('run(shlex.split(f"git show {shlex.quote(x)}"))', id="quoted"),
        pytest.param('run(shlex.split(shlex.join(["git", x])))', id="shlex.join"),
        pytest.param("run(shlex.split(x))", id="a user's whole command"),
        pytest.param('parts = f"a {x}".split()', id="split, not run"),
        pytest.param('run(f"{x},{y}".split(","))', id="split at commas"),
        pytest.param('A = "show"\n    run(shlex.split(f"git {A}"))', id="constants only"),
        pytest.param('run(["git", f"--x={x}"])', id="formatted argument"),
        pytest.param('run(shlex.split(f"sleep {int(x)}"))', id="a number"),
        pytest.param('run(["git"]).stdout.split()', id="output split"),
    ],
)
def test_a_command_of_text_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-COMMAND-FROM-TEXT", {"src/acme/mod.py": HEAD_1 + code + "\n"}) == []


HEAD_2 = """\
import os
from os.path import commonpath
from pathlib import Path, PurePosixPath


def f(self, root: Path, path: Path, name: str):
    """


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("if not path.is_relative_to(root):\n        raise ValueError", id="is_relative_to"),
        pytest.param("if (root / name).is_relative_to(root):\n        return 1", id="joined"),
        pytest.param("target = root / name\n    if target.is_relative_to(root):\n        return 1", id="name"),
        pytest.param("if self.path.is_relative_to(self.root):\n        return 1", id="attribute"),
        pytest.param("if str(path).startswith(str(root)):\n        return 1", id="text"),
        pytest.param("if os.path.abspath(name).startswith(root):\n        return 1", id="abspath"),
        pytest.param("if not path.startswith(root + os.sep):\n        raise ValueError", id="separator"),
        pytest.param("if commonpath([root, path]) == root:\n        return 1", id="commonpath"),
        pytest.param("if commonpath([root, path]) in self.roots:\n        return 1", id="commonpath among several"),
        pytest.param("if os.path.commonprefix((root, path)) != root:\n        return 1", id="commonprefix"),
        pytest.param(
            "full = os.path.abspath(name)\n    if full.startswith(os.path.abspath(root)):\n        return 1",
            id="abspath of a name",
        ),
        pytest.param("if path.as_posix().startswith(root.as_posix()):\n        return 1", id="as_posix"),
        pytest.param("inside = path.is_relative_to(root)\n    return open(path) if inside else None", id="kept"),
        pytest.param(
            "inside = path.is_relative_to(root)\n    shown = path.relative_to(root) if inside else path\n"
            "    if inside:\n        return open(path)",
            id="kept for show and for more",
        ),
        pytest.param("if path.absolute().is_relative_to(root):\n        return 1", id="absolute"),
    ],
)
def test_an_unresolved_path_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-PATH-UNRESOLVED", {"src/acme/mod.py": HEAD_2 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("if path.resolve().is_relative_to(root):\n        return 1", id="resolved"),
        pytest.param(
            "path = path.resolve()\n    if path.is_relative_to(root):\n        return 1",
            id="resolved before",
        ),
        pytest.param("if os.path.realpath(name).startswith(root):\n        return 1", id="realpath"),
        pytest.param(
            "full = os.path.realpath(name)\n    if commonpath([root, full]) == root:\n        return 1",
            id="realpath before",
        ),
        pytest.param(
            "target = (root / name).resolve()\n    if not target.is_relative_to(root):\n        raise ValueError",
            id="joined and resolved",
        ),
        pytest.param('if PurePosixPath(name).is_relative_to("a"):\n        return 1', id="pure"),
        pytest.param("return path.relative_to(root) if path.is_relative_to(root) else path", id="for show"),
        pytest.param(
            "inside = path.is_relative_to(root)\n    return path.relative_to(root) if inside else path",
            id="for show, kept under a name",
        ),
        pytest.param("assert path.is_relative_to(root)", id="assertion"),
        pytest.param("self.assertTrue(path.is_relative_to(root))", id="assertion of unittest"),
        pytest.param("assert_type(path.is_relative_to(root), bool)", id="claim for a type checker"),
        pytest.param('if "src/acme" not in commonpath([root, path]):\n        return 1', id="searched for a text"),
        pytest.param("return os.path.relpath(path, root) if path.is_relative_to(root) else path", id="relpath"),
        pytest.param('if name.startswith("https://"):\n        return 1', id="url"),
        pytest.param('if name.startswith("test_"):\n        return 1', id="prefix of a name"),
        pytest.param('if name.startswith(f"{name}/"):\n        return 1', id="names of git"),
        pytest.param("return commonpath([root, path])", id="common path alone"),
        pytest.param('if path.name.startswith("."):\n        return 1', id="hidden"),
    ],
)
def test_an_unresolved_path_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-PATH-UNRESOLVED", {"src/acme/mod.py": HEAD_2 + code + "\n"}) == []
