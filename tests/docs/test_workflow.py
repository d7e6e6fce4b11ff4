# SPDX-License-Identifier: Apache-2.0
"""The workflow that the documentation offers: the file itself, audited, and one that uses what noxkit keeps."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from noxkit.tasks.process import Runner
from noxkit.tools._coverage_data import DATA_FOLDER
from tests.docs.pages import BLOCKS, ROOT

FILE = ROOT / "docs" / "how-to" / "workflow.yml"
WORKFLOW = cast("dict[str, Any]", yaml.safe_load(FILE.read_text(encoding="utf-8")))
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_the_page_shows_the_file_verbatim() -> None:
    shown = [block.text for block in BLOCKS if block.page == "docs/how-to/ci.md" and "jobs:" in block.text]
    assert shown == [FILE.read_text(encoding="utf-8")]


def test_init_writes_what_the_page_shows() -> None:
    folder = ROOT / "src" / "noxkit" / "adopt"
    shown = next(block.text for block in BLOCKS if block.page == "docs/how-to/ci.md" and "parallel:" in block.text)
    assert (folder / "github.yml").read_text(encoding="utf-8") == FILE.read_text(encoding="utf-8")
    assert (folder / "gitlab.yml").read_text(encoding="utf-8") == re.sub(r"matrix: \[.*\]", "matrix: MATRIX", shown)


@pytest.mark.parametrize("persona", ["regular", "pedantic", "auditor"])
def test_zizmor_has_no_finding(persona: str) -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    assert zizmor.is_file(), "zizmor comes with the dependency group `dev`: run `uv sync`"
    command = [str(zizmor), "--offline", "--format", "json", "--persona", persona, str(FILE)]
    done = Runner(root=ROOT).run(command, task="docs")
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stderr.decode()


@pytest.mark.parametrize("step", [step for step in STEPS if "uses" in step], ids=lambda step: step["uses"])
def test_an_action_is_pinned_by_its_whole_commit(step: dict[str, Any]) -> None:
    assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
    if step["uses"].startswith("actions/checkout@"):
        assert step["with"]["persist-credentials"] is False


def test_no_job_may_do_more_than_read() -> None:
    assert WORKFLOW["permissions"] == {}
    assert [job["permissions"] for job in WORKFLOW["jobs"].values()] == [{"contents": "read"}] * 4


def test_no_expression_stands_in_the_text_of_a_step() -> None:
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_coverage_data_goes_from_the_test_jobs_to_where_it_is_combined() -> None:
    (up,) = [step["with"] for step in STEPS if "upload-artifact" in step.get("uses", "")]
    (down,) = [step["with"] for step in STEPS if "download-artifact" in step.get("uses", "")]
    assert up["path"] == f"{DATA_FOLDER}/coverage.*"
    assert (up["include-hidden-files"], up["if-no-files-found"]) == (True, "error")
    assert (down["path"], down["merge-multiple"]) == (DATA_FOLDER, True)
    assert up["name"].startswith(down["pattern"].removesuffix("*"))


def test_the_matrix_is_the_one_that_noxkit_prints(tmp_path: Path) -> None:
    (tmp_path / "noxfile.py").write_text("import noxkit\n\nnoxkit.pipeline()\n")
    command = [sys.executable, "-m", "noxkit", "matrix", "tests"]
    printed = Runner(root=tmp_path).run(command, task="docs", cwd=tmp_path).stdout
    job = WORKFLOW["jobs"]["tests"]
    used = set(re.findall(r"matrix\.(\w+)", FILE.read_text(encoding="utf-8").partition("\n  tests:")[2]))
    assert job["strategy"]["matrix"] == "${{ fromJSON(needs.matrix.outputs.tests) }}"
    assert {"session", "python"} == used - {"outputs"} == set(json.loads(printed)["include"][0])
