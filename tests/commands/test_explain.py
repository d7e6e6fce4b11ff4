# SPDX-License-Identifier: Apache-2.0
"""`noxkit explain` and `noxkit rules`: what a code means, and which rules are on here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.errors import ERROR_CODES
from noxkit.rules import load_families, load_rules
from noxkit.tools import load_tools
from noxkit.tools._codes import TOOL_CODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("code", sorted({*load_rules(), *TOOL_CODES, *ERROR_CODES}))
def test_every_code_of_noxkit_is_explained(noxkit: Run, code: str) -> None:
    status, said, _ = noxkit("explain", code)
    assert status == 0
    assert said.startswith(code)
    assert len(said.splitlines()) >= 3


@pytest.mark.parametrize("tool", sorted(name for name, tool in load_tools().items() if not tool.explains_with))
def test_a_code_of_a_tool_leads_to_its_page(noxkit: Run, tool: str) -> None:
    status, said, _ = noxkit("explain", f"{tool}:some-code")
    assert (status, "https://" in said) == (0, True)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        pytest.param("NK-IGNORE-UNUSD", "did you mean `NK-IGNORE-UNUSED`?", id="misspelt"),
        pytest.param("W605", "`noxkit rules` lists", id="of no tool"),
        pytest.param("flake8:E1", "`noxkit rules` lists", id="of a tool that is not run"),
    ],
)
def test_an_unknown_code_is_an_error_with_a_hint(noxkit: Run, code: str, hint: str) -> None:
    status, _, said = noxkit("explain", code)
    assert (status, "NK-ARGUMENT-VALUE" in said, hint in said) == (2, True, True)


def test_rules_lists_every_rule_with_its_family(noxkit: Run) -> None:
    status, said, _ = noxkit("rules", "--json")
    listed = {item["code"]: item["family"] for item in json.loads(said)}
    assert status == 0
    assert listed == {code: rule.family for code, rule in load_rules().items()}


def test_rules_says_which_are_on_here(noxkit: Run, repo: Repo) -> None:
    repo.write({"pyproject.toml": '[tool.noxkit]\nselect = ["NK-DOC-WORD"]\n'})
    codes = {item["code"] for item in json.loads(noxkit("rules", "--on", "--json")[1])}
    standard = {code for code, rule in load_rules().items() if rule.standard}
    assert codes == {*standard, "NK-DOC-WORD"}
    repo.write({"pyproject.toml": '[tool.noxkit]\nprofile = "strict"\n'})
    assert len(json.loads(noxkit("rules", "--on", "--json")[1])) == len(load_rules())


def test_rules_of_one_family_are_listed_for_people(noxkit: Run) -> None:
    status, said, _ = noxkit("rules", "ignores")
    assert status == 0
    assert all(code in said for code in load_families()["ignores"])
    assert "NK-COVERAGE-BELOW" not in said


def test_an_unknown_family_is_an_error_with_a_hint(noxkit: Run) -> None:
    status, _, said = noxkit("rules", "ignore")
    assert (status, "did you mean `ignores`?" in said) == (2, True)


PLUGIN = """\
from noxkit.rules import Scope, found, rule


@rule(code="NK-ACME-SLEEP", scope=Scope.SOURCE, since="1.0")
def sleep(source):
    \"\"\"Code waits by the clock.\"\"\"
    return ()
"""


@pytest.fixture
def plugged(repo: Repo) -> Repo:
    """A repository with a rule of its own."""
    return repo.write({"pyproject.toml": '[tool.noxkit]\nplugins = ["acme_rules:sleep"]\n', "acme_rules.py": PLUGIN})


def test_a_code_of_a_plugin_is_explained(plugged: Repo, noxkit: Run) -> None:
    status, said, _ = noxkit("explain", "NK-ACME-SLEEP")
    assert status == 0
    assert said.startswith("NK-ACME-SLEEP (error, of `plugins` of this repository")
    assert said.rstrip().endswith("Code waits by the clock.")
    assert plugged.root.joinpath("acme_rules.py").is_file()


@pytest.mark.parametrize("arguments", [(), ("--on",), ("acme_rules",)])
def test_rules_lists_those_of_plugins(plugged: Repo, noxkit: Run, arguments: tuple[str, ...]) -> None:
    listed = {item["code"]: item for item in json.loads(noxkit("rules", "--json", *arguments)[1])}
    assert (listed["NK-ACME-SLEEP"]["family"], listed["NK-ACME-SLEEP"]["on"]) == ("acme_rules", True)
    assert plugged.root.is_dir()


def test_a_plugin_that_does_not_load_is_said(plugged: Repo, noxkit: Run) -> None:
    plugged.write({"acme_rules.py": "import no_such_module\n"})
    status, _, said = noxkit("explain", "NK-ACME-SLEEP")
    assert (status, "`acme_rules:sleep` cannot be imported" in said, "Traceback" in said) == (2, True, False)
