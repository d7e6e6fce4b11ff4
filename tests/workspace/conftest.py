# SPDX-License-Identifier: Apache-2.0
"""Trees of files and real git repositories for the tests of the workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_GIT = shutil.which("git") or "git"


class Tree:
    """A folder whose files a test writes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: Mapping[str, str | bytes]) -> Path:
        """Write `files` by their paths and return the root."""
        for path, content in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.root


class Git:
    """Real git in one folder; calling it is the runner that the workspace takes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        home = os.environ | {"HOME": str(root.parent), "GIT_CONFIG_NOSYSTEM": "1"}
        names = ("AUTHOR", "COMMITTER")
        who = {f"GIT_{name}_{key}": "a@b.invalid" for name in names for key in ("NAME", "EMAIL")}
        kept = {key: value for key, value in home.items() if not key.startswith(("GIT_", "CI", "GITHUB_"))}
        self._environment = kept | who | {"GIT_CONFIG_NOSYSTEM": "1"}

    def __call__(self, arguments: Sequence[str]) -> bytes | None:
        done = subprocess.run(
            [_GIT, *arguments], cwd=self.root, env=self._environment, capture_output=True, check=False
        )
        return done.stdout if done.returncode == 0 else None

    def do(self, *arguments: str) -> str:
        """Run git, which has to succeed."""
        output = self(arguments)
        assert output is not None, arguments
        return output.decode().strip()

    def start(self) -> Git:
        """Make a repository here, with the branch `main`."""
        self.do("init", "-q", "-b", "main")
        return self

    def commit(self, message: str = "a commit") -> str:
        """Commit everything and return the commit's id."""
        self.do("add", "-A")
        self.do("commit", "-q", "--allow-empty", "-m", message)
        return self.do("rev-parse", "HEAD")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """An empty folder to write files into."""
    root = tmp_path / "tree"
    root.mkdir()
    return Tree(root)


@pytest.fixture
def git(tree: Tree) -> Git:
    """A new git repository in the tree."""
    return Git(tree.root).start()
