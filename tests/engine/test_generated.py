# SPDX-License-Identifier: Apache-2.0
"""Generators of the repository's own: they run in a copy, without credentials, and what they write is compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Severity, Status
from noxkit.engine._apply import apply_fixes
from noxkit.engine._generated import plan_generated, plan_generated_alone
from noxkit.engine._plans import plan_fix
from noxkit.engine._run import plan
from noxkit.engine._scope import Scope
from noxkit.errors import NoxkitError
from noxkit.rules import load_rules
from tests._trees import PYTHON, outcome, wheel
from tests.rules._trees import examples

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Outcome
    from tests._trees import Repo

WRITE = 'import pathlib\npathlib.Path("out.txt").write_text("1\\n2\\n3\\n")\n'
CODE = "NK-GENERATED-STALE"
_INDEX = '[tool.uv]\nno-index = true\nfind-links = ["../links"]\n'
_PROJECT = f'environment = "project"\n[tool.noxkit]\npython = ["{PYTHON}"]\n{_INDEX}'


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
            f"{WRITE}open('other.txt', 'w').write('x')\n",
            {"out.txt": "1\n2\n3\n"},
            [("other.txt", None)],
            id="writes-elsewhere",
        ),
        pytest.param(
            "import os\nif not os.path.exists('out.txt'): open('out.txt', 'w').write('1\\n')\n",
            {"out.txt": "2\n"},
            [("out.txt", 1)],
            id="writes-only-where-it-is-missing",
        ),
        pytest.param(
            "text = open('out.txt').read()\nif 'x' in text: open('out.txt', 'w').write('y')\n",
            {"out.txt": "y\n"},
            [],
            id="reads-what-it-writes",
        ),
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
    script = "open('out.tmp', 'w').write('x')\nopen('out.txt', 'w').write('1\\n')\nopen('side.tmp', 'w').write('x')\n"
    repo.write({**tree(script, writes="out.*"), "out.txt": "1\n", ".gitignore": "*.tmp\n"})
    repo.commit()
    done = compared(repo)
    assert (messages(done), done.evidence["files"]) == ([], 1)


@pytest.mark.parametrize(
    ("files", "status", "reason"),
    [
        pytest.param(
            tree("raise SystemExit('no input')\n"),
            Status.CRASHED,
            "it ended with exit code 1: no input",
            id="fails",
        ),
        pytest.param(tree("open('gone.txt')\n"), Status.CRASHED, "FileNotFoundError", id="crashes"),
        pytest.param(
            tree("", run="no-such-generator"),
            Status.INCONCLUSIVE,
            "could not be started: there is no such program",
            id="absent",
        ),
        pytest.param(
            tree("", writes="gone/*"), Status.INCONCLUSIVE, "no file matches gone/*", id="writes-what-is-not-there"
        ),
        pytest.param(
            {**tree("print('nothing to do')\n"), "out.txt": "1\n"},
            Status.INCONCLUSIVE,
            "it writes nothing, not even where its files are missing",
            id="writes-nothing",
        ),
        pytest.param(
            tree("import time\ntime.sleep(60)\n", more="[tool.noxkit]\ntimeout = 0.5\n"),
            Status.INCONCLUSIVE,
            "no end after",
            id="hangs",
        ),
        pytest.param(
            tree("", more='requirement = "no-such-generator==1"\n'),
            Status.INCONCLUSIVE,
            "no-such-generator==1 cannot be resolved",
            id="is-not-to-be-had",
        ),
    ],
)
def test_a_generator_of_which_nothing_can_be_said_is_never_green(
    repo: Repo, files: dict[str, str], status: Status, reason: str
) -> None:
    done = compared(repo.write(files))
    assert done.status is status
    assert reason in (done.reason or "")
    assert done.hint


def test_what_a_generator_that_fails_has_printed_is_kept(repo: Repo) -> None:
    repo.write(tree("import sys\nprint('one\\ntwo', file=sys.stderr)\nsys.exit(3)\n"))
    assert compared(repo).evidence["output"] == ["one", "two"]


def test_one_that_fails_does_not_hide_what_another_writes(repo: Repo) -> None:
    more = '[[tool.noxkit.generated]]\nname = "bad"\nrun = ["false"]\nwrites = ["bad.txt"]\n'
    repo.write({**tree(WRITE, more=more), "out.txt": "old\n"})
    done = compared(repo)
    assert (done.status, messages(done)) == (Status.CRASHED, [("out.txt", 1)])


OUTSIDE = {
    "made": ("open('new.txt', 'w').write('x')\n", "makes this file"),
    "changed": ("open('gen.py', 'a').write('#')\n", "changes this file"),
    "removed": ("import os\nos.remove('old.txt')\n", "removes this file"),
}


@pytest.mark.parametrize(("script", "message"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_what_it_does_beside_its_files_is_a_warning(repo: Repo, script: str, message: str) -> None:
    repo.write({**tree(f"{WRITE}{script}"), "out.txt": "1\n2\n3\n", "old.txt": "x\n"})
    (finding,) = compared(repo).findings
    assert (finding.code, finding.severity, message in finding.message) == (
        "NK-GENERATED-OUTSIDE",
        Severity.WARNING,
        True,
    )


def test_a_file_that_is_not_yet_in_git_is_named_in_the_evidence(repo: Repo) -> None:
    repo.write(tree(WRITE)).commit()
    repo.write({"out.txt": "1\n2\n3\n"})
    done = compared(repo)
    assert (messages(done), done.evidence["untracked"]) == ([], ["out.txt"])


def test_a_requirement_brings_its_program_and_its_python(repo: Repo, tmp_path: Path) -> None:
    wheel(tmp_path / "links", "maker", "1.0")
    script = "import maker, pathlib, shutil\nassert shutil.which('maker')\n"
    script += "pathlib.Path('out.txt').write_text(maker.VERSION)\n"
    repo.write({**tree(script, more='requirement = "maker==1.*"\n'), "out.txt": "0.9\n"})
    done = compared(repo, UV_FIND_LINKS=str(tmp_path / "links"))
    assert messages(done) == [("out.txt", 1)], done.reason


def test_the_environment_of_the_project_is_asked_for_by_name(repo: Repo, tmp_path: Path) -> None:
    for name, version in (("used", "1.0"), ("pytest", "9"), ("coverage", "7")):
        wheel(tmp_path / "links", name, version)
    files = tree("import used, pathlib\npathlib.Path('out.txt').write_text(used.VERSION)\n", more=_PROJECT)
    needed = 'dependencies = ["used", "pytest", "coverage"]\n'  # so that none is added from elsewhere
    files["pyproject.toml"] = files["pyproject.toml"].replace("[[tool", f"{needed}[[tool", 1)
    repo.write({**files, "out.txt": "0.9\n"})
    done = compared(repo)
    assert messages(done) == [("out.txt", 1)], done.reason


def test_two_pythons_for_one_generator_are_refused(repo: Repo) -> None:
    repo.write(tree(WRITE, more='requirement = "maker"\nenvironment = "project"\n'))
    with pytest.raises(NoxkitError, match="has both `requirement`") as raised:
        plan(repo.context(), plan_generated)
    assert (raised.value.records[0].path, bool(raised.value.records[0].hint)) == ("pyproject.toml", True)


def test_the_session_of_its_own_says_that_there_are_none(repo: Repo) -> None:
    repo.write({"pyproject.toml": '[project]\nname = "demo"\nversion = "1"\n'})
    report = repo.run(planner=plan_generated_alone, session="generated")
    done = outcome(report, "generated")
    assert (done.status, done.reason) == (Status.SKIPPED, "no [[tool.noxkit.generated]] in pyproject.toml")
    assert report.status is Status.INCONCLUSIVE


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


def test_the_examples_of_what_is_outside_do_what_they_say(repo: Repo) -> None:
    page = load_rules()["NK-GENERATED-OUTSIDE"].page
    (fails,), (passes,) = examples(page, "Fails"), examples(page, "Passes")
    assert [finding.code for finding in compared(repo.write(fails)).findings] == ["NK-GENERATED-OUTSIDE"]
    assert compared(repo.write(passes)).findings == ()


def test_the_examples_of_the_page_do_what_they_say(repo: Repo) -> None:
    page = load_rules()[CODE].page
    (fails,), (passes,) = examples(page, "Fails"), examples(page, "Passes")
    done = compared(repo.write(fails))
    assert [finding.code for finding in done.findings] == [CODE]
    apply_fixes(repo.root, done.findings, safeties={FixSafety.SAFE}, outer=repo.root)
    assert {path: (repo.root / path).read_text() for path in passes} == passes
    assert compared(repo).findings == ()
