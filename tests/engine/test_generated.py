# SPDX-License-Identifier: Apache-2.0
"""Generators of the repository's own: they run in a copy, without credentials, and what they write is compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Status
from noxkit.engine._apply import apply_fixes
from noxkit.engine._generated import plan_generated
from noxkit.engine._plans import plan_fix
from noxkit.engine._scope import Scope
from noxkit.rules import load_rules
from tests._trees import outcome
from tests.rules._trees import examples

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Outcome
    from tests._trees import Repo

WRITE = 'import pathlib\npathlib.Path("out.txt").write_text("1\\n2\\n3\\n")\n'
CODE = "NK-GENERATED-STALE"


def tree(script: str, *, writes: str = "out.txt", run: str = "python", more: str = "") -> dict[str, str]:
    table = f'name = "numbers"\nrun = [{json.dumps(run)}, "gen.py"]\nwrites = [{json.dumps(writes)}]\n{more}'
    project = '[project]\nname = "demo"\nversion = "1"\n'
    return {"pyproject.toml": f"{project}[[tool.noxkit.generated]]\n{table}", "gen.py": script}


def compared(repo: Repo, **environ: str) -> Outcome:
    return outcome(repo.run(planner=plan_generated, session="consistency", given=environ), "generated")


def messages(done: Outcome) -> list[tuple[str | None, int | None]]:
    return [(finding.path, finding.line) for finding in done.findings]


@pytest.mark.parametrize(
    ("script", "files", "found"),
    [
        pytest.param(WRITE, {"out.txt": "1\n2\n3\n"}, [], id="as-written"),
        pytest.param(WRITE, {"out.txt": "1\n2\n"}, [("out.txt", 2)], id="behind"),
        pytest.param(WRITE, {"out.txt": "1\n4\n3\n"}, [("out.txt", 2)], id="changed-by-hand"),
        pytest.param(WRITE, {}, [("out.txt", 1)], id="not-there"),
        pytest.param("import os\nos.remove('out.txt')\n", {"out.txt": "1\n"}, [("out.txt", 1)], id="taken-away"),
        pytest.param(
            f"{WRITE}open('other.txt', 'w').write('x')\n", {"out.txt": "1\n2\n3\n"}, [], id="writes-elsewhere"
        ),
        pytest.param("print('nothing to do')\n", {"out.txt": "1\n"}, [], id="writes-nothing"),
        pytest.param("open('out.txt', 'wb').write(b'1\\r\\n')\n", {"out.txt": "1\n"}, [("out.txt", 1)], id="newlines"),
        pytest.param("open('out.txt', 'wb').write(b'\\0\\1')\n", {"out.txt": "1\n"}, [("out.txt", 1)], id="binary"),
        pytest.param(
            "open('out.txt', 'w').write(open('in.txt').read())\n", {"in.txt": "a\n", "out.txt": "a\n"}, [], id="reads"
        ),
    ],
)
def test_what_a_generator_writes_is_compared(
    repo: Repo, script: str, files: dict[str, str], found: list[tuple[str, int]]
) -> None:
    repo.write({**tree(script), **files})
    assert messages(compared(repo)) == found


def test_the_tree_itself_is_left_alone(repo: Repo) -> None:
    repo.write({**tree(WRITE), "out.txt": "old\n"})
    assert compared(repo).status is Status.FAILED
    assert (repo.root / "out.txt").read_text() == "old\n"


def test_new_files_that_git_ignores_are_none(repo: Repo) -> None:
    repo.write({**tree("open('out.tmp', 'w').write('x')\n", writes="out.*"), "out.txt": "1\n", ".gitignore": "*.tmp\n"})
    repo.commit()
    done = compared(repo)
    assert (messages(done), done.evidence["files"]) == ([], 1)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param(tree("raise SystemExit('no input')\n"), "it ended with exit code 1: no input", id="fails"),
        pytest.param(tree("", run="no-such-generator"), "could not be started: there is no such program", id="absent"),
        pytest.param(tree("", writes="gone/*"), "no file matches gone/*", id="writes-what-is-not-there"),
        pytest.param(tree("open('gone.txt')\n"), "FileNotFoundError", id="crashes"),
    ],
)
def test_a_generator_that_says_nothing_is_inconclusive(repo: Repo, files: dict[str, str], reason: str) -> None:
    done = compared(repo.write(files))
    assert done.status is Status.INCONCLUSIVE
    assert reason in (done.reason or "")
    assert done.hint


def test_a_generator_gets_no_credentials(repo: Repo) -> None:
    repo.write(tree("import os\nopen('out.txt', 'w').write(os.environ.get('ACME_TOKEN', 'none'))\n"))
    repo.write({"out.txt": "none"})
    assert messages(compared(repo, ACME_TOKEN="t0p")) == []  # noqa: S106 -- the name of a variable


def test_without_generators_there_is_no_task(repo: Repo) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n'})
    assert plan_generated(repo.context(), Scope()) == []


def test_fix_writes_what_the_generator_writes_and_then_nothing(repo: Repo) -> None:
    repo.write({**tree(WRITE), "out.txt": "old\n"})
    for changed in (["out.txt"], []):
        report = repo.run("--only", "generated", planner=plan_fix, session="fix")
        assert outcome(report, "changes").evidence["changed"] == changed
    assert (repo.root / "out.txt").read_text() == "1\n2\n3\n"


def test_a_binary_file_has_no_fix_and_says_so(repo: Repo) -> None:
    repo.write({**tree("open('out.txt', 'wb').write(b'\\0\\1')\n"), "out.txt": "1\n"})
    (finding,) = compared(repo).findings
    assert (finding.fix, finding.actions) == (None, ())
    assert "text only" in finding.hint


def test_the_examples_of_the_page_do_what_they_say(repo: Repo) -> None:
    page = load_rules()[CODE].page
    (fails,), (passes,) = examples(page, "Fails"), examples(page, "Passes")
    done = compared(repo.write(fails))
    assert [finding.code for finding in done.findings] == [CODE]
    apply_fixes(repo.root, done.findings, safeties={FixSafety.SAFE}, outer=repo.root)
    assert {path: (repo.root / path).read_text() for path in passes} == passes
    assert compared(repo).findings == ()
