# SPDX-License-Identifier: Apache-2.0
"""The generated reference and JSON Schema: up to date, complete, and of one mind with the loader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import pytest

from noxkit.config._fields import all_options
from noxkit.config.reference import generated, json_schema, reference_markdown
from noxkit.rules import family_options

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from tests.config.conftest import Load, Refuse

ROOT = Path(__file__).parents[2]
DESIGN = (Path(__file__).parent / "design.toml").read_text()


def accepted_by_schema(toml: str) -> bool:
    """Whether the JSON Schema accepts the `[tool.noxkit]` of `toml`."""
    table = tomllib.loads(toml)["tool"]["noxkit"]
    plain = msgspec.json.decode(msgspec.json.encode(table))  # dates are strings in JSON
    try:
        jsonschema.validate(plain, msgspec.json.decode(json_schema(family_options())))
    except jsonschema.ValidationError:
        return False
    return True


@pytest.mark.parametrize("path", sorted(generated(family_options())))
def test_the_generated_files_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text() == generated(family_options())[path], (
        f"{path} is stale: write what noxkit.config.reference.generated() gives"
    )


def test_the_schema_is_a_valid_schema_of_its_draft() -> None:
    schema = msgspec.json.decode(json_schema(family_options()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_every_table_of_the_schema_refuses_unknown_keys_and_describes_its_keys() -> None:
    tables = msgspec.json.decode(json_schema(family_options()))["$defs"]
    assert {name for name, table in tables.items() if table["additionalProperties"] is not False} == set()
    properties = [(name, key, each) for name, table in tables.items() for key, each in table["properties"].items()]
    assert [(name, key) for name, key, each in properties if "description" not in each and "$ref" not in each] == []


@pytest.mark.parametrize("option", all_options(), ids=lambda option: option.name)
def test_the_reference_names_every_option(option: object) -> None:
    page = reference_markdown()
    assert f"`{getattr(option, 'flag' if getattr(option, 'run') else 'name')}`" in page  # noqa: B009 -- an object to the checker


def test_every_example_of_the_reference_loads(loaded: Load) -> None:
    blocks = [block.split("```")[0] for block in reference_markdown().split("```toml\n")[1:]]
    assert len(blocks) == len([option for option in all_options() if not option.run])
    for block in blocks:
        loaded(block)
        assert accepted_by_schema(block), block


def test_schema_and_loader_accept_the_example_of_the_design(loaded: Load) -> None:
    assert accepted_by_schema(DESIGN)
    assert loaded(DESIGN).options.profile == "strict"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("profile =", "profil ="),
        ('profile = "strict"', 'profile = "strct"'),
        ("checkers =", "checker ="),
        ("new-lines = 100", "new-lines = 101"),
        ("new-lines = 100", 'new-lines = "100"'),
        ('python = ["3.10",', 'python = ["3.10.4",'),
        ('skip = ["typos"]', 'skip = "typos"'),
        (', reason = "…"', ""),
        ("publish = true", "publsh = true"),
        ('output = "github"', 'output = "gitlab"'),
        ("[tool.noxkit.tests]", "[tool.noxkit.test]"),
        ("fail-under = 80", "fail-under = -80"),
        ('paths = ["plugins/*"]', "paths = []"),
        ('pyright = ["packages/**"]', 'pyright = ["../x"]'),
        ('"authors", "classifiers"', '"author", "classifiers"'),
    ],
)
def test_schema_and_loader_refuse_the_same_mistakes(refused: Refuse, before: str, after: str) -> None:
    assert before in DESIGN
    toml = DESIGN.replace(before, after, 1)
    assert not accepted_by_schema(toml)
    assert len(refused(toml)) == 1
