# SPDX-License-Identifier: Apache-2.0
"""`commits` as git's own hook, on commits that are really made."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sessions.conftest import NoxRepo

TABLE = '[project]\nname = "a"\nversion = "1"\n\n[tool.noxkit.rules.history]\nscopes = ["core"]\n'
HOOK = '#!/bin/sh\nexec {} -m nox -s commits -- --message-file "$1"\n'


@pytest.fixture
def hooked(repo: NoxRepo) -> NoxRepo:
    """A repository whose hook asks noxkit about each message."""
    repo.write({"pyproject.toml": TABLE})
    repo.commit("whatever it was before")
    hook = repo.root / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(sys.executable), encoding="utf-8")
    hook.chmod(0o755)
    return repo


def test_the_hook_lets_a_good_message_through(hooked: NoxRepo) -> None:
    hooked.commit("feat(core): x\n\nBREAKING CHANGE: y")
    assert hooked.git("log", "-1", "--format=%s") == "feat(core): x"


@pytest.mark.parametrize("message", ["Fixed it", "feat(cli): x", "fixup! feat: x"])
def test_the_hook_stops_a_bad_message(hooked: NoxRepo, message: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as stopped:
        hooked.commit(message)
    said = stopped.value.stdout + stopped.value.stderr
    assert b"NK-COMMIT-FORMAT" in said
    assert hooked.git("log", "-1", "--format=%s") == "whatever it was before"


def test_a_message_that_is_not_there_fails_too(hooked: NoxRepo) -> None:
    code, said = hooked.nox("-s", "commits", "--", "--message-file", "none")
    assert (code != 0, "NK-FILE-UNREADABLE" in said, "Traceback" in said) == (True, True, False), said
