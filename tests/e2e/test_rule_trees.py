# SPDX-License-Identifier: Apache-2.0
"""Files that rules stumble over, and fixes that are killed: every other file is read, every file is whole."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e._nox import NOX

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e._nox import Run, Sandbox

BROAD = "x = 1  # type: ignore\n"
"""A file in which every profile finds something: NK-SUPPRESSION-BROAD."""
CODE = "NK-SUPPRESSION-BROAD"


@pytest.fixture
def strict(sandbox: Sandbox) -> Sandbox:
    """A repository in `strict`, of which the source rules alone are asked."""
    return sandbox.options('profile = "strict"')


def looked(sandbox: Sandbox) -> Run:
    return sandbox.nox("lint", "--only", "source").holds()


FILES = {
    "mixed newlines": b"a = 1\r\nb = 2\nc = 3\r" + BROAD.encode(),
    "byte order mark": b"\xef\xbb\xbf" + BROAD.encode(),
    "form feed": b"a = 1\n\x0c\n" + BROAD.encode(),
    "tabs": b"if True:\n\ta = 1\n" + BROAD.encode(),
    "latin-1": b"# -*- coding: latin-1 -*-\nname = '\xe9'\n" + BROAD.encode(),
    "utf-16 in a string": "# coding: utf-8\nname = '\U0001f600'; ".encode() + BROAD.encode(),
    "no newline at the end": BROAD.encode().rstrip(b"\n"),
    "a very long line": b"a = [" + b"1, " * 100_000 + b"]\n" + BROAD.encode(),
    "many lines": b"a = 1\n" * 50_000 + BROAD.encode(),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_a_file_in_an_odd_form_is_read_to_its_end(sandbox: Sandbox, content: bytes) -> None:
    (sandbox.root / "odd.py").write_bytes(content)
    assert (CODE, "odd.py") in looked(sandbox).codes()


UNREADABLE = {
    "does not parse": b"def answer(:\n",
    "not in its encoding": b"name = '\xe9'\n",
    "no such encoding": b"# coding: no-such-encoding\n",
    "a zero byte": b"a = 1\0\n",
    "nested too deeply": b"a = " + b"(" * 5_000 + b")" * 5_000 + b"\n",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_read_says_so_and_hides_no_other(strict: Sandbox, content: bytes) -> None:
    (strict.root / "broken.py").write_bytes(content)
    (strict.root / "other.py").write_text(BROAD)
    codes = looked(strict).codes()
    assert (CODE, "other.py") in codes
    assert {code for code, path in codes if path == "broken.py"} & {
        "NK-MODULE-SYNTAX-ERROR",
        "NK-MODULE-ENCODING-ERROR",
    }


def test_a_file_of_50_mb_is_named_and_not_read(sandbox: Sandbox) -> None:
    with (sandbox.root / "large.py").open("wb") as file:
        file.write(b"a = 1\n")
        file.truncate(50 << 20)
    (sandbox.root / "other.py").write_text(BROAD)
    run = looked(sandbox)
    assert (CODE, "other.py") in run.codes()
    assert any(line.startswith("large.py: 50 MiB") for line in run.task("source")["evidence"]["unread"])


@pytest.mark.parametrize(
    "folder", [".venv/lib/python3.12/site-packages", "env/lib", ".nox/x", ".tox/x", "build/lib", "node_modules/x"]
)
def test_what_is_nobodys_source_is_not_read(sandbox: Sandbox, folder: str) -> None:
    (sandbox.root / folder).mkdir(parents=True)
    (sandbox.root / folder / "theirs.py").write_text(BROAD)
    (sandbox.root / "env").mkdir(exist_ok=True)
    (sandbox.root / "env/pyvenv.cfg").write_text("home = /usr\n")
    assert looked(sandbox).codes() == []


def test_links_in_a_circle_are_no_files(sandbox: Sandbox) -> None:
    (sandbox.root / "one.py").symlink_to("two.py")
    (sandbox.root / "two.py").symlink_to("one.py")
    (sandbox.root / "here").symlink_to(".")
    (sandbox.root / "other.py").write_text(BROAD)
    assert looked(sandbox).codes() == [(CODE, "other.py")]


def test_a_work_tree_of_git_is_linted_and_a_submodule_is_not(sandbox: Sandbox, tmp_path: Path) -> None:
    (sandbox.root / "other.py").write_text(BROAD)
    sandbox.commit()
    sandbox.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(sandbox.root), "inner")
    sandbox.commit("with a submodule")
    assert looked(sandbox).codes() == [(CODE, "other.py")]
    tree = tmp_path / "tree"
    sandbox.git("worktree", "add", "--quiet", str(tree))
    sandbox.root = tree
    assert looked(sandbox).codes() == [(CODE, "other.py")]


# ------------------------------------------------------------------ fixes

LATE = '''\
"""A module."""


def now() -> float:
    """The time."""
    import time

    return time.time()
'''
WORKSPACE = {
    "pyproject.toml": """\
        [project]
        name = "acme"
        version = "1.0"
        requires-python = ">=3.10"
        readme = "README.md"
        license = "apache-2.0"
        keywords = ["acme"]
        classifiers = ["License :: OSI Approved :: Apache Software License", "Programming Language :: Python :: 3.10"]
        dependencies = ["acme-core"]

        [project.urls]
        Source = "https://code.invalid/acme"

        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"

        [tool.uv.workspace]
        members = ["packages/core"]

        [tool.ruff]
        [tool.noxkit]
        profile = "strict"
        python = ["3.10", "3.11", "3.12", "3.13", "3.14"]

        [tool.noxkit.license-header]
        text = "SPDX-License-Identifier: Apache-2.0"

        [[tool.noxkit.kinds]]
        name = "package"
        paths = [".", "packages/*"]
        typed = true
        publish = true
        required-files = ["LICENSE"]
        """,
    "LICENSE": "The terms.\n",
    "README.md": "# acme\n",
    "run.sh": "#!/bin/sh\necho hello\n",
    "src/acme/__init__.py": '"""The facade."""\n\nimport os\n\nfrom acme_core import now\n\n__all__ = ["now"]\n',
    "src/acme/late.py": LATE,
    "src/acme/bare.py": "def answer() -> int:\n    return 42\n",
    "packages/core/pyproject.toml": """\
        [project]
        name = "acme-core"
        version = "1.0"
        requires-python = ">=3.10"
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"
        """,
    "packages/core/src/acme_core/__init__.py": LATE,
    "packages/extra/pyproject.toml": '[project]\nname = "acme-extra"\nversion = "1.0"\nrequires-python = ">=3.10"\n',
    "packages/extra/src/acme_extra/__init__.py": '"""Extra."""\n',
    "tests/test_acme.py": """\
        import sys

        sys.path[:0] = ["src", "packages/core/src"]

        import acme


        def test_now():
            assert acme.now() > 0
        """,
}


@pytest.fixture
def fixable(sandbox: Sandbox) -> Sandbox:
    """A workspace with a defect for nearly every fixer."""
    (sandbox.root / "sample.py").unlink()
    sandbox.write(WORKSPACE)
    (sandbox.root / "noxfile.py").chmod(0o644)
    sandbox.commit()
    return sandbox


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    files = [file for file in root.rglob("*") if file.is_file() and not {".nox", ".git"} & set(file.parts)]
    return {
        file.relative_to(root).as_posix(): (file.read_bytes(), file.stat().st_mode)
        for file in files
        if file.name != "report.json" and "__pycache__" not in file.parts
    }


def test_a_second_fix_changes_nothing_and_the_tests_still_pass(fixable: Sandbox) -> None:
    before = snapshot(fixable.root)
    first = fixable.nox("fix")
    after = snapshot(fixable.root)
    changed = {path for path in after if before.get(path) != after[path]}
    assert {
        "run.sh",  # may be run
        "pyproject.toml",  # members, sources, classifiers, the licence's spelling
        "packages/core/LICENSE",
        "src/acme/py.typed",
        "src/acme/late.py",
        "src/acme/bare.py",
        "src/acme/__init__.py",
    } <= changed, first.output
    second = fixable.nox("fix")
    assert snapshot(fixable.root) == after, second.output
    assert second.task("changes")["evidence"]["changed"] == []
    for path, (content, _) in after.items():
        if path.endswith(".py"):
            ast.parse(content, path)
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests"], cwd=fixable.root, capture_output=True, check=False
    )
    assert tested.returncode == 0, tested.stdout.decode()


@pytest.mark.parametrize("seconds", [0.4, 0.9, 1.4, 2.0])
def test_a_fix_that_is_killed_leaves_every_file_old_or_new(fixable: Sandbox, seconds: float, tmp_path: Path) -> None:
    old = snapshot(fixable.root)
    process = subprocess.Popen(
        [*NOX, "-s", "fix"],
        cwd=fixable.root,
        env={**fixable.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    between = snapshot(fixable.root)
    assert fixable.nox("fix").holds().task("changes")["status"] == "passed"
    new = snapshot(fixable.root)
    assert not {path for path in between.keys() - old.keys() - new.keys() if not path.endswith(".tmp")}
    for path, content in between.items():
        assert content in (old.get(path), new.get(path)) or path.endswith(".tmp"), path
