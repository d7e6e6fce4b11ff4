# SPDX-License-Identifier: Apache-2.0
"""pip-audit: recorded outputs, among them those of a service that does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Status
from noxkit.tools._advisory import KEY, Advisory, decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.tools.conftest import Recorded


def test_an_advisory_has_all_of_its_names_and_the_versions_that_mend_it(recorded: Callable[[str], Recorded]) -> None:
    outcome = recorded("pip_audit/findings").outcome
    assert decoded(outcome.evidence[KEY]) == (
        Advisory(
            package="idna",
            version="3.6",
            names=("CVE-2024-0001", "GHSA-aaaa-bbbb-cccc"),
            summary="bad thing",
            fixed=("3.7",),
        ),
    )
    assert outcome.evidence["distributions"] == 2


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("clean", Status.PASSED, ""),
        ("no_answer", Status.INCONCLUSIVE, "no answer"),
        ("not_a_pin", Status.CRASHED, "pins.txt"),
        ("empty", Status.INCONCLUSIVE, "read no file"),
    ],
)
def test_only_an_answer_about_each_pin_is_a_pass(
    recorded: Callable[[str], Recorded], case: str, status: Status, reason: str
) -> None:
    outcome = recorded(f"pip_audit/{case}").outcome
    assert outcome.status is status
    assert reason in (outcome.reason or "")
