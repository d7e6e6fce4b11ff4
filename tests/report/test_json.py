# SPDX-License-Identifier: Apache-2.0
"""The JSON contract, and reading it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from noxkit.diagnostics.sources import Sources
from noxkit.errors import NoxkitError
from noxkit.report import json as json_report
from noxkit.report._reading import read_report
from noxkit.report._style import Style

from .sample import finding, report, sample

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Report


def render(built: Report) -> str:
    return json_report.render(built, sources=Sources(Path()), style=Style())


def test_keys_and_their_order_are_those_of_the_design() -> None:
    decoded = json.loads(render(sample()))
    top = "schema noxkit session status started seconds root git_root tree files tasks findings"
    task = "name status seconds cached reason evidence package python"
    found = (
        "code task severity group message hint path line column end_line end_column"
        " package pythons url fix fingerprint suppressed"
    )
    assert " ".join(decoded).startswith(top)
    assert " ".join(decoded["files"][0]) == "name sha256"
    assert " ".join(decoded["tasks"][0]).startswith(task)
    assert " ".join(decoded["findings"][0]) == found


def test_no_field_of_the_model_is_left_out() -> None:
    decoded = json.loads(render(sample()))
    for_formats_that_describe_codes = {"rules"}
    assert set(msgspec.structs.asdict(sample())) - for_formats_that_describe_codes == set(decoded) - {"schema"}
    applied_by_noxkit_alone = {"actions"}
    assert set(msgspec.structs.asdict(finding())) - applied_by_noxkit_alone == set(decoded["findings"][0])
    assert set(msgspec.structs.asdict(sample().tasks[0])) - {"findings", "files"} == set(decoded["tasks"][0])


def test_a_report_reads_back_as_it_was() -> None:
    assert read_report(render(sample()).encode()) == sample()


def test_unknown_keys_are_passed_over() -> None:
    text = render(report()).replace('"noxkit":', '"later": {"a": 1}, "noxkit":', 1)
    assert read_report(text) == report()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "not a noxkit report", id="empty"),
        pytest.param(b"\xff\xfe", "not a noxkit report", id="not UTF-8"),
        pytest.param("[]", "not a noxkit report", id="a list"),
        pytest.param("{}", "not a noxkit report", id="no schema"),
        pytest.param('{"schema": "noxkit-report/2"}', "schema is 'noxkit-report/2'", id="a later schema"),
        pytest.param('{"schema": "noxkit-report/1"}', "not a noxkit report", id="only a schema"),
        pytest.param(render(report())[:-40], "not a noxkit report", id="cut"),
    ],
)
def test_what_is_no_report_is_an_error_with_its_place(text: str | bytes, message: str) -> None:
    with pytest.raises(NoxkitError) as raised:
        read_report(text, path="shard.json")
    (record,) = raised.value.records
    assert message in record.message
    assert (record.code, record.path) == ("NK-FILE-UNREADABLE", "shard.json")


def test_a_path_that_is_not_utf_8_can_be_written() -> None:
    built = report(findings=(finding(path="a\udcff.py", message="界😀"),))
    (found,) = read_report(render(built)).findings
    assert (found.path, found.message) == ("a\\udcff.py", "界😀")
