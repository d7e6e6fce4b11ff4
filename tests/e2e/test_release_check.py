# SPDX-License-Identifier: Apache-2.0
"""`nox -s release_check` to its end: on a healthy package, on one that is not, without network, on a workspace."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests._osv import osv_service
from tests.e2e._nox import PYTHON, Sandbox, shared_environ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests._osv import Osv
    from tests.e2e._nox import Run

NAME = "noxkit-sample-zero"
ACME = Path(__file__).parents[1] / "repos" / "acme"
LICENSE = (Path(__file__).parents[2] / "LICENSE").read_text(encoding="utf-8")

MANIFEST = f"""\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "noxkit-sample-zero"
version = "1.2.0"
description = "A sample."
readme = "README.md"
requires-python = ">=3.10"
license = "Apache-2.0"
license-files = ["LICENSE"]
authors = [{{ name = "Nobody" }}]
keywords = ["sample"]
classifiers = ["Programming Language :: Python :: 3", "Typing :: Typed"]
dependencies = ["iniconfig>=2"]

[project.scripts]
noxkit-sample-zero = "noxkit_sample_zero:main"

[project.urls]
Source = "https://code.invalid/sample"

[dependency-groups]
test = ["pytest>=8"]

[tool.pytest.ini_options]
testpaths = ["tests"]

[tool.noxkit]
python = ["{PYTHON}"]

[tool.noxkit.licenses]
allow = ["MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "PSF-2.0"]
"""
FILES = {
    ".gitignore": "/.nox/\n/dist/\n__pycache__/\n.coverage*\n/report.json\n",
    "LICENSE": LICENSE,
    "README.md": "# Sample\n\nA sample.\n",
    "CHANGELOG.md": "# Changes\n\n## 1.2.0 - 2026-01-01\n\n- All of it.\n",
    "noxfile.py": '"""Sessions."""\n\nimport nox\nimport noxkit\n\nnox.options.default_venv_backend = "uv"\n'
    'noxkit.pipeline()\n\nif __name__ == "__main__":\n    nox.main()\n',
    "pyproject.toml": MANIFEST,
    "src/noxkit_sample_zero/__init__.py": '"""A sample."""\n\nimport iniconfig\n\n__all__ = ["main"]\n\n\n'
    'def main() -> None:\n    """Say what reads the configuration."""\n    print(iniconfig.__name__)\n',
    "src/noxkit_sample_zero/py.typed": "",
    "tests/test_main.py": '"""Tests."""\n\nfrom noxkit_sample_zero import main\n\n\n'
    "def test_main() -> None:\n    main()\n",
}


def healthy(sandbox: Sandbox, **files: str) -> Sandbox:
    """A committed package that lacks nothing."""
    (sandbox.root / "sample.py").unlink(missing_ok=True)
    sandbox.write({**FILES, **files})
    subprocess.run([str(sandbox.context().uv.path), "lock", "-q"], cwd=sandbox.root, env=sandbox.environ, check=True)
    sandbox.commit()
    return sandbox


def check(sandbox: Sandbox, service: Osv, *arguments: str, **environ: str | None) -> Run:
    url = f"--advisories-url={service.url}"
    return sandbox.nox("release_check", url, *arguments, ci=False, environ=environ)


def last_line(ended: Run) -> str:
    """The verdict, behind which only the report is named."""
    lines = [line for line in ended.output.splitlines() if line and not line.startswith(("report: ", "nox > "))]
    return next(" ".join(lines[number:]) for number in range(len(lines)) if "ready to release" in lines[number])


@pytest.fixture(scope="module")
def osv() -> Iterator[Osv]:
    """A service that knows nothing."""
    with osv_service() as service:
        yield service


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, tool_cache: Path) -> Sandbox:
    """The package, for all tests of this file: none of them leaves a change in it."""
    return healthy(Sandbox(tmp_path_factory.mktemp("release") / "repo", shared_environ(tool_cache)))


@pytest.fixture(scope="module")
def ready(sample: Sandbox, osv: Osv) -> Run:
    """The whole of it, asked for a release."""
    return check(sample, osv, "--release", NAME)


def test_a_healthy_package_is_ready_to_release(ready: Run) -> None:
    ready.passed()
    assert last_line(ready) == f"ready to release {NAME} 1.2.0"
    (verdict,) = ready.report["releases"]
    assert (verdict["package"], verdict["version"], verdict["ready"]) == (NAME, "1.2.0", True)
    assert (verdict["blocking"], verdict["left_out"]) == ([], [])


def test_all_that_a_release_needs_is_asked(ready: Run) -> None:
    passed = {task["name"] for task in ready.report["tasks"] if task["status"] == "passed"}
    assert passed >= {
        *("build", "wheel_contents", "twine", "rehearsal", "moment", "uv_lock", "uv_pip_check", "consistency"),
        *("source", "licenses", "advisories", "tests", "coverage", "ruff", "ruff_format", "ty", "typos"),
    }
    assert ready.task("moment")["evidence"]["asked"] == ["changelog", "index", "tag", "tree"]
    assert ready.task("previous")["status"] == "skipped"


def test_the_report_holds_the_tree_and_the_digests_of_the_files(ready: Run, sample: Sandbox) -> None:
    assert ready.report["tree"] == sample.git("rev-parse", "HEAD^{tree}")
    names = [f"noxkit_sample_zero-1.2.0{suffix}" for suffix in ("-py3-none-any.whl", ".tar.gz")]
    digests = {f"dist/{name}": hashlib.sha256((sample.root / "dist" / name).read_bytes()).hexdigest() for name in names}
    assert {file["name"]: file["sha256"] for file in ready.report["files"]} == digests
    assert sample.git("status", "--porcelain") == ""


def test_what_blocks_is_listed_in_the_last_line_and_what_was_left_out_with_it(
    ready: Run, sample: Sandbox, osv: Osv
) -> None:
    assert ready.code == 0
    sample.write({"src/noxkit_sample_zero/extra.py": '"""More."""\n\nimport yaml\n', "new.txt": "not committed\n"})
    try:
        ended = check(sample, osv, "--release", NAME, "--skip-tests", "--skip", "typos").holds()
    finally:
        sample.git("clean", "-qfd")
    assert ended.code != 0
    assert last_line(ended).startswith(f"not ready to release {NAME} 1.2.0: ")
    (verdict,) = ended.report["releases"]
    assert verdict["left_out"] == ["typos (`--skip`)", "tests (`--skip-tests`)"]
    assert "moment: NK-TREE-DIRTY" in verdict["blocking"]
    assert "moment: NK-TREE-DIRTY" in last_line(ended)
    assert not {"tests", "coverage", "typos"} & {task["name"] for task in ended.report["tasks"]}


def test_what_was_left_out_is_in_the_last_line_of_one_that_is_ready(ready: Run, sample: Sandbox, osv: Osv) -> None:
    assert ready.code == 0
    ended = check(sample, osv, "--only", "uv_lock,ruff").passed()
    assert last_line(ended) == f"ready to release {NAME} 1.2.0 (without `--only uv_lock,ruff`: all else)"


def test_without_network_the_run_fails_and_says_which_lines_are_open_and_why(
    ready: Run, sample: Sandbox, tmp_path: Path
) -> None:
    assert ready.code == 0
    with osv_service() as gone:
        pass
    environ = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    ended = check(sample, gone, "--release", NAME, "--skip-tests", **environ).holds()
    assert ended.code != 0
    assert ended.report["status"] == "inconclusive"
    status = {task["name"]: task["status"] for task in ended.report["tasks"]}
    assert {"advisories", "build", "moment"} <= {name for name, each in status.items() if each == "inconclusive"}
    assert {status[name] for name in ("ruff", "ruff_format", "ty", "typos", "consistency", "source")} == {"passed"}
    for name in ("advisories", "build", "moment"):
        row = next(line for line in ended.output.splitlines() if line.startswith("? ") and name in line)
        assert "inconclusive" in row
        assert ended.task(name)["reason"]
    assert last_line(ended).startswith(f"not ready to release {NAME} 1.2.0: ")


def test_a_workspace_is_checked_to_its_end_with_a_verdict_for_each_member(
    tmp_path: Path, tool_cache: Path, osv: Osv
) -> None:
    sandbox = Sandbox(tmp_path / "acme", shared_environ(tool_cache))
    (sandbox.root / "sample.py").unlink()
    shutil.copytree(ACME, sandbox.root, dirs_exist_ok=True)
    sandbox.append(f'[tool.noxkit]\npython = ["{PYTHON}"]\n')
    sandbox.write({".gitignore": "/.nox/\n/dist/\n__pycache__/\n/report.json\n.coverage*\n"}).commit()
    with (sandbox.root / "plugins/ini/src/acme/plugins/ini/__init__.py").open("a", encoding="utf-8") as file:
        file.write("\nimport not_there_at_all\n")
    ended = check(sandbox, osv, "--skip-tests", "--skip", "previous").holds()
    verdicts = {each["package"]: each for each in ended.report["releases"]}
    assert len(verdicts) == sum(task["name"] == "build" for task in ended.report["tasks"]) == 10
    assert "crashed" not in {task["status"] for task in ended.report["tasks"]}
    missing = "wheel_contents: NK-LICENSE-MISSING"  # no member has a licence's text
    assert {tuple(each["blocking"]) for name, each in verdicts.items() if name != "acme-plugin-ini"} == {(missing,)}
    blocking = verdicts["acme-plugin-ini"]["blocking"]
    assert f"rehearsal[{PYTHON}]: NK-IMPORT-SMOKE" in blocking
    assert last_line(ended).startswith("not ready to release 10 packages: wheel_contents: NK-LICENSE-MISSING (")
