# SPDX-License-Identifier: Apache-2.0
"""abi3audit: recorded outputs, which wheels it is given, and symbols that a module defines itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity, Status
from noxkit.tasks.process import Completed
from noxkit.tools import load_tools
from tests.tools.test_auditwheel import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository
    from tests.tools.conftest import Recorded

TOOL = load_tools()["abi3audit"]
WHEEL = "dist/demo-1.0-cp39-abi3-manylinux_2_17_x86_64.whl"


@pytest.mark.parametrize(
    ("case", "status", "files", "codes"),
    [
        ("clean", Status.PASSED, 1, []),
        ("violations", Status.PASSED, 1, ["VIOLATION", "VIOLATION", "NAME-CLASH"]),
        ("name_clash", Status.PASSED, 1, ["NAME-CLASH"]),
        ("nothing_native", Status.PASSED, 1, []),
        ("broken_elf", Status.PASSED, 1, []),
        ("unreadable", Status.INCONCLUSIVE, 1, []),
        ("several", Status.PASSED, 2, ["VIOLATION", "VIOLATION", "NAME-CLASH"]),
    ],
)
def test_a_run_ends_as_what_it_was(
    recorded: Callable[[str], Recorded], case: str, status: Status, files: int, codes: list[str]
) -> None:
    outcome = recorded(f"abi3audit/{case}").outcome
    assert (outcome.status, outcome.evidence.get("files")) == (status, files)
    assert [finding.code.removeprefix("NK-ABI3-") for finding in outcome.findings] == codes


def test_a_finding_names_the_module_and_its_symbols(recorded: Callable[[str], Recorded]) -> None:
    outside, later, clash = recorded("abi3audit/violations").outcome.findings
    assert outside.message == (
        "`_c.abi3.so` uses `PyUnicode_AsUTF8`, `PyUnstable_Demo`, `_PyObject_Vectorcall`, "
        "which the stable ABI does not have"
    )
    assert later.message == "`_c.abi3.so` uses `PyType_Freeze (3.14)`, and the wheel is tagged for Python 3.9"
    assert clash.message == "`_c.abi3.so` defines `PyDemo_helper` itself, with the prefix of Python"
    assert [found.severity for found in (outside, later, clash)] == [Severity.ERROR, Severity.ERROR, Severity.INFO]
    assert {found.path for found in (outside, later, clash)} == {WHEEL}


def test_a_wheel_that_is_not_read_is_named(recorded: Callable[[str], Recorded]) -> None:
    assert (recorded("abi3audit/unreadable").outcome.reason or "").startswith(f"{WHEEL} was not read: ELF")


def line(symbols: list[str], defined: list[str]) -> bytes:
    """The answer about one wheel."""
    later: dict[str, str] = {}
    result = {"baseline": "3.9", "computed": "3.9", "non_abi3_symbols": symbols, "future_abi3_objects": later}
    said = {"specs": {WHEEL: {"kind": "wheel", "wheel": [{"name": "_c.so", "result": result}]}}}
    answer = {"path": WHEEL, "code": 1, "said": json.dumps(said), "error": None, "defined": {"_c.so": defined}}
    return json.dumps(answer).encode()


def test_of_many_symbols_five_are_named(make_job: Callable[..., Job]) -> None:
    output = line([f"_Py_{number}" for number in range(9)], [])
    outcome = TOOL.conclude(make_job({WHEEL: SMALL}, paths=[WHEEL]), Completed(("x",), 0, output, b"", 0.1))
    assert "and 4 more" in outcome.findings[0].message


def test_what_another_file_defines_is_no_clash(make_job: Callable[..., Job]) -> None:
    output = line(["_Py_a"], ["_Py_b"])
    outcome = TOOL.conclude(make_job({WHEEL: SMALL}, paths=[WHEEL]), Completed(("x",), 0, output, b"", 0.1))
    assert [found.code for found in outcome.findings] == ["NK-ABI3-VIOLATION"]


GIVEN: dict[str, tuple[str, Any, bool]] = {
    "the stable ABI": (WHEEL, SMALL, True),
    "of Windows": ("dist/demo-1.0-cp39-abi3-win_amd64.whl", SMALL, True),
    "one of several tags": ("dist/demo-1.0-cp315-abi3.abi3t-win_amd64.whl", SMALL, True),
    "one version": ("dist/demo-1.0-cp312-cp312-win_amd64.whl", SMALL, False),
    "without the lock alone": ("dist/demo-1.0-cp315-abi3t-win_amd64.whl", SMALL, False),
    "pure": ("dist/demo-1.0-py3-none-any.whl", SMALL, False),
    "no zip": (WHEEL, "garbage", False),
}


@pytest.mark.parametrize(("path", "content", "due"), GIVEN.values(), ids=GIVEN)
def test_it_is_given_wheels_of_the_stable_abi(
    repository: Callable[[dict[str, Any]], Repository], path: str, content: object, *, due: bool
) -> None:
    made = repository({path: content})
    assert (TOOL.not_due(made, (path,)) is None) is due
    assert TOOL.planned(made, (path,)) == due
