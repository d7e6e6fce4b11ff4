# SPDX-License-Identifier: Apache-2.0
"""The rule that the how-to shows works as it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._plans import plan_lint
from tests._trees import Repo, clean_environ, outcome
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

_FILE = re.compile(r"<!-- file: (?P<path>\S+) -->\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {found["path"]: found["text"] for found in _FILE.finditer((ROOT / "docs/how-to/rules.md").read_text())}
PROJECT = '[project]\nname = "acme"\nversion = "1"\nrequires-python = ">=3.10"\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo", clean_environ(tmp_path / "home", UV_OFFLINE="1", UV_PYTHON_DOWNLOADS="never"))


def linted(repo: Repo, files: dict[str, str], **environ: str) -> Report:
    shown = {**FILES, "pyproject.toml": PROJECT + FILES["pyproject.toml"]}
    repo.write({**shown, "src/acme.py": "import time\n\n\ndef wait() -> None:\n    time.sleep(1)\n", **files})
    return repo.run("--only", "source", planner=plan_lint, given=environ)


def test_a_rule_of_the_repositorys_own_has_findings_like_any_other(repo: Repo) -> None:
    (finding,) = linted(repo, {}).findings
    assert (finding.code, finding.path, finding.line, finding.column) == ("NK-ACME-SLEEP", "src/acme.py", 5, 5)
    assert finding.severity is Severity.ERROR


NAMES = {
    "the module": ("acme_rules", ""),
    "the rule": ("acme_rules:sleep_in_source", ""),
    "a list": ("acme_rules:RULES", "RULES = [sleep_in_source]\n"),
    "a function": ("acme_rules:rules", "def rules():\n    return (sleep_in_source,)\n"),
}


@pytest.mark.parametrize(("name", "more"), NAMES.values(), ids=NAMES.keys())
def test_what_plugins_may_name(repo: Repo, name: str, more: str) -> None:
    options = FILES["pyproject.toml"].replace('"acme_rules"', f'"{name}"')
    files = {"acme_rules.py": FILES["acme_rules.py"] + "\n\n" + more, "pyproject.toml": PROJECT + options}
    assert [finding.code for finding in linted(repo, files).findings] == ["NK-ACME-SLEEP"]


def test_a_rule_says_itself_that_it_only_warns(repo: Repo) -> None:
    text = FILES["acme_rules.py"].replace('since="1.0"', 'since="1.0", severity=Severity.WARNING')
    text = text.replace("import Scope", "import Scope, Severity")
    (finding,) = linted(repo, {"acme_rules.py": text}).findings
    assert finding.severity is Severity.WARNING


def test_the_example_is_clean_under_every_rule(repo: Repo) -> None:
    strict = {"pyproject.toml": PROJECT + FILES["pyproject.toml"] + 'profile = "strict"\n'}
    assert [finding for finding in linted(repo, strict).findings if finding.path == "acme_rules.py"] == []


def test_it_is_accepted_like_any_other(repo: Repo) -> None:
    line = "import time\n\ntime.sleep(1)  # noxkit: ignore[NK-ACME-SLEEP] the hardware needs it\n"
    (finding,) = linted(repo, {"src/acme.py": line}).findings
    assert finding.suppressed == "the hardware needs it"


def test_it_sees_no_credentials(repo: Repo) -> None:
    spy = FILES["acme_rules.py"].replace(
        '"wait for what', 'str(__import__("os").environ.get("ACME_TOKEN")) + "wait for what'
    )
    (finding,) = linted(repo, {"acme_rules.py": spy}, ACME_TOKEN="s3cret").findings  # noqa: S106 -- the name of a variable
    assert finding.hint.startswith("None")


@pytest.mark.parametrize(
    ("module", "status", "reason"),
    [
        pytest.param("import no_such_module\n", Status.INCONCLUSIVE, "cannot be imported", id="does not import"),
        pytest.param("def rules():\n    return 1 / 0\n", Status.INCONCLUSIVE, "holds no rule", id="only functions"),
        pytest.param("RULES = []\n", Status.INCONCLUSIVE, "holds no rule", id="has no rule"),
        pytest.param(
            FILES["acme_rules.py"].replace("    for call", "    raise RuntimeError('no')\n    for call"),
            Status.CRASHED,
            "NK-ACME-SLEEP",
            id="fails",
        ),
        pytest.param("import os\nos._exit(3)\n", Status.CRASHED, "exit code 3", id="ends the process"),
    ],
)
def test_a_rule_that_does_not_work_never_passes(repo: Repo, module: str, status: Status, reason: str) -> None:
    ended = outcome(linted(repo, {"acme_rules.py": module}), "source")
    assert ended.status is status
    assert reason in f"{ended.reason}"


def test_a_code_that_is_none_of_its_own_is_said(repo: Repo) -> None:
    line = "import time\n\ntime.sleep(1)  # noxkit: ignore[NK-ACME-SLEP] the hardware needs it\n"
    assert sorted(finding.code for finding in linted(repo, {"src/acme.py": line}).findings) == [
        "NK-ACME-SLEEP",
        "NK-IGNORE-UNKNOWN",
    ]
