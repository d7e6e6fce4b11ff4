# SPDX-License-Identifier: Apache-2.0
"""What `fix` and `fmt` write: whole files, proven, and nothing the second time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import pytest

from noxkit.diagnostics.events import TaskFinished
from noxkit.diagnostics.fixes import CreateFile, DeleteFile, MakeExecutable, TextEdit, TomlEdit
from noxkit.diagnostics.model import Finding, FixSafety, Severity, Status
from noxkit.engine._apply import apply_fixes
from noxkit.engine._copy import deliver, working_copy
from noxkit.engine._plans import plan_fix, plan_fmt
from noxkit.engine._toml_edits import TomlEditError, edited_toml
from noxkit.tasks.locks import file_lock
from tests._trees import Repo, clean_environ, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.fixes import Action
    from noxkit.diagnostics.model import Report

MANIFEST = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.10"\n[tool.ruff]\n'
UNUSED = "import os\nimport sys\n\nprint(sys.argv)\n"
LATIN = "# coding: latin-1\n"
USED = "import sys\n\nprint(sys.argv)\n"


def finding(*actions: Action, fix: FixSafety = FixSafety.SAFE, code: str = "NK-X") -> Finding:
    return Finding(code=code, task="t", severity=Severity.ERROR, message="m", hint="h", fix=fix, actions=actions)


def edit(start: int, end: int, text: str, path: str = "a.py") -> TextEdit:
    return TextEdit(path=path, start=start, end=end, text=text)


@pytest.fixture
def demo(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A small package, and ruff from the index, installed once for all tests."""
    tools = tmp_path_factory.getbasetemp() / "fix-tools"
    repo = Repo(tmp_path / "repo", {**clean_environ(tmp_path / "home"), "XDG_CACHE_HOME": str(tools)})
    repo.write({"pyproject.toml": MANIFEST, "src/demo/main.py": UNUSED, "notes.txt": "x\n"})
    repo.commit()
    return repo


def fixed(repo: Repo, *arguments: str, session: str = "fix") -> Report:
    planner = plan_fix if session == "fix" else plan_fmt
    return repo.run(
        "--only", "ruff,ruff_format,ruff_imports,consistency,source", *arguments, planner=planner, session=session
    )


def test_a_fix_is_written_once_and_the_second_run_changes_nothing(demo: Repo) -> None:
    report = fixed(demo)
    first = outcome(report, "changes")
    assert report.notes[0] == "wrote src/demo/main.py"
    assert (demo.root / "src/demo/main.py").read_text() == USED
    assert first.evidence["changed"] == ["src/demo/main.py"]
    assert outcome(fixed(demo), "changes").evidence["changed"] == []


def test_what_is_left_to_lint_does_not_look_like_a_failure(demo: Repo) -> None:
    demo.write({"src/demo/main.py": "print(unknown)\n"})
    fixed(demo)
    ended = [event.outcome for event in demo.events if isinstance(event, TaskFinished) and event.name == "ruff"]
    assert {(each.status, each.evidence["left"]) for each in ended} == {(Status.PASSED, 1)}


@pytest.mark.parametrize("flag", ["--check", "--diff"])
def test_looking_writes_nothing_and_fails(demo: Repo, flag: str) -> None:
    report = fixed(demo, flag)
    assert (demo.root / "src/demo/main.py").read_text() == UNUSED
    assert report.status is Status.FAILED
    assert outcome(report, "changes").evidence["would_change"] == ["src/demo/main.py"]


def test_a_read_only_file_is_left_and_named(demo: Repo) -> None:
    file = demo.root / "src/demo/main.py"
    file.chmod(0o444)
    row = outcome(fixed(demo), "changes")
    assert file.read_text() == UNUSED
    assert row.status is Status.INCONCLUSIVE
    assert "read-only" in (row.reason or "")


def test_formatting_keeps_modes_and_newlines(demo: Repo) -> None:
    file = demo.root / "run.py"
    file.write_bytes(b"#!/usr/bin/env python3\r\nx = {  'a':1 }\r\n")
    file.chmod(0o755)
    fixed(demo, session="fmt")
    assert file.read_bytes() == b'#!/usr/bin/env python3\r\nx = {"a": 1}\r\n'
    assert file.stat().st_mode & 0o777 == 0o755


def test_links_are_not_followed_and_not_replaced(demo: Repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text(UNUSED)
    (demo.root / "link.py").symlink_to(outside)
    fixed(demo)
    assert outside.read_text() == UNUSED
    assert (demo.root / "link.py").is_symlink()


def test_a_file_that_changes_meanwhile_is_left(demo: Repo) -> None:
    with working_copy(demo.context(session="fix")) as copy:
        (copy.root / "notes.txt").write_text("fixed\n")
        (demo.root / "notes.txt").write_text("edited by hand\n")
        (change,) = copy.changes()
        assert deliver(copy, demo.root, change) == "it was changed meanwhile"
    assert (demo.root / "notes.txt").read_text() == "edited by hand\n"


def test_the_copy_of_a_run_that_was_killed_goes_with_the_next_run(
    demo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    killed, alive, other = (tmp_path / name for name in ("noxkit-copy-a", "noxkit-copy-b", "noxkit-x"))
    for folder in (killed, alive, other):
        folder.mkdir()
        (folder / ".lock").write_text("1\n")
    with file_lock(alive / ".lock"), working_copy(demo.context(session="fix")) as copy:
        assert (killed.exists(), alive.exists(), other.exists(), copy.root.exists()) == (False, True, True, True)
    assert sorted(path.name for path in tmp_path.glob("noxkit-copy-*")) == ["noxkit-copy-b"]


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        pytest.param("a = 1\n", [edit(4, 5, "2")], "a = 2\n", id="replace"),
        pytest.param("a = 1\n", [edit(0, 0, "b = 1\n"), edit(4, 5, "2")], "b = 1\na = 2\n", id="two of one file"),
        pytest.param("\ufeffa = 1\r\n", [edit(4, 5, "2")], "\ufeffa = 2\r\n", id="byte order mark and newlines stay"),
        pytest.param(f"{LATIN}a = 'é'\n", [edit(23, 24, "ü")], f"{LATIN}a = 'ü'\n", id="encoding"),
        pytest.param("a = 1\n", [edit(4, 5, ")")], "a = 1\n", id="a result that does not parse is refused"),
        pytest.param(f"{LATIN}a = 'é'\n", [edit(23, 24, "→")], f"{LATIN}a = 'é'\n", id="no such character"),
    ],
)  # fmt: skip
def test_text_is_edited_in_its_own_form(tmp_path: Path, before: str, edits: list[TextEdit], after: str) -> None:
    encoding = "latin-1" if "latin" in before else "utf-8"
    (tmp_path / "a.py").write_bytes(before.encode(encoding))
    applied = apply_fixes(tmp_path, [finding(*edits)], safeties=[FixSafety.SAFE], outer=tmp_path)
    assert (tmp_path / "a.py").read_bytes() == after.encode(encoding)
    assert bool(applied.done) is (before != after)


def test_what_overlaps_waits_and_what_is_unsafe_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("abc = 1\n")
    findings = [finding(edit(0, 3, "x")), finding(edit(1, 2, "y")), finding(edit(6, 7, "2"), fix=FixSafety.UNSAFE)]
    applied = apply_fixes(tmp_path, findings, safeties=[FixSafety.SAFE], outer=tmp_path)
    assert (tmp_path / "a.py").read_text() == "x = 1\n"
    assert (len(applied.done), len(applied.waiting)) == (1, 1)


def test_a_finding_is_applied_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "b.py").write_text("b = 1\n")
    both = finding(edit(4, 5, "2"), edit(0, 1, "(", path="b.py"))
    applied = apply_fixes(tmp_path, [both], safeties=[FixSafety.SAFE], outer=tmp_path)
    assert (tmp_path / "a.py").read_text() == "a = 1\n"
    assert applied.refused[0].why.startswith("b.py: the result cannot be proven right")


def test_files_are_made_removed_and_made_executable(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("terms\n")
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "gone.py").write_text("")
    actions = (
        CreateFile(path="p/LICENSE", copy_of="LICENSE"),
        DeleteFile(path="gone.py"),
        MakeExecutable(path="run.sh"),
    )
    apply_fixes(tmp_path, [finding(*actions)], safeties=[FixSafety.SAFE], outer=tmp_path)
    assert (tmp_path / "p/LICENSE").read_text() == "terms\n"
    assert not (tmp_path / "gone.py").exists()
    assert os.access(tmp_path / "run.sh", os.X_OK)


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("mine\n")
    applied = apply_fixes(
        tmp_path, [finding(CreateFile(path="LICENSE", text="x"))], safeties=[FixSafety.SAFE], outer=tmp_path
    )
    assert (tmp_path / "LICENSE").read_text() == "mine\n"
    assert applied.refused


def toml(
    at: str,
    action: Literal["set", "append", "remove"],
    value: str | list[str] | dict[str, str | bool] | None = None,
) -> TomlEdit:
    way = tuple(int(part) if part.isdigit() else part for part in at.split("."))
    return TomlEdit(path="p.toml", at=way, action=action, value=value)


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        pytest.param('[a]\nb = "c" # why\n', toml("a.b", "set", "d"), '[a]\nb = "d" # why\n', id="set"),
        pytest.param("[a]\n", toml("a.b", "set", "c"), '[a]\nb = "c"\n', id="add"),
        pytest.param("", toml("a.b.c", "set", "d"), '[a.b]\nc = "d"\n', id="tables on the way"),
        pytest.param('a = ["b", "d"]\n', toml("a", "append", ["c"]), 'a = ["b", "c", "d"]\n', id="into a sorted array"),
        pytest.param('a = ["d", "b"]\n', toml("a", "append", ["c"]), 'a = ["d", "b", "c"]\n', id="at the end"),
        pytest.param('a = ["b"] # c\n', toml("a", "append", ["a"]), 'a = ["a", "b"] # c\n', id="before all others"),
        pytest.param('a = [\n  "b",# c\n]\n', toml("a", "append", ["d"]), 'a = [\n  "b",# c\n  "d",\n]\n', id="lines"),
        pytest.param('a = ["b"]\n', toml("a", "append", ["b"]), 'a = ["b"]\n', id="what is there already"),
        pytest.param('a = ["b", "c"]\n', toml("a", "remove", ["b"]), 'a = ["c"]\n', id="an item away"),
        pytest.param("[a]\nb = 1\nc = 2\n", toml("a.b", "remove"), "[a]\nc = 2\n", id="a key away"),
        pytest.param('[[k]]\nn = 1\n', toml("k.0.n", "set", "x"), '[[k]]\nn = "x"\n', id="array of tables"),
        pytest.param('[a]\r\nb = 1\r\n', toml("a.b", "set", "x"), '[a]\r\nb = "x"\r\n', id="newlines"),
        pytest.param("[a]\n", toml("a.x", "set", {"workspace": True}), "[a]\nx = { workspace = true }\n", id="source"),
    ],
)  # fmt: skip
def test_toml_keeps_its_form(before: str, edit: TomlEdit, after: str) -> None:
    assert edited_toml(before.encode(), [edit]).decode() == after


def test_an_edit_that_does_not_fit_is_refused() -> None:
    with pytest.raises(TomlEditError):
        edited_toml(b"a = 1\n", [toml("a.b", "set", "x")])


KEPT = """\
import os

os.system("ls " + os.environ["A"])  # noqa: S605 -- a constant of our own
x = 1  # noqa: F401
"""


@pytest.mark.parametrize(
    ("profile", "line"),
    [
        pytest.param("strict", "  # noqa: S605 -- a constant of our own", id="kept where noxkit enforces the rule"),
        pytest.param("standard", "", id="ruff's to remove where nobody does"),
    ],
)
def test_a_noqa_of_a_rule_that_only_noxkit_has_on(demo: Repo, profile: str, line: str) -> None:
    ruff = f'lint.select = ["F", "RUF100"]\n[tool.noxkit]\nprofile = "{profile}"\n'
    demo.write({"pyproject.toml": MANIFEST + ruff, "src/demo/main.py": KEPT})
    demo.run("--only", "ruff", planner=plan_fix, session="fix")
    assert (demo.root / "src/demo/main.py").read_text().splitlines()[2:] == [
        f'os.system("ls " + os.environ["A"]){line}',
        "x = 1",
    ]
