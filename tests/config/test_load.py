# SPDX-License-Identifier: Apache-2.0
"""Loading: who wins, where each value came from, and what is refused and how."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.config._fields import Option, all_options
from noxkit.config._help import OF_FILES, READ_BY, help_text
from noxkit.config.load import ReportTarget, Source, load
from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS
from noxkit.diagnostics.model import Severity

if TYPE_CHECKING:
    from tests.config.conftest import Load, Refuse

DESIGN = (Path(__file__).parent / "design.toml").read_text()
"""The example of the design, with texts in place of its ellipses."""


def value_of(config: object, name: str) -> object:
    """The value behind a dotted name of an option."""
    for part in name.replace("-", "_").split("."):
        config = getattr(config, part)
    return config


# name, TOML, variable's text, flag's words, and the four values: default, TOML, variable, flag
PRECEDENCE: list[tuple[str, str, str, list[str], tuple[object, ...]]] = [
    (
        "profile",
        'profile = "strict"',
        "standard",
        ["--profile", "strict"],
        ("standard", "strict", "standard", "strict"),
    ),
    (
        "python",
        'python = ["3.10"]',
        "3.11",
        ["--python=3.12,3.13"],
        (None, ("3.10",), ("3.11",), ("3.12", "3.13")),
    ),
    (
        "default-python",
        'default-python = "3.10"',
        "3.11",
        ["--default-python", "3.12"],
        (None, "3.10", "3.11", "3.12"),
    ),
    ("timeout", "timeout = 5", "6.5", ["--timeout", "7"], (1800.0, 5.0, 6.5, 7.0)),
    ("cache-size", "cache-size = 5", "6", ["--cache-size=7"], (512 << 20, 5, 6, 7)),
    (
        "select",
        'select = ["NK-A"]',
        "NK-B,NK-C",
        ["--select", "NK-D"],
        ((), ("NK-A",), ("NK-B", "NK-C"), ("NK-D",)),
    ),
    (
        "typecheck.checkers",
        'typecheck.checkers = ["ty"]',
        "ty, pyrefly",
        ["--typecheck-checkers", "ty", "--typecheck-checkers=mypy"],
        (None, ("ty",), ("ty", "pyrefly"), ("ty", "mypy")),
    ),
    (
        "typecheck.environments",
        'typecheck.environments = "each"',
        "shared",
        ["--typecheck-environments", "each"],
        ("shared", "each", "shared", "each"),
    ),
    (
        "coverage.new-lines",
        "coverage.new-lines = 80",
        "85",
        ["--coverage-new-lines", "90"],
        (None, 80.0, 85.0, 90.0),
    ),
    (
        "license-header.text",
        'license-header.text = "a, b"',
        "c, d",
        ["--license-header-text", "e, f"],
        (None, "a, b", "c, d", "e, f"),
    ),
    (
        "tests.arguments",
        'tests.arguments = ["-x"]',
        "-y,-z",
        ["--tests-arguments=--strict"],
        ((), ("-x",), ("-y", "-z"), ("--strict",)),
    ),
    (
        "paths",
        'paths = { ty = ["a"] }',
        "ty=b,c",
        ["--paths", "ty=d"],
        ({}, {"ty": ("a",)}, {"ty": ("b", "c")}, {"ty": ("d",)}),
    ),
    (
        "tools",
        'tools = { ty = "==1" }',
        "ty==2",
        ["--tools", "ty>=3,<4"],
        ({}, {"ty": "==1"}, {"ty": "==2"}, {"ty": ">=3,<4"}),
    ),
]


@pytest.mark.parametrize(("name", "toml", "variable", "flag", "values"), PRECEDENCE, ids=[row[0] for row in PRECEDENCE])
def test_a_flag_wins_over_the_variable_over_toml_over_the_default(
    loaded: Load, *, name: str, toml: str, variable: str, flag: list[str], values: tuple[object, ...]
) -> None:
    option = next(option for option in all_options() if option.name == name)
    file, environ = f"[tool.noxkit]\n{toml}\n", {option.variable: variable}
    configs = [
        loaded("[tool.noxkit]\n"),
        loaded(file),
        loaded(file, environ=environ),
        loaded(file, environ=environ, arguments=flag),
    ]
    assert tuple(value_of(config.options, name) for config in configs) == values
    assert [config.source(name).kind for config in configs][:3] == [
        "default",
        "pyproject",
        "environment",
    ] or isinstance(option.default, dict)
    assert configs[3].source(name).kind == "flag"


@pytest.mark.parametrize(
    ("arguments", "environ", "name", "value"),
    [
        (["--only", "ruff,ty"], {"NOXKIT_ONLY": "mypy"}, "only", ("ruff", "ty")),
        ([], {"NOXKIT_ONLY": "mypy"}, "only", ("mypy",)),
        (["--skip=ty"], {}, "skip", ("ty",)),
        (["--package", "a", "--package", "b"], {}, "package", ("a", "b")),
        (["--since", "origin/main"], {"NOXKIT_SINCE": "x"}, "since", "origin/main"),
        (["--no-cache"], {}, "no_cache", True),
        (["--no-cache=false"], {"NOXKIT_NO_CACHE": "1"}, "no_cache", False),
        ([], {"NOXKIT_NO_CACHE": "yes"}, "no_cache", True),
        ([], {"NOXKIT_NO_CACHE": "0"}, "no_cache", False),
        ([], {"NOXKIT_NO_CACHE": ""}, "no_cache", False),
        (["--jobs", "3"], {"NOXKIT_JOBS": "4"}, "jobs", 3),
        (["--jobs", "3", "--jobs=5"], {}, "jobs", 5),
        ([], {"NOXKIT_FAIL_ON": "warning"}, "fail_on", Severity.WARNING),
        (["--why", "ty"], {}, "why", "ty"),
        (["--dry-run", "--verbose"], {}, "dry_run", True),
        (["--write-baseline"], {}, "write_baseline", True),
        (["--write-ratchet"], {}, "write_ratchet", True),
        (["--events=a b.jsonl"], {"NOXKIT_EVENTS": "x"}, "events", "a b.jsonl"),
    ],
)
def test_run_options_are_flags_and_variables(
    loaded: Load, *, arguments: list[str], environ: dict[str, str], name: str, value: object
) -> None:
    assert getattr(loaded(environ=environ, arguments=arguments).run, name) == value


def test_every_option_but_a_list_of_tables_has_a_flag_of_its_own() -> None:
    options = [option for option in all_options() if option.in_text]
    assert len({option.flag for option in options}) == len({option.variable for option in options}) == len(options)
    assert {option.name for option in options if option.structured} == {
        "ignore",
        "kinds",
        "commands",
        "generated",
        "coverage.groups",
    }


@pytest.mark.parametrize(
    "option", [option for option in all_options() if option.in_text], ids=lambda option: option.flag
)
def test_each_option_is_described_and_its_example_can_be_given(loaded: Load, *, option: Option) -> None:
    assert option.shape.description.endswith(".")
    example = next(iter(option.shape.examples), None)
    if option.run or not isinstance(example, str):
        return
    assert value_of(loaded(arguments=[f"{option.flag}={example}"]).options, option.name) == example
    assert value_of(loaded(environ={option.variable: example}).options, option.name) == example


def test_the_example_of_the_design_loads(loaded: Load) -> None:
    options = loaded(DESIGN).options
    assert options.ignore[0].until == dt.date(2027, 1, 1)
    assert options.kinds[0].package_name == "acme-plugin-{dir}"
    assert options.commands[0].output == "github"
    assert options.commands[0].sessions == ("lint",)
    assert options.coverage.groups[0].fail_under == 80
    assert options.tools == {"ruff": "==0.17.*"}


def test_lists_of_tables_can_be_json_in_their_variable(loaded: Load) -> None:
    environ = {
        "NOXKIT_IGNORE": '[{"code": "NK-A", "reason": "x", "until": "2027-01-01"}]',
        "NOXKIT_TOOLS": '{"ty": "==1"}',
    }
    options = loaded(environ=environ).options
    assert options.ignore[0].until == dt.date(2027, 1, 1)
    assert options.tools == {"ty": "==1"}


def test_tables_are_joined_by_key_and_each_key_knows_its_source(loaded: Load) -> None:
    toml = '[tool.noxkit.tools]\nruff = "==1"\nty = "==1"\n'
    config = loaded(toml, arguments=["--tools", "ty==2"])
    assert config.options.tools == {"ruff": "==1", "ty": "==2"}
    assert config.source("tools.ruff") == Source(kind="pyproject", place="pyproject.toml:2")
    assert config.source("tools.ty") == Source(kind="flag", place="--tools")


def test_credential_patterns_are_added_to_the_built_in_ones(loaded: Load) -> None:
    config = loaded('[tool.noxkit]\ncredentials = ["ACME_*"]\n', environ={"NOXKIT_CREDENTIALS": "OTHER_*"})
    assert config.options.credentials == (*CREDENTIAL_PATTERNS, "ACME_*", "OTHER_*")
    assert config.source("credentials").place == "NOXKIT_CREDENTIALS + pyproject.toml:2"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("profile", Source(kind="flag", place="--profile")),
        ("timeout", Source(kind="environment", place="NOXKIT_TIMEOUT")),
        ("typecheck.checkers", Source(kind="pyproject", place="pyproject.toml:5")),
        ("kinds", Source(kind="pyproject", place="pyproject.toml:7")),
        ("jobs", Source(kind="flag", place="--jobs")),
        ("run.jobs", Source(kind="flag", place="--jobs")),
        ("coverage.new-lines", Source(kind="default", place="default")),
        ("tools.ruff", Source(kind="default", place="default")),
    ],
)
def test_a_value_knows_its_source(loaded: Load, *, name: str, source: Source) -> None:
    toml = (
        'x = 1\n[tool.noxkit]\ntimeout = 1\nprofile = "strict"\ntypecheck.checkers = ["ty"]\n'
        '\n[[tool.noxkit.kinds]]\nname = "a"\npaths = ["."]\n'
    )
    config = loaded(
        toml,
        environ={"NOXKIT_TIMEOUT": "3", "NOXKIT_JOBS": "9"},
        arguments=["--profile", "strict", "--jobs=2"],
    )
    assert config.source(name) == source


def test_asking_for_the_source_of_no_option_is_a_key_error(loaded: Load) -> None:
    with pytest.raises(KeyError):
        loaded().source("nothing")


def test_items_name_every_option_once(loaded: Load) -> None:
    items = list(loaded('[tool.noxkit.tools]\nty = "==1"\n', arguments=["--skip-tests"]).items())
    names = [name for name, _, _ in items]
    assert len(names) == len(set(names)) == len(all_options())
    assert ("tools.ty", "==1", Source(kind="pyproject", place="pyproject.toml:2")) in items
    assert ("run.skip-tests", True, Source(kind="flag", place="--skip-tests")) in items


SECRETS = [
    (["sh", "https://user:hunter2hunter2@host/x"], "hunter2"),
    (["curl", "--token", "abcdef"], "abcdef"),
    (["curl", "--api-key=abcdef"], "abcdef"),
    (["curl", "-H", "PRIVATE-TOKEN: abcdef"], "abcdef"),
    (["x", "ghp_0123456789abcdefghijABCDEFGHIJ012345"], "ghp_"),
    (["x", "value of a variable"], "value of a variable"),
]


@pytest.mark.parametrize(("run", "secret"), SECRETS)
def test_items_and_errors_show_no_secret(loaded: Load, refused: Refuse, *, run: list[str], secret: str) -> None:
    environ = {"UPLOAD_TOKEN": "value of a variable"}
    shown = list(loaded(f'[[tool.noxkit.commands]]\nname = "a"\nrun = {run}\n', environ=environ).items())
    assert secret not in str(shown)
    for record in refused(
        f"[tool.noxkit]\nprofile = {run[-1]!r}\npython = {run[-1]!r}\n",
        environ=environ,
        arguments=[f"--jobs={run[-1]}"],
    ):
        assert secret not in record.message + record.hint or run[1] == "--token"


@pytest.mark.parametrize(
    ("arguments", "pytest_arguments"),
    [
        (["--", "-k", "name", "--only=x"], ("-k", "name", "--only=x")),
        (["--only", "ruff", "--", "--", "--help"], ("--", "--help")),
        (["--"], ()),
        ([], ()),
    ],
)
def test_what_follows_a_second_separator_is_left_to_pytest(
    loaded: Load, *, arguments: list[str], pytest_arguments: tuple[str, ...]
) -> None:
    config = loaded(arguments=arguments)
    assert config.pytest_arguments == pytest_arguments
    assert not config.asks_for_help


def test_reports_come_from_both_ways_to_ask_for_them(loaded: Load) -> None:
    config = loaded(
        arguments=[
            "--report",
            "json=a={session}.json",
            "--report=github=b",
            "--format",
            "html",
            "--output",
            "c.html",
        ]
    )
    assert config.reports == (
        ReportTarget("json", "a={session}.json"),
        ReportTarget("github", "b"),
        ReportTarget("html", "c.html"),
    )


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["dist/a-1.0-py3-none-any.whl", "--verbose", "a-1.0.tar.gz"], ("dist/a-1.0-py3-none-any.whl", "a-1.0.tar.gz")),
        (["--files", "a.whl,b.whl", "dist"], ("a.whl", "b.whl", "dist")),
        (["/built/wheels/"], ("/built/wheels/",)),
        (["--package", "dist"], ()),
    ],
)
def test_words_that_look_like_built_files_need_no_flag(
    loaded: Load, *, arguments: list[str], files: tuple[str, ...]
) -> None:
    assert loaded(arguments=arguments).run.files == files


def test_help_is_asked_for_and_nothing_else_is_looked_at(loaded: Load) -> None:
    config = loaded("not toml", environ={"NOXKIT_X": "1"}, arguments=["--nonsense", "--help"])
    assert config.asks_for_help


def test_help_lists_every_flag() -> None:
    text = help_text()
    flags = [option for option in all_options() if option.in_text and not option.structured]
    assert [option.flag for option in flags if option.usage not in text] == []


HELP = [
    ("lint", ["--only", "--typecheck-checkers", "--license-header-text"], ["--release", "--range", "--tests-pattern"]),
    ("commits", ["--range", "--message-file"], ["--rehearse", "--typecheck-checkers"]),
    ("fix", ["--diff", "--unsafe"], ["--write-ratchet", "--skip-tests"]),
    ("release_check", ["--release", "--rehearse", "--skip-tests", "--tests-pattern"], ["--diff", "--range"]),
    ("tests", ["--tests-pattern", "PYTEST ARGUMENT"], ["--release-tag"]),
    ("wheel", ["noxkit wheel PATH…", "--format", "--artifacts-size-limit"], ["[tool.noxkit", "nox -s", "--profile"]),
]


@pytest.mark.parametrize(("session", "there", "absent"), HELP, ids=[row[0] for row in HELP])
def test_help_is_about_the_session(session: str, there: list[str], absent: list[str]) -> None:
    text = help_text(session)
    words = text.replace("NOXKIT_", "")
    assert [word for word in there if word not in words] == []
    assert [word for word in absent if f"  {word} " in words or (word[0] != "-" and word in words)] == []
    assert max(len(line) for line in text.splitlines()) <= 100


def test_what_help_knows_of_options_is_what_there_is() -> None:
    names = {option.name for option in all_options()} | {option.path[0] for option in all_options() if not option.run}
    assert set(READ_BY) | OF_FILES <= names


def test_without_pyproject_everything_is_the_default(tmp_path: Path) -> None:
    config = load(tmp_path, environ={}, arguments=[])
    assert {source.kind for _, _, source in config.items()} == {"default"}


def test_loading_imports_no_parser_of_positions_and_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.noxkit]\nprofile = "strict"\n')
    code = (
        "import sys, pathlib; from noxkit.config.load import load;"
        "load(pathlib.Path(sys.argv[1]), environ={}, arguments=['--jobs', '2']);"
        "heavy = {'tree_sitter', 'rich', 'packaging', 'nox', 'yaml', 'tomlkit', 'difflib'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
