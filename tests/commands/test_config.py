# SPDX-License-Identifier: Apache-2.0
"""`noxkit config`: each effective value, and which place gave it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests._trees import Repo

    Run = Callable[..., tuple[int, str, str]]

TOML = '[project]\nname = "a"\nversion = "1"\n[tool.noxkit]\ntimeout = 60\n'
PRECEDENCE = {
    "the default": (False, None, (), "timeout = 1800.0 (default)"),
    "pyproject": (True, None, (), "timeout = 60.0 (pyproject.toml:5)"),
    "a variable over pyproject": (True, "70", (), "timeout = 70.0 (NOXKIT_TIMEOUT)"),
    "a flag over all": (True, "70", ("--", "--timeout", "80"), "timeout = 80.0 (--timeout)"),
}


@pytest.mark.parametrize(("toml", "variable", "flags", "line"), PRECEDENCE.values(), ids=PRECEDENCE.keys())
def test_the_highest_place_holds_and_is_named(
    repo: Repo,
    noxkit: Run,
    monkeypatch: pytest.MonkeyPatch,
    toml: bool,
    variable: str | None,
    flags: tuple[str, ...],
    line: str,
) -> None:
    repo.write({"pyproject.toml": TOML} if toml else {})
    if variable:
        monkeypatch.setenv("NOXKIT_TIMEOUT", variable)
    code, said, _ = noxkit("config", *flags)
    [shown] = [" ".join(one.split()) for one in said.splitlines() if one.startswith("timeout ")]
    assert (code, shown) == (0, line)


def test_changed_shows_only_what_is_no_default(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": TOML})
    assert noxkit("config", "--changed")[1].splitlines() == ["timeout = 60.0  (pyproject.toml:5)"]


def test_json_is_a_list_of_names_values_and_sources(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": TOML})
    assert json.loads(noxkit("config", "--json", "--changed")[1]) == [
        {"name": "timeout", "value": 60.0, "source": "pyproject.toml:5"}
    ]


def test_what_is_wrong_is_said_with_its_place_and_ends_with_2(repo: Repo, noxkit: Run) -> None:
    repo.write({"pyproject.toml": "[tool.noxkit]\ntimout = 60\n"})
    code, out, error = noxkit("config")
    assert (code, out, "--> pyproject.toml:2:1" in error, "did you mean `timeout`?" in error) == (2, "", True, True)


def test_a_credential_is_shown_by_its_name_only(repo: Repo, noxkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write({"pyproject.toml": '[tool.noxkit]\npass-env = ["MY_TOKEN"]\n'})
    monkeypatch.setenv("MY_TOKEN", "hush-hush")
    said = noxkit("config", "--", "--output", "hush-hush", "--format", "json")[1]
    assert ("MY_TOKEN" in said, "hush-hush" in said) == (True, False)


def test_the_schema_is_one_of_pyproject_and_knows_the_table(noxkit: Run) -> None:
    schema = json.loads(noxkit("config", "--schema")[1])
    table = {"profile": "strict", "typecheck": {"checkers": ["ty"]}}
    jsonschema.validate({"project": {"name": "a"}, "tool": {"other": {}, "noxkit": table}}, schema)
    for wrong in ({"profile": "lax"}, {"typecheck": {"checker": ["ty"]}}, {"python": "3.10"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"tool": {"noxkit": wrong}}, schema)
