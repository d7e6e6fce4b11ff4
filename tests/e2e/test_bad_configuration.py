# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a pyproject.toml, a workspace, an argument or a noxfile is said at its place, and never green."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e._nox import NOX, PYTHON, REPORT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e._nox import Sandbox

_WORKSPACE = """\
[tool.uv.workspace]
members = ["packages/*", "extra"]

[tool.noxkit]
python = ["{python}"]

[[tool.noxkit.commands]]
name = "look"
run = ["true"]
reads = ["**/*.py"]
output = "exit-code"
"""


def _replaced(text: bytes) -> Callable[[Sandbox], object]:
    return lambda sandbox: (sandbox.root / "pyproject.toml").write_bytes(text)


def _with_option(text: str) -> Callable[[Sandbox], object]:
    return lambda sandbox: sandbox.options(text)


def _workspace(files: dict[str, str]) -> Callable[[Sandbox], object]:
    return lambda sandbox: sandbox.write({"pyproject.toml": _WORKSPACE.format(python=PYTHON), **files})


def _folder(sandbox: Sandbox) -> None:
    (sandbox.root / "pyproject.toml").unlink()
    (sandbox.root / "pyproject.toml").mkdir()


def _broken_link(sandbox: Sandbox) -> None:
    (sandbox.root / "pyproject.toml").unlink()
    (sandbox.root / "pyproject.toml").symlink_to("nowhere.toml")


_MEMBER = '[project]\nname = "{}"\nversion = "1"\n'
_REFUSED: dict[str, tuple[Callable[[Sandbox], object], str, str, str]] = {
    "not_toml": (_replaced(b'[project]\nname = "a\n'), "NK-PYPROJECT-INVALID", "pyproject.toml:2", ""),
    "not_utf8": (_replaced(b'[project]\nname = "\xe9"\n'), "NK-PYPROJECT-INVALID", "pyproject.toml:2", "UTF-8"),
    "a_key_twice": (_replaced(b'[project]\nname = "a"\nname = "b"\n'), "NK-PYPROJECT-INVALID", "pyproject.toml:3", ""),
    "a_folder": (_folder, "NK-FILE-UNREADABLE", "pyproject.toml", ""),
    "a_broken_link": (_broken_link, "NK-FILE-UNREADABLE", "pyproject.toml", ""),
    "typo": (_with_option('profil = "strict"'), "NK-CONFIG-UNKNOWN-KEY", "pyproject.toml:7", "`profile`"),
    "wrong_type": (_with_option("skip = 3"), "NK-CONFIG-TYPE", "pyproject.toml:7", ""),
    "negative_number": (_with_option("timeout = -1"), "NK-CONFIG-VALUE", "pyproject.toml:7", ""),
    "not_a_table": (_replaced(b"[tool]\nnoxkit = 3\n"), "NK-CONFIG-TYPE", "pyproject.toml:2", ""),
    "member_without_pyproject": (
        _workspace({"packages/a/a.py": "A = 1\n", "extra/pyproject.toml": _MEMBER.format("extra")}),
        "NK-WORKSPACE-MEMBER",
        "pyproject.toml:2",
        "packages/a/pyproject.toml",
    ),
    "member_is_a_file": (_workspace({"extra": "no folder\n"}), "NK-WORKSPACE-MEMBER", "pyproject.toml:2", "folder"),
    "member_is_not_there": (
        _workspace({"packages/a/pyproject.toml": _MEMBER.format("a")}),
        "NK-WORKSPACE-MEMBER",
        "pyproject.toml:2",
        "",
    ),
    "member_not_toml": (
        _workspace({"packages/a/pyproject.toml": "[project\n", "extra/pyproject.toml": _MEMBER.format("extra")}),
        "NK-PYPROJECT-INVALID",
        "packages/a/pyproject.toml:1",
        "",
    ),
    "member_named_twice": (
        _workspace({f"{path}/pyproject.toml": _MEMBER.format("same") for path in ("packages/a", "extra")}),
        "NK-WORKSPACE-MEMBER",
        "pyproject.toml:2",
        "another name",
    ),
    "options_in_a_member": (
        _workspace(
            {
                "extra/pyproject.toml": _MEMBER.format("extra") + "[tool.noxkit]\nskip = []\n",
                "packages/a/pyproject.toml": _MEMBER.format("a"),
            }
        ),
        "NK-CONFIG-PLACE",
        "extra/pyproject.toml:4",
        "",
    ),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_a_pyproject_that_cannot_be_used_is_refused_at_its_place(sandbox: Sandbox, name: str) -> None:
    spoil, code, place, hint = _REFUSED[name]
    spoil(sandbox)
    sandbox.nox("lint", "--only", "look").refused(code, place, hint=hint)


def test_all_that_is_wrong_is_said_at_once(sandbox: Sandbox) -> None:
    sandbox.options('profil = "strict"\nskip = 3\ntimeout = -1')
    run = sandbox.nox("lint").holds()
    assert [finding["line"] for finding in run.report["findings"]] == [7, 8, 9]


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "hint"),
    [
        (["--onyl", "look"], {}, "NK-ARGUMENT-UNKNOWN", "`--only`"),
        (["--only", "lok"], {}, "NK-ARGUMENT-VALUE", "`look`"),
        (["--skip", "nothing-like-it"], {}, "NK-ARGUMENT-VALUE", "look"),
        (["--package", "smaple"], {}, "NK-ARGUMENT-VALUE", "`sample`"),
        (["--jobs", "-1"], {}, "NK-ARGUMENT-VALUE", ""),
        (["--jobs", "many"], {}, "NK-ARGUMENT-VALUE", ""),
        (["--report", "jsn=x.json"], {}, "NK-ARGUMENT-VALUE", "json"),
        (["stray"], {}, "NK-ARGUMENT-UNKNOWN", ""),
        ([], {"NOXKIT_JOBS": "many"}, "NK-ARGUMENT-VALUE", ""),
        ([], {"NOXKIT_TIMEOUT": "-5"}, "NK-ARGUMENT-VALUE", ""),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused(
    sandbox: Sandbox, arguments: list[str], environ: dict[str, str], code: str, hint: str
) -> None:
    sandbox.nox("lint", *arguments, environ=environ).refused(code, hint=hint)


def test_no_pyproject_works_and_says_what_was_looked_at(sandbox: Sandbox) -> None:
    (sandbox.root / "pyproject.toml").unlink()
    run = sandbox.nox("lint", "--only", "ruff").passed()
    assert run.task("ruff")["evidence"]["files"] == 2


@pytest.mark.parametrize(
    "backend",
    ['requires = ["hatchling"]\nbuild-backend = "hatchling.build"', 'requires = ["setuptools"]'],
)
def test_a_dynamic_version_works(sandbox: Sandbox, backend: str) -> None:
    file = sandbox.root / "pyproject.toml"
    file.write_text(
        file.read_text().replace('version = "1.0"', 'dynamic = ["version"]') + f"\n[build-system]\n{backend}\n"
    )
    sandbox.nox("lint", "--only", "look").passed()


def test_the_name_of_a_session_that_is_taken_is_refused_at_the_place_of_the_other(sandbox: Sandbox) -> None:
    sandbox.write(
        {
            "noxfile.py": """\
            import nox
            import noxkit

            @nox.session
            def lint(session):
                "Another lint."

            noxkit.pipeline()
            """
        }
    )
    run = sandbox.nox("lint").refused("NK-SESSION-TAKEN", "noxfile.py:4", hint="rename")
    assert run.code == 2


def test_a_pipeline_that_is_called_twice_is_refused(sandbox: Sandbox) -> None:
    sandbox.write({"noxfile.py": "import noxkit\n\nnoxkit.pipeline()\nnoxkit.pipeline()\n"})
    assert sandbox.nox("lint").refused("NK-SESSION-TAKEN", hint="once").code == 2


def test_a_version_of_uv_that_is_not_there_is_refused_or_inconclusive(sandbox: Sandbox) -> None:
    sandbox.append('[tool.uv]\nrequired-version = "==0.0.1"\n')
    run = sandbox.nox("lint", "--only", "ruff").holds()
    assert "NK-UV-MISSING" in run.output
    assert (run.report["status"] in {"failed", "inconclusive"}, run.code != 0) == (True, True)


def test_a_dry_run_leaves_the_report_of_the_last_run_alone(sandbox: Sandbox) -> None:
    sandbox.nox("lint", "--only", "look").passed()
    before = (sandbox.root / REPORT).read_bytes()
    words = [*NOX, "-s", "lint", "--", "--only", "look", "--format", "json", "--output", REPORT, "--dry-run"]
    assert (
        subprocess.run(words, cwd=sandbox.root, env=sandbox.variables(), check=False, capture_output=True).returncode
        == 0
    )
    assert (sandbox.root / REPORT).read_bytes() == before
