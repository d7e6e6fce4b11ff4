# SPDX-License-Identifier: Apache-2.0
"""Environments of tools: made once, shared, kept apart by version and index, and owned by the user."""

from __future__ import annotations

import concurrent.futures
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.events import CommandStarted, Progress
from noxkit.environments.tool import Pin, ToolEnvironment, locked_version, pin_of
from noxkit.environments.uv import InstallFailedError
from tests._trees import Repo, manifest, wheel

if TYPE_CHECKING:
    from collections.abc import Mapping

ONE = Pin(distribution="looker", specifier="==1.0", source="the test")


def made(repo: Repo, pin: Pin = ONE, *, given: Mapping[str, str] | None = None, **environ: str) -> ToolEnvironment:
    """The environment for `pin`, as another run would get it."""
    if not (repo.root / "pyproject.toml").exists():
        repo.write(manifest())
    return repo.context(**(given or {}), **environ).tool_environments.ensure(pin, task="looker")


def test_it_holds_the_program_at_its_version(repo: Repo) -> None:
    environment = made(repo)
    said = subprocess.run([environment.programs / "looker", "a b"], capture_output=True, text=True, check=True).stdout
    assert (said, environment.version) == ("looker 1.0 a b\n", "1.0")


def test_it_is_made_once_and_then_found(repo: Repo) -> None:
    first = made(repo)
    repo.events.clear()
    second = made(repo)
    commands = [event.command[1] for event in repo.events if isinstance(event, CommandStarted)]
    assert (first.made, second.made, second.programs, commands) == (True, False, first.programs, ["--version"])


def test_making_it_is_announced(repo: Repo) -> None:
    made(repo)
    assert [event.message for event in repo.events if isinstance(event, Progress)] == [
        "resolving looker==1.0 (the test)",
        "installing looker 1.0",
    ]


def test_two_that_ask_at_once_make_it_once(repo: Repo) -> None:
    repo.write(manifest())
    contexts = [repo.context() for _ in range(3)]
    with concurrent.futures.ThreadPoolExecutor() as executor:
        futures = [executor.submit(context.tool_environments.ensure, ONE, task="looker") for context in contexts]
        found = [future.result() for future in futures]
    commands = [event.command[1:3] for event in repo.events if isinstance(event, CommandStarted)]
    assert (len({environment.programs for environment in found}), commands.count(("pip", "sync"))) == (1, 1)


def test_one_that_was_not_finished_is_made_again(repo: Repo) -> None:
    folder = made(repo).programs.parent
    (folder / "noxkit-complete.json").unlink()
    (folder / "bin" / "looker").unlink()
    assert (made(repo).programs / "looker").is_file()


def test_one_whose_interpreter_is_gone_is_made_again(repo: Repo) -> None:
    programs = made(repo).programs
    (programs / "python").unlink()
    assert (made(repo).made, (programs / "python").exists()) == (True, True)


def test_what_a_killed_process_has_left_in_its_place_is_replaced(repo: Repo) -> None:
    folder = made(repo).programs.parent
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "rest").touch()
    assert (made(repo).programs / "looker").is_file()


def test_other_versions_live_side_by_side(repo: Repo) -> None:
    versions = [
        made(repo, Pin(distribution="looker", specifier=f"=={version}", source="")) for version in ("1.0", "2.0")
    ]
    assert ([each.version for each in versions], len({each.programs for each in versions})) == (["1.0", "2.0"], 2)


def test_another_index_is_another_environment(repo: Repo, tmp_path: Path) -> None:
    wheel(tmp_path / "mirror", "looker", "1.0", program="def main():\n    print('from the mirror')\n")
    here, there = made(repo), made(repo, UV_FIND_LINKS=str(tmp_path / "mirror"))
    said = subprocess.run([there.programs / "looker"], capture_output=True, text=True, check=True).stdout
    assert (here.programs != there.programs, said) == (True, "from the mirror\n")


def test_a_uv_configuration_of_the_tree_that_changes_is_another_index(repo: Repo) -> None:
    here = made(repo)
    repo.write({"uv.toml": 'index-strategy = "unsafe-best-match"\n'})
    assert made(repo).programs != here.programs


def test_it_belongs_to_the_user_alone(repo: Repo) -> None:
    folder = made(repo).programs.parent.parent
    assert (folder.stat().st_mode & 0o777, folder.stat().st_uid) == (0o700, os.getuid())


def test_its_files_are_compiled(repo: Repo) -> None:
    folder = made(repo).programs.parent
    assert [file.name.partition(".")[0] for file in folder.glob("lib/*/site-packages/__pycache__/looker.*.pyc")] == [
        "looker"
    ]


def test_it_does_not_see_the_environment_that_nox_runs_in(repo: Repo) -> None:
    environment = made(repo)
    lines = (environment.programs.parent / "pyvenv.cfg").read_text().splitlines()
    assert "include-system-site-packages = false" in lines


HOMES = {
    "below a file": {"XDG_CACHE_HOME": "/dev/null/cache"},
    "that is nowhere": {"XDG_CACHE_HOME": "", "HOME": "/proc/nobody"},
}


@pytest.mark.parametrize("environ", HOMES.values(), ids=HOMES.keys())
def test_in_a_home_that_cannot_be_written_it_is_kept_in_the_tree(repo: Repo, environ: Mapping[str, str]) -> None:
    assert made(repo, given=environ).programs.is_relative_to(repo.root / ".nox" / "noxkit" / "tools")


def test_tool_folder_says_where_it_is_kept(repo: Repo) -> None:
    repo.write(manifest(options='tool-folder = ".tools"'))
    assert made(repo).programs.is_relative_to(repo.root / ".tools")


def test_a_tool_folder_that_cannot_be_written_is_inconclusive_and_says_what_to_set(repo: Repo) -> None:
    repo.write(manifest(options='tool-folder = "/proc/none"'))
    with pytest.raises(InstallFailedError) as caught:
        made(repo)
    assert "`tool-folder`" in caught.value.hint


FAILURES = {
    "a version that does not exist": (
        "looker",
        "==9",
        "looker==9 cannot be resolved",
        "the version is not on the index",
    ),
    "a distribution that does not exist": ("nobody", "==1", "nobody==1 cannot be resolved", ""),
    "what excludes itself": ("looker", "==1.0,>1.5", "cannot be resolved", ""),
}


@pytest.mark.parametrize(("name", "specifier", "reason", "hint"), FAILURES.values(), ids=FAILURES.keys())
def test_what_cannot_be_resolved_says_what_and_what_to_do(
    repo: Repo, name: str, specifier: str, reason: str, hint: str
) -> None:
    with pytest.raises(InstallFailedError) as caught:
        made(repo, Pin(distribution=name, specifier=specifier, source="the test"))
    assert (reason in caught.value.reason, hint in caught.value.hint, bool(caught.value.hint)) == (True, True, True)


def test_a_file_that_is_not_the_one_that_was_resolved_is_refused(repo: Repo, index: Path) -> None:
    made(repo)
    shutil.rmtree(Path(repo.environ["XDG_CACHE_HOME"]) / "noxkit" / "tools")
    wheel(index, "looker", "1.0", program="def main():\n    print('another')\n")
    with pytest.raises(InstallFailedError) as caught:
        made(repo, UV_CACHE_DIR=str(index.parent / "fresh"))
    assert "ash" in caught.value.reason  # uv's word: a hash mismatch


SHIPPED = locked_version("ruff")
PINS: list[tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, str], str | None, str]] = [
    ({}, {}, {}, None, "noxkit's lock"),
    ({}, {}, {"ruff": ">=0.0.1"}, None, "the dependency groups"),
    ({}, {}, {"ruff": "==0.5.0"}, "==0.5.0", "the dependency groups"),
    ({}, {"ruff": ("0.5.0",)}, {"ruff": "==0.4.0"}, "==0.5.0", "uv.lock"),
    ({}, {"ruff": (str(SHIPPED),)}, {}, None, "uv.lock"),
    ({}, {"ruff": ("0.5.0", "0.6.0")}, {}, None, "noxkit's lock"),
    ({}, {"ruff": ("0.5.0", "0.6.0")}, {"ruff": "==0.4.0"}, "==0.4.0", "the dependency groups"),
    ({"ruff": "==0.3.0"}, {"ruff": ("0.5.0",)}, {"ruff": "==0.4.0"}, "==0.3.0", "[tool.noxkit.tools]"),
    ({"Ruff": "==0.3.0"}, {}, {}, "==0.3.0", "[tool.noxkit.tools]"),
]


@pytest.mark.parametrize(
    ("configured", "locked", "declared", "specifier", "source"),
    PINS,
    ids=[f"{n} {row[4]}" for n, row in enumerate(PINS)],
)
def test_who_decides_the_version_of_a_tool(
    configured: dict[str, str],
    locked: dict[str, tuple[str, ...]],
    declared: dict[str, str],
    specifier: str | None,
    source: str,
) -> None:
    pin = pin_of("ruff", configured=configured, locked=locked, declared=declared)
    assert (pin.specifier, pin.source) == (specifier, source)
