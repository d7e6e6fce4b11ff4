# SPDX-License-Identifier: Apache-2.0
"""noxkit's own folder in the tree is nothing that git would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests._trees import command, manifest

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo


def test_git_does_not_take_what_noxkit_keeps(repo: NoxRepo) -> None:
    repo.write(manifest(command("own", "true"), options='skip = ["consistency", "source"]'))
    repo.commit()
    repo.nox("-s", "lint", "--", "--only", "own")
    assert (repo.root / ".nox/noxkit").is_dir()
    assert repo.git("status", "--porcelain") == ""
