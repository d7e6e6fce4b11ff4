# SPDX-License-Identifier: Apache-2.0
"""JSON Lines."""

from __future__ import annotations

import collections
import json
from pathlib import Path

from noxkit.diagnostics.sources import Sources
from noxkit.report import json as json_report
from noxkit.report import jsonl
from noxkit.report._style import Style

from .sample import release, sample


def test_each_line_is_a_record_that_says_what_it_is_and_of_which_session() -> None:
    lines = jsonl.render(sample(), sources=Sources(Path()), style=Style()).splitlines()
    records = [json.loads(line) for line in lines]
    assert {record["session"] for record in records} == {"lint"}
    assert records[0]["type"] == "run"
    assert collections.Counter(record["type"] for record in records) == {
        "run": 1,
        "file": 1,
        "task": len(sample().tasks),
        "finding": len(sample().findings),
        "note": 1,
    }


def test_a_record_has_the_keys_of_the_json_report() -> None:
    whole = json.loads(json_report.render(release(), sources=Sources(Path()), style=Style()))
    records = [
        json.loads(line) for line in jsonl.render(release(), sources=Sources(Path()), style=Style()).splitlines()
    ]
    for kind in ("task", "finding", "release"):
        first = next(record for record in records if record["type"] == kind)
        assert {key: first[key] for key in whole[f"{kind}s"][0]} == whole[f"{kind}s"][0]
