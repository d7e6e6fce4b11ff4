# SPDX-License-Identifier: Apache-2.0
"""Missing docstrings by ruff under noxkit's code, and the templates that are written for them."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import FixSafety, Severity, Status
from noxkit.engine._apply import apply_fixes
from noxkit.engine._plans import plan_fix, plan_lint
from noxkit.engine._run import plan
from noxkit.engine._select import STRICT_ONLY
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools
from noxkit.tools._docstrings import templates
from tests._trees import Repo, clean_environ, manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from noxkit.diagnostics.model import Finding
    from noxkit.tools._base import Job
    from tests.tools.conftest import Recorded

TOOL = load_tools()["ruff_docstrings"]
CODE = "NK-DOCSTRING-MISSING"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty folder."""
    return Repo(tmp_path / "repo", clean_environ(tmp_path / "home", UV_OFFLINE="1"))


def rules_of(findings: tuple[Finding, ...]) -> list[tuple[str | None, int | None, str]]:
    return [(finding.path, finding.line, finding.message[-5:-1]) for finding in findings if finding.code == CODE]


def test_each_name_without_a_docstring_is_a_finding_but_in_tests_and_stubs(
    recorded: Callable[[str], Recorded],
) -> None:
    outcome = recorded("ruff_docstrings/findings").outcome
    lines = [(1, "D100"), (5, "D103"), (8, "D103"), (13, "D101"), (14, "D107"), (17, "D105"), (21, "D102")]
    rest = [("src/demo/a.py", line, rule) for line, rule in [*lines, (27, "D106"), (38, "D103")]]
    assert rules_of(outcome.findings) == [("src/demo/__init__.py", 1, "D104"), *rest]
    assert {finding.severity for finding in outcome.findings} == {Severity.ERROR}
    assert {finding.group for finding in outcome.findings} == {"docstring-missing"}


def test_what_ruffs_configuration_leaves_out_is_left_out(recorded: Callable[[str], Recorded]) -> None:
    found = rules_of(recorded("ruff_docstrings/configured").outcome.findings)
    assert {path for path, _, _ in found} == {"src/demo/a.py"}
    assert {rule for _, _, rule in found} == {"D100", "D101", "D102", "D103", "D106"}


@pytest.mark.parametrize(
    ("name", "status", "codes"),
    [
        pytest.param("clean", Status.PASSED, set[str](), id="clean"),
        pytest.param("syntax", Status.PASSED, {"ruff:invalid-syntax"}, id="a file that does not parse"),
        pytest.param("latin", Status.PASSED, {"ruff:E902"}, id="a file that is not UTF-8"),
        pytest.param("empty", Status.INCONCLUSIVE, set[str](), id="no Python file"),
        pytest.param("missing_path", Status.INCONCLUSIVE, {"ruff:E902"}, id="a path that is not there"),
        pytest.param("bad_config", Status.CRASHED, set[str](), id="a wrong configuration"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, codes: set[str]
) -> None:
    outcome = recorded(f"ruff_docstrings/{name}").outcome
    assert outcome.status is status
    assert {finding.code for finding in outcome.findings} == codes


def test_the_templates_of_a_file_are_written_at_once(recorded: Callable[[str], Recorded]) -> None:
    run = recorded("ruff_docstrings/findings")
    root = run.job.root
    before = ast.parse((root / "src/demo/a.py").read_bytes())
    applied = apply_fixes(root, run.outcome.findings, safeties={FixSafety.SAFE}, outer=root)
    assert (len(applied.done), applied.refused, applied.waiting) == (9, (), ())
    after = (root / "src/demo/a.py").read_text(encoding="utf-8")
    assert after.startswith('# SPDX-License-Identifier: Apache-2.0\n"""A."""\n\nimport os\n')
    assert '    # the default\n    """Read file."""\n    return path' in after
    assert (root / "src/demo/__init__.py").read_text(encoding="utf-8") == '"""Demo."""\n'
    found = [node for node in ast.walk(ast.parse(after)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    without = {node.name for node in found if ast.get_docstring(node) is None}
    assert without == {"short", "inner", "_private", "quiet"}
    assert len(list(ast.walk(ast.parse(after)))) == len(list(ast.walk(before))) + 2 * 8


def test_a_function_on_one_line_has_no_fix_and_the_hint_says_why(recorded: Callable[[str], Recorded]) -> None:
    [finding] = [each for each in recorded("ruff_docstrings/findings").outcome.findings if "`short`" in each.message]
    assert (finding.fix, finding.actions) == (None, ())
    assert "no line of its own" in finding.hint


WRITTEN = [
    pytest.param("def f():\n    return 1\n", 1, 'def f():\n    """F."""\n    return 1\n', id="a function"),
    pytest.param("def f():\n\treturn 1\n", 1, 'def f():\n\t"""F."""\n\treturn 1\n', id="a tab"),
    pytest.param("def f():\r\n  pass\r\n", 1, 'def f():\r\n  """F."""\r\n  pass\r\n', id="other line ends"),
    pytest.param("\ufeffdef f():\n  pass\n", 1, 'def f():\n  """F."""\n  pass\n', id="a byte order mark"),
    pytest.param("def f(\n  a,\n):\n  pass\n", 1, 'def f(\n  a,\n):\n  """F."""\n  pass\n', id="a long head"),
    pytest.param("def f():\n  a = 1; b = 2\n", 1, 'def f():\n  """F."""\n  a = 1; b = 2\n', id="a semicolon"),
    pytest.param("@a\ndef f():\n  pass\n", 2, '@a\ndef f():\n  """F."""\n  pass\n', id="a decorator"),
    pytest.param(
        "def f():\n  @a\n  def g(): pass\n", 1, 'def f():\n  """F."""\n\n  @a\n  def g(): pass\n', id="one inside"
    ),
    pytest.param("def f():\n  f'{1}'\n", 1, 'def f():\n  """F."""\n  f\'{1}\'\n', id="what is no docstring"),
    pytest.param(
        "class parseURLList:\n  x = 1\n", 1, 'class parseURLList:\n  """Parse URL list."""\n\n  x = 1\n', id="a class"
    ),
    pytest.param("def to_json_v2():\n  ...\n", 1, 'def to_json_v2():\n  """To json v2."""\n  ...\n', id="digits"),
    pytest.param(
        "def __init__():\n  ...\n", 1, 'def __init__():\n  """Make one from its arguments."""\n  ...\n', id="init"
    ),
    pytest.param("x = 1\n", None, '"""Some module."""\n\nx = 1\n', id="a module"),
    pytest.param("", None, '"""Some module."""\n', id="an empty module"),
    pytest.param("# a", None, '# a\n"""Some module."""\n', id="a comment alone"),
    pytest.param("#!/bin/x\n# a\n\nx = 1\n", None, '#!/bin/x\n# a\n"""Some module."""\n\nx = 1\n', id="a shebang"),
    pytest.param(
        "from __future__ import annotations\n",
        None,
        '"""Some module."""\n\nfrom __future__ import annotations\n',
        id="the future",
    ),
]


@pytest.mark.parametrize(("text", "line", "after"), WRITTEN)
def test_a_template_is_written_where_python_takes_it_for_a_docstring(text: str, line: int | None, after: str) -> None:
    edit = templates("src/some_module.py", text.encode(), [line])[line].edit
    assert edit is not None
    plain = text.removeprefix("\ufeff")
    assert plain[: edit.start] + edit.text + plain[edit.end :] == after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def f(): pass\n", id="a body on the line"),
        pytest.param("class A: x = 1\n", id="a class on the line"),
        pytest.param("def f(): \\\n  pass\n", id="a line that goes on"),
        pytest.param("def f(): x = (\n  1)\n", id="a body that begins on the line"),
        pytest.param("def __(): \n  pass\n", id="a name without words"),
        pytest.param("x = 1\n", id="no definition"),
    ],
)
def test_what_has_no_place_for_a_template_gets_none(text: str) -> None:
    assert templates("a.py", text.encode(), [1])[1].edit is None


@pytest.mark.parametrize("data", [b"def f(:\n", b"# coding: nope\n", b"x = '\xff'\n"])
def test_a_file_that_cannot_be_read_gets_none(data: bytes) -> None:
    assert templates("a.py", data, [1]) == {}


def test_one_template_that_is_not_proven_does_not_take_the_others_with_it() -> None:
    found = templates("a.py", b"def f():\n  return 1\ndef g(): \\\n  pass\n", [1, 3])
    assert found[1].edit is not None
    assert found[3].edit is None


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param("", STRICT_ONLY, id="in standard it is off"),
        pytest.param('profile = "strict"', None, id="in strict it is on"),
        pytest.param(f'select = ["{CODE}"]', None, id="its code turns it on"),
        pytest.param('select = ["NK-TYPO"]', STRICT_ONLY, id="another code does not"),
    ],
)
def test_it_is_on_in_strict_and_where_its_code_is_selected(repo: Repo, options: str, reason: str | None) -> None:
    repo.write({**manifest(options=options), "a.py": ""})
    for planner in (plan_lint, plan_fix):
        [task] = [task for task in plan(repo.context(), planner) if task.name == TOOL.name]
        assert task.not_due == reason
        assert task.advisory is (reason is not None)


def test_it_never_writes(make_job: Callable[..., Job]) -> None:
    command = TOOL.command(make_job({"a.py": ""}, write=True))
    assert "--no-fix" in command
    assert "--fix" not in command
    assert command[command.index("--select") + 1].startswith("D100,D101,D102,D103,D104,D105,D106,D107")


@pytest.mark.parametrize(("path", "counts"), [("noxfile.py", 0), ("src/noxfile.py", 1), ("a.py", 1)])
def test_the_noxfile_is_no_public_module(make_job: Callable[..., Job], path: str, counts: int) -> None:
    item = {"filename": path, "message": "Missing docstring in public module", "code": "D100", "fix": None}
    at = {"location": {"row": 1, "column": 1}, "end_location": {"row": 1, "column": 1}}
    said = json.dumps([{**item, **at}]).encode()
    reading = TOOL.parse(make_job({path: ""}), Completed(("ruff",), 1, said, b"", 0.1))
    assert len(reading.findings) == counts
