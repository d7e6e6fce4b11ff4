# SPDX-License-Identifier: Apache-2.0
"""What the page of codes about built files says of tools' codes is what their recorded outputs show."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from noxkit.tools._codes import BUILT_EXAMPLES
from tests.tools.conftest import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.tools.conftest import Recorded

# For each code, the record of a run that finds it, and of one that finds none.
RECORDS = {
    "NK-ABI3-NAME-CLASH": ("abi3audit/name_clash", "abi3audit/clean"),
    "NK-ABI3-VIOLATION": ("abi3audit/violations", "abi3audit/name_clash"),
    "NK-MANYLINUX-VIOLATION": ("auditwheel/newer_symbols", "auditwheel/clean"),
}


def test_each_code_has_its_records() -> None:
    assert set(RECORDS) == set(BUILT_EXAMPLES)


@pytest.mark.parametrize("fires", [True, False], ids=["fires", "silent"])
@pytest.mark.parametrize("code", sorted(RECORDS))
def test_a_recorded_run_finds_what_the_page_says(
    recorded: Callable[[str], Recorded], code: str, *, fires: bool
) -> None:
    name, words = RECORDS[code][not fires], BUILT_EXAMPLES[code][not fires]
    assert (code in {finding.code for finding in recorded(name).outcome.findings}) is fires
    record = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    said = re.findall(r"`([^`]+)`", words)
    assert said
    assert all(word in record["stdout"] for word in said)
