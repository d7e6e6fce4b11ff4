# SPDX-License-Identifier: Apache-2.0
"""The licences of locked dependencies: from what is installed, from what is kept, from the index, or from nowhere."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.events import CommandStarted
from noxkit.diagnostics.model import Outcome, Severity, Status
from noxkit.engine._licenses import plan_licenses
from tests._trees import PYTHON, Repo, clean_environ, outcome, wheel
from tests.engine._releases import put_wheel, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from noxkit.diagnostics.model import Report

DENIED, UNKNOWN = "NK-LICENSE-DENIED", "NK-LICENSE-UNKNOWN"
OSI = "License :: OSI Approved :: "
POLICY = 'licenses = { allow = ["MIT", "BSD-3-Clause"], deny = ["GPL-3.0-only"] }\n'
MARKER = "; sys_platform == 'win32'"


def shop(tmp_path: Path) -> Repo:
    """An empty folder whose only index is a folder of wheels beside it."""
    shelf = tmp_path / "shelf"
    wheel(shelf, "pytest", "7.0")
    wheel(shelf, "coverage", "7.0")
    offline = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(shelf), "UV_PYTHON_DOWNLOADS": "never"}
    return Repo(tmp_path / "repo", clean_environ(tmp_path / "home", **offline))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """The same, for one test."""
    return shop(tmp_path)


def requiring(repo: Repo, *lines: str, noxkit: str = POLICY, tables: str = "", lock: bool = True) -> Repo:
    """A package that requires `lines`, locked."""
    listed = ", ".join(f'"{line}"' for line in lines)
    project = f'[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = [{listed}]\n'
    repo.write({"pyproject.toml": f'{project}\n{tables}\n[tool.noxkit]\npython = ["{PYTHON}"]\n{noxkit}'})
    if lock:
        uv = str(repo.context().uv.path)
        subprocess.run([uv, "lock", "-q"], cwd=repo.root, env=repo.environ, check=True)
    return repo


def stock(repo: Repo, name: str, version: str = "1.0", **metadata: Any) -> None:
    """Put a wheel on the shelf that states nothing but this."""
    given: dict[str, Any] = {"License_Expression": False, "License_File": False, **metadata}
    put_wheel(repo.root.parent / "shelf", name, version, recipe(**given))


def judged(repo: Repo, *arguments: str, **environ: str) -> tuple[Outcome, Report]:
    report = repo.run(*arguments, planner=plan_licenses, session="licenses", given=environ)
    return outcome(report, "licenses"), report


def answers(report: Report) -> dict[str, str]:
    return {finding.message.partition(" ")[0]: finding.code for finding in report.findings}


STATED: dict[str, tuple[dict[str, Any], str | None]] = {
    "mit": ({"License_Expression": "MIT"}, None),
    "gpl": ({"License_Expression": "GPL-3.0-only"}, DENIED),
    "isc": ({"License_Expression": "ISC"}, UNKNOWN),
    "either": ({"License_Expression": "MIT OR GPL-3.0-only"}, None),
    "both": ({"License_Expression": "MIT AND GPL-3.0-only"}, DENIED),
    "classifier": ({"Classifier": [f"{OSI}MIT License"]}, None),
    "text": ({"License": "MIT License"}, None),
    "bsd": ({"Classifier": [f"{OSI}BSD License"]}, UNKNOWN),
    "none": ({}, UNKNOWN),
    "nonsense": ({"License_Expression": "MIT or so"}, UNKNOWN),
}


@pytest.fixture(scope="module")
def all_answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Report]:
    """One run about one distribution for each way to state a licence, all installed."""
    repo = shop(tmp_path_factory.mktemp("licences"))
    for name, (metadata, _) in STATED.items():
        stock(repo, name, **metadata)
    return judged(requiring(repo, *STATED))


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, (_, code) in STATED.items()], ids=STATED)
def test_each_dependency_has_one_of_three_answers(
    all_answers: tuple[Outcome, Report], name: str, code: str | None
) -> None:
    found = [finding for finding in all_answers[1].findings if finding.message.startswith(f"{name} 1.0: ")]
    assert [finding.code for finding in found] == ([code] if code else [])
    for finding in found:
        assert (finding.path, finding.severity) == ("uv.lock", Severity.ERROR)
        assert f'`packages = {{ {name} = "==1.0" }}`' in finding.hint


def test_the_outcome_counts_the_answers_and_leaves_out_the_package_and_its_tools(
    all_answers: tuple[Outcome, Report],
) -> None:
    ended, _ = all_answers
    assert ended.status is Status.FAILED
    assert {key: ended.evidence[key] for key in ("distributions", "allowed", "denied", "unknown")} == {
        "distributions": 10,
        "allowed": 4,
        "denied": 2,
        "unknown": 4,
    }


def test_findings_are_at_the_lines_of_the_lock(repo: Repo) -> None:
    stock(repo, "gpl", License_Expression="GPL-3.0-only")
    _, report = judged(requiring(repo, "gpl"))
    (found,) = report.findings
    assert found.line
    assert 'name = "gpl"' in (repo.root / "uv.lock").read_text(encoding="utf-8").splitlines()[found.line]


BSD = (
    "Redistribution and use in source and binary forms, with or without modification, are permitted provided that the "
    "following conditions are met: 1. Redistributions of source code must retain the disclaimer. 2. Redistributions "
    "in binary form must reproduce the distribution. 3. Neither the name of the author may be used without written "
    "permission. THIS SOFTWARE IS PROVIDED BY THE AUTHOR, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."
)


@pytest.mark.parametrize(("listed", "code"), [(BSD, None), (BSD.replace("3.", "3. Advertise. 4."), UNKNOWN)])
def test_the_only_licence_file_settles_a_name_of_several(repo: Repo, listed: str, code: str | None) -> None:
    text = recipe({"{info}/licenses/LICENSE": listed}, License_Expression=False, License="BSD")
    put_wheel(repo.root.parent / "shelf", "open", "1.0", text)
    _, report = judged(requiring(repo, "open"))
    assert answers(report) == ({"open": code} if code else {})


LICCHECK = """
[tool.liccheck]
level = "{level}"
authorized_licenses = ["mit", "BSD License"]
unauthorized_licenses = ["gpl v3", "gnu general public license v3 (gplv3)"]

[tool.liccheck.authorized_packages]
blessed = "<2"
"""


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        pytest.param("STANDARD", {"isc": UNKNOWN, "gpl": DENIED, "late": UNKNOWN}, id="standard"),
        pytest.param("CAUTIOUS", {"isc": UNKNOWN, "gpl": DENIED, "late": UNKNOWN, "two": DENIED}, id="cautious"),
    ],
)
def test_the_policy_of_liccheck_is_read(repo: Repo, level: str, expected: dict[str, str]) -> None:
    gpl = f"{OSI}GNU General Public License v3 (GPLv3)"
    stock(repo, "mit", License_Expression="MIT")
    stock(repo, "bsd", Classifier=[f"{OSI}BSD License"])
    stock(repo, "gpl", Classifier=[gpl])
    stock(repo, "two", Classifier=[f"{OSI}MIT License", gpl])
    stock(repo, "isc", License_Expression="ISC")
    stock(repo, "blessed", "1.5")
    put_wheel(repo.root.parent / "shelf", "late", "1.0", recipe(License_Expression=False, License="unheard of"))
    requiring(
        repo, "mit", "bsd", "gpl", "two", "isc", "blessed", "late", noxkit="", tables=LICCHECK.format(level=level)
    )
    ended, report = judged(repo)
    assert {name: code for name, code in answers(report).items() if code.startswith("NK-")} == expected
    assert all("[tool.liccheck]" in found.message for found in report.findings if "isc" in found.message)
    assert ended.status is Status.FAILED
    assert "liccheck cannot be installed" in str(ended.evidence["liccheck"])  # which stops nothing else


def test_a_distribution_is_allowed_by_name_in_the_versions_that_are_named(repo: Repo) -> None:
    stock(repo, "blessed", "2.0")
    requiring(repo, "blessed", noxkit="", tables=LICCHECK.format(level="STANDARD"))
    assert answers(judged(repo)[1])["blessed"] == UNKNOWN


def test_the_policy_of_noxkit_goes_before_that_of_liccheck(repo: Repo) -> None:
    stock(repo, "isc", License_Expression="ISC")
    noxkit = 'licenses = { allow = ["ISC"] }\n'
    ended, report = judged(requiring(repo, "isc", noxkit=noxkit, tables=LICCHECK.format(level="STANDARD")))
    assert [found.code for found in report.findings if found.code.startswith("NK-")] == []
    assert ended.status is Status.PASSED


@pytest.mark.parametrize(
    ("noxkit", "lines", "reason"),
    [
        pytest.param("", ["mit"], "no licences are allowed or denied", id="no-policy"),
        pytest.param(f'skip = ["licenses"]\n{POLICY}', ["mit"], "in `skip`", id="skipped"),
        pytest.param(POLICY, [], "uv.lock holds no dependency", id="no-dependency"),
    ],
)
def test_what_has_nothing_to_be_judged_is_not_due(repo: Repo, noxkit: str, lines: list[str], reason: str) -> None:
    stock(repo, "mit", License_Expression="MIT")
    ended, _ = judged(requiring(repo, *lines, noxkit=noxkit))
    assert ended.status is Status.SKIPPED
    assert reason in (ended.reason or "")


def test_without_a_lock_that_counts_which_is_installed_for_the_package(repo: Repo) -> None:
    stock(repo, "gpl", License_Expression="GPL-3.0-only", Requires_Dist="isc")
    stock(repo, "isc", License_Expression="ISC")
    stock(repo, "stranger", License_Expression="ISC")
    _, report = judged(requiring(repo, "gpl", lock=False))
    assert answers(report) == {"gpl": DENIED, "isc": UNKNOWN}
    assert {found.path for found in report.findings} == {"pyproject.toml"}


def test_without_a_lock_and_without_requirements_there_is_nothing_to_judge(repo: Repo) -> None:
    ended, _ = judged(requiring(repo, lock=False))
    assert (ended.status, ended.reason) == (Status.SKIPPED, "no package requires anything")


def test_what_is_for_another_platform_is_asked_of_the_index_and_the_answer_is_kept(repo: Repo) -> None:
    stock(repo, "gpl", License_Expression="GPL-3.0-only")
    requiring(repo, f"gpl{MARKER}")
    ended, report = judged(repo)
    assert (answers(report), ended.evidence["asked_of_the_index"]) == ({"gpl": DENIED}, 1)
    (repo.root.parent / "shelf" / "gpl-1.0-py3-none-any.whl").unlink()
    shutil.rmtree(repo.environ["UV_CACHE_DIR"] + "-none", ignore_errors=True)
    ended, report = judged(repo, UV_CACHE_DIR=repo.environ["UV_CACHE_DIR"] + "-none")
    assert answers(report) == {"gpl": DENIED}
    assert "asked_of_the_index" not in ended.evidence
    ended, report = judged(repo, "--no-cache")
    assert ended.status is Status.INCONCLUSIVE
    assert "gpl 1.0" in (ended.reason or "")
    assert report.findings == ()


def test_what_is_neither_installed_nor_on_the_index_is_inconclusive_and_the_rest_is_judged(repo: Repo) -> None:
    stock(repo, "gone", License_Expression="MIT")
    stock(repo, "isc", License_Expression="ISC")
    stock(repo, "mit", License_Expression="MIT")
    requiring(repo, f"gone{MARKER}", "mit")
    (repo.root.parent / "shelf" / "gone-1.0-py3-none-any.whl").unlink()
    ended, report = judged(repo)
    assert (ended.status, report.findings) == (Status.INCONCLUSIVE, ())
    assert (ended.evidence["untold"], ended.evidence["allowed"]) == (["gone 1.0"], 1)
    assert "packages" in (ended.hint or "")
    stock(repo, "gone", License_Expression="MIT")
    requiring(repo, f"gone{MARKER}", "isc")
    (repo.root.parent / "shelf" / "gone-1.0-py3-none-any.whl").unlink()
    ended, report = judged(repo)
    assert (ended.status, answers(report)) == (Status.FAILED, {"isc": UNKNOWN})


def test_an_index_that_does_not_answer_is_asked_once(repo: Repo) -> None:
    """uv waits long for each answer that does not come."""
    for name in ("here", "there", "elsewhere"):
        stock(repo, name, License_Expression="MIT")
    requiring(repo, "here", f"there{MARKER}", f"elsewhere{MARKER}")
    shelf = {"UV_OFFLINE", "UV_NO_INDEX", "UV_FIND_LINKS"}
    kept = {name: value for name, value in repo.environ.items() if name not in shelf}
    judged(repo)  # with the shelf, for the environment
    shutil.rmtree(repo.root / ".nox" / "noxkit" / "store")
    silent = Repo(repo.root, {**kept, "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"})
    row, _ = judged(silent)
    started = [event for event in silent.events if isinstance(event, CommandStarted)]
    asked = [event for event in started if "--only-binary" in event.command]
    assert (row.status, len(asked)) == (Status.INCONCLUSIVE, 1)


def test_members_of_the_workspace_are_no_dependencies(repo: Repo) -> None:
    inner = '[project]\nname = "inner"\nversion = "1"\nrequires-python = ">=3.10"\n'
    stock(repo, "mit", License_Expression="MIT")
    uv = '[tool.uv.workspace]\nmembers = ["inner"]\n[tool.uv.sources]\ninner = { workspace = true }\n'
    repo.write({"inner/pyproject.toml": inner})
    ended, report = judged(requiring(repo, "inner", "mit", tables=uv))
    assert (ended.status, report.findings, ended.evidence["distributions"]) == (Status.PASSED, (), 1)
