# SPDX-License-Identifier: Apache-2.0
"""What `fix` says of what it has written: which files, as a patch that git takes, and what has to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine._copy import Change, unified_diff
from noxkit.engine._fix import CHANGES, steers_lock
from noxkit.engine._notes import notes_for

if TYPE_CHECKING:
    from tests._trees import Repo

MANY = [f"src/a{number}.py" for number in range(11)]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        pytest.param({"changed": ["a.py", "b.py"]}, ["wrote a.py, b.py"], id="written"),
        pytest.param(
            {"changed": ["a.py", "b.py"], "removed": ["b.py"]}, ["wrote a.py", "removed b.py"], id="one of them removed"
        ),
        pytest.param({"changed": MANY}, [f"wrote {', '.join(MANY[:8])} and 3 more"], id="many"),
        pytest.param({"would_change": ["a.py"]}, ["would write a.py"], id="looked at"),
        pytest.param({"would_change": ["a.py"], "would_remove": ["a.py"]}, ["would remove a.py"], id="would remove"),
        pytest.param({"changed": []}, [], id="nothing"),
        pytest.param(
            {"changed": ["pyproject.toml"], "lock_stale": True},
            ["wrote pyproject.toml", "uv.lock has to follow what was changed in pyproject.toml: run `uv lock`"],
            id="requirements",
        ),
    ],
)
def test_the_files_are_named(repo: Repo, evidence: dict[str, EvidenceValue], said: list[str]) -> None:
    row = Outcome(name=CHANGES, status=Status.PASSED, evidence=evidence)
    assert list(notes_for(repo.context(session="fix"), [], [row])) == said


HEAD = b'[project]\nname = "a"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("path", "after", "stale"),
    [
        pytest.param("pyproject.toml", HEAD + b'dependencies = ["b"]\n', True, id="a requirement"),
        pytest.param("p/pyproject.toml", HEAD + b"[tool.uv.sources]\nb = { workspace = true }\n", True, id="a source"),
        pytest.param("pyproject.toml", HEAD + b'keywords = ["b"]\n', False, id="a keyword"),
        pytest.param("pyproject.toml", HEAD + b"# why\n", False, id="a comment"),
        pytest.param("other.toml", HEAD + b'dependencies = ["b"]\n', False, id="no manifest"),
    ],
)
def test_a_lock_has_to_follow_what_steers_it(path: str, after: bytes, stale: bool) -> None:
    assert steers_lock(Change(path=path, before=HEAD, after=after)) is stale


CHANGES_OF_A_FILE = {
    "an empty file goes": (b"", None, False),
    "a file goes": (b"a = 1\n", None, False),
    "an empty file comes": (None, b"", False),
    "a file comes": (None, b"a = 1\n", False),
    "it can be run": (b"a = 1\n", b"a = 1\n", True),
    "it is another and can be run": (b"a = 1\n", b"a = 2\n", True),
    "it is another": (b"a = 1\n", b"a = 2", False),
}


@pytest.mark.parametrize(("before", "after", "executable"), CHANGES_OF_A_FILE.values(), ids=CHANGES_OF_A_FILE.keys())
def test_git_applies_the_patch(repo: Repo, before: bytes | None, after: bytes | None, executable: bool) -> None:
    file = repo.root / "p" / "a.py"
    file.parent.mkdir()
    (repo.root / "other").write_text("")
    if before is not None:
        file.write_bytes(before)
    repo.commit()
    mode = 0o755 if executable else 0o644
    change = Change(path="p/a.py", before=before, after=after, mode=mode, made_executable=executable)
    (repo.root / "patch").write_text(unified_diff(change))
    repo.git("apply", "patch")
    assert (file.read_bytes() if file.exists() else None) == after
    assert not file.exists() or bool(file.stat().st_mode & 0o100) is executable
