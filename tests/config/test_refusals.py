# SPDX-License-Identifier: Apache-2.0
"""What is refused: each mistake with its code, its place and what to do about it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.config.load import load, member_table_errors
from noxkit.errors import NoxkitError

if TYPE_CHECKING:
    from tests.config.conftest import Load, Refuse

TYPE, VALUE, UNKNOWN, INVALID = (
    "NK-CONFIG-TYPE",
    "NK-CONFIG-VALUE",
    "NK-CONFIG-UNKNOWN-KEY",
    "NK-PYPROJECT-INVALID",
)
N = "[tool.noxkit]\n"
COMMAND = '[[tool.noxkit.commands]]\nname = "a"\nrun = ["a"]\n'
# TOML, code, (line, column, end column), part of the message, the whole hint (None: any)
BAD_TOML: dict[str, tuple[str, str, tuple[int, int, int] | None, str, str | None]] = {
    "misspelt key": (
        f'{N}profil = "strict"',
        UNKNOWN,
        (2, 1, 7),
        "`profil` is not an option of [tool.noxkit]",
        "did you mean `profile`?",
    ),
    "misspelt key in a table": (
        '[tool.noxkit.typecheck]\nchecker = ["ty"]',
        UNKNOWN,
        (2, 1, 8),
        "`checker` is not an option of [tool.noxkit.typecheck]",
        "did you mean `checkers`?",
    ),
    "snake case": (
        f'{N}default_python = "3.12"',
        UNKNOWN,
        (2, 1, 15),
        "`default_python`",
        "did you mean `default-python`?",
    ),
    "misspelt table": (
        "[tool.noxkit.coverag]\nnew-lines = 1",
        UNKNOWN,
        (1, 2, 21),
        "`coverag`",
        "did you mean `coverage`?",
    ),
    "key in the wrong table": (
        f'{N}checkers = ["ty"]',
        UNKNOWN,
        (2, 1, 9),
        "`checkers`",
        "did you mean `typecheck.checkers`, in [tool.noxkit.typecheck]?",
    ),
    "option of a run": (
        f"{N}jobs = 4",
        UNKNOWN,
        (2, 1, 5),
        "`jobs`",
        "it is set for a run, not in TOML: use `--jobs` behind `--`, or NOXKIT_JOBS",
    ),
    "option of a run in snake case": (
        f"{N}no_cache = true",
        UNKNOWN,
        (2, 1, 9),
        "`no_cache`",
        "it is set for a run, not in TOML: use `--no-cache` behind `--`, or NOXKIT_NO_CACHE",
    ),
    "unlike any key": (
        "[tool.noxkit.typecheck]\nxyz = 1",
        UNKNOWN,
        (2, 1, 4),
        "`xyz`",
        "remove it; the options there are `checkers`, `environments`",
    ),
    "unicode key": (f'{N}"größe" = 1', UNKNOWN, (2, 1, 8), "`größe`", None),
    "unicode before the place": (
        f'{N}ignore = [{{ code = "NK-A", reason = "größe", pat = "x" }}]',
        UNKNOWN,
        (2, 46, 49),
        "`pat` is not an option of [[tool.noxkit.ignore]]",
        "did you mean `path`?",
    ),
    "key in an array of tables": (
        f'{COMMAND}reqirement = "x"',
        UNKNOWN,
        (4, 1, 11),
        "[[tool.noxkit.commands]]",
        "did you mean `requirement`?",
    ),
    "wrong type: text for a number": (
        f'{N}timeout = "30"',
        TYPE,
        (2, 11, 15),
        "`timeout` must be a number, not `30`",
        "write a number without quotes, such as `600`",
    ),
    "wrong type: number for a list": (
        f"{N}skip = 1",
        TYPE,
        (2, 8, 9),
        "`skip` must be a list of strings, not `1`",
        None,
    ),
    "wrong type: text for a list": (
        f'{N}skip = "typos"',
        TYPE,
        (2, 8, 15),
        "`skip` must be a list of strings, not `typos`",
        'write a list: `["typos"]`',
    ),
    "wrong type: command as text": (
        '[[tool.noxkit.commands]]\nname = "a"\nrun = "a b"',
        TYPE,
        (3, 7, 12),
        "`commands[0].run` must be a list of strings",
        None,
    ),
    "wrong type: true for a number": (f"{N}timeout = true", TYPE, (2, 11, 15), "not `true`", None),
    "wrong type: float for a whole number": (
        f"{N}cache-size = 1.5",
        TYPE,
        (2, 14, 17),
        "a whole number, not `1.5`",
        None,
    ),
    "wrong type: number for a Python": (
        f"{N}python = [3.10]",
        TYPE,
        (2, 11, 15),
        "`python[0]` must be a string",
        'write it in quotes, such as `"3.12"`',
    ),
    "wrong type: text for true or false": (
        '[[tool.noxkit.kinds]]\nname = "a"\npaths = ["."]\npublish = "yes"',
        TYPE,
        (4, 11, 16),
        "`kinds[0].publish` must be true or false, not `yes`",
        "write true or false, without quotes",
    ),
    "wrong type: value for a table": (
        f"{N}coverage = 90",
        TYPE,
        (2, 12, 14),
        "`coverage` must be a table, not `90`",
        None,
    ),
    "wrong type: table for a value": (
        "[tool.noxkit.profile]\nname = 1",
        TYPE,
        (1, 2, 21),
        "`profile` must be one of `standard`, `strict`, not a table",
        None,
    ),
    "wrong type: table for a list of tables": (
        "[tool.noxkit.kinds]\nname = 'a'",
        TYPE,
        (1, 2, 19),
        "`kinds` must be a list of tables, not a table",
        None,
    ),
    "wrong type: text in a list of tables": (
        f'{N}ignore = ["NK-A"]',
        TYPE,
        (2, 11, 17),
        "`ignore[0]` must be a table, not `NK-A`",
        None,
    ),
    "wrong type: time for a date": (
        f'{N}ignore = [{{ code = "NK-A", reason = "x", until = 2027-01-01T00:00:00 }}]',
        TYPE,
        (2, 50, 69),
        "`ignore[0].until` must be a date",
        "write a date without a time, such as 2027-01-01",
    ),
    "date that does not exist": (
        f'{N}ignore = [{{ code = "NK-A", reason = "x", until = "2027-02-30" }}]',
        TYPE,
        (2, 50, 62),
        "`2027-02-30`",
        None,
    ),
    "tool.noxkit is a value": (
        "[tool]\nnoxkit = 1",
        TYPE,
        (2, 10, 11),
        "`tool.noxkit` must be a table",
        "write `[tool.noxkit]` and the options below it",
    ),
    "tool.noxkit is a list": (
        "[[tool.noxkit]]\nx = 1",
        TYPE,
        (1, 3, 14),
        "must be a table, not a list",
        None,
    ),
    "negative number": (
        f"{N}timeout = -1",
        VALUE,
        (2, 11, 13),
        "`timeout` is `-1`, which is not greater than 0 and at most 604800",
        "use a number that is greater than 0 and at most 604800, such as 600",
    ),
    "not a number": (f"{N}timeout = nan", VALUE, (2, 11, 14), "`timeout` is `nan`", None),
    "endless": (f"{N}timeout = inf", VALUE, (2, 11, 14), "`timeout` is `inf`", None),
    "number beyond 64 bits": (
        f"{N}cache-size = 99999999999999999999999",
        VALUE,
        (2, 14, 37),
        "`cache-size` is",
        None,
    ),
    "percent over 100": (
        "[tool.noxkit.coverage]\nnew-lines = 101",
        VALUE,
        (2, 13, 16),
        "`coverage.new-lines` is `101`",
        "use a number that is at least 0 and at most 100, such as 90",
    ),
    "misspelt choice": (
        f'{N}profile = "strct"',
        VALUE,
        (2, 11, 18),
        "`profile` is `strct`, which is not one of `standard`, `strict`",
        "did you mean `strict`?",
    ),
    "unlike any choice": (
        f'{N}profile = "xyz"',
        VALUE,
        (2, 11, 16),
        "`profile` is `xyz`",
        "use one of `standard`, `strict`",
    ),
    "table below a misspelt one": (
        "[tool.noxkit.typechek.x]\ny = 1",
        UNKNOWN,
        (1, 2, 24),
        "`typechek`",
        "did you mean `typecheck`?",
    ),
    "empty choice": (f'{N}profile = ""', VALUE, (2, 11, 13), "which is not one of", None),
    "field that no project has": (
        '[[tool.noxkit.kinds]]\nname = "a"\npaths = ["."]\nrequired-fields = ["licence"]',
        VALUE,
        (4, 20, 29),
        "`kinds[0].required-fields[0]` is `licence`",
        "did you mean `license`?",
    ),
    "patch version of Python": (
        f'{N}python = ["3.12", "3.10.4"]',
        VALUE,
        (2, 19, 27),
        '`python[1]` is `3.10.4`, which is not a minor version of Python, "3.N"',
        None,
    ),
    "Python 2": (f'{N}python = ["2.7"]', VALUE, (2, 11, 16), "`2.7`", None),
    "Python with a newline": (
        f'{N}python = ["3.10\\n"]',
        VALUE,
        (2, 11, 19),
        "`python[0]` is `3.10\\n`",
        None,
    ),
    "Python twice": (
        f'{N}python = ["3.12", "3.12"]',
        VALUE,
        (2, 19, 25),
        "`3.12` stands in `python` twice",
        "remove one of them",
    ),
    "no Python": (f"{N}python = []", VALUE, (2, 10, 12), "`python` is empty", None),
    "default Python outside of python": (
        f'{N}python = ["3.12"]\ndefault-python = "3.13"',
        VALUE,
        (3, 18, 24),
        "`default-python` is not one of `python`: `3.13`",
        "add 3.13 to `python`, or choose one that is there",
    ),
    "ignore without a reason": (
        f'{N}ignore = [{{ code = "NK-A" }}]',
        VALUE,
        (2, 11, 28),
        "`reason` is missing from [[tool.noxkit.ignore]]",
        'add it, such as `reason = "kept as upstream has it"`',
    ),
    "ignore with an empty reason": (
        f'{N}ignore = [{{ code = "NK-A", reason = " " }}]',
        VALUE,
        (2, 37, 40),
        "`ignore[0].reason` is ` `",
        None,
    ),
    "ignore with the word that a report leaves room with": (
        f'{N}ignore = [{{ code = "NK-A", reason = "REASON" }}]',
        VALUE,
        (2, 37, 45),
        "`ignore[0].reason` is `REASON`",
        None,
    ),
    "code without its tool": (f'{N}select = ["F401"]', VALUE, (2, 11, 17), "`select[0]` is `F401`", None),
    "glob above the root": (
        f'{N}paths = {{ ty = ["../x"] }}',
        VALUE,
        (2, 17, 23),
        "`paths.ty[0]` is `../x`",
        None,
    ),
    "absolute glob": (f'{N}paths = {{ ty = ["/x"] }}', VALUE, (2, 17, 21), "`/x`", None),
    "wildcard in pass-env": (
        f'{N}pass-env = ["AWS_*"]',
        VALUE,
        (2, 13, 20),
        "`pass-env[0]` is `AWS_*`",
        None,
    ),
    "NUL in a command": (
        '[[tool.noxkit.commands]]\nname = "a"\nrun = ["a\\u0000"]',
        VALUE,
        (3, 8, 17),
        "which holds a character that no path or argument can have",
        None,
    ),
    "kind twice": (
        '[[tool.noxkit.kinds]]\nname = "a"\npaths = ["x"]\n[[tool.noxkit.kinds]]\nname = "a"\npaths = ["y"]',
        VALUE,
        (5, 8, 11),
        "`a` stands in `kinds` twice",
        "give each its own `name`",
    ),
    "unknown part of a package name": (
        '[[tool.noxkit.kinds]]\nname = "a"\npaths = ["x"]\npackage-name = "acme-{folder}"',
        VALUE,
        (4, 16, 31),
        "`acme-{folder}`",
        None,
    ),
    "pattern that does not compile": (
        f'{COMMAND}output = "regex"\npattern = "(?P<message>"',
        VALUE,
        (5, 11, 25),
        "is not a regular expression",
        None,
    ),
    "pattern without a message": (
        f'{COMMAND}output = "regex"\npattern = "(?P<path>.*)"',
        VALUE,
        (5, 11, 25),
        "has no group `message`",
        None,
    ),
    "pattern with an unknown group": (
        f'{COMMAND}output = "regex"\npattern = "(?P<massage>.*)"',
        VALUE,
        (5, 11, 28),
        "has a group `massage`",
        None,
    ),
    "pattern missing": (
        f'{COMMAND}output = "regex"',
        VALUE,
        (4, 10, 17),
        '`output = "regex"` needs a `pattern`',
        None,
    ),
    "pattern in vain": (
        f"{COMMAND}pattern = '(?P<message>.*)'",
        VALUE,
        (4, 11, 28),
        "`pattern` is used only with",
        None,
    ),
    "empty command": (
        '[[tool.noxkit.commands]]\nname = "a"\nrun = []',
        VALUE,
        (3, 7, 9),
        "`commands[0].run` is empty",
        None,
    ),
    "requirement": (f'{COMMAND}requirement = "a b"', VALUE, (4, 15, 20), "is not a requirement", None),
    "bare version of a tool": (
        '[tool.noxkit.tools]\nruff = "0.17.6"',
        VALUE,
        (2, 8, 16),
        "`tools.ruff` is `0.17.6`, which is a version without a comparison",
        'write "==0.17.6" for exactly this version',
    ),
    "version of a tool": (
        '[tool.noxkit.tools]\nruff = "latest"',
        VALUE,
        (2, 8, 16),
        "which is not a version specifier",
        None,
    ),
    "empty version of a tool": ('[tool.noxkit.tools]\nruff = ""', VALUE, (2, 8, 10), "which is empty", None),
    "table without tool": (
        '[noxkit]\nprofile = "strict"',
        UNKNOWN,
        (1, 2, 8),
        "`[noxkit]` is read by nothing",
        "write `[tool.noxkit]`",
    ),
    "table in another spelling": (
        '[tool.nox-kit]\nprofile = "strict"',
        UNKNOWN,
        (1, 2, 14),
        "`[tool.nox-kit]` is read by nothing",
        "write `[tool.noxkit]`",
    ),
    "broken TOML": (
        "[tool.noxkit]\nprofile = strict\n",
        INVALID,
        (2, 11, 12),
        "`pyproject.toml` is not valid TOML: invalid value",
        None,
    ),
    "key twice": (
        f"{N}timeout = 1\ntimeout = 2\n",
        INVALID,
        (3, 12, 13),
        "not valid TOML: cannot overwrite a value",
        None,
    ),
    "open string at the end": (f'{N}profile = """strict\n\n', INVALID, (2, 20, 21), "not valid TOML", None),
    "endless nesting": ("x = " + "[" * 20_000, INVALID, None, "not valid TOML", None),
    "number with thousands of digits": ("x = " + "9" * 5_000, INVALID, None, "not valid TOML", None),
}


@pytest.mark.parametrize(("toml", "code", "place", "message", "hint"), BAD_TOML.values(), ids=BAD_TOML.keys())
def test_toml_that_is_wrong_is_refused_with_its_place_and_what_to_do(
    refused: Refuse,
    *,
    toml: str,
    code: str,
    place: tuple[int, int, int] | None,
    message: str,
    hint: str | None,
) -> None:
    (record,) = refused(toml)
    assert record.code == code
    assert message in record.message
    assert record.path == "pyproject.toml"
    assert hint is None or record.hint == hint
    assert place is None or (record.line, record.column, record.end_column) == place


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"a = 1\nb = 'gr\xfc\xdfe'\n", (2, 8), "it is not UTF-8"),
        (b"\xef\xbb\xbf[tool.noxkit]\n", (1, 1), "it begins with a byte order mark"),
        (b"a = 1\r\n[tool.noxkit]\r\nprofile = x\r\n", (3, 11), "invalid value"),
    ],
    ids=["latin-1", "byte order mark", "carriage returns"],
)
def test_bytes_that_are_no_toml_are_refused(
    refused: Refuse, *, content: bytes, place: tuple[int, int], message: str
) -> None:
    (record,) = refused(content)
    assert (record.code, record.line, record.column) == (INVALID, *place)
    assert message in record.message


ARGUMENT, NO_ARGUMENT = "NK-ARGUMENT-VALUE", "NK-ARGUMENT-UNKNOWN"


def test_everything_that_is_wrong_is_said_at_once_and_in_order(refused: Refuse) -> None:
    toml = (
        f'{N}profile = "strct"\njobs = 1\npython = [3.10, "3.x"]\n\n'
        f"[tool.noxkit.coverage]\nnew-lines = -1\n\n{COMMAND}nam = 1\n"
    )
    records = refused(toml, environ={"NOXKIT_TIMEOUT": "x", "NOXKIT_Z": "1"}, arguments=["--onyl", "--jobs", "0", "x"])
    assert [(record.code, record.line) for record in records] == [
        (VALUE, 2),
        (UNKNOWN, 3),
        (TYPE, 4),
        (VALUE, 4),
        (VALUE, 7),
        (UNKNOWN, 12),
        (ARGUMENT, None),
        (NO_ARGUMENT, None),
        (NO_ARGUMENT, None),
        (NO_ARGUMENT, None),
        (ARGUMENT, None),
    ]


def test_invalid_toml_does_not_hide_wrong_flags(refused: Refuse) -> None:
    assert [record.code for record in refused("= 1", arguments=["--onyl"])] == [INVALID, NO_ARGUMENT]


def test_a_value_that_a_flag_overrides_is_still_refused(refused: Refuse) -> None:
    (record,) = refused(f'{N}profile = "x"\n', arguments=["--profile", "strict"])
    assert record.code == VALUE


def test_nothing_is_concluded_from_an_option_that_was_given_wrongly(refused: Refuse) -> None:
    (record,) = refused(arguments=["--format", "3!", "--output", "x.json"])
    assert record.message.startswith("`--format` is `3!`")


@pytest.mark.parametrize("kind", ["folder", "broken link", "fifo"])
def test_a_pyproject_that_is_no_readable_file_is_refused(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "pyproject.toml"
    if kind == "folder":
        file.mkdir()
    elif kind == "fifo":
        os.mkfifo(file)
    else:
        file.symlink_to("gone.toml")
    with pytest.raises(NoxkitError) as caught:
        load(tmp_path, environ={}, arguments=[])
    (record,) = caught.value.records
    assert (record.code, record.path) == ("NK-FILE-UNREADABLE", "pyproject.toml")


def test_a_named_pyproject_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(NoxkitError) as caught:
        load(tmp_path, environ={}, pyproject=tmp_path / "sub" / "pyproject.toml")
    assert [(record.code, record.message) for record in caught.value.records] == [
        ("NK-PROJECT-MISSING", "`sub/pyproject.toml` does not exist")
    ]


def test_places_are_relative_to_the_root_of_a_named_pyproject(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "pyproject.toml").write_text(f"{N}timeout = 3\n")
    assert (
        load(tmp_path, environ={}, pyproject=Path("sub/pyproject.toml")).source("timeout").place
        == "sub/pyproject.toml:2"
    )


def test_internal_and_foreign_variables_are_no_options(loaded: Load) -> None:
    assert loaded(environ={"NOXKIT_INTERNAL_RUN": "x", "NOX_X": "y", "noxkit_jobs": "z"}).run.jobs is None


def test_a_table_in_a_member_is_refused_at_its_place(tmp_path: Path) -> None:
    files = {
        "": f"{N}",
        "a": '[project]\nname = "a"\n',
        "b": '[project]\nname = "b"\n\n[tool.noxkit.coverage]\nnew-lines = 3\n',
        "c": "not toml",
        "d": f"# ü\n  {N}",
    }
    for name, text in files.items():
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "pyproject.toml").write_text(text)
    members = [
        Path("pyproject.toml"),
        Path("gone/pyproject.toml"),
        *(tmp_path / name / "pyproject.toml" for name in "abcd"),
    ]
    records = member_table_errors(tmp_path, members)
    assert [(record.code, record.path, record.line, record.column) for record in records] == [
        ("NK-CONFIG-PLACE", "b/pyproject.toml", 4, 2),
        ("NK-CONFIG-PLACE", "d/pyproject.toml", 2, 4),
    ]
    assert "member `b`" in records[0].message
    assert records[0].hint
