# SPDX-License-Identifier: Apache-2.0
"""What is accepted has to have an effect, a reason, and a day that is not past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.engine._plans import plan_lint

if TYPE_CHECKING:
    from tests._trees import Repo

HEAD = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.10"\n[tool.noxkit]\n'
COMMAND = '[[tool.noxkit.commands]]\nname = "own"\nrun = ["./scripts/own.py"]\noutput = "exit-code"\n'
UNKNOWN = ["NK-IGNORE-UNKNOWN"]
BROKEN = "def answer(:\n"


def codes(repo: Repo, options: str, files: dict[str, str], *, profile: str = "strict") -> list[str]:
    repo.write({"pyproject.toml": f'{HEAD}profile = "{profile}"\n{options}', **files})
    report = repo.run("--only", "source", planner=plan_lint)
    return [finding.code for finding in report.findings if finding.task == "ignores"]


@pytest.mark.parametrize(
    ("options", "files", "expected"),
    [
        pytest.param(
            'ignore = [{ code = "NK-MODULE-SYNTAX-ERROR", path = "a.py", reason = "r" }]',
            {"a.py": BROKEN},
            [],
            id="used",
        ),
        pytest.param(
            'ignore = [{ code = "NK-MODULE-SYNTAX-ERROR", path = "b.py", reason = "r" }]',
            {"a.py": BROKEN},
            ["NK-IGNORE-UNUSED"],
            id="another path",
        ),
        pytest.param(
            'ignore = [{ code = "NK-MODULE-SYNTAX-ERROR", reason = "r", until = 2020-01-31 }]',
            {"a.py": BROKEN},
            ["NK-IGNORE-EXPIRED"],
            id="expired",
        ),
        pytest.param('ignore = [{ code = "ruff:F401", reason = "r" }]', {"a.py": "x = 1\n"}, [], id="not looked for"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[ruff:F401] why\n"}, [], id="a line not looked for"),
        pytest.param(
            "",
            {"a.py": "x = 1  # noxkit: ignore[NK-MODULE-ENCODING-ERROR] why\n"},
            ["NK-IGNORE-UNUSED"],
            id="a line without effect",
        ),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[ruff:F401]\n"}, ["NK-IGNORE-REASON"], id="no reason"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore why\n"}, UNKNOWN, id="no code"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore\n"}, UNKNOWN, id="nothing at all"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[] why\n"}, UNKNOWN, id="an empty bracket"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[NK-ACME-SLEP] why\n"}, UNKNOWN, id="a code of nobody"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[F401] why\n"}, UNKNOWN, id="a code without its tool"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[rufff:F401] why\n"}, UNKNOWN, id="a tool of nobody"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[import-missing] why\n"}, [], id="a group"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignore[pytest:failed] why\n"}, [], id="a program by its name"),
        pytest.param(COMMAND, {"a.py": "x = 1  # noxkit: ignore[own:x] why\n"}, [], id="a program of the repository"),
        pytest.param("", {"a.py": "x = 1  # noxkit: ignores nothing\n"}, [], id="another word"),
        pytest.param('ignore = [{ code = "NK-NOBODY", reason = "r" }]', {}, UNKNOWN, id="an entry for nobody's code"),
        pytest.param("", {"a.py": 'x = "# noxkit: ignore[ruff:F401]"\n'}, [], id="a string is no comment"),
        pytest.param("", {"a.md": "# noxkit: ignore[ruff:F401]\n"}, [], id="nor is a heading"),
    ],
)
def test_an_ignore_without_effect_is_a_finding(
    repo: Repo, options: str, files: dict[str, str], expected: list[str]
) -> None:
    assert codes(repo, options, {"z.py": "", **files}) == expected


def test_these_findings_fail_in_strict_alone(repo: Repo) -> None:
    line = {"a.py": "x = 1  # noxkit: ignore[ruff:F401]\n"}
    for profile, severity in (("standard", Severity.WARNING), ("strict", Severity.ERROR)):
        repo.write({"pyproject.toml": f'{HEAD}profile = "{profile}"\nselect = ["NK-MODULE-SYNTAX-ERROR"]\n', **line})
        report = repo.run("--only", "source", planner=plan_lint)
        assert {finding.severity for finding in report.findings if finding.code == "NK-IGNORE-REASON"} == {severity}
        assert (report.status is Status.FAILED) is (profile == "strict")
